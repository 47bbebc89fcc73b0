"""A PC whose clock is wrong works on, and its sync page says so: as of the last word of the province over the line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.time.skew import ClockSkew
from commune_desk.domain.words.errors import Fault
from commune_desk.presenters.child.form import ChildForm
from commune_desk.presenters.child.visit_form import VisitForm
from commune_desk.presenters.day.today import TodayPage
from commune_desk.presenters.frame.entry_form import EntryForm
from commune_desk.presenters.reports.form import MeasuresForm, ReportForm
from commune_desk.presenters.sync.page import sync_page
from commune_desk.program_files import code_book
from commune_desk.store.exchange.following import freeze
from commune_desk.store.pages.sync_status import sync_facts
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.sync.agent import SyncStatus
from commune_desk.usecases.sync.desk_sync import DeskSync
from commune_desk.usecases.sync.log import sync_log
from tests.helpers.builders import make_file, make_person, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.workplaces import HandClock
from tests.sync.actors.real_province import RealProvince, real_province

NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)


@pytest.fixture
def pc() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path, clock=HandClock(NOW)) as made:
        yield made


@pytest.fixture
def desk(real: RealProvince, tmp_path: Path, pc: HandClock) -> Iterator[EnrolledDesk]:
    with closing(enrolled_desk(real, tmp_path / "pc", clock=pc)) as made:
        yield made


def skew(desk: EnrolledDesk) -> ClockSkew:
    return desk.open.register.read(sync_facts).clock


def said(desk: EnrolledDesk) -> list[str]:
    """What the sync page says of the PC's clock."""
    state = sync_page(desk.open.register.read(sync_facts), SyncStatus())
    return [line.text for line in state.line if "Đồng hồ" in line.text]


@pytest.mark.parametrize("hours", [3, -7, 24 * 365 * 20])
def test_a_wrong_clock_is_measured_and_told_and_goes_when_it_is_set(
    desk: EnrolledDesk, pc: HandClock, hours: int
) -> None:
    pc.at = NOW + timedelta(hours=hours)
    desk.sync()
    assert skew(desk) == ClockSkew(to_iso(NOW), hours * 3600)
    assert len(said(desk)) == 1
    assert f"this PC's clock {hours * 3600:+d} s" in desk.open.register.read(lambda db: sync_log(db, to_iso(NOW)))
    pc.at = NOW
    desk.sync()
    assert (skew(desk).seconds_ahead, said(desk)) == (0, [])


def test_the_twin_a_right_clock_is_not_told_of(desk: EnrolledDesk) -> None:
    assert skew(desk) == ClockSkew()
    desk.sync()
    assert (skew(desk), said(desk)) == (ClockSkew(to_iso(NOW)), [])


def cards(desk: EnrolledDesk) -> list[str]:
    """What Today says of the PC's clock, where hours are counted by it."""
    shown = TodayPage(Workplace(desk.open.register, code_book())).read().main
    return [row.title for card in shown if card.key == "pc_clock" for row in card.rows]


def test_today_says_so_too_beside_the_hours_that_it_shows(desk: EnrolledDesk, pc: HandClock) -> None:
    desk.sync()
    assert cards(desk) == [], "the twin: a right clock"
    pc.at = datetime(1970, 1, 1, 1, 0, tzinfo=UTC)
    desk.sync()
    assert cards(desk) == said(desk) != []
    desk.open.register.write(lambda tx: freeze(tx, "restored")).result()
    assert cards(desk) == [], "another PC's, where a backup was restored"


def test_a_round_that_goes_on_for_an_hour_makes_no_clock_wrong(desk: EnrolledDesk, pc: HandClock) -> None:
    """Files may be carried for long after the province has said what time it is."""
    hours = iter((0,))

    def time_goes_by(_news: ChangeSet) -> None:
        pc.at += timedelta(hours=next(hours, 0))

    session = DeskSync(desk.open.register, time_goes_by, connect=lambda pins: desk.province.transport())
    session.sync()
    hours = iter((1,))
    session.sync()
    assert (pc.at, skew(desk).seconds_ahead) == (NOW + timedelta(hours=1), 0)


def test_without_a_contact_what_was_found_stays(desk: EnrolledDesk, pc: HandClock, real: RealProvince) -> None:
    pc.at = NOW + timedelta(hours=3)
    desk.sync()
    found = skew(desk)
    pc.at = NOW + timedelta(days=40)
    real.line.down = True
    with pytest.raises(Fault):
        desk.sync()
    assert skew(desk) == found


def test_a_new_enrolment_knows_nothing_of_it(desk: EnrolledDesk, pc: HandClock) -> None:
    pc.at = NOW + timedelta(hours=3)
    desk.sync()
    desk.enrol_anew()
    assert skew(desk) == ClockSkew()


@pytest.fixture
def behind(desk: EnrolledDesk, pc: HandClock) -> Workplace:
    """At a PC with a dead battery, which the province has just told the time."""
    child = make_person("Chìu Văn Sáng", birth_date="2014-05-17")
    desk.open.register.write(save_all(child, make_file(child.id))).result()
    pc.at = datetime(1970, 1, 1, 1, 0, tzinfo=UTC)
    desk.sync()
    return Workplace(desk.open.register, code_book())


def asked(workplace: Workplace, sql: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = workplace.read(lambda c: c.execute(sql).fetchall())
    return found


def visit_form(workplace: Workplace) -> VisitForm:
    ((person,),) = asked(workplace, "SELECT id FROM person WHERE full_name='Chìu Văn Sáng'")
    return VisitForm(workplace, person)


def save(workplace: Workplace, form: EntryForm[Any], **typed: object) -> None:
    for name, value in typed.items():
        form.edit(name, value)
        form.leave(name)
    operation = form.submit()
    assert operation is not None, form.state().errors
    workplace.write(operation)


def test_at_a_pc_that_stands_in_1970_the_work_of_today_is_written_down(behind: Workplace) -> None:
    """What the province has told of its time lies in nobody's future."""
    save(behind, ChildForm(behind), full_name="Bàn Thị Một", sex="female", birth_date="17/05/2016")
    save(
        behind,
        visit_form(behind),
        visited_on="26/11/2026",
        present=("child",),
        risk_level="low",
        observations="Cháu khoẻ.",
        next_visit_on="",
    )
    told = {"received_at": "26/11/2026 08:30", "source": "111", "place": "Khe Lạc", "description": "Trẻ bị đánh."}
    save(behind, ReportForm(behind), **told)
    ((report,),) = asked(behind, "SELECT id FROM report")
    save(behind, MeasuresForm(behind, report), measures="Đã đến nhà.", acted_at="26/11/2026 08:45")
    assert asked(behind, "SELECT visited_on FROM home_visit") == [("2026-11-26",)]
    assert asked(behind, "SELECT status, acted_at FROM report") == [("acted", "2026-11-26T01:45:00Z")]


@pytest.mark.parametrize("name", ["visited_on", "received_at"])
def test_what_is_to_come_is_refused_there_too(behind: Workplace, name: str) -> None:
    """The twin."""
    form: EntryForm[Any] = visit_form(behind) if name == "visited_on" else ReportForm(behind)
    save_at = {"visited_on": "27/11/2026", "received_at": "26/11/2026 09:30"}[name]
    form.edit(name, save_at)
    form.leave(name)
    assert form.submit() is None
    assert name in form.state().errors
