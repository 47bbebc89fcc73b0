"""The form of a child's file: one page, keyboard from top to bottom, and at the right who it may be already."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QCheckBox, QVBoxLayout, QWidget

from commune_desk.domain.errors import DeskError, Invalid
from commune_desk.i18n import _
from commune_desk.presenters.child_form import FORM, ChildForm, ChildFormState, TwinView
from commune_desk.presenters.routes import Route
from commune_desk.ui.dialogs.message import Message, confirm, show_error
from commune_desk.ui.forms.draft_keeper import DraftKeeper, Typed
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.choice import Choice, MultiChoice, RadioRow
from commune_desk.ui.widgets.dates import DateField
from commune_desk.ui.widgets.fields import LineEdit, TextEdit
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.page import Page, TwoColumns
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.workplace import Workplace

Editor = LineEdit | TextEdit | DateField | Choice | MultiChoice | RadioRow
_LABEL_WIDTH = 124


class ChildFormPage(Page):
    """A new child, or with `person` a stored file. Ctrl+Enter saves, Escape leaves and keeps the draft."""

    def __init__(
        self,
        workplace: Workplace,
        tasks: Tasks,
        navigate: Callable[[Route], object],
        person: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self._form, self._workplace, self._tasks, self._navigate = (
            ChildForm(workplace, person),
            workplace,
            tasks,
            navigate,
        )
        self.person = person
        self.fields: dict[str, Editor] = {}
        self._is_rendering = False
        self.form = Form(columns=2)
        self._add_fields()
        self._add_frame()
        self.keeper = DraftKeeper(FORM, person, self._typed, workplace, tasks, self)
        self._render(self._form.state())
        self._offer_draft()
        self.setFocusProxy(self.fields["full_name"])

    def _add_frame(self) -> None:
        self.cancel = SecondaryButton(_("Leave"))
        self.cancel.clicked.connect(self.leave)
        self.save = PrimaryButton(_("Save"), "save", shortcut="Ctrl+Return")
        self.save.clicked.connect(self.submit)
        self.add_action(self.cancel)
        self.add_action(self.save)
        QShortcut(QKeySequence("Esc"), self).activated.connect(self.leave)
        QShortcut(QKeySequence("Ctrl+Enter"), self).activated.connect(self.submit)
        card = Card(_("Details"), "file-text")
        card.add_padded(self.form)
        self.columns = TwoColumns()
        self.columns.main.addWidget(card)
        self.twins = QVBoxLayout()
        self.columns.side.addLayout(self.twins)
        self.add(self.columns)

    def _add_fields(self) -> None:
        self._text("full_name", _("Full name"), required=True)
        self._put("sex", _("Sex"), RadioRow(_("Sex"), self._form.options("sex")))
        self._put("birth_date", _("Birth date"), DateField(_("Birth date"), partial=True, today=self._workplace.today))
        self.form.row("birth_date").hint.set_text(_("Also 05/2014, 2014 or “about 9 years”."))
        self.form.row("birth_date").hint.show()
        self._text("id_number", _("Personal ID number"))
        self._choice("ethnicity", _("Ethnic group"))
        village = self._text("village", _("Village"))
        village.suggest(self._form.villages_like(""))
        village.edited.connect(lambda typed: village.suggest(self._form.villages_like(typed)))
        self.form.add_heading(_("Who looks after the child"))
        self._text("carer_name", _("Carer"))
        self._choice("carer_relation", _("Relation to the child"))
        self._text("carer_phone", _("Carer's phone"))
        self._choice("household_class", _("Household class"))
        self.form.add_heading(_("Parents"))
        for parent, label in (("mother", _("Mother")), ("father", _("Father"))):
            self._text(f"{parent}_name", label)
            self._choice(
                f"{parent}_status", _("Situation of the mother") if parent == "mother" else _("Situation of the father")
            )
        if self._form.is_new:
            self.form.add_heading(_("Groups of the child"))
            self._groups()
        self.form.add_heading(_("School, health, papers"))
        self._choice("schooling", _("Schooling"))
        self._text("school", _("School and class"))
        self._text("health_insurance", _("Health insurance number"))
        self._text("birth_certificate", _("Birth certificate"))
        self._text("other_name", _("Usual name"))
        self._text("address", _("Address"))
        note = TextEdit(_("Note"), lines=2)
        self._put("note", _("Note"), note, wide=True)

    def _groups(self) -> None:
        self._group_fields: dict[str, MultiChoice] = {}
        for kind, label in (("special", _("Special circumstances")), ("at_risk", _("At risk"))):
            field = MultiChoice(label, self._form.group_options(kind))
            self.form.add(f"groups_{kind}", FieldRow(label, field), wide=True)
            field.changed.connect(self._on_groups)
            self._group_fields[kind] = field

    def _on_groups(self, _codes: object) -> None:
        if not self._is_rendering:
            chosen = tuple(code for field in self._group_fields.values() for code in field.value())
            self._edited("groups", chosen)

    def _text(self, name: str, label: str, *, required: bool = False) -> LineEdit:
        field = LineEdit(label)
        self._put(name, label, field, required=required)
        return field

    def _choice(self, name: str, label: str) -> None:
        self._put(name, label, Choice(label, self._form.options(name)))

    def _put(self, name: str, label: str, field: Editor, *, required: bool = False, wide: bool = False) -> None:
        self.fields[name] = field
        self.form.add(name, FieldRow(label, field, required=required), wide=wide)
        if isinstance(field, LineEdit | TextEdit):
            field.edited.connect(lambda _text, n=name: self._edited(n, self._raw(n)))
            field.left.connect(lambda _text, n=name: self._left(n))
        elif isinstance(field, Choice | RadioRow):
            field.chosen.connect(lambda code, n=name: self._edited(n, code))

    def _raw(self, name: str) -> str:
        field = self.fields[name]
        if isinstance(field, DateField):
            return field.text()
        return field.value() if isinstance(field, LineEdit | TextEdit) else ""

    def _edited(self, name: str, value: object) -> None:
        if not self._is_rendering:
            self._render(self._form.edit(name, value), but=name)
            self.keeper.touch()

    def _left(self, name: str) -> None:
        if not self._is_rendering:
            self._form.edit(name, self._raw(name))
            self._render(self._form.leave(name), but=name)

    def _render(self, state: ChildFormState, *, but: str = "") -> None:
        self._is_rendering = True
        self.set_title(state.title)
        for name, field in self.fields.items():
            if name != but:
                _show(field, state.values[name])
            self.form.row(name).setVisible(name not in state.hidden)
        if self._form.is_new:
            for group_field in self._group_fields.values():
                group_field.set_value(state.values["groups"])
        self._render_messages(state)
        self._render_twins(state)
        self._is_rendering = False

    def _render_messages(self, state: ChildFormState) -> None:
        self.form.set_errors({name: text for name, text in state.errors.items() if name in self.form.names})
        for name in self.fields:
            row = self.form.row(name)
            if name == "birth_date" and not state.warnings.get(name):
                row.hint.set_text(_("Also 05/2014, 2014 or “about 9 years”."))
                continue
            row.hint.set_text(state.warnings.get(name, ""))
            row.hint.setVisible(bool(state.warnings.get(name)))

    def _render_twins(self, state: ChildFormState) -> None:
        key = (state.twins, state.must_confirm)
        if getattr(self, "_shown_twins", None) == key:
            return
        self._shown_twins = key
        while (item := self.twins.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if state.twins:
            self.twins.addWidget(Text(_("In the register already?"), size=Size.HEADING, bold=True))
        for twin in state.twins:
            self.twins.addWidget(self._twin_card(twin))
        if state.twins:
            self.other = QCheckBox(_("This is another child"))
            self.other.setChecked(not state.must_confirm)
            self.other.toggled.connect(lambda is_on: self._render(self._form.say_other(is_on)))
            self.twins.addWidget(self.other)

    def _twin_card(self, twin: TwinView) -> Card:
        opener = LinkButton(_("Open the file"), name=_("Open the file of {name}").format(name=twin.name))
        opener.clicked.connect(lambda: self._navigate(Route("child", twin.person)))
        card = Card(twin.sign, "users", action=opener, tone="warning")
        for line in twin.lines:
            same = line.entered.strip().lower() == line.stored.strip().lower()
            second = "" if same or not line.entered else _("entered: {text}").format(text=line.entered)
            card.add(ListRow("", line.stored or "–", second=second).lead(line.label, ink="quiet", width=_LABEL_WIDTH))
        return card

    def submit(self) -> None:
        """Save, or show what is in the way."""
        for name, field in self.fields.items():
            if isinstance(field, LineEdit | TextEdit):
                self._form.edit(name, self._raw(name)) if field.hasFocus() else None
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

    def _saved(self, person: str) -> None:
        self._navigate(Route("child", person))

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
        self._navigate(Route("child", self.person) if self.person else Route("register"))

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


def _show(field: Editor, value: object) -> None:
    if isinstance(field, MultiChoice):
        field.set_value(tuple(value) if isinstance(value, tuple | list) else ())
    elif isinstance(field, DateField):
        if field.text() != value:
            field.setText(str(value))
    else:
        field.set_value(str(value))
