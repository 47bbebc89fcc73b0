"""The Today page without a window: what it says, and that it says it by the clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.i18n import set_language
from commune_desk.presenters.day.today import TodayPage, TodayState, badges
from commune_desk.presenters.frame.cards import Section
from commune_desk.presenters.frame.routes import Route
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import (
    make_bed,
    make_child,
    make_log_entry,
    make_person,
    make_placement,
    make_report,
    make_visit,
    save_all,
)
from tests.helpers.workplaces import OFFICER_NAME, clock_of, make_workplace


def write_task(workplace: Workplace, page: TodayPage, title: str, day: str) -> None:
    operation = page.new_task(title, day)
    assert callable(operation)
    workplace.write(operation)


def section(state: TodayState, key: str) -> Section:
    return next(one for one in (*state.main, *state.side) if one.key == key)


def add_child(workplace: Workplace, name: str, risk: str, next_visit_on: str) -> str:
    person, file = make_child(name, risk_level=risk)
    visit = make_visit(person.id, "2026-11-14", risk_level=risk, next_visit_on=next_visit_on)
    workplace.write(save_all(person, file, visit))
    return person.id


def test_an_empty_day_says_so_and_what_it_looked_for(workplace: Workplace) -> None:
    state = TodayPage(workplace).read()
    assert state.title == "Today, Monday 23/11/2026"
    assert state.subtitle == "Nothing is due today."
    assert [one.key for one in state.main] == ["clocks", "visits"]
    assert all(one.empty and not one.rows for one in state.main)
    assert [one.key for one in state.side] == ["tasks"]


def test_the_clock_row_says_what_is_left_until_when_and_by_which_law(workplace: Workplace) -> None:
    report = make_report(received_at="2026-11-22T16:40:00Z", child_age=9, child_sex="female", place="thôn Nà Ếch")
    workplace.write(save_all(report))
    page = TodayPage(workplace)
    row = section(page.read(), "clocks").rows[0]
    assert row.clock is not None
    assert (row.clock.left, row.clock.tone, row.clock.icon) == ("3 h 40 left", "warning", "clock")
    assert (row.title, row.detail) == ("Emergency measures", "until 11:40 · Decree 56, article 26")
    assert row.second == "National child helpline 111 reported at 23:40 yesterday · girl of about 9 · thôn Nà Ếch"
    assert row.route == Route("reports", report.id)


def test_the_clock_follows_the_desks_clock_wherever_it_jumps(workplace: Workplace) -> None:
    workplace.write(save_all(make_report(received_at="2026-11-22T16:40:00Z")))
    page = TodayPage(workplace)
    page.read()
    seen = []
    for minutes in (41, 60, 120, -180, 60 * 50):
        clock_of(workplace).pass_by(minutes=minutes)
        clock = section(page.reworded(), "clocks").rows[0].clock
        assert clock is not None
        seen.append((clock.left, clock.tone))
    assert seen == [
        ("2 h 59 left", "danger"),
        ("1 h 59 left", "danger"),
        ("0 h 01 late", "danger"),
        ("2 h 59 left", "danger"),
        ("47 h 01 late", "danger"),
    ]


def test_a_new_day_is_read_anew(workplace: Workplace) -> None:
    add_child(workplace, "Lý A Tài", "medium", "2026-11-24")
    page = TodayPage(workplace)
    assert section(page.read(), "visits").rows[0].chip is not None
    assert "visit due" not in page.read().subtitle
    clock_of(workplace).pass_by(hours=17)
    state = page.reworded()
    assert state.title == "Today, Tuesday 24/11/2026"
    assert state.subtitle == "1 visit due"


def test_visits_say_risk_and_lateness_in_words(workplace: Workplace) -> None:
    child = add_child(workplace, "Đặng Thị Hoà", "high", "2026-11-21")
    add_child(workplace, "Lý A Tài", "medium", "2026-11-23")
    add_child(workplace, "Hoàng Thị Ánh", "low", "2026-11-26")
    rows = section(TodayPage(workplace).read(), "visits").rows
    chips = [row.chip for row in rows if row.chip]
    assert [(chip.text, chip.tone) for chip in chips] == [
        ("High · 2 days overdue", "danger"),
        ("Medium · today", "warning"),
        ("Low", "good"),
    ]
    assert (rows[0].detail, rows[0].aside) == ("aged 14 · Khe Lạc", "seen 14/11")
    assert rows[2].aside == "by 26/11", "which day of the coming week, where the chip does not say it"
    assert rows[0].route == Route("child", child)


def test_long_lists_are_cut_and_can_be_shown(workplace: Workplace) -> None:
    for number in range(11):
        add_child(workplace, f"Lý A {number}", "low", "2026-11-20")
    page = TodayPage(workplace)
    visits = section(page.read(), "visits")
    assert (len(visits.rows), visits.more, visits.more_route) == (8, "Show all (11)", None)
    visits = section(page.show_all("visits"), "visits")
    assert (len(visits.rows), visits.more) == (11, "")


def test_a_report_of_the_province_is_taken_up_from_here(workplace: Workplace) -> None:
    report = make_report(received_at="2026-11-22T23:15:00Z", source="1800.1769", from_province=True)
    workplace.write(save_all(report))
    page = TodayPage(workplace)
    row = section(page.read(), "province").rows[0]
    assert (row.title, row.chips[0].text, row.act) == ("1800.1769 · 06:15", "not taken up", "acknowledge")
    assert workplace.read(lambda c: badges(c, page.now()))["reports"] == (1, "danger")
    workplace.write(page.operation(row.act, row.key))
    assert "province" not in [one.key for one in page.read().side]
    assert workplace.read(lambda c: badges(c, page.now()))["reports"] == (1, "quiet")


def test_tasks_are_written_down_and_done(workplace: Workplace) -> None:
    page = TodayPage(workplace)
    assert page.new_task("  ", "") == "Write what is to be done."
    assert isinstance(page.new_task("Gặp nhà trường", "31/02/2026"), str)
    operation = page.new_task("Gặp nhà trường", "27/11/2026")
    assert callable(operation)
    workplace.write(operation)
    row = section(page.read(), "tasks").rows[0]
    assert (row.title, row.second, row.button) == ("Gặp nhà trường", "by 27/11", "Done")
    workplace.write(page.operation(row.act, row.key))
    assert section(page.read(), "tasks").rows == ()


@pytest.mark.parametrize("role", ["commune_officer", "shelter_worker"])
def test_a_task_about_nobody_that_is_done_is_found_with_who_did_it(tmp_path: Path, role: str) -> None:
    set_language("en")
    scope = "S:AD01" if role == "shelter_worker" else "C:06838"
    desk = make_workplace(tmp_path, scope=scope, role=role)
    page = TodayPage(desk)
    for title in ("Gọi trạm y tế", "Gặp nhà trường", "Báo cáo tháng"):
        write_task(desk, page, title, "")
    rows = {row.title: row for row in section(page.read(), "tasks").rows}
    assert "done" not in [one.key for one in page.read().side]
    for title in ("Gặp nhà trường", "Gọi trạm y tế"):
        clock_of(desk).pass_by(minutes=1)
        desk.write(page.operation("finish_task", rows[title].key))
    hidden = section(page.read(), "done")
    assert (hidden.title, hidden.rows, hidden.more) == ("Tasks done", (), "Show 2 tasks done")
    shown = section(page.show_all("done"), "done")
    assert [row.title for row in shown.rows] == ["Gọi trạm y tế", "Gặp nhà trường"]
    assert all(row.second.endswith(OFFICER_NAME) and not row.button for row in shown.rows), shown.rows
    assert section(page.show_all("done"), "done").rows == ()
    desk.register.close()


def test_every_task_can_be_reached_however_many_there_are(workplace: Workplace) -> None:
    page = TodayPage(workplace)
    for number in range(12):
        write_task(workplace, page, f"Việc {number}", f"{number + 1}/12/2026")
    tasks = section(page.read(), "tasks")
    assert (len(tasks.rows), tasks.aside, tasks.more, tasks.more_route) == (3, "9 more", "Show 9 more tasks", None)
    tasks = section(page.show_all("tasks"), "tasks")
    assert (len(tasks.rows), tasks.aside, tasks.more) == (12, "", "")


def test_a_house_says_how_many_tasks_it_does_not_show(tmp_path: Path) -> None:
    set_language("en")
    shelter = make_workplace(tmp_path, scope="S:AD01", role="shelter_worker")
    page = TodayPage(shelter)
    for number in range(12):
        write_task(shelter, page, f"Việc {number}", "")
    tasks = section(page.read(), "tasks")
    assert (len(tasks.rows), tasks.more) == (8, "Show 4 more tasks")
    assert len(section(page.show_all("tasks"), "tasks").rows) == 12
    shelter.register.close()


def test_badges_are_red_under_three_hours(workplace: Workplace) -> None:
    workplace.write(save_all(make_report(received_at="2026-11-22T16:40:00Z", status="acknowledged")))
    add_child(workplace, "Lý A Tài", "medium", "2026-11-20")
    page = TodayPage(workplace)
    assert workplace.read(lambda c: badges(c, page.now())) == {
        "today": (2, "quiet"),
        "reports": (1, "quiet"),
        "sync": (0, "quiet"),
    }
    clock_of(workplace).pass_by(hours=1)
    assert workplace.read(lambda c: badges(c, page.now()))["today"] == (2, "danger")


def test_a_chair_looks_and_does_not_take_up(tmp_path: Path) -> None:
    set_language("en")
    chair = make_workplace(tmp_path, role="chair")
    try:
        state = TodayPage(chair).read()
        assert not state.can_write
        assert [one.key for one in state.side] == []
    finally:
        chair.register.close()


def test_a_shelter_desk_sees_ends_and_missing_entries(tmp_path: Path) -> None:
    set_language("en")
    shelter = make_workplace(tmp_path, scope="S:AD01", role="shelter_worker")
    try:
        resident, bed = make_person(scope="S:AD01"), make_bed()
        long = make_placement(resident.id, admitted_at="2026-08-25T03:00:00Z", bed=bed.id, isolation_from="2026-11-10")
        new = make_placement(resident.id, alias="Chị Lan")
        entry = make_log_entry(new.id, logged_at="2026-11-22T17:00:00Z")
        shelter.write(save_all(resident, bed, long, new, entry))
        state = TodayPage(shelter).read()
        assert state.subtitle == "2 residents"
        ending = section(state, "ending").rows
        assert [(row.title, row.chip.text if row.chip else "") for row in ending] == [
            ("Bé Mây", "1 day left"),
            ("Bé Mây", "2 days left"),
        ]
        assert [row.title for row in section(state, "logs").rows] == ["Bé Mây"]
    finally:
        shelter.register.close()
