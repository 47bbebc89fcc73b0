"""The widget for each field of a form, and what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from PySide6.QtWidgets import QWidget

from commune_desk.presenters.frame.entry_form import Editor, FieldSpec
from commune_desk.presenters.wording.labels import Option
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.dates import DateField
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.options import MultiChoice, RadioRow
from commune_desk.ui.widgets.text_edit import TextEdit
from commune_desk.ui.widgets.toggles import Tick


class TickField(Tick):
    """Yes or no."""

    def value(self) -> bool:
        return self.isChecked()

    def set_value(self, is_on: bool) -> None:
        self.setChecked(is_on)


FieldEditor = LineEdit | TextEdit | DateField | Choice | MultiChoice | RadioRow | TickField
OFFERING = (Editor.CHOICE, Editor.RADIO, Editor.MULTI)
"""What needs options."""


def make_editor(spec: FieldSpec, options: Sequence[Option], today: Callable[[], date]) -> FieldEditor:
    """An empty editor for a field; `options` are for those that offer some."""
    match spec.editor:
        case Editor.LINES:
            return TextEdit(spec.label, placeholder=spec.placeholder, lines=spec.lines)
        case Editor.CHOICE:
            return Choice(spec.label, options, placeholder=spec.placeholder)
        case Editor.RADIO:
            return RadioRow(spec.label, options, is_optional=not spec.required)
        case Editor.MULTI:
            return MultiChoice(spec.label, options)
        case Editor.TICK:
            return TickField(spec.placeholder)
        case Editor.DAY | Editor.DAY_AHEAD | Editor.BIRTH:
            is_partial, is_ahead = spec.editor is Editor.BIRTH, spec.editor is Editor.DAY_AHEAD
            return DateField(spec.label, partial=is_partial, future=is_ahead, today=today)
        case Editor.LINE:
            return LineEdit(spec.label, placeholder=spec.placeholder)


def watch(editor: FieldEditor, edited: Callable[[], object], left: Callable[[], object]) -> None:
    """Have changes by hand and the leaving of a text field told."""
    if isinstance(editor, LineEdit | TextEdit):
        editor.edited.connect(lambda _text: edited())
        editor.left.connect(lambda _text: left())
    elif isinstance(editor, MultiChoice):
        editor.changed.connect(lambda _codes: edited())
    elif isinstance(editor, TickField):
        editor.toggled.connect(lambda _is_on: edited())
    else:
        editor.chosen.connect(lambda _code: edited())


def key_targets(editor: FieldEditor) -> Sequence[QWidget]:
    """What has the focus when the editor has it."""
    return tuple(editor.buttons.values()) if isinstance(editor, MultiChoice | RadioRow) else (editor,)


def holds(editor: QWidget, widget: QWidget | None) -> bool:
    """Whether `widget` is the editor or a part of it."""
    return editor is widget or (widget is not None and editor.isAncestorOf(widget))


def raw_value(editor: FieldEditor) -> Any:
    """What stands in a field: codes, or the text as it was typed."""
    return editor.text() if isinstance(editor, DateField) else editor.value()


def show_value(editor: FieldEditor, value: Any) -> None:
    """Show a value in a field, unless it stands there already."""
    if isinstance(editor, DateField):
        if editor.text() != value:
            editor.setText(value)
    elif raw_value(editor) != value:
        editor.set_value(value)
