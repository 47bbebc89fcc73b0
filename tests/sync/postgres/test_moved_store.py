"""A province moves to the other engine by its log alone, and goes on there; a log with a hole moves nowhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select, text

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.words.errors import DeskError
from sync import protocol, purge_wire, seal
from sync.change import next_head
from sync.server.edge import courier, parking
from sync.server.engine import tables
from sync.server.engine.address import PostgresAddress
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import begin_epoch, open_province
from sync.server.identity.stores import postgres
from sync.server.lifecycle import moving
from tests.helpers.postgres_cluster import PostgresCluster
from tests.helpers.store_engine import EMBEDDED, StoreEngine, engine
from tests.sync.actors.named_files import make_file, name_it, put_all
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, Done, ServerDesk, World, command, province_in
from tests.sync.moves.test_server_moves import Child, relocation
from tests.sync.wire.test_signed_heads import unsigned

NOISE = b"not a change at all"
HEALTH = purge_wire.Health(program_version="2.0", waiting=3, oldest_waiting_at="2026-11-20T00:00:00Z")
STATED = ("changes", "records", "open_conflicts", "quarantine", "desks")


class Move:
    """A filled province, and where it may move to: from each engine to the other."""

    def __init__(self, world: World, folder: Path, target: PostgresAddress | None) -> None:
        self.world, self.folder, self.target = world, folder, target
        self.desk = _fill(world)

    @property
    def new(self) -> Path:
        return self.folder / "new"

    def go(self) -> Done:
        to = ["--to", self.target.url, "--owner", self.target.owner] if self.target else []
        return command(self.folder, "migrate-store", "--new-data", str(self.new / "data"), *to)

    def alter(self, *statements: str) -> None:
        """Touch the old store from outside, as a broken disk or an administrator would."""
        for statement in statements:
            self.world.write(lambda connection, statement=statement: connection.execute(text(statement)))  # type: ignore[misc]

    def nothing_usable_is_left(self) -> bool:
        if self.target is not None:
            database = postgres(self.target)
            facts = database.read(lambda c: c.execute(tables.meta.select()).all(), WHOLE_PROVINCE)
            database.close()
            assert facts == []
        return not (self.new / "data").exists()


@pytest.fixture
def move(tmp_path: Path, store_engine: StoreEngine, postgres_cluster: PostgresCluster) -> Iterator[Move]:
    target = postgres_cluster.empty() if store_engine.name == EMBEDDED else None
    with province_in(tmp_path) as world:
        yield Move(world, tmp_path, target)
    if target is not None:
        postgres_cluster.drop(target)


def _fill(world: World) -> ServerDesk:
    """Conflicts, trivia, SETs, a clock far ahead, two places, and what was set aside; one of the desks."""
    a, b, far = world.desk(), world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
    person, file = uuid7(), uuid7()
    first = a.send("person", person, {"full_name": "Đặng Thị Hoà", "phone": "0912000000"})
    a.send("child_file", file, {"risk_level": "low"}, data=0)
    for desk, phone in ((a, "0912000001"), (b, "0912000002"), (b, "0912000001")):
        world.clock.pass_by(seconds=1, milliseconds=7)
        desk.send("person", person, {"phone": phone}, base={"phone": first})
        desk.send("child_file", file, {"disability_types": [f"+{phone[-1]}"]})
    b.send("child_file", file, {"risk_level": "high"}, data=0)
    ahead = [a.change("person", person, {"occupation": f"{n}"}, stamp=(1 << 53) - 1) for n in range(3)]
    a.results(*ahead, a.change("robot", uuid7(), {"full_name": "x"}))
    a.n, a.head = a.n + 1, next_head(a.head, seal.sha256(NOISE))
    a.results(b"AAAA " + NOISE)
    far.results(*(far.change("person", uuid7(), {"full_name": f"Lò Văn {n}"}, scope=OTHER) for n in range(20)))
    assert far.results(far.change("person", person, {"full_name": "z"}, scope=OTHER)) == [("quarantined", "moved")]
    _move_about(a, far)
    return a


def _move_about(a: ServerDesk, far: ServerDesk) -> None:
    """A child that moved and came back with late edits and a file, a mother held in a shelter, and all that waits."""
    world, child, file = a.world, Child(a), make_file(90_000)
    name_it(a, file, person=child.person)
    assert put_all(a, file).done
    child.move(OTHER)
    child.visit(a)
    a.send("person", child.person, {"phone": "0912000009"})
    shelter = world.desk({SHELTER: Role.SHELTER_WORKER})
    assert far.results(relocation(far, child.mother, "share", SHELTER, scope=OTHER)) == [("ok", "")]
    shelter.send("person", child.mother, {"village": "Khe Lạc"}, scope=SHELTER)
    far.send("person", child.mother, {"occupation": "đi biển"}, scope=OTHER)
    back = child.move(COMMUNE, desk=far, scope=OTHER)
    a.results(*unsigned(a, 3))
    body = a.body([a.change("person", uuid7(), {"full_name": "x"})])
    a.n, a.head = a.n - 1, a.world.rows(select(tables.desk.c.head).where(tables.desk.c.id == a.id))[0].head
    world.write(lambda connection: parking.park(connection, world.province, a.id, body))
    courier.keep_question(world.province, a.id, protocol.PullRequest(epoch=world.epoch, cursors={COMMUNE: 3}))
    _tell_of_a_purge(far, back)
    world.write(lambda connection: begin_epoch(connection, world.province, actor="admin"))


def _tell_of_a_purge(desk: ServerDesk, change: str) -> None:
    said = protocol.encode(
        purge_wire.PurgeStatement(desk=desk.id, change=change, records=1, at=desk.world.province.now())
    )
    signed = purge_wire.SignedPurge(body=protocol.b64(said), signature=protocol.b64(desk.key.sign(seal.PURGE, said)))
    (request,) = purge_wire.requests_with([signed], HEALTH)
    assert desk.post("/v1/report", protocol.encode(request)).status == 200


def _stated(folder: Path) -> dict[str, str]:
    from sync.server.lifecycle.status import read_status

    province = open_province(folder / "data", folder / "key.json")
    try:
        told = read_status(province)
    finally:
        province.close()
    return {name: str(getattr(told, name)) for name in STATED}


def _untimed(page: bytes) -> bytes:
    """A page without the instants that tell when it was asked for."""
    header, _, rest = page.partition(b"\n")
    told = protocol.decode(header, protocol.PullHeader)
    return protocol.encode(msgspec.structs.replace(told, at="", lease_until="")) + b"\n" + rest


def test_a_moved_province_holds_the_same_and_goes_on(move: Move) -> None:
    before = _stated(move.folder)
    assert all(f"'{scope}'" in before["changes"] for scope in (COMMUNE, OTHER))
    done = move.go()
    assert done.returncode == 0, done.stderr
    assert "came out as it was" in done.stdout
    shutil.copyfile(move.folder / "key.json", move.new / "key.json")
    for table in ("signed_head", "guest", "departure", "purge", "blob_piece", "courier_parked", "courier_question"):
        assert move.world.count(table) > 0, table
    assert "waiting=3" in before["desks"], "how a PC stands goes along"
    assert _stated(move.new) == before == _stated(move.folder)
    with province_in(move.new) as world:
        desk, old = move.desk, move.world
        page = _untimed(desk.pull_from({}).body)
        last = desk.change("person", uuid7(), {"full_name": "Mới"})
        desk.world = world
        desk._ticket = ""
        assert _untimed(desk.pull_from({}).body) == page, "the same feeds, hashes and certificates, byte for byte"
        assert desk.results(last) == [("ok", "")]
        assert desk.results(last) == [("dup", "")]
        asked = tables.audit.select().order_by(tables.audit.c.seq)
        *earlier, moved = world.rows(asked)
        assert (list(earlier), moved.action) == (list(old.rows(asked)), "migrate-store")


def test_a_store_that_holds_a_province_is_no_place_to_move_to(move: Move) -> None:
    assert move.go().returncode == 0
    assert command(move.folder, "restored").returncode == 0, "the old one is moved again only once it is in use again"
    again = move.go()
    assert again.returncode == 2
    assert "nothing was overwritten" in again.stderr
    assert (move.new / "data" / "ca.crt").exists()


HOLES: dict[str, Callable[[Move], None]] = {
    "a change that was merged": lambda move: move.alter(
        *_untied(move, "change"), f"DELETE FROM change WHERE desk = '{move.desk.id}' AND n = 3"
    ),
    "a change that was set aside": lambda move: move.alter(
        *_untied(move, "quarantine"), "DELETE FROM quarantine WHERE id = ''"
    ),
    "a byte of one": lambda move: move.alter(
        *_untied(move, "change"), f"UPDATE change SET raw = digest WHERE desk = '{move.desk.id}' AND n = 3"
    ),
}


def _untied(move: Move, table: str) -> list[str]:
    """What takes the table's own protection away; on PostgreSQL the owner does it, for the serving role cannot."""
    assert move.target is not None, "the holes are made in the embedded store"
    return [f"DROP TRIGGER {table}_no_{verb}" for verb in ("update", "delete")]


@pytest.fixture
def embedded(tmp_path: Path, postgres_cluster: PostgresCluster) -> Iterator[Move]:
    target = postgres_cluster.empty()
    with engine.chosen(None), province_in(tmp_path) as world:
        yield Move(world, tmp_path, target)
    postgres_cluster.drop(target)


@pytest.mark.parametrize("hole", HOLES)
def test_a_log_with_a_hole_moves_nowhere(embedded: Move, hole: str) -> None:
    HOLES[hole](embedded)
    done = embedded.go()
    assert (done.returncode, "has a gap" in done.stderr) == (2, True), done.stderr
    assert embedded.nothing_usable_is_left()


def test_unless_nobody_counted_it_would(embedded: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: what was set aside is merged nowhere, so that nothing else would miss it."""
    HOLES["a change that was set aside"](embedded)
    monkeypatch.setattr(moving, "_refuse_gaps", lambda connection: None)
    assert embedded.go().returncode == 0


def test_what_the_log_does_not_yield_moves_nowhere(embedded: Move) -> None:
    embedded.alter("UPDATE record_person SET phone = '0999999999' WHERE full_name = 'Đặng Thị Hoà'")
    done = embedded.go()
    assert (done.returncode, "record_person" in done.stderr) == (2, True), done.stderr
    assert embedded.nothing_usable_is_left()
    with pytest.raises(DeskError):
        open_province(embedded.new / "data", embedded.folder / "key.json")


def test_unless_nobody_compared_it_would(embedded: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: replayed without a fault, and one record other than the province showed it."""
    embedded.alter("UPDATE record_person SET phone = '0999999999' WHERE full_name = 'Đặng Thị Hoà'")
    monkeypatch.setattr(moving, "_digest", lambda database, table: b"")
    assert embedded.go().returncode == 0


def test_a_province_that_is_served_does_not_move(embedded: Move) -> None:
    from sync.server.identity.only_process import only_process

    with only_process(embedded.world.province):
        done = embedded.go()
    assert (done.returncode, "served already" in done.stderr) == (2, True)
    assert not embedded.new.exists()
