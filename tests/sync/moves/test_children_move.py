"""Real desks: a child moves to another commune and leaves nothing behind, and nothing of what was written is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert, select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope, uuid7
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.reports import Report
from commune_desk.domain.time.clock import SystemClock, local_day, to_iso
from commune_desk.domain.words.errors import Refusal
from commune_desk.store.intake import comparing, departures
from commune_desk.store.intake.conflicts import open_conflicts
from commune_desk.store.pages.history import child_history
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.children import ChildEntry, register_child
from commune_desk.usecases.records.moves import move_child
from commune_desk.usecases.records.reports import acknowledge_report, record_measures
from commune_desk.usecases.records.visits import record_visit
from sync import protocol
from sync.change import read_line
from sync.client.session import Session
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.policy import DROPS_STUBS
from tests.helpers.builders import make_file, make_person, make_visit
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.two_communes import THERE, Two, move, visit, words_in

pytestmark = pytest.mark.usefixtures("store_engine")


def test_the_new_commune_has_everything_and_the_old_one_no_word(two: Two, child: RecordId) -> None:
    visit(two.old, child)
    move(two.old, child)
    two.sync()
    assert two.new.ask("SELECT full_name FROM person ORDER BY full_name") == [("Chìu Thị Mây",), ("Chìu Văn Sáng",)]
    assert two.new.ask("SELECT count(*) FROM home_visit") == [(1,)]
    assert two.new.ask("SELECT description FROM report") == [("Bị đánh",)]
    assert two.new.ask("SELECT person FROM child_index") == [(child,)]
    assert two.new.ask("SELECT record, come_from FROM arrival") == [(child, COMMUNE)]
    assert "Chìu" not in words_in(two.late)
    for desk in (two.old, two.late):
        assert desk.ask("SELECT count(*) FROM person WHERE full_name LIKE 'Chìu%'") == [(0,)]
        assert desk.ask("SELECT count(*) FROM child_index") == [(0,)]


def test_what_it_wrote_itself_a_desk_keeps_until_a_verified_backup_has_it(two: Two, child: RecordId) -> None:
    move(two.old, child)
    two.sync()
    kept = "SELECT count(*) FROM change WHERE state='left' AND length(raw)>0"
    assert two.old.ask(kept) != [(0,)]
    last = two.old.ask("SELECT max(n) FROM change WHERE desk<>''")[0][0]

    def forget(tx: Tx) -> None:
        departures.forget_durable(tx.connection, tx.ledger.desk, last)

    two.old.register.write(forget).result()
    assert two.old.ask(kept) == [(1,)], "the move, which says where the child went and names nobody"
    assert "Chìu" not in words_in(two.old)


def test_a_stub_and_a_signed_receipt_stay(two: Two, child: RecordId) -> None:
    code = two.old.ask("SELECT case_number FROM child_file")[0][0]
    move(two.old, child)
    two.sync()
    stubs = two.late.register.write(lambda tx: departures.departed(tx.connection)).result()[0]
    assert [(one.person, one.case_number, one.moved_to) for one in stubs] == [(child, code, THERE)]
    assert two.late.ask("SELECT is_sent FROM purge_receipt") == [(1,)]
    held = two.real.scalars(select(tables.purge.c.desk))
    assert sorted(held) == sorted(desk.register.identity.desk for desk in (two.old, two.late))


def test_a_visit_that_is_not_sent_keeps_the_child_here_until_it_is(two: Two, child: RecordId) -> None:
    """Unsent work leaves first: the visit is typed between push and pull of the very sync that brings the leave."""
    move(two.old, child)
    two.old.sync()
    replica = two.late.replica()
    typed: list[RecordId] = []
    replica.meantime = lambda: typed.append(visit(two.late, child))
    two.late.sync(replica)
    assert two.late.ask("SELECT count(*) FROM person WHERE id=?", child) == [(1,)]
    assert two.late.ask("SELECT is_gone FROM departure WHERE record=?", child) == [(0,)]
    two.sync()
    assert two.late.ask("SELECT count(*) FROM person WHERE id=?", child) == [(0,)]
    assert two.late.ask("SELECT count(*) FROM home_visit") == [(0,)]
    assert two.new.ask("SELECT id FROM home_visit") == [(typed[0],)]


def test_purged_before_it_was_sent_the_visit_would_be_lost(
    two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: systems that did so lost the work of the last day."""
    monkeypatch.setattr(Session, "_refuse_forgetful", lambda *_: None)  # the next round would find it out
    monkeypatch.setattr(departures, "_is_unsent", lambda db, record: False)
    move(two.old, child)
    two.old.sync()
    replica = two.late.replica()
    typed: list[RecordId] = []
    replica.meantime = lambda: typed.append(visit(two.late, child))
    two.late.sync(replica)
    two.sync()
    assert two.new.ask("SELECT id FROM home_visit") == []


def test_a_late_edit_waits_for_a_person_of_the_new_commune(two: Two, child: RecordId) -> None:
    def rename(tx: Tx) -> None:
        person = tx.existing(type(make_person()), child)
        tx.save(
            person.__class__(**{**{f: getattr(person, f) for f in person.__struct_fields__}, "phone": "0912000111"})
        )

    two.late.register.write(rename).result()
    move(two.old, child)
    two.old.sync()
    two.sync()
    assert two.new.ask("SELECT field, state FROM conflict") == [("phone", "open")]
    assert two.late.ask("SELECT count(*) FROM conflict") == [(0,)]


def test_measures_on_a_report_are_written_down_on_the_way_and_the_new_commune_hears_of_them(
    two: Two, child: RecordId
) -> None:
    """The clock of the law runs for whoever acts; there the measures can be read and wait for a person."""
    move(two.old, child)
    ((report,),) = two.old.ask("SELECT id FROM report")
    done = to_iso(SystemClock().now())
    two.old.register.write(lambda tx: acknowledge_report(tx, report)).result()
    two.old.register.write(
        lambda tx: record_measures(tx, report, measures="Đưa đến trạm y tế.", acted_at=done)
    ).result()
    two.sync()
    two.sync()
    assert two.old.ask("SELECT count(*) FROM report") == [(0,)]
    waiting = two.new.register.read(open_conflicts)
    assert {one.field for one in waiting} >= {"status", "measures", "acted_at"}
    (told,) = [one for one in waiting if one.field == "measures"]
    assert "Đưa đến trạm y tế." in [side.value for side in told.sides]


def test_a_child_that_moves_back_is_whole_again(two: Two, child: RecordId) -> None:
    visit(two.old, child)
    move(two.old, child)
    two.sync()
    visit(two.new, child)

    def back(tx: Tx) -> None:
        move_child(tx, child, Scope(COMMUNE))

    two.new.register.write(back).result()
    two.sync()
    for desk in (two.old, two.late):
        assert desk.ask("SELECT count(*) FROM home_visit") == [(2,)]
        assert desk.ask("SELECT description FROM report") == [("Bị đánh",)]
        assert desk.ask("SELECT full_name FROM person WHERE id=?", child) == [("Chìu Văn Sáng",)]
        assert desk.ask("SELECT count(*) FROM departure WHERE kind='person'") == [(0,)]
    assert two.new.ask("SELECT count(*) FROM person WHERE full_name LIKE 'Chìu%'") == [(0,)]


def test_a_visit_that_finds_another_risk_is_recorded_on_the_way_and_the_risk_goes_along(
    two: Two, child: RecordId
) -> None:
    """As any late edit it waits there for a person."""
    move(two.old, child)
    found = make_visit(child, local_day(SystemClock().now()).isoformat(), risk_level="high", next_visit_on=None)
    two.old.register.write(lambda tx: record_visit(tx, found)).result()
    two.sync()
    assert two.new.ask("SELECT id FROM home_visit") == [(found.id,)]
    assert two.new.ask("SELECT field, state FROM conflict") == [("risk_level", "open")]
    assert two.old.ask("SELECT count(*) FROM child_file") == [(0,)]


def test_a_child_that_moves_back_can_be_looked_at_though_old_words_are_gone(two: Two, child: RecordId) -> None:
    """The first number does not stand any more, so nobody brings it back."""
    for number in ("0912000001", "0912000002"):
        two.old.edit(Person, child, phone=number)
    move(two.old, child)
    two.sync()
    two.old.register.write(lambda tx: departures.forget_durable(tx.connection, tx.ledger.desk, 1 << 40)).result()
    two.new.register.write(lambda tx: move_child(tx, child, Scope(COMMUNE))).result()
    two.sync()
    history = two.old.register.write(lambda tx: child_history(tx.connection, child)).result()[0]
    numbers = [edit.after for entry in history for edit in entry.edits if edit.field == "phone"]
    assert numbers == ["0912000002"]


def test_the_case_code_of_a_child_who_left_is_given_to_nobody_else(two: Two, child: RecordId) -> None:
    code = two.old.ask("SELECT case_number FROM child_file")[0][0]
    move(two.old, child)
    two.sync()
    entry = ChildEntry(person=make_person("Lò Văn Sau"), file=make_file(RecordId("")))
    two.old.register.write(lambda tx: register_child(tx, entry)).result()
    assert two.new.ask("SELECT case_number FROM child_file") == [(code,)]
    assert two.old.ask("SELECT case_number FROM child_file") != [(code,)]


def test_the_same_child_moves_once(two: Two, child: RecordId) -> None:
    move(two.old, child)
    with pytest.raises(Refusal):
        move(two.old, child)


def test_sealed_reports_of_a_newcomer_are_opened_by_the_new_commune_alone(two: Two, child: RecordId) -> None:
    move(two.old, child)
    two.sync()
    (report,) = two.new.register.write(
        lambda tx: [tx.existing(Report, row[0]) for row in tx.connection.execute("SELECT id FROM report")]
    ).result()[0]
    assert report.description == "Bị đánh"
    assert report.scope == THERE


def test_both_sides_add_up_the_same_wherever_the_child_went(two: Two, child: RecordId) -> None:
    visit(two.old, child)
    move(two.old, child)
    two.sync()
    visit(two.new, child)
    two.sync()
    for desk, scope in ((two.old, COMMUNE), (two.late, COMMUNE), (two.new, OTHER_COMMUNE)):
        assert sums_here(desk, scope) == sums_there(two.real, scope)
    assert sums_here(two.new, OTHER_COMMUNE).whole.count > 4


def test_who_begins_with_a_snapshot_has_the_child_that_came(
    two: Two, child: RecordId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What says how the child came is of the same record as the child itself."""
    visit(two.old, child)
    move(two.old, child)
    two.sync()
    monkeypatch.setattr("sync.server.answers.pull.WORTH", 3)
    make_register(tmp_path / "later.db", two.real.enrol({OTHER_COMMUNE: Role.COMMUNE_OFFICER}))
    later = RealDesk(tmp_path / "later.db", SystemClock(), two.real.transport)
    later.sync()
    people = "SELECT id, full_name FROM person ORDER BY id"
    assert later.ask(people) == two.new.ask(people) != []
    assert sums_here(later, OTHER_COMMUNE) == sums_there(two.real, OTHER_COMMUNE)
    later.register.close()


def test_a_child_that_came_is_put_right_like_any_other(two: Two, child: RecordId) -> None:
    visit(two.old, child)
    move(two.old, child)
    two.sync()

    def spoil(tx: Tx) -> None:
        tx.connection.execute("DELETE FROM person WHERE id=?", (child,))
        tx.connection.execute("DELETE FROM home_visit")
        comparing.ask(tx)

    before = sums_here(two.new, OTHER_COMMUNE)
    two.new.register.write(spoil).result()
    two.new.sync()
    assert two.new.register.write(lambda tx: comparing.last(tx.connection)).result()[0].put_right == 2
    assert sums_here(two.new, OTHER_COMMUNE) == before == sums_there(two.real, OTHER_COMMUNE)


def test_a_child_who_stays_keeps_everything(two: Two, child: RecordId) -> None:
    """What leaves is what was named and what belongs to it: not a word about anybody else."""
    entry = ChildEntry(person=make_person("Lò Văn Ở"), file=make_file(RecordId("")), kin=())
    stays: RecordId = two.old.register.write(lambda tx: register_child(tx, entry)).result()[0]
    seen = visit(two.old, stays)
    two.sync()
    move(two.old, child)
    two.sync()
    for desk in (two.old, two.late):
        assert desk.ask("SELECT id FROM person WHERE full_name='Lò Văn Ở'") == [(stays,)]
        assert desk.ask("SELECT person FROM child_file") == [(stays,)]
        assert desk.ask("SELECT id FROM home_visit") == [(seen,)]


def test_where_the_policy_drops_stubs_the_case_code_goes_too(two: Two, child: RecordId) -> None:
    """Not only from the page: the register itself does not have it any more."""
    policy = insert(tables.meta).values(name=DROPS_STUBS, value="yes")
    two.real.province.database.write(lambda connection: connection.execute(policy).rowcount, WHOLE_PROVINCE)
    two.sync()
    assert two.late.ask("SELECT case_number FROM child_file")[0][0] is not None
    move(two.old, child)
    two.sync()
    for desk in (two.old, two.late):
        assert desk.ask("SELECT DISTINCT case_number FROM departure") == [(None,)]
        assert desk.register.write(lambda tx: departures.departed(tx.connection)).result()[0] == []


def test_a_change_that_no_move_brought_does_not_enter(two: Two, child: RecordId) -> None:
    """A change of another place comes in by a signed move or share alone, whatever the page says of it."""
    signed = two.old.ask("SELECT raw, signature FROM change WHERE record=? AND kind='person' ORDER BY stamp", child)[0]
    line = read_line(protocol.b64(bytes(signed[1] or b"")).encode() + b" " + bytes(signed[0]))
    event = protocol.Event(scope=THERE, seq=1, entered=uuid7())
    with pytest.raises(protocol.Malformed):
        two.new.replica().apply([(event, line)], {})
    assert two.new.ask("SELECT count(*) FROM person WHERE id=?", child) == [(0,)]
