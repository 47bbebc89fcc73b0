"""The reports page without a window."""

from __future__ import annotations

from pathlib import Path

from commune_desk.i18n import set_language
from commune_desk.presenters.reports.page import ACKNOWLEDGE, CLOSE, LINK, MEASURES, REOPEN, ReportsPage
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.reports import record_measures
from tests.helpers.builders import make_child, make_report, save_all
from tests.helpers.workplaces import OFFICER_NAME, clock_of, make_workplace

NOW = "2026-11-23T01:00:00Z"


def test_a_line_says_by_words_icon_and_tone_what_runs_out(workplace: Workplace) -> None:
    report = make_report(received_at="2026-11-22T15:40:00Z", from_province=True)
    workplace.write(save_all(report))
    page = ReportsPage(workplace)
    line = page.rows([report.id])[0]
    assert line.clock is not None
    assert (line.clock.text, line.clock.tone, line.clock.icon) == ("2 h 40 left", "danger", "alert-triangle")
    assert (line.status.text, line.status.tone) == ("not taken up", "danger")
    assert (line.title, line.second) == (
        "National child helpline 111",
        "22:40 yesterday · sent by the province · child not known yet",
    )
    clock_of(workplace).pass_by(hours=3)
    clock = page.rows([report.id])[0].clock
    assert clock is not None
    assert clock.text == "0 h 20 late"


def test_the_way_of_a_report_through_its_tabs(workplace: Workplace) -> None:
    report = make_report(from_province=True)
    workplace.write(save_all(report))
    page = ReportsPage(workplace)
    assert page.subtitle() == "1 emergency clock is running · 1 report of the province not taken up"
    assert page.tabs()[0] == ("open", "To handle 1")
    assert page.open(report.id).actions == (ACKNOWLEDGE, MEASURES, LINK)  # type: ignore[union-attr]
    workplace.write(page.operation(ACKNOWLEDGE, report.id))
    workplace.write(lambda tx: record_measures(tx, report.id, measures="Đã đến.", acted_at=NOW))
    assert page.view_of(report.id) == "acted"
    assert page.rows([report.id])[0].clock is None
    workplace.write(page.operation(CLOSE, report.id))
    detail = page.open(report.id)
    assert detail is not None
    assert (detail.actions, detail.measures, detail.clock) == ((REOPEN,), "Đã đến.", None)
    workplace.write(page.operation(REOPEN, report.id))
    assert page.ids("open") == [report.id]
    assert page.subtitle() == "1 emergency clock is running"


def test_who_is_it_about_is_said_as_far_as_known(workplace: Workplace) -> None:
    known = make_report(child_name="Chíu Sau Mẩy", child_age=12)
    girl = make_report(child_sex="female", child_age=9)
    boy = make_report(child_sex="male")
    workplace.write(save_all(known, girl, boy))
    found = {line.id: line.second for line in ReportsPage(workplace).rows([known.id, girl.id, boy.id])}
    assert found == {
        known.id: "22:40 yesterday · Chíu Sau Mẩy, aged 12",
        girl.id: "22:40 yesterday · girl of about 9",
        boy.id: "22:40 yesterday · boy, age not known",
    }


def test_the_informant_is_shown_only_when_asked_for_and_that_is_written_down(workplace: Workplace) -> None:
    report = make_report(reporter_name="Hàng xóm", reporter_contact="0912345678")
    workplace.write(save_all(report))
    page = ReportsPage(workplace)
    detail = page.open(report.id)
    assert detail is not None
    assert (detail.has_informant, detail.informant) == (True, ())
    detail = page.open(report.id, with_informant=True)
    assert detail is not None
    assert detail.informant == (("Informant", "Hàng xóm"), ("Contact", "0912345678"))
    workplace.write(lambda tx: None)
    looked = workplace.read(
        lambda c: [row[0] for row in c.execute("SELECT action FROM audit WHERE record=? ORDER BY seq", (report.id,))]
    )
    assert looked == ["create", "open", "open_informant"]


def test_a_report_is_linked_and_names_its_child(workplace: Workplace) -> None:
    person, file = make_child()
    report = make_report()
    workplace.write(save_all(person, file, report))
    page = ReportsPage(workplace)
    workplace.write(page.operation(LINK, report.id, person=person.id))
    detail = page.open(report.id)
    assert detail is not None
    assert detail.person == person.id
    assert dict(detail.lines)["Child"] == "Đặng Thị Hoà"


def test_who_took_it_up_is_named(workplace: Workplace) -> None:
    report = make_report()
    workplace.write(save_all(report))
    page = ReportsPage(workplace)
    workplace.write(page.operation(ACKNOWLEDGE, report.id))
    detail = page.open(report.id)
    assert detail is not None
    assert dict(detail.lines)["Taken up"] == f"08:00 · {OFFICER_NAME}"


def test_a_chair_reads_without_actions(tmp_path: Path) -> None:
    set_language("en")
    chair = make_workplace(tmp_path, role="chair")
    try:
        page = ReportsPage(chair)
        assert not page.can_write
        assert page.open("0" * 32) is None
        assert page.view_of("0" * 32) == ""
    finally:
        chair.register.close()
