"""The same pushes on both engines: the same feeds with the same hashes, the same records, conflicts and quarantine.

The second store is the first one moved, so that both know the same desks and keys; then each is sent the same bytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commune_desk.domain.access import Role
from commune_desk.domain.ids import uuid7
from commune_desk.domain.kinds import KINDS
from sync import protocol
from sync.change import RELOCATING, Line, write
from sync.server import moving, tables
from sync.server.admission import Admission
from sync.server.database import WHOLE_PROVINCE
from sync.server.desks import find
from sync.server.merging import Batch
from sync.server.province import Province, open_province
from sync.server.push import take_in
from tests.helpers.postgres_cluster import PostgresCluster
from tests.sync.server_fixtures import COMMUNE, OTHER, SHELTER, ServerDesk, World, command, province_in

DESKS = (COMMUNE, COMMUNE, OTHER, SHELTER)
RECORDS = 3
VALUES: dict[str, tuple[str, int, st.SearchStrategy[Any]]] = {
    "phone": ("person", 1, st.sampled_from(["0912000001", "0912000002", None])),
    "occupation": ("person", 1, st.sampled_from(["làm ruộng", "đi biển"])),
    "disability_types": ("child_file", 1, st.sampled_from([["+dt1"], ["-dt1", "+dt2"], ["-dt2"]])),
    "risk_level": ("child_file", 0, st.sampled_from(["low", "medium", "high"])),
    "is_caregiver": ("relation", 1, st.booleans()),
    "class_year": ("household", 1, st.integers(2020, 2026)),
    "observations": ("home_visit", 1, st.sampled_from(["một", "hai"])),
    "wrong": ("person", 1, st.just("no such field")),
    "move": ("person", 0, st.sampled_from([COMMUNE, OTHER])),
    "share": ("person", 0, st.sampled_from([SHELTER, OTHER])),
    "unshare": ("person", 0, st.sampled_from([SHELTER, OTHER])),
}
"""Every merge rule, a whole number, a truth value, a kind that is written once, what is set aside, and moves: what is
written where a person has been is late."""


@dataclass(frozen=True)
class Step:
    """What a desk writes: which field of which record, having seen how many-th change of the script."""

    desk: int
    record: int
    field: str
    value: Any
    saw: int | None
    waits: int
    elsewhere: bool
    signed: bool = True


@st.composite
def steps(draw: st.DrawFn) -> Step:
    name = draw(st.sampled_from(sorted(VALUES)))
    return Step(
        desk=draw(st.integers(0, len(DESKS) - 1)),
        record=draw(st.integers(0, RECORDS - 1)),
        field=name,
        value=draw(VALUES[name][2]),
        saw=draw(st.none() | st.integers(0, 20)),
        waits=draw(st.sampled_from([0, 0, 1, 1500])),
        elsewhere=draw(st.sampled_from([False, False, False, True])),
        signed=draw(st.booleans()),
    )


@dataclass
class Pair:
    """A province on the embedded engine and the same on PostgreSQL."""

    world: World
    other: Province
    desks: list[ServerDesk] = field(default_factory=list)

    def play(self, script: Sequence[Step]) -> None:
        """One push for each run of steps of one desk; both provinces are sent the same."""
        records = {(kind, n): uuid7() for kind, _data, _values in VALUES.values() for n in range(RECORDS)}
        records["household", 0] = records["person", 0]  # an id that is another kind's already
        written: list[Line] = []
        for number, run in groupby(script, lambda step: step.desk):
            lines = []
            for step in run:
                lines.append(self._line(step, records, written))
                written.append(lines[-1])
            self._send(self.desks[number], lines)

    def _line(self, step: Step, records: dict[tuple[str, int], str], written: list[Line]) -> Line:
        kind, data, _values = VALUES[step.field]
        self.world.clock.move(milliseconds=step.waits)
        own = DESKS[step.desk]
        more: dict[str, Any] = {"data": data, "scope": own}
        if step.elsewhere:
            more["scope"] = OTHER if own == COMMUNE else COMMUNE
        if step.field in RELOCATING:
            more |= {"verb": step.field, "to": step.value}
        else:
            seen = [line.change for line in written if step.field in line.change.fields]
            base = seen[step.saw % len(seen)].id if seen and step.saw is not None else None
            more["base"] = {step.field: base}
        record = records[kind, step.record]
        line = self.desks[step.desk].change(kind, record, _values_of(step, kind, records), **more)
        return line if step.signed else write(line.change)

    def _send(self, desk: ServerDesk, lines: list[Line]) -> None:
        body = desk.body(lines)
        receipts = [_pushed(province, desk.id, body) for province in (self.world.province, self.other)]
        assert receipts[0] == receipts[1]

    def differ_in(self) -> list[str]:
        found = tables.metadata.sorted_tables
        places = self.world.province.database, self.other.database
        return [t.name for t in found if t.name not in ("audit", "meta") and len({_hash(p, t) for p in places}) > 1]


def _values_of(step: Step, kind: str, records: dict[tuple[str, int], str]) -> dict[str, Any]:
    """The field, and for what belongs to a person whom it belongs to."""
    if step.field in RELOCATING:
        return {}
    belongs_to = KINDS[kind].belongs_to
    owner = {belongs_to: records["person", step.record]} if belongs_to and step.saw is None else {}
    return {step.field: step.value, **owner}


def _hash(database: Any, table: Any) -> bytes:
    return moving._digest(database, table)


def _pushed(province: Province, desk: str, body: bytes) -> protocol.Receipt:
    caller = province.database.read(lambda connection: find(connection, desk), WHOLE_PROVINCE)
    assert caller is not None
    return take_in(province, caller, body, Admission())


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, postgres_cluster: PostgresCluster) -> Iterator[Pair]:
    folder, target = tmp_path_factory.mktemp("old"), postgres_cluster.empty()
    with province_in(folder) as world:
        roles = {SHELTER: Role.SHELTER_WORKER}
        desks = [world.desk({scope: roles.get(scope, Role.COMMUNE_OFFICER)}) for scope in DESKS]
        moved = command(folder, "migrate-store", "--to", target.url, "--new-data", str(folder / "new" / "data"))
        assert moved.returncode == 0, moved.stderr
        shutil.copyfile(folder / "key.json", folder / "new" / "key.json")
        other = open_province(folder / "new" / "data", folder / "new" / "key.json", clock=world.clock)
        yield Pair(world, other, desks)
        other.close()
    postgres_cluster.drop(target)


@settings(max_examples=15)
@given(script=st.lists(steps(), min_size=5, max_size=25))
def test_both_engines_come_to_the_same(pair: Pair, script: list[Step]) -> None:
    pair.play(script)
    assert pair.differ_in() == []


def test_a_merge_that_went_otherwise_would_be_seen(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin, and last: from here on the second province goes its own way."""
    step = Step(desk=0, record=0, field="phone", value="0912000001", saw=None, waits=0, elsewhere=False)
    honest, forgets = Batch.flush, []

    def forget(self: Batch, *values: Any, **named: Any) -> None:
        forgets.append(1)
        if len(forgets) == 2:
            for record in self.records._records.values():
                record.values["phone"] = None
        honest(self, *values, **named)

    monkeypatch.setattr(Batch, "flush", forget)
    pair.play([step])
    assert pair.differ_in() == ["record_person"]
