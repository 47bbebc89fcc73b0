"""A report is tied, without a line, to a child whom a colleague had handed over: it stays where it is, and in sight."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import Value
from commune_desk.store.exchange.set_aside import entries_set_aside
from commune_desk.store.pages.reports import ReportView, oldest_running, report_view
from commune_desk.usecases.records.reports import acknowledge_report, link_report
from sync.server.engine import tables
from sync.server.intake.reports_in import hand_down
from sync.server.intake.whereabouts import Whereabouts
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice, Traveller

RECEIVED = "2026-11-22T15:40:00Z"


@pytest.fixture
def child(office: TravelledOffice) -> RecordId:
    return office.child("Chìu Văn Sáng")


@pytest.fixture
def report(office: TravelledOffice, child: RecordId) -> RecordId:
    """Of the hotline, taken up and tied to the child at a PC that does not know that the child has left."""
    told: dict[str, Value] = {
        "received_at": RECEIVED,
        "source": "111",
        "place": "Khe Lạc",
        "description": "Hàng xóm nghe cháu khóc.",
    }
    (made,) = hand_down(office.real.province, [(COMMUNE[2:], told)])
    office.sync()
    one = RecordId(made.record)
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague")
    office.ours.run(lambda tx: acknowledge_report(tx, one))
    office.ours.run(lambda tx: link_report(tx, one, child))
    return one


def seen(desk: Traveller, report: RecordId) -> ReportView | None:
    return desk.register.write(lambda tx: report_view(tx.connection, report)).result()[0]


def test_its_commune_still_has_it_and_its_hours_run(office: TravelledOffice, report: RecordId) -> None:
    office.sync()
    for desk in (office.ours, office.colleague):
        view = seen(desk, report)
        assert view is not None
        assert (view.record.status, view.record.person) == ("acknowledged", None)
        assert desk.register.write(lambda tx: oldest_running(tx.connection)).result()[0] == RECEIVED


def test_who_tied_it_is_told(office: TravelledOffice, report: RecordId) -> None:
    office.sync()
    assert office.ours.register.write(lambda tx: entries_set_aside(tx.connection)).result()[0] == (("moved", 1),)
    assert list(office.real.scalars(select(tables.quarantine.c.code))) == ["moved"]


def test_once_the_child_is_back_it_is_tied(office: TravelledOffice, child: RecordId, report: RecordId) -> None:
    office.sync()
    office.move("there", child, COMMUNE)
    office.sync()
    for desk in (office.ours, office.colleague):
        view = seen(desk, report)
        assert view is not None
        assert view.record.person == child
    assert office.unrest() == {}


def test_tied_all_the_same_nobody_would_see_whom_it_is_about(
    office: TravelledOffice, report: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(Whereabouts, "is_tied_late", lambda _self, _change: False)
    office.sync()
    view = seen(office.colleague, report)
    assert view is not None
    assert view.record.person is not None
    assert office.colleague.ask("SELECT id FROM person") == []
    assert seen(office.there, report) is None
