"""Chips: a short word with a tone, said by colour and by words, with an icon where it matters."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from commune_desk.ui import theme
from commune_desk.ui.icons import paint_icon
from commune_desk.ui.theme import Size, Tone, tone_colours
from commune_desk.ui.widgets.text import BOLD, NORMAL, as_tip

CHIP_HEIGHT = 20
_PADDING = 9
_ICON = 13
_GAP = 4


def chip_font(bold: bool = False) -> QFont:
    return theme.font(Size.SMALL, BOLD if bold else NORMAL)


def chip_width(metrics: QFontMetrics, text: str, icon: str = "", *, padding: int = _PADDING) -> int:
    return metrics.horizontalAdvance(text) + 2 * padding + (_ICON + _GAP if icon else 0)


def _padding(tone: Tone) -> int:
    """Words without a ground of their own begin where words begin."""
    return 2 if tone is Tone.PLAIN else _PADDING


def paint_chip(painter: QPainter, rect: QRect, text: str, tone: Tone, *, icon: str = "") -> None:
    """Draw a chip that fills `rect`, in the painter's present font; a text too long ends in an ellipsis."""
    colours = tone_colours(tone)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour(colours.line), 1))
    painter.setBrush(theme.colour(colours.ground))
    radius = rect.height() / 2 - 0.5
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    padding = _padding(tone)
    inner = rect.adjusted(padding, 0, -padding + 2, 0)
    if icon:
        paint_icon(painter, QPoint(inner.left(), rect.top() + (rect.height() - _ICON) // 2), icon, _ICON, colours.ink)
        inner.setLeft(inner.left() + _ICON + _GAP)
    painter.setPen(theme.colour(colours.ink))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
    painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    painter.restore()


class Chip(QWidget):
    """A word with a tone."""

    def __init__(
        self,
        text: str,
        tone: Tone = Tone.NOTE,
        icon: str = "",
        *,
        bold: bool = False,
        height: int = CHIP_HEIGHT,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._height = height
        self.setFont(chip_font(bold))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set(text, tone, icon)

    def set(self, text: str, tone: Tone, icon: str = "") -> None:
        self.text, self.tone, self.icon = text, tone, icon
        self.setAccessibleName(text)
        self.setToolTip("")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        padding = _padding(self.tone)
        return QSize(chip_width(self.fontMetrics(), self.text, self.icon, padding=padding), self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), 56), self._height)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_chip(QPainter(self), self.rect(), self.text, self.tone, icon=self.icon)
        if self.width() < self.sizeHint().width():
            self.setToolTip(as_tip(self.text))
