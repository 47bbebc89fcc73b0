"""Cards: a white surface with a heading, rows divided by hairlines, and something at the heading's right."""

from __future__ import annotations

from PySide6 import QtCore
from PySide6.QtCore import QMargins, QRect, QRectF
from PySide6.QtGui import QFont, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from commune_desk.ui import theme
from commune_desk.ui.icons import ICON_SIZE, icon_pixmap
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.text import Text

ROW_MARGINS = QMargins(14, 4, 14, 4)


class IconLabel(QWidget):
    """An icon beside text; it says nothing of its own to a screen reader."""

    def __init__(self, name: str, *, size: int = ICON_SIZE, ink: str = "ink", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._ink = name, ink
        self.setFixedSize(size, size)

    def set(self, name: str, ink: str) -> None:
        self._name, self._ink = name, ink
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = max(painter.deviceTransform().m11(), 1.0)
        box = QRect(0, (self.height() - self.width()) // 2, self.width(), self.width())
        painter.drawPixmap(box, icon_pixmap(self._name, self.width(), self._ink, ratio))


class Hairline(QWidget):
    """A line one pixel high."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.colour("line"))


class Surface(QFrame):
    """A rounded white surface with a thin border."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(1, 1, 1, 1)
        self.column.setSpacing(0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QPainterPath()
        edge.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.CARD_RADIUS, theme.CARD_RADIUS)
        painter.fillPath(edge, QApplication.palette().base())  # a pen and a brush that need no names of `Qt`
        painter.strokePath(edge, theme.pen("line"))


class Card(Surface):
    """A headed surface. `aside` is quiet text beside the heading, `action` a widget at its right end."""

    def __init__(
        self,
        title: str,
        icon: str = "",
        *,
        aside: str = "",
        action: QWidget | None = None,
        tone: str = "ink",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self._rows: list[QWidget] = []
        head = QHBoxLayout()
        head.setContentsMargins(14, 2, 14, 2)
        head.setSpacing(8)
        if icon:
            head.addWidget(IconLabel(icon, size=17, ink=tone))
        self.title = Text(title, size=Size.HEADING, bold=True, wrap=True)
        self.aside = Text(aside, size=Size.SMALL, ink="quiet")
        head.addWidget(self.title)
        head.addWidget(self.aside)
        head.addStretch(1)
        if action is not None:
            head.addWidget(action)
        holder = QWidget()
        holder.setLayout(head)
        holder.setMinimumHeight(38)
        self.column.addWidget(holder)

    def add(self, row: QWidget) -> QWidget:
        """Append a row under a hairline; returns it."""
        self.column.addWidget(Hairline())
        self.column.addWidget(row)
        self._rows.append(row)
        return row

    def add_padded(self, body: QWidget) -> QWidget:
        """Append a widget that brings no margins of its own."""
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(14, 10, 14, 12)
        box.addWidget(body)
        self.add(holder)
        return body

    @property
    def rows(self) -> tuple[QWidget, ...]:
        return tuple(self._rows)

    def clear(self) -> None:
        """Take away every row; the heading stays."""
        while self.column.count() > 1:
            item = self.column.takeAt(1)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._rows = []


class Avatar(QLabel):
    """A round mark with the initials of a person."""

    def __init__(self, initials: str, *, size: int = 52, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(size, size)
        self._initials = initials
        self.setFont(theme.font(Size.TITLE, QFont.Weight.Bold))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent_tint"))
        painter.drawEllipse(self.rect())
        painter.setPen(theme.colour("accent_pressed"))
        painter.drawText(self.rect(), QtCore.Qt.AlignmentFlag.AlignCenter, self._initials)
