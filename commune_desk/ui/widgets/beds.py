"""A bed of the Sunshine House as a tile: who lies in it, what runs, or that it is free."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout

from commune_desk.ui import theme
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.card import IconLabel
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.flow import Stack
from commune_desk.ui.widgets.pressing import Pressable
from commune_desk.ui.widgets.text import Text


class BedTile(Pressable):
    """A tile that is a button: a click, Enter or Space emits `activated`. A free bed has a dashed border."""

    def __init__(
        self,
        bed: str,
        title: str,
        detail: str = "",
        *,
        chip: str = "",
        chip_tone: Tone = Tone.OUTLINE,
        is_free: bool = False,
    ) -> None:
        super().__init__()
        self._is_free = is_free
        self._is_hovered = False
        self.setAccessibleName(", ".join(t for t in (bed, chip, title, detail) if t))
        self.setMinimumHeight(96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        ink = "quiet" if is_free else "ink"
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 7, 12, 8)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(IconLabel("bed", size=16, ink=ink))
        head.addWidget(Text(bed, bold=True, ink=ink), 1)
        if chip:
            head.addWidget(Chip(chip, chip_tone))
        column.addLayout(head)
        column.addWidget(Stack(Text(title, bold=True, ink=ink), Text(detail, size=Size.SMALL, ink="quiet")))
        column.addStretch(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.colour("rim" if self._is_free else "line"), 1)
        if self._is_free:
            pen.setDashPattern([3, 3])
        if self._is_hovered:
            pen = QPen(theme.colour("accent"), 1)
        if self.hasFocus():
            pen = QPen(theme.colour("accent"), 2)
        painter.setPen(pen)
        painter.setBrush(theme.colour("sunken" if self._is_free else "surface"))
        inset = pen.widthF() / 2
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, theme.CARD_RADIUS, theme.CARD_RADIUS)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._is_hovered = True
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._is_hovered = False
        self.update()
