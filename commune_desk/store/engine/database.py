"""Opening the encrypted register, and turning the engine's errors into ours.

The one module that knows the driver. sqlite-utils finds SQLCipher under the names it looks for first, so that it
raises and catches the same error classes; this must happen before its first import.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import disk_usage
from typing import TYPE_CHECKING

import sqlcipher3
from sqlcipher3 import dbapi2

from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from commune_desk.vault.keys import RegisterKey

sys.modules.setdefault("pysqlite3", sqlcipher3)
sys.modules.setdefault("pysqlite3.dbapi2", dbapi2)

if TYPE_CHECKING:
    from sqlite3 import Connection as Connection  # the driver has no type stubs and the same interface
else:
    Connection = dbapi2.Connection

NotUnique = dbapi2.IntegrityError
"""A row that may be there once only came again."""

READER_CACHE_KIB = 32 * 1024
OTHER_CACHE_KIB = 8 * 1024
BUSY_SECONDS = 10.0
_SMALLEST_PAGE = 512
_ROOM_TO_OPEN = 1 << 20
_PLAIN_HEADER = b"SQLite format 3\x00"


class DiskFull(Fault):
    """No room for the transaction; it was rolled back."""


class RegisterDamaged(Fault):
    """A page of the register does not hold."""


class DiskRefuses(Fault):
    """The disk did not do what the engine asked: it may be full, failing or pulled out."""


class RegisterReadOnly(Fault):
    """The folder or the file cannot be written."""


class RegisterBusy(Fault):
    """Another program holds the register."""


class RegisterNewer(Fault):
    """A later version of the program wrote this register."""


class NotEncrypted(Fault):
    """The file is a plain database: the program refuses to work on it."""


def connect(path: Path, key: RegisterKey, *, cache_kib: int = OTHER_CACHE_KIB, read_only: bool = False) -> Connection:
    """An open, keyed connection to the register at `path`, which is made when absent.

    Raises NotEncrypted, RegisterDamaged, RegisterReadOnly or DiskFull.
    """
    _refuse_plain_file(path)
    try:
        return _open(path, key, cache_kib, read_only=read_only)
    except DiskRefuses:
        raise (_full() if disk_usage(path.parent).free < _ROOM_TO_OPEN else _damaged()) from None


def _open(path: Path, key: RegisterKey, cache_kib: int, *, read_only: bool) -> Connection:
    with translated():
        connection: Connection = dbapi2.connect(
            str(path), timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        with ExitStack() as undo:
            undo.callback(connection.close)
            _prepare(connection, key, cache_kib)
            if read_only:
                connection.execute("PRAGMA query_only=ON")
            undo.pop_all()
    return connection


def _prepare(connection: Connection, key: RegisterKey, cache_kib: int) -> None:
    if len(key.hex) != 64:
        raise ValueError("a register key has exactly 64 hex digits")
    connection.execute("PRAGMA cipher_log_level=NONE")
    connection.execute(f"PRAGMA key=\"x'{key.hex}'\"")
    if not connection.execute("PRAGMA cipher_version").fetchone():
        raise NotEncrypted(N_("This program was built without encryption and will not open a register."))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute(f"PRAGMA cache_size=-{cache_kib}")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def refuse_empty(path: Path) -> None:
    """Raise RegisterDamaged for a file that lost its content: the engine would begin a new register in it."""
    if path.exists() and path.stat().st_size < _SMALLEST_PAGE:
        raise _damaged()


def _refuse_plain_file(path: Path) -> None:
    try:
        with path.open("rb") as file:
            is_plain = file.read(len(_PLAIN_HEADER)) == _PLAIN_HEADER
    except OSError:
        return  # absent, or the engine will say what keeps it from being read
    if is_plain:
        raise NotEncrypted(N_("The register file is not encrypted. It was not opened; tell the province."))


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the surroundings did to the engine into a Fault; anything else is a bug and passes."""
    try:
        yield
    except dbapi2.Error as error:
        fault = _fault_for(str(error).lower())
        if fault is None:
            raise
        raise fault from None
    except MemoryError:
        # So the engine calls it when a page that it is about to write cannot be encrypted, after one was damaged.
        raise _refused() from None


def _fault_for(message: str) -> Fault | None:
    if "disk is full" in message:
        return _full()
    if "readonly" in message or "unable to open" in message or "read-only" in message:
        return RegisterReadOnly(
            N_("The register's folder cannot be written. Nothing was lost; check the disk and the permissions.")
        )
    if "disk i/o" in message:
        # The engine says no more, of a full disk and of a damaged page alike: no word of going back to a backup here.
        return _refused()
    if any(word in message for word in ("malformed", "not a database", "corrupt", "vtable constructor failed")):
        return _damaged()
    if "locked" in message or "busy" in message:
        return RegisterBusy(N_("Another program is using the register. Nothing was lost; close it and try again."))
    return None


def _refused() -> DiskRefuses:
    return DiskRefuses(
        N_(
            "The disk refused: it may be full, failing or unplugged. All that was saved before is kept. "
            "Free some space and try again; if it happens again, tell the province."
        )
    )


@contextmanager
def opening() -> Iterator[None]:
    """A disk that is full while a register is opened, or brought to this version, is told as that."""
    try:
        yield
    except DiskFull:
        raise DiskFull(
            N_(
                "The disk is full, so the register could not be opened. All that was saved before is kept. "
                "Free some space and try again."
            )
        ) from None


def _full() -> DiskFull:
    return DiskFull(
        N_(
            "The disk is full. This entry was not saved; all that was saved before is kept. "
            "Free some space and try again."
        )
    )


def _damaged() -> RegisterDamaged:
    return RegisterDamaged(
        N_(
            "Part of the register cannot be read: the disk may be failing. Do not delete anything; "
            "restore the last backup, or ask the province."
        )
    )


@contextmanager
def one_view(connection: Connection) -> Iterator[None]:
    """Several questions, answered as of one moment; what is written meanwhile is not seen. A nested one is the same."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """One `BEGIN IMMEDIATE`: all of the block or nothing of it."""
    with translated():
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
