"""The frame of a form that fills a page: fields, keys, draft, save. A form adds its fields and calls `begin`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from commune_desk.domain.errors import DeskError, Invalid
from commune_desk.i18n import _
from commune_desk.presenters.routes import Route
from commune_desk.store.transaction import Tx
from commune_desk.ui.dialogs.message import Message, confirm, show_error
from commune_desk.ui.forms.draft_keeper import DraftKeeper, Typed
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.choice import Choice, MultiChoice, RadioRow
from commune_desk.ui.widgets.dates import DateField
from commune_desk.ui.widgets.fields import LineEdit, TextEdit
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.page import Page
from commune_desk.usecases.workplace import Workplace

Editor = LineEdit | TextEdit | DateField | Choice | MultiChoice | RadioRow
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Shown(Protocol):
    """What every form's state has."""

    @property
    def title(self) -> str: ...
    @property
    def values(self) -> Mapping[str, Any]: ...
    @property
    def errors(self) -> Mapping[str, str]: ...
    @property
    def hints(self) -> Mapping[str, str]: ...


class EntryForm(Protocol):
    """A form's presenter."""

    form: str
    record: str

    def state(self) -> Shown: ...
    def edit(self, name: str, value: Any) -> Shown: ...
    def leave(self, name: str) -> Shown: ...
    def submit(self) -> Callable[[Tx], object] | None: ...
    def notice(self) -> str: ...
    def payload(self) -> dict[str, Any]: ...
    def restore(self, payload: Mapping[str, Any]) -> Shown: ...


class EntryPage(Page):
    """Ctrl+Enter saves, Escape leaves and keeps the draft, Enter goes on to the next field.

    `saved` carries what to tell after a save, just before the way back to `back`.
    """

    saved = Signal(str)

    def __init__(
        self,
        form: EntryForm,
        workplace: Workplace,
        tasks: Tasks,
        navigate: Callable[[Route], object],
        *,
        back: Route,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(form.state().title, parent=parent)
        self.presenter: EntryForm = form
        self._workplace, self._tasks, self._navigate, self._back = workplace, tasks, navigate, back
        self.fields: dict[str, Editor] = {}
        self.form = Form(columns=2)
        self._is_rendering = False
        self.notice: NoticeBar | None = None
        self.cancel = SecondaryButton(_("Leave"))
        self.cancel.clicked.connect(self.leave)
        self.save = PrimaryButton(_("Save"), "save", shortcut="Ctrl+Return")
        self.save.clicked.connect(self.submit)
        self.add_action(self.cancel)
        self.add_action(self.save)
        QShortcut(QKeySequence("Esc"), self).activated.connect(self.leave)
        QShortcut(QKeySequence("Ctrl+Enter"), self).activated.connect(self.submit)

    def put(self, name: str, label: str, editor: Editor, *, required: bool = False, wide: bool = False) -> None:
        """Append the field `name`."""
        self.fields[name] = editor
        self.form.add(name, FieldRow(label, editor, required=required), wide=wide)
        for part in editor.buttons.values() if isinstance(editor, MultiChoice | RadioRow) else (editor,):
            part.installEventFilter(self)
        if isinstance(editor, LineEdit | TextEdit):
            editor.edited.connect(lambda _text, n=name: self._edited(n))
            editor.left.connect(lambda _text, n=name: self._left(n))
        elif isinstance(editor, MultiChoice):
            editor.changed.connect(lambda _codes, n=name: self._edited(n))
        else:
            editor.chosen.connect(lambda _code, n=name: self._edited(n))

    def begin(self) -> None:
        """Show the state, bring back a draft, watch what is typed. Call once all fields are there."""
        self.keeper = DraftKeeper(
            self.presenter.form, self.presenter.record, self._typed, self._workplace, self._tasks, self
        )
        self.keeper.not_kept.connect(lambda _error: self._say(_("The draft could not be kept."), Tone.WARNING))
        self.render_state(self.presenter.state())
        self.setFocusProxy(next(iter(self.fields.values())))
        draft = self.keeper.found()
        if draft is None:
            return
        self.render_state(self.presenter.restore(draft.payload))
        self.keeper.restored(draft)
        if draft.focus in self.fields:
            self.setFocusProxy(self.fields[draft.focus])
        self._say(_("This is what you were typing; it is not saved yet."), Tone.NOTE)

    def render_state(self, state: Any, *, but: str = "") -> None:
        """Show a state; the field `but` is being typed in and is left as it is."""
        self._is_rendering = True
        for name, editor in self.fields.items():
            if name != but:
                show_value(editor, state.values[name])
            hint = self.form.row(name).hint
            hint.set_text(state.hints.get(name, ""))
            hint.setVisible(bool(state.hints.get(name)))
        self.form.set_errors({name: text for name, text in state.errors.items() if name in self.fields})
        self.render_more(state)
        self._is_rendering = False

    def render_more(self, state: Any) -> None:
        """What a form shows beside its fields."""
        self.set_title(state.title)

    def submit(self) -> None:
        """Save, or show what is in the way."""
        if not self.save.isEnabled():
            return
        for name in self.fields:
            self._take(name)
        operation = self.presenter.submit()
        state = self.presenter.state()
        self.render_state(state)
        if operation is None:
            self.show_errors(state.errors)
            return
        self.keeper.stop()
        self.save.setEnabled(False)
        self._tasks.run(lambda: self._workplace.write(operation), lambda _done: self._go(), self._refused, owner=self)

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """Show what is wrong and go to the first field of it."""
        self.form.set_errors({name: text for name, text in errors.items() if name in self.fields}, focus=True)
        focused = QApplication.focusWidget()
        if focused is not None and self.scroll_area.isAncestorOf(focused):
            self.scroll_area.ensureWidgetVisible(focused, 0, 80)

    def leave(self) -> None:
        """Go back; what was typed is kept as a draft after asking."""
        if self.keeper.is_touched and not self._is_left_on_purpose():
            return
        self.keeper.save()
        self._navigate(self._back)

    def _is_left_on_purpose(self) -> bool:
        kept = _("What you typed is kept as a draft and comes back when you open the form.")
        return confirm(self, Message(_("Leave without saving?"), kept), _("Leave"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and event.key() in _ENTER:
            is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if is_plain and not isinstance(watched, TextEdit):
                self._go_on(watched)
                return True
        return super().eventFilter(watched, event)

    def _go_on(self, watched: QObject) -> None:
        names = list(self.fields)
        here = next((n for n, e in self.fields.items() if isinstance(watched, QWidget) and _holds(e, watched)), "")
        following = names[names.index(here) + 1 :] if here else []
        target = next((self.fields[n] for n in following if self.fields[n].isVisible()), self.save)
        target.setFocus(Qt.FocusReason.TabFocusReason)
        self.scroll_area.ensureWidgetVisible(QApplication.focusWidget() or target)

    def _edited(self, name: str) -> None:
        if not self._is_rendering:
            self.render_state(self.presenter.edit(name, raw_value(self.fields[name])), but=name)
            self.keeper.touch()

    def _left(self, name: str) -> None:
        if not self._is_rendering and self.save.isEnabled():
            self._take(name)
            self.render_state(self.presenter.leave(name), but=name)

    def _take(self, name: str) -> None:
        """Tell the presenter what stands in a field, when that is not what it knows."""
        value = raw_value(self.fields[name])
        if value != self.presenter.state().values[name]:
            self.presenter.edit(name, value)

    def _go(self) -> None:
        self.saved.emit(self.presenter.notice())
        self._navigate(self._back)

    def _refused(self, error: DeskError) -> None:
        self.save.setEnabled(True)
        self.keeper.resume()
        if isinstance(error, Invalid) and set(error.fields) & set(self.fields):
            self.show_errors({name: _(text) for name, text in error.fields.items()})
            return
        show_error(self, error)

    def _typed(self) -> Typed:
        focused = QApplication.focusWidget()
        name = next((n for n, e in self.fields.items() if focused is not None and _holds(e, focused)), "")
        return Typed(name, self.presenter.payload())

    def _say(self, sentence: str, tone: Tone) -> None:
        if self.notice is not None:
            self.notice.hide()
        self.notice = NoticeBar(sentence, tone)
        self.add_above(self.notice)


def _holds(editor: QWidget, widget: QWidget) -> bool:
    return editor is widget or editor.isAncestorOf(widget)


def raw_value(editor: Editor) -> Any:
    """What stands in a field: codes, or the text as it was typed."""
    return editor.text() if isinstance(editor, DateField) else editor.value()


def show_value(editor: Editor, value: Any) -> None:
    """Show a value in a field, unless it stands there already."""
    if isinstance(editor, DateField):
        if editor.text() != value:
            editor.setText(value)
    elif raw_value(editor) != value:
        editor.set_value(value)
