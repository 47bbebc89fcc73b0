"""What a push takes along: this desk's own changes that no receipt names, in the order of their numbers."""

from __future__ import annotations

import msgspec

from commune_desk.store.changes.journal import OPEN
from commune_desk.store.engine.database import Connection
from sync.erased import erased_line
from sync.protocol import b64
from sync.seal import sha256


class Waiting(msgspec.Struct, frozen=True):
    """A change no receipt names yet."""

    n: int
    line: bytes
    digest: bytes


def next_waiting(connection: Connection, desk: str, after_n: int, max_changes: int, max_bytes: int) -> list[Waiting]:
    """The next changes after that number, without a gap; one of them however many bytes it has."""
    first = after_n + 1 if after_n else _first(connection, desk)
    if first is None:
        return []
    rows = connection.execute(
        "SELECT n, raw, signature, id, digest FROM change WHERE desk=? AND n>=? AND state='waiting' ORDER BY n LIMIT ?",
        (desk, first, max_changes),
    )
    found: list[Waiting] = []
    size = 0
    for row in rows:
        waiting = _waiting(*row)
        size += len(waiting.line) + 1
        if found and (size > max_bytes or waiting.n != found[-1].n + 1):
            break
        found.append(waiting)
    return found


def _first(connection: Connection, desk: str) -> int | None:
    """The number of the first change that waits, if any: what was accepted over the years is not read through."""
    (first,) = connection.execute(
        f"SELECT min(n) FROM change INDEXED BY change_open WHERE {OPEN} AND state='waiting' AND desk=?",  # noqa: S608
        (desk,),
    ).fetchone()
    return None if first is None else int(first)


def _waiting(n: int, raw: bytes, signature: bytes | None, change: str, digest: bytes | None) -> Waiting:
    """Of a change that was erased the digest goes in its stead."""
    if not raw and digest is not None:
        return Waiting(n, erased_line(change, bytes(digest)), bytes(digest))
    line = b64(bytes(signature or b"")).encode() + b" " + bytes(raw)
    return Waiting(n, line, sha256(bytes(raw)))
