"""A child's page without a window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId, Scope, new_record_id
from commune_desk.domain.records.desks import Task
from commune_desk.i18n import set_language
from commune_desk.presenters.child.page import ChildPage
from commune_desk.presenters.frame.moments import Moment
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.reports.emergency_hours import hours_now, hours_operation, hours_options
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.children import ChildEntry, KinEntry, register_child
from commune_desk.usecases.records.tasks import finish_task
from sync import protocol
from tests.helpers.builders import make_child, make_household, make_person, make_report, make_visit, save_all
from tests.helpers.child_views import view
from tests.helpers.workplaces import asked_by_the_screen, clock_of, make_workplace, work_for_real

GRANDMOTHER = make_person("Bàn Thị Mùi", birth_date="1959", phone="0912345678")


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    person, file = make_child("Đặng Thị Hoà", ethnicity="09", risk_level="high")
    sibling, its_file = make_child("Đặng A Sinh", birth_date="2017-04-05", sex="male")
    entry = ChildEntry(
        person=person,
        file=msgspec.structs.replace(file, opened_on="2024-03-02"),
        household=make_household(household_class="poor"),
        kin=(
            KinEntry(person=GRANDMOTHER, relation="maternal_grandmother", is_caregiver=True),
            KinEntry(person=sibling, relation="younger_sibling"),
        ),
        groups=("HCDB01.3", "HCDB11"),
    )
    workplace.write(lambda tx: register_child(tx, ChildEntry(person=sibling, file=its_file)))
    workplace.write(lambda tx: register_child(tx, entry))
    sql(workplace, "UPDATE change SET state='accepted'")
    clock_of(workplace).pass_by(hours=1)
    return person.id


def sql(workplace: Workplace, statement: str, *values: Any) -> None:
    workplace.register.write(lambda tx: tx.connection.execute(statement, values)).result()


def moments(workplace: Workplace, person: str, heading: str) -> list[Moment]:
    return [moment for moment in view(workplace, person).timeline if moment.heading == heading]


def test_a_task_that_is_done_stands_in_the_timeline_by_who_did_it(workplace: Workplace, child: RecordId) -> None:
    task = Task(
        id=new_record_id(),
        scope=Scope(workplace.register.identity.scope),
        person=child,
        title="Gọi trạm y tế",
        due_on="2026-11-25",
    )
    workplace.write(save_all(task))
    assert moments(workplace, child, "Task done") == [], "it is still to be done"
    workplace.write(lambda tx: finish_task(tx, task.id))
    (moment,) = moments(workplace, child, "Task done")
    assert moment.body == "Gọi trạm y tế"
    assert "Cán bộ Thử" in moment.meta
    workplace.write(lambda tx: tx.save(msgspec.structs.replace(tx.existing(Task, task.id), status="open")))
    assert moments(workplace, child, "Task done") == [], "it was taken up again"


def test_the_header_says_who_it_is(workplace: Workplace, child: RecordId) -> None:
    seen = view(workplace, child)
    assert (seen.name, seen.initials) == ("Đặng Thị Hoà", "HO")
    assert seen.line == "female · aged 14 (03/02/2012) · Dao · Khe Lạc"
    assert [chip.text for chip in seen.chips] == ["High risk", "Lost both parents", "Restricted information"]


def test_opening_the_page_is_written_down(workplace: Workplace, child: RecordId) -> None:
    view(workplace, child)
    workplace.register.write(lambda tx: None).result()
    rows = workplace.read(lambda c: c.execute("SELECT action, record FROM audit WHERE action='open'").fetchall())
    assert rows == [("open", child)]


def test_a_visit_not_sent_yet_says_so(workplace: Workplace, child: RecordId) -> None:
    visit = make_visit(child, "2026-11-23", visited_at="08:20", next_step="Gặp nhà trường.", next_visit_on="2026-11-27")
    workplace.write(work_for_real)
    workplace.write(save_all(visit))
    (moment,) = moments(workplace, child, "Home visit")
    assert moment.meta == "08:20 today · Cán bộ Thử"
    assert moment.chip == "not sent yet"
    assert moment.body.splitlines()[-1] == "Next: Gặp nhà trường. Next visit 27/11."
    sql(workplace, "UPDATE change SET state='accepted'")
    assert moments(workplace, child, "Home visit")[0].chip == ""


def receipt(workplace: Workplace, up_to: str, at: str) -> None:
    """The province has signed for everything up to the change that `up_to` selects; the times are its own."""
    body = protocol.encode(protocol.Receipt(desk="D-TEST01", accepted_n=1, durable_n=0, at=at, results=[]))
    insert = f"INSERT INTO receipt SELECT max(n), 0, '2001-01-01T00:00:00Z', ?, x'' FROM change WHERE {up_to}"
    workplace.write(lambda tx: tx.connection.execute(insert, (body,)))
    sql(workplace, "UPDATE change SET state='accepted' WHERE n<=(SELECT max(accepted_n) FROM receipt)")


def test_what_a_receipt_names_says_when_the_province_signed_and_the_rest_does_not(
    workplace: Workplace, child: RecordId
) -> None:
    workplace.write(work_for_real)
    first, second, third = (make_visit(child, f"2026-11-2{day}") for day in range(3))
    for visit in (first, second, third):
        workplace.write(save_all(visit))
    receipt(workplace, f"record='{first.id}'", "2026-11-23T00:42:00Z")
    receipt(workplace, f"record='{second.id}'", "2026-11-22T00:42:00Z")
    told = [(moment.chip, moment.proof) for moment in moments(workplace, child, "Home visit")]
    assert told == [
        ("not sent yet", ""),
        ("", "sent, receipt 07:42 yesterday"),
        ("", "sent, receipt 07:42 today"),
    ]
    sql(workplace, "DELETE FROM receipt")
    assert {moment.proof for moment in moments(workplace, child, "Home visit")} == {""}, "never without a receipt"


def test_a_report_whose_measures_are_not_sent_does_not_look_delivered(workplace: Workplace, child: RecordId) -> None:
    workplace.write(work_for_real)
    report = make_report(person=child)
    workplace.write(save_all(report))
    receipt(workplace, "1", "2026-11-23T00:42:00Z")
    assert moments(workplace, child, "Information received")[0].proof == "sent, receipt 07:42 today"
    workplace.write(save_all(msgspec.structs.replace(report, setting="home")))
    (moment,) = moments(workplace, child, "Information received")
    assert (moment.chip, moment.chip_icon, moment.proof) == ("not sent yet", "clock", "")


def test_what_is_in_conflict_says_so_with_an_icon_until_it_is_decided(workplace: Workplace, child: RecordId) -> None:
    workplace.write(save_all(msgspec.structs.replace(GRANDMOTHER, phone="0978111222")))
    ours = workplace.read(lambda c: c.execute("SELECT id FROM change ORDER BY n DESC LIMIT 1").fetchone()[0])
    sql(
        workplace,
        "INSERT INTO conflict (id, scope, kind, record, field, ours, theirs, opened_seq, state) VALUES"
        f" ('{'c' * 32}', 'C:06838', 'person', '{GRANDMOTHER.id}', 'phone', '{'d' * 32}', '{ours}', 1, 'open')",
    )
    (moment,) = moments(workplace, child, "Details edited")
    assert (moment.chip, moment.chip_icon, moment.chip_tone) == (
        "in conflict, to be decided",
        "alert-circle",
        "warning",
    )
    sql(workplace, "UPDATE conflict SET state='closed'")
    assert moments(workplace, child, "Details edited")[0].chip == ""


def test_a_training_register_says_nothing_of_sending(workplace: Workplace, child: RecordId) -> None:
    workplace.write(save_all(make_visit(child)))
    (moment,) = moments(workplace, child, "Home visit")
    assert (moment.chip, moment.tone) == ("", "quiet")


@pytest.mark.parametrize("heading", ["Home visit", "Information received", "Joins a group", "Entered the register"])
def test_what_the_province_set_aside_does_not_look_delivered(
    workplace: Workplace, child: RecordId, heading: str
) -> None:
    workplace.write(save_all(make_visit(child), make_report(person=child)))
    sql(workplace, "UPDATE change SET state='accepted'")
    assert {moment.chip for moment in moments(workplace, child, heading)} == {""}
    sql(workplace, "UPDATE change SET state='quarantined'")
    found = {(moment.chip, moment.chip_icon, moment.tone) for moment in moments(workplace, child, heading)}
    assert found == {("set aside by the province", "alert-triangle", "danger")}


def test_a_corrected_visit_stays_and_says_so(workplace: Workplace, child: RecordId) -> None:
    visit = make_visit(child, risk_level="high")
    workplace.write(save_all(visit, make_visit(child, amends=visit.id, risk_level="low")))
    sql(workplace, "UPDATE change SET state='accepted'")
    assert [moment.chip for moment in moments(workplace, child, "Home visit")] == ["corrected later"]
    (correction,) = moments(workplace, child, "Correction of a home visit")
    assert correction.route is not None
    assert correction.route.form == "visit_correction"
    assert moments(workplace, child, "Home visit")[0].route is None
    assert [point.level for point in view(workplace, child).risk] == [0]


def test_an_edit_tells_old_and_new_who_and_where(workplace: Workplace, child: RecordId) -> None:
    workplace.write(save_all(msgspec.structs.replace(GRANDMOTHER, phone="0978111222")))
    (moment,) = moments(workplace, child, "Details edited")
    assert moment.body == "Bàn Thị Mùi\nPhone: 0912 345 678 → 0978 111 222"
    assert moment.meta == "09:00 today · Cán bộ Thử · D-TEST01"


def test_a_value_that_lost_is_shown_as_kept(workplace: Workplace, child: RecordId) -> None:
    workplace.write(save_all(msgspec.structs.replace(GRANDMOTHER, phone="0978111222")))
    sql(workplace, "UPDATE change SET state='accepted', outcomes='{\"phone\":\"conflict\"}' WHERE state='waiting'")
    (moment,) = moments(workplace, child, "Details edited")
    assert moment.chip == "another value stands"
    assert moment.body.endswith("(kept here, does not stand)")


def test_what_waits_for_a_decision_is_counted_without_reading_what_others_wrote(
    workplace: Workplace, child: RecordId
) -> None:
    values = "?, 'C:06838', 'person', ?, ?, NULL, NULL, ?, 1, 'open', NULL"
    stranger = make_person().id
    for one, (record, field) in enumerate(
        [(child, "phone"), (child, "phone"), (GRANDMOTHER.id, "address"), (stranger, "phone")]
    ):
        sql(workplace, f"INSERT INTO conflict VALUES ({values})", f"{one:032}", record, field, f"{one + 9:032}")
    with asked_by_the_screen(workplace) as asked:
        seen = view(workplace, child)
    assert seen.conflict_notice.startswith("2 details were changed differently")
    assert [statement for statement in asked if "WHERE c.id=" in statement] == []


def test_the_entry_is_the_oldest_moment_and_creations_are_not_edits(workplace: Workplace, child: RecordId) -> None:
    timeline = view(workplace, child).timeline
    assert timeline[-1].heading == "Entered the register"
    assert [moment.heading for moment in timeline if "edited" in moment.heading] == []
    assert len(moments(workplace, child, "Joins a group")) == 2


def test_a_report_runs_its_clock_and_keeps_its_words_sealed(workplace: Workplace, child: RecordId) -> None:
    report = make_report(person=child, received_at="2026-11-22T20:40:00Z")
    workplace.write(save_all(report))
    seen = view(workplace, child)
    assert "Emergency measures by 15:40 23/11" in [chip.text for chip in seen.chips]
    (moment,) = moments(workplace, child, "Information received")
    assert moment.route == Route("reports", report.id)
    assert report.description not in moment.body
    clock_of(workplace).pass_by(days=2)
    assert "Emergency measures were due by 15:40 23/11" in [chip.text for chip in view(workplace, child).chips]


def test_protection_is_told_without_the_place(workplace: Workplace, child: RecordId) -> None:
    number = next(fact.value for fact in view(workplace, child).facts if fact.label == "Case code")
    columns = "id, scope, case_code, status, since_on, stay_until"
    sql(
        workplace,
        f"INSERT INTO placement_notice ({columns}) VALUES ('n', 'C:06838', ?, 'staying', '2026-11-22', '2027-02-22')",
        number,
    )
    assert view(workplace, child).notice == "Under protection until 22/02/2027; contact the province."
    for isolated, shown in (("2026-11-23", "23/11/2026"), ("2026-11-22", "22/02/2027")):
        sql(workplace, "UPDATE placement_notice SET isolation_until=?", isolated)
        assert view(workplace, child).notice == f"Under protection until {shown}; contact the province."
    (moment,) = moments(workplace, child, "Under protection")
    assert (moment.body != "", moment.chip, moment.tone) == (True, "", "danger")
    sql(workplace, "UPDATE placement_notice SET status='ended'")
    assert view(workplace, child).notice == ""
    (moment,) = moments(workplace, child, "Under protection")
    assert (moment.body, moment.chip, moment.tone) == ("", "ended", "quiet")


def test_family_with_phones_and_files(workplace: Workplace, child: RecordId) -> None:
    grandmother, sibling = view(workplace, child).family
    assert grandmother.detail == "maternal grandmother, aged 66–67"
    assert grandmother.second == "carer · 0912 345 678"
    assert not grandmother.has_file
    assert sibling.has_file
    (back,) = view(workplace, sibling.person).family
    assert (back.name, back.second) == ("Đặng Thị Hoà", "this child is the younger brother or sister")


def test_what_was_agreed_at_a_visit_that_was_corrected_is_not_a_next_step(
    workplace: Workplace, child: RecordId
) -> None:
    """Though the day that it had by mistake is the latest."""
    wrong = make_visit(child, "2026-11-22", next_visit_on=None, next_step="Gặp nhà trường")
    right = make_visit(child, "2026-11-12", next_visit_on=None, next_step="Xếp lớp 8", amends=wrong.id)
    workplace.write(save_all(wrong, right))
    assert [step.text for step in view(workplace, child).steps if step.when == "as agreed"] == ["Xếp lớp 8"]


def test_next_steps_come_in_order_and_late_ones_say_so(workplace: Workplace, child: RecordId) -> None:
    workplace.write(save_all(make_visit(child, "2026-11-10", next_visit_on="2026-11-20", next_step="Xếp lớp 8")))
    steps = view(workplace, child).steps
    assert [(step.when, step.text, step.is_late) for step in steps] == [
        ("20/11", "Home visit", True),
        ("as agreed", "Xếp lớp 8", False),
    ]


def test_details_leave_out_what_nobody_knows(workplace: Workplace, child: RecordId) -> None:
    facts = {fact.label: fact.value for fact in view(workplace, child).facts}
    assert facts["Household class"] == "Poor"
    assert "Phone" not in facts


def test_groups_are_named_in_full_where_they_are_managed(workplace: Workplace, child: RecordId) -> None:
    names = [group.name for group in view(workplace, child).groups]
    assert "Sexually abused children" in names
    group = view(workplace, child).groups[0]
    page = ChildPage(workplace, child)
    workplace.write(page.leave_group(group.membership))
    assert [one.is_open for one in view(workplace, child).groups].count(True) == 1


def test_closing_and_reopening(workplace: Workplace, child: RecordId) -> None:
    page = ChildPage(workplace, child)
    page.view()
    workplace.write(page.move_file("moved_away"))
    seen = page.view()
    assert seen is not None
    assert (seen.is_open, seen.chips[0].text, seen.steps) == (False, "Moved out of the province", ())
    workplace.write(page.move_file("active"))
    assert view(workplace, child).is_open


def test_a_relation_ends_today(workplace: Workplace, child: RecordId) -> None:
    page = ChildPage(workplace, child)
    row = view(workplace, child).family[0]
    workplace.write(page.end_relation(row.relation))
    assert view(workplace, child).family[-1].is_past


def test_who_has_no_file_has_no_page(workplace: Workplace, child: RecordId) -> None:
    assert ChildPage(workplace, GRANDMOTHER.id).view() is None


def test_a_chair_may_look_but_not_write(tmp_path: Path) -> None:
    set_language("en")
    (tmp_path / "chair").mkdir()
    chair = make_workplace(tmp_path / "chair", role="chair")
    person, file = make_child()
    for record in (person, file):
        columns = {name: value for name, value in msgspec.structs.asdict(record).items() if value not in (None, ())}
        statement = f"INSERT INTO {'person' if record is person else 'child_file'} ({', '.join(columns)})"
        sql(chair, f"{statement} VALUES ({', '.join('?' * len(columns))})", *columns.values())
    assert not view(chair, person.id).can_write
    chair.register.close()


def test_the_clock_of_a_report_counts_the_hours_that_the_place_set_itself(
    workplace: Workplace, child: RecordId
) -> None:
    workplace.write(save_all(make_report(person=child, received_at="2026-11-22T20:40:00Z")))
    workplace.write(hours_operation("8"))
    assert hours_now(workplace) == "8"
    assert "Emergency measures by 11:40 23/11" in [chip.text for chip in view(workplace, child).chips]
    assert [code for code, _text in hours_options()] == [str(count) for count in range(12, 0, -1)]


def test_a_visit_is_corrected_only_by_who_may_write_and_while_the_file_is_open(
    workplace: Workplace, child: RecordId
) -> None:
    visit = make_visit(child)
    workplace.write(save_all(visit))
    assert moments(workplace, child, "Home visit")[0].route == Route("child", visit.id, "visit_correction")
    page = ChildPage(workplace, child)
    page.view()
    workplace.write(page.move_file("closed"))
    assert moments(workplace, child, "Home visit")[0].route is None


def test_what_waits_in_a_report_of_the_child_counts_as_the_timeline_tells_it(
    workplace: Workplace, child: RecordId
) -> None:
    report = make_report(person=child)
    workplace.write(save_all(report))
    values = "?, 'C:06838', 'report', ?, 'measures', NULL, NULL, ?, 1, 'open', NULL"
    sql(workplace, f"INSERT INTO conflict VALUES ({values})", "1" * 32, report.id, "2" * 32)
    assert view(workplace, child).conflict_notice.startswith("1 detail was changed differently")
