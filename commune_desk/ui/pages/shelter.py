"""The Sunshine House: bed board, residents, the log of the day."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.shelter.page import BoardView, ResidentRow
from commune_desk.presenters.shelter.page import ShelterPage as State
from commune_desk.ui.models.paged import Cell, Column, PagedTableModel
from commune_desk.ui.pages.live import LivePage
from commune_desk.ui.pages.shelter_parts import Board, DayLog
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.notice import EmptyState
from commune_desk.ui.widgets.page import TabBar
from commune_desk.ui.widgets.table import PagedTable
from commune_desk.usecases.desk.workplace import Workplace

_CLOCKS_MS = 60_000
_NARROW = 900


def _columns() -> list[Column[ResidentRow]]:
    return [
        Column(_("House name"), lambda row: Cell(row.alias, row.second, bold=True), 8),
        Column(_("Age"), lambda row: Cell(row.age), width=112),
        Column(_("Bed"), lambda row: Cell(row.bed or "–", quiet=not row.bed), width=68),
        Column(_("Since"), lambda row: Cell(row.since, row.length), width=116),
        Column(
            _("Status"), lambda row: Cell(row.status.text, tone=Tone(row.status.tone), icon=row.status.icon), width=140
        ),
        Column(_("Clock"), _clock_cell, width=212),
    ]


def _clock_cell(row: ResidentRow) -> Cell:
    return Cell(row.clock.text, tone=Tone(row.clock.tone), icon=row.clock.icon) if row.clock else Cell("–", quiet=True)


class ShelterPage(LivePage):
    """The page of the rail. Names of people never stand on it."""

    kinds = ("shelter", "bed", "placement", "person", "care_log_entry", "task", "sync")

    def __init__(
        self, workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(_("Sunshine House"), workplace, tasks, parent)
        self._state, self._navigate = State(workplace), navigate
        self._add_actions()
        self._add_tabs()
        self._clocks = QTimer(self, interval=_CLOCKS_MS)
        self._clocks.timeout.connect(self.read_again)
        self.read_again()

    def first_focus(self) -> QWidget | None:
        """A bed, whichever part of the page is shown beside the board."""
        return next(iter(self.board.tiles.values()), None) if self.board.isVisible() else None

    def _add_actions(self) -> None:
        self.beds = SecondaryButton(_("Beds…"), "bed")
        self.beds.clicked.connect(lambda: self._navigate(Route("shelter", "", "beds")))
        self.admit = PrimaryButton(_("Admit (90 seconds)"), "plus", shortcut="Ctrl+N")
        self.admit.clicked.connect(lambda: self._navigate(Route("shelter", "", "admit")))
        self.add_action(self.beds)
        self.add_action(self.admit)

    def _add_tabs(self) -> None:
        self.tabs = TabBar(_("Parts of the page"))
        self.add_above(self.tabs)
        self.board = Board(self._navigate, self._came_back)
        self.log = DayLog(self._state, self._navigate)
        self.residents = self._residents()
        self._parts: dict[str, QWidget] = {"board": self.board, "residents": self.residents, "log": self.log}
        for key, text in zip(self._parts, (_("Bed board"), _("Residents"), _("Log of the day")), strict=True):
            self.tabs.add(key, text)
            self.add(self._parts[key], stretch=1 if key == "residents" else 0)
        self.tabs.chosen.connect(self.show_part)
        self.show_part("board")

    def _residents(self) -> QWidget:
        self.model: PagedTableModel[ResidentRow] = PagedTableModel(_columns(), self._state.rows, self)
        self.table = PagedTable(self.model, _("Residents"), two_lines=True, three_below=_NARROW)
        self.table.setMinimumHeight(320)
        self.table.opened.connect(lambda stay: self._navigate(Route("resident", stay)))
        self.which = Choice(_("Which stays"), placeholder=_("In the house now"))
        self.which.set_options(self._state.which_options()[1:])
        self.which.setMaximumWidth(260)
        self.which.chosen.connect(lambda _code: self._read_residents())
        self.nobody = EmptyState("users", _("Nobody is in this list."))
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        line = QHBoxLayout()
        line.addWidget(self.which)
        line.addStretch(1)
        column.addLayout(line)
        column.addWidget(self.nobody)
        column.addWidget(self.table, 1)
        return holder

    def show_part(self, key: str) -> None:
        """Show one tab: board, residents or log."""
        for name, part in self._parts.items():
            part.setVisible(name == key)

    def read(self) -> bool:
        view = self._state.board()
        self._show_heading(view)
        is_held = self.board.show_view(view)
        self._read_residents()
        self.log.show_day()
        return is_held

    def _show_heading(self, view: BoardView) -> None:
        self.set_title(view.title, view.subtitle)
        self.beds.setVisible(view.can_write and view.is_set_up)
        self.admit.setVisible(view.can_write)

    def _read_residents(self) -> None:
        chosen = self.table.current_id
        ids = self._state.ids(self.which.value() or "here")
        self.model.show(ids)
        self.table.setVisible(bool(ids))
        self.nobody.setVisible(not ids)
        self.table.select_id(chosen)

    def _came_back(self, stay: str) -> None:
        self.write_once(self._state.came_back(stay), stay)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._clocks.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._is_stale = True  # its clocks went on
        self._clocks.stop()
