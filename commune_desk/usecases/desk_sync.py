"""A desk's rounds with the province: number what is staged, sync, and after a restore send what the province lacks."""

from __future__ import annotations

from collections.abc import Callable

from commune_desk.domain.change_set import ChangeSet
from commune_desk.store import settings
from commune_desk.store.register import Register
from commune_desk.store.replica import RegisterReplica
from commune_desk.store.staged import pulled_once, release_next
from sync.client.session import Session, SyncReport
from sync.client.transport import Transport


def connect_to(pins: settings.Pins) -> Transport:
    """The way to the province that enrolment pinned."""
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
        pins = register.identity.pins
        if pins is None:
            raise ValueError("a training register has no province")
        self._register = register
        self._changed = changed
        self._replica = RegisterReplica(register, changed)
        self._session = Session(connect(pins), self._replica)

    @property
    def receipt_at(self) -> str:
        return self._session.receipt_at

    def abort(self) -> None:
        self._session.abort()

    def sync(self) -> SyncReport:
        """One whole sync. Raises a SyncFault or Malformed; what was receipted or applied before stays so."""
        self._release_staged()
        report = self._session.sync()
        if self._awaits_pull():
            self._note(self._register.write(pulled_once).result()[1])
            if self._release_staged():
                report = self._session.sync()
        if self._register.identity.frozen:
            self._replica.freeze("")
        return report

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
