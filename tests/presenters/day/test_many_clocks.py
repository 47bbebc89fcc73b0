"""What the province or the house sends stands on Today, and rings, however much that is older still runs."""

from __future__ import annotations

from datetime import UTC, datetime

from commune_desk.domain.records.reports import Report
from commune_desk.presenters.day.today import TodayPage
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.window.desk_window import next_due
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_report, save_all
from tests.helpers.moving import sql


def of_long_ago(count: int) -> list[Report]:
    """Taken up, and nobody wrote down what was done: their clocks run on."""
    return [
        make_report(received_at=f"2026-10-{1 + number % 28:02}T{number % 24:02}:00:00Z", status="acknowledged")
        for number in range(count)
    ]


def test_it_stands_among_those_of_the_province(workplace: Workplace) -> None:
    new = make_report(received_at="2026-11-22T23:15:00Z", from_province=True)
    workplace.write(save_all(*of_long_ago(8), new))
    side = TodayPage(workplace).read().side
    assert [row.route for one in side if one.key == "province" for row in one.rows] == [Route("reports", new.id)]


def test_a_locked_desk_rings_for_it(workplace: Workplace) -> None:
    workplace.write(save_all(*of_long_ago(60), make_report(received_at="2026-11-22T23:15:00Z", from_province=True)))
    assert datetime(2026, 11, 23, 11, 15, tzinfo=UTC) in workplace.read(next_due)


def test_no_end_of_protection_is_left_out_without_a_word(workplace: Workplace) -> None:
    codes = [f"QN-06838-2026-A1-{number:04}" for number in range(10)]
    for at, code in enumerate(codes):  # as the house's own word leaves it behind
        row = (code, "C:06838", code, "staying", "2026-08-22", f"2026-11-{20 + at}")
        columns = "id, scope, case_code, status, since_on, stay_until"
        sql(workplace, f"INSERT INTO placement_notice ({columns}) VALUES (?,?,?,?,?,?)", *row)
    (shown,) = [one for one in TodayPage(workplace).read().side if one.key == "notices"]
    assert [row.title for row in shown.rows] == codes[:8]
    assert shown.aside == "2 more"
