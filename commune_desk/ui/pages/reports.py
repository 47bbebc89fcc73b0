"""The reports page: the list by what runs out first, and beside it the report one reads."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.reports.page import LINK, MEASURES, ReportLine
from commune_desk.presenters.reports.page import ReportsPage as State
from commune_desk.presenters.wording.deadline_texts import widest_clocks
from commune_desk.presenters.wording.labels import ChipText
from commune_desk.ui.models.paged import Cell, Column, PagedTableModel
from commune_desk.ui.pages.live import LivePage
from commune_desk.ui.pages.report_detail import ReportCard
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import PrimaryButton
from commune_desk.ui.widgets.notice import EmptyState
from commune_desk.ui.widgets.page import TabBar
from commune_desk.ui.widgets.side_panel import SidePanel
from commune_desk.ui.widgets.table import PagedTable, first_column_of_chips
from commune_desk.usecases.desk.workplace import Workplace

TICK_MS = 15_000
_NARROW = 560


def _columns() -> list[Column[ReportLine]]:
    return [
        Column(
            _("Time left"),
            lambda line: _chip_cell(line.clock),
            width=first_column_of_chips(*widest_clocks(), icon="clock"),
        ),
        Column(_("Source"), lambda line: Cell(line.title, line.second, bold=True), 3),
        Column(_("Status"), lambda line: _chip_cell(line.status), width=144),
    ]


def _chip_cell(chip: ChipText | None) -> Cell:
    return Cell(chip.text, tone=Tone(chip.tone), icon=chip.icon) if chip else Cell("–", quiet=True)


class ReportsPage(LivePage):
    """`show_report` opens one; the clocks are read again from the instants every quarter of a minute."""

    kinds = ("report", "person", "officer", "settings", "lease", "departures")

    def __init__(
        self, workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(_("Reports"), workplace, tasks, parent)
        self._state, self._navigate = State(workplace), navigate
        self._view, self._wanted = "open", ""
        self.new = PrimaryButton(_("Take in a report"), "plus", shortcut="Alt+T")
        self.new.clicked.connect(lambda: navigate(Route("reports", form="report")))
        if not self._state.can_write:
            self.new.hide()
        self.add_action(self.new)
        self.tabs = TabBar(_("Which reports"))
        self._name_tabs()
        self.tabs.chosen.connect(self.show_view)
        self.add_above(self.tabs)
        self.model: PagedTableModel[ReportLine] = PagedTableModel(_columns(), self._state.rows, self)
        self.table = PagedTable(self.model, _("Reports"), two_lines=True, three_below=_NARROW)
        self.table.current_changed.connect(self._read_report)
        self.card = ReportCard(workplace, self._state)
        self.panel = SidePanel(_("The report in full"))
        self.table.opened.connect(lambda _one: self.card.focus_first())
        self.card.acted.connect(self._act)
        self.card.linked.connect(lambda report, person: self._write(LINK, report, person))
        self.card.child_asked.connect(lambda person: navigate(Route("child", person)))
        self._add_body()
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self.tick)
        self._clock.start()

    def _add_body(self) -> None:
        self.empty = EmptyState(
            "check-circle",
            _("No report is here."),
            detail=_("Reports of the province come by themselves with the next sync; take in what you are told here."),
            action=_("Take in a report") if self._state.can_write else "",
        )
        self.empty.acted.connect(lambda: self._navigate(Route("reports", form="report")))
        self.empty.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(self.empty)
        left.addWidget(self.table, 1)
        told = QWidget()
        right = QVBoxLayout(told)
        right.setContentsMargins(0, 0, 4, 0)
        right.addWidget(self.card)
        right.addStretch(1)
        self.panel.setWidget(told)
        listed = QWidget()
        listed.setLayout(left)
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(16)
        for side, share in ((listed, 3), (self.panel, 2)):
            side.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            line.addWidget(side, share)
        self.add(holder, 1)

    def _name_tabs(self) -> None:
        for place, (view, label) in enumerate(self._state.tabs()):
            if place < self.tabs.count():
                self.tabs.setTabText(place, label)
            else:
                self.tabs.add(view, label)

    def show_view(self, view: str) -> None:
        """Show the reports of one tab; the one asked for or open stays open, otherwise the first is opened."""
        self._view = view
        ids = self._state.ids(view)
        self.model.show(ids)
        self.table.setVisible(bool(ids))
        self.empty.setVisible(not ids)
        self.card.setVisible(bool(ids))
        if ids:
            self.table.select_id(next(one for one in (self._wanted, self.card.report, ids[0]) if one in ids))

    def show_report(self, report: str) -> None:
        """Open one report, in whichever tab it stands."""
        self.read_again()
        view = self._state.view_of(report)
        if not view:
            return
        if view != self._view:
            self._view, self._wanted = view, report
            self.tabs.choose(view)
            self._wanted = ""
        self.table.select_id(report)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def first_focus(self) -> QWidget | None:
        return None if self.table.isHidden() else self.table

    def resting_place(self) -> QWidget:
        return self.table

    def read(self) -> None:
        """Read the list anew; the report that is open stays open, also when it moved to another tab."""
        current, was_in_card = self.card.report, self.card.isAncestorOf(QApplication.focusWidget() or self)
        self.set_title(_("Reports"), self._state.subtitle())
        self._name_tabs()
        view = self._state.view_of(current) if current else ""
        if view and view != self._view:
            self.tabs.choose(view)
        else:
            self.show_view(self._view)
        if current and view:
            self.card.read_again()
        if was_in_card and not self.card.isAncestorOf(QApplication.focusWidget() or self):
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def tick(self) -> None:
        """Word the clocks anew; they follow the desk's clock wherever it jumps."""
        if self.isVisible():
            self.model.refresh(self._state.ids("open"))
            self.card.tick()

    def _read_report(self, report: str) -> None:
        if report != self.card.report:
            self.card.show_report(report)
            self.panel.ensureVisible(0, 0)

    def _act(self, action: str, report: str) -> None:
        if action == MEASURES:
            self._navigate(Route("reports", report, "measures"))
        else:
            self._write(action, report)

    def _write(self, action: str, report: str, person: str = "") -> None:
        self.write_once(self._state.operation(action, report, person=person), f"{action}:{report}")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.tick()
