"""A province with one place that is asked about, and desks of other places that ask: all stands there as it stood."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import strategies as st
from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.records.kinds import KINDS
from sync import framing, protocol
from sync.carried_wire import ROUTE, split_reply
from sync.change import Verb
from sync.checksums import range_of
from sync.server.edge.enrolment import make_code
from sync.server.edge.limits import Limits
from sync.server.engine import tables
from tests.sync.actors.any_requests import Draft, Pool
from tests.sync.actors.named_files import make_file, name_it, put
from tests.sync.actors.province_rows import OF_A_DESK, Row, Rows, rows_of, written
from tests.sync.actors.questions import BELLS, OPEN, SIGNED, told
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, Reply, ServerDesk, World, province_in

NAME = "Đặng Thị Dấu"
"""In every record of the place that is asked about, and nowhere else."""
ASKERS: dict[str, dict[str, Role]] = {
    "officer": {COMMUNE: Role.COMMUNE_OFFICER},
    "chair": {COMMUNE: Role.CHAIR},
    "house": {SHELTER: Role.SHELTER_HEAD},
}
UNSIGNED, FORGED = "unsigned", "forged"
CALLERS = st.sampled_from([*ASKERS, *ASKERS, UNSIGNED, FORGED])
_NOT_FIXED = ("scope", "enrol_code")
"""Where the place's own rows may change: its feed grows by a child who comes there, a code counts who tries it."""
_OF_A_FILE = ("blob", "blob_piece")
_OF_A_SCOPE = ("snapshot", "scope_key")
_OF_THE_PROVINCE = ("meta", "root", "erasure")
"""What no desk writes by asking."""


@dataclass
class Place:
    """What lies in a place: ids and marks."""

    records: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)

    @property
    def ids(self) -> set[str]:
        return self.records | self.changes | self.files


class TwoPlaces:
    """`asked` is the place that is asked about; every other desk is a stranger there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.owner = world.desk({OTHER: Role.COMMUNE_OFFICER})
        self.asked = _filled(self.owner, OTHER, 8)
        self._named: dict[str, set[str]] = {}
        """By place of the askers, the ids of the other place that they ever named there: they hear them again."""
        self.askers = {name: world.desk(grants) for name, grants in ASKERS.items()}
        own = [_filled(self.askers["officer"], COMMUNE, 3), _filled(self.askers["house"], SHELTER, 2)]
        self.code = world.write(
            lambda connection: make_code(
                connection, world.province, {OTHER: Role.COMMUNE_OFFICER}, label="test", hours=48
            )
        )
        self.tokens = [self._snapshot(self.owner, OTHER), self._snapshot(self.askers["officer"], COMMUNE)]
        self.before = self._of_the_asked(rows_of(world))
        self.pool = self._pool(own)

    def _snapshot(self, desk: ServerDesk, scope: str) -> str:
        reply = desk.post("/v1/snapshot", SIGNED["/v1/snapshot"](self.world, desk, scope))
        return str(msgspec.json.decode(reply.body)["token"])

    def _pool(self, own: list[Place]) -> Pool:
        places = [self.asked, *own]
        records = sorted(one for place in places for one in place.records)
        changes = sorted(one for place in places for one in place.changes)
        files = sorted(one for place in places for one in place.files)
        desks = [self.owner.id, protocol.PROVINCE_DESK, *(desk.id for desk in self.askers.values())]
        locators = [row.locator for row in self.world.rows(select(tables.enrol_code.c.locator))]
        keys = [row.key for row in self.world.rows(select(tables.scope_key.c.key))]
        scopes, kinds = [OTHER, OTHER, COMMUNE, COMMUNE, SHELTER], sorted(KINDS)
        names = sorted({name for kind in KINDS.values() for name in kind.fields})
        named: dict[str, list[Any]] = {
            **dict.fromkeys(("scope", "s", "to", "cursors of", "scopes"), scopes),
            **dict.fromkeys(("r", "record"), records),
            **dict.fromkeys(("id", "change", "base", "resolves", "tx"), changes),
            **dict.fromkeys(("d", "desk"), desks),
            **dict.fromkeys(("set of", "base of", "seal of", "resolves of", "fields"), names),
            "set": [*records, "2026-11-27", 1, 0],
            "epoch": [self.world.epoch],
            "file": files,
            "t": [*["person"] * len(kinds), *kinds],
            "fields of": kinds,
            "k": [*[Verb.SET.value] * 4, *(verb.value for verb in Verb)],
            "key": keys,
            **{f"{use}_public": [protocol.b64(self.owner.key.public)] for use in ("sign", "box", "doorbell")},
            "locator": [protocol.b64(bytes.fromhex(one)) for one in locators],
            "ranges": sorted({range_of(one) for one in self.asked.records}),
            "cursors": [0, 0, 1],
            "dc": [0, 1, 2, 3],
            "sv": [1, 2, 3],
            "offset": [0],
        }
        return Pool(named, [*records, *changes, *files, *desks, *scopes, *kinds, *keys, *self.tokens, self.world.epoch])

    def ask(self, caller: str, path: str, draft: Draft) -> tuple[bytes, Reply]:
        """Send it as this caller; all that was said in it, and the answer."""
        name = caller if caller in self.askers else "officer"
        desk = self.askers[name]
        before = desk.n, desk.head
        body = draft.written(desk)
        reply = self._sent(caller, desk, path, body)
        if reply.status != 200 or (path == ROUTE and not split_reply(reply.body)[0].taken):
            desk.n, desk.head = before
        if reply.status == 409 and reply.code == "fork":
            self.askers[name] = self.world.desk(ASKERS[name])
        said = body + repr(draft).encode()
        for scope in ASKERS[name]:
            self._named.setdefault(scope, set()).update(one for one in self.asked.ids if one.encode() in said)
        named = {one for scope in ASKERS[name] for one in self._named[scope]}
        return said + " ".join(sorted(named)).encode(), reply

    def _sent(self, caller: str, desk: ServerDesk, path: str, body: bytes) -> Reply:
        if caller == UNSIGNED or path in OPEN:
            return self.world.call(path, framing.deflate(body))
        if caller == FORGED:
            return desk.post(path, body, keyid=self.owner.id)
        if path in BELLS:
            return desk.post(path, body, key=desk.bell, keyid=f"{desk.id}{protocol.BELL_SUFFIX}")
        return desk.post(path, body)

    def told_of_the_asked(self, said: bytes, reply: Reply) -> list[str]:
        """What the answer tells of the place, but for ids that its sender's own place named."""
        answer = _read(reply) + "".join(reply.headers.values()).encode()
        ids = [one for one in sorted(self.asked.ids) if one.encode() in answer and one.encode() not in said]
        return [*ids, *([NAME] if NAME.encode() in answer else [])]

    def _of_the_asked(self, rows: Rows) -> Rows:
        return {
            name: frozenset(row for row in some if self._is_of_the_asked(name, dict(row)))
            for name, some in rows.items()
            if name not in _NOT_FIXED
        }

    def _is_of_the_asked(self, table: str, row: Row) -> bool:
        """Whether it is a row of that place's records, changes, files or desk; a mere word of them is not."""
        if table in OF_A_DESK:
            return bool(row[OF_A_DESK[table]] == self.owner.id)
        if table in _OF_A_FILE:
            return row["scope"] == OTHER and row["sha256"] in self.asked.files
        if table in _OF_A_SCOPE:
            return bool(row["scope"] == OTHER)
        mine = {row.get(name) for name in ("id", "record", "change")}
        return table in _OF_THE_PROVINCE or not mine.isdisjoint(self.asked.ids)

    def changed_of_the_asked(self) -> list[str]:
        """Tables in which a row of that place is new, changed or gone since the beginning."""
        return sorted({name for name, _ in written(self.before, self._of_the_asked(rows_of(self.world)))})


def _read(reply: Reply) -> bytes:
    """What an answer says: packed where its type says so, else as it is."""
    return told(reply) if reply.headers.get("content-type") == framing.CONTENT_TYPE else reply.raw


def _filled(desk: ServerDesk, scope: str, people: int) -> Place:
    """With people, a conflict about the last of them, and a commune's file."""
    place = Place()
    name = NAME if scope == OTHER else "Lò Văn Thử"
    for _ in range(people):
        record = uuid7()
        seen = {"full_name": desk.send("person", record, {"full_name": name}, scope=scope)}
        place.records.add(record)
    if scope != SHELTER:
        file = make_file(1000, seed=people)
        place.records.add(name_it(desk, file, more={"scope": scope}))
        place.files.add(file.digest)
        assert put(desk, file, 0, scope=scope).status == 200
    twice = [desk.send("person", record, {"full_name": name + one}, scope=scope, base=seen) for one in "ab"]
    place.changes |= {*twice, *(row.id for row in desk.world.open_conflicts() if row.record == record)}
    written_by = select(tables.change.c.id).where(tables.change.c.desk == desk.id)
    place.changes |= {row.id for row in desk.world.rows(written_by)}
    return place


@contextmanager
def two_places_in(folder: Path, **guards: Any) -> Iterator[TwoPlaces]:
    """No rate of calls is in the way: each finds a minute gone by."""
    minutes = itertools.count()
    with province_in(folder, limits=Limits(clock=lambda: 60.0 * next(minutes)), **guards) as world:
        yield TwoPlaces(world)
