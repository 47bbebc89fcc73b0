"""A backup of the embedded database in one encrypted file, verified before any desk is told that it may rely on it.

The file is a database under the province's own key. Beside the province's tables it holds the files of the data folder
that a server needs (certificates, its encrypted TLS key); without the key-file nothing of it can be read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Subquery, Table, bindparam, case, func, inspect, select, union_all, update

from commune_desk.domain.time.clock import from_iso, to_iso
from commune_desk.domain.words.errors import Fault, Refusal
from commune_desk.domain.words.labels import N_
from sync.disk import clear_left, put_in_place
from sync.server.engine import tables
from sync.server.engine.database import NO_SCOPE, WHOLE_PROVINCE, StoreFault
from sync.server.engine.embedded import FILE, LOGS, EmbeddedDatabase, keyed, named_faults
from sync.server.engine.schema import migrate
from sync.server.identity.authority import valid_until
from sync.server.identity.only_process import only_backup
from sync.server.identity.province import CA_FILE, CERT_FILE, EPOCH, KEY_FILE, Province, audited
from sync.server.lifecycle.chains import first_break
from sync.server.reasons import reason_of

KEPT = "kept_file"
"""The table of a backup that holds the files of the data folder."""
FILES = (CA_FILE, CERT_FILE, KEY_FILE)
_PART = ".backup-part"
_LEFT = re.compile(rf"\..+{re.escape(_PART)}(?:{'|'.join(('', *LOGS))})")
"""What a backup is called while it is written, and what lies beside it: a name that nobody else's file has."""
_OLD = 24 * 60 * 60
"""Seconds after which a backup that is not written to any more is not being read back either."""
_FOUNDED = (tables.meta, tables.scope, tables.desk, tables.change, tables.quarantine, tables.feed)
"""What a copy of a province has, whichever version of this program wrote it."""
_READ = (*_FOUNDED, tables.erasure)
"""What a copy must have to be read whole."""
LONGEST_PUSH = timedelta(minutes=15)
"""Between the moment by which the changes of a push are dated and the one from which others see them: a push waits for
locks, and for a slow disk."""


class BackupBroken(Fault):
    """What was written does not say what the province said at that moment."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            N_("The backup {path} is damaged or not whole. Nothing was changed; make another, or use another copy."),
            path=path,
        )


def on_postgres() -> Refusal:
    """What is said where the data is not in one file of this program."""
    return Refusal(
        N_(
            "This province keeps its data on PostgreSQL, which has its own backups. Nothing was changed; what was "
            "backed up or put back there is told with the commands durable and restored."
        )
    )


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """What a verified backup holds: for each desk the number up to which all is in it, and counts."""

    desks: dict[str, int]
    changes: int
    scopes: int
    size: int
    """Bytes of the file."""


def back_up(province: Province, target: Path) -> Backup:
    """Write one consistent moment of the province to `target` while it is served, and raise the durable numbers.

    What a killed backup left in that folder goes first: it may take the room that this one needs. Only what was read
    back, checked and is on the disk under its name counts. Raises Refusal when `target` exists and for a province on
    PostgreSQL, Fault when it cannot be written, the authority's certificate is damaged, or the backup is whole and the
    desks cannot be told, BackupBroken when it does not say what the province says.
    """
    if province.database.is_shared:
        raise on_postgres()
    valid_until(province.ca)  # a backup with half of one enrols nobody
    with only_backup(province.data):
        made = _make(province, target)
    try:
        province.database.write(lambda connection: raise_durable(connection, province, made.desks), NO_SCOPE)
    except StoreFault:
        raise Fault(
            N_(
                "The backup {path} is whole and holds everything, but the database could not note that there is one. "
                "Until the next backup the desks keep more of their own. See whether the disk is full."
            ),
            path=target,
        ) from None
    return made


def _make(province: Province, target: Path) -> Backup:
    part = target.parent / f".{target.name}{_PART}"
    try:
        if target.exists():
            raise Refusal(N_("There is a file {path} already; it was not touched. Name another."), path=target)
        clear_left(target.parent, _LEFT, province.clock.now().timestamp(), age=_OLD)
        clear(part)
        part.touch(mode=0o600)  # where no file can be, the system says why; the engine would not
        _copy(province, part)
        made = verified(province, part)
        put_in_place(part, target)
    except BackupBroken:
        raise BackupBroken(target) from None
    except OSError as error:
        raise Fault(N_("The file {path} cannot be written: {reason}."), path=target, reason=reason_of(error)) from None
    finally:
        with suppress(OSError):
            clear(part)
    return made


def raise_durable(connection: Connection, province: Province, numbers: dict[str, int]) -> None:
    """A verified backup holds every change of these desks up to these numbers."""
    table = tables.desk
    statement = update(table).where(table.c.id == bindparam("desk"), table.c.durable_n < bindparam("n"))
    values = [{"desk": desk, "n": n} for desk, n in numbers.items() if n > 0]
    if values:
        connection.execute(statement.values(durable_n=bindparam("n")), values)
    audited(connection, province, "durable", " ".join(f"{desk}:{n}" for desk, n in sorted(numbers.items())))


def received_until(connection: Connection, instant: str, *, now: str) -> dict[str, int]:
    """For each desk the number up to which everything was here at `instant`, whatever the clock did until `now`.

    A change is dated when its push begins, and is here when that push is over: what was received shortly before the
    instant may not be in a copy of it. A date that lies before an earlier number's, before the province was founded or
    after `now` is a wrong clock's and says nothing; such a change was here when the next one came that says something.
    """
    surely = to_iso(from_iso(instant) - LONGEST_PUSH)
    founded = connection.scalar(select(func.min(tables.audit.c.at)).where(tables.audit.c.seq == 1)) or ""
    dated = _dated(now)
    is_right = (dated.c.received_at >= founded, (dated.c.before.is_(None)) | (dated.c.received_at >= dated.c.before))
    asked = select(dated.c.desk, func.max(dated.c.n)).where(*is_right, dated.c.received_at <= surely)
    held = {desk: n for desk, n in connection.execute(asked.group_by(dated.c.desk))}
    return {desk: held.get(desk, 0) for desk in _numbers(connection)}


def _dated(now: str) -> Subquery:
    """Every change, merged or set aside, with its date and the latest date of the desk's numbers before it."""
    every = union_all(
        *(select(one.c.desk, one.c.n, one.c.received_at) for one in (tables.change, tables.quarantine))
    ).subquery()
    past = case((every.c.received_at <= now, every.c.received_at))
    before = func.max(past).over(partition_by=every.c.desk, order_by=every.c.n, rows=(None, -1))
    return select(every.c.desk, every.c.n, every.c.received_at, before.label("before")).subquery()


def _numbers(connection: Connection) -> dict[str, int]:
    """Where each desk's numbers stand."""
    return {desk: n for desk, n in connection.execute(select(tables.desk.c.id, tables.desk.c.last_n))}


def _copy(province: Province, part: Path) -> None:
    """One moment of the database, compact and under the same key, with the files that belong to it."""
    key = province.keys.database_key
    with named_faults(), closing(keyed(province.data / FILE, key)) as source:
        source.execute("VACUUM INTO ?", (str(part),))
    files = [(name, _kept(province.data / name)) for name in FILES]
    with named_faults(), closing(keyed(part, key)) as copy:
        copy.execute(f"CREATE TABLE {KEPT} (name TEXT PRIMARY KEY, content BLOB NOT NULL)")
        copy.executemany(f"INSERT INTO {KEPT} VALUES (?,?)", files)  # noqa: S608 - our own name
        in_one_file(copy)


def _kept(path: Path) -> bytes:
    """A file that belongs into the backup. Raises Fault, which names it and not the file that is written."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Fault(N_("The file {path} cannot be read: {reason}."), path=path, reason=reason_of(error)) from None


def in_one_file(connection: object) -> None:
    """Fold the log into the file, so that the file alone is all of it; `connection` is the driver's own."""
    execute = connection.execute  # type: ignore[attr-defined]  # the driver has no type stubs
    execute("PRAGMA wal_checkpoint(TRUNCATE)")
    execute("PRAGMA journal_mode = DELETE")


def verified(province: Province, path: Path) -> Backup:
    """What the backup at `path` holds, once it was opened, read whole and compared. Raises BackupBroken."""
    copied = read_whole(path, province.keys.database_key)
    if not province.database.read(lambda connection: _goes_on_from(connection, copied), WHOLE_PROVINCE):
        raise BackupBroken(path)
    return Backup(
        desks=copied.desks,
        changes=sum(copied.changes.values()),
        scopes=len(copied.heads),
        size=path.stat().st_size,
    )


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """What a copy says of itself: heads of scopes and desks, and how many changes of each desk it holds."""

    epoch: str
    heads: dict[str, tuple[int, bytes]]
    desks: dict[str, int]
    desk_heads: dict[str, bytes]
    changes: dict[str, int]


def read_whole(path: Path, key: str) -> Copied:
    """Read a copy from its first page to its last and every chain in it. Raises BackupBroken.

    One that an earlier version of this program wrote is brought to this one's schema: it lacks tables that are read. Of
    a newer one Refusal is raised.
    """
    try:
        with named_faults(), closing(keyed(path, key)) as raw:
            in_one_file(raw)  # a database that was not closed stands in its log as well
            if raw.execute("PRAGMA cipher_integrity_check").fetchall():
                raise BackupBroken(path)
        with closing(EmbeddedDatabase(path, key)) as copy:
            if not copy.read(lambda connection: _has(connection, _FOUNDED), NO_SCOPE):
                raise BackupBroken(path)
            migrate(copy)
            copied = copy.read(lambda connection: _read(connection, path), WHOLE_PROVINCE)
        with named_faults(), closing(keyed(path, key)) as raw:
            in_one_file(raw)
    except StoreFault:
        raise BackupBroken(path) from None
    return copied


def _has(connection: Connection, wanted: Sequence[Table]) -> bool:
    return {table.name for table in wanted} <= set(inspect(connection).get_table_names())


def _read(connection: Connection, path: Path) -> Copied:
    if not _has(connection, _READ) or first_break(connection):
        raise BackupBroken(path)
    scopes = connection.execute(select(tables.scope.c.id, tables.scope.c.head, tables.scope.c.chain))
    desks = connection.execute(select(tables.desk.c.id, tables.desk.c.head))
    epoch = connection.scalar(select(tables.meta.c.value).where(tables.meta.c.name == EPOCH))
    return Copied(
        epoch=epoch or "",
        heads={row.id: (row.head, row.chain) for row in scopes},
        desks=_numbers(connection),
        desk_heads={row.id: row.head for row in desks},
        changes=_counts(connection),
    )


def _counts(connection: Connection) -> dict[str, int]:
    table = tables.change
    rows = connection.execute(select(table.c.desk, func.count()).group_by(table.c.desk))
    return {desk: count for desk, count in rows}


def _goes_on_from(connection: Connection, copied: Copied) -> bool:
    """Whether what is here now holds every head of the copy, and had as many changes then."""
    feed, change = tables.feed, tables.change
    for scope, (head, chain) in copied.heads.items():
        here = connection.scalar(select(feed.c.chain).where(feed.c.scope == scope, feed.c.seq == head))
        if head and here != chain:
            return False
    for desk, n in copied.desks.items():
        count = select(func.count()).select_from(change).where(change.c.desk == desk, change.c.n <= n)
        if connection.scalar(count) != copied.changes.get(desk, 0):
            return False
    return True


def clear(part: Path) -> None:
    """Take away a copy that is not whole yet, with what the engine keeps beside it."""
    for ending in ("", *LOGS):
        part.with_name(part.name + ending).unlink(missing_ok=True)
