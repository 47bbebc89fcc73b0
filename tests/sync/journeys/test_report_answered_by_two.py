"""A report of the hotline is taken up and linked by two desks without a line, and its child moves meanwhile.

Whoever is heard first, and though the province is put back in between: one commune has it, it is answered, its hours
run from where they ran, and nobody's word is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import Value
from commune_desk.domain.time.clock import to_iso
from commune_desk.store.pages.children import child_record
from commune_desk.store.pages.reports import ReportView, oldest_running, report_view
from commune_desk.usecases.records.reports import acknowledge_report, link_report, record_measures
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.intake import awaited
from sync.server.intake.reports_in import hand_down, reports_waiting
from tests.helpers.joined import join
from tests.helpers.workplaces import HandClock
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import PLACES, PROVINCE, TravelledOffice, Traveller, travelled_office

WORDS = "Hàng xóm nghe cháu khóc."
ORDERS = [("ours", "colleague"), ("colleague", "ours")]


@pytest.fixture
def clock() -> HandClock:
    """Two who answer do so in the same second: else they are asked when it was."""
    return HandClock()


@pytest.fixture
def office(tmp_path: Path, clock: HandClock) -> Iterator[TravelledOffice]:
    with travelled_office(tmp_path, dict.fromkeys((*PLACES, PROVINCE), clock)) as made:
        yield made


@pytest.fixture
def received(clock: HandClock) -> str:
    return to_iso(clock.now() - timedelta(hours=2))


@pytest.fixture
def report(office: TravelledOffice, received: str) -> RecordId:
    told: dict[str, Value] = {"received_at": received, "source": "111", "place": "Khe Lạc", "description": WORDS}
    (made,) = hand_down(office.real.province, [(COMMUNE[2:], told)])
    office.sync()
    return RecordId(made.record)


def answer(desk: Traveller, report: RecordId, child: RecordId) -> None:
    desk.run(lambda tx: acknowledge_report(tx, report))
    desk.run(lambda tx: link_report(tx, report, child))


def seen(desk: Traveller, report: RecordId) -> ReportView | None:
    return desk.register.write(lambda tx: report_view(tx.connection, report)).result()[0]


def runs_since(desk: Traveller) -> str:
    return desk.register.write(lambda tx: oldest_running(tx.connection)).result()[0]


def asked(desk: Traveller) -> list[str]:
    return [field for (field,) in desk.ask("SELECT field FROM conflict WHERE state='open' ORDER BY field")]


def answered_by_two(office: TravelledOffice, report: RecordId, received: str) -> RecordId:
    """Both without a line, each believing to be the first; the colleague lets the child go, too."""
    child = office.child("Chìu Văn Sáng")
    office.back_up()
    for desk in (office.ours, office.colleague):
        answer(desk, report, child)
        assert runs_since(desk) == received
    office.move("colleague", child, OTHER_COMMUNE)
    return child


def arrived(office: TravelledOffice, report: RecordId, child: RecordId, received: str) -> None:
    """The new commune has it, with all that is in it; the old one has no row of it left."""
    office.sync()
    office.sync()
    assert office.homes("report") == {report: OTHER_COMMUNE}
    assert office.real.province.database.read(reports_waiting, WHOLE_PROVINCE) == []
    view = seen(office.there, report)
    assert view is not None
    assert (view.record.status, view.record.person) == ("acknowledged", child)
    assert (view.record.description, view.record.received_at, runs_since(office.there)) == (WORDS, received, received)
    for desk in (office.ours, office.colleague):
        assert desk.ask("SELECT count(*) FROM report") == [(0,)]
        assert runs_since(desk) == ""
    assert office.unrest() == {}
    assert asked(office.there) == []


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_it_is_answered_once_whoever_is_heard_first(
    office: TravelledOffice, report: RecordId, received: str, order: tuple[str, str]
) -> None:
    child = answered_by_two(office, report, received)
    office.sync(*order)
    arrived(office, report, child, received)


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("again", ORDERS, ids="-".join)
def test_so_it_is_where_the_province_is_put_back_in_between(
    office: TravelledOffice, report: RecordId, received: str, order: tuple[str, str], again: tuple[str, str]
) -> None:
    child = answered_by_two(office, report, received)
    office.sync(*order, "there")
    office.put_back()
    office.sync("there", *again)
    arrived(office, report, child, received)


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("is_put_back", [False, True], ids=["", "put back"])
def test_linked_to_two_records_of_one_child_who_are_joined_it_is_that_childs(
    office: TravelledOffice, report: RecordId, received: str, order: tuple[str, str], *, is_put_back: bool
) -> None:
    """Which of the two records it names is asked of the new commune; they are one child there, whose report it is."""
    kept, double = office.child("Chìu Văn Sáng"), office.child("Chìu Văn Sáng")
    office.back_up()
    answer(office.ours, report, kept)
    answer(office.colleague, report, double)
    office.colleague.register.write(lambda tx: join(tx, double, kept, {})).result()
    office.move("colleague", kept, OTHER_COMMUNE)
    office.sync(*order)
    if is_put_back:
        office.sync("there")
        office.put_back()
        office.sync("there", *reversed(order))
    office.sync()
    office.sync()
    assert office.homes("report") == {report: OTHER_COMMUNE}
    assert office.homes("person") == {kept: OTHER_COMMUNE, double: OTHER_COMMUNE}
    view = seen(office.there, report)
    assert view is not None
    assert view.record.person in (kept, double)
    assert (view.record.status, view.record.description, runs_since(office.there)) == ("acknowledged", WORDS, received)
    assert asked(office.there) == ["person"]
    record = office.there.register.write(lambda tx: child_record(tx.connection, kept)).result()[0]
    assert record is not None
    assert [one.id for one in record.reports] == [report]
    assert office.unrest() == {}


def acted_on_there(office: TravelledOffice, report: RecordId, received: str) -> None:
    """The new commune stops the clock; the province, put back, hears of that before it hears of the child's move."""
    answered_by_two(office, report, received)
    office.sync("colleague", "ours", "there")
    at = office.real.province.now()
    office.there.run(lambda tx: record_measures(tx, report, measures="Đã đến nhà.", acted_at=at))
    office.sync("there")
    office.put_back()
    office.sync("there", "ours", "colleague")
    office.sync()
    office.sync()


def test_what_the_new_commune_did_stays_done(office: TravelledOffice, report: RecordId, received: str) -> None:
    acted_on_there(office, report, received)
    view = seen(office.there, report)
    assert view is not None
    assert (view.record.status, view.record.measures, runs_since(office.there)) == ("acted", "Đã đến nhà.", "")
    assert office.homes("report") == {report: OTHER_COMMUNE}
    assert (asked(office.there), office.unrest()) == ([], {})


def test_if_it_did_not_wait_for_the_child_the_clock_would_run_on(
    office: TravelledOffice, report: RecordId, received: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the province would hold it as not acted on."""
    monkeypatch.setattr(awaited, "places_of", lambda change, route: ())
    with pytest.raises(AssertionError):
        test_what_the_new_commune_did_stays_done(office, report, received)
    table = tables.RECORDS["report"]
    assert office.real.scalars(select(table.c.status)) == ["acknowledged"]
