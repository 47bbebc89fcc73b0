"""Putting a backup back: what is there is kept aside, and a new epoch begins before anybody is served."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count, takewhile
from pathlib import Path
from shutil import copyfile

from sqlalchemy import Connection, select

from commune_desk.domain.time.clock import Clock
from commune_desk.domain.words.errors import DeskError, Fault, Refusal
from commune_desk.domain.words.labels import N_
from sync.disk import settle_names
from sync.protocol import unb64
from sync.server.engine import address, tables
from sync.server.engine.database import NO_SCOPE, WHOLE_PROVINCE, StoreFault
from sync.server.engine.embedded import FILE, LOGS, EmbeddedDatabase, keyed, named_faults, refuse_plain
from sync.server.engine.private_files import write_private
from sync.server.engine.schema import migrate
from sync.server.identity import keyfile
from sync.server.identity.only_process import only_here
from sync.server.identity.province import CA_FILE, Province, begin_epoch, note_moved, read_meta, refuse_followed
from sync.server.identity.stores import ASIDE, FRESH
from sync.server.lifecycle.backups import FILES, KEPT, BackupBroken, Copied, clear, in_one_file, on_postgres, read_whole
from sync.server.reasons import reason_of

_UNFINISHED = "unfinished"
"""Stands in the folder with what was there until the backup is about to come in its place."""


def restore(data: Path, key_path: Path, source: Path, *, clock: Clock, older: bool = False) -> Path:
    """Put the backup `source` in the place of the province in `data`; returns the folder with what was there.

    It is gone again where there was nothing.

    A folder as `source` is a whole data folder, as an earlier restore put one aside. What is refused leaves nothing.
    With `older` also a backup that lacks what desks were told to rely on. Killed at any moment, it can be run again.
    Raises Refusal while the province is served, for one on PostgreSQL or moved from here and for no backup,
    BackupBroken, Fault.
    """
    if address.remembered(data) is not None:
        raise on_postgres()
    keys = keyfile.read(key_path, data=data)
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with only_here(data), _refused_without_a_trace(data / FRESH, source):
            _lay_out(source, data / FRESH)
            copied = read_whole(data / FRESH, keys.database_key)
            if broken_off := _broken_off(data):
                _put_aside(data, broken_off)  # first: its log may be there already, and says what desks rely on
            if not older:
                _refuse_older(source, _last_served(data), keys.database_key, copied)
            files = _take_files(data / FRESH, keys.database_key) | _files_in(source)
            _refuse_no_certificates(source, files)
            _begin_in(data / FRESH, keys, files.get(CA_FILE, b""), clock)
            aside = broken_off or _begin_aside(data)
            _put_aside(data, aside)
            for name, content in files.items():
                write_private(data / name, content)
            (aside / _UNFINISHED).unlink()  # before what comes now: that is never taken for what was there
            settle_names(aside)
            (data / FRESH).replace(data / FILE)
            settle_names(data)
            with suppress(OSError):  # it holds something, mostly
                aside.rmdir()
    except OSError as error:
        raise Fault(N_("The folder {path} cannot be written: {reason}."), path=data, reason=reason_of(error)) from None
    return aside


def begin(province: Province) -> str:
    """Begin a new epoch after a copy was put back: desks then offer again all that the copy may lack."""

    def work(connection: Connection) -> str:
        connection.execute(tables.snapshot.delete())
        note_moved(connection, "")
        return begin_epoch(connection, province, actor="admin")

    return province.database.write(work, WHOLE_PROVINCE)


def _begin_in(fresh: Path, keys: keyfile.KeyFile, ca: bytes, clock: Clock) -> None:
    """The new epoch stands in the copy before the copy stands in its place."""
    with closing(EmbeddedDatabase(fresh, keys.database_key)) as database:
        migrate(database)
        facts = database.read(read_meta, NO_SCOPE)
        begin(
            Province(
                data=fresh.parent,
                database=database,
                keys=keys,
                clock=clock,
                name=facts["name"],
                ca=ca,
                escrow_public=unb64(facts["escrow_public"]),
            )
        )
    with named_faults(), closing(keyed(fresh, keys.database_key)) as raw:
        in_one_file(raw)


@contextmanager
def _refused_without_a_trace(fresh: Path, source: Path) -> Iterator[None]:
    """Around what is done with the copy of `source`: a refusal takes it away, and names what was asked for."""
    try:
        yield
    except (DeskError, OSError) as error:
        with suppress(OSError):
            clear(fresh)
        raise BackupBroken(source) if isinstance(error, BackupBroken) else error from None


def _lay_out(source: Path, fresh: Path) -> None:
    database = source / FILE if source.is_dir() else source
    if not database.is_file():
        missing = reason_of(FileNotFoundError(errno.ENOENT, ""))
        raise Fault(N_("The file {path} cannot be read: {reason}."), path=database, reason=missing)
    refuse_plain(database)
    clear(fresh)
    for ending in LOGS if source.is_dir() else ():
        with suppress(FileNotFoundError):
            _copy(database.with_name(database.name + ending), fresh.with_name(fresh.name + ending))
    _copy(database, fresh)


def _copy(source: Path, fresh: Path) -> None:
    copyfile(source, fresh)
    fresh.chmod(0o600)
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())


def _last_served(data: Path) -> Path | None:
    """The database in its place, or where a restore that was broken off has put it aside; None where there was none."""
    aside = list(takewhile(Path.exists, _asides(data)))
    return next((folder / FILE for folder in (data, *reversed(aside)) if (folder / FILE).is_file()), None)


def _refuse_older(source: Path, served: Path | None, key: str, copied: Copied) -> None:
    """Raise Refusal for a backup before a later one that desks rely on: what they let go of would be lost with it.

    And where the province was moved from here: two would be served under one name.
    """
    if served is None:
        return
    with suppress(StoreFault):  # a database that does not open any more says nothing: the backup is all there is
        with closing(EmbeddedDatabase(served, key)) as former:
            refuse_followed(former)
            durable = former.read(_durable, NO_SCOPE)
        if any(n > copied.desks.get(desk, 0) for desk, n in durable.items()):
            raise Refusal(
                N_(
                    "There is a later backup than {path}: since then desks may have let go of what only it holds. "
                    "Nothing was changed; take the latest, or add --older if it is lost."
                ),
                path=source,
            )


def _durable(connection: Connection) -> dict[str, int]:
    return {desk: n for desk, n in connection.execute(select(tables.desk.c.id, tables.desk.c.durable_n))}


def _take_files(fresh: Path, key: str) -> dict[str, bytes]:
    """Take the kept files out of the copy, which then is a province's database."""
    with named_faults(), closing(keyed(fresh, key)) as copy:
        has_files = copy.execute("SELECT count(*) FROM sqlite_master WHERE name=?", (KEPT,)).fetchone()[0]
        rows = copy.execute(f"SELECT name, content FROM {KEPT}").fetchall() if has_files else []  # noqa: S608
        copy.execute(f"DROP TABLE IF EXISTS {KEPT}")
        in_one_file(copy)
    return {name: bytes(content) for name, content in rows if name in FILES}


def _files_in(source: Path) -> dict[str, bytes]:
    """The kept files of a data folder; none where `source` is a backup, which holds its own."""
    return {name: (source / name).read_bytes() for name in FILES if (source / name).is_file()}


def _refuse_no_certificates(source: Path, files: dict[str, bytes]) -> None:
    """Raise Refusal for a database alone: put in its place, it would open nothing and serve nobody."""
    if CA_FILE not in files:
        raise Refusal(
            N_(
                "{path} lacks the province's certificates. Nothing was changed. Name a file that the command backup "
                "wrote, or a whole folder, such as the one where an earlier restore put aside what was there."
            ),
            path=source,
        )


def _broken_off(data: Path) -> Path | None:
    """The folder of a restore that was broken off, which this one goes on with; None where the last came to its end."""
    asides = takewhile(Path.exists, _asides(data))
    return next((folder for folder in asides if (folder / _UNFINISHED).exists()), None)


def _begin_aside(data: Path) -> Path:
    aside = next(folder for folder in _asides(data) if not folder.exists())
    aside.mkdir(mode=0o700)
    (aside / _UNFINISHED).touch(mode=0o600)
    settle_names(aside)
    return aside


def _put_aside(data: Path, aside: Path) -> None:
    """Move what is there into a folder of its own. The database goes last: without it nothing can be served.

    What lies there already was put aside before the restore was broken off; of that name a backup's is here.
    """
    for name in (*FILES, *(FILE + log for log in LOGS), FILE):
        if (data / name).exists() and not (aside / name).exists():
            (data / name).replace(aside / name)
    settle_names(aside)


def _asides(data: Path) -> Iterator[Path]:
    yield from (data / f"{ASIDE}{number}" for number in count(1))
