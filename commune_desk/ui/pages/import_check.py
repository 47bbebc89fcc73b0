"""Every row of a list before it enters the register, and a possible repetition beside what it may repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.lists.rows import ImportTwinView, ListRowText, RowView
from commune_desk.presenters.lists.views import CheckView
from commune_desk.ui.models.paged import Cell, Column, PagedTableModel
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.buttons import LinkButton
from commune_desk.ui.widgets.card import Card, IconLabel
from commune_desk.ui.widgets.options import RadioRow
from commune_desk.ui.widgets.page import TabBar
from commune_desk.ui.widgets.side_panel import SidePanel
from commune_desk.ui.widgets.table import PagedTable
from commune_desk.ui.widgets.text import Text

PANEL_WIDTH, NARROW_PANEL_WIDTH = 372, 364
NARROW_BELOW = 960
NARROW_TABLE = 620
_FOUND = 3
_LABEL_WIDTH = 96
_LINE_HEIGHT = 22
_ICONS = {"danger": "alert-circle", "warning": "alert-triangle", "note": "info"}


def _columns(child: Callable[[ListRowText], Cell]) -> list[Column[ListRowText]]:
    return [
        Column(_("Row"), lambda row: Cell(row.id, quiet=True), width=62),
        Column(_("Child"), child, 7),
        Column(_("State"), _state_cell, width=150),
        Column(_("What was found"), lambda row: Cell(row.found or "–", row.more, quiet=not row.found), 10),
    ]


def _state_cell(row: ListRowText) -> Cell:
    return Cell(row.state.text, tone=Tone(row.state.tone), icon=row.state.icon)


class CheckPart(QWidget):
    """Tabs, the rows, and the row under the cursor in full."""

    view_chosen = Signal(str)
    decided = Signal(int, str)
    rest_decided = Signal(str)

    def __init__(
        self, rows: Callable[[Sequence[str]], list[ListRowText]], read_row: Callable[[str], RowView | None]
    ) -> None:
        super().__init__()
        self._read_row = read_row
        self._shown = ""
        self._ids: Sequence[str] = ()
        self._is_narrow = False
        self.tabs = TabBar(_("Which rows"))
        self.tabs.chosen.connect(self.view_chosen)
        self.hint = Text(ink="quiet", wrap=True)
        self.rest = LinkButton(_("All that are open: same child"))
        self.rest.clicked.connect(lambda: self.rest_decided.emit("same"))
        self.model: PagedTableModel[ListRowText] = PagedTableModel(_columns(self._child_cell), rows, self)
        self.table = PagedTable(self.model, _("Rows of the list"), two_lines=True, three_below=NARROW_TABLE)
        self.table.current_changed.connect(self._show_row)
        self.panel = RowPanel()
        self.panel.decided.connect(self.decided)
        self._arrange()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.tabs)
        words = QHBoxLayout()
        words.addWidget(self.hint, 1)
        words.addWidget(self.rest)
        column.addLayout(words)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self.table, 1)
        line.addWidget(self.panel)
        column.addLayout(line, 1)

    def show_view(self, view: CheckView, chosen: str) -> None:
        """Show the rows of a view; in the same view the cursor stays where it is when its row is still there."""
        current = self.table.current_id if chosen == self._shown else ""
        self._shown = chosen
        self._name_tabs(view, chosen)
        self.hint.set_text(view.hint)
        self.rest.setVisible(view.to_decide > 0)
        self._ids = view.ids
        self.model.show(view.ids)
        self.table.select_id(current if current in view.ids else next(iter(view.ids), ""))
        if not view.ids:
            self.panel.show_row(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = event.size().width() < NARROW_BELOW
        self.panel.setFixedWidth(NARROW_PANEL_WIDTH if is_narrow else PANEL_WIDTH)
        if is_narrow is not self._is_narrow:
            self._is_narrow = is_narrow
            current = self.table.current_id
            self.table.leave_out(_FOUND, is_narrow)
            self.model.show(self._ids)
            self.table.select_id(current)

    def _child_cell(self, row: ListRowText) -> Cell:
        """The name, and below it who that is; where there is no column for it, what was found."""
        return Cell(row.name, (self._is_narrow and row.found) or row.second, bold=True)

    def _name_tabs(self, view: CheckView, chosen: str) -> None:
        self.tabs.blockSignals(True)
        for place, (key, text) in enumerate(view.tabs):
            if place < self.tabs.count():
                self.tabs.setTabText(place, text)
            else:
                self.tabs.add(key, text)
        self.tabs.choose(chosen)
        self.tabs.blockSignals(False)

    def refresh_row(self, row: int) -> None:
        """Show what a decision changed in its row."""
        self.model.refresh([str(row)])

    def show_counts(self, view: CheckView) -> None:
        """Show what decisions changed in the counts; the rows stay as they stand."""
        self._name_tabs(view, self.tabs.tabData(self.tabs.currentIndex()))
        self.hint.set_text(view.hint)
        self.rest.setVisible(view.to_decide > 0)

    def _show_row(self, one: str) -> None:
        self.panel.show_row(self._read_row(one))


class RowPanel(SidePanel):
    """One row in full, at the right of the rows."""

    decided = Signal(int, str)

    def __init__(self) -> None:
        super().__init__(_("The row in full"))
        self.setFixedWidth(PANEL_WIDTH)
        self.choice: RadioRow | None = None
        self.show_row(None)

    def show_row(self, view: RowView | None) -> None:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(12)
        self.choice = None
        if view is not None:
            if view.findings or view.twin is None:
                column.addWidget(self._findings(view))
            if view.twin is not None:
                column.addWidget(self._twin(view, view.twin))
        column.addStretch(1)
        self.setWidget(holder)

    def _findings(self, view: RowView) -> Card:
        card = Card(view.title)
        for tone, sentence in view.findings:
            card.add(_finding(tone, sentence))
        if not view.findings:
            card.add(_finding("good", _("Nothing is wrong with this row.")))
        if view.told:
            card.add_padded(_facts(view.told))
        return card

    def _twin(self, view: RowView, twin: ImportTwinView) -> Card:
        card = Card(twin.sign, "users", tone="note")
        self.choice = RadioRow(
            _("Is it the same child?"),
            [
                ("same", _("Same child: fill in what is missing")),
                ("different", _("Another child: enter both")),
            ],
        )
        self.choice.set_value(twin.decision)
        self.choice.chosen.connect(lambda code: self.decided.emit(view.row, code))
        card.add_padded(self.choice)
        card.add_padded(_comparison(view.row, twin))
        return card


def _finding(tone: str, sentence: str) -> QWidget:
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(14, 6, 14, 6)
    line.setSpacing(8)
    mark = IconLabel(_ICONS.get(tone, "check-circle"), size=15, ink=tone)
    mark.setFixedHeight(_LINE_HEIGHT)
    line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(Text(sentence, wrap=True), 1)
    return holder


def _facts(told: Sequence[tuple[str, str]]) -> QWidget:
    """Labels and what stands there."""
    holder, grid = _grid()
    grid.setColumnStretch(1, 1)
    for number, (label, text) in enumerate(told):
        grid.addWidget(_label(label), number, 0)
        grid.addWidget(_at_top(Text(text, wrap=True)), number, 1)
    return holder


def _grid() -> tuple[QWidget, QGridLayout]:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(4)
    return holder, grid


def _label(text: str) -> Text:
    label = Text(text, ink="quiet", wrap=True)
    label.setFixedWidth(_LABEL_WIDTH)
    return _at_top(label)


def _at_top(text: Text) -> Text:
    """Beside a text of more lines, and never by the layout, which would cut it."""
    text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    return text


def _comparison(row: int, twin: ImportTwinView) -> QWidget:
    """What both tell, side by side: "the same" where they agree, bold where they differ."""
    holder, grid = _grid()
    for column, head in enumerate((_("Row {row}").format(row=row), twin.other_title), start=1):
        grid.setColumnStretch(column, 1)
        grid.addWidget(_at_top(Text(head, size=Size.SMALL, bold=True, wrap=True)), 0, column)
    for number, line in enumerate(twin.lines, start=1):
        grid.addWidget(_label(line.label), number, 0)
        grid.addWidget(_at_top(Text(line.listed or "–", bold=line.differs, wrap=True)), number, 1)
        if line.listed == line.other:
            grid.addWidget(_at_top(Text(_("the same"), ink="quiet", wrap=True)), number, 2)
        else:
            grid.addWidget(_at_top(Text(line.other or "–", bold=line.differs, wrap=True)), number, 2)
    return holder
