"""The table of a paged model: crisp rows of one or two lines, chips, Enter opens, nothing selected by accident."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from commune_desk.ui import theme
from commune_desk.ui.models.paged import Cell, PagedTableModel
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.chip import CHIP_HEIGHT, chip_font, chip_width, paint_chip
from commune_desk.ui.widgets.text import BOLD

ONE_LINE = 36
TWO_LINES = 52
_PAD = 8
_EDGE = 14
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


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
            self._mark_current(painter, rect, column, has_focus=bool(view.state & QStyle.StateFlag.State_HasFocus))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.colour("line"))
        is_last = column == len(self._model.columns) - 1
        inner = rect.adjusted(_EDGE if column == 0 else _PAD, 0, -_EDGE if is_last else -_PAD, -1)
        if cell.tone is not None:
            self._paint_chip(painter, inner, cell)
        else:
            self._paint_lines(painter, inner, cell, _RIGHT if self._model.columns[column].right else _LEFT)

    def _mark_current(self, painter: QPainter, rect: QRect, column: int, *, has_focus: bool) -> None:
        if column == 0:
            painter.fillRect(rect.left(), rect.top(), 3, rect.height() - 1, theme.colour("accent"))
        if has_focus:
            painter.setPen(QPen(theme.colour("accent"), 1))
            painter.drawRect(rect.adjusted(0, 0, -1, -2))

    def _paint_chip(self, painter: QPainter, inner: QRect, cell: Cell) -> None:
        if not cell.text or cell.tone is None:
            return
        painter.setFont(self._chip)
        width = min(chip_width(painter.fontMetrics(), cell.text, cell.icon), inner.width())
        top = inner.top() + (inner.height() - CHIP_HEIGHT) // 2
        paint_chip(painter, QRect(inner.left(), top, width, CHIP_HEIGHT), cell.text, cell.tone, icon=cell.icon)

    def _paint_lines(self, painter: QPainter, inner: QRect, cell: Cell, side: Qt.AlignmentFlag) -> None:
        first = inner
        if cell.second:
            half = inner.height() // 2
            first = inner.adjusted(0, 4, 0, -half + 2)
            self._line(painter, inner.adjusted(0, half - 1, 0, -5), cell.second, side, self._small, "quiet")
        font = self._bold if cell.bold else self._plain
        self._line(painter, first, cell.text, side, font, "quiet" if cell.quiet else "ink")

    def _line(self, painter: QPainter, rect: QRect, text: str, side: Qt.AlignmentFlag, font: QFont, token: str) -> None:
        painter.setFont(font)
        painter.setPen(theme.colour(token))
        metrics = self._metrics.get(id(font))
        if metrics is None:
            metrics = self._metrics[id(font)] = QFontMetrics(font)
        if metrics.horizontalAdvance(text) > rect.width():
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, side, text)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, ONE_LINE)


class PagedTable(QTableView):
    """Emits `opened` with the id on Enter or double click, `current_changed`, and `sort_requested` with a key."""

    opened = Signal(str)
    current_changed = Signal(str)
    sort_requested = Signal(str)

    def __init__(
        self, model: PagedTableModel[Any], name: str, *, two_lines: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
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

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self.current_changed.emit(self._paged.id_at(current.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_id:
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
        self._share_width()

    def _share_width(self) -> None:
        shown = [(at, one) for at, one in enumerate(self._paged.columns) if not self.isColumnHidden(at)]
        room = self.viewport().width() - sum(column.width for _at, column in shown)
        shares = sum(column.stretch for _at, column in shown if not column.width) or 1
        for position, column in shown:
            self.setColumnWidth(position, column.width or max(room * column.stretch // shares, 60))
