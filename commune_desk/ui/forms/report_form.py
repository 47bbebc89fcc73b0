"""The intake of a report, with the child of the register that it is about."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.reports.form import ReportForm, ReportFormState
from commune_desk.ui.forms.child_picker import ChildPicker
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.buttons import LinkButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.page import TwoColumns
from commune_desk.ui.widgets.tab_order import rest_focus
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.desk.workplace import Workplace


class ReportFormPage(EntryPage):
    """An intake; with `person` it is about that child of the register."""

    def __init__(
        self, workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object], *, person: str = ""
    ) -> None:
        self.report = ReportForm(workplace, person)
        super().__init__(self.report, workplace, tasks, navigate)

    def arrange(self) -> None:
        card = Card(_("What was reported"), "file-warning", aside=_("fields with * are enough"))
        card.add_padded(self.form)
        self._add_link()
        columns = TwoColumns()
        columns.main.addWidget(card)
        columns.side.addWidget(self.link_card)
        columns.side.addWidget(_secrecy())
        self.add(columns)

    def _add_link(self) -> None:
        self.picker = ChildPicker(self._workplace)
        self.picker.chosen.connect(self._link)
        self.linked = Text("", bold=True, wrap=True)
        self.unlink = LinkButton(_("Not this child"))
        self.unlink.clicked.connect(lambda: self._link(""))
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.picker, self.linked, self.unlink):
            column.addWidget(widget)
        self.link_card = Card(_("Child in the register"), "user")
        self.link_card.add_padded(holder)

    def _link(self, person: str) -> None:
        if person:
            rest_focus(self.picker)  # Qt would go on to the button that takes the child back
        self.render_state(self.report.choose_child(person))
        self.keeper.touch()
        if not person:
            self.picker.setFocus(Qt.FocusReason.OtherFocusReason)

    def render_more(self, state: ReportFormState) -> None:
        is_linked = bool(state.child)
        self.linked.set_text(state.child)
        self.linked.setVisible(is_linked)
        self.unlink.setVisible(is_linked)
        self.picker.setVisible(not is_linked)


def _secrecy() -> Card:
    card = Card(_("Who can read this"), "shield")
    words = _(
        "The description, what was done and the informant leave this PC only sealed. "
        "The informant is shown on this PC only when asked for, and that is written down."
    )
    card.add_padded(Text(words, size=Size.SMALL, ink="quiet", wrap=True))
    return card
