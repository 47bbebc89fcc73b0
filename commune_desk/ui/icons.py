"""Lucide icons, tinted with the palette and drawn crisp at any scale of the screen."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from commune_desk.program_files import read_resource
from commune_desk.ui import theme

ICON_SIZE = 18
_CLEAR = QColor(0, 0, 0, 0)


@lru_cache(maxsize=512)
def _drawn(name: str, pixels: int, hex_colour: str) -> QPixmap:
    svg = read_resource(f"icons/{name}.svg").replace("currentColor", hex_colour)
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(_CLEAR)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return pixmap


def icon_pixmap(name: str, size: int = ICON_SIZE, ink: str = "ink", ratio: float = 1.0) -> QPixmap:
    """The icon `name` as `size` logical pixels, coloured as the token `ink`, for a screen with `ratio` dots a pixel.

    Raises FileNotFoundError when no such icon comes with the program.
    """
    pixmap = QPixmap(_drawn(name, round(size * ratio), theme.colour(ink).name()))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def paint_icon(painter: QPainter, at: QPoint, name: str, size: int = ICON_SIZE, ink: str = "ink") -> None:
    """Draw the icon with its upper left corner `at`."""
    scale = painter.deviceTransform().m11()
    painter.drawPixmap(QRect(at, QSize(size, size)), icon_pixmap(name, size, ink, max(scale, 1.0)))


class _TintedIcon(QIconEngine):
    """Asks the palette for its colour each time, so that a change of palette needs no new icons.

    Room wider than high stays empty at the right: it sets an icon apart from the words of a button.
    """

    def __init__(self, name: str, ink: str) -> None:
        super().__init__()
        self._name = name
        self._token = ink

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ink = "quiet" if mode is QIcon.Mode.Disabled else self._token
        paint_icon(painter, rect.topLeft(), self._name, min(rect.width(), rect.height()), ink)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        ink = "quiet" if mode is QIcon.Mode.Disabled else self._token
        square = icon_pixmap(self._name, min(size.width(), size.height()), ink)
        if size.width() == size.height():
            return square
        padded = QPixmap(size)
        padded.fill(_CLEAR)
        painter = QPainter(padded)
        painter.drawPixmap(0, 0, square)
        painter.end()
        return padded

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        return self.pixmap(size, mode, state)

    def clone(self) -> QIconEngine:
        return _TintedIcon(self._name, self._token)


def icon(name: str, ink: str = "ink") -> QIcon:
    """The icon `name` for a button, in the colour of the token `ink`."""
    return QIcon(_TintedIcon(name, ink))
