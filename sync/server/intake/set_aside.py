"""Reading what was set aside: the change, and the file that it names, whose content a withdrawn desk sends too."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, select

from commune_desk.domain.model.record import kind_of
from commune_desk.domain.records.attachments import Attachment
from sync.change import Change
from sync.server.engine import tables
from sync.server.identity import desks

_ATTACHMENT = kind_of(Attachment).name
_AT_ONCE = 100
"""Changes that are looked through at a time."""


@dataclass(frozen=True)
class NamedFile:
    """What a change says of a file: where its record would be, its digest, and its size."""

    scope: str
    sha256: str
    size: int


def read_set_aside(raw: bytes) -> Change | None:
    """The change that was set aside, if it can be read."""
    try:
        return msgspec.json.decode(raw, type=Change)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def changes_aside(connection: Connection, word: str) -> list[Change]:
    """The changes that were set aside and have the word in them, as far as they can be read."""
    table, named = tables.quarantine, word.encode()
    everything = select(table.c.raw).order_by(table.c.desk, table.c.n)
    with connection.scalars(everything, execution_options={"yield_per": _AT_ONCE}) as aside:
        changes = [read_set_aside(raw) for raw in aside if named in raw]
    return [change for change in changes if change is not None]


def read_named(raw: bytes) -> NamedFile | None:
    """The file that a change names, if it can be read and names one."""
    change = read_set_aside(raw)
    if change is None:
        return None
    sha256, size = change.set.get("sha256"), change.set.get("size")
    if change.kind != _ATTACHMENT or not isinstance(sha256, str) or not isinstance(size, int):
        return None
    return NamedFile(change.scope, sha256, size)


def size_set_aside(connection: Connection, desk: str, scope: str, sha256: str) -> int | None:
    """What the desk said of the file's size since it was withdrawn: the last time is enough."""
    table, digest = tables.quarantine, sha256.encode()
    theirs = select(table.c.raw).where(table.c.desk == desk, table.c.code == desks.REVOKED).order_by(table.c.n.desc())
    with connection.scalars(theirs, execution_options={"yield_per": _AT_ONCE}) as changes:
        for raw in changes:
            named = read_named(raw) if digest in raw else None
            if named is not None and (named.scope, named.sha256) == (scope, sha256):
                return named.size
    return None
