"""Layouts that follow the width: chips that flow over lines, and tiles in as many columns as fit."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLayout, QLayoutItem, QSizePolicy, QWidget


def clear_layout(layout: QLayout | None) -> None:
    """Take every widget out of a layout and let it go."""
    while layout is not None and layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class FlowLayout(QLayout):
    """Sets its widgets side by side and goes on below when the line is full."""

    def __init__(self, parent: QWidget | None = None, *, gap: int = 6, line: int = 0) -> None:
        """`gap` between items and lines; no line is lower than `line`, and then lines stand without a gap."""
        self._heights: dict[int, int] = {}
        super().__init__(parent)
        self.setContentsMargins(0, 0, 0, 0)
        self._gap, self._line = gap, line
        self._items: list[QLayoutItem] = []

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def invalidate(self) -> None:
        self._heights.clear()
        super().invalidate()

    def heightForWidth(self, width: int) -> int:
        """Kept until something in it changes: Qt asks for it very often."""
        if width not in self._heights:
            self._heights[width] = self._arrange(QRect(0, 0, width, 0), move=False)
        return self._heights[width]

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        shown = [i.sizeHint() for i in self._items if not i.isEmpty()]
        width = sum(s.width() for s in shown) + self._gap * max(len(shown) - 1, 0)
        return QSize(width, max((s.height() for s in shown), default=self._line))

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Place the items inside `rect` (or only measure) and return the height used."""
        y = rect.y()
        between = 0 if self._line else self._gap
        for line in self._lines(rect.width()):
            tall = max(self._line, *(size.height() for _item, size in line))
            x = rect.x()
            for item, size in line:
                if move:
                    item.setGeometry(QRect(QPoint(x, y + (tall - size.height()) // 2), size))
                x += size.width() + self._gap
            y += tall + between
        return max(y - between - rect.y(), 0)

    def _lines(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        lines: list[list[tuple[QLayoutItem, QSize]]] = []
        x = 0
        for item in (i for i in self._items if not i.isEmpty()):
            size = _fitted(item, max(width, 1))
            if not lines or x + size.width() > width:
                lines.append([])
                x = 0
            lines[-1].append((item, size))
            x += size.width() + self._gap
        return lines


class StackLayout(FlowLayout):
    """Sets texts below each other, a little into the room that each keeps free for marks above it."""

    def __init__(self, parent: QWidget | None = None, *, overlap: int = 4) -> None:
        super().__init__(parent, gap=-overlap)

    def sizeHint(self) -> QSize:
        shown = [i.sizeHint() for i in self._items if not i.isEmpty()]
        height = sum(s.height() for s in shown) + self._gap * max(len(shown) - 1, 0)
        return QSize(max((s.width() for s in shown), default=0), height)

    def setGeometry(self, rect: QRect) -> None:
        spare = max(rect.height() - self.heightForWidth(rect.width()), 0)
        super().setGeometry(rect.adjusted(0, spare // 2, 0, 0))

    def minimumSize(self) -> QSize:
        widths = [i.minimumSize().width() for i in self._items if not i.isEmpty()]
        return QSize(max(widths, default=0), self.sizeHint().height() if not self.hasHeightForWidth() else 0)

    def _lines(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        shown = (item for item in self._items if not item.isEmpty())
        return [[(item, QSize(width, _height(item, width)))] for item in shown]


def _height(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()


def _fitted(item: QLayoutItem, width: int) -> QSize:
    """The item's size; one wider than the line takes the whole line and the height that then needs."""
    hint = item.sizeHint()
    if hint.width() <= width:
        return hint
    return QSize(width, _height(item, width))


def _follows_width(widget: QWidget) -> None:
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    widget.setSizePolicy(policy)


class Stack(QWidget):
    """A widget whose texts stand close below each other."""

    def __init__(self, *children: QWidget, overlap: int = 4, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stack = StackLayout(self, overlap=overlap)
        _follows_width(self)
        for child in children:
            self._stack.addWidget(child)

    def add(self, child: QWidget) -> None:
        self._stack.addWidget(child)


class Flow(QWidget):
    """A widget whose children flow over lines."""

    def __init__(self, *children: QWidget, gap: int = 6, line: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        flow = FlowLayout(self, gap=gap, line=line)
        _follows_width(self)
        for child in children:
            flow.addWidget(child)

    def add(self, child: QWidget) -> None:
        layout = self.layout()
        if layout is not None:
            layout.addWidget(child)


class TileGrid(QWidget):
    """Equal tiles in as many columns as `tile_width` allows, at most `most`."""

    def __init__(self, tile_width: int = 232, *, most: int = 4, gap: int = 10, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tile_width, self._most, self._gap = tile_width, most, gap
        self._tiles: list[QWidget] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(gap)

    def add(self, tile: QWidget) -> None:
        self._tiles.append(tile)
        self._columns = 0
        self._lay_out()

    def clear(self) -> None:
        for tile in self._tiles:
            self._grid.removeWidget(tile)
            tile.hide()  # the keyboard goes on from it, and is not lost with it
            tile.deleteLater()
        self._tiles = []

    @property
    def columns(self) -> int:
        return self._columns

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        fits = (self.width() + self._gap) // (self._tile_width + self._gap)
        columns = max(1, min(self._most, fits))
        if columns == self._columns:
            return
        for column in range(self._most):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._columns = columns
        for position, tile in enumerate(self._tiles):
            self._grid.addWidget(tile, position // columns, position % columns)
