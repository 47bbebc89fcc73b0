"""The form of a home visit, with the visit before beside it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.child.visit_form import PreviousView, VisitForm, VisitFormState
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.forms.child_picker import ChildPicker
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import SecondaryButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.flow import Flow
from commune_desk.ui.widgets.forms import FieldRow
from commune_desk.ui.widgets.page import TwoColumns
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.desk.workplace import Workplace

REPEAT_KEY = "F4"
"""As office programs repeat what was done last."""
_LABEL_WIDTH, _HOUR_WIDTH = 108, 240


class VisitFormPage(EntryPage):
    """A visit to `person`, the correction of the visit `amends`, or with neither a visit to a child to be chosen."""

    def __init__(
        self,
        workplace: Workplace,
        tasks: Tasks,
        navigate: Callable[[Route], object],
        *,
        person: str = "",
        amends: str = "",
    ) -> None:
        self.visit = VisitForm(workplace, person, amends=amends)
        super().__init__(self.visit, workplace, tasks, navigate)
        if self.visit.state().must_choose_child:
            self.setFocusProxy(self.picker)

    def arrange(self) -> None:
        self.picker = ChildPicker(self._workplace)
        self.picker.chosen.connect(self._choose_child)
        self._picker_card = Card(_("Which child?"), "user")
        self._picker_row = FieldRow(_("Child"), self.picker, required=True)
        self._picker_card.add_padded(self._picker_row)
        self.fields["visited_at"].setMaximumWidth(_HOUR_WIDTH)
        card = Card(_("What you saw"), "pencil")
        card.add_padded(self.form)
        self.repeat = SecondaryButton(_("As last time"), "copy", shortcut=REPEAT_KEY)
        self.repeat.clicked.connect(self._repeat)
        self.previous = Card(_("The visit before"), "history")
        self._shown_previous: PreviousView | None = None
        columns = TwoColumns()
        columns.main.addWidget(self._picker_card)
        columns.main.addWidget(card)
        columns.side.addWidget(self.previous)
        columns.side.addWidget(self.repeat)
        self.add(columns)

    def render_more(self, state: VisitFormState) -> None:
        self._picker_card.setVisible(state.must_choose_child)
        self._picker_row.set_error(state.errors.get("person", ""))
        if state.previous != self._shown_previous:
            self._show_previous(state.previous)
        self.previous.setVisible(state.previous is not None)
        self.repeat.setVisible(state.previous is not None)

    def _show_previous(self, view: PreviousView | None) -> None:
        self._shown_previous = view
        self.previous.clear()
        if view is None:
            return
        self.previous.add_padded(_heading(view))
        for label, text in view.lines:
            self.previous.add(ListRow("", text).lead(label, ink="quiet", width=_LABEL_WIDTH))

    def show_errors(self, errors: object) -> None:
        state = self.visit.state()
        super().show_errors(state.errors)
        if state.must_choose_child:
            self.picker.setFocus()

    def _choose_child(self, person: str) -> None:
        self.render_state(self.visit.choose_child(person))
        self.keeper.touch()
        self.fields["visited_on"].setFocus()

    def _repeat(self) -> None:
        self.render_state(self.visit.repeat_previous())
        self.keeper.touch()
        self.fields["observations"].setFocus()


def _heading(view: PreviousView) -> QWidget:
    """Day, risk and what was seen."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    line = Flow(Text(view.heading, ink="quiet"), gap=8)
    if view.risk is not None:
        line.add(Chip(view.risk.text, Tone(view.risk.tone), view.risk.icon))
    column.addWidget(line)
    column.addWidget(Text(view.observations, wrap=True))
    return holder
