"""The same script on both engines: the same feeds with the same hashes, records, conflicts, quarantine and files, and
every desk is told the same.

The second store is the first one moved, so that both know the same desks and keys; then each is sent the same bytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.words.errors import Refusal
from sync import protocol, seal
from sync.change import JOINED_TO, RELOCATING, Change, Line, Verb, write
from sync.checksums import RangesRequest
from sync.file_wire import FileGet, FilePut, with_bytes
from sync.server.answers.files import Files
from sync.server.answers.pull import page
from sync.server.answers.sums import Sums
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import own_changes
from sync.server.identity.desks import DeskState, find
from sync.server.identity.province import Province, open_province
from sync.server.intake.admission import Admission
from sync.server.intake.merging import Batch
from sync.server.intake.push import take_in
from sync.server.intake.standing import standing_lines
from sync.server.lifecycle import erasing, moving
from sync.server.lifecycle.erasing import Ordered
from sync.server.problems import Refused
from tests.helpers.examples import examples
from tests.helpers.postgres_cluster import PostgresCluster
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, ServerDesk, World, command, province_in
from tests.sync.moves.test_server_moves import key_of

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
    "sha256": ("attachment", 1, st.sampled_from([1, 700, 1500])),
    "place": ("report", 1, st.sampled_from(["Khe Lạc", "Bản Cáu"])),
    "description": ("report", 2, st.sampled_from(["Bị đánh", "Bỏ học"])),
    "reseal": ("report", 2, st.sampled_from([COMMUNE, OTHER])),
    "alias": ("person", 0, st.integers(0, RECORDS - 1)),
    "erase": ("person", 0, st.just("QĐ 12/2026")),
}
"""Every merge rule, a whole number, a truth value, a kind that is written once, what is set aside, and moves: what is
written where a person has been is late. Of a file the value is how many bytes it has, of an `alias` the number of the
record that is kept, of an erasure, which the province orders itself, its ground."""
NAMED = {"alias": JOINED_TO, "reseal": "description"}
"""The field that a verb of its own writes."""
TOLD: dict[str, set[Verb]] = {
    **{name: {Verb(name)} for name in VALUES if name in set(Verb)},
    "phone": {Verb.SET, Verb.RESOLVE},
}
DECIDED = "phone"
"""The field whose conflicts desks decide."""
PIECE = 600
"""Bytes of a file that go up at a time."""


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
    decides: bool = False
    """Whether it decides all that is open on that field of the record, where there is anything."""


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
        decides=draw(st.booleans()),
    )


@dataclass
class Pair:
    """A province on the embedded engine and the same on PostgreSQL."""

    world: World
    other: Province
    desks: list[ServerDesk] = field(default_factory=list)
    keys: dict[str, protocol.ScopeKey] = field(default_factory=dict)

    def play(self, script: Sequence[Step]) -> None:
        """One push for each run of steps of one desk; both provinces are sent the same."""
        records = {(kind, n): uuid7() for kind, _data, _values in VALUES.values() for n in range(RECORDS)}
        records["household", 0] = records["person", 0]  # an id that is another kind's already
        written: list[Line] = []
        for (number, is_ordered), run in groupby(script, lambda step: (step.desk, step.field == "erase")):
            if is_ordered:
                for step in run:
                    self._erase(records["person", step.record], step.value)
                continue
            lines = []
            for step in run:
                lines.append(self._line(step, records, written))
                written.append(lines[-1])
            self._send(self.desks[number], lines)
            self._carry(self.desks[number], lines)

    def _line(self, step: Step, records: dict[tuple[str, int], str], written: list[Line]) -> Line:
        kind, data, _values = VALUES[step.field]
        self.world.clock.pass_by(milliseconds=step.waits)
        own = DESKS[step.desk]
        more: dict[str, Any] = {"data": data, "scope": own}
        if step.elsewhere:
            more["scope"] = OTHER if own == COMMUNE else COMMUNE
        record = records[kind, step.record]
        if step.field in RELOCATING:
            more |= {"verb": step.field, "to": step.value}
        else:
            named = NAMED.get(step.field, step.field)
            seen = [line.change for line in written if named in line.change.fields]
            base = seen[step.saw % len(seen)].id if seen and step.saw is not None else None
            more["base"] = {named: base}
            more |= self._decision(step, record)
        values = _values_of(step, kind, records)
        if data == 2:
            values, said = self._sealed(step, record, str(more["scope"]))
            more |= said
        if step.field == "alias":
            more |= {"verb": "alias", "schema": 4, "base": {}}
        line = self.desks[step.desk].change(kind, record, values, **more)
        return line if step.signed else write(line.change)

    def _sealed(self, step: Step, record: str, scope: str) -> tuple[dict[str, str], dict[str, Any]]:
        """A sealed value, to the key of the scope or, sealed again, to that of the commune in `to`."""
        again = step.field == "reseal"
        to = step.value if again else scope
        text = "Bị đánh" if again else step.value
        key, name = self.keys[to], NAMED["reseal"]
        value = seal.seal_value(protocol.unb64(key.public), text, scope=to, record=record, field=name)
        return {name: value}, {"key": key.key} | ({"verb": "reseal", "to": to} if again else {})

    def _erase(self, person: str, ground: str) -> None:
        self._alike(lambda province: _erased(province, person, Ordered("Sở Y tế", ground)))

    def _alike(self, work: Callable[[Province], object]) -> None:
        """Both provinces do it, and give what they write themselves the same ids."""
        ids, done = [uuid7() for _ in range(40)], []
        for province in (self.world.province, self.other):
            with pytest.MonkeyPatch.context() as same:
                given = iter(ids)
                for module in (erasing, own_changes):
                    same.setattr(module, "uuid7", lambda given=given: next(given))
                done.append(work(province))
        assert done[0] == done[1]

    def _decision(self, step: Step, record: str) -> dict[str, Any]:
        if step.field != DECIDED or not step.decides:
            return {}
        table = tables.conflict
        mine = table.c.record == record, table.c.field == DECIDED, table.c.closed_by.is_(None)
        open_ones = [row.id for row in self.world.rows(select(table).where(*mine).order_by(table.c.id))]
        return {"verb": "resolve", "resolves": {DECIDED: open_ones}} if open_ones else {}

    def _carry(self, desk: ServerDesk, lines: Sequence[Line]) -> None:
        """The files that these changes name, piece by piece, each sent twice; asked for again by who sent them."""
        for change in (line.change for line in lines if line.change.kind == "attachment"):
            content = _content(change.record, int(str(change.set["size"])))
            named = {"scope": change.scope, "file": str(change.set["sha256"])}
            for offset in [offset for offset in range(0, len(content), PIECE) for _twice in range(2)]:
                piece = with_bytes(FilePut(offset=offset, **named), content[offset : offset + PIECE])
                self._same(desk, lambda province, caller, body=piece: Files().put(province, caller, body))  # type: ignore[misc]
            asked = protocol.encode(FileGet(offset=0, max_bytes=len(content), **named))
            self._same(desk, lambda province, caller, body=asked: Files().get(province, caller, body))  # type: ignore[misc]

    def _same(self, desk: ServerDesk, ask: Callable[[Province, DeskState], object]) -> None:
        self._alike(lambda province: _answered(province, desk.id, ask))

    def heads(self) -> dict[str, int]:
        """Where the feeds end."""
        return {row.id: row.head for row in self.world.rows(select(tables.scope))}

    def told(self, desk: ServerDesk, scope: str, after: int) -> list[object]:
        """What each province tells the desk of its scope's feed from there on, and of what stands in it."""
        known = {name: list(kind.fields) for name, kind in KINDS.items()}
        pull = protocol.PullRequest(epoch=self.world.epoch, cursors={scope: after})
        sums = RangesRequest(epoch=self.world.epoch, scope=scope, fields=known, parts=True)

        def ask(province: Province, caller: DeskState) -> object:
            return page(province, caller, pull), Sums().answer(province, caller, sums)

        return [_answered(province, desk.id, ask) for province in (self.world.province, self.other)]

    def _send(self, desk: ServerDesk, lines: list[Line]) -> None:
        body = desk.body(lines)
        self._same(desk, lambda province, caller: take_in(province, caller, body, Admission()))

    def verbs(self, before: set[str]) -> set[Verb]:
        """Of the changes that the feeds tell since, but of those that were emptied."""
        feed, change = tables.feed, tables.change
        rows = self.world.rows(select(change.c.id, change.c.raw).join(feed, feed.c.change == change.c.id))
        return {Verb(msgspec.json.decode(raw, type=Change).verb) for one, raw in rows if raw and one not in before}

    def differ_in(self) -> list[str]:
        found = tables.metadata.sorted_tables
        places = self.world.province.database, self.other.database
        return [t.name for t in found if t.name not in ("audit", "meta") and len({_hash(p, t) for p in places}) > 1]


def _erased(province: Province, person: str, ordered: Ordered) -> object:

    def work(connection: Connection) -> object:
        kind, record = erasing.found(connection, person)
        act, emptied = erasing.erase(connection, province, kind, record, ordered)
        return act, replace(emptied, snapshots=[])

    try:
        return province.database.write(work, WHOLE_PROVINCE)
    except Refusal as refused:
        return type(refused)


def _values_of(step: Step, kind: str, records: dict[tuple[str, int], str]) -> dict[str, Any]:
    """The field, and for what belongs to a person whom it belongs to."""
    if step.field in RELOCATING:
        return {}
    if step.field == "alias":
        return {JOINED_TO: records["person", step.value]}
    if step.field == "sha256":
        digest = seal.sha256(_content(records[kind, step.record], step.value)).hex()
        facts = {"document": "minutes", "media_type": "application/pdf", "size": step.value, "sha256": digest}
        return {"person": records["person", step.record], **facts}
    belongs_to = KINDS[kind].belongs_to
    owner = {belongs_to: records["person", step.record]} if belongs_to and step.saw is None else {}
    return {step.field: step.value, **owner}


def _hash(database: Any, table: Any) -> bytes:
    return moving._digest(database, table)


def _content(record: str, size: int) -> bytes:
    return (record.encode() * 50)[:size]


def _answered(province: Province, desk: str, ask: Callable[[Province, DeskState], object]) -> object:
    """What the province answers the desk, or the code of its refusal."""
    caller = province.database.read(lambda connection: find(connection, desk), WHOLE_PROVINCE)
    assert caller is not None
    try:
        return ask(province, caller)
    except Refused as refused:
        return refused.code


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, postgres_cluster: PostgresCluster) -> Iterator[Pair]:
    folder, target = tmp_path_factory.mktemp("old"), postgres_cluster.empty()
    with province_in(folder) as world:
        roles = {SHELTER: Role.SHELTER_WORKER}
        keys = {scope: key_of(world, scope) for scope in {*DESKS}}
        desks = [world.desk({scope: roles.get(scope, Role.COMMUNE_OFFICER)}) for scope in DESKS]
        moved = command(folder, "migrate-store", "--to", target.url, "--new-data", str(folder / "new" / "data"))
        assert moved.returncode == 0, moved.stderr
        shutil.copyfile(folder / "key.json", folder / "new" / "key.json")
        other = open_province(folder / "new" / "data", folder / "new" / "key.json", clock=world.clock)
        yield Pair(world, other, desks, keys)
        other.close()
    postgres_cluster.drop(target)


@settings(max_examples=examples(15))
@given(script=st.lists(steps(), min_size=5, max_size=25))
def test_both_engines_come_to_the_same(pair: Pair, script: list[Step]) -> None:
    before = pair.heads()
    pair.play(script)
    assert pair.differ_in() == []
    for desk, scope in zip(pair.desks, DESKS, strict=True):
        of_one, of_other = pair.told(desk, scope, before.get(scope, 0))
        assert of_one == of_other


def test_a_script_has_decisions_moves_and_files_on_both_engines(pair: Pair) -> None:
    """What chance may leave out: a conflict decided, a child that moves with its file, a late edit."""
    plain: dict[str, Any] = {"record": 0, "waits": 1, "elsewhere": False}
    phone, place = {**plain, "field": "phone"}, {**plain, "field": "move", "value": OTHER, "saw": None}
    script = [
        Step(desk=0, value="0912000001", saw=None, **phone),
        Step(desk=0, field="sha256", value=1500, saw=None, **plain),
        Step(desk=0, value="0912000002", saw=0, **phone),
        Step(desk=1, value=None, saw=0, **phone),
        Step(desk=0, value="0912000001", saw=1, decides=True, **phone),
        Step(desk=0, **place),
        Step(desk=1, value="0912000002", saw=0, **phone),
    ]
    before = {name: pair.world.count(name) for name in ("conflict", "departure", "blob_piece")}
    pair.play(script)
    assert pair.differ_in() == []
    grown = {name: pair.world.count(name) - count for name, count in before.items()}
    assert (grown["conflict"], grown["departure"], grown["blob_piece"]) == (2, 2, 3)
    closed = select(tables.conflict).where(tables.conflict.c.closed_by.is_not(None))
    assert len(pair.world.rows(closed)) > 0


def test_a_script_has_every_verb_on_both_engines(pair: Pair) -> None:
    """Each of them told in the feeds, and so alike on both: a child shared, moved, joined, sealed again and erased."""
    assert set().union(*TOLD.values()) == set(Verb)
    before = {row.change for row in pair.world.rows(select(tables.feed.c.change))}
    pair.play(_every_verb())
    assert pair.differ_in() == []
    assert pair.verbs(before) == set(Verb), "what chance cannot leave out"


def _every_verb() -> list[Step]:
    plain: dict[str, Any] = {"desk": 0, "saw": None, "waits": 1, "elsewhere": False}
    of_first, of_second, of_third = ({**plain, "record": number} for number in range(3))
    return [
        *(Step(field="risk_level", value="low", **of) for of in (of_first, of_second, of_third)),
        Step(field="occupation", value="đi biển", **of_third),
        Step(field="erase", value="QĐ 12/2026", **of_third),
        Step(field="phone", value="0912000001", **of_first),
        Step(field="phone", value="0912000002", **{**of_first, "desk": 1}),
        Step(field="phone", value="0912000001", decides=True, **of_first),
        Step(field="occupation", value="đi biển", **of_second),
        Step(field="alias", value=0, **of_second),
        Step(field="place", value="Khe Lạc", **of_first),
        Step(field="description", value="Bị đánh", **of_first),
        Step(field="share", value=SHELTER, **of_first),
        Step(field="unshare", value=SHELTER, **of_first),
        Step(field="move", value=OTHER, **of_first),
        Step(field="reseal", value=OTHER, **{**of_first, "saw": 0}),
    ]


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


def test_a_feed_that_lacks_a_line_would_be_seen(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin of the feeds' hashes: at the second province the last of what came along with a child is left out."""
    honest, entered = standing_lines, []

    def forget(connection: Any, records: Any) -> Any:
        entered.append(1)
        found = list(honest(connection, records))
        return found[:-1] if len(entered) == 2 else found

    monkeypatch.setattr("sync.server.intake.relocating.standing_lines", forget)
    common: dict[str, Any] = {"desk": 0, "record": 1, "saw": None, "waits": 0, "elsewhere": False}
    pair.play([Step(field="occupation", value="đi biển", **common), Step(field="move", value=OTHER, **common)])
    assert {"feed", "scope"} <= set(pair.differ_in())
    of_one, of_other = pair.told(pair.desks[2], OTHER, 0)
    assert of_one != of_other
