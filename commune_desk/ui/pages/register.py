"""The register: a long list that answers as one types, with filters above it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.child.register_page import RegisterPage as State
from commune_desk.presenters.child.register_page import RegisterView, RowText, StubText
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording.labels import joined
from commune_desk.ui.models.paged import Cell, Column, PagedTableModel
from commune_desk.ui.pages.live import LivePage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.flow import Flow, clear_layout
from commune_desk.ui.widgets.notice import EmptyState
from commune_desk.ui.widgets.table import PagedTable
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records import searches


def _columns() -> list[Column[RowText]]:
    return [
        Column(_("Full name"), _name_cell, 17, sort_key="name"),
        Column(_("Village"), lambda row: Cell(row.village), 13, sort_key="village"),
        Column(_("Carer"), lambda row: Cell(row.carer, row.reached), 13),
        Column(_("Groups"), _groups_cell, 18),
        Column(_("Risk"), _risk_cell, width=104, sort_key="risk"),
        Column(_("Next visit"), _visit_cell, width=148, sort_key="next_visit"),
    ]


def _moved_columns() -> list[Column[StubText]]:
    return [
        Column(_("Case code"), lambda stub: Cell(stub.case_code, stub.other_codes, bold=True), 2),
        Column(_("Moved to"), lambda stub: Cell(stub.to), 3),
        Column(_("Moved on"), lambda stub: Cell(stub.on), 1),
    ]


def _name_cell(row: RowText) -> Cell:
    return Cell(row.name, joined(row.status, row.age, row.birth), bold=True)


def _groups_cell(row: RowText) -> Cell:
    first, *others = row.groups or ("",)
    return Cell(first, joined(*others))


def _risk_cell(row: RowText) -> Cell:
    return Cell(row.risk.text, tone=Tone(row.risk.tone), icon=row.risk.icon) if row.risk else Cell("–", quiet=True)


def _visit_cell(row: RowText) -> Cell:
    last = _("last visit {day}").format(day=row.last_visit) if row.last_visit else ""
    return Cell(row.next_visit or "–", row.overdue or last, bold=bool(row.overdue), quiet=not row.next_visit)


class RegisterPage(LivePage):
    """The list of children. The window's search field drives `search` and `open_found`."""

    kinds = ("child_file", "person", "relation", "group_membership", "home_visit", "imports", "departures")

    cleared = Signal()
    """The search was taken back from this page: the search field should be empty too."""
    searched_instead = Signal(str)
    """Another name was chosen on this page: it should stand in the search field too."""

    def __init__(
        self, workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(_("Children"), workplace, tasks, parent)
        self._state, self._navigate = State(workplace), navigate
        self._view = RegisterView((), "")
        self.typing_in: QWidget | None = None
        self.model: PagedTableModel[RowText] = PagedTableModel(_columns(), self._state.rows, self)
        self.table = PagedTable(self.model, _("Children"), two_lines=True)
        self.moved_model: PagedTableModel[StubText] = PagedTableModel(_moved_columns(), self._stubs, self)
        self.moved = PagedTable(self.moved_model, _("Children who moved to another commune"), two_lines=True)
        self._add_actions()
        self.add_above(self._filter_row())
        self._add_body()
        self._audit = QTimer(self, interval=searches.PAUSE_MS, singleShot=True)
        self._audit.timeout.connect(lambda: self._state.note_search(len(self._view.ids)))
        self.table.opened.connect(lambda person: navigate(Route("child", person)))
        self.table.sort_requested.connect(self.order.set_value)

    def _add_actions(self) -> None:
        bring = SecondaryButton(_("Bring in a list"), "file-spreadsheet")
        bring.clicked.connect(lambda: self._navigate(Route("import")))
        self.new = PrimaryButton(_("New child"), "plus", shortcut="Alt+N")
        self.new.clicked.connect(lambda: self._navigate(Route("child", form="child")))
        for button in (bring, self.new):
            self.add_action(button)
            button.setVisible(self._state.can_write)

    def _filter_row(self) -> QWidget:
        state = self._state
        self.who = self._choice(_("Which children"), state.who_options(), "who", width=186)
        self.risk = self._choice(_("Risk level"), state.risk_options(), "risk", width=170)
        self.village = self._choice(_("Village"), [("", _("Every village"))], "village", width=154)
        self.age = self._choice(_("Age"), state.age_options(), "age", width=132)
        self.order = self._choice(_("Order"), state.order_options(), "order", width=164)
        self.clear_all = LinkButton(_("Show all"))
        self.clear_all.clicked.connect(self.clear)
        return Flow(self.who, self.risk, self.village, self.age, self.order, self.clear_all, gap=8)

    def _choice(self, name: str, options: Sequence[tuple[str, str]], field: str, *, width: int) -> Choice:
        """A filter; its first option, with an empty code, is what it shows when nothing is chosen."""
        first = options[0][1] if options[0][0] == "" else ""
        choice = Choice(name, [option for option in options if option[0]], placeholder=first)
        if not first:
            choice.removeItem(0)
        choice.setFixedWidth(width)
        choice.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        choice.chosen.connect(lambda code: self._on_chosen(field, code))
        return choice

    def _add_body(self) -> None:
        self.hint = Text(ink="quiet", wrap=True)
        self.guesses = Flow(gap=10)
        self.empty = EmptyState(
            "users",
            _("There is no child in the register yet."),
            detail=_("Enter one child, or bring in the lists that the commune keeps in Excel."),
            action=_("Bring in a list") if self._state.can_write else "",
        )
        self.empty.acted.connect(lambda: self._navigate(Route("import")))
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.hint)
        column.addWidget(self.guesses)
        for widget in (top, self.empty):
            widget.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._top = top
        self.add(top)
        self.add(self.empty)
        self.add(self.table, 1)
        self.add(self.moved, 1)
        self.body.addStretch(0)
        self.scroll_area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_only(self, who: str) -> None:
        """Narrow the list to some children, e.g. `overdue`, and forget every other filter."""
        self.clear()
        self.who.set_value(who)

    def first_focus(self) -> QWidget | None:
        """The window's search: what is typed narrows the list, and the arrow keys move in it."""
        return self.typing_in

    def step(self, rows: int) -> None:
        """Move the cursor of the list from the search field."""
        last = self.model.rowCount() - 1
        here = self.table.currentIndex().row()
        if last >= 0:
            self.table.select_id(self.model.id_at(min(max(here + rows, 0), last)))

    def search(self, typed: str) -> None:
        """Show who `typed` may mean; an empty text shows all again."""
        if typed != self._state.typed:
            self._state.typed = typed
            self._read()
            self._audit.start()

    def open_found(self) -> None:
        """Enter in the search field: open the child that the cursor is on or the only one found, or go to the first."""
        ids = self._view.ids
        if self.table.current_id:
            self._navigate(Route("child", self.table.current_id))
        elif len(ids) == 1 and self._state.typed:
            self._navigate(Route("child", ids[0]))
        elif ids:
            self.table.setFocus()
            self.table.select_id(ids[0])

    def clear(self) -> None:
        """Take back the search and every filter."""
        self._state.clear()
        self._show_no_filters()
        self.cleared.emit()
        self._read()

    def clear_filters(self) -> None:
        """Take back every filter; the search stays."""
        self._state.clear_filters()
        self._show_no_filters()
        self._read()

    def _show_no_filters(self) -> None:
        for choice in (self.who, self.risk, self.village, self.age):
            choice.set_value("")

    def read(self) -> None:
        """Read the list anew after something changed; the cursor and the place in the list stay."""
        current, scrolled = self.table.current_id, self.table.verticalScrollBar().value()
        self._offer_villages()
        self._offer_moved()
        self._read()
        self.table.select_id(current)
        self.table.verticalScrollBar().setValue(scrolled)

    def _offer_villages(self) -> None:
        self.village.set_options([option for option in self._state.village_options() if option[0]])

    def _offer_moved(self) -> None:
        """The choice is there while there is anybody to tell of; then the list is of children again."""
        options = self._state.who_options()
        self.who.set_options([option for option in options if option[0]])
        if self._state.who not in dict(options):
            self._state.who = ""

    def _stubs(self, ids: Sequence[str]) -> list[StubText]:
        return [stub for stub in self._view.moved if stub.id in ids]

    def _on_chosen(self, field: str, code: str) -> None:
        if getattr(self._state, field) != code:
            setattr(self._state, field, code)
            self._read()

    def _read(self) -> None:
        view = self._view = self._state.view()
        self.set_title(_("Children"), view.count_text)
        self.model.show(view.ids)
        self.moved_model.show([stub.id for stub in view.moved])
        self.hint.set_text(view.hint)
        self.hint.setVisible(bool(view.hint))
        self.empty.setVisible(view.is_empty_register)
        self.table.setVisible(bool(view.ids))
        self.moved.setVisible(bool(view.moved))
        for choice in (self.risk, self.village, self.age, self.order):
            choice.setEnabled(not self._state.shows_moved)
        self._top.setVisible(bool(view.hint))
        self.clear_all.setVisible(self._state.is_narrowed)
        self.body.setStretch(self.body.count() - 1, 0 if view.ids or view.moved else 1)
        self._show_guesses([])
        if view.is_filtered_away:
            self._offer(_("Search among all children"), self.clear_filters)
        if view.needs_guesses:
            typed = self._state.typed
            self._tasks.query(self._state.guesses, lambda names: self._take_guesses(typed, names), owner=self)

    def _take_guesses(self, typed: str, names: Sequence[str]) -> None:
        if typed == self._state.typed:
            self._show_guesses(names)

    def _show_guesses(self, names: Sequence[str]) -> None:
        clear_layout(self.guesses.layout())
        if names:
            self.guesses.add(Text(_("Did you mean:")))
        for name in names:
            self._offer(name, partial(self._search_instead, name))
        self.guesses.setVisible(bool(names))

    def _offer(self, text: str, on_click: Callable[[], object]) -> None:
        link = LinkButton(text)
        link.clicked.connect(lambda _checked=False: on_click())
        self.guesses.add(link)
        self.guesses.setVisible(True)

    def _search_instead(self, name: str) -> None:
        self.searched_instead.emit(name)
        self.search(name)
