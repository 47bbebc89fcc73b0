"""A sealed edit goes up only after its desk has heard that the child has left: it opens where the child is."""

from __future__ import annotations

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.model.record import Value
from commune_desk.domain.records.reports import Report
from commune_desk.store.intake import handing_on
from commune_desk.store.intake.conflicts import open_conflicts
from sync.server.identity import desks
from tests.helpers.builders import make_report, save_all
from tests.sync.actors.couriers import bring
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.sheltered_office import decide
from tests.sync.actors.travelled_office import TravelledOffice, Traveller

HER_WORDS, LATE = "Bị đánh", "Bị đánh bằng gậy"
ONCE, TWICE = (LATE,), ("Bị đánh bằng roi", LATE)


@pytest.fixture
def report(office: TravelledOffice) -> RecordId:
    made = make_report(person=office.child("Chìu Văn Sáng"), description=HER_WORDS, scope=Scope(COMMUNE))
    office.ours.run(save_all(made))
    office.sync("ours", "colleague")
    return made.id


def edit(desk: Traveller, report: RecordId, text: str) -> None:
    desk.run(lambda tx: tx.save(msgspec.structs.replace(tx.existing(Report, report), description=text)))


def moved(office: TravelledOffice, report: RecordId) -> None:
    ((child,),) = office.colleague.ask("SELECT person FROM report WHERE id=?", report)
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague", "there")


def told_by_a_stick(office: TravelledOffice, report: RecordId, texts: tuple[str, ...] = ONCE) -> None:
    """What the PC wrote is still on it when a stick brings the move."""
    stick = office.ours.stick_out()
    moved(office, report)
    for text in texts:
        edit(office.ours, report, text)
    office.ours.stick_in(bring(office.real.province, *stick))


def told_under_a_new_name(office: TravelledOffice, report: RecordId, texts: tuple[str, ...] = ONCE) -> None:
    """A PC that was withdrawn and is enrolled anew hears all before it sends anything."""
    for text in texts:
        edit(office.ours, report, text)
    desk = office.ours.register.identity.desk
    office.real.write(lambda connection: desks.revoke(connection, office.real.province, desk))
    assert office.ours.stopped() == "DeskRevoked"
    moved(office, report)
    office.ours.enrol_anew()


WAYS = pytest.mark.parametrize("way", [told_by_a_stick, told_under_a_new_name])


def read(desk: Traveller) -> list[tuple[Value, bool]]:
    asked = desk.register.write(lambda tx: open_conflicts(tx.connection)).result()[0]
    return [(side.value, side.is_readable) for one in asked for side in one.sides]


@WAYS
@pytest.mark.parametrize("texts", [ONCE, TWICE])
def test_the_new_commune_reads_what_it_decides(
    office: TravelledOffice, report: RecordId, way: object, texts: tuple[str, ...]
) -> None:
    """Written twice, it is asked about once, in the last words."""
    assert callable(way)
    way(office, report, texts)
    office.sync()
    office.sync()
    assert read(office.there) == [(HER_WORDS, True), (LATE, True)]
    assert office.unrest() == {}
    assert office.ours.ask("SELECT id FROM report") == []


@WAYS
def test_let_go_at_once_nobody_could_read_it(
    office: TravelledOffice, report: RecordId, way: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(handing_on, "_sent_late", lambda *_: [])
    assert callable(way)
    way(office, report)
    office.sync()
    office.sync()
    assert read(office.there) == [(HER_WORDS, True), (None, False)]


def test_what_was_sealed_for_nothing_hides_nothing(office: TravelledOffice, report: RecordId) -> None:
    """The child is back before the late decision arrives: it is asked about here, and what stands is shown."""
    edit(office.ours, report, "Hai")
    edit(office.colleague, report, "Ba")
    office.sync("ours", "colleague", "ours", "colleague")
    moved(office, report)
    decide(office.ours, "description", "Bốn")
    office.sync("there")
    ((child,),) = office.there.ask("SELECT person FROM report")
    office.move("there", child, COMMUNE)
    office.sync("there", "colleague", "ours")
    office.sync()
    office.sync()
    assert office.ours.ask("SELECT record FROM shadow") == []
    assert office.ours.ask("SELECT description FROM report") == office.colleague.ask("SELECT description FROM report")
    assert office.unrest() == {}
