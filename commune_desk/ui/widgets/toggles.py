"""Check boxes and radio buttons with marks large and dark enough to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QRadioButton, QSizePolicy, QWidget

from commune_desk.ui import theme
from commune_desk.ui.icons import paint_icon
from commune_desk.ui.widgets.text import as_tip, line_box

if TYPE_CHECKING:
    _Button = QAbstractButton
else:
    _Button = object  # Qt's own class comes second: a check box or a radio button

_MARK = 18
_GAP = 8
_PAD = 4


def _mark_box(button: QAbstractButton) -> QRectF:
    return QRectF(_PAD + 0.5, (button.height() - _MARK) / 2 + 0.5, _MARK - 1, _MARK - 1)


def _begin(button: QAbstractButton) -> QPainter:
    """Draw the words and the focus ring; the painter comes back ready for the mark."""
    painter = QPainter(button)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if button.hasFocus():
        painter.setPen(QPen(theme.colour("accent"), 2))
        painter.drawRoundedRect(QRectF(button.rect()).adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)
    painter.setPen(theme.colour("ink" if button.isEnabled() else "quiet"))
    left = _PAD + _MARK + _GAP
    words = QRect(left, 0, button.width() - left, button.height())
    shown = painter.fontMetrics().elidedText(button.text(), Qt.TextElideMode.ElideRight, words.width())
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, shown)
    if shown != button.text():
        button.setToolTip(as_tip(button.text()))
    painter.setPen(QPen(theme.colour("accent" if button.isChecked() or button.underMouse() else "edge"), 1.4))
    painter.setBrush(theme.colour("surface"))
    return painter


class _Toggle(_Button):
    """What both have in common: a mark before the words, and all of it can be pressed."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setAccessibleName(text)
        self.setFont(theme.font())
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.text()) + _GAP if self.text() else 0
        return QSize(2 * _PAD + _MARK + words, line_box(self.font()).height + 6)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)


class Tick(_Toggle, QCheckBox):
    """A check box."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = _begin(self)
        box = _mark_box(self)
        if self.isChecked():
            painter.setBrush(theme.colour("accent"))
        painter.drawRoundedRect(box, 4, 4)
        if self.isChecked():
            paint_icon(painter, QPoint(_PAD + 2, round(box.top()) + 1), "check", 14, "on_accent")


class Dot(_Toggle, QRadioButton):
    """A radio button."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = _begin(self)
        box = _mark_box(self)
        painter.drawEllipse(box)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawEllipse(QPointF(box.center()), 4.5, 4.5)
