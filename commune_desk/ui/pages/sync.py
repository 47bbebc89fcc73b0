"""The sync page: decisions first, then what waits, what is proven and why a try failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import chain
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.model.ids import is_commune_scope
from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import _, translate_error
from commune_desk.presenters.sync.conflict_page import ConflictCard, conflict_cards, decision, overtaken
from commune_desk.presenters.sync.lease_texts import lease_line
from commune_desk.presenters.sync.page import SIGNED_FOR, SyncPageState, sync_chip, sync_page
from commune_desk.presenters.sync.set_aside import records_aside
from commune_desk.presenters.sync.status_line import StatusLine
from commune_desk.store.intake import comparing, speaking_for
from commune_desk.store.pages.sync_status import sync_facts
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui.dialogs.save_as import ask_where_to
from commune_desk.ui.pages.courier_card import CourierCard
from commune_desk.ui.pages.decision_card import DecisionCard, FieldOf, field_of
from commune_desk.ui.pages.file_budget import FilesCard
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.flow import clear_layout
from commune_desk.ui.widgets.forms import announce
from commune_desk.ui.widgets.page import Page, TwoColumns
from commune_desk.ui.widgets.rows import ButtonRow, ListRow
from commune_desk.ui.widgets.tab_order import follow, rest_focus, stops
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.sync.agent import SyncStatus
from commune_desk.usecases.sync.courier import Courier
from commune_desk.usecases.sync.handing_on import HandingOn
from commune_desk.usecases.sync.log import log_name, write_sync_log
from commune_desk.usecases.sync.proof import proof_name, write_proof

_SHOWN_CONFLICTS = 20
_ICON_WIDTH = 22


class SyncPage(Page):
    """Emits `sync_asked`, `pause_asked(bool)`, `enrol_asked`, `lock_asked`, `route_asked(Route)`; `show_status` hears
    the agent's news."""

    sync_asked = Signal()
    lock_asked = Signal()
    pause_asked = Signal(bool)
    enrol_asked = Signal()
    route_asked = Signal(object)

    def __init__(self, workplace: Workplace, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(_("Sync"), parent=parent)
        self._workplace, self._tasks = workplace, tasks
        self._status = SyncStatus()
        self._add_actions()
        self._shown: dict[Card, tuple[StatusLine, ...]] = {}
        self.cards: list[DecisionCard] = []
        self.decisions = QWidget()
        self._decisions = QVBoxLayout(self.decisions)
        self._decisions.setContentsMargins(0, 0, 0, 0)
        self._decisions.setSpacing(12)
        self.waiting = Card(_("Waiting to be sent"), "send")
        self.proven = Card(_(SIGNED_FOR), "shield")
        self.line = Card(_("The line to the province"), "refresh")
        columns = TwoColumns()
        columns.main.addWidget(self.decisions)
        columns.main.addWidget(self.waiting)
        self.courier = self._courier_card()
        if self.courier is not None:
            columns.main.addWidget(self.courier)
        columns.side.addWidget(self.proven)
        self.proof = SecondaryButton(_("Save the proof…"), "save")
        self.proof.clicked.connect(self._choose_proof)
        columns.side.addWidget(self.proof, alignment=Qt.AlignmentFlag.AlignLeft)
        self.speak = SecondaryButton(_("Send what only this PC has"), "send")
        self.speak.clicked.connect(lambda: self._sync_after(speaking_for.ask))
        columns.side.addWidget(self.speak, alignment=Qt.AlignmentFlag.AlignLeft)
        columns.side.addWidget(self.line)
        self.files = FilesCard(workplace, tasks)
        columns.main.addWidget(self.files)
        own = workplace.register.identity
        self.files.setVisible(is_commune_scope(own.scope) and not own.is_training)  # a shelter keeps no files
        columns.side.addLayout(self._support())
        self.add(columns)
        tasks.register_changed.connect(self._on_changed)
        self.refresh()
        self.refresh_conflicts()

    def _courier_card(self) -> CourierCard | None:
        """None in a training register: nothing of it is ever sent, by whatever way."""
        register = self._workplace.register
        if register.identity.pins is None:
            return None
        card = CourierCard(Courier(register, self._tasks.announce), self._tasks, partial(HandingOn, register))
        card.said.connect(self._bring_into_view)
        card.ended.connect(self.lock_asked)  # the fresh process takes the register away and says what happened
        return card

    def _bring_into_view(self, first: QWidget, last: QWidget) -> None:
        """Once they have their places; of many lines the first ones."""

        def scroll() -> None:
            self.scroll_area.ensureWidgetVisible(last)
            self.scroll_area.ensureWidgetVisible(first)

        QTimer.singleShot(0, first, scroll)

    def break_off(self) -> None:
        """Stop what is being written to or read from a stick."""
        if self.courier is not None:
            self.courier.break_off()

    def _add_actions(self) -> None:
        self.now = PrimaryButton(_("Sync now"), "refresh", shortcut="F5")
        self.now.clicked.connect(self.sync_asked)
        self.pause = SecondaryButton(_("Pause"))
        self.pause.clicked.connect(lambda: self.pause_asked.emit(not self._status.is_paused))
        self.enrol = PrimaryButton(_("Enrol anew…"), "key")
        self.enrol_beside = SecondaryButton(_("Enrol anew…"), "key")
        """Where the page still is for syncing, and a new code only may be the way on."""
        for button in (self.enrol, self.enrol_beside):
            button.clicked.connect(self.enrol_asked)
        for button in (self.enrol_beside, self.pause, self.now, self.enrol):
            self.add_action(button)

    def _support(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        self.compare = LinkButton(_("Compare with the province"), "refresh")
        self.compare.clicked.connect(lambda: self._sync_after(comparing.ask))
        self.log = LinkButton(_("Save a log for support…"), "file-text")
        self.log.clicked.connect(self._choose_log)
        for link in (self.compare, self.log):
            column.addWidget(link, alignment=Qt.AlignmentFlag.AlignLeft)
        return column

    def _choose_log(self) -> None:
        register = self._workplace.register
        path = ask_where_to(self, _("Save the log as"), log_name(register), _("Texts (*.txt)"))
        if path is not None:
            self.save_log(path)

    def save_log(self, target: Path) -> None:
        """Write the technical history of syncs to `target`, off the UI thread."""
        done = _("The log was written. It holds times, codes and numbers, and no names.")
        self._save(partial(write_sync_log, self._workplace.register, target), done)

    def _choose_proof(self) -> None:
        name = proof_name(self._workplace.register)
        path = ask_where_to(self, _("Save the proof as"), name, _("Proofs (*.json)"))
        if path is not None:
            self.save_proof(path)

    def save_proof(self, target: Path) -> None:
        """Write what proves that the province contradicted itself to `target`, off the UI thread."""
        done = _(
            "The proof was written. It holds two statements that the province signed, and nothing about anybody: give "
            "it to your superior. Whoever knows the province's fingerprint can check it."
        )
        self._save(partial(write_proof, self._workplace.register, target), done)

    def _save(self, write: Callable[[], None], done: str) -> None:
        self._tasks.query(
            write,
            lambda _none: self.tell(done, Tone.GOOD),
            lambda error: self.tell(translate_error(error), Tone.DANGER),
            owner=self,
        )

    def show_status(self, status: SyncStatus) -> None:
        """The agent's news: running, failed, next try."""
        was_running, self._status = self._status.is_running, status
        self.refresh()
        self.files.refresh()  # its budget is of a day, and may be of another one by now
        if was_running and not status.is_running and self.isVisible():
            announce(self.now, self._how_it_ended())

    def _how_it_ended(self) -> str:
        """For who cannot see the chip at the top."""
        facts = self._workplace.read(sync_facts)
        return sync_chip(facts, self._status, self._workplace.present())[0]

    def refresh(self) -> None:
        """Read the register's own numbers again."""
        facts = self._workplace.read(sync_facts)
        state = sync_page(facts, self._status, records_aside(self._workplace) if facts.set_aside else ())
        register = self._workplace.register
        lease = lease_line(register.lease, register.clock.now())
        self.set_title(_("Sync"), state.subtitle)
        self._fill(self.waiting, state.waiting)
        self.waiting.setVisible(bool(state.waiting))
        proven = (*state.proven, *((lease,) if lease else ()))
        for card, lines in ((self.proven, proven), (self.line, state.line)):
            self._fill(card, lines)
            card.setVisible(bool(lines))
        self._set_buttons(state)

    def _set_buttons(self, state: SyncPageState) -> None:
        self._show_buttons(
            {
                self.now: state.can_sync,
                self.pause: state.can_sync,
                self.enrol: state.can_enrol and not state.can_sync,
                self.enrol_beside: state.can_enrol and state.can_sync,
                self.log: state.has_history,
                self.compare: state.can_sync,
                self.proof: state.has_proof,
                self.speak: state.can_sync and state.has_more,
            }
        )
        for button in (self.now, self.compare, self.speak):
            button.setEnabled(not state.is_running)
        self.now.rename(_("Syncing…") if state.is_running else _("Sync now"))
        self.pause.rename(_("Resume") if state.is_paused else _("Pause"))

    def _show_buttons(self, shown: Mapping[QWidget, bool]) -> None:
        """The keyboard goes from a button that is hidden to what the page is for now: Qt would give it to the next one,
        which writes to a stick."""
        waits = not self.now.isEnabled() and not shown[self.now] and self.window().focusWidget() is self
        leaves = [rest_focus(button) is not None for button, is_shown in shown.items() if not is_shown]
        for button, is_shown in shown.items():
            button.setVisible(is_shown)
        if waits or any(leaves):
            self.now.setEnabled(True)
            acts = (one for one in (self.now, self.enrol) if not one.isHidden())
            next(acts, self).setFocus(Qt.FocusReason.OtherFocusReason)

    def _sync_after(self, ask: Callable[[Tx], None]) -> None:
        """Let the sync that begins now compare record by record, or do more than that."""
        self._tasks.run(partial(self._workplace.write, ask), lambda _done: self.sync_asked.emit(), owner=self)

    def _fill(self, card: Card, lines: tuple[StatusLine, ...]) -> None:
        """Rows that say the same stay, and the keyboard stays on its row; of one that goes, it waits on the page."""
        if self._shown.get(card) == lines:
            return
        self._shown[card] = lines
        focused = self.window().focusWidget()
        held = focused.accessibleName() if focused is not None and card.isAncestorOf(focused) else ""
        card.clear()
        is_indented = any(line.icon for line in lines)
        for line in lines:
            row = self._row(line)
            if is_indented:
                row.lead("", icon=line.icon, ink=line.tone, width=_ICON_WIDTH)
            card.add(row)
        if held:
            same = (row for row in card.rows if isinstance(row, ButtonRow) and row.accessibleName() == held)
            next(same, self).setFocus(Qt.FocusReason.OtherFocusReason)

    def _row(self, line: StatusLine) -> ListRow | ButtonRow:
        if line.route is None:
            return ListRow(line.text, second=line.detail, aside=line.count)
        row = ButtonRow(line.text, second=line.detail, aside=line.count)
        row.activated.connect(partial(self.route_asked.emit, line.route))
        return row

    def refresh_conflicts(self) -> None:
        """Show what is open to decide, oldest first; what is chosen or written in a card that stays is left alone."""
        at_work = [field_of(shown.card) for shown in self.cards if shown.is_touched]
        cards, more = conflict_cards(self._workplace, most=_SHOWN_CONFLICTS, besides=at_work)
        former = {shown.card.conflict.ids: shown for shown in self.cards if shown.card in cards}
        place = self._place_of_focus()
        for kept in former.values():
            self._decisions.removeWidget(kept)
        going = {field_of(shown.card): shown for shown in self.cards if shown not in former.values()}
        typing = next((at for at, shown in going.items() if shown.other is self.window().focusWidget()), None)
        for shown in going.values():
            shown.other.finish_composing()
        clear_layout(self._decisions)
        self.cards = [former.get(card.conflict.ids) or self._card(card) for card in cards]
        for shown in self.cards:
            self._decisions.addWidget(shown)
        self._begin_with_decisions()
        if more:
            rest = _("{count} more to decide after these").format(count=more)
            self._decisions.addWidget(Text(rest, ink="quiet"))
        if not cards:
            empty = Card(_("To decide"), "check")
            empty.add(ListRow(_("No decision is open.")))
            self._decisions.addWidget(empty)
        self._hand_on(going, typing)
        if place is not None and self._place_of_focus() is None:
            following = self.cards[place : place + 1] or self.cards[-1:]
            (*(stop for shown in following for stop in _in_sight(shown)), self)[0].setFocus(
                Qt.FocusReason.OtherFocusReason
            )

    def _card(self, card: ConflictCard) -> DecisionCard:
        return DecisionCard(card, self._decide, self._workplace, self._tasks)

    def _hand_on(self, going: dict[FieldOf, DecisionCard], typing: FieldOf | None) -> None:
        """What was chosen or written on cards that go: to the card that asks the same now, or it is said."""
        for shown in self.cards:
            former = going.pop(field_of(shown.card), None)
            if former is not None:
                shown.take_up(former)
                if former.keeper.record != shown.keeper.record:
                    self._forget([former])
                if field_of(shown.card) == typing:
                    shown.other.setFocus()
        lost = [overtaken(self._workplace, one.card, one.written) for one in going.values() if one.is_touched]
        self._forget(going.values())
        if lost:
            self.tell(" ".join(lost), Tone.WARNING)

    def _forget(self, gone: Iterable[DecisionCard]) -> None:
        """No draft stays of a card that went: it would come to another one, or to nobody."""
        for one in gone:
            if one.keeper.found() is not None:
                self._tasks.run(partial(self._workplace.write, one.keeper.drop()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh_conflicts()  # what they show may be closed by now
        self._begin_with_decisions()  # Qt keeps no beginning of a page that is in no window yet

    def _begin_with_decisions(self) -> None:
        """Have Tab go through what is to be decided before the rest of the page, which was made before."""
        deciding = [stop for shown in self.cards for stop in stops(shown)]
        if deciding:
            follow(*deciding, *(stop for stop in stops(self) if stop not in deciding))

    def first_focus(self) -> QWidget | None:
        """What is to be decided, where there is something; else what the page is for, and not the stick. Where what is
        to be decided is only read, the page begins at its top."""
        deciding = [stop for shown in self.cards for stop in _in_sight(shown)]
        acts = (one for one in (self.now, self.enrol) if one.isVisibleTo(self) and one.isEnabled())
        return next(chain(deciding, acts), self if self.cards else None)

    def _place_of_focus(self) -> int | None:
        """Which card the keyboard is in."""
        focused = self.window().focusWidget()
        places = (at for at, shown in enumerate(self.cards) if focused is not None and shown.isAncestorOf(focused))
        return next(places, None)

    def _decide(self, shown: DecisionCard, chosen: str, written: str) -> str:
        """Start the decision; returns what is wrong with it, or an empty text."""
        operation = decision(shown.card, chosen=chosen, written=written)
        if isinstance(operation, str):
            return operation
        forget = shown.keeper.drop()

        def decide(tx: Tx) -> None:
            operation(tx)
            forget(tx)

        self._tasks.run(partial(self._workplace.write, decide), on_error=partial(self._not_decided, shown), owner=self)
        return ""

    def _not_decided(self, shown: DecisionCard, error: DeskError) -> None:
        """It is still open, and can be decided again."""
        for one in self.cards:
            if field_of(one.card) == field_of(shown.card):  # the same, or what it was shown anew as
                one.button.setEnabled(True)
                one.keeper.resume()
        self._tasks.failed.emit(error)

    def _on_changed(self, changes: ChangeSet) -> None:
        self.refresh()
        if changes.touches("conflicts", "lease", *(shown.card.conflict.kind for shown in self.cards)):
            self.refresh_conflicts()


def _in_sight(shown: DecisionCard) -> list[QWidget]:
    """What takes the keyboard in a card: nothing, of who only reads."""
    return [stop for stop in stops(shown) if stop.isVisibleTo(shown)]
