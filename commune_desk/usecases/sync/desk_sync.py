"""A desk's rounds with the province: number what is staged, sync, and after a restore send what the province lacks.

The way to the province is loaded with the first round, off the UI thread: with it comes the HTTP library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.time.clock import local_day, to_iso
from commune_desk.domain.time.skew import ClockSkew, skew_of
from commune_desk.domain.words.errors import DeskError
from commune_desk.store.desk.register import Register
from commune_desk.store.engine import settings
from commune_desk.store.exchange.file_replica import RegisterFiles, SentOnly
from commune_desk.store.exchange.last_word import sign_last_word
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.exchange.sync_history import BULK_BYTES, WENT_WELL, Round, note_round
from commune_desk.store.files.file_queue import send_now
from commune_desk.store.intake.handing_on import HANDED_ON
from commune_desk.usecases.registers.removal import decide_removal
from commune_desk.usecases.sync.around_sync import AroundSync
from sync.client.errors import DeskRemoved, Stopped
from sync.client.under_way import UnderWay

if TYPE_CHECKING:
    from sync.client.session import Session, SyncOutcome
    from sync.client.transport import Exchange, Transport


def connect_to(pins: settings.Pins) -> Transport:
    """The way to the province that enrolment pinned."""
    from sync.client.transport import Transport

    return Transport(pins.address, ca_pem=pins.ca_pem)


def asks_for_sync(changes: ChangeSet) -> bool:
    """Whether something was done here that a sync should carry.

    What a sync itself changed asks for no other one, unless it let this desk seal something for another place.
    """
    return not changes.touches("sync") or changes.touches(HANDED_ON)


class DeskSync:
    """The session that `SyncAgent` drives. One thread at a time; `abort` from any."""

    def __init__(
        self,
        register: Register,
        changed: Callable[[ChangeSet], None],
        *,
        connect: Callable[[settings.Pins], Transport] = connect_to,
    ) -> None:
        """`changed` hears, from the network thread, of everything that a sync changed in the register."""
        if register.identity.pins is None:
            raise ValueError("a training register has no province")
        self._pins = register.identity.pins
        self._register = register
        self._connect = connect
        self._around = AroundSync(register, changed)
        self._replica = RegisterReplica(register, self._around.hear)
        self._replica.clock_found = lambda: self._clock
        self._session: Session | None = None
        self._exchanges: list[Exchange] = []
        self._under_way = UnderWay()
        self._clock = ClockSkew()

    @property
    def receipt_at(self) -> str:
        return "" if self._session is None else self._session.receipt_at

    def abort(self) -> None:
        self._under_way.abort()

    def sync(self) -> SyncOutcome:
        """One whole sync; what was receipted or applied stays so, whatever follows.

        Raises a SyncFault or Malformed, Stopped once `abort` was called.
        """
        if self._session is None:
            self._session = self._begin()
        session = self._under_way.begin(self._session)
        self._exchanges.clear()
        try:
            outcome = self._go_round(session)
        except Stopped:
            raise  # the register is about to close
        except DeskError as fault:
            self._note_round(session, type(fault).__name__)
            raise
        self._note_round(session, WENT_WELL)
        self._register.estimate_anew()
        return outcome

    def _go_round(self, session: Session) -> SyncOutcome:
        self._around.release_staged()
        try:
            return self._synced(session)
        except DeskRemoved:
            self._leave_for_good(session)
            raise

    def _leave_for_good(self, session: Session) -> None:
        """The province ordered this register removed, and took all that a push had: its end is marked once it has this
        desk's word for it. What was typed meanwhile is sent first, with the next sync."""
        if self._register.write(sign_last_word).result()[0]:
            changes = self._register.write(lambda tx: send_now(tx, local_day(tx.present()))).result()[1]
            if changes:
                self._around.hear(changes)
            session.tell(SentOnly(self._register, self._around.hear))
            decide_removal(self._register)

    def _synced(self, session: Session) -> SyncOutcome:
        outcome = session.sync()
        if self._around.pulled_everything():
            self._note_round(session, WENT_WELL)  # with what it brought: the next counts from nothing
            self._exchanges.clear()
            outcome = session.sync()
        if self._register.identity.frozen:
            self._replica.freeze("")
        self._around.keep_told()
        return outcome

    def _note_round(self, session: Session, code: str) -> None:
        done, exchanges = session.so_far, self._exchanges
        bulk = [one for one in exchanges if one.status == 200 and one.sent + one.received >= BULK_BYTES]
        noted = Round(
            at=to_iso(self._register.clock.now()),
            province_at=done.at,
            code=code,
            status=exchanges[-1].status if exchanges else 0,
            pushed=done.pushed,
            pulled=done.pulled,
            set_aside=done.quarantined,
            conflicts=done.conflicts,
            sent=sum(one.sent for one in exchanges),
            received=sum(one.received for one in exchanges),
            milliseconds=_milliseconds(exchanges),
            bulk=sum(one.sent + one.received for one in bulk),
            bulk_milliseconds=_milliseconds(bulk),
        )
        self._register.write(lambda tx: note_round(tx, noted, self._clock), gives_way=True).result()

    def _begin(self) -> Session:
        from sync.client.session import Session

        transport = self._connect(self._pins)
        transport.on_exchange = self._exchanges.append
        session = Session(transport, self._replica, RegisterFiles(self._register, self._around.hear))
        session.on_province_time = self._measure_skew
        return session

    def _measure_skew(self, at: str) -> None:
        """The answer to the last request says what time it is at the province."""
        now, took = self._register.clock.now(), timedelta(seconds=self._exchanges[-1].seconds)
        self._clock = skew_of(at, asked=now - took, heard=now)


def _milliseconds(exchanges: Iterable[Exchange]) -> int:
    return round(1000 * sum(one.seconds for one in exchanges))
