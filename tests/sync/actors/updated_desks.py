"""A desk that is killed at a statement, and one whose register an older program wrote: the next start brings it up."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests

from commune_desk.domain.words.errors import DeskError
from commune_desk.store.desk.register import Register
from commune_desk.store.desk.versions import OWN_SCHEMA
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import connect
from commune_desk.store.writing.transaction import Tx
from tests.sync.actors.real_desks import KEY, OFFICER
from tests.sync.actors.travelled_office import TravelledOffice, Traveller

OLDER_STEP, OLDER_SCHEMA = 4, 2
_NEWER = (
    "DROP INDEX change_written",
    "DROP INDEX change_left",
    "DROP TABLE joined",
    "DROP INDEX person_joined_to",
    "ALTER TABLE person DROP COLUMN joined_to",
    "DROP TABLE erased_unsent",
    "DROP TABLE erased_record",
    "DROP TABLE erasure",
    "ALTER TABLE change DROP COLUMN digest",
    "DELETE FROM _sqlite_migrations WHERE name>='0005'",
    f"PRAGMA user_version={OLDER_STEP}",
)
"""What the steps behind the older one made; nothing of this office stands in it."""


def age(path: Path) -> None:
    """The register as a program of the older step would have written it."""
    connection = connect(path, KEY)
    settings.put(connection, OWN_SCHEMA, OLDER_SCHEMA)
    for statement in _NEWER:
        connection.execute(statement)
    connection.close()


def update(desk: Traveller) -> None:
    """Closed by the older program and opened by this one."""
    desk.register.close()
    age(desk._path)
    _open(desk)


def keep_older_copy(desk: Traveller) -> None:
    """A backup that the older program made of what is here now."""
    desk.keep_copy()
    age(desk._copy)


def _open(desk: Traveller) -> None:
    desk.register = Register(desk._path, KEY, desk._clock, OFFICER)


def kill(office: TravelledOffice, desk: Traveller, at: int) -> bool:
    """A round that ends with the process, at this statement of its writer; False when it has no such one.

    What lies in the files then is what the next start finds, and from then on nothing goes over the line.
    """
    dead = desk._path.with_suffix(".dead")
    seen = 0

    def count(_statement: str) -> None:
        nonlocal seen
        seen += 1
        if seen == at:
            for source in _files(desk._path):
                shutil.copy(source, dead.with_name(source.name.replace(desk._path.name, dead.name)))
            office.real.line.down = True

    _trace(desk, count)
    with suppress(DeskError):
        desk.go()
    desk.register.close()
    if seen < at:
        _open(desk)
        return False
    for one in _files(desk._path):
        one.unlink()
    for one in _files(dead):
        one.rename(one.with_name(one.name.replace(dead.name, desk._path.name)))
    office.real.line.down = False
    _open(desk)
    return True


def _files(path: Path) -> list[Path]:
    return [one for one in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))) if one.exists()]


def _trace(desk: Traveller, count: Any) -> None:
    def run(tx: Tx) -> None:
        tx.connection.set_trace_callback(count)

    desk.run(run)


@contextmanager
def breaks_after(office: TravelledOffice, path: str, times: int) -> Iterator[None]:
    """A line that breaks for good at the next request for this path, or one below it, after so many."""
    line, send = office.real.line, office.real.line.send
    seen = 0

    def counted(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        nonlocal seen
        seen += str(request.path_url).startswith(path)
        if seen > times:
            raise requests.ConnectionError(OSError(errno.ENETUNREACH, "Network is unreachable"))
        return send(request, *args, **kwargs)

    with _replaced(line, counted):
        yield


@contextmanager
def _replaced(line: Any, send: Any) -> Iterator[None]:
    line.send = send
    try:
        yield
    finally:
        del line.send
