"""The open register: one writer thread with the only writing connection, and readers beside it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from commune_desk.domain.limits.lease import Lease
from commune_desk.domain.model.access import Actor, Role
from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.model.ids import DeskId, OfficerId, Scope
from commune_desk.domain.time.clock import Clock
from commune_desk.domain.words.errors import Fault
from commune_desk.store.changes.ledger import Ledger, ScopeSeal, verify_audit
from commune_desk.store.desk.audit_mark import first_cut
from commune_desk.store.desk.lease import LEASE, SealedGate, lease_of
from commune_desk.store.engine import old_log, settings
from commune_desk.store.engine.database import (
    READER_CACHE_KIB,
    Connection,
    connect,
    one_view,
    opening,
    refuse_empty,
    transaction,
    translated,
)
from commune_desk.store.engine.migrate import migrate
from commune_desk.store.engine.settings import Identity
from commune_desk.store.engine.turns import Turns
from commune_desk.store.writing import child_index
from commune_desk.store.writing.transaction import Tx
from commune_desk.vault.keys import RegisterKey, subkey

T = TypeVar("T")
log = logging.getLogger(__name__)

FILE_NAME = "register.db"
AUDIT_PURPOSE = b"audit"
_MANY_ROWS = 5_000
"""Changed since the engine last estimated its tables."""


@dataclass(frozen=True)
class _Known:
    """What of the register is not read anew for each save."""

    identity: Identity
    lease: Lease | None
    ledger: Ledger
    seals: dict[str, ScopeSeal]


class Register:
    """An open register. `write` and `read_slowly` may be called from any thread; `reader` belongs to the UI thread."""

    def __init__(self, path: Path, key: RegisterKey, clock: Clock, actor: OfficerId) -> None:
        self.path = path
        self._key = key
        self._clock = clock
        self._officer = actor
        self._writing = Turns("writer")
        self._reading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="slow-query")
        self._slow: Connection | None = None
        self._estimated_at = 0
        refuse_empty(path)
        with opening(), ExitStack() as undo:
            self._writer = connect(path, key)
            undo.callback(self._writer.close)  # a file left open could be neither put back nor replaced on Windows
            migrate(self._writer)
            child_index.bring_up(self._writer)
            with translated():
                self._known = self._read_known()
            self._clean_up()
            self._reader = connect(path, key, cache_kib=READER_CACHE_KIB, read_only=True)
            undo.pop_all()
        self._gate = SealedGate(self._reader)

    @classmethod
    def create(cls, path: Path, key: RegisterKey, identity: Identity, scope_keys: list[settings.ScopeKeyPair]) -> None:
        """Make a new register file with its identity. Raises Fault; whoever calls takes a half-made file away."""
        connection = connect(path, key)
        try:
            migrate(connection)
            with transaction(connection):
                settings.put(connection, settings.IDENTITY, identity)
                settings.put_scope_keys(connection, scope_keys)
        finally:
            connection.close()

    @property
    def identity(self) -> Identity:
        """Which desk of which province this is."""
        return self._known.identity

    @property
    def lease(self) -> Lease | None:
        """Until when what is sealed is open here; None where nothing ever closes it."""
        return self._known.lease

    @property
    def is_closed(self) -> bool:
        """Whether what is sealed is closed until this PC was in touch with the province."""
        return self.lease is not None and self.lease.is_over(self._clock.now())

    @property
    def reader(self) -> Connection:
        """The UI thread's own connection; once the lease has run out what is sealed is empty to it."""
        return self._gate.watch(self.lease, self._clock.now)

    @property
    def actor(self) -> Actor:
        own = self.identity
        return Actor(officer=self._officer, role=Role(own.role), scope=Scope(own.scope), desk=DeskId(own.desk))

    @property
    def clock(self) -> Clock:
        return self._clock

    def write(
        self, operation: Callable[[Tx], T], *, import_id: str = "", gives_way: bool = False
    ) -> Future[tuple[T, ChangeSet]]:
        """Run `operation` in one transaction on the writer thread; the future gives its result and what changed.

        What `gives_way`, as a sync does, waits until nothing is left that a person waits for. Raises in the future
        whatever the operation raised, after everything was rolled back.
        """
        return self._writing.submit(partial(self._run, operation, import_id), gives_way=gives_way)

    def _run(self, operation: Callable[[Tx], T], import_id: str) -> tuple[T, ChangeSet]:
        ledger = self._known.ledger
        mark = ledger.mark()
        tx = Tx(self._writer, ledger, self.actor, self._known.seals, import_id=import_id)
        with ExitStack() as undo:
            undo.callback(ledger.restore, mark)
            with transaction(self._writer):
                result = operation(tx)
                changes = tx.finish()
                known = self._known_after(changes)  # once it is committed nothing may fail any more
            undo.pop_all()
        self._known = known
        if tx.has_scrubbed:
            self._cut_log()
        return result, changes

    def _clean_up(self) -> None:
        """Before anybody reads: what was removed when the program ran last."""
        try:
            old_log.write_anew(self._writer)
        except Fault as fault:
            log.warning("the register was not written anew behind what was removed", exc_info=fault)
            self._cut_log()  # it may have taken all the room that there was
        with translated():
            is_left = old_log.holds_removed(self._writer)
        if is_left:
            self._cut_log()

    def cut_log(self) -> None:
        """Wait until the log is cut off behind what was removed, where it was not yet. A reader may be in the way."""
        self._writing.submit(self._cut_log, gives_way=True).result()

    def _cut_log(self) -> None:
        try:
            is_cut = old_log.cut(self._writer)
        except Fault as fault:
            log.warning("the log was not cut off behind what was removed", exc_info=fault)
            return
        if not is_cut:
            log.info("the log is cut off behind what was removed later: it is read")

    def estimate_anew(self) -> None:
        """Wait until the engine knows how large its tables are, where many rows came since it last looked.

        By what it knew of a small table it would read all of a large one for one row. For the writer: readers know it
        from the next start on. Whoever writes meanwhile waits for half a second at most, for 100,000 rows.
        """
        self._writing.submit(self._estimate, gives_way=True).result()

    def _estimate(self) -> None:
        if self._writer.total_changes - self._estimated_at < _MANY_ROWS:
            return
        self._estimated_at = self._writer.total_changes
        try:
            with translated():
                self._writer.execute("PRAGMA optimize")
        except Fault as fault:
            log.warning("the tables were not estimated anew", exc_info=fault)

    def read_slowly(self, query: Callable[[Connection], T]) -> Future[T]:
        """Run a query that may take long (reports, exports, duplicates) on a thread and connection of its own."""
        return self._reading.submit(self._query, query)

    def _query(self, query: Callable[[Connection], T]) -> T:
        if self._slow is None:
            self._slow = connect(self.path, self._key, read_only=True)
            self._slow_gate = SealedGate(self._slow)
        with translated():
            connection = self._slow_gate.watch(self.lease, self._clock.now)
            with one_view(connection):
                return query(connection)

    def read(self, query: Callable[[Connection], T]) -> T:
        """A short query on the UI thread, all of it in one state of the register."""
        with translated():
            connection = self.reader
            with one_view(connection):
                return query(connection)

    def audit_fault(self) -> int | None:
        """The number of the first audit row that was touched afterwards, or None when the chain holds. Slow.

        Also one that only the province remembers otherwise.
        """
        key = subkey(self._key, AUDIT_PURPOSE)
        return self.read_slowly(lambda connection: verify_audit(connection, key) or first_cut(connection)).result()

    def close(self) -> None:
        """Drain the writer, fold the write-ahead log into the file, close everything.

        A disk that refuses does not keep the register open: what is in the log stays there, and the lock goes on.
        """
        try:
            self._writing.submit(self._checkpoint, gives_way=True).result()
        except Fault as fault:
            log.warning("the register was closed without folding its log", exc_info=fault)
        self._writing.shutdown()
        self._reading.shutdown(wait=True)
        for connection in (self._slow, self._reader, self._writer):
            if connection is not None:
                connection.close()

    def _checkpoint(self) -> None:
        with translated():
            self._writer.execute("PRAGMA optimize")
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _known_after(self, changes: ChangeSet) -> _Known:
        if "identity" in changes.topics:
            return self._read_known()
        if LEASE in changes.topics:
            return replace(self._known, lease=lease_of(self._writer))
        return self._known

    def _read_known(self) -> _Known:
        own = settings.identity(self._writer)
        ledger = Ledger(
            self._writer,
            desk=DeskId(own.desk),
            clock=self._clock,
            audit_key=subkey(self._key, AUDIT_PURPOSE),
        )
        return _Known(own, lease_of(self._writer), ledger, self._read_seals())

    def _read_seals(self) -> dict[str, ScopeSeal]:
        """Only to keys that came with their private half at enrolment: what a page names could be anybody's."""
        rows: list[Any] = self._writer.execute(
            "SELECT scope, key, public FROM scope_key WHERE private IS NOT NULL ORDER BY key"
        ).fetchall()
        return {scope: ScopeSeal(key, bytes(public)) for scope, key, public in rows}
