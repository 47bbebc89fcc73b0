"""The virtual disk: every statement of a register or of the province passes here and may meet trouble.

It stands where the SQLite library stands: connections of a subclass of the driver's own, so that the code above runs as
it is. A power cut leaves the files as they were at that statement; whoever was at work then is given up.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlcipher3 import dbapi2

if TYPE_CHECKING:
    from sqlite3 import Connection, Cursor  # the driver has no type stubs and the same interface
else:
    Connection, Cursor = dbapi2.Connection, dbapi2.Cursor

_EXPECTED = {"the database refused: %s", "refused at the gate: %s"}
_WRITING = ("INSERT", "UPDATE", "DELETE", "COMMIT", "REPLACE")


class PowerCut(BaseException):
    """The machine is off. No handler of the program's may hear of it."""


class Trouble(StrEnum):
    """What a statement may meet; the value is what the engine says."""

    FULL = "database or disk is full"
    BUSY = "database is locked"
    REFUSED = "disk I/O error"
    CUT = "power cut before the statement"
    CUT_AFTER = "power cut after the statement"


class Disk:
    """One machine's folder. `arm` sets a trap for a later statement, `at` something to be done in between."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_cut = False
        self.log: list[str] = []
        self._generation = 0
        self._open: list[Connection] = []
        self.seen = 0
        self._trap: tuple[int, Trouble] | None = None
        self._visits: dict[int, Callable[[], None]] = {}
        self._is_watching = False
        self._saving = 0

    def arm(self, after: int, trouble: Trouble) -> None:
        """Let the `after`-th statement from now on, or the first writing one behind it, meet `trouble`."""
        self._trap = (after, trouble)

    def at(self, statement: int, visit: Callable[[], None]) -> None:
        """Call `visit` just before that statement from now on."""
        self._visits[statement] = visit

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count statements meanwhile; what is set for later ones is forgotten at the end."""
        self.seen, self._is_watching = 0, True
        try:
            yield
        finally:
            self._is_watching = False
            self._trap = None
            self._visits.clear()

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """Statements of the observer do not count."""
        was, self._is_watching = self._is_watching, False
        try:
            yield
        finally:
            self._is_watching = was

    def uncounted(self, save: Future[Any]) -> None:
        """Statements do not count until it is over: nobody waits for it, and what fell between them would be chance."""
        self._saving += 1
        save.add_done_callback(self._saved)

    def _saved(self, _save: Future[Any]) -> None:
        self._saving -= 1

    def attach(self, connection: Connection) -> None:
        self._open.append(connection)

    def statement(self, sql: str) -> bool:
        """Called before each; whether the power goes out just after it. Raises what the trap says."""
        if self.is_cut:
            raise PowerCut
        if not self._is_watching or self._saving:
            return False
        self.seen += 1
        if (visit := self._visits.pop(self.seen, None)) is not None:
            visit()
        if self._trap is None or self.seen < self._trap[0]:
            return False
        return self._spring(self._trap[1], sql)

    def _spring(self, trouble: Trouble, sql: str) -> bool:
        is_writing = sql.lstrip().upper().startswith(_WRITING)
        if trouble in (Trouble.FULL, Trouble.REFUSED, Trouble.CUT_AFTER) and not is_writing:
            return False
        if trouble is Trouble.BUSY and sql.lstrip().upper().startswith("ROLLBACK"):
            return False  # nobody is in the way of that
        self._trap = None
        self.log.append(f"{trouble.name} at {sql.split()[0].upper()}")
        if trouble is Trouble.CUT:
            self.cut()
            raise PowerCut
        if trouble is Trouble.CUT_AFTER:
            return True
        raise dbapi2.OperationalError(trouble.value)

    def cut(self) -> None:
        """Power off: a copy of the files as they are becomes the disk of the next start."""
        if not self.is_cut:
            self._goes_on_from(self.folder)

    def put_back(self, image: Path) -> None:
        """Power off, and what a copy of an earlier moment holds becomes the disk of the next start."""
        self._goes_on_from(image)

    def _goes_on_from(self, files: Path) -> None:
        self.is_cut = True
        self._generation += 1
        after = self.folder.with_name(f"{self.folder.name.partition('.')[0]}.{self._generation}")
        copy_of(files, after)
        self.folder = after

    def power_on(self) -> None:
        """What was open before is closed; the folder is the copy."""
        for connection in self._open:
            connection.close()
        self._open.clear()
        self.is_cut = False


def copy_of(files: Path, into: Path) -> None:
    """What a disk image has of a running machine: its files as they are at this moment."""
    shutil.copytree(files, into, ignore=shutil.ignore_patterns("*-shm"))


class _Cursor(Cursor):
    def execute(self, sql: str, parameters: Any = ()) -> Any:
        return self._guarded(sql, lambda: super(_Cursor, self).execute(sql, parameters))

    def executemany(self, sql: str, parameters: Any) -> Any:
        return self._guarded(sql, lambda: super(_Cursor, self).executemany(sql, parameters))

    def _guarded(self, sql: str, run: Callable[[], Any]) -> Any:
        disk = getattr(self.connection, "disk", None)
        if disk is None:
            return run()
        is_last = disk.statement(sql)
        result = run()
        if is_last:
            disk.cut()
            raise PowerCut
        return result


class _Connection(Connection):
    disk: Disk

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def commit(self) -> None:
        is_last = self.disk.statement("COMMIT")
        super().commit()
        if is_last:
            self.disk.cut()
            raise PowerCut


@contextmanager
def watched_disks(disks: Callable[[Path], Disk | None]) -> Iterator[None]:
    """While open, connections to files that `disks` knows belong to their disk."""
    plain = dbapi2.connect

    def connect(path: str, **how: Any) -> Connection:
        disk = disks(Path(path))
        if disk is None:
            return plain(path, **how)  # type: ignore[no-any-return]
        connection: Connection = plain(path, factory=_Connection, **how)
        connection.disk = disk  # type: ignore[attr-defined]
        disk.attach(connection)
        return connection

    with pytest.MonkeyPatch.context() as driver:
        driver.setattr(dbapi2, "connect", connect)
        yield


@contextmanager
def own_troubles_unlogged() -> Iterator[None]:
    """While open, what the province says of troubles that were drawn for it is kept out of the log."""
    log = logging.getLogger("sync.server.edge.app")
    log.addFilter(_is_unexpected)
    try:
        yield
    finally:
        log.removeFilter(_is_unexpected)


def _is_unexpected(record: logging.LogRecord) -> bool:
    return record.levelno < logging.WARNING or record.msg not in _EXPECTED
