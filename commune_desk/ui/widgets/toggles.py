"""Check boxes and radio buttons with marks large and dark enough to be seen."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QRadioButton, QSizePolicy, QWidget

from commune_desk.ui import theme
from commune_desk.ui.icons import paint_icon
from commune_desk.ui.widgets.text import line_box

_MARK = 18
_GAP = 8
_PAD = 4


def _dress(button: QAbstractButton, text: str) -> None:
    button.setText(text)
    button.setAccessibleName(text)
    button.setFont(theme.font())
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


def _size(button: QAbstractButton) -> QSize:
    words = button.fontMetrics().horizontalAdvance(button.text()) + _GAP if button.text() else 0
    return QSize(2 * _PAD + _MARK + words, line_box(button.font()).height + 6)


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
        button.setToolTip(button.text())
    painter.setPen(QPen(theme.colour("accent" if button.isChecked() or button.underMouse() else "edge"), 1.4))
    painter.setBrush(theme.colour("surface"))
    return painter


class Tick(QCheckBox):
    """A check box."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _dress(self, text)

    def sizeHint(self) -> QSize:
        return _size(self)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = _begin(self)
        box = _mark_box(self)
        if self.isChecked():
            painter.setBrush(theme.colour("accent"))
        painter.drawRoundedRect(box, 4, 4)
        if self.isChecked():
            paint_icon(painter, QPoint(_PAD + 2, round(box.top()) + 1), "check", 14, "on_accent")


class Dot(QRadioButton):
    """A radio button."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _dress(self, text)

    def sizeHint(self) -> QSize:
        return _size(self)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = _begin(self)
        box = _mark_box(self)
        painter.drawEllipse(box)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawEllipse(QPointF(box.center()), 4.5, 4.5)
