"""A table model over ids: the row count is exact, rows are read 100 at a time around what is visible."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from commune_desk.ui.theme import Tone

PAGE_ROWS = 100
KEPT_PAGES = 8

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class HasId(Protocol):
    """What a row must have."""

    @property
    def id(self) -> str: ...


Row = TypeVar("Row", bound=HasId)


class Cell(NamedTuple):
    """What one cell shows: a line, a second quiet line, or with `tone` a chip."""

    text: str
    second: str = ""
    tone: Tone | None = None
    icon: str = ""
    bold: bool = False
    quiet: bool = False


class CellRole:
    """Roles beside Qt's own."""

    SECOND = Qt.ItemDataRole.UserRole + 1
    TONE = Qt.ItemDataRole.UserRole + 2
    BOLD = Qt.ItemDataRole.UserRole + 3
    QUIET = Qt.ItemDataRole.UserRole + 4
    ID = Qt.ItemDataRole.UserRole + 5


_BLANK = Cell("…", quiet=True)
_READ: dict[int, Callable[[Cell], object]] = {
    int(Qt.ItemDataRole.DisplayRole): lambda cell: cell.text,
    int(Qt.ItemDataRole.AccessibleTextRole): lambda cell: f"{cell.text} {cell.second}".strip(),
    CellRole.SECOND: lambda cell: cell.second,
    CellRole.TONE: lambda cell: cell.tone,
    CellRole.BOLD: lambda cell: cell.bold,
    CellRole.QUIET: lambda cell: cell.quiet,
}


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: its heading, how a row becomes a cell, and its share of the width."""

    title: str
    cell: Callable[[Row], Cell]
    stretch: int = 1
    width: int = 0
    """In logical pixels; 0 shares what is left by `stretch`."""
    sort_key: str = ""
    """What the page orders by when the heading is pressed; empty when it cannot be."""


class PagedTableModel(QAbstractTableModel, Generic[Row]):
    """Rows by id. Sorting and filtering mean a new list of ids; there is never a proxy over all rows."""

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        fetch_page: Callable[[list[str]], Sequence[Row]],
        parent: QObject | None = None,
    ) -> None:
        """`fetch_page` gives the rows of at most 100 ids, in any order; rows that are gone may be missing."""
        super().__init__(parent)
        self.columns = tuple(columns)
        self._fetch = fetch_page
        self._ids: list[str] = []
        self._places: dict[str, int] | None = None
        self._pages: OrderedDict[int, list[tuple[Cell, ...] | None]] = OrderedDict()
        self._stale: set[int] = set()

    def show(self, ids: Sequence[str]) -> None:
        """Show these ids in this order. The same as before are read anew where they stand: no cursor is lost."""
        if self._ids and list(ids) == self._ids:
            self._pages.clear()
            self._stale.clear()
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._ids) - 1, len(self.columns) - 1))
            return
        self.beginResetModel()
        self._ids = list(ids)
        self._places = None
        self._pages.clear()
        self._stale.clear()
        self.endResetModel()

    def refresh(self, ids: Iterable[str]) -> None:
        """Read the pages of these ids again when they are next painted; ids that are not shown mean nothing."""
        places = sorted({place for one in ids if (place := self.place_of(one)) is not None})
        for page in {place // PAGE_ROWS for place in places} & self._pages.keys():
            self._stale.add(page)
        for place in places:
            self.dataChanged.emit(self.index(place, 0), self.index(place, len(self.columns) - 1))

    def id_at(self, row: int) -> str:
        """The id shown in a row. Raises IndexError."""
        return self._ids[row]

    def place_of(self, one: str) -> int | None:
        """The row in which an id is shown."""
        if self._places is None:
            self._places = {key: place for place, key in enumerate(self._ids)}
        return self._places.get(one)

    def cell(self, row: int, column: int) -> Cell:
        """What a cell shows; reads its page when it is not at hand."""
        page = self._pages.get(row // PAGE_ROWS)
        if page is None or self._stale:
            page = self._page(row // PAGE_ROWS)
        cells = page[row % PAGE_ROWS]
        return _BLANK if cells is None else cells[column]

    def _page(self, number: int) -> list[tuple[Cell, ...] | None]:
        page = self._pages.get(number)
        if page is None or number in self._stale:
            page = self._read(number)
            self._stale.discard(number)
            self._pages[number] = page
            while len(self._pages) > KEPT_PAGES:
                dropped, _rows = self._pages.popitem(last=False)
                self._stale.discard(dropped)
        self._pages.move_to_end(number)
        return page

    def _read(self, number: int) -> list[tuple[Cell, ...] | None]:
        wanted = self._ids[number * PAGE_ROWS : (number + 1) * PAGE_ROWS]
        rows = {row.id: row for row in self._fetch(wanted)}
        return [tuple(c.cell(rows[one]) for c in self.columns) if one in rows else None for one in wanted]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        read = _READ.get(role)
        if read is not None:
            return read(self.cell(index.row(), index.column())) if index.isValid() else None
        return self._ids[index.row()] if role == CellRole.ID and index.isValid() else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None
