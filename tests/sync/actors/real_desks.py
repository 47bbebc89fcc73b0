"""Desks with real registers on disk, enrolled at the real province; a whole office can be copied and opened again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from commune_desk.domain.model.ids import OfficerId, RecordId, uuid7
from commune_desk.domain.model.record import Record
from commune_desk.domain.time.clock import Clock
from commune_desk.store.desk.register import Register
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.registers.enrolment import identity_of, scope_keys_of
from commune_desk.vault.keys import RegisterKey
from sync import protocol
from sync.change import FeedPosition, Line
from sync.client.enrol import Enrolment
from sync.client.replica import PendingReceipt
from sync.client.session import Session, SyncOutcome
from sync.client.transport import Transport

OFFICER = OfficerId("0198c0de" * 4)
KEY = RegisterKey(bytes(range(32)))


class Crash(Exception):
    """The power went out."""


class FragileReplica(RegisterReplica):
    """Crashes before or after the commit that `trip` names; `meantime` happens between push and pull."""

    trip = ""
    applies_before_crash = 0
    meantime: Callable[[], None] | None = None

    def acknowledge(
        self, receipt: protocol.Receipt, up_to: int, receipt_bytes: bytes, signature: bytes
    ) -> PendingReceipt:
        self._crash_if("before acknowledge")
        kept = super().acknowledge(receipt, up_to, receipt_bytes, signature)

        def wait() -> bool:
            is_kept = kept()
            self._crash_if("after acknowledge")
            return is_kept

        return wait

    def positions(self) -> Mapping[str, FeedPosition]:
        meantime, self.meantime = self.meantime, None
        if meantime is not None:
            meantime()
        return super().positions()

    def apply(self, events: Sequence[tuple[protocol.Event, Line]], positions: Mapping[str, FeedPosition]) -> None:
        if self.applies_before_crash == 0:
            self._crash_if("before apply")
        super().apply(events, positions)
        self._crash_if("after apply")
        self.applies_before_crash -= 1

    def _crash_if(self, place: str) -> None:
        if self.trip == place:
            raise Crash


def make_register(path: Path, enrolment: Enrolment) -> None:
    """A register for an enrolled desk, at `path`; of one with several places it works in the first."""
    identity = identity_of(replace(enrolment, grants=enrolment.grants[:1]), "PC of tests", uuid7())
    Register.create(path, KEY, identity, scope_keys_of(enrolment))


class RealDesk:
    """An open register with its way to the province."""

    def __init__(self, path: Path, clock: Clock, connect: Callable[[], Transport]) -> None:
        self._path = path
        self._clock = clock
        self.connect = connect
        self.register = Register(path, KEY, clock, OFFICER)

    def restart(self) -> None:
        self.register.close()
        self.register = Register(self._path, KEY, self._clock, OFFICER)

    def on_again(self, path: Path) -> None:
        """The power is back: what lies at `path` by now is opened, and the process of before is no more."""
        self._path = path
        self.register = Register(path, KEY, self._clock, OFFICER)

    def replica(self) -> FragileReplica:
        return FragileReplica(self.register, lambda changes: None)

    def sync(self, replica: FragileReplica | None = None) -> SyncOutcome:
        """In small pieces, so that crashes fall between them."""
        return Session(self.connect(), replica or self.replica(), apply_at_once=2).sync()

    def run(self, work: Callable[[Tx], object]) -> None:
        self.register.write(work).result()

    def edit(self, kind: type[Record], record: str, **values: object) -> None:
        """The officer writes these values of a record that is here."""

        def save(tx: Tx) -> None:
            tx.save(msgspec.structs.replace(tx.existing(kind, RecordId(record)), **values))

        self.run(save)

    def ask(self, sql: str, *values: object) -> list[Any]:
        """Rows, read on the writer's own connection."""
        return self.register.write(lambda tx: tx.connection.execute(sql, values).fetchall()).result()[0]
