"""A desk with keys of its own, of a stolen PC say, that asks for more than any honest one: it gets no more."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync import framing, protocol, seal
from sync.change import Change
from sync.server.answers import snapshots
from sync.server.edge.limits import AT_ONCE, Limits
from sync.server.engine import tables
from sync.server.identity import desks
from sync.server.intake import erasures, joining, ordering, push, records, relocating
from sync.server.intake.incoming import Incoming
from sync.server.intake.ordering import _Intake
from sync.server.intake.whereabouts import Whereabouts
from sync.server.lifecycle.erasing import Ordered, erase
from sync.snapshot import SnapshotRequest
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, Reply, ServerDesk, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")

OK = ("ok", "")


@pytest.fixture
def desk(world: World) -> ServerDesk:
    return world.desk()


def _person(desk: ServerDesk, **more: Any) -> str:
    record = uuid7()
    desk.send("person", record, {"full_name": "Chìu Văn Sáng"}, **more)
    return record


def _children(desk: ServerDesk, count: int) -> list[str]:
    people = [uuid7() for _ in range(count)]
    lines = [desk.change("person", one, {"full_name": "Chìu Văn Sáng"}) for one in people]
    lines += [desk.change("child_file", uuid7(), {"person": one}, data=0) for one in people]
    assert set(desk.results(*lines)) == {OK}
    return people


def _placed(desk: ServerDesk, record: str, verb: str, to: str) -> Any:
    return desk.change("person", record, {}, verb=verb, to=to, data=0)


# What was erased comes back under an id that is given twice


def _two_under_one_id(world: World, desk: ServerDesk) -> tuple[list[tuple[str, str]], int]:
    """A change of an erased child, and behind it, under the same id, one of somebody else; the rows of the child."""
    child, table = _person(desk), tables.RECORDS["person"]
    world.write(lambda connection: erase(connection, world.province, "person", child, Ordered("Sở Y tế", "QĐ 12")))
    one_id = uuid7()
    back = desk.change("person", child, {"full_name": "Chìu Văn Sáng"}, id=one_id)
    other = desk.change("person", uuid7(), {"full_name": "Bàn A Sáng"}, id=one_id)
    return desk.results(back, other), len(world.rows(select(table.c.id).where(table.c.id == child)))


def test_an_id_that_is_given_twice_brings_nothing_erased_back(world: World, desk: ServerDesk) -> None:
    results, rows = _two_under_one_id(world, desk)
    assert (results[0], rows) == (("quarantined", "erased"), 0)
    kept = tables.quarantine
    assert {row.raw for row in world.rows(select(kept.c.raw).where(kept.c.code == "erased"))} == {b""}


def test_asked_of_the_last_of_them_alone_the_child_would_be_back(
    world: World, desk: ServerDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""

    def of_the_last(connection: Any, changes: Sequence[Change]) -> set[str]:
        named = {change.id: set(erasures.named_in(change)) for change in changes}
        gone = erasures.erased_among(connection, set().union(*named.values()))
        return {change for change, names in named.items() if names & gone}

    monkeypatch.setattr(ordering, "speaking_of_erased", of_the_last)
    results, rows = _two_under_one_id(world, desk)
    assert (results[0], rows) == (OK, 1)


# Places that the province does not have


def _named_places(world: World, desk: ServerDesk) -> tuple[set[tuple[str, str]], set[str]]:
    """What becomes of changes that name places that are none, and which places there are then."""
    person, house = _person(desk), world.desk({SHELTER: Role.SHELTER_WORKER})
    lines = [_placed(desk, person, verb, f"C:{number}") for number in range(99000, 99020) for verb in ("share", "move")]
    foreign = house.change("placement_notice", uuid7(), {"case_code": "QN-1"}, scope="C:99050", data=0)
    found = {*desk.results(*lines), *house.results(foreign)}
    return found, {row.id for row in world.rows(select(tables.scope.c.id))}


def test_naming_a_place_makes_none_and_sends_nobody_there(world: World, desk: ServerDesk) -> None:
    assert _named_places(world, desk) == ({("quarantined", "scope")}, {COMMUNE, OTHER, SHELTER})


def test_unasked_a_child_would_be_where_nobody_works(
    world: World, desk: ServerDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(push, "_refuse_nowhere", lambda *_: None)
    found, places = _named_places(world, desk)
    assert OK in found
    assert len(places) > 20


def test_nor_does_a_revoked_desk_that_names_one_with_somebody_erased(world: World, desk: ServerDesk) -> None:
    """A place that a move of an erased child tells of is told of the erasure; there has to be one."""
    child = _person(desk)
    world.write(lambda connection: erase(connection, world.province, "person", child, Ordered("Sở Y tế", "QĐ 12")))
    world.write(lambda connection: desks.revoke(connection, world.province, desk.id))
    assert desk.results(_placed(desk, child, "move", "C:99000")) == [("quarantined", "erased")]
    assert {row.id for row in world.rows(select(tables.scope.c.id))} == {COMMUNE, OTHER, SHELTER}


# Records that are held, joined or grown without end


def _shared_with(world: World, desk: ServerDesk, count: int) -> list[tuple[str, str]]:
    places = [f"C:{number}" for number in range(50000, 50000 + count)]
    for place in places:
        world.desk({place: Role.COMMUNE_OFFICER})
    person = _person(desk)
    return desk.results(*(_placed(desk, person, "share", place) for place in places))


def test_a_record_is_held_in_a_few_places_only(world: World, desk: ServerDesk) -> None:
    held = _shared_with(world, desk, relocating.MOST_HOLDERS + 2)
    assert held == [OK] * relocating.MOST_HOLDERS + [("quarantined", "scope")] * 2


def test_unlimited_each_change_would_go_into_every_feed(
    world: World, desk: ServerDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    count = relocating.MOST_HOLDERS + 2
    monkeypatch.setattr(relocating, "MOST_HOLDERS", 1000)
    assert _shared_with(world, desk, count) == [OK] * count


def _mother_of_many(world: World, desk: ServerDesk) -> int:
    """How many places hold a mother whose children all moved, each to another commune."""
    mother = _person(desk)
    children = _children(desk, 5)
    ties = [{"person": one, "relative": mother, "relation": "mother"} for one in children]
    desk.results(*(desk.change("relation", uuid7(), tie) for tie in ties))
    for number, child in enumerate(children[:-1]):
        world.desk({f"C:5100{number}": Role.COMMUNE_OFFICER})
        assert desk.results(_placed(desk, child, "move", f"C:5100{number}")) == [OK]
    guest = tables.guest
    return len(world.rows(select(guest.c.scope).where(guest.c.record == mother)))


def test_moves_share_a_relative_with_no_more_places_either(
    world: World, desk: ServerDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _mother_of_many(world, desk) == 4
    monkeypatch.setattr(relocating, "MOST_HOLDERS", 2)
    assert _mother_of_many(world, world.desk()) == 2


def _chain_of(desk: ServerDesk, count: int) -> list[tuple[str, str]]:
    people = _children(desk, count)
    pairs = pairwise(people)
    return desk.results(*(desk.change("person", one, {"joined_to": kept}, verb="alias", data=0) for one, kept in pairs))


def test_a_child_has_a_few_records_only(desk: ServerDesk) -> None:
    joined = _chain_of(desk, joining.MOST_AS_ONE + 2)
    assert joined.count(OK) == joining.MOST_AS_ONE
    assert joined[joining.MOST_AS_ONE - 1] == ("quarantined", "joined")


def test_unlimited_their_chain_would_be_followed_for_ever(desk: ServerDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    count = joining.MOST_AS_ONE + 2
    monkeypatch.setattr(joining, "MOST_AS_ONE", 1000)
    assert _chain_of(desk, count) == [OK] * (count - 1)


def _grown(world: World, desk: ServerDesk) -> tuple[set[tuple[str, str]], int]:
    """What becomes of hundreds of fields that nobody knows, and of thousands of codes; how much the records hold."""
    child, (kept,) = uuid7(), _children(desk, 1)
    fields = [{f"x{turn}_{number}": "y" * 100 for number in range(100)} for turn in range(4)]
    lines = [desk.change("person", kept, one, schema=99) for one in fields]
    first = desk.change("child_file", child, {"person": kept}, data=0)
    codes = [{"disability_types": [f"+d{turn}_{number}" for number in range(400)]} for turn in range(3)]
    lines += [first, *(desk.change("child_file", child, one) for one in codes)]
    found = set(desk.results(*lines))
    return found, len(world.row("person", kept)["extra"]) + len(world.row("child_file", child)["tags"])


def test_a_record_grows_to_a_size_that_is_read_at_once(world: World, desk: ServerDesk) -> None:
    found, size = _grown(world, desk)
    assert found == {OK, ("quarantined", "value")}
    assert size < 50_000


def test_unmeasured_it_would_grow_with_every_push(
    world: World, desk: ServerDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(ordering, "outgrows", lambda record, change: False)
    found, size = _grown(world, desk)
    assert found == {OK}
    assert size > 70_000


def test_what_was_put_into_a_list_can_be_taken_out_again(desk: ServerDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_MEMBERS", 3)
    child, (person,) = uuid7(), _children(desk, 1)
    desk.send("child_file", child, {"person": person}, data=0)
    codes = ["+a", "+b", "+c"], ["+d"], ["-a"], ["+d"]
    lines = [desk.change("child_file", child, {"disability_types": list(one)}) for one in codes]
    assert desk.results(*lines) == [OK, ("quarantined", "value"), OK, OK]


# Work under the locks of others


def _looked_at(world: World, desk: ServerDesk, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many changes are looked at to take in a push of sixty that share, unshare and edit by turns."""
    world.desk({OTHER: Role.COMMUNE_OFFICER})
    person, looked = _person(desk), []
    honest = Whereabouts.of.__func__  # type: ignore[attr-defined]

    def of(cls: type[Whereabouts], connection: Any, changes: Sequence[Change], *along: Any) -> Whereabouts:
        looked.append(len(changes))
        found: Whereabouts = honest(cls, connection, changes, *along)
        return found

    monkeypatch.setattr(Whereabouts, "of", classmethod(of))
    lines = []
    for turn in range(20):
        lines.append(_placed(desk, person, "share", OTHER))
        lines.append(desk.change("person", person, {"phone": f"09120000{turn:02}"}))
        lines.append(_placed(desk, person, "unshare", OTHER))
    found = desk.results(*lines)
    assert found.count(OK) == 41
    return sum(looked)


def test_what_moved_is_looked_at_once_more_and_nothing_else(
    world: World, desk: ServerDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _looked_at(world, desk, monkeypatch) < 5 * 60


def test_all_of_it_after_each_move_would_take_the_square_of_it(
    world: World, desk: ServerDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    honest = _Intake.__init__

    def begin(self: _Intake, connection: Any, province: Any, by: str, admitted: Sequence[Change], reach: Any) -> None:
        honest(self, connection, province, by, admitted, reach)
        self.all_of_them = admitted  # type: ignore[attr-defined]

    def look_again(self: _Intake, items: Sequence[Incoming]) -> None:
        self._whereabouts = self._lock_and_locate(self.all_of_them)  # type: ignore[attr-defined]

    monkeypatch.setattr(_Intake, "__init__", begin)
    monkeypatch.setattr(_Intake, "_locate_anew", look_again)
    assert _looked_at(world, desk, monkeypatch) > 30 * 60


def _asks_while_at_work(world: World, at_work: int) -> tuple[int, int]:
    """The status of one more request of a desk of which some are worked on, and of another desk's."""
    greedy, other = world.desk(), world.desk()
    with ExitStack() as stack:
        for _ in range(at_work):
            stack.enter_context(world.service.limits.at_work(greedy.id))
        return greedy.pull().status, other.pull().status


def test_a_desk_has_a_few_of_its_requests_worked_on_at_once(world: World) -> None:
    assert _asks_while_at_work(world, AT_ONCE) == (503, 200)
    assert _asks_while_at_work(world, AT_ONCE - 1) == (200, 200)
    assert not world.service.limits._at_work, "what is over is forgotten"


def test_uncounted_one_desk_would_have_all_threads(tmp_path: Path) -> None:
    """The twin."""
    with province_in(tmp_path, limits=Limits(at_once=1000)) as world:
        assert _asks_while_at_work(world, AT_ONCE * 20) == (200, 200)


# The disk


class HandTurned:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize("most", [3, 2])
def test_one_push_moves_only_so_many(desk: ServerDesk, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Each is long at work, and everybody who waits for its places waits for all of them."""
    monkeypatch.setattr(push, "USUAL_CHANGES", most)
    desk.world.desk({OTHER: Role.COMMUNE_OFFICER})
    children = _children(desk, 3)
    lines = [_placed(desk, child, "move", OTHER) for child in children]
    plain = desk.change("person", uuid7(), {"full_name": "Chìu Văn Sáng"})
    reply = desk.push(*lines, plain)
    assert (reply.status, reply.code if reply.status != 200 else "") == ((200, "") if most == 3 else (413, "too_large"))


def _long_push(desk: ServerDesk) -> bytes:
    """Ten thousand bytes that no record takes, and that are kept aside for it: packed, they are two hundred."""
    return desk.body([desk.change("person", uuid7(), {"no_such_field": "a" * 10_000})])


def _sealed(desk: ServerDesk, body: bytes) -> Reply:
    box = seal.seal_for_province(desk.world.province.keys.courier.public, framing.deflate(body))
    return desk.post(protocol.SEALED_PUSH, box, key=desk.bell, keyid=f"{desk.id}.bell")


@pytest.mark.parametrize("status", [desks.ACTIVE, desks.REVOKED])
@pytest.mark.parametrize("locked", [False, True])
def test_a_desk_fills_the_disk_by_a_days_measure_only(tmp_path: Path, status: str, locked: bool) -> None:
    clock = HandTurned()
    with province_in(tmp_path, limits=Limits(clock=clock, pushed_a_day=40_000)) as world:
        desk, other = world.desk(), world.desk()
        world.write(
            lambda connection: connection.execute(
                update(tables.desk).where(tables.desk.c.id == desk.id).values(status=status)
            )
        )

        def push(body: bytes) -> Reply:
            return _sealed(desk, body) if locked else desk.post("/v1/push", body)

        assert [push(_long_push(desk)).status for _ in range(3)] == [200] * 3
        refused = push(again := _long_push(desk))
        assert (refused.status, refused.code, world.count("quarantine")) == (503, "busy", 3)
        assert other.post("/v1/push", _long_push(other)).status == 200
        assert desk.pull().status == (200 if status == desks.ACTIVE else 410)
        clock.seconds += refused.read(protocol.Problem).retry_after
        assert push(again).status == 200, "nothing is lost: it comes once it is time"


def test_unweighed_it_would_fill_it_as_fast_as_the_line_is(world: World, desk: ServerDesk) -> None:
    """The twin."""
    assert [desk.post("/v1/push", _long_push(desk)).status for _ in range(8)] == [200] * 8


def _snapshots_left(world: World, desk: ServerDesk) -> int:
    """Files after a fresh snapshot was asked for behind each of twelve changes."""
    request = protocol.encode(SnapshotRequest(epoch=world.epoch, scope=COMMUNE, fresh=True))
    for _ in range(12):
        _person(desk)
        assert desk.post("/v1/snapshot", request).status == 200
    return len(list((world.province.data / snapshots.FOLDER).iterdir()))


def test_snapshots_that_were_replaced_fill_no_disk(world: World, desk: ServerDesk) -> None:
    assert _snapshots_left(world, desk) == snapshots._KEPT_BESIDE + 1


def test_kept_for_two_days_they_would(world: World, desk: ServerDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(snapshots, "_KEPT_BESIDE", 1000)
    assert _snapshots_left(world, desk) == 12
