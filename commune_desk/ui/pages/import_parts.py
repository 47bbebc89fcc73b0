"""The parts of the import page that only show: choosing a file, the columns of the list, the result."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.lists.columns import ColumnRow
from commune_desk.presenters.lists.views import ColumnsView, PastImport, ResultView
from commune_desk.presenters.wording.labels import Option
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Card, Hairline
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.forms import FieldRow
from commune_desk.ui.widgets.notice import EmptyState, NoticeBar
from commune_desk.ui.widgets.rows import ButtonRow, ListRow
from commune_desk.ui.widgets.text import Text

_TARGET_WIDTH = 290
_NUMBER_WIDTH = 64


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(12)
    return column


class ChoosePart(QWidget):
    """Where a list comes from, what was broken off, and what was brought in before."""

    asked = Signal()
    resumed = Signal(str)
    discarded = Signal(str)
    undone = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        column = _column(self)
        self.broken = Card(_("An import was broken off"), "alert-triangle", tone="warning")
        self.card = Card(_("A list from Excel"), "file-spreadsheet")
        self.invitation = EmptyState(
            "file-spreadsheet",
            _("Choose the list that the commune keeps, or drop it here."),
            detail=_(
                "Excel (.xls, .xlsx), OpenDocument (.ods) or CSV, as it is: titles above the table, old fonts and "
                "dates of every kind are understood. Nothing enters the register before you have seen every row."
            ),
            action=_("Choose a file…"),
        )
        self.invitation.acted.connect(self.asked)
        self.card.add(self.invitation)
        self.earlier = Card(_("Brought in before"), "history")
        for card in (self.broken, self.card, self.earlier):
            column.addWidget(card)

    def show_view(self, broken: PastImport | None, earlier: Sequence[PastImport]) -> None:
        self.broken.clear()
        self.broken.setVisible(broken is not None)
        if broken is not None:
            self.broken.add(self._broken_row(broken))
        self.earlier.clear()
        self.earlier.setVisible(bool(earlier))
        for past in earlier:
            undo = LinkButton(_("Take back…"), "undo", name=_("Take back {title}").format(title=past.title))
            undo.clicked.connect(partial(self.undone.emit, past.id))
            self.earlier.add(ListRow(past.title, second=past.detail, trailing=undo))

    def _broken_row(self, broken: PastImport) -> ListRow:
        buttons = QWidget()
        line = QHBoxLayout(buttons)
        line.setContentsMargins(0, 0, 0, 0)
        discard = SecondaryButton(_("Discard"))
        discard.clicked.connect(partial(self.discarded.emit, broken.id))
        go_on = PrimaryButton(_("Go on"))
        go_on.clicked.connect(partial(self.resumed.emit, broken.id))
        line.addWidget(discard)
        line.addWidget(go_on)
        return ListRow(broken.title, second=broken.detail, trailing=buttons)


class ColumnsPart(QWidget):
    """Each column with three of its values, and a choice of what it holds."""

    sheet_chosen = Signal(str)
    header_chosen = Signal(str)
    target_chosen = Signal(int, str)

    def __init__(self, targets: Sequence[Option]) -> None:
        super().__init__()
        self._targets = targets
        self._is_rendering = False
        column = _column(self)
        self.remark = NoticeBar("", Tone.NOTE, dismissable=False)
        self.problem = NoticeBar("", Tone.WARNING, dismissable=False)
        self.sheet = Choice(_("Sheet"))
        self.header = Choice(_("Header"))
        self.sheet.chosen.connect(self._on_sheet)
        self.header.chosen.connect(self._on_header)
        self.card = Card(_("What each column holds"), "list")
        self.choices: dict[int, Choice] = {}
        self._sheet_row = FieldRow(_("Sheet"), self.sheet)
        column.addWidget(self.remark)
        column.addWidget(self.problem)
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(self._sheet_row, 1)
        line.addWidget(FieldRow(_("Titles of the columns stand in"), self.header), 3)
        column.addLayout(line)
        column.addWidget(self.card)

    def _on_sheet(self, name: str) -> None:
        if name and not self._is_rendering:
            self.sheet_chosen.emit(name)

    def _on_header(self, code: str) -> None:
        if code and not self._is_rendering:
            self.header_chosen.emit(code)

    def show_view(self, view: ColumnsView) -> None:
        self._is_rendering = True
        self._sheet_row.setVisible(len(view.sheets) > 1)
        self.sheet.set_options(view.sheets)
        self.sheet.set_value(view.sheet)
        self.header.set_options(view.headers)
        self.header.set_value(view.header)
        self._is_rendering = False
        self.card.clear()
        self.card.setVisible(bool(view.columns))
        self.card.add_padded(self._grid(view.columns))
        self.show_notices(view)

    def show_notices(self, view: ColumnsView) -> None:
        """Only what is in the way and what is worth knowing, the fields stay."""
        for bar, text in ((self.problem, view.problem), (self.remark, view.remark)):
            bar.sentence.set_text(text)
            bar.setAccessibleName(text)
            bar.setVisible(bool(text))

    def _grid(self, columns: Sequence[ColumnRow]) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(0, 4)
        grid.setColumnStretch(1, 6)
        for place, head in enumerate((_("Column"), _("First values"), _("Holds"))):
            grid.addWidget(Text(head, size=Size.SMALL, ink="quiet", bold=True), 0, place)
        self.choices = {}
        for number, row in enumerate(columns, start=1):
            self._add_row(grid, 2 * number, row)
        return holder

    def _add_row(self, grid: QGridLayout, line: int, row: ColumnRow) -> None:
        grid.addWidget(Hairline(), line - 1, 0, 1, 3)
        choice = Choice(
            _("What “{title}” holds").format(title=row.title), self._targets[1:], placeholder=self._targets[0][1]
        )
        choice.setFixedWidth(_TARGET_WIDTH)
        choice.set_value(row.target)
        choice.chosen.connect(lambda target: self.target_chosen.emit(row.column, target or self._targets[0][0]))
        self.choices[row.column] = choice
        middle = Qt.AlignmentFlag.AlignVCenter
        grid.addWidget(Text(row.title, bold=True, wrap=True), line, 0, middle)
        grid.addWidget(Text(row.samples or "–", ink="quiet", wrap=True), line, 1, middle)
        grid.addWidget(choice, line, 2, middle)


class ResultPart(QWidget):
    """What became of the list, and the children who were imported with a warning."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        column = _column(self)
        self.card = Card("", "check-circle", tone="good")
        column.addWidget(self.card)
        line = QHBoxLayout()
        line.setSpacing(8)
        self.open_register = PrimaryButton(_("Show the children"))
        self.rejects = SecondaryButton(_("Save the rows with errors…"), "download")
        self.undo = SecondaryButton(_("Take back…"), "undo")
        self.another = SecondaryButton(_("Bring in another list"))
        for button in (self.open_register, self.rejects, self.undo, self.another):
            line.addWidget(button)
        line.addStretch(1)
        column.addLayout(line)
        self.remarks = Card(_("Worth a look"), "alert-triangle", tone="warning")
        column.addWidget(self.remarks)

    def show_view(self, view: ResultView) -> None:
        self.card.title.set_text(view.title)
        self.card.setAccessibleName(view.title)
        self.card.clear()
        for tone, number, text in view.lines:
            self.card.add(ListRow("", text).lead(number, ink=tone, width=_NUMBER_WIDTH))
        self.rejects.setVisible(view.has_rejects)
        self.remarks.clear()
        self.remarks.setVisible(bool(view.remarks))
        self.remarks.aside.set_text(view.more_remarks)
        for remark in view.remarks:
            row = ButtonRow(remark.name, second=remark.sentence)
            row.activated.connect(partial(self.opened.emit, remark.person))
            self.remarks.add(row)
