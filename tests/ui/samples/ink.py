"""Where a widget's ink lies, to tell whether marks are cut."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QRegion
from PySide6.QtWidgets import QWidget

ROOM = 12


def ink_rows(widget: QWidget, edge: int = 0) -> list[int]:
    """How many pixels of each row are not the colour of the upper left corner; `edge` pixels around do not count."""
    image = QImage(widget.size(), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    widget.render(image, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren | QWidget.RenderFlag.DrawWindowBackground)
    image = image.copy(image.rect().adjusted(edge, edge, -edge, -edge))
    ground = image.pixelColor(0, 0)
    return [sum(_differs(image.pixelColor(x, y), ground) for x in range(image.width())) for y in range(image.height())]


def _differs(one: QColor, other: QColor) -> bool:
    return abs(one.lightness() - other.lightness()) > 24


def ink_height(widget: QWidget, edge: int = 0) -> int:
    """From the highest to the lowest row with ink, both included."""
    rows = [y for y, count in enumerate(ink_rows(widget, edge)) if count]
    return rows[-1] - rows[0] + 1 if rows else 0


def ink_height_with_room(widget: QWidget, edge: int = 0) -> int:
    """The same when the widget is given more height than it asks for: what it would paint uncut."""
    box = QRect(widget.geometry())
    widget.setFixedHeight(box.height() + 2 * ROOM)
    height = ink_height(widget, edge)
    widget.setFixedHeight(box.height())
    return height
