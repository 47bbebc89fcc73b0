"""A desk's rounds with the province: number what is staged, sync, and after a restore send what the province lacks.

The way to the province is loaded with the first round, off the UI thread: with it comes the HTTP library.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from commune_desk.domain.change_set import ChangeSet
from commune_desk.domain.clock import local_day
from commune_desk.domain.ids import is_shelter_scope
from commune_desk.store import settings
from commune_desk.store.file_queue import send_now
from commune_desk.store.file_replica import RegisterFiles, SentOnly
from commune_desk.store.register import Register
from commune_desk.store.removal import sign_removal
from commune_desk.store.replica import RegisterReplica
from commune_desk.store.staged import pulled_once, release_next
from commune_desk.usecases.commune_notices import keep_told
from commune_desk.usecases.removal import decide_removal
from sync.client.errors import DeskRemoved, Stopped

if TYPE_CHECKING:
    from sync.client.session import Session, SyncReport
    from sync.client.transport import Transport


def connect_to(pins: settings.Pins) -> Transport:
    """The way to the province that enrolment pinned."""
    from sync.client.transport import Transport

    return Transport(pins.address, ca_pem=pins.ca_pem)


def asks_for_sync(changes: ChangeSet) -> bool:
    """Whether something was done here that a sync should carry; what a sync itself changed asks for no other one."""
    return not changes.touches("sync")


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
        self._changed = changed
        self._connect = connect
        self._replica = RegisterReplica(register, self._hear)
        self._stays_changed = False
        self._session: Session | None = None
        self._is_aborted = False

    @property
    def receipt_at(self) -> str:
        return "" if self._session is None else self._session.receipt_at

    def abort(self) -> None:
        self._is_aborted = True
        if self._session is not None:
            self._session.abort()

    def sync(self) -> SyncReport:
        """One whole sync; what was receipted or applied stays so, whatever follows.

        Raises a SyncFault or Malformed, Stopped once `abort` was called.
        """
        if self._session is None:
            self._session = self._begin()
        session = self._session
        if self._is_aborted:  # asked after the session is there for `abort` to find: one of the two sees the other
            raise Stopped
        self._release_staged()
        try:
            return self._synced(session)
        except DeskRemoved:
            self._leave_for_good(session)
            raise

    def _leave_for_good(self, session: Session) -> None:
        """The province ordered this register removed, and took all that a push had: its end is marked once it has this
        desk's word for it. What was typed meanwhile is sent first, with the next sync."""
        if self._register.write(sign_removal).result()[0]:
            self._note(self._register.write(lambda tx: send_now(tx, local_day(tx.ledger.now()))).result()[1])
            session.tell(SentOnly(self._register, self._changed))
            decide_removal(self._register)

    def _synced(self, session: Session) -> SyncReport:
        report = session.sync()
        if self._awaits_pull():
            self._note(self._register.write(pulled_once).result()[1])
            if self._release_staged():
                report = session.sync()
        if self._register.identity.frozen:
            self._replica.freeze("")
        self._keep_told()
        return report

    def _keep_told(self) -> None:
        """In a shelter: notices that two desks wrote apart follow the stay that came of it, with the next sync."""
        if self._stays_changed and is_shelter_scope(self._register.identity.scope):
            self._note(self._register.write(keep_told).result()[1])
        self._stays_changed = False

    def _hear(self, changes: ChangeSet) -> None:
        self._stays_changed |= changes.touches("placement")
        self._changed(changes)

    def _begin(self) -> Session:
        from sync.client.session import Session

        return Session(self._connect(self._pins), self._replica, RegisterFiles(self._register, self._changed))

    def _awaits_pull(self) -> bool:
        return self._register.write(lambda tx: settings.get(tx.connection, settings.AWAITS_PULL, bool, False)).result()[
            0
        ]

    def _release_staged(self) -> int:
        total = 0
        while True:
            released, changes = self._register.write(release_next).result()
            self._note(changes)
            total += released
            if not released:
                return total

    def _note(self, changes: ChangeSet) -> None:
        if changes:
            self._changed(changes)
