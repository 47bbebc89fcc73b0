"""What the Today page reads, on a real register."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import Scope, new_record_id
from commune_desk.domain.records.desks import Task
from commune_desk.store.engine.schema import write_record
from commune_desk.store.pages.today import commune_day, counts, due_visits, last_logs, open_tasks
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.tasks import add_task, finish_task
from tests.helpers.builders import (
    make_child,
    make_file,
    make_group,
    make_log_entry,
    make_notice,
    make_person,
    make_placement,
    make_report,
    make_visit,
    save_all,
)
from tests.helpers.workplaces import make_workplace

TODAY = date(2026, 11, 23)


def add_child(workplace: Workplace, name: str, risk: str, next_visit_on: str, **values: str) -> str:
    person, file = make_child(name, risk_level=risk, **values)
    visit = make_visit(person.id, "2026-10-20", risk_level=risk, next_visit_on=next_visit_on)
    workplace.write(save_all(person, file, visit))
    return person.id


def test_due_visits_come_by_risk_then_lateness_and_coming_ones_after(workplace: Workplace) -> None:
    for name, risk, day in (
        ("Hoàng Thị Ánh", "low", "2026-11-26"),
        ("Lý A Tài", "medium", "2026-11-23"),
        ("Trần Văn Đức", "medium", "2026-11-22"),
        ("Đặng Thị Hoà", "high", "2026-11-21"),
        ("Chíu Sau Mẩy", "high", "2026-11-30"),
        ("Tằng Dảu Sáng", "low", "2026-12-01"),
    ):
        add_child(workplace, name, risk, day)
    add_child(workplace, "Bàn Văn Phúc", "high", "2026-11-01", status="moved_away")
    found = workplace.read(lambda c: due_visits(c, TODAY, 10))
    assert [one.name for one in found] == [
        "Đặng Thị Hoà",
        "Trần Văn Đức",
        "Lý A Tài",
        "Chíu Sau Mẩy",
        "Hoàng Thị Ánh",
    ]
    assert found[0].last_visit_on == "2026-10-20"
    numbers = workplace.read(lambda c: counts(c, TODAY))
    assert (numbers.due, numbers.this_week) == (3, 2)
    assert len(workplace.read(lambda c: due_visits(c, TODAY, 2))) == 2


def test_children_of_a_group_never_visited_are_counted_not_forgotten(workplace: Workplace) -> None:
    grouped, plain = make_person(), make_person("Lý A Tài")
    workplace.write(save_all(grouped, make_file(grouped.id), make_group(grouped.id), plain, make_file(plain.id)))
    assert workplace.read(lambda c: commune_day(c, TODAY)).never_visited == 1


def test_clocks_run_for_reports_not_acted_on(workplace: Workplace) -> None:
    first = make_report(received_at="2026-11-22T16:40:00Z")
    second = make_report(received_at="2026-11-22T23:15:00Z", from_province=True)
    workplace.write(save_all(second, first, make_report(status="acted"), make_report(status="closed")))
    day = workplace.read(lambda c: commune_day(c, TODAY))
    assert [row.id for row in day.reports] == [first.id, second.id]
    assert (day.counts.running, day.counts.from_province, day.counts.oldest) == (2, 1, first.received_at)


@pytest.mark.parametrize(
    ("birth", "coming", "past"),
    [
        ("2010-11-24", 1, 0),
        ("2011-02-21", 1, 0),
        ("2011-02-22", 0, 0),
        ("2010-11-23", 0, 1),
        ("2010", 1, 0),
        ("~2010", 1, 0),
        ("~2008", 0, 1),
        ("2001-01-01", 0, 1),
    ],
)
def test_sixteenth_birthdays_are_seen_ninety_days_before(
    workplace: Workplace, birth: str, coming: int, past: int
) -> None:
    workplace.write(save_all(*make_child(birth_date=birth)))
    day = workplace.read(lambda c: commune_day(c, TODAY))
    assert (day.turning_sixteen, day.past_sixteen) == (coming, past)
    assert len(day.sixteen) == coming


def test_a_child_without_birth_date_turns_nothing(workplace: Workplace) -> None:
    workplace.write(save_all(*make_child(birth_date=None)))
    day = workplace.read(lambda c: commune_day(c, TODAY))
    assert (day.turning_sixteen, day.past_sixteen) == (0, 0)


def test_tasks_are_added_and_done(workplace: Workplace) -> None:
    workplace.write(lambda tx: add_task(tx, "Gặp nhà trường", "2026-11-27"))
    workplace.write(lambda tx: add_task(tx, "Gọi tỉnh"))
    first, _changes = workplace.write(lambda tx: add_task(tx, " Báo cáo  tháng ", "2026-11-24"))
    day = workplace.read(lambda c: commune_day(c, TODAY))
    assert [task.title for task in day.tasks] == ["Báo cáo tháng", "Gặp nhà trường", "Gọi tỉnh"]
    workplace.write(lambda tx: finish_task(tx, first))
    assert workplace.read(lambda c: commune_day(c, TODAY)).open_tasks == 2


def test_notices_are_shown_a_week_before_they_end(workplace: Workplace) -> None:
    rows = [
        make_notice("QN-1", stay_until="2026-11-30", isolation_until="2026-11-25"),
        make_notice("QN-2", stay_until="2026-12-01"),
        make_notice("QN-3", stay_until="2026-11-24", status="ended"),
    ]

    def arrive(tx: Tx) -> None:
        """As the province's pages bring them: a commune does not write notices."""
        for row in rows:
            write_record(tx.connection, row, "")

    workplace.write(arrive)
    found = workplace.read(lambda c: commune_day(c, TODAY)).notices
    assert [(n.case_code, n.last_day, n.is_isolation) for n in found] == [
        ("QN-1", "2026-11-25", True),
        ("QN-1", "2026-11-30", False),
    ]


def test_a_shelter_sees_when_each_log_was_last_written(tmp_path: Path) -> None:
    shelter = make_workplace(tmp_path, scope="S:AD01", role="shelter_worker")
    try:
        resident = make_person(scope="S:AD01")
        new, gone = make_placement(resident.id, alias="Chị Lan"), make_placement(resident.id, status="ended")
        entries = [make_log_entry(new.id, logged_at=f"2026-11-{day}T17:00:00Z") for day in (21, 22)]
        shelter.write(save_all(resident, new, gone, *entries, make_log_entry(gone.id)))
        assert shelter.read(last_logs) == {new.id: "2026-11-22T17:00:00Z"}
    finally:
        shelter.register.close()


def test_a_task_of_the_house_names_nobody_but_by_the_name_used_there(tmp_path: Path) -> None:
    shelter = make_workplace(tmp_path, scope="S:AD01", role="shelter_worker")
    try:
        resident = make_person("Đặng Thị Hoà", scope="S:AD01")
        task = Task(
            id=new_record_id(), scope=Scope("S:AD01"), title="Rà soát tuần đầu", person=resident.id, status="open"
        )
        shelter.write(save_all(resident, make_placement(resident.id, alias="Hoa Sen"), task))
        (row,) = shelter.read(lambda c: open_tasks(c, 8))
        assert row.name == "Hoa Sen"
    finally:
        shelter.register.close()
