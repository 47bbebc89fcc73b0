"""Real desks: two records of one child are joined at one of them, and every other one shows one child."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.kinds import KINDS
from commune_desk.store.desk.versions import begin_all_anew
from commune_desk.store.engine import schema, settings
from commune_desk.store.exchange import receipts
from commune_desk.store.intake import erasing
from commune_desk.store.intake.conflicts import open_conflicts
from commune_desk.store.pages.children import child_record
from commune_desk.store.pages.entered_twice import groups_once, kin_once
from commune_desk.store.pages.history import child_history
from commune_desk.store.pages.search import Filters, search_children
from commune_desk.store.writing import joined
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.moves import move_child
from commune_desk.usecases.sync.conflicts import decide_conflict
from tests.helpers.builders import make_file, make_group, make_person, make_relation, save_all
from tests.helpers.joined import join
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.two_communes import Two, move, visit
from tests.sync.erasure.test_erased_at_desks import erased, knows

pytestmark = pytest.mark.usefixtures("store_engine")


def joins(desk: RealDesk, old: RecordId, kept: RecordId, **chosen: tuple[str, ...]) -> None:
    desk.register.write(lambda tx: join(tx, old, kept, chosen)).result()


def shown(desk: RealDesk, person: RecordId) -> dict[str, object]:
    """What a child's page shows, as numbers and words."""
    record = desk.register.write(lambda tx: child_record(tx.connection, person)).result()[0]
    assert record is not None
    return {
        "person": record.person.id,
        "name": record.person.full_name,
        "visits": len(record.visits),
        "reports": len(record.reports),
        "kin": sorted(kin.person.full_name for kin in record.kin),
        "groups": [group.group_code for group in record.groups],
    }


def listed(desk: RealDesk) -> list[str]:
    return [row[0] for row in desk.ask("SELECT person FROM child_index WHERE shown=1 ORDER BY person")]


def found(desk: RealDesk, typed: str) -> list[str]:
    return desk.register.write(lambda tx: search_children(tx.connection, typed, Filters())).result()[0].ids


def test_every_desk_shows_one_child_with_all_of_both(two: Two, child: RecordId, again: RecordId) -> None:
    visit(two.old, child)
    joins(two.old, again, child, person=("phone",))
    here = shown(two.old, child)
    assert here == {
        "person": child,
        "name": "Chìu Văn Sáng",
        "visits": 2,
        "reports": 2,
        "kin": ["Chìu Thị Mây", "Chìu Thị Tám"],
        "groups": ["HCDB01"],
    }, "offline, at once"
    assert shown(two.old, again) == here, "whoever still has the other record open sees the child"
    two.sync()
    (number,) = two.old.ask("SELECT case_number FROM child_file WHERE person=?", again)[0]
    for desk in (two.old, two.late):
        assert shown(desk, child) == here
        assert listed(desk) == [child]
        assert found(desk, number) == found(desk, "Sang A") == [child], "by the other's case code and name"
        assert desk.ask("SELECT phone FROM person WHERE id=?", child) == [("0912000111",)]
        assert desk.ask("SELECT state, count(*) FROM change WHERE state='quarantined'") == [(None, 0)]
        assert sums_here(desk, COMMUNE).whole == sums_there(two.real, COMMUNE).whole


def test_the_history_is_of_both_and_says_who_joined_them(two: Two, child: RecordId, again: RecordId) -> None:
    joins(two.old, again, child)
    two.sync()
    entries = two.late.register.write(lambda tx: child_history(tx.connection, child)).result()[0]
    assert {child, again} <= {entry.record for entry in entries}
    (act,) = [entry for entry in entries if entry.joined]
    assert (act.record, act.joined, act.edits) == (again, child, ())


def test_what_another_desk_still_writes_of_the_other_record_comes_to_the_child(
    two: Two, child: RecordId, again: RecordId
) -> None:
    joins(two.old, again, child)
    two.old.sync()
    visit(two.late, again)
    two.late.edit(Person, again, phone="0912000222")
    two.late.run(lambda tx: tx.save(msgspec.structs.replace(_file(tx, again), risk_level="medium")))
    two.sync()
    for desk in (two.old, two.late):
        assert shown(desk, child)["visits"] == 2
        waiting = desk.register.write(lambda tx: open_conflicts(tx.connection)).result()[0]
        told = sorted((one.field, one.sides[0].value, one.sides[1].value) for one in waiting)
        assert told == [("phone", None, "0912000222"), ("risk_level", None, "medium")], "the child's beside the new one"
    decide(two.old, "phone", "0912000222")
    decide(two.late, "risk_level", None)
    two.sync()
    for desk in (two.old, two.late):
        assert desk.register.write(lambda tx: open_conflicts(tx.connection)).result()[0] == []
        assert desk.ask("SELECT phone FROM person WHERE id=?", child) == [("0912000222",)]
        assert desk.ask("SELECT risk_level FROM child_file WHERE person=?", child) == [(None,)]
        assert sums_here(desk, COMMUNE).whole == sums_there(two.real, COMMUNE).whole


def decide(desk: RealDesk, field: str, value: str | None) -> None:
    def run(tx: Tx) -> None:
        (one,) = [one for one in open_conflicts(tx.connection) if one.field == field]
        decide_conflict(tx, kind=one.kind, record=one.record, field=field, ids=one.ids, value=value)

    desk.run(run)


def _file(tx: Tx, person: RecordId) -> ChildFile:
    (row,) = tx.connection.execute("SELECT id FROM child_file WHERE person=?", (person,)).fetchall()
    return tx.existing(ChildFile, row[0])


def test_of_two_desks_that_join_them_the_two_ways_the_first_stands_everywhere(
    two: Two, child: RecordId, again: RecordId
) -> None:
    joins(two.old, again, child)
    joins(two.late, child, again)
    assert (listed(two.old), listed(two.late)) == ([child], [again])
    two.sync()
    for desk in (two.old, two.late):
        assert listed(desk) == [child]
        assert shown(desk, again)["visits"] == 1
        assert desk.ask("SELECT id, joined_to FROM person WHERE joined_to IS NOT NULL") == [(again, child)]
        assert sums_here(desk, COMMUNE).whole == sums_there(two.real, COMMUNE).whole
    assert two.late.ask("SELECT code FROM change WHERE state='quarantined'") == [("joined",)]


def test_what_the_province_did_not_join_would_stay_one_here(
    two: Two, child: RecordId, again: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: without the putting back, the ring stays at one desk, and it shows a child whom nobody else shows."""
    monkeypatch.setattr(receipts, "open_again", lambda *_: None)
    joins(two.old, again, child)
    joins(two.late, child, again)
    two.sync()
    assert two.late.ask("SELECT count(*) FROM person WHERE joined_to IS NOT NULL") == [(2,)]


def test_of_two_desks_that_join_it_with_others_the_second_is_told_and_its_rows_go_back(
    two: Two, child: RecordId, again: RecordId
) -> None:
    third = make_person("Chìu Văn Sang")
    two.old.register.write(save_all(third, make_file(third.id))).result()
    two.sync()
    joins(two.old, again, third.id)
    joins(two.late, again, child)
    visit(two.late, again)
    assert shown(two.late, child)["visits"] == 2
    two.sync()
    for desk in (two.old, two.late):
        assert (shown(desk, child)["visits"], shown(desk, third.id)["visits"]) == (0, 2)
        assert listed(desk) == sorted([child, third.id])
    assert two.late.ask("SELECT code FROM change WHERE state='quarantined'") == [("joined",)]


def test_rows_that_are_not_named_anew_stay_with_the_wrong_child(
    two: Two, child: RecordId, again: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(joined, "_name_as_written", lambda *_: None)
    third = make_person("Chìu Văn Sang")
    two.old.register.write(save_all(third, make_file(third.id))).result()
    two.sync()
    joins(two.old, again, third.id)
    joins(two.late, again, child)
    two.sync()
    assert shown(two.late, child)["visits"] == 1


def test_a_desk_that_begins_from_a_snapshot_shows_one_child(two: Two, child: RecordId, again: RecordId) -> None:
    joins(two.old, again, child)
    two.sync()
    two.late.run(begin_all_anew)
    two.late.sync()
    assert shown(two.late, child) == shown(two.old, child)
    assert listed(two.late) == [child]
    two.late.ask("DELETE FROM joined")
    two.late.run(lambda tx: tx.touched("person", child, tx.existing(Person, child)))
    assert listed(two.late) == [child], "it is made anew of what the records say"


def test_both_move_and_are_one_in_the_new_commune(two: Two, child: RecordId, again: RecordId) -> None:
    joins(two.old, again, child)
    two.sync()
    move(two.late, child)
    before = shown(two.old, child)
    two.sync()
    assert shown(two.new, child) == before
    assert listed(two.new) == [child]
    assert two.new.ask("SELECT count(*) FROM report WHERE description IS NOT NULL") == [(2,)], "sealed anew, all of it"
    for desk in (two.old, two.late):
        assert listed(desk) == []
        assert desk.ask("SELECT count(*) FROM person WHERE full_name LIKE 'Chìu Văn%'") == [(0,)]
        assert desk.ask("SELECT count(*) FROM joined") == [(0,)]
    assert sums_here(two.new, OTHER_COMMUNE).whole == sums_there(two.real, OTHER_COMMUNE).whole


@pytest.mark.parametrize("ordered", ["child", "again"])
def test_what_is_erased_of_either_is_gone_whole(two: Two, child: RecordId, again: RecordId, ordered: str) -> None:
    joins(two.old, again, child)
    two.sync()
    visit(two.late, again)
    erased(two, {"child": child, "again": again}[ordered])
    two.sync()
    for desk in (two.old, two.late):
        assert knows(desk) == []
        assert listed(desk) == []
        assert desk.ask("SELECT count(*) FROM joined") == [(0,)]


@pytest.mark.parametrize("is_between", [False, True])
@pytest.mark.parametrize("goes", ["kept", "joined"])
def test_who_was_joined_here_alone_with_somebody_erased_stays_as_at_the_province(
    two: Two, child: RecordId, again: RecordId, goes: str, *, is_between: bool
) -> None:
    """The order comes before the province knows that they are one: before the push, or between push and pull."""
    visit(two.late, child)
    two.sync()
    old, kept = (again, child) if goes == "kept" else (child, again)
    erased(two, child)
    replica = two.late.replica()
    if is_between:
        replica.meantime = lambda: joins(two.late, old, kept)
    else:
        joins(two.late, old, kept)
    two.late.sync(replica)
    assert two.late.ask("SELECT count(*) FROM home_visit WHERE person=?", again) == [(1,)], "before any comparison"
    two.sync()
    assert listed(two.late) == listed(two.old) == [again]
    assert shown(two.late, again) == shown(two.old, again)
    assert two.late.ask("SELECT count(*) FROM person WHERE id=?", child) == [(0,)]
    assert child not in [row[0] for row in two.late.ask("SELECT joined_to FROM person")]
    assert sums_here(two.late, COMMUNE).whole == sums_there(two.real, COMMUNE).whole
    assert two.late.ask("SELECT count(*) FROM change WHERE state='waiting'") == [(0,)]


def test_whose_record_stays_would_be_erased_by_a_desk_that_does_not_part_them(
    two: Two, child: RecordId, again: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what the desk thinks speaks of the child goes too, and it is the other's."""
    monkeypatch.setattr(erasing, "_part", lambda *_: None)
    erased(two, child)
    replica = two.late.replica()
    replica.meantime = lambda: joins(two.late, again, child)
    two.late.sync(replica)
    assert two.late.ask("SELECT count(*) FROM home_visit WHERE person=?", again) == [(0,)]


def test_an_older_desk_keeps_the_joining_and_shows_it_after_its_update(
    two: Two, child: RecordId, again: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    joins(two.old, again, child)
    two.old.sync()
    two.late.run(lambda tx: settings.put(tx.connection, "own_schema", 3))
    with monkeypatch.context() as then:
        then.delitem(KINDS["person"].fields, "joined_to")
        for statements, made in ((schema.SELECT_ONE, schema._select), (schema.UPSERT, schema._upsert)):
            where = " WHERE id=?" if statements is schema.SELECT_ONE else ""
            then.setitem(statements, "person", made(KINDS["person"]) + where)
        then.setattr("commune_desk.store.desk.versions.SCHEMA_VERSION", 3)
        two.late.sync()
    assert listed(two.late) == sorted([child, again]), "two, as it knows them"
    two.late.sync()
    assert listed(two.late) == [child]


def test_an_older_province_is_not_asked_before_it_can_join(
    two: Two, child: RecordId, again: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as then:
        then.setattr("sync.server.edge.app.SCHEMA_VERSION", 3)
        two.real.restart()
        two.old.sync()
        joins(two.old, again, child, person=("phone",))
        two.old.sync()
        waiting = "SELECT count(*) FROM change WHERE state='staged'"
        assert two.old.ask(waiting) == [(1,)]
    two.real.restart()
    two.sync()
    assert two.old.ask(waiting) == [(0,)]
    assert listed(two.late) == [child]


def test_a_chain_of_three_is_one_child(two: Two, child: RecordId, again: RecordId) -> None:
    third = make_person("Chìu Văn Sang")
    two.old.register.write(save_all(third, make_file(third.id))).result()
    visit(two.old, third.id)
    two.sync()
    joins(two.old, again, third.id)
    two.old.sync()
    two.late.sync()
    joins(two.late, third.id, child)
    two.sync()
    for desk in (two.old, two.late):
        assert listed(desk) == [child]
        assert shown(desk, again)["visits"] == shown(desk, child)["visits"] == 2


def test_a_move_that_goes_up_with_the_joining_takes_both(two: Two, child: RecordId, again: RecordId) -> None:
    def both(tx: Tx) -> None:
        join(tx, again, child)
        tx.settle()
        move_child(tx, child, Scope(OTHER_COMMUNE))

    two.old.run(both)
    two.sync()
    assert listed(two.new) == [child]
    assert shown(two.new, child)["reports"] == 2
    assert two.new.ask("SELECT count(*) FROM report WHERE description IS NULL") == [(0,)]


def test_rows_name_who_is_kept_however_they_came(two: Two, child: RecordId, again: RecordId, tmp_path: Path) -> None:
    joins(two.late, again, child)
    late = visit(two.late, again)
    assert two.late.ask("SELECT person FROM home_visit WHERE id=?", late) == [(child,)]
    raw = two.late.ask("SELECT CAST(raw AS TEXT) FROM change WHERE record=? ORDER BY stamp", late)[0][0]
    assert again in raw, "what is signed stays as it was written"


def test_the_same_group_and_mother_of_both_are_shown_once_and_alike_at_every_desk(
    two: Two, child: RecordId, again: RecordId
) -> None:
    mother = make_person("Chìu Thị Mây", phone="0912000333")
    own = make_group(child, from_on="2026-01-05"), make_relation(again, mother.id)
    two.old.register.write(save_all(mother, *own)).result()
    joins(two.old, again, child)
    two.sync()
    for desk in (two.old, two.late):
        record = desk.register.write(lambda tx: child_record(tx.connection, child)).result()[0]
        assert record is not None
        assert (len(record.groups), len(record.kin)) == (2, 3), "both records stay"
        assert [(one.id, one.from_on) for one in groups_once(record.groups)] == [(_first_group(two), "2024-03-02")]
        names = [(one.kin.person.full_name, one.kin.person.phone) for one in kin_once(record.kin)]
        assert sorted(names) == [("Chìu Thị Mây", "0912000333"), ("Chìu Thị Tám", None)]


def _first_group(two: Two) -> str:
    return str(two.old.ask("SELECT id FROM group_membership ORDER BY from_on")[0][0])
