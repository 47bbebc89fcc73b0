"""The embedded engine: one SQLCipher file, one writer at a time, and what is refused before it is opened."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import sleep
from typing import Any, TypeVar

import sqlcipher3.dbapi2
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import QueuePool

from commune_desk.domain.model.ids import is_hex
from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from sync.server.engine.database import (
    ANOTHER_KEY,
    BUSY,
    DAMAGED,
    PATIENCE_SECONDS,
    SILENT_DISK,
    Database,
    Reach,
    StoreFault,
    Work,
)
from sync.server.reasons import reason_of

T = TypeVar("T")
FILE = "province.db"
LOGS = ("-wal", "-shm", "-journal")
"""What the engine keeps beside a database, by the ends of its name."""
_PLAIN_HEADER = b"SQLite format 3\x00"
_LOG_TRIES, _LOG_PATIENCE_MS, _LOG_PAUSE_SECONDS = 6, 500, 0.1
"""A snapshot that a server makes meanwhile is read for a second or two."""
_PRAGMAS = (
    "PRAGMA cipher_memory_security = OFF",
    f"PRAGMA busy_timeout = {int(PATIENCE_SECONDS * 1000)}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -32768",
)


class EmbeddedDatabase(Database):
    """Transactions on the province's file. Writing ones follow one another; readers never wait for them."""

    driver_errors = (sqlcipher3.dbapi2.DatabaseError,)

    def __init__(self, path: Path, key: str) -> None:
        refuse_plain(path)
        self._writing = threading.Lock()
        self.engine = create_engine(
            "sqlite://",
            module=sqlcipher3.dbapi2,
            creator=lambda: _connect(path, key),
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=12,
        )
        event.listen(self.engine, "begin", _begin)

    def confine(self, connection: Connection, reach: Reach) -> None:
        """Nothing: whoever has the file has all of it."""

    def one_after_another(self, connection: Connection, what: str) -> None:
        """Nothing: writing transactions follow one another."""

    def cut_log(self) -> bool:
        with named_faults(), self._writing, closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {_LOG_PATIENCE_MS}")
            try:
                return any(self._is_cut(cursor) for _ in range(_LOG_TRIES))
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {int(PATIENCE_SECONDS * 1000)}")

    def _is_cut(self, cursor: Any) -> bool:
        """For as long as it waits for readers, nobody else writes."""
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        is_busy = bool(cursor.fetchone()[0])
        if is_busy:
            sleep(_LOG_PAUSE_SECONDS)
        return not is_busy

    def _write(self, work: Work[T], reach: Reach) -> T:
        with self._writing:
            connection = self.engine.connect().execution_options(immediate=True)
            with connection, connection.begin():
                return work(connection)

    def _read(self, work: Work[T], reach: Reach) -> T:
        with self.engine.connect() as connection, connection.begin():
            return work(connection)

    def _crossed(self, error: Exception) -> bool:
        return "locked" in str(error).lower()

    def _named(self, error: Exception) -> StoreFault | None:
        return _fault_of(error)


def is_key(text: str) -> bool:
    """Whether `text` has the shape of a database key: 64 hex digits."""
    return len(text) == 64 and is_hex(text)


def keyed(path: Path, key: str) -> Any:
    """The driver's own connection, for what cannot stand in a transaction. Raises Fault, or what the driver raises."""
    refuse_plain(path)
    return _connect(path, key)


@contextmanager
def named_faults() -> Iterator[None]:
    """Around the driver's own connection: its complaints about its surroundings as a StoreFault; bugs stay bugs."""
    try:
        yield
    except sqlcipher3.dbapi2.DatabaseError as error:
        fault = _fault_of(error)
        if fault is None:
            raise
        raise fault from None


def _fault_of(error: Exception) -> StoreFault | None:
    said = str(error).lower()
    return next((StoreFault(sentence) for word, sentence in _REASONS if word in said), None)


def _connect(path: Path, key: str) -> Any:
    if not is_key(key):
        raise ValueError("a database key is 64 hex digits")
    connection = sqlcipher3.dbapi2.connect(str(path), isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA cipher_log_level=NONE")  # what goes wrong is said in a sentence of ours
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    if connection.execute("PRAGMA cipher_version").fetchone() is None:
        raise Fault(N_("This program was built without encryption; the database was not opened."))
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    return connection


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def refuse_plain(path: Path) -> None:
    """Raise Fault for a file that can be read without a key, or not at all."""
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


_REASONS = (
    ("full", N_("The disk is full. Nothing was lost; make room and try again.")),
    ("locked", BUSY),
    ("readonly", N_("The data folder cannot be written. Nothing was changed; check its owner and rights.")),
    ("unable to open", N_("The database cannot be opened. Check that the data folder exists and its rights.")),
    ("disk i/o", SILENT_DISK),
    ("not a database", ANOTHER_KEY),
    ("malformed", DAMAGED),
)
