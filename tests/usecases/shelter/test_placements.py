"""Stays: admit first, one active stay for a person and a bed, and what the home commune learns: never who or where."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import Data
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.records.placements import Bed, Placement, PlacementNotice, isolation_ends, stay_ends
from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.time.dates import months_after
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.store.engine.schema import SELECT, read_record
from commune_desk.store.pages.placements import bed_board, log_between, stay_record, stay_row
from commune_desk.store.pages.tasks import open_tasks_of
from commune_desk.store.writing.opened import open_records
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter import placements
from commune_desk.usecases.shelter.beds import NewBed, add_beds, close_bed, read_labels, reopen_bed
from commune_desk.usecases.shelter.placements import Admission, Leaving
from commune_desk.usecases.shelter.tasks_of_stays import Reminder
from sync.change import Change
from tests.helpers.shelter_house import admission, log_entry, set_up
from tests.helpers.workplaces import clock_of, make_workplace

SECRET_WORDS = ("Mẫu Thị Lan", "Hoa Sen", "A1", "S:AD01", "Bến an toàn", "Ngôi nhà")


@pytest.fixture
def beds(house: Workplace) -> dict[str, Bed]:
    return set_up(house)


def admit(house: Workplace, made: Admission) -> str:
    stay, _changes = house.write(lambda tx: placements.admit_to_shelter(tx, made))
    return stay


def stored(house: Workplace, stay: str) -> Placement:
    record = house.read(lambda c: stay_record(c, stay))
    assert record is not None
    return record.placement


def change_bed(house: Workplace, stay: str, bed: Bed) -> None:
    opened = house.read(lambda c: open_records(c, stored(house, stay)))
    house.write(lambda tx: placements.change_bed(tx, opened, RecordId(stay), bed.id))


def complete(house: Workplace, person: Person, stay: Placement, **values: object) -> None:
    opened = house.read(lambda c: open_records(c, person, stay))
    before = Admission(person=person, placement=stay)
    after = Admission(person=person, placement=msgspec.structs.replace(stay, **values))
    house.write(lambda tx: placements.complete_stay(tx, opened, before, after))


def notices(house: Workplace) -> list[PlacementNotice]:
    rows = house.read(lambda c: c.execute(SELECT["placement_notice"]).fetchall())
    found = [read_record(KINDS["placement_notice"], row)[0] for row in rows]
    return [one for one in found if isinstance(one, PlacementNotice)]


def changes_in(house: Workplace, scope: str) -> list[Change]:
    rows = house.read(lambda c: c.execute("SELECT raw FROM change WHERE scope=?", (scope,)).fetchall())
    return [msgspec.json.decode(row[0], type=Change) for row in rows]


def test_a_girl_of_whom_nothing_is_known_gets_a_bed(house: Workplace, beds: dict[str, Bed]) -> None:
    stay = admit(house, admission(house, beds["A1"].id))
    board = {row.bed.label: row.stays for row in house.read(bed_board)}
    assert [one.alias for one in board["A1"]] == ["Hoa Sen"]
    assert stored(house, stay).case_code == "QN-00000-2026-ST01-0001"
    assert notices(house) == []


def test_case_codes_count_up_by_commune(house: Workplace) -> None:
    codes = []
    for number, commune in enumerate(("06838", "06838", None)):
        made = admission(house, alias=f"Hoa {number}", home_commune=commune)
        codes.append(stored(house, admit(house, made)).case_code)
    assert codes == ["QN-06838-2026-ST01-0001", "QN-06838-2026-ST01-0002", "QN-00000-2026-ST01-0001"]


def test_a_person_has_one_active_stay_and_stays_one_person(house: Workplace) -> None:
    first = admission(house)
    stay = admit(house, first)
    again = msgspec.structs.replace(admission(house, alias="Hoa Mai"), person=first.person)
    with pytest.raises(Refusal):
        admit(house, again)
    leave(house, stay)
    admit(house, again)


def test_a_bed_holds_one_active_stay(house: Workplace, beds: dict[str, Bed]) -> None:
    first = admit(house, admission(house, beds["A1"].id))
    second = admit(house, admission(house, alias="Hoa Mai"))
    with pytest.raises(Refusal):
        admit(house, admission(house, beds["A1"].id, "Hoa Cúc"))
    with pytest.raises(Refusal):
        change_bed(house, second, beds["A1"])
    change_bed(house, first, beds["A2"])
    change_bed(house, second, beds["A1"])


def test_two_in_the_house_never_have_the_same_name(house: Workplace) -> None:
    admit(house, admission(house))
    with pytest.raises(Invalid) as refused:
        admit(house, admission(house, alias="hoa sen"))
    assert "alias" in refused.value.fields


def test_what_the_night_needs_must_be_there_and_nothing_lies_in_the_future(house: Workplace) -> None:
    later = to_iso(house.register.clock.now() + timedelta(minutes=1))
    with pytest.raises(Invalid) as refused:
        admit(house, admission(house, alias="", reason=None, admitted_at=later))
    assert refused.value.fields.keys() == {"alias", "reason", "admitted_at"}


def leave(house: Workplace, stay: str, **values: object) -> None:
    now = to_iso(house.register.clock.now())
    defaults: dict[str, object] = {"at": now, "reason": "family", "receiver": "Bà ngoại", "destination": "Bến an toàn"}
    leaving = Leaving(stay=stored(house, stay).id, **(defaults | values))  # type: ignore[arg-type]
    house.write(lambda tx: placements.discharge(tx, leaving))


def test_the_commune_learns_state_and_days_only(house: Workplace, beds: dict[str, Bed]) -> None:
    made = admission(
        house,
        beds["A1"].id,
        full_name="Mẫu Thị Lan",
        home_commune="06838",
        isolation_from="2026-11-23",
        condition="Bến an toàn",
    )
    stay = admit(house, made)
    (notice,) = notices(house)
    assert (notice.scope, notice.status, notice.since_on) == ("C:06838", "staying", "2026-11-23")
    assert (notice.isolation_until, notice.stay_until) == ("2026-12-07", "2027-02-23")
    before = len(changes_in(house, "C:06838"))
    house.write(lambda tx: placements.go_out(tx, stored(house, stay).id, back_at=None, note="Đi khám"))
    assert len(changes_in(house, "C:06838")) == before, "nobody outside may learn when she is on the road"
    leave(house, stay)
    (notice,) = notices(house)
    assert notice.status == "ended"
    told = changes_in(house, "C:06838")
    allowed = set(KINDS["placement_notice"].fields)
    assert {change.kind for change in told} == {"placement_notice"}
    assert all(set(change.fields) <= allowed and change.data == Data.OPERATIONAL for change in told)
    text = "\n".join(msgspec.json.encode(change).decode() for change in told)
    assert [word for word in SECRET_WORDS if word in text] == []


def test_the_same_words_would_be_found_where_they_may_stand(house: Workplace, beds: dict[str, Bed]) -> None:
    """Twin: the search above is not blind."""
    admit(house, admission(house, beds["A1"].id, full_name="Mẫu Thị Lan", home_commune="06838"))
    text = "\n".join(msgspec.json.encode(change).decode() for change in changes_in(house, "S:AD01"))
    assert {"Mẫu Thị Lan", "Hoa Sen", "A1", "S:AD01"} <= {word for word in SECRET_WORDS if word in text}


def test_condition_safety_plan_and_destination_leave_the_desk_sealed(house: Workplace) -> None:
    stay = admit(house, admission(house, condition="Bầm ở tay"))
    leave(house, stay, safety_plan="Không về nhà cũ")
    sealed = {name for change in changes_in(house, "S:AD01") for name in change.seal}
    opened = {name for change in changes_in(house, "S:AD01") for name in change.set}
    assert sealed == {"condition", "safety_plan", "destination"}
    assert not sealed & opened
    assert stored(house, stay).destination == "Bến an toàn"


def test_a_commune_known_later_is_told_then_and_one_told_by_mistake_is_relieved(house: Workplace) -> None:
    made = admission(house)
    stay = admit(house, made)
    complete(house, made.person, stored(house, stay), home_commune="06838")
    complete(house, made.person, stored(house, stay), home_commune="06841")
    assert {one.scope: one.status for one in notices(house)} == {"C:06838": "ended", "C:06841": "staying"}


def test_going_out_keeps_the_bed_and_coming_back_is_logged(house: Workplace, beds: dict[str, Bed]) -> None:
    stay = stored(house, admit(house, admission(house, beds["A1"].id))).id
    now = house.register.clock.now()
    with pytest.raises(Invalid):
        house.write(lambda tx: placements.go_out(tx, stay, back_at=to_iso(now), note="Đi khám"))
    back_at = to_iso(now + timedelta(hours=2))
    house.write(lambda tx: placements.go_out(tx, stay, back_at=back_at, note="Đi khám"))
    row = house.read(lambda c: stay_row(c, stay))
    assert row is not None
    assert (row.status, row.due_back_at, row.bed) == ("out", back_at, "A1")
    with pytest.raises(Refusal):
        house.write(lambda tx: placements.go_out(tx, stay, back_at=None, note="Lần nữa"))
    clock_of(house).pass_by(hours=1)
    house.write(lambda tx: placements.come_back(tx, stay, note="Đã về"))
    log = house.read(lambda c: log_between(c, "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"))
    assert [(line.kind, line.note) for line in log] == [("outing", "Đã về"), ("outing", "Đi khám")]


def test_a_stay_ends_once_and_follow_ups_take_the_place_of_reviews(house: Workplace) -> None:
    made = msgspec.structs.replace(admission(house), reminders=(Reminder("Rà soát", "2026-11-25"),))
    stay = admit(house, made)
    leave(house, stay, reminders=(Reminder("Hỏi thăm", "2026-11-30"),))
    tasks = house.read(lambda c: open_tasks_of(c, made.person.id))
    assert [(task.title, task.due_on, task.scope) for task in tasks] == [("Hỏi thăm", "2026-11-30", "S:AD01")]
    with pytest.raises(Refusal):
        leave(house, stay)


def test_nobody_is_admitted_after_the_stay_has_ended(house: Workplace) -> None:
    """Whoever completes a stay that is over may put its hour right, and not turn it around."""
    made = admission(house)
    stay = admit(house, made)
    leave(house, stay)
    clock_of(house).pass_by(hours=5)
    ended = stored(house, stay)
    later = to_iso(clock_of(house).now() - timedelta(hours=1))
    with pytest.raises(Invalid) as refused:
        complete(house, made.person, ended, admitted_at=later)
    assert set(refused.value.fields) == {"admitted_at"}
    complete(house, made.person, ended, admitted_at=to_iso(clock_of(house).now() - timedelta(days=2)))
    assert stored(house, stay).admitted_at < ended.admitted_at


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"receiver": None}, "receiver"),
        ({"reason": ""}, "reason"),
        ({"at": "2026-11-22T00:00:00Z"}, "at"),
        ({"at": "2026-11-24T00:00:00Z"}, "at"),
    ],
)
def test_an_exit_names_who_takes_over_and_a_possible_hour(
    house: Workplace, values: dict[str, object], field: str
) -> None:
    stay = admit(house, admission(house))
    with pytest.raises(Invalid) as refused:
        leave(house, stay, **values)
    assert refused.value.fields.keys() == {field}


def test_who_left_alone_was_handed_to_nobody_and_the_dead_are_not_called(house: Workplace) -> None:
    leave(house, admit(house, admission(house)), reason="left", receiver=None)
    made = admission(house, alias="Hoa Mai")
    leave(house, admit(house, made), reason="died", receiver=None, reminders=(Reminder("Hỏi thăm", "2026-11-30"),))
    assert house.read(lambda c: open_tasks_of(c, made.person.id)) == ()


def test_the_log_takes_no_hour_before_the_admission_and_ticks_off_tasks(house: Workplace) -> None:
    made = msgspec.structs.replace(admission(house), reminders=(Reminder("Rà soát", "2026-11-23"),))
    stay = stored(house, admit(house, made)).id
    now = house.register.clock.now()
    with pytest.raises(Invalid):
        house.write(lambda tx: placements.log_care(tx, log_entry(stay, now - timedelta(hours=2), "daily", "Sớm quá")))
    (task,) = house.read(lambda c: open_tasks_of(c, made.person.id))
    house.write(lambda tx: placements.log_care(tx, log_entry(stay, now, "daily", "Yên"), [task.id]))
    assert house.read(lambda c: open_tasks_of(c, made.person.id)) == ()


def test_a_commune_officer_cannot_admit(tmp_path: Path) -> None:
    commune = make_workplace(tmp_path)
    with pytest.raises(Refusal):
        admit(commune, admission(commune))
    commune.register.close()


def test_beds_close_only_when_empty_and_open_again(house: Workplace, beds: dict[str, Bed]) -> None:
    admit(house, admission(house, beds["A1"].id))
    with pytest.raises(Refusal):
        house.write(lambda tx: close_bed(tx, beds["A1"].id))
    house.write(lambda tx: close_bed(tx, beds["A2"].id, "Đang sửa"))
    with pytest.raises(Refusal):
        admit(house, admission(house, beds["A2"].id, "Hoa Mai"))
    house.write(lambda tx: reopen_bed(tx, beds["A2"].id))
    admit(house, admission(house, beds["A2"].id, "Hoa Mai"))


def test_no_two_beds_have_one_label(house: Workplace, beds: dict[str, Bed]) -> None:
    with pytest.raises(Invalid):
        house.write(lambda tx: add_beds(tx, [NewBed("E1", "standard"), NewBed("a1", "standard")]))
    assert len(house.read(bed_board)) == len(beds)


def test_labels_are_read_as_people_write_them() -> None:
    assert read_labels("A1-A3, B1; B1\n D 2 ,") == ["A1", "A2", "A3", "B1", "D 2"]
    assert read_labels("A1-B3") == ["A1-B3"]
    assert read_labels("A3-A1") == ["A1", "A2", "A3"], "what was typed is not dropped"
    assert read_labels("P09-P11, C9-11") == ["P09", "P10", "P11", "C9", "C10", "C11"]


@given(st.dates(min_value=date(2020, 1, 1), max_value=date(2090, 1, 1)))
def test_three_months_end_on_the_same_day_or_the_last_of_the_month(day: date) -> None:
    end = date.fromisoformat(stay_ends(f"{day.isoformat()}T00:00:00Z"))
    assert 89 <= (end - day).days <= 92
    assert end.day == day.day or (end + timedelta(days=1)).day == 1
    assert months_after(day, 0) == day
    assert (date.fromisoformat(isolation_ends(day.isoformat())) - day).days == 14
