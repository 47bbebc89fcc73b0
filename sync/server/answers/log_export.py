"""The province's log in one file: all that is signed or chained, so that somebody else can check it from change 1.

Nothing in it needs a key to be checked, and nothing sealed is opened. The form is in docs/protocol.md, section 29.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import zstandard
from sqlalchemy import Connection, literal, select, union_all

from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from sync import seal
from sync.change import read_line
from sync.protocol import Event, b64, decode
from sync.server.answers.roots import Root, all_roots, signed_now
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.engine.private_files import private_file
from sync.server.identity.province import Province, audited, epoch_of

FORMAT = "cd-log-v1"
_LEVEL = 9
_AT_ONCE = 1000
"""Rows that are asked for at a time."""
_encode = msgspec.json.Encoder().encode


def export_log(province: Province, path: Path) -> int:
    """Write the log to `path`; how many lines it has. Raises Refusal when the file exists, Fault when it cannot be.

    It names people: no file is there that the audit log does not know of.
    """
    if path.exists():
        raise Refusal(N_("{path} is there already. Nothing was written; choose another name."), path=path)
    name = path.name.encode(errors="replace").decode()  # it may hold bytes that are no letters
    province.database.write(lambda connection: audited(connection, province, "export-log", name), WHOLE_PROVINCE)
    return province.database.read(lambda connection: _write(connection, province, path), WHOLE_PROVINCE)


def _write(connection: Connection, province: Province, path: Path) -> int:
    """Line by line: the log of a province may be larger than its memory."""
    lines, compressor = 0, zstandard.ZstdCompressor(level=_LEVEL)
    with private_file(path) as file, compressor.stream_writer(file, closefd=False) as packed:
        for line in _log(connection, province):
            packed.write(_encode(line) + b"\n")
            lines += 1
    return lines


def _log(connection: Connection, province: Province) -> Iterator[dict[str, Any]]:
    """The lines, of one consistent view. What is referred to always comes before."""
    public = b64(province.keys.authority.public)
    yield {"t": "log", "format": FORMAT, "epoch": epoch_of(connection), "at": province.now(), "authority": public}
    yield from _certificates(connection)
    yield from _changes(connection)
    yield from _heads(connection)
    yield from _feeds(connection)
    yield from _audit(connection)
    yield from ({"t": "root", **root_line(root)} for root in all_roots(connection))
    yield {"t": "end", **root_line(signed_now(connection, province))}


def root_line(root: Root) -> dict[str, Any]:
    """A root with all of its leaves."""
    return {"body": b64(root.body), "signature": b64(root.signature), "leaves": list(root.leaves)}


def _certificates(connection: Connection) -> Iterator[dict[str, Any]]:
    table = tables.desk
    for row in connection.execute(select(table.c.cert, table.c.cert_signature).order_by(table.c.id)):
        if row.cert:
            yield {"t": "cert", "body": b64(row.cert), "signature": b64(row.cert_signature)}


def _changes(connection: Connection) -> Iterator[dict[str, Any]]:
    """Everything that desks ever sent, by desk and number; what was set aside has its place in the chain too."""
    change, aside = tables.change, tables.quarantine
    columns = ("desk", "n", "digest", "raw", "signature")
    both = union_all(
        select(*(change.c[name] for name in columns), literal("change").label("kind")),
        select(*(aside.c[name] for name in columns), literal("aside").label("kind")),
    ).subquery()
    for row in connection.execute(select(both).order_by(both.c.desk, both.c.n)).yield_per(_AT_ONCE):
        line = {"t": row.kind, "d": row.desk, "n": row.n, "signature": b64(row.signature)}
        is_whole = seal.sha256(row.raw) == row.digest  # what was erased by order leaves its digest alone
        yield line | ({"raw": b64(row.raw)} if is_whole else {"digest": b64(row.digest)})


def _heads(connection: Connection) -> Iterator[dict[str, Any]]:
    table = tables.signed_head
    for row in connection.execute(select(table).order_by(table.c.desk, table.c.last_n)).yield_per(_AT_ONCE):
        yield {
            "t": "head",
            "d": row.desk,
            "first_n": row.first_n,
            "last_n": row.last_n,
            "signature": b64(row.signature),
        }


def _feeds(connection: Connection) -> Iterator[dict[str, Any]]:
    """Each feed in order; an event names its change, and what brought it there, by desk and number."""
    feed, key = tables.feed, tables.change_key
    numbered = select(feed, key.c.desk, key.c.n).join(key, key.c.id == feed.c.change, isouter=True)
    for row in connection.execute(numbered.order_by(feed.c.scope, feed.c.seq)).yield_per(_AT_ONCE):
        desk, n = (row.desk, row.n) if row.desk is not None else _numbered(row.line)
        line: dict[str, Any] = {"t": "event", "s": row.scope, "q": row.seq, "d": desk, "n": n, "chain": b64(row.chain)}
        yield line | _brought_by(connection, decode(row.event.encode(), Event).entered)


def _brought_by(connection: Connection, entered: str) -> dict[str, list[Any]]:
    key = tables.change_key
    asked = select(key.c.desk, key.c.n).where(key.c.id == entered)
    found = connection.execute(asked).first() if entered else None
    return {"entered": list(found)} if found is not None else {}


def _numbered(line: bytes) -> tuple[str, int]:
    change = read_line(line).change
    return change.desk, change.n


def _audit(connection: Connection) -> Iterator[dict[str, Any]]:
    table = tables.audit
    for row in connection.execute(select(table).order_by(table.c.seq)).yield_per(_AT_ONCE):
        yield {
            "t": "audit",
            "seq": row.seq,
            "at": row.at,
            "actor": row.actor,
            "action": row.action,
            "subject": row.subject,
            "chain": b64(row.chain),
        }
