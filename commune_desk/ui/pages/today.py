"""The Today page: cards of rows, rendered from the presenter's sections; clocks are worded anew every few seconds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import _
from commune_desk.presenters.day.today import TOUCHED_BY, TodayState
from commune_desk.presenters.day.today import TodayPage as State
from commune_desk.presenters.frame.cards import Row, Section
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording.deadline_texts import ClockText
from commune_desk.presenters.wording.labels import ChipText, joined
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui.dialogs.message import Message, confirm
from commune_desk.ui.forms.draft_keeper import DraftKeeper, Typed
from commune_desk.ui.pages.live import LivePage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import ROW_MARGINS, Card
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.dates import DateField
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.flow import Flow
from commune_desk.ui.widgets.page import TwoColumns
from commune_desk.ui.widgets.rows import ButtonRow, ListRow
from commune_desk.ui.widgets.tab_order import follow, stops
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import drop_draft

TICK_MS = 15_000
"""A minute is never shown longer than it lasts by more than this."""
_SIGN = 16 + 6
TASK = "task"
"""The draft of a task that is being written down; `site` leads back to this page by it."""


class TodayPage(LivePage):
    """What is due, and the two ways to begin: a visit, a report."""

    kinds = TOUCHED_BY

    def __init__(
        self, workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object], parent: QWidget | None = None
    ) -> None:
        super().__init__("", workplace, tasks, parent)
        self._state, self._navigate = State(workplace), navigate
        self.sections: dict[str, SectionCard] = {}
        self.columns = TwoColumns()
        self.add(self.columns)
        self._add_actions()
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self.tick)
        self._clock.start()
        self.read_again()

    def _add_actions(self) -> None:
        self.report = SecondaryButton(_("Take in a report"), "file-warning", shortcut="Alt+T")
        self.report.clicked.connect(lambda: self._navigate(Route("reports", form="report")))
        self.visit = PrimaryButton(_("Record a visit"), "plus", shortcut="Alt+V")
        self.visit.clicked.connect(lambda: self._navigate(Route("today", form="visit")))
        for button in (self.report, self.visit):
            self.add_action(button)

    def read(self) -> bool:
        return self._render(self._state.read())

    def tick(self) -> None:
        """Word the clocks anew from the instants; a new day is read anew."""
        if self.isVisible():
            self._render(self._state.reworded())

    def _render(self, state: TodayState) -> bool:
        """Whether the keyboard is on the row again that it was on."""
        self.set_title(state.title, state.subtitle)
        for button in (self.report, self.visit):
            button.setVisible(state.is_commune and state.can_write)
        is_held = [self._fill(self.columns.main, state.main), self._fill(self.columns.side, state.side)]
        shown = {section.key for section in (*state.main, *state.side)}
        for key in self.sections.keys() - shown:
            self.sections[key].hide()
        follow(self.visit, *(stop for card in self._cards() for stop in card.stops()))
        return any(is_held)

    def _fill(self, column: QVBoxLayout, sections: tuple[Section, ...]) -> bool:
        is_held = False
        for place, section in enumerate(sections):
            card = self.sections.get(section.key)
            if card is None:
                card = self.sections[section.key] = SectionCard(section, self._workplace, self._tasks)
                card.route_asked.connect(self._navigate)
                card.acted.connect(self._act)
                card.all_asked.connect(lambda key: self._render(self._state.show_all(key)))
                card.written.connect(self._write_task)
            if column.indexOf(card) != place:
                column.insertWidget(place, card)
            is_held |= card.show_section(section)
            card.show()
        return is_held

    def first_focus(self) -> QWidget | None:
        """The row that matters most."""
        return next(iter(self._targets()), None)

    def _cards(self) -> list[SectionCard]:
        """The cards in sight from top to bottom, the main column first."""
        columns = (self.columns.main, self.columns.side)
        cards = sorted(self.sections.values(), key=lambda card: max(column.indexOf(card) for column in columns))
        return [card for column in columns for card in cards if column.indexOf(card) >= 0 and not card.isHidden()]

    def _targets(self) -> list[QWidget]:
        """What takes the keyboard in the rows."""
        return [target for card in self._cards() for target in card.targets.values()]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        targets = self._targets()
        here = next((place for place, target in enumerate(targets) if target.hasFocus()), None)
        if step is None or here is None or not 0 <= here + step < len(targets):
            super().keyPressEvent(event)
            return
        targets[here + step].setFocus(Qt.FocusReason.TabFocusReason)

    def _act(self, act: str, key: str) -> None:
        asked = self._state.question(act, key)
        if asked is None or confirm(
            self, Message(asked.title, asked.detail, Tone.WARNING), asked.yes, is_dangerous=True
        ):
            route = self._state.way_on(act, key)
            then = partial(self._navigate, route) if route is not None else None
            self.write_once(self._state.operation(act, key), f"{act}:{key}", then)

    def _write_task(self, title: str, day: str) -> None:
        card = self.sections["tasks"]
        operation = self._state.new_task(title, day)
        if isinstance(operation, str):
            card.show_problem(operation)
            return
        card.clear_entry()  # before it is written: the next Enter, or what is typed meanwhile, is another task

        def refused(error: DeskError) -> None:
            card.put_back(title, day)
            self._tasks.failed.emit(error)

        def write(tx: Tx) -> None:
            operation(tx)
            drop_draft(tx, TASK, "")

        self._tasks.run(
            partial(self._workplace.write, write), lambda _done: self._task_written(card), refused, owner=self
        )

    def _task_written(self, card: SectionCard) -> None:
        """What was just written down is seen, however many come before it."""
        card.show_problem("")
        self._render(self._state.show_all("tasks"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.tick()


class SectionCard(Card):
    """One card. Rows are built again only when they changed, and the focus stays on its row."""

    route_asked = Signal(object)
    acted = Signal(str, str)
    all_asked = Signal(str)
    written = Signal(str, str)

    def __init__(self, section: Section, workplace: Workplace, tasks: Tasks) -> None:
        super().__init__(section.title, section.icon)
        self._workplace, self._tasks = workplace, tasks
        self._shown: Section | None = None
        self.targets: dict[str, QWidget] = {}
        self.entry: TaskEntry | None = None

    def show_section(self, section: Section) -> bool:
        """Whether the keyboard is on the row again that it was on, which was made anew."""
        if section == self._shown:
            return False
        self._shown = section
        focused = next((key for key, target in self.targets.items() if target.hasFocus()), "")
        former = self.targets.keys()
        if self.entry is not None:
            self.column.removeWidget(self.entry)
        self.clear()
        self.aside.set_text(section.aside)
        self._fill(section)
        if focused == "more":
            focused = next((key for key in self.targets if key not in former), "more")
        if focused not in self.targets:
            return False
        self.targets[focused].setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def _fill(self, section: Section) -> None:
        self.targets = {}
        chips = {row.key: _chip(row.chip) for row in section.rows if row.chip is not None}
        widest = max((chip.sizeHint().width() for chip in chips.values()), default=0)
        clock = max((_clock_width(row.clock) for row in section.rows if row.clock is not None), default=0)
        for row in section.rows:
            shown = self._row(row)
            if row.key in chips:
                shown.lead_chip(chips[row.key], width=widest)
            if row.clock is not None:
                shown.lead(row.clock.left, icon=row.clock.icon, ink=row.clock.tone, width=clock)
            self.add(shown)
        if not section.rows and section.empty:
            self.add_padded(Text(section.empty, ink="quiet", wrap=True))
        if section.more:
            self.add(self._more(section))
        if section.has_entry:
            self._add_entry()

    def stops(self) -> list[QWidget]:
        """What takes the keyboard, from top to bottom."""
        return [*self.targets.values(), *(stops(self.entry) if self.entry is not None else ())]

    def show_problem(self, sentence: str) -> None:
        """Say what is wrong with what was written down."""
        if self.entry is not None:
            self.entry.say(sentence)

    def clear_entry(self) -> None:
        if self.entry is not None:
            self.entry.clear()

    def put_back(self, title: str, day: str) -> None:
        """Show again what could not be written down, unless something else is typed by now."""
        if self.entry is not None and self.entry.typed() == ("", ""):
            self.entry.show_typed(title, day)

    def _row(self, row: Row) -> ListRow | ButtonRow:
        link = self._link(row) if row.link else None
        button = self._button(row) if row.button else None
        chips = [_chip(chip) for chip in row.chips]
        ends = [one for one in (link, button) if one is not None]
        trailing = _beside(*ends) if len(ends) > 1 else next(iter(ends), None)
        kind = ListRow if ends or row.route is None else ButtonRow
        shown = kind(row.title, row.detail, second=row.second, chips=chips, aside=row.aside, trailing=trailing)
        if row.is_first:
            shown.tinted()
        if link is not None:
            self.targets[f"{row.key}.link"] = link
        if button is not None:
            self.targets[row.key] = button
        if isinstance(shown, ButtonRow):
            shown.activated.connect(lambda: self.route_asked.emit(row.route))
            self.targets[row.key] = shown
        return shown

    def _link(self, row: Row) -> QPushButton:
        button = SecondaryButton(row.link, name=f"{row.link}: {joined(row.title, row.detail, row.second)}")
        button.clicked.connect(lambda: self.route_asked.emit(row.route))
        return button

    def _button(self, row: Row) -> QPushButton:
        name = f"{row.button}: {joined(row.title, row.detail, row.second)}"
        button = PrimaryButton(row.button, name=name) if row.is_first else SecondaryButton(row.button, name=name)
        if row.act:
            button.clicked.connect(lambda: self.acted.emit(row.act, row.key))
        else:
            button.clicked.connect(lambda: self.route_asked.emit(row.route))
        return button

    def _more(self, section: Section) -> QWidget:
        link = LinkButton(section.more)
        route = section.more_route
        if route is None:
            link.clicked.connect(lambda: self.all_asked.emit(section.key))
        else:
            link.clicked.connect(lambda: self.route_asked.emit(route))
        self.targets["more"] = link
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(ROW_MARGINS)
        line.addWidget(link)
        line.addStretch(1)
        return holder

    def _add_entry(self) -> None:
        """The same line as before: somebody may be typing in it."""
        if self.entry is None:
            self.entry = TaskEntry(self._workplace, self._tasks)
            self.entry.written.connect(self.written)
        self.add(self.entry)


class TaskEntry(QWidget):
    """A line to write a task down; `written` carries its words and its day as typed. A lock keeps what stands there."""

    written = Signal(str, str)

    def __init__(self, workplace: Workplace, tasks: Tasks) -> None:
        super().__init__()
        self.title = LineEdit(_("New task"), placeholder=_("What is to be done?"))
        self.day = DateField(_("By which day"), future=True, today=workplace.today)
        self.day.setFixedWidth(172)
        add = SecondaryButton(_("Add"), "plus", name=_("Add the task"))
        self.problem = Text("", size=Size.SMALL, ink="danger", wrap=True)
        self.problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(6)
        column.addWidget(self.title)
        column.addWidget(Flow(self.day, add, gap=8))
        column.addWidget(self.problem)
        add.clicked.connect(self._write)
        for field in (self.title, self.day):
            field.returnPressed.connect(self._write)
        self.keeper = DraftKeeper(TASK, "", self._kept, workplace, tasks, self)
        for field in (self.title, self.day):
            self.keeper.ending.connect(field.finish_composing)
        draft = self.keeper.found()
        if draft is not None:
            self.show_typed(str(draft.payload.get("title", "")), str(draft.payload.get("day", "")))
            self.keeper.restored(draft)
        for field in (self.title, self.day):
            field.textChanged.connect(lambda _text: self.keeper.touch())

    def _kept(self) -> Typed:
        title, day = self.typed()
        return Typed("", {"title": title, "day": day})

    def show_typed(self, title: str, day: str) -> None:
        """Let it stand there as it was typed before."""
        self.title.setText(title)
        self.day.setText(day)

    def typed(self) -> tuple[str, str]:
        return self.title.value(), self.day.text()

    def clear(self) -> None:
        self.title.clear()
        self.day.clear()
        self.say("")

    def say(self, sentence: str) -> None:
        self.problem.set_text(sentence)
        self.problem.setVisible(bool(sentence))

    def _write(self) -> None:
        self.say("")
        self.written.emit(*self.typed())


def _beside(*buttons: QPushButton) -> QWidget:
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    for button in buttons:
        line.addWidget(button)
    return holder


def _clock_width(clock: ClockText) -> int:
    """What the clock takes with its sign and its gap."""
    return Text(clock.left, bold=True).natural_width() + _SIGN


def _chip(chip: ChipText) -> Chip:
    return Chip(chip.text, Tone(chip.tone), chip.icon)
