"""Of a report that the backup put back did not have, a PC enrolled later has what others did about it, and no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.record import Value
from commune_desk.domain.time.clock import to_iso
from commune_desk.presenters.reports.page import ReportsPage
from commune_desk.usecases.records.reports import acknowledge_report
from sync.server.intake.reports_in import hand_down
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.real_province import COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


def test_it_is_not_said_to_be_sealed_for_another_place(office: TravelledOffice) -> None:
    office.sync()
    office.back_up()
    received = to_iso(datetime.now(UTC) - timedelta(hours=2))
    told: dict[str, Value] = {"received_at": received, "source": "111", "place": "Khe Lạc", "description": "Bị đánh."}
    (report,) = hand_down(office.real.province, [(COMMUNE[2:], told)])
    office.sync()
    office.ours.run(lambda tx: acknowledge_report(tx, report.record))
    office.put_back()
    office.sync()
    third = office.join("third", {COMMUNE: Role.COMMUNE_OFFICER})
    third.go()
    said = [ReportsPage(Colleague(desk).workplace).again(report.record) for desk in (office.ours, third)]
    assert [one and one.description for one in said] == ["Bị đánh.", "Nội dung tin báo chưa về đến máy này."]
