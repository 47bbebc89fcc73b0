"""What the pages of a child and of a resident have in common: who it is at the top, and what must be said first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.presenters.wording.labels import ChipText
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.card import Avatar
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.flow import Flow, clear_layout
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.text import Text


class SubjectHeader(QWidget):
    """Initials in a disc, the name, a line about the person, and chips."""

    def __init__(self) -> None:
        super().__init__()
        self._mark = QHBoxLayout()
        self._mark.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.name = Text("", size=Size.TITLE, bold=True, wrap=True)
        self._line = Text("", ink="quiet", wrap=True)
        self._chips = Flow()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(self._mark)
        column = QVBoxLayout()
        column.setSpacing(2)
        for widget in (self.name, self._line, self._chips):
            column.addWidget(widget)
        row.addLayout(column, 1)

    def show_subject(self, initials: str, name: str, line: str, chips: Sequence[ChipText]) -> None:
        clear_layout(self._mark)
        self._mark.addWidget(Avatar(initials))
        self.name.set_text(name)
        self._line.set_text(line)
        clear_layout(self._chips.layout())
        for chip in chips:
            self._chips.add(Chip(chip.text, Tone(chip.tone), chip.icon))


class Notices(QWidget):
    """Bars above the page that stay until what they say is no longer so; takes no room without any."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 12, 0)

    def show_bars(self, bars: Sequence[NoticeBar]) -> None:
        clear_layout(self._column)
        for bar in bars:
            self._column.addWidget(bar)
        self.setVisible(bool(bars))
