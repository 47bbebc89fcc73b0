"""The sync page: decisions first, then what waits, what is proven and why a try failed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.domain.change_set import ChangeSet
from commune_desk.i18n import _
from commune_desk.presenters.conflict_page import ConflictCard, conflict_cards, decision
from commune_desk.presenters.lease_texts import lease_line
from commune_desk.presenters.sync_page import StatusLine, SyncPageState, sync_page
from commune_desk.store.sync_status import sync_facts
from commune_desk.ui.pages.file_budget import FilesCard
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.compare import CompareRow, CompareTable, Version
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.flow import clear_layout
from commune_desk.ui.widgets.notice import EmptyState, NoticeBar
from commune_desk.ui.widgets.page import Page, TwoColumns
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.tab_order import follow, stops
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.sync_agent import SyncStatus
from commune_desk.usecases.workplace import Workplace

_SHOWN_CONFLICTS = 20


class SyncPage(Page):
    """Emits `sync_asked`, `pause_asked(bool)`, `enrol_asked`; `show_status` is told of the agent's news."""

    sync_asked = Signal()
    pause_asked = Signal(bool)
    enrol_asked = Signal()

    def __init__(self, workplace: Workplace, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(_("Sync"), parent=parent)
        self._workplace, self._tasks = workplace, tasks
        self._status = SyncStatus()
        self.notice: NoticeBar | None = None
        self.cards: list[DecisionCard] = []
        self.decisions = QWidget()
        self._decisions = QVBoxLayout(self.decisions)
        self._decisions.setContentsMargins(0, 0, 0, 0)
        self._decisions.setSpacing(12)
        self.waiting = Card(_("Waiting to be sent"), "send")
        self.proven = Card(_("Signed for by the province"), "shield")
        columns = TwoColumns()
        columns.main.addWidget(self.decisions)
        columns.main.addWidget(self.waiting)
        columns.side.addWidget(self.proven)
        columns.side.addLayout(self._buttons())
        self.files = FilesCard(workplace, tasks)
        self.files.setVisible(not workplace.register.identity.is_training)
        columns.side.addWidget(self.files)
        self.add(columns)
        tasks.register_changed.connect(self._on_changed)
        self.refresh()
        self.refresh_conflicts()

    def _buttons(self) -> QHBoxLayout:
        line = QHBoxLayout()
        self.now = PrimaryButton(_("Sync now"), "refresh", shortcut="F5")
        self.now.clicked.connect(self.sync_asked)
        self.pause = SecondaryButton(_("Pause"))
        self.pause.clicked.connect(lambda: self.pause_asked.emit(not self._status.is_paused))
        self.enrol = PrimaryButton(_("Enrol anew…"), "key")
        self.enrol.clicked.connect(self.enrol_asked)
        for button in (self.now, self.pause, self.enrol):
            line.addWidget(button)
        line.addStretch(1)
        return line

    def show_status(self, status: SyncStatus) -> None:
        """The agent's news: running, failed, next try."""
        self._status = status
        self.refresh()

    def refresh(self) -> None:
        """Read the register's own numbers again."""
        state = sync_page(self._workplace.read(sync_facts), self._status)
        register = self._workplace.register
        lease = lease_line(register.lease, register.clock.now())
        self.set_title(_("Sync"), state.subtitle)
        self._fill(self.waiting, state.waiting)
        self.waiting.setVisible(bool(state.waiting))
        self._fill(self.proven, (*state.proven, *filter(None, (lease, state.trouble))))
        self._set_buttons(state)

    def _set_buttons(self, state: SyncPageState) -> None:
        self.now.setVisible(state.can_sync)
        self.now.setEnabled(not state.is_running)
        self.now.rename(_("Syncing…") if state.is_running else _("Sync now"))
        self.pause.setVisible(state.can_sync)
        self.pause.rename(_("Resume") if state.is_paused else _("Pause"))
        self.enrol.setVisible(state.can_enrol)

    def _fill(self, card: Card, lines: tuple[StatusLine, ...]) -> None:
        card.clear()
        for line in lines:
            row = ListRow(line.text, second=line.detail)
            if line.tone in ("warning", "danger"):
                row.lead_chip(Chip(_("note") if line.tone == "warning" else _("stopped"), Tone(line.tone)))
            card.add(row)

    def refresh_conflicts(self) -> None:
        """Show what is open to decide, oldest first; what is chosen or written in a card that stays is left alone."""
        cards, more = conflict_cards(self._workplace, most=_SHOWN_CONFLICTS)
        former = {shown.card.conflict.ids: shown for shown in self.cards if shown.card in cards}
        place = self._place_of_focus()
        for kept in former.values():
            self._decisions.removeWidget(kept)
        clear_layout(self._decisions)
        self.cards = [former.get(card.conflict.ids) or DecisionCard(card, self._decide) for card in cards]
        for shown in self.cards:
            self._decisions.addWidget(shown)
        if self.cards:
            follow(*(stop for shown in self.cards for stop in stops(shown)))
        if more:
            rest = _("{count} more to decide after these").format(count=more)
            self._decisions.addWidget(Text(rest, ink="quiet"))
        if not cards:
            empty = Card(_("To decide"), "check")
            empty.add(EmptyState("check", _("No decision is open.")))
            self._decisions.addWidget(empty)
        if place is not None and self._place_of_focus() is None:
            following: list[QWidget] = [stops(shown)[0] for shown in self.cards[place : place + 1] or self.cards[-1:]]
            (*following, self)[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _place_of_focus(self) -> int | None:
        """Which card the keyboard is in."""
        focused = self.window().focusWidget()
        places = (at for at, shown in enumerate(self.cards) if focused is not None and shown.isAncestorOf(focused))
        return next(places, None)

    def _decide(self, card: ConflictCard, chosen: str, written: str) -> str:
        """Start the decision; returns what is wrong with it, or an empty text."""
        operation = decision(card, chosen=chosen, written=written)
        if isinstance(operation, str):
            return operation
        self._tasks.run(partial(self._workplace.write, operation), owner=self)
        return ""

    def _on_changed(self, changes: ChangeSet) -> None:
        self.refresh()
        if changes.touches("conflicts"):
            self.refresh_conflicts()


class DecisionCard(Card):
    """One field to decide: choose a value or write another."""

    def __init__(self, card: ConflictCard, decide: Callable[[ConflictCard, str, str], str]) -> None:
        super().__init__(_("To decide: {whose}").format(whose=card.title), "alert-triangle")
        self.card, self._decide = card, decide
        self.table = CompareTable(
            [hand.author for hand in card.hands],
            [
                CompareRow(
                    card.conflict.field,
                    card.label,
                    card.base,
                    tuple(Version(hand.key, hand.text) for hand in card.hands),
                )
            ],
        )
        self.add(self.table)
        if card.waited:
            self.add_padded(Text(card.waited, size=Size.SMALL, ink="warning", wrap=True))
        self.other = LineEdit(_("Another value"))
        self.other.hide()
        self.error = Text("", size=Size.SMALL, ink="danger", wrap=True)
        self.error.hide()
        self.button = PrimaryButton(_("Decide"))
        self.button.clicked.connect(self.submit)
        self.add_padded(self._foot())

    def _foot(self) -> QWidget:
        foot = QWidget()
        column = QVBoxLayout(foot)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.other)
        column.addWidget(self.error)
        line = QHBoxLayout()
        if self.card.can_write:
            write = LinkButton(_("Write another value…"))
            write.clicked.connect(self._write_other)
            line.addWidget(write)
        line.addWidget(Text(_("Values not chosen stay in the history."), size=Size.SMALL, ink="quiet", wrap=True), 1)
        line.addWidget(self.button)
        column.addLayout(line)
        return foot

    def _write_other(self) -> None:
        self.other.show()
        self.other.setFocus()

    def submit(self) -> None:
        """Decide with the value chosen, or with the one written."""
        chosen = self.table.decision().get(self.card.conflict.field, "")
        problem = self._decide(self.card, chosen, self.other.value() if self.other.isVisible() else "")
        self.error.set_text(problem)
        self.error.setVisible(bool(problem))
        self.button.setEnabled(bool(problem))
