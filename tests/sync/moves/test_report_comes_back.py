"""A report of 111 goes along with a child who was handed over by mistake, and comes back as nobody took it up there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.model.record import Value
from commune_desk.domain.time.clock import to_iso
from commune_desk.presenters.reports.news import ReportNews
from commune_desk.store.engine.settings import Pins
from commune_desk.usecases.records.reports import link_report
from commune_desk.usecases.sync.desk_sync import DeskSync
from sync.client.transport import Transport
from sync.server.intake.reports_in import hand_down
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


def heard(office: TravelledOffice) -> Sequence[ChangeSet]:
    """What a sync announces to the open window."""
    found: list[ChangeSet] = []

    def connect(pins: Pins) -> Transport:
        return office.real.transport(pins.address, pins.ca_pem)

    DeskSync(office.ours.register, found.append, connect=connect).sync()
    return found


def test_the_window_rings_for_it_again(office: TravelledOffice) -> None:
    child = office.child("Chìu Văn Sáng")
    news = ReportNews(Colleague(office.ours).workplace)
    received = to_iso(datetime.now(UTC) - timedelta(hours=2))
    told: dict[str, Value] = {"received_at": received, "source": "111", "place": "Khe Lạc", "description": "Bị đánh."}
    (report,) = hand_down(office.real.province, [(COMMUNE[2:], told)])
    rung = [sum(news.heard(one) is not None for one in heard(office))]
    office.sync()
    office.colleague.run(lambda tx: link_report(tx, report.record, child))
    office.sync("colleague")
    for by, to in (("colleague", OTHER_COMMUNE), ("there", COMMUNE)):
        office.move(by, child, to)
        office.sync(by, "there")
        rung.append(sum(news.heard(one) is not None for one in heard(office)))
    assert rung == [1, 0, 1]
