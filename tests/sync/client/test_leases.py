"""A desk that was not in touch with its province closes what is sealed; its officer's own work goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from commune_desk.domain.limits.lease import Lease
from commune_desk.domain.records.reports import Report
from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.reports.page import ReportsPage
from commune_desk.presenters.sync.lease_texts import lease_line, lease_section
from commune_desk.program_files import code_book
from commune_desk.store.changes.sealing import private_box
from commune_desk.store.desk import lease as store
from commune_desk.usecases.desk.sealed import CLOSED, require_open
from commune_desk.usecases.desk.workplace import Workplace
from sync.server.engine import tables
from sync.server.identity.policy import Policy, decide, policy_of
from tests.helpers.builders import make_person, make_report, make_visit, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.workplaces import HandClock
from tests.sync.actors.real_province import RealProvince, real_province

NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ISLAND = timedelta(days=31)


@pytest.fixture
def pc() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path, clock=HandClock(NOW)) as made:
        yield made


@pytest.fixture
def desk(real: RealProvince, tmp_path: Path, pc: HandClock) -> Iterator[EnrolledDesk]:
    """A desk that holds a sealed report and was just in touch."""
    made = enrolled_desk(real, tmp_path / "pc", clock=pc)
    made.open.register.write(save_all(make_report(description="Bị đánh"))).result()
    made.sync()
    with closing(made):
        yield made


def province_clock(real: RealProvince) -> HandClock:
    clock = real.province.clock
    assert isinstance(clock, HandClock)
    return clock


def shown(desk: EnrolledDesk) -> str:
    """What the page of reports says was reported."""
    workplace = Workplace(desk.open.register, code_book())
    page = ReportsPage(workplace)
    detail = page.again(page.ids("open")[0])
    assert detail is not None
    return detail.description


def test_a_contact_brings_thirty_days_and_the_next_one_brings_them_again(
    desk: EnrolledDesk, real: RealProvince, pc: HandClock
) -> None:
    lease = desk.open.register.lease
    assert lease is not None
    assert lease.until == to_iso(NOW + 30 * DAY)
    pc.at += 10 * DAY
    province_clock(real).at += 10 * DAY
    desk.sync()
    assert desk.open.register.lease is not None
    assert desk.open.register.lease.until == to_iso(NOW + 40 * DAY)
    assert real.scalars(select(tables.desk.c.lease_until).where(tables.desk.c.id == desk.id)) == [
        to_iso(NOW + 40 * DAY)
    ]


def test_the_province_decides_how_long(desk: EnrolledDesk, real: RealProvince) -> None:
    province_clock(real).at += DAY
    real.write(lambda c: decide(c, real.province, Policy(lease_days=9, drops_stubs=True)))
    assert real.write(policy_of) == Policy(lease_days=9, drops_stubs=True)
    desk.sync()
    assert desk.open.register.lease is not None
    assert desk.open.register.lease.until == to_iso(NOW + 10 * DAY)


def test_run_out_it_closes_what_is_sealed_and_nothing_else(desk: EnrolledDesk, pc: HandClock) -> None:
    register = desk.open.register
    assert shown(desk) == "Bị đánh"
    pc.at += ISLAND
    assert register.is_closed
    assert shown(desk) != "Bị đánh"
    assert desk.ask("SELECT description FROM report") == [("Bị đánh",)]
    assert register.reader.execute("SELECT description, place FROM report").fetchone()[0] is None
    assert register.read_slowly(lambda c: c.execute("SELECT description FROM report").fetchone()).result() == (None,)
    person = make_person("Chìu Thị Mây")
    register.write(save_all(person, make_visit(person.id))).result()
    register.write(save_all(make_report(description="Việc mới"))).result()
    assert register.reader.execute("SELECT full_name FROM person").fetchall() == [("Chìu Thị Mây",)]
    assert register.reader.execute("SELECT count(*) FROM report").fetchone() == (2,)
    assert register.reader.execute("SELECT count(*) FROM child_index").fetchone() is not None
    with pytest.raises(Refusal):
        require_open(register)


def test_nothing_received_is_opened_either(desk: EnrolledDesk, pc: HandClock) -> None:
    """A conflict's values lie sealed in their changes: without the place's private key nobody reads them."""
    register = desk.open.register
    ((key,),) = desk.ask("SELECT key FROM scope_key WHERE private IS NOT NULL")
    assert private_box(register.reader, key) is not None
    pc.at += ISLAND
    assert private_box(register.reader, key) is None


def test_a_contact_opens_it_again_with_every_value(desk: EnrolledDesk, real: RealProvince, pc: HandClock) -> None:
    pc.at += ISLAND
    shown(desk)
    desk.open.register.write(save_all(make_report(description="Việc mới"))).result()
    province_clock(real).at += ISLAND
    desk.sync()
    assert shown(desk) == "Bị đánh"
    assert {row[0] for row in desk.open.register.reader.execute("SELECT description FROM report")} == {
        "Bị đánh",
        "Việc mới",
    }


def test_a_form_saved_while_closed_takes_nothing_away(desk: EnrolledDesk, pc: HandClock) -> None:
    """What the page did not show it does not overwrite: an edit of another field leaves the sealed one as it stands."""
    from commune_desk.store.writing.opened import open_records
    from commune_desk.store.writing.transaction import load

    register = desk.open.register
    pc.at += ISLAND
    ((report,),) = desk.ask("SELECT id FROM report")
    before = load(register.reader, "report", report)
    assert isinstance(before, Report)
    assert before.description == ""
    opened = open_records(register.reader, before)
    after = Report(**{**{name: getattr(before, name) for name in before.__struct_fields__}, "place": "Thôn Nà Ếch"})
    register.write(lambda tx: tx.edit(opened, before, after)).result()
    assert desk.ask("SELECT description, place FROM report") == [("Bị đánh", "Thôn Nà Ếch")]


def test_without_the_gate_it_would_be_read_for_ever(
    desk: EnrolledDesk, pc: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(store.SealedGate, "watch", lambda self, lease, now: self._connection)
    pc.at += ISLAND
    assert desk.open.register.reader.execute("SELECT description FROM report").fetchone() == ("Bị đánh",)


def test_a_warning_a_week_before_and_what_to_do_after(desk: EnrolledDesk, pc: HandClock) -> None:
    lease = desk.open.register.lease
    assert lease_section(lease, NOW + 22 * DAY) == ()
    warned, over = lease_line(lease, NOW + 24 * DAY), lease_line(lease, NOW + ISLAND)
    assert warned is not None
    assert over is not None
    assert (warned.tone, over.tone) == ("warning", "danger")
    assert "6" in warned.text
    assert warned.detail == (
        "Liên lạc với tỉnh lần cuối ngày 26/11/2026. Hãy đồng bộ trong 6 ngày tới, qua mạng hoặc bằng USB."
    )
    (section,) = lease_section(lease, NOW + ISLAND)
    assert "26/11/2026" in section.rows[0].second
    assert CLOSED


def test_a_clock_in_2099_closes_it_only_until_the_next_contact(
    desk: EnrolledDesk, real: RealProvince, pc: HandClock
) -> None:
    pc.at = datetime(2099, 1, 1, tzinfo=UTC)
    assert desk.open.register.is_closed
    desk.open.register.write(store.at_work(0.0)).result()
    pc.at = NOW + DAY
    assert desk.open.register.is_closed
    province_clock(real).at += DAY
    desk.sync()
    assert not desk.open.register.is_closed


def test_in_touch_while_the_clock_stands_in_2099_it_does_not_last_until_then(
    desk: EnrolledDesk, real: RealProvince, pc: HandClock
) -> None:
    pc.at = datetime(2099, 1, 1, tzinfo=UTC)
    province_clock(real).at += DAY
    desk.sync()
    assert not desk.open.register.is_closed
    pc.at = NOW
    desk.open.register.write(store.at_work(0.0)).result()
    assert not desk.open.register.is_closed
    pc.at = NOW + ISLAND
    assert desk.open.register.is_closed


def test_a_clock_that_is_kept_in_1970_does_not_keep_it_alive(desk: EnrolledDesk, pc: HandClock) -> None:
    """Thirty days at work are thirty days, whatever the clock says."""
    pc.at = datetime(1970, 1, 2, tzinfo=UTC)
    for _tick in range(30 * 24 - 1):
        desk.open.register.write(store.at_work(3600.0)).result()
    assert not desk.open.register.is_closed
    desk.open.register.write(store.at_work(3600.0)).result()
    assert desk.open.register.is_closed
    desk.restart()
    assert desk.open.register.is_closed


def test_counted_by_the_clock_alone_it_would_live_for_ever(
    desk: EnrolledDesk, pc: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    counted = Lease.counted
    monkeypatch.setattr(Lease, "counted", lambda self, now, at_work=0.0: counted(self, now, 0.0))
    pc.at = datetime(1970, 1, 2, tzinfo=UTC)
    for _tick in range(31):
        desk.open.register.write(store.at_work(86_400.0)).result()
    assert not desk.open.register.is_closed


def test_an_older_page_brings_no_lease(desk: EnrolledDesk) -> None:
    """A page that somebody kept on a stick and shows again."""
    before = desk.open.register.lease
    old = to_iso(NOW - DAY)
    desk.open.register.write(lambda tx: store.take_lease(tx, at=old, until=to_iso(NOW + 90 * DAY))).result()
    assert desk.open.register.lease == before


def test_a_province_whose_clock_had_run_ahead_is_heard_again(
    desk: EnrolledDesk, real: RealProvince, pc: HandClock
) -> None:
    clock = province_clock(real)
    clock.at = datetime(2099, 1, 1, tzinfo=UTC)
    desk.sync()
    later = NOW + 4 * DAY
    clock.at = pc.at = later
    desk.session().sync()  # which says hello: what is left of a ticket has ended
    lease = desk.open.register.lease
    assert lease is not None
    assert lease.told_at == to_iso(later)
    pc.at = later + ISLAND
    assert desk.open.register.is_closed


def test_after_it_had_run_ahead_one_contact_opens_all(desk: EnrolledDesk, real: RealProvince, pc: HandClock) -> None:
    """Also where hello and page are of the same second."""
    clock = province_clock(real)
    clock.at = datetime(2099, 1, 1, tzinfo=UTC)
    desk.sync()
    clock.at = pc.at = NOW + ISLAND
    assert desk.open.register.is_closed
    desk.session().sync()
    assert not desk.open.register.is_closed


def test_a_training_register_and_one_of_an_older_province_never_close() -> None:
    assert lease_line(None, NOW) is None


_INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(9998, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001


@given(st.lists(st.tuples(_INSTANTS, st.floats(0, 86_400)), max_size=20), _INSTANTS)
def test_whatever_clocks_do_it_never_gets_longer_and_a_contact_always_opens(
    steps: list[tuple[datetime, float]], contact: datetime
) -> None:
    lease = Lease(until=to_iso(NOW + 30 * DAY), told_at=to_iso(NOW), counted_at=to_iso(NOW))
    spent = 0
    for now, at_work in steps:
        lease = lease.counted(now, at_work)
        assert lease.spent >= spent
        spent = lease.spent
    again = lease.told(at=to_iso(NOW + DAY), until=to_iso(NOW + 31 * DAY), now=contact)
    assert not again.is_over(contact)
    assert again.counted(contact, 30 * 86_400.0).is_over(contact)
