"""Taking in changes: numbers without gaps, nothing lost, nothing twice, and what does not hold set aside whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync import protocol, seal
from sync.change import GENESIS, Line, next_head, write
from sync.server.answers.roots import make_due
from sync.server.engine import tables
from sync.server.identity.scopes import keys_of
from sync.server.intake.admission import Admission
from sync.server.lifecycle.erasing import Ordered, erase
from tests.sync.actors.province_rows import rows_of
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, ServerDesk, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")

NAME = {"full_name": "Đặng Thị Hoà"}


class OpenAdmission(Admission):
    """An admission whose control is taken out: every change may be merged."""

    def fault(self, line: Line, *, n: int, public: bytes, desk: str, grants: Mapping[str, Role]) -> str | None:
        return None


def test_a_receipt_proves_what_the_province_holds(world: World) -> None:
    desk = world.desk()
    lines = [desk.change("person", uuid7(), NAME) for _ in range(3)]
    reply = desk.push(*lines)
    receipt = reply.read(protocol.Receipt)
    assert receipt.accepted_n == 3
    assert [result.id for result in receipt.results] == [line.change.id for line in lines]
    signature = protocol.unb64(reply.headers["cd-signature"])
    assert seal.verify(world.province.keys.authority.public, seal.RECEIPT, reply.body, signature)


def test_the_same_push_again_changes_nothing(world: World) -> None:
    desk = world.desk()
    lines = [desk.change("person", uuid7(), NAME), desk.change("nonsense", uuid7(), NAME)]
    body = desk.body(lines)
    assert desk.post("/v1/push", body).status == 200
    before = {name: world.count(name) for name in ("change", "feed", "quarantine", "record_person")}
    again = desk.post("/v1/push", body).read(protocol.Receipt)
    assert [(result.status, result.code) for result in again.results] == [("dup", ""), ("quarantined", "kind")]
    assert again.accepted_n == 2
    assert {name: world.count(name) for name in before} == before


def test_the_same_push_again_touches_no_row(world: World) -> None:
    """Whoever follows the rows that change would fetch all of it anew."""
    desk = world.desk()
    body = desk.body([desk.change("person", uuid7(), NAME), desk.change("nonsense", uuid7(), NAME)])
    assert desk.post("/v1/push", body).status == 200
    before = rows_of(world)
    for _ in range(2):
        assert desk.post("/v1/push", body).status == 200
    assert rows_of(world) == before


def test_sent_as_something_new_it_would_touch_rows(world: World) -> None:
    """The twin: the same values under another number."""
    desk, record = world.desk(), uuid7()
    desk.send("person", record, NAME)
    before = rows_of(world)
    desk.send("person", record, NAME)
    after = rows_of(world)
    assert {"change", "feed", "scope"} <= {name for name in after if before[name] != after[name]}


def test_a_brief_receipt_names_what_was_not_plainly_taken(world: World) -> None:
    """By its number too: the id of a line that could not be read is not known."""
    desk = world.desk()
    lines: list[Line | bytes] = [desk.change(kind, uuid7(), NAME) for kind in ("person", "nonsense")]
    lines.append(b" not a change")
    desk.n, desk.head = desk.n + 1, next_head(desk.head, seal.sha256(b"not a change"))
    body = desk.body(lines, brief=True)
    first, again = (desk.post("/v1/push", body).read(protocol.Receipt) for _ in range(2))
    for receipt in (first, again):
        assert receipt.accepted_n == 3
        assert [(one.n, one.status, one.code) for one in receipt.results] == [
            (2, "quarantined", "kind"),
            (3, "quarantined", "unreadable"),
        ]
    twin = desk.post("/v1/push", desk.body(lines)).read(protocol.Receipt)
    assert [(one.n, one.status) for one in twin.results] == [(0, "dup"), (0, "quarantined"), (0, "quarantined")]


def test_a_push_may_overlap_what_was_taken_in(world: World) -> None:
    desk = world.desk()
    first, second = desk.change("person", uuid7(), NAME), desk.change("person", uuid7(), NAME)
    assert desk.push(first, second).status == 200
    third = desk.change("person", uuid7(), NAME)
    assert desk.results(second, third) == [("dup", ""), ("ok", "")]


def test_a_gap_is_refused_with_the_number_that_is_missing(world: World) -> None:
    desk = world.desk()
    desk.send("person", uuid7(), NAME)
    desk.change("person", uuid7(), NAME)
    reply = desk.push(desk.change("person", uuid7(), NAME))
    assert (reply.status, reply.code) == (409, "gap")
    assert reply.read(protocol.Problem).expect_n == 2
    assert world.count("change") == 1


def test_a_history_that_exists_twice_stops_the_desk_and_loses_nothing(world: World) -> None:
    desk = world.desk()
    desk.send("person", uuid7(), NAME)
    kept = desk.n, desk.head
    desk.send("person", uuid7(), NAME)
    desk.n, desk.head = kept
    reply = desk.push(desk.change("person", uuid7(), {"full_name": "Another"}))
    assert (reply.status, reply.code) == (409, "fork")
    assert world.count("change") == 2
    assert desk.push(desk.change("person", uuid7(), NAME)).code == "fork"
    assert desk.pull_from({}).code == "fork"


def test_a_chain_that_does_not_add_up_is_refused(world: World) -> None:
    desk = world.desk()
    line = desk.change("person", uuid7(), NAME)
    for header in (
        {"head": protocol.b64(GENESIS)},
        {"head_signature": protocol.b64(bytes(64))},
    ):
        assert desk.push(line, **header).code == "head"
    assert desk.push(line, epoch="0000").code == "epoch"
    assert desk.push(line, last_n=2).code == "malformed"
    assert desk.push(line, first_n=0, last_n=0).code == "malformed"
    assert desk.push(line).status == 200


BAD: dict[str, dict[str, Any]] = {
    "unknown kind": {"kind": "robot", "code": "kind"},
    "another's place": {"scope": OTHER, "code": "grant"},
    "no place": {"scope": "X:1", "code": "scope"},
    "a kind that does not live there": {"kind": "bed", "values": {"label": "1"}, "data": 0, "code": "scope"},
    "unknown field": {"values": {"shoe_size": 3}, "code": "field"},
    "wrong type": {"values": {"full_name": 3}, "code": "value"},
    "a list for a text": {"values": {"full_name": ["a"]}, "code": "value"},
    "too long": {"values": {"full_name": "x" * 121}, "code": "value"},
    "not NFC": {"values": {"full_name": "Ho\u0061\u0300"}, "code": "value"},
    "no date": {"values": {"birth_date": "2026-02-30"}, "code": "value"},
    "no date in place of one": {
        "values": {"birth_date": "2026-02-30"}, "base": {"birth_date": None}, "code": "value",
    },
    "another class of secrecy": {"data": 0, "code": "class"},
    "two classes in the open": {
        "kind": "child_file", "values": {"status": "active", "disability_types": ["+dt1"]}, "code": "class",
    },
    "open and sealed at once": {"seal": {"note": "x"}, "code": "sealed"},
    "sealed and open at once": {
        "kind": "report", "set": {"place": "Khe Lạc"}, "seal": {"description": "x"}, "data": 2, "code": "plaintext",
    },
    "no class": {"data": 4, "code": "form"},
    "no verb": {"verb": "rename", "code": "form"},
    "resolution without the verb": {"resolves": {"full_name": []}, "code": "form"},
    "newer format": {"v": 2, "code": "form"},
    "no field": {"values": {}, "code": "form"},
    "record id": {"record": "1", "code": "form"},
    "officer": {"officer": "Hoa", "code": "form"},
    "base of another field": {"base": {"phone": None}, "code": "form"},
    "base that is no id": {"base": {"full_name": "yesterday"}, "code": "form"},
    "clear text in a sealed field": {
        "kind": "report", "values": {"description": "x"}, "data": 2, "code": "sealed",
    },
    "sealed as open": {"kind": "report", "set": {"description": "x"}, "seal": {}, "data": 2, "code": "plaintext"},
    "open as sealed": {"set": {}, "seal": {"full_name": "x"}, "code": "sealed"},
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(BAD))
def test_a_change_that_does_not_hold_is_set_aside_whole(world: World, fault: str) -> None:
    facts = dict(BAD[fault])
    code = facts.pop("code")
    kind, record = facts.pop("kind", "person"), facts.pop("record", uuid7())
    desk = world.desk()
    line = desk.change(kind, record, facts.pop("values", NAME), **facts)
    good = desk.change("person", uuid7(), NAME)
    assert desk.results(line, good) == [("quarantined", code), ("ok", "")]
    (row,) = world.rows(select(tables.quarantine))
    assert (row.raw, row.signature, row.desk, row.n) == (line.raw, line.signature, desk.id, 1)
    assert b"clear" not in desk.pull_from({}).body


def test_an_open_door_would_let_such_changes_through(tmp_path: Path) -> None:
    """The twin of the test above: without admission, another's place, a clear text and a chair's person are merged."""
    with province_in(tmp_path, admission=OpenAdmission()) as world:
        desk = world.desk()
        other = desk.change("person", uuid7(), NAME, scope=OTHER)
        clear = desk.change("report", uuid7(), {}, set={"description": "clear text"}, seal={}, data=2)
        assert [status for status, _ in desk.results(other, clear)] == ["ok", "ok"]
        chair = world.desk({COMMUNE: Role.CHAIR})
        assert chair.results(chair.change("person", uuid7(), NAME)) == [("ok", "")]


def test_lines_that_cannot_be_read_do_not_stop_the_queue(world: World) -> None:
    desk = world.desk()
    lines: list[Line | bytes] = []
    for garbage in (b"", b"garbage", b"AAAA {}", b"AAAA " + b"[" * 2000, b"\xff\xfe {}", b"QQ== " + b"x" * 70_000):
        lines.append(garbage)
        desk.n += 1
        digest = seal.sha256(garbage.partition(b" ")[2])
        desk.head = seal.sha256(desk.head + digest)
    lines.append(desk.change("person", uuid7(), NAME))
    results = desk.results(*lines)
    assert results[:-1] == [("quarantined", "unreadable")] * 6
    assert results[-1] == ("ok", "")


def test_sealed_values_pass_only_under_a_key_of_their_place(world: World) -> None:
    desk = world.desk({COMMUNE: Role.COMMUNE_OFFICER, SHELTER: Role.SHELTER_WORKER})
    keys = {key.scope: key for key in world.read(lambda connection: keys_of(connection, [COMMUNE, SHELTER]))}
    record = uuid7()
    sealed = seal.seal_value(
        protocol.unb64(keys[COMMUNE].public), "What was told", scope=COMMUNE, record=record, field="description"
    )
    wrong = desk.change("report", record, {"description": sealed}, data=2, key=keys[SHELTER].key)
    right = desk.change("report", record, {"description": sealed}, data=2, key=keys[COMMUNE].key)
    assert desk.results(wrong, right) == [("quarantined", "key"), ("ok", "")]
    assert world.row("report", record)["description"] == sealed


def test_a_role_that_may_only_read_writes_nothing(world: World) -> None:
    chair = world.desk({COMMUNE: Role.CHAIR})
    written = (
        chair.change("child_file", uuid7(), {"status": "active"}, data=0),
        chair.change("person", uuid7(), NAME),
        chair.change("household", uuid7(), {"village": "Khe Lạc"}),
        chair.change("relation", uuid7(), {"relation": "mother"}),
    )
    assert chair.results(*written) == [("quarantined", "role")] * len(written)


def test_a_chairs_desk_says_who_works_at_it(world: World) -> None:
    chair = world.desk({COMMUNE: Role.CHAIR})
    officer = chair.change("officer", chair.officer, {"display_name": "Chủ tịch Thử"})
    desk = chair.change("desk", uuid7(), {"desk_id": chair.id}, data=0)
    assert chair.results(officer, desk) == [("ok", "")] * 2


def test_a_shelter_may_leave_a_notice_in_a_commune_and_nothing_else(world: World) -> None:
    shelter = world.desk({SHELTER: Role.SHELTER_WORKER})
    notice = shelter.change("placement_notice", uuid7(), {"case_code": "AD-1"}, data=0, scope=COMMUNE)
    visit = shelter.change("home_visit", uuid7(), {"observations": "x"}, scope=COMMUNE)
    assert shelter.results(notice, visit) == [("ok", ""), ("quarantined", "grant")]
    commune = world.desk()
    page = commune.pull_from({}).body
    assert b"AD-1" in page
    header = protocol.decode(page.split(b"\n")[0], protocol.PullHeader)
    certified = [protocol.decode(protocol.unb64(cert.body), protocol.DeskCert).desk for cert in header.certs or []]
    assert shelter.id in certified
    assert b"AD-1" not in shelter.pull_from({COMMUNE: 0}).body


def test_what_is_written_once_is_never_written_again(world: World) -> None:
    desk, other = world.desk(), world.desk()
    visit = uuid7()
    desk.send("home_visit", visit, {"observations": "first", "present": ["mother"]})
    again = desk.change("home_visit", visit, {"observations": "second"})
    added = desk.change("home_visit", visit, {"next_step": "later"})
    assert desk.results(again, added) == [("quarantined", "append_only")] * 2
    foreign = other.change("home_visit", visit, {"next_step": "theirs"})
    assert other.results(foreign) == [("quarantined", "append_only")]
    assert world.row("home_visit", visit)["observations"] == "first"


def test_a_record_does_not_move_and_an_id_is_used_once(world: World) -> None:
    desk = world.desk({COMMUNE: Role.COMMUNE_OFFICER, OTHER: Role.COMMUNE_OFFICER})
    person = uuid7()
    first = desk.send("person", person, NAME)
    moved = desk.change("person", person, {"phone": "0912345678"}, scope=OTHER)
    twice = desk.change("person", uuid7(), NAME, id=first)
    both = [desk.change("person", uuid7(), NAME, id=twice.change.record) for _ in range(2)]
    assert desk.results(moved, twice, *both) == [
        ("quarantined", "moved"), ("quarantined", "id"), ("ok", ""), ("quarantined", "id"),
    ]  # fmt: skip


def test_a_clock_far_off_is_marked_and_never_refused(world: World) -> None:
    desk = world.desk()
    line = desk.change("person", uuid7(), NAME, stamp=(1 << 53) - 1)
    early = desk.change("person", uuid7(), NAME, stamp=0)
    assert desk.results(line, early) == [("ok", ""), ("ok", "")]
    (ahead,), (behind,) = world.rows(select(tables.change.c.skew_ms).order_by(tables.change.c.n))
    assert ahead > 0 > behind


def test_fields_of_a_newer_program_are_kept(world: World) -> None:
    desk = world.desk()
    person = uuid7()
    desk.send("person", person, {**NAME, "favourite_song": "Bèo dạt mây trôi"}, schema=99)
    assert "Bèo dạt mây trôi" in world.row("person", person)["extra"]


def test_a_revoked_desk_loses_nothing_it_still_sends(world: World) -> None:
    from sync.server.identity import desks

    desk = world.desk()
    desk.send("person", uuid7(), NAME)
    world.write(lambda connection: desks.revoke(connection, world.province, desk.id))
    assert desk.results(desk.change("person", uuid7(), NAME)) == [("quarantined", "revoked")]
    reply = desk.pull_from({})
    assert (reply.status, reply.code) == (410, "revoked")


class RevokesMeanwhile(Admission):
    """While it checks the first push, the province's officer takes its desk out of service."""

    world: World

    def fault(self, line: Line, *, n: int, public: bytes, desk: str, grants: Mapping[str, Role]) -> str | None:
        from sync.server.identity import desks

        self.world.write(lambda connection: desks.revoke(connection, self.world.province, desk))
        return None


def test_a_desk_revoked_while_it_pushes_writes_nothing_more(tmp_path: Path) -> None:
    admission = RevokesMeanwhile()
    with province_in(tmp_path, admission=admission) as world:
        admission.world = world
        desk = world.desk()
        assert desk.results(desk.change("person", uuid7(), NAME)) == [("quarantined", "revoked")]
        assert world.count("change") == 0


def test_the_feed_is_dense_and_its_chain_verifies(world: World) -> None:
    desks_here: list[ServerDesk] = [world.desk() for _ in range(3)]
    for turn in range(4):
        for desk in desks_here:
            lines = [desk.change("person", uuid7(), NAME) for _ in range(turn + 1)]
            lines.append(desk.change("robot", uuid7(), NAME))
            desk.results(*lines)
    _header, *events, trailer = desks_here[0].pull_from({}).body.split(b"\n")
    chain = GENESIS
    for seq, raw in enumerate(events, start=1):
        event, line = protocol.read_event(raw)
        assert line is not None
        chain = seal.sha256(chain + seq.to_bytes(8) + line.digest)
        assert event.seq == seq
        author = next(desk for desk in desks_here if desk.id == line.change.desk)
        assert line.signed_by(author.key.public)
    assert len(events) == 3 * (1 + 2 + 3 + 4)
    heads = protocol.decode(trailer, protocol.PullTrailer).heads
    assert protocol.unb64(heads[COMMUNE].chain) == chain


@pytest.mark.parametrize("table", tables.APPEND_ONLY)
def test_what_was_taken_in_cannot_be_rewritten_in_the_database(world: World, table: str) -> None:
    desk = world.desk()
    person = uuid7()
    desk.send("person", person, NAME)
    desk.send("person", person, NAME)
    desk.results(desk.change("robot", uuid7(), NAME))
    desk.results(write(desk.change("person", uuid7(), NAME).change))
    desk.send("person", other := uuid7(), NAME)
    world.write(lambda connection: erase(connection, world.province, "person", other, Ordered("x", "y")))
    make_due(world.province)
    column = tables.metadata.tables[table].c[0].name
    assert world.count(table) > 0
    for statement in (f'UPDATE "{table}" SET "{column}" = "{column}"', f'DELETE FROM "{table}"'):
        with pytest.raises(DatabaseError, match=r"append-only|permission denied"):
            world.write(lambda connection, statement=statement: connection.exec_driver_sql(statement))  # type: ignore[misc]
