"""The timeline of a child: dots on a line, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.ui import theme
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import LinkButton
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.flow import Flow, Stack, clear_layout
from commune_desk.ui.widgets.tab_order import rest_focus
from commune_desk.ui.widgets.text import RichLine, Run, Text

_DOT_X = 13
_TEXT_X = 28
_DOT_Y = 14
_CLOSE = 4
"""How far words stand in the room that a heading keeps below itself; a chip has an edge, and words marks above them."""
_AT_ONCE = 8
"""Entries that fill a screen: those below it are made after the first picture, so that nobody waits for them."""
_AT_FIRST = 40
"""Entries before one asks for earlier ones. Qt lays out all rows anew for each: two years of visits would stop the
window for seconds."""


@dataclass(frozen=True)
class Entry:
    """What happened once. `tone` colours the dot; a filled dot (danger) also says so in its heading or chip.

    `proof` says quietly that the province has signed for it. `link` is the text of a link below the words, or beside
    the heading; pressing it emits `opened` with `key`.
    """

    key: str
    heading: str
    meta: str = ""
    body: str = ""
    chip: str = ""
    chip_tone: Tone = Tone.NOTE
    chip_icon: str = ""
    proof: str = ""
    link: str = ""
    tone: Tone = Tone.QUIET
    is_link_beside: bool = False


class _EntryRow(QWidget):
    def __init__(self, entry: Entry, *, is_first: bool, is_last: bool) -> None:
        super().__init__()
        self._entry, self._first, self._last = entry, is_first, is_last
        self.setAccessibleName(
            " ".join(t for t in (entry.heading, entry.meta, entry.chip, entry.proof, entry.body) if t)
        )
        self.link: LinkButton | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(_TEXT_X, 0, 0, 0 if is_last else 9)
        column.setSpacing(0)
        heading = self._heading(entry)
        words = Stack(heading, overlap=0 if entry.chip else _CLOSE)
        if entry.body:
            words.add(Text(entry.body, wrap=True))
        column.addWidget(words)
        leads = f"{entry.link}: {entry.heading}, {entry.meta}"
        if entry.link and entry.is_link_beside:
            self.link = LinkButton(entry.link, name=leads)
            heading.add(self.link)
        elif entry.link:
            self.link = LinkButton(entry.link, name=leads)
            column.addWidget(self.link)
        if entry.proof:
            heading.add(Chip(entry.proof, Tone.PLAIN, "check"))

    def _heading(self, entry: Entry) -> Flow:
        line = Flow(RichLine([Run(entry.heading, bold=True)]), gap=5)
        if entry.meta:
            line.add(RichLine([Run(entry.meta, ink="quiet")]))
        if entry.chip:
            line.add(Chip(entry.chip, entry.chip_tone, entry.chip_icon))
        return line

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("line"), 2))
        top = _DOT_Y if self._first else 0
        bottom = _DOT_Y if self._last else self.height()
        painter.drawLine(QPointF(_DOT_X, top), QPointF(_DOT_X, bottom))
        tone = self._entry.tone
        token = "accent" if tone in (Tone.QUIET, Tone.OUTLINE) else tone.value
        painter.setPen(QPen(theme.colour(token), 2))
        painter.setBrush(theme.colour(token if tone is Tone.DANGER else "surface"))
        painter.drawEllipse(QPointF(_DOT_X, _DOT_Y), 5.5, 5.5)


class Timeline(QWidget):
    """Entries from top to bottom, the earlier ones of many when one asks for them; `opened` carries the key of the
    entry whose link was pressed."""

    opened = Signal(str)

    def __init__(self, entries: Sequence[Entry] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        outer.addLayout(self._column)
        self.earlier: LinkButton | None = None
        self._entries: Sequence[Entry] = ()
        self._most = _AT_FIRST
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._add_rest)
        self.set_entries(entries)

    @property
    def rows(self) -> list[QWidget]:
        """The rows made so far."""
        items = (self._column.itemAt(at) for at in range(self._column.count()))
        return [row for item in items if item is not None and (row := item.widget()) is not None]

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Replace what is shown; where somebody had scrolled to stays, as many rows as there were come at once."""
        at_once = max(_AT_ONCE, self._column.count())
        clear_layout(self._column)
        self._entries = entries
        self._drop_earlier()
        self._add_rows(at_once)
        if self._column.count() < min(self._most, len(entries)):
            self._rest.start()
        else:
            self._offer_earlier()

    def show_earlier(self) -> None:
        """Show as many entries again; the keyboard goes on at the first of them."""
        had = self._column.count()
        self._most *= 2
        self._add_rest()
        first = self.rows[had : had + 1]
        links = [link for row in first for link in row.findChildren(LinkButton)]
        if links:
            links[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _offer_earlier(self) -> None:
        """The link to more of them, below all that is shown and last in the order of Tab; none where that is all."""
        self._drop_earlier()
        layout = self.layout()
        rest = len(self._entries) - self._most
        if rest > 0 and isinstance(layout, QVBoxLayout):
            self.earlier = LinkButton(_("Show {count} earlier").format(count=min(rest, self._most)), "history")
            self.earlier.clicked.connect(self.show_earlier)
            layout.addWidget(self.earlier, 0, Qt.AlignmentFlag.AlignLeft)

    def _drop_earlier(self) -> None:
        if self.earlier is not None:
            rest_focus(self.earlier)
            self.earlier.hide()
            self.earlier.deleteLater()
            self.earlier = None

    def _add_rest(self) -> None:
        self._add_rows(self._most)
        self._offer_earlier()

    def _add_rows(self, up_to: int) -> None:
        last = len(self._entries) - 1
        for position in range(self._column.count(), min(up_to, self._most, last + 1)):
            entry = self._entries[position]
            row = _EntryRow(entry, is_first=position == 0, is_last=position == last)
            if row.link is not None:
                row.link.clicked.connect(lambda _checked=False, key=entry.key: self.opened.emit(key))
            self._column.addWidget(row)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, super().minimumSizeHint().height())
