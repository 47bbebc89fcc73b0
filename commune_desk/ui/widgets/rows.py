"""Rows of a card: a time or label, two lines of text, chips, and a button at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from PySide6.QtCore import QSize
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from commune_desk.ui import theme
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.card import ROW_MARGINS, IconLabel
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.flow import Flow, Stack
from commune_desk.ui.widgets.pressing import Pressable
from commune_desk.ui.widgets.text import RichLine, Run, Text

if TYPE_CHECKING:
    _Widget = QWidget
else:
    _Widget = object  # Qt's own class comes second: a widget or a button

LEAD_WIDTH = 116
LINE = 26
"""A chip alone on a line takes as much room as words do."""


class _Row(_Widget):
    """One row. `lead` is the time or label column with its tone, `title` is bold, `detail` follows it,
    `second` stands quiet below, `aside` quiet at the right, `trailing` a button.
    """

    _is_tinted = _is_hovered = False

    def __init__(
        self,
        title: str,
        detail: str = "",
        *,
        second: str = "",
        chips: Sequence[Chip] = (),
        aside: str = "",
        trailing: QWidget | None = None,
    ) -> None:
        super().__init__()
        self.setAccessibleName(" ".join(t for t in (title, detail, second, *(c.text for c in chips), aside) if t))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(ROW_MARGINS)
        self._row.setSpacing(12)
        self._column = self._texts(title, detail, second, chips)
        self._row.addWidget(self._column, 1)
        if aside:
            self._row.addWidget(Text(aside, size=Size.SMALL, ink="quiet"))
        if trailing is not None:
            self._row.addWidget(trailing)
        self.setMinimumHeight(36)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def _texts(self, title: str, detail: str, second: str, chips: Sequence[Chip]) -> Stack:
        line = Flow(line=LINE)
        words = [run for run in (Run(title, bold=True), Run(detail)) if run.text]
        line.add(RichLine([words[0], *(Run(f"  {run.text}") for run in words[1:])] if words else []))
        for chip in chips:
            line.add(chip)
        column = Stack(line)
        if second:
            column.add(Text(second, size=Size.SMALL, ink="quiet", wrap=True))
        return column

    def lead(self, text: str, *, icon: str = "", ink: str = "ink", width: int = LEAD_WIDTH) -> Self:
        """Put a time or label before the texts, `width` pixels wide; returns the row."""
        holder = QWidget()
        holder.setFixedWidth(width)
        box = QHBoxLayout(holder)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        if icon:
            box.addWidget(IconLabel(icon, size=16, ink=ink))
        box.addWidget(Text(text, ink=ink, bold=True, wrap=True), 1)
        self._row.insertWidget(0, holder)
        self.setAccessibleName(f"{text} {self.accessibleName()}")
        return self

    def labelled(self, text: str) -> Self:
        """Put a quiet label above the texts, where a column has no room for it beside them; returns the row."""
        self._row.removeWidget(self._column)
        self._column = Stack(Text(text, size=Size.SMALL, ink="quiet", wrap=True), self._column)
        self._row.insertWidget(0, self._column, 1)
        self.setAccessibleName(f"{text} {self.accessibleName()}")
        return self

    def lead_chip(self, chip: Chip, *, width: int = 0) -> Self:
        """Put a chip before the texts, in a column `width` pixels wide if one is given; returns the row."""
        holder = QWidget()
        holder.setFixedWidth(max(width, chip.sizeHint().width()))
        box = QHBoxLayout(holder)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(chip)
        box.addStretch(1)
        self._row.insertWidget(0, holder)
        self.setAccessibleName(f"{chip.text} {self.accessibleName()}")
        return self

    def lead_widget(self, widget: QWidget) -> Self:
        """Put a widget before the texts; returns the row."""
        self._row.insertWidget(0, widget)
        return self

    def tinted(self) -> Self:
        """Mark the row that matters most; returns it."""
        self._is_tinted = True
        self.update()
        return self

    def minimumSizeHint(self) -> QSize:
        return QSize(200, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._is_tinted or self._is_hovered:
            painter.fillRect(self.rect(), theme.colour("accent_tint"))
        if self.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))


class ListRow(_Row, QWidget):
    """A row that tells something."""


class ButtonRow(_Row, Pressable):
    """A row that is a button as a whole: Enter, Space and a click emit `activated`."""

    def enterEvent(self, event: QEnterEvent) -> None:
        self._is_hovered = True
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._is_hovered = False
        self.update()
