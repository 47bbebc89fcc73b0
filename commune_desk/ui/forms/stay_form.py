"""The forms of the shelter on the screen: fields as the presenter lists them, kept as a draft, saved by Ctrl+Enter."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from commune_desk.domain.errors import DeskError, Invalid
from commune_desk.i18n import _
from commune_desk.presenters.routes import Route
from commune_desk.presenters.stay_form import Editor, FieldSpec, FormState, StayForm
from commune_desk.ui.dialogs.message import Message, confirm, show_error
from commune_desk.ui.forms.draft_keeper import DraftKeeper, Typed
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.buttons import PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Surface
from commune_desk.ui.widgets.choice import Choice, MultiChoice, RadioRow
from commune_desk.ui.widgets.fields import LineEdit, TextEdit
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.page import Page
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.workplace import Workplace

Field = LineEdit | TextEdit | Choice | RadioRow | MultiChoice
WIDTH = 860


class StayFormPage(Page):
    """A form over the shelter's pages. Escape leaves and keeps the draft. `back` is where leaving goes."""

    def __init__(
        self,
        form: StayForm,
        workplace: Workplace,
        tasks: Tasks,
        navigate: Callable[[Route], object],
        back: Route,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self._form, self._workplace, self._tasks = form, workplace, tasks
        self._navigate, self._back = navigate, back
        self.fields: dict[str, Field] = {}
        self._is_rendering = False
        self.form = Form(columns=2)
        self.note = Text("", size=Size.SMALL, ink="quiet", wrap=True)
        for spec in form.fields():
            self._put(spec)
        self._add_frame()
        self.keeper = DraftKeeper(form.form, form.record, self._typed, workplace, tasks, self)
        self._render(form.state())
        self._offer_draft()
        if self.focusProxy() is None and self.fields:
            self.setFocusProxy(next(iter(self.fields.values())))

    def _add_frame(self) -> None:
        self.cancel = SecondaryButton(_("Leave"))
        self.cancel.clicked.connect(self.leave)
        self.save = PrimaryButton(self._form.state().save_text, "check", shortcut="Ctrl+Return")
        self.save.clicked.connect(self.submit)
        self.add_action(self.cancel)
        self.add_action(self.save)
        QShortcut(QKeySequence("Esc"), self).activated.connect(self.leave)
        QShortcut(QKeySequence("Ctrl+Enter"), self).activated.connect(self.submit)
        surface = Surface()
        surface.column.setContentsMargins(16, 12, 16, 16)
        surface.column.setSpacing(10)
        surface.column.addWidget(self.form)
        surface.column.addWidget(self.note)
        surface.setMaximumWidth(WIDTH)
        self.add(surface)

    def _put(self, spec: FieldSpec) -> None:
        if spec.heading:
            self.form.add_heading(spec.heading)
        field = self._make(spec)
        self.fields[spec.name] = field
        row = FieldRow(spec.label, field, required=spec.required, hint=spec.hint)
        self.form.add(spec.name, row, wide=spec.wide)
        name = spec.name
        if isinstance(field, LineEdit | TextEdit):
            field.edited.connect(lambda text: self._edited(name, text))
            field.left.connect(lambda _text: self._left(name))
            if words := self._form.suggestions(name):
                field.suggest(words) if isinstance(field, LineEdit) else None
        elif isinstance(field, MultiChoice):
            field.changed.connect(lambda codes: self._edited(name, codes))
        else:
            field.chosen.connect(lambda code: self._edited(name, code))

    def _make(self, spec: FieldSpec) -> Field:
        options = self._form.options(spec.name) if spec.editor not in (Editor.LINE, Editor.LINES) else []
        if spec.editor is Editor.LINES:
            return TextEdit(spec.label, lines=3)
        if spec.editor is Editor.CHOICE:
            return Choice(spec.label, options, placeholder=spec.placeholder)
        if spec.editor is Editor.RADIO:
            return RadioRow(spec.label, options)
        if spec.editor is Editor.MULTI:
            return MultiChoice(spec.label, options)
        return LineEdit(spec.label, placeholder=spec.placeholder)

    def _edited(self, name: str, value: object) -> None:
        if not self._is_rendering:
            self._render(self._form.edit(name, value), but=name)
            self.keeper.touch()

    def _left(self, name: str) -> None:
        field = self.fields[name]
        if not self._is_rendering and isinstance(field, LineEdit | TextEdit):
            self._form.edit(name, field.value())
            self._render(self._form.leave(name), but=name)

    def _render(self, state: FormState, *, but: str = "") -> None:
        self._is_rendering = True
        self.set_title(state.title, state.subtitle)
        for name, field in self.fields.items():
            if name not in state.hidden:
                self._offer(name, field)
            if name != but:
                _show(field, state.values[name])
            row = self.form.row(name)
            row.setVisible(name not in state.hidden)
            if name in state.hints:
                row.hint.set_text(state.hints[name])
                row.hint.show()
        self.form.set_errors(state.errors)
        self.note.set_text(state.note)
        self.note.setVisible(bool(state.note))
        self._is_rendering = False

    def _offer(self, name: str, field: Field) -> None:
        """Radio buttons whose options depend on what was typed are made anew when those change."""
        if isinstance(field, RadioRow) and list(field.buttons) != [code for code, _label in self._form.options(name)]:
            row = self.form.row(name)
            fresh = RadioRow(field.accessibleName(), self._form.options(name))
            fresh.chosen.connect(lambda code: self._edited(name, code))
            layout = row.layout()
            if layout is not None:
                layout.replaceWidget(field, fresh)
            field.hide()
            field.deleteLater()
            row.editor = self.fields[name] = fresh

    def submit(self) -> None:
        """Save, or show what is in the way."""
        for name, field in self.fields.items():
            if isinstance(field, LineEdit | TextEdit):
                self._form.edit(name, field.value())
        operation = self._form.submit()
        state = self._form.state()
        self._render(state)
        if operation is None:
            self.form.set_errors(state.errors, focus=True)
            return
        self.keeper.stop()
        self.save.setEnabled(False)
        self._tasks.run(
            lambda: self._workplace.write(operation), lambda done: self._saved(done[0]), self._refused, owner=self
        )

    def _saved(self, stay: str) -> None:
        self._navigate(Route("resident", stay) if stay else self._back)

    def _refused(self, error: DeskError) -> None:
        self.save.setEnabled(True)
        self.keeper.resume()
        if isinstance(error, Invalid) and error.fields:
            shown = {name: _(text) for name, text in error.fields.items() if name in self.form.names}
            if shown:
                self.form.set_errors(shown, focus=True)
                return
        show_error(self, error)

    def leave(self) -> None:
        """Go back; what was typed is kept as a draft after asking."""
        if self.keeper.is_touched and not confirm(
            self,
            Message(
                _("Leave without saving?"),
                _("What you typed is kept as a draft and comes back when you open the form."),
            ),
            _("Leave"),
        ):
            return
        self.keeper.save()
        self._navigate(self._back)

    def _typed(self) -> Typed:
        focused = QApplication.focusWidget()
        name = next((name for name, field in self.fields.items() if field is focused), "")
        return Typed(name, self._form.payload())

    def _offer_draft(self) -> None:
        draft = self.keeper.found()
        if draft is None:
            return
        self._render(self._form.restore(draft.payload))
        self.keeper.restored(draft)
        if draft.focus in self.fields:
            self.setFocusProxy(self.fields[draft.focus])
        self.notice = NoticeBar(_("This is what you were typing; it is not saved yet."), Tone.NOTE)
        self.add_above(self.notice)


def _show(field: Field, value: object) -> None:
    if isinstance(field, MultiChoice):
        field.set_value(tuple(value) if isinstance(value, tuple | list) else ())
    else:
        field.set_value(str(value))
