"""The parts of the shelter's page: the board of beds, what the shift must not forget, the log of a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.shelter.page import BedView, BoardView, LogLine
from commune_desk.presenters.shelter.page import ShelterPage as State
from commune_desk.presenters.shelter.shift_list import ShiftRow
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.beds import BedTile
from commune_desk.ui.widgets.buttons import IconButton, SecondaryButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.flow import Stack, TileGrid
from commune_desk.ui.widgets.notice import EmptyState
from commune_desk.ui.widgets.rows import ButtonRow, ListRow
from commune_desk.ui.widgets.text import Text

TILE_HEIGHT = 108
_LEAD = 132


class Board(QWidget):
    """Beds as tiles, and below them what this shift must not forget."""

    def __init__(self, navigate: Callable[[Route], object], came_back: Callable[[str], object]) -> None:
        super().__init__()
        self._navigate, self._came_back = navigate, came_back
        self._shown: BoardView | None = None
        self.tiles: dict[str, BedTile] = {}
        self.grid = TileGrid()
        self.shift = Card(_("In this shift"), "clock")
        self.empty = EmptyState(
            "bed",
            _("The house has no beds yet."),
            detail=_("Set them up once; it takes a minute. Names such as A1 and D2 are offered and can be changed."),
            action=_("Set up the beds"),
        )
        self.empty.acted.connect(lambda: navigate(Route("shelter", "", "beds")))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for part in (self.empty, self.grid, self.shift):
            column.addWidget(part)
        column.addStretch(1)

    def show_view(self, view: BoardView) -> bool:
        """Show the board anew; nothing moves when nothing changed. Whether the focus is on its bed again."""
        if view == self._shown:
            return False
        self._shown = view
        focused = next((key for key, tile in self.tiles.items() if tile.hasFocus()), "")
        self.empty.setVisible(not view.is_set_up and view.can_write)
        self.grid.setVisible(bool(view.tiles))
        self.grid.clear()
        self.tiles = {}
        for tile in view.tiles:
            made = self._tile(tile)
            self.tiles[f"{tile.bed}:{tile.route.record}"] = made
            self.grid.add(made)
        if focused in self.tiles:
            self.tiles[focused].show()
            self.tiles[focused].setFocus()
        self._show_shift(view)
        return focused in self.tiles

    def _tile(self, view: BedView) -> BedTile:
        tile = BedTile(
            view.label,
            view.title,
            view.detail,
            chip=view.chip.text,
            chip_tone=Tone(view.chip.tone),
            is_free=view.is_free,
        )
        tile.setMinimumHeight(TILE_HEIGHT)
        chip, lines = tile.findChild(Chip), tile.findChild(Stack)
        if chip is not None:
            chip.set(view.chip.text, Tone(view.chip.tone), view.chip.icon)
        if lines is not None and view.second:
            lines.add(Text(view.second, size=Size.SMALL, ink="quiet"))
            tile.setAccessibleName(f"{tile.accessibleName()}, {view.second}")
        tile.activated.connect(lambda: self._navigate(view.route))
        return tile

    def _show_shift(self, view: BoardView) -> None:
        self.shift.clear()
        self.shift.setVisible(view.is_set_up or bool(view.shift))
        for row in view.shift:
            self.shift.add(self._shift_row(row, view.can_write))
        if not view.shift:
            self.shift.add(ListRow("", _("Nothing is due: nobody is out, no stay is near its end.")))

    def _shift_row(self, row: ShiftRow, can_write: bool) -> ListRow:
        spoken = _("{action}: {alias}").format(action=row.button, alias=row.title)
        button = SecondaryButton(row.button, name=spoken)
        if row.route is not None:
            button.clicked.connect(partial(self._open, row.route))
        else:
            button.clicked.connect(partial(self._back, row.back))
            button.setEnabled(can_write)
        made = ListRow(row.title, row.detail, trailing=button)
        return made.lead(row.lead, icon=row.icon, ink=row.ink, width=_LEAD)

    def _open(self, route: Route, _checked: bool = False) -> None:
        self._navigate(route)

    def _back(self, stay: str, _checked: bool = False) -> None:
        self._came_back(stay)


class DayLog(QWidget):
    """The log of the whole house, a day at a time."""

    def __init__(self, state: State, navigate: Callable[[Route], object]) -> None:
        super().__init__()
        self._state, self._navigate = state, navigate
        self.day = self._today = state.today
        self.earlier = IconButton("chevron-left", _("The day before"))
        self.later = IconButton("chevron-right", _("The day after"))
        self.earlier.clicked.connect(lambda: self.show_day(-1))
        self.later.clicked.connect(lambda: self.show_day(1))
        buttons = QWidget()
        line = QHBoxLayout(buttons)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self.earlier)
        line.addWidget(self.later)
        self.card = Card(_("Log of the house"), "clipboard-list", action=buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)
        column.addStretch(1)

    def show_day(self, step: int = 0) -> None:
        """Show the present day of the list, or the one `step` days from it; never a day to come.

        The log of today is that of the next day after midnight: there the next entry will stand.
        """
        today = self._state.today
        goes_on = step == 0 and self.day == self._today
        self.day, self._today = min(today if goes_on else self.day + timedelta(days=step), today), today
        self.later.setEnabled(self.day < today)
        self.card.aside.set_text(self._state.day_title(self.day))
        self.card.clear()
        lines = self._state.log_of(self.day)
        for line in lines:
            self.card.add(self._row(line))
        if not lines:
            detail = _("Open a resident and press “Write in the log”.")
            self.card.add(EmptyState("clipboard-list", _("Nothing was written on this day."), detail=detail))

    def _row(self, line: LogLine) -> ButtonRow:
        row = ButtonRow(line.alias, chips=[Chip(line.kind)], second=line.note, aside=line.officer).lead(
            line.hour, width=64
        )
        row.activated.connect(lambda: self._navigate(Route("resident", line.stay)))
        return row
