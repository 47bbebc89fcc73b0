"""The province's side of a comparison: sums over the records of a scope, and the lines of the ranges that differ.

Read with the reach of the whole province once the desk is known to work in the scope, as a snapshot is: a guest's
record and the changes that a child brought along lie in other scopes. Every question names the scope.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection, select

from sync import seal
from sync.checksums import RANGES, RangesReply, RangesRequest, RecordsRequest, ScopeSums, range_of, sums_of, term
from sync.protocol import FeedHead, Malformed, b64, encode
from sync.server.answers.snapshots import places_of, records_of, written_lines
from sync.server.engine import tables
from sync.server.engine.asking import among
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import desks
from sync.server.identity.province import Province, epoch_of
from sync.server.intake.standing import standing_lines
from sync.server.problems import Refused
from sync.snapshot import SnapshotHead, body_of

_ENOUGH = 300
"""Records in one reply, some 600 KiB before they are packed: a line that breaks has not carried much for nothing."""
_MOST_KEPT = 64
_writers = msgspec.json.Decoder(dict[str, str])


class Sums:
    """Sums as they were counted last, by scope and the fields asked about; good while the feed has not moved."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, bytes], tuple[bytes, ScopeSums]] = {}
        self._guard = threading.Lock()

    def answer(self, province: Province, caller: desks.DeskState, request: RangesRequest) -> RangesReply:
        """What the province holds of a scope that the desk works in. Raises Refused."""
        _refuse_stranger(caller, request.scope)

        def work(connection: Connection) -> RangesReply:
            at = _place(connection, request.scope, request.epoch)
            found = self._of(connection, request, at)
            ranges = list(found.ranges) if request.parts else []
            return RangesReply(epoch=request.epoch, scope=request.scope, at=at, whole=found.whole, ranges=ranges)

        return province.database.read(work, WHOLE_PROVINCE)

    def _of(self, connection: Connection, request: RangesRequest, at: FeedHead) -> ScopeSums:
        asked = seal.sha256(msgspec.json.encode(request.fields, order="deterministic"))
        key, place = (request.scope, asked), encode(at)
        with self._guard:
            kept = self._kept.get(key)
        if kept is not None and kept[0] == place:
            return kept[1]
        found = sums_of(terms(connection, request.scope, request.fields))
        with self._guard:
            while len(self._kept) >= _MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = place, found
        return found


def standing_ranges(province: Province, caller: desks.DeskState, request: RecordsRequest) -> bytes:
    """The body of a snapshot with the records of as many of the ranges, in order, as make a fair reply.

    Raises Refused, Malformed.
    """
    _refuse_stranger(caller, request.scope)
    wanted = list(dict.fromkeys(request.ranges))
    if not wanted or not all(0 <= one < RANGES for one in wanted):
        raise Malformed
    return province.database.read(lambda connection: _body(connection, request, wanted), WHOLE_PROVINCE)


def _body(connection: Connection, request: RecordsRequest, wanted: list[int]) -> bytes:
    scope = request.scope
    head = SnapshotHead(epoch=request.epoch, scope=scope, at=_place(connection, scope, request.epoch))
    lying: dict[int, list[tuple[str, str]]] = {}
    for kind, record, _ in _writers_of(connection, scope):
        lying.setdefault(range_of(record), []).append((kind, record))
    some = _enough(wanted, lying)
    named = [one for part in some for one in lying.get(part, ())]
    standing = standing_lines(connection, records_of(connection, named))
    places = places_of(connection, scope, [one.line.change.id for one in standing])
    lines, end = written_lines(connection, scope, standing, places)
    heard = told_of(connection, scope, request.changes)
    return body_of(head, lines, msgspec.structs.replace(end, ranges=some, heard=heard))


def told_of(connection: Connection, scope: str, changes: Sequence[str]) -> list[str]:
    """Those of the changes that stand in the scope's feed, whatever came of them."""
    feed = tables.feed
    asked = select(feed.c.change).where(feed.c.scope == scope, among(feed.c.change, changes))
    return sorted(set(connection.scalars(asked))) if changes else []


def _enough(wanted: list[int], lying: dict[int, list[tuple[str, str]]]) -> list[int]:
    """The first ranges, as many as make a fair reply; at least one."""
    some: list[int] = []
    records = 0
    for one in wanted:
        records += len(lying.get(one, ()))
        if some and records > _ENOUGH:
            break
        some.append(one)
    return some


def _refuse_stranger(caller: desks.DeskState, scope: str) -> None:
    if scope not in caller.grants:
        raise Refused(404, "not_found")


def _place(connection: Connection, scope: str, epoch: str) -> FeedHead:
    if epoch != epoch_of(connection):
        raise Refused(409, "epoch")
    row = connection.execute(select(tables.scope).where(tables.scope.c.id == scope)).first()
    if row is None:
        raise Refused(404, "not_found")
    return FeedHead(seq=row.head, chain=b64(row.chain))


def terms(connection: Connection, scope: str, fields: dict[str, list[str]]) -> Iterator[tuple[str, int]]:
    """(record, term) of all that the scope holds, at home or as a guest, of the kinds and fields named."""
    conflicts = _open_conflicts(connection, scope)
    for kind, record, written in _writers_of(connection, scope):
        if kind in fields:
            known = set(fields[kind])
            writers = {change for name, change in _writers.decode(written).items() if name in known}
            waiting = [one for name, one in conflicts.get(record, ()) if name in known]
            yield record, term(record, writers, waiting)


def _writers_of(connection: Connection, scope: str) -> Iterator[tuple[str, str, str]]:
    """(kind, id, writers as JSON) of every record that the scope holds."""
    guest = tables.guest
    for kind, table in tables.RECORDS.items():
        guests = select(guest.c.record).where(guest.c.scope == scope, guest.c.kind == kind)
        held = (table.c.scope == scope) | table.c.id.in_(guests)
        for row in connection.execute(select(table.c.id, table.c.writers).where(held)):
            yield kind, row.id, row.writers


def _open_conflicts(connection: Connection, scope: str) -> dict[str, list[tuple[str, str]]]:
    """(field, id) of what is open, by record: of the records at home here, and of the guests."""
    table, guest = tables.conflict, tables.guest
    guests = select(guest.c.record).where(guest.c.scope == scope)
    here = (table.c.scope == scope) | table.c.record.in_(guests)
    found: dict[str, list[tuple[str, str]]] = {}
    rows = select(table.c.record, table.c.field, table.c.id).where(table.c.closed_by.is_(None), here)
    for row in connection.execute(rows):
        found.setdefault(row.record, []).append((row.field, row.id))
    return found
