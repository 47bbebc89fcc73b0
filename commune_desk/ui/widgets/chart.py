"""A small line chart of levels over time, e.g. a child's risk at each visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from commune_desk.ui import theme
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.text import as_tip

_TOP, _BOTTOM, _RIGHT = 14, 14, 12


@dataclass(frozen=True)
class ChartPoint:
    """A level (index into the chart's levels, lowest first) and what a screen reader says of it."""

    level: int
    text: str


class MiniChart(QWidget):
    """Levels from lowest to highest at the left, one point per visit; the highest level's points are marked."""

    def __init__(
        self, levels: Sequence[str], points: Sequence[ChartPoint], *, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFont(theme.font(Size.SMALL))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._levels = tuple(levels)
        self._name = name
        self.set_points(points)

    def set_points(self, points: Sequence[ChartPoint]) -> None:
        self._points = tuple(points)
        self.setAccessibleName(self._name)
        self.setAccessibleDescription("; ".join(p.text for p in self._points))
        self.setToolTip(as_tip("\n".join(p.text for p in self._points)))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, _TOP + _BOTTOM + 28 * max(len(self._levels) - 1, 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = max((self.fontMetrics().horizontalAdvance(level) for level in self._levels), default=0) + 12.0
        self._paint_levels(painter, left)
        self._paint_points(painter, left + 8)

    def _height_of(self, level: int) -> float:
        steps = max(len(self._levels) - 1, 1)
        return self.height() - _BOTTOM - (self.height() - _TOP - _BOTTOM) * level / steps

    def _paint_levels(self, painter: QPainter, left: float) -> None:
        for level, label in enumerate(self._levels):
            y = self._height_of(level)
            painter.setPen(theme.colour("quiet"))
            painter.drawText(QRectF(0, y - 12, left - 8, 24), Qt.AlignmentFlag.AlignVCenter, label)
            painter.setPen(QPen(theme.colour("line"), 1))
            painter.drawLine(QPointF(left, y), QPointF(self.width() - 4, y))

    def _paint_points(self, painter: QPainter, left: float) -> None:
        width = self.width() - left - _RIGHT
        step = width / max(len(self._points) - 1, 1)
        spots = [QPointF(left + step * i, self._height_of(p.level)) for i, p in enumerate(self._points)]
        painter.setPen(QPen(theme.colour("accent"), 2))
        painter.drawPolyline(QPolygonF(spots))
        painter.setPen(Qt.PenStyle.NoPen)
        for spot, point in zip(spots, self._points, strict=True):
            is_top = point.level == len(self._levels) - 1
            painter.setBrush(theme.colour("danger" if is_top else "accent"))
            if is_top:
                painter.drawRect(QRectF(spot.x() - 3.5, spot.y() - 3.5, 7, 7))
            else:
                painter.drawEllipse(spot, 3.2, 3.2)
