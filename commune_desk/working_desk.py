"""An unlocked register at work: tasks, sync agent, idle lock and window put together, and taken apart at lock."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.model.ids import is_shelter_scope
from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import Language, set_language
from commune_desk.program_files import code_book
from commune_desk.store.desk.lease import at_work
from commune_desk.store.engine.settings import Identity
from commune_desk.store.files.file_queue import FILES_ASKED
from commune_desk.store.pages.sync_status import count_waiting
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui import theme
from commune_desk.ui.copied import Copied
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.forms.draft_keeper import DraftKeeper
from commune_desk.ui.idle_lock import OFFICE_MINUTES, SHELTER_MINUTES, IdleLock
from commune_desk.ui.platform import watch_session
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.metered import syncs_on_metered
from commune_desk.usecases.desk.pausing import choose_pause, is_paused
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.locked.doorbell import leave_card
from commune_desk.usecases.locked.window_state import keep_window
from commune_desk.usecases.registers.opening import OpenDesk
from commune_desk.usecases.sync.agent import SyncAgent, SyncStatus

if TYPE_CHECKING:
    from commune_desk.ui.platform.line import LineWatch

log = logging.getLogger(__name__)

CARD_MS = 60_000
LEASE_MS = 600_000
"""How often the time at work is counted: a crash loses no more of it."""


class WorkingDesk(QObject):
    """An unlocked register at work: its tasks, its sync agent and its window."""

    lock_asked = Signal()
    quit_asked = Signal()
    error_met = Signal(object)
    """Any error that a task met and no page took up."""
    _news = Signal(object)

    def __init__(self, app: QApplication, desk: OpenDesk) -> None:
        super().__init__()
        self._app, self.desk = app, desk
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="operations")
        self._slow = ThreadPoolExecutor(max_workers=1, thread_name_prefix="queries")
        self.tasks = Tasks(self._writer, self._slow, self)
        self.workplace = Workplace(desk.register, code_book())
        self.agent = self._make_agent()
        self._line: LineWatch | None = None
        self.window = self._make_window()
        self._idle = IdleLock(app, self._idle_minutes(), self)
        self._idle.expired.connect(self.lock_asked)
        self._idle.pressed.connect(self.lock_asked)
        self._copied = Copied(app, self)
        self.session = watch_session(self)
        self.session.left.connect(self.lock_asked)
        self.tasks.register_changed.connect(self._on_changed)
        self.tasks.failed.connect(self.error_met)
        self._card = QTimer(self, interval=CARD_MS)
        self._card.timeout.connect(self._leave_card)
        self._leased = QTimer(self, interval=LEASE_MS)
        self._leased.timeout.connect(lambda: self._count_lease(LEASE_MS / 1000))
        self._news.connect(self._on_news, Qt.ConnectionType.QueuedConnection)
        self._connect()

    def _make_window(self) -> DeskWindow:
        return DeskWindow(self.desk, self.workplace, self.tasks)

    def _idle_minutes(self) -> float:
        return SHELTER_MINUTES if is_shelter_scope(self.desk.register.identity.scope) else OFFICE_MINUTES

    def _connect(self) -> None:
        window = self.window
        window.lock_asked.connect(self.lock_asked)
        window.closed.connect(self.quit_asked)
        window.show_call(self._idle.is_held)
        window.call_held.connect(self._idle.hold)
        self._idle.held.connect(window.show_call)
        window.language_asked.connect(self._speak)
        window.role_changed.connect(self._show_anew)
        window.sync_asked.connect(self._sync_now)
        window.pause_asked.connect(self._pause)

    def _speak(self, code: Language) -> None:
        """Show the window in another language."""

        def speak() -> None:
            self.tasks.run(partial(_try, lambda: self.desk.profile.keep_language(code)), owner=self)
            set_language(code)
            theme.speak()

        self._show_anew(speak)

    def _show_anew(self, before: Callable[[], None] = lambda: None) -> None:
        """Make the window anew, where one was, once all that is typed is kept."""
        kept: list[Callable[[Tx], object]] = []
        for keeper in self.window.keepers():
            _gather(keeper, kept)
        if kept:
            self.tasks.run(
                lambda: [self.workplace.write(operation) for operation in kept],
                lambda _kept: self._show_anew(before),
                self._not_kept,
                owner=self,
            )
            return
        before()
        former = self.window
        self._idle.held.disconnect(former.show_call)
        self.window = self._make_window()
        self._connect()
        if self.agent is not None:
            self.window.show_status(self.agent.status)  # what it said last it does not say again
        self.window.show(former.shell.size(), former.state())
        former.put_away()

    def _not_kept(self, error: DeskError) -> None:
        for keeper in self.window.keepers():
            keeper.was_not_kept(error)

    def _make_agent(self) -> SyncAgent | None:
        own = self.desk.register.identity
        self._syncs_as = _syncs_as(own)
        if own.pins is None or not own.desk:
            return None
        from commune_desk.usecases.sync.desk_sync import DeskSync  # a training register has no use for it

        register = self.desk.register
        return SyncAgent(
            DeskSync(register, self.tasks.announce),
            self._news.emit,
            lambda: register.write(lambda tx: count_waiting(tx.connection), gives_way=True).result()[0],
            clock=register.clock,
        )

    def start(self, size: QSize) -> None:
        """Show the window where one was, and begin to sync."""
        self.window.show(size)
        self._leave_card()
        self._card.start()
        self._count_lease(0.0)
        self._leased.start()
        if self.desk.register.identity.pins is not None:
            self.tasks.run(partial(_try, self._take_receipts), owner=self)
        self._start_sync()

    def _take_receipts(self) -> None:
        from commune_desk.usecases.locked.push import take_receipts  # a training register has no use for it

        take_receipts(self.desk, self.tasks.announce)

    def _count_lease(self, seconds: float) -> None:
        self.tasks.run(partial(_try, lambda: self.workplace.write(at_work(seconds))), owner=self)

    def _leave_card(self) -> None:
        due, taken = self.window.next_due(), self.window.taken_unsent()
        self.tasks.query(partial(_try, lambda: leave_card(self.desk, due, taken)), lambda _none: None)

    def _start_sync(self) -> None:
        if self.agent is None:
            return
        if self._line is None:
            from commune_desk.ui.platform.line import watch_line  # a training register has no use for it

            self.follow_line(watch_line(self))
        self._hold_if_metered()
        self._heed_pause()
        self.agent.start()

    def follow_line(self, line: LineWatch) -> None:
        """Heed what the system says of the line."""
        self._line = line
        line.changed.connect(self._hint)
        line.metered.connect(self._hold_if_metered)

    def _hint(self) -> None:
        if self.agent is not None:
            self.agent.hint_line_changed()

    def _hold_if_metered(self) -> None:
        if self.agent is not None and self._line is not None:
            self.agent.hold(self._line.is_metered and not self.workplace.read(syncs_on_metered))

    def _sync_now(self) -> None:
        if self.agent is not None:
            self.agent.sync_now()

    def _on_news(self, status: SyncStatus) -> None:
        if self.agent is None:
            return
        self.window.show_status(status)
        if status.is_removed and self.desk.profile.is_removed:
            self.lock_asked.emit()  # the fresh process takes the register away and says what happened

    def _on_changed(self, changes: ChangeSet) -> None:
        if changes.touches("identity") and _syncs_as(self.desk.register.identity) != self._syncs_as:
            self._sync_as_the_new_desk()
        if changes.touches("sync"):
            self._hold_if_metered()
            self._heed_pause()
        if self.agent is not None:
            self._tell_of(changes, self.agent)
        if changes.touches(FILES_ASKED):
            self._sync_now()

    def _tell_of(self, changes: ChangeSet, agent: SyncAgent) -> None:
        from commune_desk.usecases.sync.desk_sync import asks_for_sync

        if asks_for_sync(changes) and self.workplace.read(count_waiting):
            agent.change_saved()

    def _sync_as_the_new_desk(self) -> None:
        """Or at the province's new address: an agent keeps to the one that it began with."""
        former, self.agent = self.agent, self._make_agent()
        if former is not None:
            self.tasks.query(former.stop, lambda _none: None)
        self._start_sync()
        if not self.workplace.read(is_paused):
            self._sync_now()

    def _pause(self, is_on: bool) -> None:
        """Keep it first: a pause that would be gone after the next lock is none."""
        self.tasks.run(partial(self.workplace.write, partial(choose_pause, is_on=is_on)), owner=self)

    def _heed_pause(self) -> None:
        if self.agent is not None:
            (self.agent.pause if self.workplace.read(is_paused) else self.agent.resume)()

    def put_away(self) -> None:
        """Hide all that is shown, keep drafts and window, stop the agent, leave the doorbell its files, close the rest.

        Each step is taken whatever becomes of those before it; nothing is called after it. What cannot be kept, on a
        full or failing disk, is left; a bug is raised once the register is closed.
        """
        kept: list[Callable[[Tx], object]] = []
        in_order(
            self._idle.stop,
            self._card.stop,
            self._leased.stop,
            *(partial(_gather, keeper, kept) for keeper in self.window.keepers()),
            self._hide,
            self._copied.take_away,
            self.window.break_off,
            lambda: self._write_all(kept),
            self._stop_agent,
            self.tasks.end_errands,
            self._writer.shutdown,
            lambda: keep_window(self.desk, self.window.state()),  # once it is known what became of a save
            self._slow.shutdown,
            lambda: leave_card(self.desk, self.window.next_due(), self.window.taken_unsent()),
            self._leave_sealed,
            self.window.put_away,
            self.desk.register.close,
        )

    def _leave_sealed(self) -> None:
        from commune_desk.usecases.locked.push import leave_sealed

        leave_sealed(self.desk)

    def _write_all(self, operations: list[Callable[[Tx], object]]) -> None:
        """Behind what was handed in before: an older draft that waits for its turn would be written over the last."""
        if operations:
            in_order(*(partial(self._write_in_turn, operation) for operation in operations))

    def _write_in_turn(self, operation: Callable[[Tx], object]) -> None:
        self._writer.submit(self.workplace.write, operation).result()

    def _hide(self) -> None:
        """Names leave the screen before anything is waited for: what follows may take as long as the line is poor."""
        for widget in self._app.topLevelWidgets():
            widget.hide()

    def _stop_agent(self) -> None:
        """What it still says is read by nobody: the register is about to close."""
        self.tasks.register_changed.disconnect(self._on_changed)
        if self._line is not None:
            self._line.blockSignals(True)
        agent, self.agent = self.agent, None
        if agent is not None:
            agent.stop()


def _syncs_as(own: Identity) -> tuple[str, str]:
    """Under which id, and at which address."""
    return own.desk, own.pins.address if own.pins else ""


def in_order(step: Callable[[], object], *following: Callable[[], object]) -> None:
    """Take every step. One that the surroundings refuse is left out and logged; a bug is raised after the last."""
    try:
        _try(step)
    finally:
        if following:
            in_order(*following)


def _gather(keeper: DraftKeeper, kept: list[Callable[[Tx], object]]) -> None:
    operation = keeper.last()
    if operation is not None:
        kept.append(operation)


def _try(step: Callable[[], object]) -> None:
    try:
        step()
    except (DeskError, OSError) as error:
        log.warning("a step was left out", exc_info=error)
