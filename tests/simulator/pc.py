"""A desk on its virtual PC: a real register, the program's own sync, and an officer who types whatever else happens."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from commune_desk.domain.model.ids import is_shelter_scope
from commune_desk.domain.model.record import Record
from commune_desk.domain.words.errors import DeskError
from commune_desk.store.desk.register import FILE_NAME, Register
from commune_desk.store.engine.settings import Pins
from commune_desk.store.exchange.staged import accept_new_desk
from commune_desk.store.writing.opened import Opened, open_records
from commune_desk.store.writing.transaction import Tx, load
from commune_desk.usecases.registers.enrolment import identity_of, scope_keys_of, with_last_receipt
from commune_desk.usecases.sync.desk_sync import DeskSync
from sync.client.enrol import Credentials, enrol
from sync.client.session import Session, SyncOutcome
from sync.client.transport import Transport
from tests.simulator.disk import Disk, PowerCut
from tests.simulator.line import Line
from tests.simulator.oracle import Memory
from tests.simulator.when import OwnClock
from tests.sync.actors.real_desks import KEY, OFFICER

APPLY_AT_ONCE = 3
"""Events in one transaction, so that much falls between two."""
_UNSENT = "SELECT id FROM change WHERE state IN ('waiting', 'staged')"
UNASKED = ""
"""No base is expected: the change is of no tracked field."""


class _SmallSteps(DeskSync):
    def _begin(self) -> Session:
        return Session(self._connect(self._pins), self._replica, apply_at_once=APPLY_AT_ONCE)


@dataclass(frozen=True)
class Form:
    """An open form: what its officer saw, and what shall be saved of one field."""

    opened: Opened
    before: Record
    name: str
    value: Any
    base: str | None
    """The change whose value the officer saw, as the oracle has it."""


@dataclass(frozen=True)
class Saved:
    """What a save left: the ids of the changes that it made."""

    made: frozenset[str]


@dataclass(frozen=True)
class Image:
    """A copy of a PC's data folder, and what had been confirmed there by then."""

    folder: Path
    confirmed: frozenset[str]
    memory: Memory
    """What the oracle knew of the PC."""


class Pc:
    """One PC. What is `saved` was confirmed to its officer; what waits in `under_way` was not yet."""

    def __init__(self, number: int, disk: Disk, clock: OwnClock, line: Line) -> None:
        self.number = number
        self.disk = disk
        self.clock = clock
        self.line = line
        self.form: Form | None = None
        self.confirmed: set[str] = set()
        """By id the changes that its officer was told are saved."""
        self.images: list[Image] = []
        self.bases: dict[str, str | None] = {}
        """By change: the base that the oracle expects of it."""
        self._under_way: list[tuple[Future[Any], str | None]] = []
        self._open()

    def _open(self) -> None:
        self.register = Register(self.disk.folder / FILE_NAME, KEY, self.clock, OFFICER)
        self._unsent = {one for (one,) in self.register.reader.execute(_UNSENT).fetchall()}
        self._sync: DeskSync | None = None

    @property
    def scope(self) -> str:
        return self.register.identity.scope

    @property
    def desk(self) -> str:
        return self.register.identity.desk

    @property
    def is_shelter(self) -> bool:
        return is_shelter_scope(self.scope)

    @property
    def is_stopped(self) -> bool:
        """Whether the sync page tells its officer that the register exists twice."""
        return self.register.identity.frozen == "fork"

    def sync(self) -> SyncOutcome:
        """Raises a DeskError, or PowerCut."""
        if self._sync is None:
            self._sync = _SmallSteps(self.register, lambda changes: None, connect=self._connect)
        return self._sync.sync()

    def _connect(self, pins: Pins) -> Transport:
        return Transport(pins.address, ca_pem=None, adapter=self.line)

    def power_cut(self) -> None:
        """Off and on again; an open form is gone, for its draft is no business of the sync."""
        self.disk.cut()
        self._on_again()

    def put_back(self, image: Image) -> None:
        """Its disk is what it was when the image was taken. What was confirmed since is gone with it."""
        self.disk.put_back(image.folder)
        self._on_again()
        self.confirmed = set(image.confirmed)

    def enrol_anew(self, code: str) -> None:
        """What its officer does with the code that the province gave. Raises a SyncFault."""
        shown = with_last_receipt(self.register, Credentials())
        enrolment = enrol(
            "province.test", code, "PC of tests", program_version="0", credentials=shown, connect=self._connect_to
        )
        identity, keys = identity_of(enrolment, "PC of tests", self.register.identity.db_id), scope_keys_of(enrolment)
        self.register.write(lambda tx: accept_new_desk(tx, identity, keys)).result()
        self._sync = None

    def _connect_to(self, address: str, ca_pem: bytes | None) -> Transport:
        return Transport(address, ca_pem=ca_pem, adapter=self.line)

    def _on_again(self) -> None:
        self.settle()
        self.disk.power_on()
        self.form = None
        self._open()

    def look(self, kind: str, record: str) -> Record | None:
        """A record as the screen shows it."""
        return load(self.register.reader, kind, record)

    def open_form(self, before: Record, name: str, value: Any, base: str | None) -> Form:
        return Form(open_records(self.register.reader, before), before, name, value, base)

    def submit(self, form: Form) -> Future[Any]:
        """Press save; nobody waits for it here (see `settle`)."""
        after = msgspec.structs.replace(form.before, **{form.name: form.value})
        return self._submit(lambda tx: tx.edit(form.opened, form.before, after), form.base)

    def write(self, operation: Callable[[Tx], Any], base: str | None = UNASKED) -> None:
        """Save and wait for it. `base`: what the oracle expects the change to name."""
        self._submit(operation, base)
        self.settle()

    def _submit(self, operation: Callable[[Tx], Any], base: str | None) -> Future[Any]:
        def run(tx: Tx) -> Saved:
            operation(tx)
            found = {one for (one,) in tx.connection.execute(_UNSENT).fetchall()}
            made = frozenset(found - self._unsent)
            self._unsent |= found
            return Saved(made)

        save = self.register.write(run)
        self._under_way.append((save, base))
        return save

    def settle(self) -> None:
        """Wait for what was submitted. What failed was told to its officer, and counts as unsaved."""
        while self._under_way:
            future, base = self._under_way.pop(0)
            try:
                saved: Saved = future.result()[0]
            except (DeskError, PowerCut):
                continue
            self.confirmed |= saved.made
            if base != UNASKED:
                self.bases |= dict.fromkeys(saved.made, base)

    def until_written(self) -> None:
        """Wait until the register wrote all that it was given, a receipt too that is being kept while a request leaves.

        What fell between the two would be chance.
        """
        with suppress(DeskError, PowerCut):
            self.register.write(lambda tx: None, gives_way=True).result()

    def close(self) -> None:
        self.settle()
        if self.disk.is_cut:
            self.disk.power_on()
        else:
            self.register.close()
