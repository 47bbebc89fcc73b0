"""Intake of reports and the steps until they are closed, on a real register."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.reports import Report, clock_runs
from commune_desk.domain.words.errors import DeskError, Invalid, Refusal
from commune_desk.store.pages.reports import (
    count_from_province,
    count_taken_unsent,
    emergency_hours,
    oldest_running,
    report_counts,
    report_ids,
    report_rows,
    report_view,
    running_reports,
)
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.moves import move_child
from commune_desk.usecases.records.reports import (
    acknowledge_report,
    close_report,
    link_report,
    record_measures,
    record_report,
    reopen_report,
    set_emergency_hours,
)
from tests.helpers.builders import make_child, make_report, save_all
from tests.helpers.moving import THERE, know_the_communes
from tests.helpers.workplaces import OFFICER, OFFICER_NAME, make_workplace

NOW = "2026-11-23T01:00:00Z"


@pytest.fixture
def waiting(workplace: Workplace) -> RecordId:
    report = make_report(from_province=True)
    workplace.write(save_all(report))
    return report.id


def stored(workplace: Workplace, report: str) -> Report:
    view = workplace.read(lambda c: report_view(c, report))
    assert view is not None
    return view.record


def test_the_officer_who_takes_a_report_in_has_taken_it_up(workplace: Workplace) -> None:
    saved, _changes = workplace.write(lambda tx: record_report(tx, make_report(reporter_name="Hàng xóm")))
    report = stored(workplace, saved)
    assert (report.status, report.acknowledged_at, report.handled_by) == ("acknowledged", NOW, OFFICER)
    assert report.received_at == "2026-11-22T15:40:00Z"
    assert report.reporter_name == "Hàng xóm"


@pytest.mark.parametrize("field", ["source", "place", "description", "received_at"])
def test_four_things_are_required(workplace: Workplace, field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        workplace.write(lambda tx: record_report(tx, make_report(**{field: ""})))
    assert list(invalid.value.fields) == [field]


def test_an_hour_to_come_and_a_strange_age_are_refused(workplace: Workplace) -> None:
    with pytest.raises(Invalid) as invalid:
        workplace.write(lambda tx: record_report(tx, make_report(received_at="2026-11-23T01:00:01Z", child_age=40)))
    assert set(invalid.value.fields) == {"received_at", "child_age"}


def test_what_names_the_informant_never_travels_open(workplace: Workplace) -> None:
    workplace.write(lambda tx: record_report(tx, make_report(reporter_name="Hàng xóm", reporter_contact="0912345678")))
    changes = workplace.read(lambda c: [bytes(row[0]) for row in c.execute("SELECT raw FROM change")])
    assert not any("Hàng xóm".encode() in raw or b"0912345678" in raw for raw in changes)


def test_only_the_first_takes_a_report_up(workplace: Workplace, waiting: RecordId) -> None:
    assert workplace.read(count_from_province) == 1
    workplace.write(lambda tx: acknowledge_report(tx, waiting))
    assert stored(workplace, waiting).handled_by == OFFICER
    assert workplace.read(count_from_province) == 0
    with pytest.raises(Refusal):
        workplace.write(lambda tx: acknowledge_report(tx, waiting))


def test_measures_stop_the_clock_and_close_the_way(workplace: Workplace, waiting: RecordId) -> None:
    with pytest.raises(Refusal):
        workplace.write(lambda tx: close_report(tx, waiting))
    workplace.write(lambda tx: record_measures(tx, waiting, measures="Đã đến nhà.", acted_at=NOW))
    report = stored(workplace, waiting)
    assert (report.status, report.acted_at, report.acknowledged_at) == ("acted", NOW, NOW)
    assert not clock_runs(report)
    workplace.write(lambda tx: close_report(tx, waiting))
    assert stored(workplace, waiting).status == "closed"


def test_a_report_without_need_is_closed_with_its_reason(workplace: Workplace, waiting: RecordId) -> None:
    workplace.write(lambda tx: record_measures(tx, waiting, measures="Báo nhầm.", acted_at=NOW, is_closed=True))
    assert stored(workplace, waiting).status == "closed"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("measures", {"measures": "", "acted_at": NOW}),
        ("acted_at", {"measures": "Đã đến.", "acted_at": "2026-11-22T15:39:59Z"}),
        ("acted_at", {"measures": "Đã đến.", "acted_at": "2026-11-23T01:00:01Z"}),
    ],
)
def test_measures_need_words_and_an_hour_since_the_report(
    workplace: Workplace, waiting: RecordId, field: str, values: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as invalid:
        workplace.write(
            lambda tx: record_measures(tx, waiting, measures=values["measures"], acted_at=values["acted_at"])
        )
    assert list(invalid.value.fields) == [field]


def test_who_closes_what_a_colleague_has_closed_is_not_told_to_write_down_what_was_done(
    workplace: Workplace, waiting: RecordId
) -> None:
    workplace.write(lambda tx: record_measures(tx, waiting, measures="Báo nhầm.", acted_at=NOW, is_closed=True))
    with pytest.raises(Refusal, match="in another state by now"):
        workplace.write(lambda tx: close_report(tx, waiting))


def test_a_reopened_report_runs_from_its_own_hour_again(workplace: Workplace, waiting: RecordId) -> None:
    workplace.write(lambda tx: record_measures(tx, waiting, measures="Báo nhầm.", acted_at=NOW, is_closed=True))
    workplace.write(lambda tx: reopen_report(tx, waiting))
    report = stored(workplace, waiting)
    assert (report.status, report.acted_at, report.received_at) == ("acknowledged", None, "2026-11-22T15:40:00Z")
    assert clock_runs(report)
    with pytest.raises(DeskError):
        workplace.write(lambda tx: link_report(tx, waiting, new_record_id()))


def test_a_report_is_linked_to_a_child_of_the_register(workplace: Workplace, waiting: RecordId) -> None:
    person, file = make_child()
    workplace.write(save_all(person, file))
    workplace.write(lambda tx: link_report(tx, waiting, person.id))
    row = workplace.read(lambda c: report_rows(c, [waiting]))[0]
    assert (row.person, row.child_name) == (person.id, "Đặng Thị Hoà")


def test_lists_put_first_what_runs_out_first(workplace: Workplace) -> None:
    early, late = make_report(received_at="2026-11-22T10:00:00Z"), make_report(received_at="2026-11-22T20:00:00Z")
    done = [make_report(status="acted", received_at=f"2026-11-{day}T10:00:00Z") for day in ("10", "12")]
    workplace.write(save_all(late, early, *done))
    assert workplace.read(lambda c: report_ids(c, "open")) == [early.id, late.id]
    assert workplace.read(lambda c: report_ids(c, "acted")) == [done[1].id, done[0].id]
    assert workplace.read(lambda c: report_ids(c, "closed")) == []
    assert [row.id for row in workplace.read(lambda c: running_reports(c, 1))] == [early.id]
    assert workplace.read(oldest_running) == early.received_at
    assert workplace.read(report_counts) == {"waiting": 2, "acted": 2}


def test_the_list_tells_who_took_it_up(workplace: Workplace, waiting: RecordId) -> None:
    workplace.write(lambda tx: acknowledge_report(tx, waiting))
    assert workplace.read(lambda c: report_rows(c, [waiting]))[0].officer == OFFICER_NAME


def test_a_place_sets_itself_fewer_hours_but_never_more(workplace: Workplace) -> None:
    assert workplace.read(emergency_hours) == 12
    workplace.write(lambda tx: set_emergency_hours(tx, 8))
    assert workplace.read(emergency_hours) == 8
    with pytest.raises(Invalid):
        workplace.write(lambda tx: set_emergency_hours(tx, 13))


def test_a_chair_reads_and_does_not_write(tmp_path: Path) -> None:
    chair = make_workplace(tmp_path, role="chair")
    try:
        with pytest.raises(Refusal):
            chair.write(lambda tx: record_report(tx, make_report()))
    finally:
        chair.register.close()


def settle(workplace: Workplace) -> None:
    """The province has all that was written so far, and told so in its feed."""
    workplace.write(lambda tx: tx.connection.execute("UPDATE change SET state='accepted', seq=stamp"))


def test_a_report_taken_up_is_told_apart_until_the_province_knows(workplace: Workplace, waiting: RecordId) -> None:
    other = make_report(from_province=True)
    workplace.write(save_all(other))
    settle(workplace)
    assert workplace.read(count_taken_unsent) == 0
    workplace.write(lambda tx: acknowledge_report(tx, waiting))
    workplace.write(lambda tx: record_report(tx, make_report()))
    assert workplace.read(count_taken_unsent) == 1
    settle(workplace)
    assert workplace.read(count_taken_unsent) == 0
    workplace.write(lambda tx: record_measures(tx, waiting, measures="Đưa cháu về bà", acted_at=NOW))
    assert workplace.read(count_taken_unsent) == 0, "what follows is no taking up"


def test_a_report_is_worked_with_though_its_child_is_on_the_way_to_another_commune(workplace: Workplace) -> None:
    """The twelve hours of the law run; only what the report says of whom it is about stays as it is."""
    person, file = make_child()
    report = make_report(person=person.id)
    workplace.write(save_all(person, file, report))
    know_the_communes(workplace)
    workplace.write(lambda tx: move_child(tx, person.id, THERE))
    workplace.write(lambda tx: acknowledge_report(tx, report.id))
    workplace.write(lambda tx: record_measures(tx, report.id, measures="Đã đến nhà.", acted_at=NOW))
    workplace.write(lambda tx: close_report(tx, report.id))
    workplace.write(lambda tx: reopen_report(tx, report.id))
    workplace.write(lambda tx: record_measures(tx, report.id, measures="Đã đến nhà.", acted_at=NOW, is_closed=True))
    view = workplace.read(lambda c: report_view(c, report.id))
    assert view is not None
    assert (view.record.status, view.record.measures) == ("closed", "Đã đến nhà.")
    with pytest.raises(Refusal):
        workplace.write(lambda tx: link_report(tx, report.id, person.id))
