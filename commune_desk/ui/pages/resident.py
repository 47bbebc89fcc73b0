"""A resident's page: clocks, papers, the log, and what the state of the stay allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QPushButton, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.shelter.resident_page import ResidentPage as State
from commune_desk.presenters.shelter.resident_page import ResidentView
from commune_desk.presenters.wording.labels import Fact
from commune_desk.ui.pages.moments import entry_of
from commune_desk.ui.pages.subject import SubjectPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Card, Surface
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.flow import Flow, clear_layout
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.options import MultiChoice
from commune_desk.ui.widgets.page import TwoColumns
from commune_desk.ui.widgets.rows import ButtonRow, ListRow
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.desk.workplace import Workplace


class ResidentPage(SubjectPage):
    """The page of one stay; make one for each that is opened."""

    kinds = ("placement", "person", "bed", "care_log_entry", "task", "sync")

    def __init__(
        self,
        workplace: Workplace,
        tasks: Tasks,
        navigate: Callable[[Route], object],
        stay: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Resident"), workplace, tasks, navigate, parent)
        self._state = State(workplace, stay)
        self.stay = stay
        self._reads_sealed = False
        self._view: ResidentView | None = None
        self._add_actions()
        self._add_body()
        self.read_again()

    def _add_actions(self) -> None:
        self.complete = self._button(SecondaryButton(_("Complete…"), "pencil", shortcut="Ctrl+E"), "complete")
        self.bed = self._button(SecondaryButton(_("Change bed…")), "bed")
        self.out = self._button(SecondaryButton(_("Goes out…")), "outing")
        self.back = SecondaryButton(_("Is back"), "check")
        self.back.clicked.connect(lambda: self.write_once(self._state.came_back(), "back"))
        self.end = self._button(SecondaryButton(_("End the stay…")), "discharge")
        self.log = self._button(PrimaryButton(_("Write in the log"), "plus", shortcut="Ctrl+N"), "care_log")
        self.add_action(self.log)
        self.add_above(Flow(self.out, self.back, self.bed, self.complete, self.end, gap=8))

    def _button(self, button: QPushButton, form: str) -> QPushButton:
        button.clicked.connect(lambda _checked=False: self._navigate(Route("resident", self.stay, form)))
        return button

    def _add_body(self) -> None:
        self.add_above(self._notices)
        surface = Surface()
        surface.column.setContentsMargins(16, 16, 16, 16)
        surface.column.addWidget(self.timeline)
        self.columns = TwoColumns(surface)
        self.add(self.columns)

    def is_overtaken(self) -> bool:
        return super().is_overtaken() or self._view != self._state.view()

    def read(self) -> None:
        view = self._view = self._state.view()
        if view is None:
            hidden = (self.columns, self.complete, self.bed, self.out, self.back, self.end, self.log)
            self.show_gone(self._state.gone, _("To the house"), Route("shelter"), *hidden)
        else:
            self._show(view)

    def _show(self, view: ResidentView) -> None:
        self.header.show_subject(view.initials, view.alias, f"{view.name} · {view.line}", view.chips)
        self._show_actions(view)
        self._notices.show_bars([NoticeBar(view.notice, Tone.WARNING, dismissable=False)] if view.notice else [])
        self.timeline.set_entries([entry_of(moment) for moment in view.timeline])
        self._show_side(view)

    def _show_actions(self, view: ResidentView) -> None:
        is_here = view.can_write and view.status != "ended"
        self.complete.setVisible(view.can_write)
        self.log.setVisible(view.can_write)
        self.bed.setVisible(is_here)
        self.end.setVisible(is_here)
        self.out.setVisible(is_here and view.status == "staying")
        self.back.setVisible(is_here and view.status == "out")

    def _show_side(self, view: ResidentView) -> None:
        side = self.columns.side
        clear_layout(side)
        if view.clocks:
            side.addWidget(_clocks_card(view))
        if view.steps:
            side.addWidget(_steps_card(view))
        side.addWidget(self._papers_card(view))
        side.addWidget(_facts_card(view.facts))
        if view.has_sealed:
            side.addWidget(self._sealed_card())
        if view.earlier:
            side.addWidget(self._earlier_card(view))

    def _papers_card(self, view: ResidentView) -> Card:
        card = Card(_("Papers received"), "file-text")
        self.papers = MultiChoice(_("Papers received"), self._state.paper_options())
        self.papers.set_value(view.papers)
        self.papers.setEnabled(view.can_write)
        self.papers.changed.connect(lambda codes: self.write(self._state.keep_papers(codes)))
        card.add_padded(self.papers)
        card.add_padded(Text(view.papers_note, size=Size.SMALL, ink="quiet", wrap=True))
        return card

    def _sealed_card(self) -> Card:
        """What was opened stays open as long as the page does, whatever a sync brings."""
        show = LinkButton(_("Show"), name=_("Show what is sealed"))
        card = Card(_("Sealed for this house"), "lock", action=show)
        if self._reads_sealed:
            _fill_sealed(card, show, self._state.sealed_again())
            return card
        hint = _("Condition, safety plan, destination. Showing them is written down.")
        card.add_padded(Text(hint, size=Size.SMALL, ink="quiet", wrap=True))
        show.clicked.connect(lambda: self._show_sealed(card, show))
        return card

    def _show_sealed(self, card: Card, show: LinkButton) -> None:
        self._reads_sealed = True
        _fill_sealed(card, show, self._state.sealed())

    def _earlier_card(self, view: ResidentView) -> Card:
        card = Card(_("Earlier stays"), "history")
        for stay, text in view.earlier:
            row = ButtonRow("", text)
            row.activated.connect(partial(self._navigate, Route("resident", stay)))
            card.add(row)
        return card


def _clocks_card(view: ResidentView) -> Card:
    card = Card(_("Clocks"), "clock")
    for clock in view.clocks:
        chip = Chip(clock.left, Tone(clock.chip.tone), clock.chip.icon)
        card.add(ListRow(clock.name, chips=[chip], second=clock.rule))
    return card


def _steps_card(view: ResidentView) -> Card:
    card = Card(_("What comes next"), "calendar")
    for step in view.steps:
        tone, icon = (Tone.DANGER, "alert-triangle") if step.is_late else (Tone.OUTLINE, "")
        card.add(ListRow("", step.text, chips=[Chip(step.when, tone, icon)]))
    return card


def _facts_card(facts: Sequence[Fact]) -> Card:
    card = Card(_("The stay"), "bed")
    for fact in facts:
        card.add(_fact_row(fact))
    return card


def _fill_sealed(card: Card, show: LinkButton, facts: Sequence[Fact]) -> None:
    show.setEnabled(False)
    card.clear()
    for fact in facts:
        card.add(_fact_row(fact))


def _fact_row(fact: Fact) -> ListRow:
    return ListRow("", fact.value).labelled(fact.label)
