"""The table of a paged model: crisp rows of one or two lines, chips, Enter opens, nothing selected by accident."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QHelpEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from commune_desk.ui import theme
from commune_desk.ui.models.paged import Cell, PagedTableModel
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.chip import CHIP_HEIGHT, chip_font, chip_width, paint_chip
from commune_desk.ui.widgets.text import BOLD, as_tip

ONE_LINE = 36
TWO_LINES = 52
THREE_LINES = 70
_PITCH = 19
_SPARE = 10
_PAD = 8
_EDGE = 14
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


def first_column_of_chips(*texts: str, icon: str) -> int:
    """How wide the first column has to be for chips with these words."""
    metrics = QFontMetrics(chip_font())
    return _EDGE + max(chip_width(metrics, text, icon) for text in texts) + _PAD


class RowDelegate(QStyledItemDelegate):
    """Paints cells straight from the model: one call for each cell, no style options."""

    def __init__(self, model: PagedTableModel[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._plain = theme.font()
        self._bold = theme.font(weight=BOLD)
        self._small = theme.font(Size.SMALL)
        self._chip = chip_font()
        self._metrics: dict[int, QFontMetrics] = {}

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        view: Any = option
        rect: QRect = view.rect
        column = index.column()
        cell = self._model.cell(index.row(), column)
        if view.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("accent_tint"))
            self._mark_current(painter, rect, column)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.colour("line"))
        inner = self._inner(rect, column)
        if cell.tone is not None:
            self._paint_chip(painter, inner, cell)
        else:
            self._paint_lines(painter, inner, cell, _LEFT)

    def _inner(self, rect: QRect, column: int) -> QRect:
        is_last = column == len(self._model.columns) - 1
        return rect.adjusted(_EDGE if column == 0 else _PAD, 0, -_EDGE if is_last else -_PAD, -1)

    def cut_text(self, row: int, column: int, rect: QRect) -> str:
        """All the words of a cell that shows them only in part; empty when nothing of it is cut."""
        cell, inner = self._model.cell(row, column), self._inner(rect, column)
        if cell.tone is not None:
            is_cut = chip_width(QFontMetrics(self._chip), cell.text, cell.icon) > inner.width()
        else:
            shown = [line for line, _font, _token in self._lines(cell, inner)]
            is_cut = len("".join(shown).replace(" ", "")) < len((cell.text + cell.second).replace(" ", ""))
        return "\n".join(filter(None, (cell.text, cell.second))) if is_cut else ""

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """The tip of a cell: what of it is cut."""
        box: Any = option
        text = self.cut_text(index.row(), index.column(), box.rect) if index.isValid() else ""
        QToolTip.showText(event.globalPos(), as_tip(text), view)
        return bool(text)

    def _mark_current(self, painter: QPainter, rect: QRect, column: int) -> None:
        """A bar at the left of the row; with the focus a line above and below the whole of it too."""
        if column == 0:
            painter.fillRect(rect.left(), rect.top(), 3, rect.height() - 1, theme.colour("accent"))
        table = self.parent()
        if isinstance(table, QWidget) and table.hasFocus():
            for top in (rect.top(), rect.bottom() - 2):
                painter.fillRect(rect.left(), top, rect.width(), 2, theme.colour("accent"))

    def _paint_chip(self, painter: QPainter, inner: QRect, cell: Cell) -> None:
        if not cell.text or cell.tone is None:
            return
        painter.setFont(self._chip)
        width = min(chip_width(painter.fontMetrics(), cell.text, cell.icon), inner.width())
        top = inner.top() + (inner.height() - CHIP_HEIGHT) // 2
        paint_chip(painter, QRect(inner.left(), top, width, CHIP_HEIGHT), cell.text, cell.tone, icon=cell.icon)

    def _paint_lines(self, painter: QPainter, inner: QRect, cell: Cell, side: Qt.AlignmentFlag) -> None:
        lines = self._lines(cell, inner)
        top = inner.top() + (inner.height() - _PITCH * len(lines)) // 2
        for place, (text, font, token) in enumerate(lines):
            painter.setFont(font)
            painter.setPen(theme.colour(token))
            painter.drawText(QRect(inner.left(), top + place * _PITCH, inner.width(), _PITCH), side, text)

    def _lines(self, cell: Cell, inner: QRect) -> list[tuple[str, QFont, str]]:
        """The lines of a cell with their font and ink: as many as the row has room for, the second text in what the
        first leaves."""
        font, token = self._bold if cell.bold else self._plain, "quiet" if cell.quiet else "ink"
        most = max((inner.height() - _SPARE) // _PITCH, 1)
        first = self._wrapped(cell.text, font, inner.width(), 1 if cell.second else most)
        lines = [(line, font, token) for line in first]
        if cell.second:
            below = self._wrapped(cell.second, self._small, inner.width(), max(most - 1, 1))
            lines += [(line, self._small, "quiet") for line in below]
        return lines

    def _wrapped(self, text: str, font: QFont, width: int, most: int) -> list[str]:
        """`text` in at most so many lines; only what does not fit into the last one is left out."""
        metrics = self._metrics.get(id(font))
        if metrics is None:
            metrics = self._metrics[id(font)] = QFontMetrics(font)
        lines: list[str] = []
        while metrics.horizontalAdvance(text) > width:
            head = _longest_head(text, metrics, width) if len(lines) + 1 < most else ""
            if not head:
                return [*lines, metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)]
            lines.append(head)
            text = text[len(head) :].lstrip()
        return [*lines, text]

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, ONE_LINE)


def _longest_head(text: str, metrics: QFontMetrics, width: int) -> str:
    """The first words of `text` that fit; empty when not even one does."""
    head = ""
    for end in [place for place, sign in enumerate(text) if sign == " "]:
        if metrics.horizontalAdvance(text[:end]) > width:
            break
        head = text[:end]
    return head


class PagedTable(QTableView):
    """Emits `opened` with the id on Enter or double click, `current_changed`, and `sort_requested` with a key."""

    opened = Signal(str)
    current_changed = Signal(str)
    sort_requested = Signal(str)

    def __init__(
        self,
        model: PagedTableModel[Any],
        name: str,
        *,
        two_lines: bool = False,
        three_below: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        """Rows of one line, or of two; of three where the table is narrower than `three_below`."""
        super().__init__(parent)
        self._three_below = three_below
        self._paged = model
        self.setAccessibleName(name)
        self.setModel(model)
        self.setItemDelegate(RowDelegate(model, self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self._dress_headers(TWO_LINES if two_lines else ONE_LINE)
        self.doubleClicked.connect(lambda index: self.opened.emit(model.id_at(index.row())))

    def _dress_headers(self, row_height: int) -> None:
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(row_height)
        rows.setDefaultSectionSize(row_height)
        heads = self.horizontalHeader()
        heads.setFont(theme.font(Size.SMALL, BOLD))
        heads.setHighlightSections(False)
        heads.setSectionsClickable(True)
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads.setDefaultAlignment(_LEFT)
        heads.sectionClicked.connect(self._on_head)

    def _grow_rows(self) -> None:
        height = THREE_LINES if self.width() < self._three_below else TWO_LINES
        if self._three_below and height != self.verticalHeader().defaultSectionSize():
            self.verticalHeader().setMinimumSectionSize(height)
            self.verticalHeader().setDefaultSectionSize(height)

    def _on_head(self, column: int) -> None:
        if key := self._paged.columns[column].sort_key:
            self.sort_requested.emit(key)

    @property
    def current_id(self) -> str:
        """The id of the row the cursor is on, or an empty text."""
        index = self.currentIndex()
        return self._paged.id_at(index.row()) if index.isValid() else ""

    def select_id(self, one: str) -> None:
        """Move the cursor to an id that is shown; another id moves nothing."""
        place = self._paged.place_of(one)
        if place is not None:
            self.setCurrentIndex(self._paged.index(place, 0))

    def leave_row(self) -> None:
        """Put the cursor on no row: the next step goes to the first."""
        self.setCurrentIndex(QModelIndex())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The row that Enter opens is seen: Qt alone puts its cursor on the first one, and shows it nowhere."""
        super().focusInEvent(event)
        if self._paged.rowCount() and not self.selectionModel().hasSelection():
            self.selectRow(max(self.currentIndex().row(), 0))

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self.current_changed.emit(self._paged.id_at(current.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_id:
            if not event.isAutoRepeat():
                self.opened.emit(self.current_id)
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Nothing: Qt would read every row to find what was typed; the search field does that."""

    def leave_out(self, position: int, is_left_out: bool) -> None:
        """Hide a column where there is no room for it; the others share its width."""
        self.setColumnHidden(position, is_left_out)
        self._share_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grow_rows()
        self._share_width()

    def _share_width(self) -> None:
        shown = [(at, one) for at, one in enumerate(self._paged.columns) if not self.isColumnHidden(at)]
        room = self.viewport().width() - sum(column.width for _at, column in shown)
        shares = sum(column.stretch for _at, column in shown if not column.width) or 1
        for position, column in shown:
            self.setColumnWidth(position, column.width or max(room * column.stretch // shares, 60))
