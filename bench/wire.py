"""A whole commune over the line: what its records cost to send, to begin with, to edit, and to ask after.

600 children with 12 visits each, a real server, TLS on loopback, real registers. The floors are the same records as one
zstd stream of JSON lines: no signatures, no ids of changes, nobody who wrote them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import msgspec
import zstandard

from bench.beginning import Begun, begin_desks
from bench.line import Line, line_to
from bench.measure import CannotMeasure, Samples
from bench.registers import enter_batch, people_of
from bench.syncing import DeskLine, Exchanges, enrolled_desk, province, sync_once
from bench.workbench import Workbench
from commune_desk.domain.model.ids import RecordId, Scope, new_record_id
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.visits import HomeVisit
from commune_desk.store.desk.register import Register
from commune_desk.store.writing.transaction import Tx
from sync.change import Change

CHILDREN, VISITS = 600, 12
EDITS = 2_000
_BATCH = 50
_KILOBYTE = 1_024.0
"""What asking may take."""
_VISIT = 1_200.0
"""What one visit and its receipt may."""
_WIDE = 1e9
"""Bytes a second of a line that only counts."""


@dataclass(frozen=True, slots=True)
class _Commune:
    """What one run of the commune took: bytes both ways, and seconds."""

    bulk: tuple[float, float]
    edits: tuple[float, float]
    visit: float
    poll: float
    """Of HTTP, with its headers; those above are of bodies, as their floors are."""
    on_the_wire: tuple[float, float]
    """A whole sync that brings a visit, and one that asks: everything that TCP carries for them."""
    begun: Begun


def bulk_bytes(bench: Workbench) -> Samples:
    sent, floor = bench.shared("commune", _commune).bulk
    return Samples([sent], [floor])


def edit_bytes(bench: Workbench) -> Samples:
    sent, floor = bench.shared("commune", _commune).edits
    return Samples([sent], [floor])


def visit_bytes(bench: Workbench) -> Samples:
    return Samples([bench.shared("commune", _commune).visit], [_VISIT])


def poll_bytes(bench: Workbench) -> Samples:
    return Samples([bench.shared("commune", _commune).poll], [_KILOBYTE])


def visit_wire(bench: Workbench) -> Samples:
    return Samples([bench.shared("commune", _commune).on_the_wire[0]], [_VISIT])


def poll_wire(bench: Workbench) -> Samples:
    return Samples([bench.shared("commune", _commune).on_the_wire[1]], [_KILOBYTE])


def first_sync(bench: Workbench) -> Samples:
    return bench.shared("commune", _commune).begun.at_once


def first_sync_unmade(bench: Workbench) -> Samples:
    return bench.shared("commune", _commune).begun.unmade


def first_sync_line(bench: Workbench) -> Samples:
    return bench.shared("commune", _commune).begun.over_a_line


def visits_line(bench: Workbench) -> Samples:
    return bench.shared("commune", _commune).begun.visits.receipts


def visits_line_paused(bench: Workbench) -> Samples:
    return bench.shared("commune", _commune).begun.visits.first_of_a_day


def visits_line_hello(bench: Workbench) -> Samples:
    return bench.shared("commune", _commune).begun.visits.after_a_hello


def visits_line_whole(bench: Workbench) -> Samples:
    return bench.shared("commune", _commune).begun.visits.whole


def _commune(bench: Workbench) -> _Commune:
    bench.say(f"A province takes in a commune of {CHILDREN} children, and desks begin with it; this takes a minute …")
    folder = bench.folder / "commune"
    folder.mkdir()
    with province(bench, folder) as address:
        writer = enrolled_desk(bench, folder, "first", address)
        try:
            people = fill_commune(writer.register)
            bulk = _sent(sync_once(writer.register).exchanges, "/v1/push")
            packed = zstandard.compress(plain_records(writer.register))
            edits = _edits(writer.register, people)
            visit = _one_visit(writer.register, people[0])
            poll = float(sum(sync_once(writer.register).spoken))
            on_the_wire = _on_the_wire(writer.register, people[0], int(address.rpartition(":")[2]))
            begun = begin_desks(bench, folder, address, packed)
        finally:
            writer.register.close()
    return _Commune((bulk, float(len(packed))), edits, visit, poll, on_the_wire, begun)


def fill_commune(register: Register) -> list[RecordId]:
    """The commune; the ids of its people."""
    scope, people = Scope(register.identity.scope), people_of(CHILDREN)
    while batch := [(child, VISITS) for child in islice(people, _BATCH)]:
        register.write(partial(enter_batch, scope=scope, batch=batch)).result()
    rows = register.write(lambda tx: tx.connection.execute("SELECT id FROM person ORDER BY id").fetchall()).result()[0]
    return [RecordId(row[0]) for row in rows]


def plain_records(register: Register) -> bytes:
    """Every record as a JSON line of its kind, id and fields."""
    records: dict[tuple[str, str], dict[str, Any]] = {}
    for change in _changes(register, 0):
        own = records.setdefault((change.kind, change.record), {"kind": change.kind, "id": change.record})
        own.update(change.set)
    return b"\n".join(map(msgspec.json.encode, records.values()))


def _changes(register: Register, after: int) -> list[Change]:
    """The desk's own."""
    own = "SELECT raw FROM change WHERE desk=? AND n>? ORDER BY n"
    asked = (register.identity.desk, after)
    rows = register.write(lambda tx: tx.connection.execute(own, asked).fetchall()).result()[0]
    return [msgspec.json.decode(raw, type=Change) for (raw,) in rows]


def _edits(register: Register, people: Sequence[RecordId]) -> tuple[float, float]:
    """Bytes up of so many edits of one field each, and those of (id, field) lines in one stream."""
    floor = zstandard.compress(edit_people(register, people))
    return _sent(sync_once(register).exchanges, "/v1/push"), float(len(floor))


def edit_people(register: Register, people: Sequence[RecordId]) -> bytes:
    """Correct so many fields; an (id, field) line of each."""
    last = _changes(register, 0)[-1].n
    for number in range(EDITS):
        register.write(partial(_edit, person=people[number % len(people)], number=number)).result()
    lines = [msgspec.json.encode({"id": one.record, **one.set}) for one in _changes(register, last)]
    if len(lines) != EDITS:
        raise CannotMeasure(f"{len(lines)} edits of {EDITS} were written")
    return b"\n".join(lines)


def _edit(tx: Tx, *, person: RecordId, number: int) -> None:
    record = tx.existing(Person, person)
    tx.save(msgspec.structs.replace(record, phone=f"09{number * 7_919 % 100_000_000:08}"))


def _one_visit(register: Register, person: RecordId) -> float:
    """Bytes of HTTP of the exchange that carries a visit, both ways."""
    _record_visit(register, person)
    once = sync_once(register)
    return float(
        sum(spoken for (path, *_), spoken in zip(once.exchanges, once.spoken, strict=True) if path == "/v1/push")
    )


def _on_the_wire(register: Register, person: RecordId, port: int) -> tuple[float, float]:
    """What TCP carries both ways for a sync that brings a visit, and for one that brings nothing: TLS, HTTP, bodies."""
    line, carried = Line(_WIDE, 0.0), list[int]()
    with line_to(port, line) as near:
        desk = DeskLine(register, port=near)
        for is_visit in (False, True, False):
            if is_visit:
                _record_visit(register, person)
            before = line.carried
            desk.sync()
            carried.append(line.carried - before)
    return float(carried[1]), float(carried[2])


def _record_visit(register: Register, person: RecordId) -> None:
    visit = HomeVisit(
        id=new_record_id(),
        scope=Scope(register.identity.scope),
        person=person,
        visited_on="2026-11-20",
        risk_level="medium",
        observations="Cháu khoẻ, đi học đều. Mẹ đã có việc làm ở chợ, buổi chiều bà ngoại trông em.",
        next_visit_on="2026-12-04",
    )
    register.write(lambda tx: tx.save(visit)).result()


def _sent(exchanges: Exchanges, path: str) -> float:
    return float(sum(up for where, up, _ in exchanges if where == path))
