"""The rail at the left: one's own pages with what waits on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.ui import theme
from commune_desk.ui.icons import paint_icon
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.card import IconLabel
from commune_desk.ui.widgets.text import BOLD, NORMAL, Text

RAIL_WIDTH = 208
_ITEM_HEIGHT = 36


@dataclass(frozen=True)
class RailItem:
    """A page in the rail; `icon` is the name of an icon."""

    key: str
    label: str
    icon: str


class _RailButton(QAbstractButton):
    def __init__(self, item: RailItem) -> None:
        super().__init__()
        self.item = item
        self.badge = 0
        self.badge_tone = Tone.QUIET
        self.setText(item.label)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFont(theme.font())
        self.setFixedHeight(_ITEM_HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(RAIL_WIDTH - 17, _ITEM_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_current = self.isChecked()
        if is_current or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent_tint" if is_current else "quiet_tint"))
            painter.drawRoundedRect(QRectF(self.rect()), theme.RADIUS, theme.RADIUS)
        if is_current:
            painter.setBrush(theme.colour("accent"))
            painter.drawRoundedRect(QRectF(0, 3, 3, self.height() - 6), 1.5, 1.5)
        ink = "accent_pressed" if is_current else "ink"
        paint_icon(painter, QPoint(10, (self.height() - 18) // 2), self.item.icon, 18, ink)
        self._paint_words(painter, ink, self._paint_badge(painter))
        if self.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)

    def _paint_words(self, painter: QPainter, ink: str, right: int) -> None:
        painter.setFont(theme.font(weight=BOLD if self.isChecked() else NORMAL))
        painter.setPen(theme.colour(ink))
        room = QRect(38, 0, right - 38, self.height())
        shown = painter.fontMetrics().elidedText(self.item.label, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_badge(self, painter: QPainter) -> int:
        """Draw the number of what waits; returns where the words must end."""
        if not self.badge:
            return self.width() - 8
        is_urgent = self.badge_tone is Tone.DANGER
        painter.setFont(theme.font(Size.SMALL, BOLD))
        text = str(self.badge) if self.badge < 1000 else "999+"
        width = max(painter.fontMetrics().horizontalAdvance(text) + 14, 22)
        box = QRect(self.width() - width - 10, (self.height() - 18) // 2, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("danger" if is_urgent else "quiet_tint"))
        painter.drawRoundedRect(QRectF(box), 9, 9)
        painter.setPen(theme.colour("on_danger" if is_urgent else "ink"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        return box.left() - 6


class NavRail(QWidget):
    """Pages from top to bottom. Up and Down move, Enter opens; `chosen` carries the key."""

    chosen = Signal(str)

    def __init__(self, items: Sequence[RailItem], *, place: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Pages"))
        self.setFixedWidth(RAIL_WIDTH)
        self._buttons: dict[str, _RailButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 10, 9, 10)
        column.setSpacing(2)
        for item in items:
            button = _RailButton(item)
            button.clicked.connect(lambda _checked=False, key=item.key: self.chosen.emit(key))
            column.addWidget(button)
            self._buttons[item.key] = button
        self._place = self._place_line()
        column.addSpacing(12)
        column.addWidget(self._place)
        column.addStretch(1)
        self.set_place(place)
        self._describe()

    def _place_line(self) -> QWidget:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(11, 0, 6, 0)
        line.setSpacing(9)
        line.addWidget(IconLabel("map-pin", size=15, ink="quiet"))
        self._place_text = Text("", size=Size.SMALL, ink="quiet")
        line.addWidget(self._place_text, 1)
        return holder

    def set_place(self, place: str) -> None:
        """Say at the rail's end where this desk works, e.g. the commune."""
        self._place_text.set_text(place)
        self._place.setVisible(bool(place))

    def set_current(self, key: str) -> None:
        """Mark the page shown. Raises KeyError for a page that is not in the rail."""
        self._buttons[key].setChecked(True)
        self._describe()

    def set_badge(self, key: str, count: int, tone: Tone = Tone.QUIET) -> None:
        """Show how much waits on a page; 0 shows nothing. Raises KeyError."""
        button = self._buttons[key]
        button.badge, button.badge_tone = count, tone
        button.update()
        self._describe()

    def badge(self, key: str) -> int:
        return self._buttons[key].badge

    def focus_current(self) -> None:
        current = next((b for b in self._buttons.values() if b.isChecked()), None)
        target = current or next(iter(self._buttons.values()), None)
        if target is not None:
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _describe(self) -> None:
        for position, button in enumerate(self._buttons.values(), start=1):
            waits = _("{count} waiting").format(count=button.badge) if button.badge else ""
            key = f"Alt+{position % 10}" if position <= 10 else ""
            button.setAccessibleName(button.item.label)
            button.setAccessibleDescription(", ".join(t for t in (waits, key) if t))
            button.setToolTip(f"{button.item.label} ({key})" if key else button.item.label)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, _RailButton):
            focused.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("surface"))
        painter.fillRect(QRect(self.width() - 1, 0, 1, self.height()), theme.colour("line"))
