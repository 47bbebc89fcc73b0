"""The engine of a large province: PostgreSQL 15 or later, row-level security, rows in bulk, several server processes.

No password passes through this program: libpq finds it (PGPASSFILE, ~/.pgpass), or the server knows the account (peer,
certificate). Decision 0011.
"""

from __future__ import annotations

import logging
import os
import socket
from functools import cache
from selectors import EVENT_READ, DefaultSelector
from typing import Any, TypeVar

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.types.string import StrBinaryDumper, StrDumper
from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from commune_desk.domain.model.ids import is_scope
from commune_desk.domain.time.clock import monotonic
from commune_desk.domain.words.errors import Fault, Refusal
from commune_desk.domain.words.labels import N_
from sync.server.engine.address import PostgresAddress
from sync.server.engine.arrays import ARRAYS
from sync.server.engine.binary import NUL, UNKNOWN
from sync.server.engine.database import BUSY, DAMAGED, PATIENCE_SECONDS, SILENT_DISK, Database, Reach, StoreFault, Work

T = TypeVar("T")
OLDEST = 150_000
"""Of the servers' own version numbers."""
_CONNECT_SECONDS = 10
_REST_SECONDS = 20.0
_SINCE = "rests_since"
_LIMITS = {
    "lock_timeout": f"{int(PATIENCE_SECONDS)}s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "client_min_messages": "warning",
    "timezone": "UTC",
    "plan_cache_mode": "force_custom_plan",
    "synchronous_commit": "on",
}
"""A plan that was made once while a table was small would be kept when it has grown. A receipt is signed for what the
disk has, whatever the server is set to."""
_ROOM_FOR_A_PUSH = 2 << 20
_CROSSED = ("40001", "40P01", "23505")
"""A serialisation failure, a deadlock; and a row of the same key that another transaction wrote after we had looked."""
_EVERYTHING = "*"


def _is_no_echo(record: logging.LogRecord) -> bool:
    """What psycopg meets while it gives up a connection that is lost is told by the error before it, which is raised;
    anything else that it ignores there is said."""
    given = record.args if isinstance(record.args, tuple) else ()
    is_lost = any(isinstance(one, psycopg.OperationalError) for one in given)
    return not (is_lost and str(record.msg).startswith("error ignored"))


logging.getLogger("psycopg").addFilter(_is_no_echo)


class PostgresDatabase(Database):
    """Transactions on a PostgreSQL server. What must follow one another waits for a row or an advisory lock."""

    is_shared = True
    driver_errors = (psycopg.Error,)

    def __init__(self, where: PostgresAddress, *, as_owner: bool = False) -> None:
        """`as_owner`: with the role that owns the tables, which only `init` and `upgrade` use."""
        url = where.owner_url if as_owner else where.url
        self.engine = create_engine(
            "postgresql+psycopg://",
            creator=lambda: _connect(url, patient=not as_owner),
            poolclass=QueuePool,
            pool_size=8,
            max_overflow=32,
        )
        _ask_the_doubtful(self.engine)

    def confine(self, connection: Connection, reach: Reach) -> None:
        _set(connection, _settings(reach))

    def one_after_another(self, connection: Connection, what: str) -> None:
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(what))))

    def _write(self, work: Work[T], reach: Reach) -> T:
        with self.engine.connect() as connection, connection.begin():
            self.confine(connection, reach)
            return work(connection)

    def _read(self, work: Work[T], reach: Reach) -> T:
        with self.engine.connect() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                _set(connection, {**_settings(reach), "transaction_read_only": "on"})
                return work(connection)

    def _glance(self, work: Work[T]) -> T:
        """Without a transaction, and so without the three ways there and back that one takes by itself."""
        with self.engine.connect() as connection:
            return work(connection.execution_options(isolation_level="AUTOCOMMIT"))

    def _crossed(self, error: Exception) -> bool:
        return isinstance(error, psycopg.Error) and error.sqlstate in _CROSSED

    def _named(self, error: Exception) -> StoreFault | None:
        if not isinstance(error, psycopg.Error):
            return None
        if error.sqlstate is None:
            return _while_connecting(error) if isinstance(error, psycopg.OperationalError) else None
        return next((StoreFault(text) for code, text in _REASONS.items() if error.sqlstate.startswith(code)), None)


def refuse_unfit(connection: Connection) -> None:
    """Raise Refusal when the role sees every row whatever its reach, so that the policies would hold nobody, or may
    make no temporary tables (`copying`)."""
    asked = """SELECT rolsuper OR rolbypassrls OR pg_has_role(oid, relowner, 'MEMBER')
        FROM pg_roles, (SELECT relowner FROM pg_class WHERE oid = 'change'::regclass) AS tables
        WHERE rolname = current_user"""
    if connection.scalar(text(asked)):
        raise Refusal(
            N_(
                "The role that serves sees every row (a superuser, BYPASSRLS or the owner of the tables). "
                "Name a plain one."
            )
        )
    if not connection.scalar(text("SELECT has_database_privilege(current_database(), 'TEMPORARY')")):
        raise Refusal(
            N_(
                "The role that serves may make no temporary tables, in which long pushes wait. Give it the right "
                "TEMPORARY on the database; see docs/province.md, section 10."
            )
        )


def _settings(reach: Reach) -> dict[str, str]:
    """What the policies of the tables ask for. A word that is no scope opens nothing."""
    scopes = _EVERYTHING if reach.whole else ",".join(sorted(filter(is_scope, reach.scopes)))
    return {"commune_desk.scopes": scopes, "commune_desk.desk": _EVERYTHING if reach.whole else reach.desk}


def _set(connection: Connection, settings: dict[str, str]) -> None:
    """Until the transaction ends."""
    connection.exec_driver_sql(_setting(tuple(settings)), tuple(settings.values()))


@cache
def _setting(names: tuple[str, ...]) -> str:
    return "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in names)


def _connect(address: str, *, patient: bool) -> psycopg.Connection[Any]:
    """`patient`: with limits on how long a statement may take or wait, which bringing up a schema has not."""
    limits = _LIMITS if patient else {"client_min_messages": "warning", "timezone": "UTC"}
    options = " ".join(f"-c {name}={value}" for name, value in limits.items())
    connection = psycopg.connect(address, options=options, connect_timeout=_CONNECT_SECONDS)
    if connection.info.server_version < OLDEST:
        connection.close()
        raise Fault(N_("The database server is older than PostgreSQL 15. Nothing was changed; install a newer one."))
    _widen(connection)
    for dumper in (_Text, _BinaryText):
        connection.adapters.register_dumper(str, dumper)
    for kind in ARRAYS:
        connection.adapters.register_dumper(kind, _as_they_are(kind.array))
    return connection


def _ask_the_doubtful(engine: Engine) -> None:
    """Ask a connection whether it is still there after a rest, or when the server spoke unasked, as it does to end one.

    Asking each time would be a way there and back more for every request. One that never rested was just made: if it
    dies at once, what is asked of it says so.
    """

    def rest(connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[_SINCE] = monotonic()

    def rise(connection: Any, record: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
        since = record.info.get(_SINCE)
        if since is None or (monotonic() - since < _REST_SECONDS and not _was_spoken_to(connection)):
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error:
            raise DisconnectionError from None

    event.listen(engine, "checkin", rest)
    event.listen(engine, "checkout", rise)


def _was_spoken_to(connection: psycopg.Connection[Any]) -> bool:
    if connection.closed:
        return True
    with DefaultSelector() as line:
        line.register(connection.fileno(), EVENT_READ)
        return bool(line.select(0))


def _widen(connection: psycopg.Connection[Any]) -> None:
    """Let a socket of this machine hold a whole push, as far as the system allows: we need not wait for PostgreSQL to
    read one statement before we make the next. A line to another machine widens by itself, and Windows has no other.
    """
    if not hasattr(socket, "AF_UNIX"):
        return
    with socket.socket(fileno=os.dup(connection.fileno())) as line:
        if line.family == socket.AF_UNIX:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ROOM_FOR_A_PUSH)


def _as_they_are(type_number: int) -> type[Dumper]:
    """Hands over bytes that are in PostgreSQL's binary form already."""

    class AsTheyAre(Dumper):
        format = Format.BINARY
        oid = type_number

        def dump(self, obj: Any) -> Any:
            return obj

    return AsTheyAre


class _Text(StrDumper):
    """PostgreSQL has no NUL in a text. What a stranger names himself with one, or a broken change's id, shows it."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace(NUL, UNKNOWN))


class _BinaryText(StrBinaryDumper):
    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace(NUL, UNKNOWN))


_GONE = N_(
    "The line to the database is gone, or its server is not running, or not at the address that was given. Nothing was "
    "lost; try again when it is back."
)
_REASONS = {
    "08": _GONE,
    "57P": _GONE,
    "53100": N_("The disk of the database server is full. Nothing was lost; make room and try again."),
    "53": N_("The database server has no room for more: memory or connections. Nothing was lost; try again later."),
    "25006": N_(
        "The database can only be read: it is a standby. Nothing was changed; name the server that leads, or make this "
        "one lead."
    ),
    "28": N_("The database server does not let this account in. Check the role, the password file and pg_hba.conf."),
    "3D000": N_("There is no such database on the server. Make it first; see docs/province.md, section 10."),
    "55P03": BUSY,
    "57014": N_("The database took too long and was stopped. Nothing was lost; try again in a minute."),
    "40": BUSY,
    "58030": SILENT_DISK,
    "XX001": DAMAGED,
}
"""By the beginning of SQLSTATE, the narrower before the wider."""
_REASONS["XX002"] = DAMAGED
_REASONS["42704"] = _REASONS["28"]
"""A role that is named and not there: rights cannot be given to it."""
_AT_THE_DOOR = {
    "too many": "53",
    "authentication": "28",
    "pg_hba": "28",
    "role ": "28",
    "password": "28",
    "permission": "28",
    'database "': "3D000",
}
"""`the database system is starting up`, or in recovery mode, is of none of these: it is there again in a moment."""


def _while_connecting(error: Exception) -> StoreFault:
    """What keeps a connection from coming about has no SQLSTATE, only words."""
    said = str(error).partition("FATAL:")[2]
    return StoreFault(next((_REASONS[code] for word, code in _AT_THE_DOOR.items() if word in said), _GONE))
