"""A record that is erased by law: no word of it stays at the province, every chain holds, nothing brings it back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.words.errors import Fault
from sync import protocol, seal
from sync.change import GENESIS, Line
from sync.erased import erased_line
from sync.server.answers import log_export
from sync.server.answers.snapshots import FOLDER
from sync.server.commands import proof_commands
from sync.server.engine import tables
from sync.server.intake import ordering
from sync.server.lifecycle import chains, erased_list
from sync.server.lifecycle.erasing import Act, Ordered, erase
from sync.snapshot import SnapshotOffer, SnapshotRequest
from tests.helpers.store_engine import engine
from tests.sync.actors.named_files import make_file, name_it, put_all
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, Done, ServerDesk, World, command, province_in
from tests.sync.moves.test_server_moves import VISIT, Child, page_of, relocation
from tests.sync.wire.test_log_verifier import read, verify

pytestmark = pytest.mark.usefixtures("store_engine")

ORDER = Ordered("Sở Y tế", "QĐ 12/2026")
WORDS = ("Chìu", "Nhà đóng cửa", "0912000111", "QN-1")


@pytest.fixture
def child(world: World) -> Child:
    return Child(world.desk())


def erased(world: World, record: str, kind: str = "person") -> Act:
    return world.write(lambda connection: erase(connection, world.province, kind, record, ORDER)[0])


def words_in(world: World) -> str:
    """Every value of every table of the province."""
    cells = []
    for table in tables.metadata.sorted_tables:
        for row in world.rows(select(table)):
            cells += [cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell) for cell in row]
    return "\n".join(cells)


def command_erase(folder: Path, record: str, *more: str) -> Done:
    return command(folder, "erase", record, "--who", "Sở Y tế", "--why", "QĐ 12/2026", *more)


def test_no_desk_stands_in_the_way_of_an_erasure(world: World, child: Child) -> None:
    """What is nested deeper than any reader goes is set aside; it goes if it names the child, and stays if not."""
    line = child.desk.change("person", uuid7(), {"full_name": "Chìu Văn Sáng"})
    for said in (child.person, uuid7()):
        desk = world.desk()
        raw = b'{"x":"' + said.encode() + b'","y":' + b"[" * 30_000 + b"]" * 30_000 + b"}"
        head = protocol.b64(seal.sha256(GENESIS + seal.sha256(raw)))
        desk.change("person", uuid7(), {})
        proof = protocol.b64(desk.key.sign(seal.HEAD, protocol.head_statement(desk.id, 1, protocol.unb64(head))))
        assert desk.push(b"AAAA " + raw, head=head, head_signature=proof).status == 200
    assert child.desk.results(line) == [("ok", "")]
    erased(world, child.person)
    kept = [row.raw for row in world.rows(select(tables.quarantine.c.raw))]
    assert sorted(len(raw) > 0 for raw in kept) == [False, True]


def test_nothing_of_the_child_is_left_but_ids_numbers_and_hashes(world: World, child: Child) -> None:
    other = Child(world.desk())
    child.desk.send("person", child.person, {"phone": "0912000111"})
    child.desk.results(child.desk.change("person", child.person, {"phone": "0912000112"}, data=0))  # set aside
    child.desk.results(child.desk.change("home_visit", uuid7(), {"person": child.person, **VISIT}, data=0))
    assert world.count("quarantine") == 2
    act = erased(world, child.person)
    assert {record for _, record in act.records} == child.records
    told = words_in(world)
    assert told.count("Nhà đóng cửa") == 2 * 2, "what another child's two visits say, as rows and as changes"
    assert "0912000111" not in told
    assert "0912000112" not in told
    assert world.row("person", other.person)["full_name"] == "Chìu Văn Sáng"
    erased(world, other.person)
    assert not [word for word in WORDS if word in words_in(world)]


def test_the_chains_verify_from_the_first_change_on(world: World, child: Child) -> None:
    before = page_of(child.desk, COMMUNE, world).trailer.heads[COMMUNE]
    act = erased(world, child.person)
    page = page_of(world.desk(), COMMUNE, world)
    assert page.trailer.heads[COMMUNE].seq == before.seq + 1
    (event, line) = page.events[-1]
    assert (len(page.events), line.change.verb, line.change.group) == (1, "erase", act.id)
    assert sorted(event.left) == act.records
    assert [event.seq for event, line in page.steps] == list(range(1, before.seq + 2))


def test_a_backup_reads_every_chain_of_the_database_over_what_was_erased(world: World, child: Child) -> None:
    child.desk.results(child.desk.change("person", child.person, {"phone": "0912000112"}, data=0))  # set aside
    erased(world, child.person)
    assert world.read(chains.first_break) == ""


def test_words_that_are_gone_without_an_erasure_break_the_chain(
    world: World, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: only what stands in `erasure` may lack its words."""
    erased(world, child.person)
    nothing = select(tables.record_key.c.record).where(tables.record_key.c.record == "").subquery()
    monkeypatch.setattr(chains, "ERASED_RECORDS", select(nothing.c.record))
    assert world.read(chains.first_break) == child.desk.id


def test_a_stranger_verifies_the_log_and_counts_what_was_erased(world: World, child: Child, tmp_path: Path) -> None:
    erased(world, child.person)
    log_export.export_log(world.province, tmp_path / "log")
    fingerprint = proof_commands.authority_fingerprint(world.province)
    code, said = verify(read(tmp_path / "log"), fingerprint, tmp_path)
    assert (code, "6 erased" in said) == (0, True), said


def test_every_place_that_held_the_child_hears_of_it_and_of_no_other_place(world: World, child: Child) -> None:
    new, house = world.desk({OTHER: Role.COMMUNE_OFFICER}), world.desk({SHELTER: Role.SHELTER_WORKER})
    child.desk.results(relocation(child.desk, child.mother, "share", SHELTER))
    child.move(OTHER)
    act = erased(world, child.person)
    assert set(act.scopes) == {COMMUNE, OTHER, SHELTER}
    for desk, scope in ((child.desk, COMMUNE), (new, OTHER), (house, SHELTER)):
        event, line = page_of(desk, scope, world).events[-1]
        assert (line.change.verb, line.change.scope, line.change.to) == ("erase", scope, "")
        assert {tuple(one) for one in event.left} == set(act.scopes[scope])
    assert act.scopes[SHELTER] == [("person", child.mother)]
    assert "Chìu" not in words_in(world)


def test_who_is_needed_by_others_stays_and_only_the_tie_goes(world: World, child: Child) -> None:
    desk, brother = child.desk, uuid7()
    desk.send("person", brother, {"full_name": "Chìu Văn Minh"})
    for kin in ({"relative": child.mother, "relation": "mother"}, {"relative": child.person, "relation": "brother"}):
        desk.send("relation", uuid7(), {"person": brother, **kin})
    act = erased(world, child.person)
    gone = {record for _, record in act.records}
    assert child.mother not in gone
    assert len([kind for kind, _ in act.records if kind == "relation"]) == 2
    assert world.row("person", child.mother)["full_name"] == "Chìu Thị Mây"
    left = [row.relative for row in world.rows(select(tables.RECORDS["relation"]))]
    assert left == [child.mother]


def test_the_move_that_brought_who_stays_is_told_on(world: World, child: Child) -> None:
    """A mother came with one child and has another by now: her changes name the move of the child that is erased."""
    new = world.desk({OTHER: Role.COMMUNE_OFFICER})
    move = child.move(OTHER)
    brother = uuid7()
    new.send("person", brother, {"full_name": "Chìu Văn Minh"}, scope=OTHER)
    new.send("relation", uuid7(), {"person": brother, "relative": child.mother, "relation": "mother"}, scope=OTHER)
    erased(world, child.person)
    events = page_of(world.desk({OTHER: Role.COMMUNE_OFFICER}), OTHER, world).events
    assert [line.change.id for _, line in events if line.change.verb == "move"] == [move]
    assert move in {event.entered for event, line in events if line.change.record == child.mother}


@pytest.mark.parametrize("about", ["the child", "a new visit", "a new relation", "a desk that may not"])
def test_a_late_change_is_answered_and_none_of_its_bytes_kept(world: World, child: Child, about: str) -> None:
    late = world.desk({OTHER: Role.COMMUNE_OFFICER} if about == "a desk that may not" else None)
    erased(world, child.person)
    kind, record, values = {
        "a new visit": ("home_visit", uuid7(), {"person": child.person, **VISIT}),
        "a new relation": ("relation", uuid7(), {"person": uuid7(), "relative": child.person}),
    }.get(about, ("person", child.person, {"full_name": "Chìu Văn Sang"}))
    line = late.change(kind, record, values)
    assert late.results(line) == [("quarantined", "erased")]
    ((code, digest, raw),) = world.rows(select(*(tables.quarantine.c[name] for name in ("code", "digest", "raw"))))
    assert (code, bytes(digest), bytes(raw)) == ("erased", line.digest, b"")
    assert late.push(line).read(protocol.Receipt).results[0].code == "erased"
    assert late.send("person", uuid7(), {"full_name": "x"}, scope=OTHER if "may" in about else COMMUNE)


def test_without_the_question_a_late_change_would_bring_it_back(
    world: World, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(ordering, "speaking_of_erased", lambda connection, changes: set())
    erased(world, child.person)
    late = world.desk()
    late.results(late.change("person", child.person, {"full_name": "Chìu Văn Sang"}))
    assert "Chìu Văn Sang" in words_in(world)


def test_a_desk_sends_the_digest_of_what_it_erased_itself_and_its_chain_goes_on(world: World, child: Child) -> None:
    desk = child.desk
    line = desk.change("person", child.person, {"phone": "0912000111"})
    after = desk.change("person", uuid7(), {"full_name": "x"})
    assert desk.results(erased_line(line.change.id, line.digest), after) == [("quarantined", "erased"), ("ok", "")]
    assert desk.results(line, after) == [("quarantined", "erased"), ("dup", "")]
    assert desk.push(erased_line(uuid7(), bytes(32)), after).code == "fork"


def test_a_digest_that_is_not_the_changes_own_is_no_part_of_the_chain(world: World, child: Child) -> None:
    desk = child.desk
    line = desk.change("person", child.person, {"phone": "0912000111"})
    assert desk.push(erased_line(line.change.id, bytes(32))).code == "head"
    assert desk.push(b'{"id":"x","erased":"AAAA"}').code == "malformed"


def test_no_desk_can_erase(world: World, child: Child) -> None:
    for desk, scope in ((child.desk, COMMUNE), (world.desk({"P:22": Role.PROVINCE}), "P:22")):
        line = desk.change("person", child.person, {}, verb="erase", data=0, scope=scope)
        assert desk.results(line) == [("quarantined", "role")]
    assert world.row("person", child.person)["full_name"] == "Chìu Văn Sáng"


def test_an_open_conflict_goes_with_its_record(world: World, child: Child) -> None:
    for phone in ("0912000111", "0912000112"):
        child.desk.send("person", child.person, {"phone": phone})
    assert len(world.open_conflicts()) == 1
    erased(world, child.person)
    assert world.count("conflict") == world.count("outcome") == 0


def test_a_snapshot_of_before_is_gone_and_one_of_now_tells_only_that(
    world: World, child: Child, tmp_path: Path
) -> None:
    def offered() -> SnapshotOffer:
        body = protocol.encode(SnapshotRequest(epoch=world.epoch, scope=COMMUNE))
        return child.desk.post("/v1/snapshot", body).read(SnapshotOffer)

    former = offered()
    assert command_erase(tmp_path, child.person, "--yes").returncode == 0
    assert world.call(f"/v1/snapshots/{former.token}", b"", method="GET").status == 404
    assert [path.name for path in (world.province.data / FOLDER).iterdir()] == []
    assert offered().token != former.token


def test_the_content_of_a_file_goes_unless_another_child_has_the_same(world: World, child: Child) -> None:
    own, common = make_file(4000, 1), make_file(4000, 2)
    desk, other = child.desk, Child(world.desk())
    for file in (own, common):
        name_it(desk, file, person=child.person)
        put_all(desk, file)
    name_it(other.desk, common, person=other.person)
    assert world.count("blob") == 2
    erased(world, child.person)
    assert [row.sha256 for row in world.rows(select(tables.blob))] == [common.digest]
    assert {row.sha256 for row in world.rows(select(tables.blob_piece))} == {common.digest}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE change SET raw = {empty}, signature = {empty}",
        'UPDATE feed SET line = NULL, event = \'{{"s":"x"}}\'',
        "UPDATE quarantine SET raw = {empty}, signature = {empty}",
        "DELETE FROM outcome",
        "DELETE FROM conflict",
        "DELETE FROM record_person",
        "UPDATE erasure SET act = 'x'",
        "DELETE FROM erasure",
    ],
)
def test_the_database_lets_nothing_be_emptied_but_what_was_erased(world: World, child: Child, statement: str) -> None:
    other = Child(world.desk())
    for phone in ("0912000111", "0912000112"):
        other.desk.send("person", other.person, {"phone": phone})
    other.desk.results(other.desk.change("robot", uuid7(), {"full_name": "x"}))
    erased(world, child.person)
    empty = "''::bytea" if world.province.database.is_shared else "x''"
    before = words_in(world)
    with pytest.raises(DBAPIError, match=r"append-only|takes records away|permission denied"):
        world.write(lambda connection: connection.exec_driver_sql(statement.format(empty=empty)))
    assert words_in(world) == before


def test_of_what_was_erased_the_chain_stays_as_it_is(world: World, child: Child) -> None:
    """The one way lets words go and nothing else: no digest, no number, no place."""
    erased(world, child.person)
    other = "'\\x00'::bytea" if world.province.database.is_shared else "x'00'"
    for statement in (f"UPDATE change SET digest = {other}", f"UPDATE feed SET chain = {other}"):
        with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
            world.write(lambda connection, said=statement: connection.exec_driver_sql(said))  # type: ignore[misc]


def test_the_command_asks_for_the_id_and_says_who_and_why_in_the_audit_log(
    world: World, child: Child, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["something else", child.person])
    monkeypatch.setattr("builtins.input", lambda asked: next(answers))
    refused = command_erase(tmp_path, "QN-1")
    assert (refused.returncode, "Nothing was erased" in refused.stderr) == (2, True)
    assert "Person 2" in refused.stdout
    assert "Chìu" not in refused.stdout
    assert command_erase(tmp_path, "QN-1").returncode == 0
    subjects = [row.subject for row in world.rows(select(tables.audit).where(tables.audit.c.action == "erase"))]
    assert [subject.partition("; ")[2] for subject in subjects] == ["Sở Y tế; QĐ 12/2026"]
    listed = command(tmp_path, "erasures")
    assert (f"{child.person}, 6 records; Sở Y tế; QĐ 12/2026" in listed.stdout, child.desk.id in listed.stdout) == (
        True,
        True,
    ), listed.stdout
    again = command_erase(tmp_path, child.person, "--yes")
    assert (again.returncode, "erased already" in again.stderr) == (2, True)
    assert command_erase(tmp_path, uuid7(), "--yes").returncode == 2
    assert command(tmp_path, "erase", "QN-1", "--who", " ", "--why", "x", "--yes").returncode == 2


@pytest.fixture
def put_back(world: World, child: Child, tmp_path: Path) -> Iterator[World]:
    """The province from a copy of before the child was erased, beside it what lies in the data folder now."""
    world.province.database.close()
    copy = tmp_path.with_name(f"{tmp_path.name}-copy")
    engine.copy(tmp_path, copy)
    assert command_erase(tmp_path, child.person, "--yes").returncode == 0
    shutil.copy2(world.province.data / erased_list.FILE, copy / "data" / erased_list.FILE)
    with province_in(copy) as made:
        yield made


def test_a_backup_that_is_put_back_brings_nothing_back(put_back: World) -> None:
    assert "Chìu" in words_in(put_back)
    assert erased_list.settle(put_back.province) == 1
    assert "Chìu" not in words_in(put_back)
    assert erased_list.settle(put_back.province) == 0
    assert [line.change.verb for _, line in page_of(put_back.desk(), COMMUNE, put_back).events] == ["erase"]


def test_without_the_list_it_would_be_back(put_back: World) -> None:
    """The twin."""
    (put_back.province.data / erased_list.FILE).unlink()
    assert erased_list.settle(put_back.province) == 0
    assert "Chìu" in words_in(put_back)


def test_a_list_that_somebody_else_wrote_erases_nothing(put_back: World) -> None:
    path = put_back.province.data / erased_list.FILE
    nested = b"AAAA " + b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    for written in (path.read_bytes().replace(b'"person"', b'"parson"'), nested):
        path.write_bytes(written)
        with pytest.raises(Fault):
            erased_list.settle(put_back.province)
    assert "Chìu" in words_in(put_back)


def test_a_list_that_was_lost_is_written_anew_from_the_database(world: World, child: Child, tmp_path: Path) -> None:
    child.move(OTHER)
    assert command_erase(tmp_path, child.person, "--yes").returncode == 0
    path = world.province.data / erased_list.FILE
    before = path.read_bytes()
    path.unlink()
    assert erased_list.settle(world.province) == 0
    assert path.read_bytes() == before


def test_a_revoked_desks_last_words_about_it_are_not_kept(world: World, child: Child, tmp_path: Path) -> None:
    late = world.desk()
    assert command(tmp_path, "desk", "revoke", late.id, "--yes").returncode == 0
    erased(world, child.person)
    line = late.change("person", child.person, {"full_name": "Chìu Văn Sang"})
    assert late.results(line) == [("quarantined", "erased")]
    assert "Chìu" not in words_in(world)


def test_what_was_erased_is_told_as_a_digest_and_its_run_is_still_proven(world: World, child: Child) -> None:
    """Lines without a signature of their own are proven by a head over those that are erased, too."""
    desk: ServerDesk = child.desk
    unsigned = [
        Line(one.change, one.raw)
        for one in (
            desk.change("person", child.person, {"phone": "0912000111"}),
            desk.change("person", uuid7(), {"full_name": "Lý Thị Hoa"}),
        )
    ]
    assert {status for status, _ in desk.results(*unsigned)} == {"ok"}
    erased(world, child.person)
    page = page_of(world.desk(), COMMUNE, world)
    assert [line.change.set for _, line in page.events if line.change.verb == "set"] == [{"full_name": "Lý Thị Hoa"}]
    assert page.trailer.runs[0].absent
