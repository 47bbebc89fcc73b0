"""The province's database: one SQLCipher file, one writer at a time, and what is refused before it is opened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import sqlcipher3.dbapi2
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

from commune_desk.domain.errors import Fault
from commune_desk.domain.labels import N_
from sync.server.reasons import reason_of

FILE = "province.db"
BUSY_MS = 15_000
T = TypeVar("T")
Work = Callable[[Connection], T]
"""What is done in one transaction. It may be begun again from its start, so it leaves no trace but in the database."""
_PLAIN_HEADER = b"SQLite format 3\x00"
_PRAGMAS = (
    "PRAGMA cipher_memory_security = OFF",
    f"PRAGMA busy_timeout = {BUSY_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -32768",
)


@dataclass(frozen=True, slots=True)
class Reach:
    """For whom a transaction works: rows of other scopes, and what other desks had set aside, do not exist for it.

    The embedded engine takes its word for it; PostgreSQL holds it to it (row-level security).
    """

    scopes: frozenset[str]
    desk: str = ""
    whole: bool = False


WHOLE_PROVINCE = Reach(frozenset(), whole=True)
"""The province's own people and commands: every scope and every desk."""
NO_SCOPE = Reach(frozenset())
"""What belongs to no scope: desks, codes, the audit log."""


def reach_of(desk: str, scopes: Iterable[str]) -> Reach:
    """What a desk's request may touch."""
    return Reach(frozenset(scopes), desk)


class Database:
    """Transactions on the province's file. Writing ones follow one another; readers never wait for them."""

    def __init__(self, path: Path, key: str) -> None:
        _refuse_plain(path)
        self._writing = threading.Lock()
        self._engine = create_engine(
            "sqlite://",
            module=sqlcipher3.dbapi2,
            creator=lambda: _connect(path, key),
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=12,
        )
        event.listen(self._engine, "begin", _begin)

    def write(self, work: Work[T], reach: Reach) -> T:
        """Do `work` in one writing transaction, committed at its end and undone by any exception."""
        with self._writing, named_faults():
            connection = self._engine.connect().execution_options(immediate=True)
            with connection, connection.begin():
                return work(connection)

    def read(self, work: Work[T], reach: Reach) -> T:
        """Do `work` on one consistent view of what is committed."""
        with named_faults(), self._engine.connect() as connection, connection.begin():
            return work(connection)

    def confine(self, connection: Connection, reach: Reach) -> None:
        """Let the rest of the transaction reach as far as this: it learnt more about whom it works for."""

    def close(self) -> None:
        self._engine.dispose()


def _connect(path: Path, key: str) -> Any:
    if len(key) != 64 or key.strip("0123456789abcdef"):
        raise ValueError("a database key is 64 hex digits")
    connection = sqlcipher3.dbapi2.connect(str(path), isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA cipher_log_level=NONE")  # what goes wrong is said in a sentence of ours
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    if connection.execute("PRAGMA cipher_version").fetchone() is None:
        raise Fault(N_("This program was built without encryption; the database was not opened."))
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    return connection


def keyed(path: Path, key: str) -> Any:
    """The driver's own connection, for what cannot stand in a transaction. Raises Fault, or what the driver raises."""
    _refuse_plain(path)
    return _connect(path, key)


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _refuse_plain(path: Path) -> None:
    try:
        with path.open("rb") as file:
            plain = file.read(len(_PLAIN_HEADER)) == _PLAIN_HEADER
    except FileNotFoundError:
        return
    except OSError as error:
        raise Fault(N_("The file {path} cannot be read: {reason}."), path=path, reason=reason_of(error)) from None
    if plain:
        raise Fault(
            N_("The file {path} is not encrypted; it was not opened. Put back the province's own file."), path=path
        )


class StoreFault(Fault):
    """The database could not do it now: disk full, locked, read-only, damaged. Nothing of the transaction stays."""


_REASONS = (
    ("full", N_("The disk is full. Nothing was lost; make room and try again.")),
    ("locked", N_("The database is busy with another command. Nothing was lost; try again in a minute.")),
    ("readonly", N_("The data folder cannot be written. Nothing was changed; check its owner and rights.")),
    ("unable to open", N_("The database cannot be opened. Check that the data folder exists and its rights.")),
    ("disk i/o", N_("The disk does not answer as it should. Nothing was lost; check the disk before anything else.")),
    (
        "not a database",
        N_("The database does not open with this key-file: it belongs to another one, or the file is damaged."),
    ),
    (
        "malformed",
        N_("The database is damaged. Stop the server and restore the last backup; desks keep what they have."),
    ),
)


@contextmanager
def named_faults() -> Iterator[None]:
    """Turn the driver's complaints about its surroundings into sentences; bugs in our SQL stay bugs."""
    try:
        yield
    except (OperationalError, DatabaseError) as error:
        said = str(error.orig).lower()
        for word, sentence in _REASONS:
            if word in said:
                raise StoreFault(sentence) from None
        raise
    except sqlcipher3.dbapi2.DatabaseError as error:
        said = str(error).lower()
        for word, sentence in _REASONS:
            if word in said:
                raise StoreFault(sentence) from None
        raise
