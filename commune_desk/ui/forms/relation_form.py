"""The two small forms of a child's page: one family member, one group."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QCheckBox, QWidget

from commune_desk.domain.errors import DeskError
from commune_desk.domain.ids import RecordId
from commune_desk.i18n import _
from commune_desk.presenters.relation_form import GROUP_FORM, RELATION_FORM, GroupForm, RelationForm, SmallFormState
from commune_desk.presenters.routes import Route
from commune_desk.store.drafts import Payload
from commune_desk.store.transaction import Tx
from commune_desk.ui.dialogs.message import Message, confirm, show_error
from commune_desk.ui.forms.draft_keeper import DraftKeeper, Typed
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.dates import DateField
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.page import Page
from commune_desk.usecases.workplace import Workplace

Editor = LineEdit | Choice | QCheckBox
Navigate = Callable[[Route], object]
_WIDTH = 720


class _Presenter(Protocol):
    """What both presenters of this module offer."""

    person: RecordId

    @property
    def record(self) -> str: ...
    def state(self) -> SmallFormState: ...
    def edit(self, name: str, value: object) -> SmallFormState: ...
    def payload(self) -> Payload: ...
    def restore(self, payload: Payload) -> SmallFormState: ...
    def submit(self) -> Callable[[Tx], RecordId] | None: ...
    def options(self, name: str) -> list[tuple[str, str]]: ...


class SmallFormPage(Page):
    """A form of one card. Ctrl+Enter saves, Escape leaves and keeps the draft."""

    form_key = ""

    def __init__(self, presenter: _Presenter, workplace: Workplace, tasks: Tasks, navigate: Navigate) -> None:
        super().__init__()
        self._presenter, self._workplace, self._tasks, self._navigate = presenter, workplace, tasks, navigate
        self.fields: dict[str, Editor] = {}
        self.form = Form(columns=2)
        self.add_fields()
        card = Card(presenter.state().title, "users")
        card.setMaximumWidth(_WIDTH)
        card.add_padded(self.form)
        self.add(card)
        self._add_buttons()
        self.keeper = DraftKeeper(self.form_key, presenter.record, self._typed, workplace, tasks, self)
        self._render(presenter.state())
        self._offer_draft()
        self.setFocusProxy(next(iter(self.fields.values())))

    def add_fields(self) -> None:
        """Append the form's fields with `put`."""
        raise NotImplementedError

    def put(self, name: str, label: str, field: Editor, *, required: bool = False, wide: bool = False) -> None:
        """Append one field."""
        self.fields[name] = field
        self.form.add(name, FieldRow(label, field, required=required), wide=wide)
        if isinstance(field, LineEdit):
            field.edited.connect(lambda _text, n=name: self._edited(n))
        elif isinstance(field, Choice):
            field.chosen.connect(lambda _code, n=name: self._edited(n))
        else:
            field.toggled.connect(lambda _on, n=name: self._edited(n))

    def _add_buttons(self) -> None:
        self.cancel = SecondaryButton(_("Leave"))
        self.cancel.clicked.connect(self.leave)
        self.save = PrimaryButton(_("Save"), "save", shortcut="Ctrl+Return")
        self.save.clicked.connect(self.submit)
        self.add_action(self.cancel)
        self.add_action(self.save)
        QShortcut(QKeySequence("Esc"), self).activated.connect(self.leave)
        QShortcut(QKeySequence("Ctrl+Enter"), self).activated.connect(self.submit)

    def _edited(self, name: str) -> None:
        self._render_messages(self._presenter.edit(name, _raw(self.fields[name])))
        self.keeper.touch()

    def _render(self, state: SmallFormState) -> None:
        self.set_title(state.title)
        for name, field in self.fields.items():
            field.blockSignals(True)
            _show(field, state.values[name])
            field.blockSignals(False)
        self._render_messages(state)

    def _render_messages(self, state: SmallFormState) -> None:
        self.form.set_errors(state.errors)
        for name in self.fields:
            row = self.form.row(name)
            row.hint.set_text(state.warnings.get(name, ""))
            row.hint.setVisible(name in state.warnings)

    def submit(self) -> None:
        """Save, or show what is in the way."""
        operation = self._presenter.submit()
        if operation is None:
            self.form.set_errors(self._presenter.state().errors, focus=True)
            return
        self.keeper.stop()
        self.save.setEnabled(False)
        self._tasks.run(lambda: self._workplace.write(operation), lambda _done: self._go(), self._refused, owner=self)

    def _refused(self, error: DeskError) -> None:
        self.save.setEnabled(True)
        self.keeper.resume()
        show_error(self, error)

    def leave(self) -> None:
        """Go back; what was typed is kept as a draft after asking."""
        kept = _("What you typed is kept as a draft and comes back when you open the form.")
        question = Message(_("Leave without saving?"), kept)
        if not self.keeper.is_touched or confirm(self, question, _("Leave")):
            self.keeper.save()
            self._go()

    def _go(self) -> None:
        self._navigate(Route("child", self._presenter.person))

    def _typed(self) -> Typed:
        focused = QApplication.focusWidget()
        name = next((name for name, field in self.fields.items() if field is focused), "")
        return Typed(name, self._presenter.payload())

    def _offer_draft(self) -> None:
        draft = self.keeper.found()
        if draft is not None:
            self._render(self._presenter.restore(draft.payload))
            self.keeper.restored(draft)
            self.add_above(NoticeBar(_("This is what you were typing; it is not saved yet."), Tone.NOTE))


class RelationFormPage(SmallFormPage):
    """A family member: who, what to the child, how to reach them."""

    form_key = RELATION_FORM

    def __init__(
        self, workplace: Workplace, tasks: Tasks, navigate: Navigate, person: str, *, relation: str = ""
    ) -> None:
        super().__init__(RelationForm(workplace, person, relation), workplace, tasks, navigate)

    def add_fields(self) -> None:
        options = self._presenter.options
        self.put("full_name", _("Full name"), LineEdit(_("Full name")), required=True)
        self.put("relation", _("Relation to the child"), Choice("", options("relation")), required=True)
        self.put("phone", _("Phone"), LineEdit(_("Phone")))
        self.put("birth_date", _("Birth date"), DateField(partial=True, today=self._workplace.today))
        self.put("sex", _("Sex"), Choice("", options("sex")))
        self.put("life_status", _("Situation"), Choice("", options("life_status")))
        self.put("occupation", _("Occupation"), LineEdit(_("Occupation")), wide=True)
        self.put("is_caregiver", _("Care"), QCheckBox(_("Looks after the child daily")))
        self.put("is_guardian", _("Guardianship"), QCheckBox(_("Legal guardian")))


class GroupFormPage(SmallFormPage):
    """A child joins a group from a day on the strength of a paper."""

    form_key = GROUP_FORM

    def __init__(self, workplace: Workplace, tasks: Tasks, navigate: Navigate, person: str) -> None:
        super().__init__(GroupForm(workplace, person), workplace, tasks, navigate)

    def add_fields(self) -> None:
        self.put("group_code", _("Group"), Choice("", self._presenter.options("group_code")), required=True, wide=True)
        self.put("from_on", _("From"), DateField(today=self._workplace.today), required=True)
        self.put("basis", _("Basis document"), LineEdit(_("Basis document")))


def _raw(field: Editor) -> object:
    if isinstance(field, QCheckBox):
        return field.isChecked()
    return field.text() if isinstance(field, DateField) else field.value()


def _show(field: QWidget, value: object) -> None:
    if isinstance(field, QCheckBox):
        field.setChecked(bool(value))
    elif isinstance(field, DateField):
        field.setText(str(value))
    elif isinstance(field, LineEdit | Choice):
        field.set_value(str(value))
