"""Check boxes and radio buttons with marks large and dark enough to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
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
_LEFT = _PAD + _MARK + _GAP
_SHORTEST = 60
"""Of the words in a line, where they stand over several."""
_OVER_LINES = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap


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
    _write(button, painter)
    painter.setPen(QPen(theme.colour("accent" if button.isChecked() or button.underMouse() else "edge"), 1.4))
    painter.setBrush(theme.colour("surface"))
    return painter


def _write(button: QAbstractButton, painter: QPainter) -> None:
    """The words beside the mark: over several lines where one is too short, cut only without room for those."""
    words = QRect(_LEFT, 0, button.width() - _LEFT, button.height())
    metrics, text = painter.fontMetrics(), button.text()
    if metrics.horizontalAdvance(text) <= words.width():
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, text)
    elif _wrapped(metrics, text, words.width()) <= words.height():
        painter.drawText(words, _OVER_LINES, text)
    else:
        painter.drawText(
            words,
            Qt.AlignmentFlag.AlignVCenter,
            metrics.elidedText(text, Qt.TextElideMode.ElideRight, words.width()),
        )
        button.setToolTip(as_tip(text))


def _wrapped(metrics: QFontMetrics, text: str, width: int) -> int:
    """How high the words stand in lines of `width`."""
    return metrics.boundingRect(QRect(0, 0, width, 1 << 14), _OVER_LINES, text).height()


class _Toggle(_Button):
    """What both have in common: a mark before the words, and all of it can be pressed."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setAccessibleName(text)
        self.setFont(theme.font())
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:
        lines = _wrapped(self.fontMetrics(), self.text(), max(width - _LEFT, _SHORTEST))
        return max(self.sizeHint().height(), lines + 6)

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(_LEFT + _SHORTEST, hint.width()), hint.height())

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
