"""What an officer began under a PC's former name goes on under the new one: the province knows both for one PC's.

Each time the first part was taken in and its receipt did not come, or the line broke; then the PC was enrolled anew.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.reports import Report
from commune_desk.store.exchange.set_aside import entries_set_aside
from commune_desk.usecases.records.reports import record_measures
from sync.server.engine import tables
from sync.server.identity import desks
from sync.server.intake import merging, whereabouts
from tests.helpers.attached import ask_for, content_at, scan
from tests.helpers.builders import make_report, save_all
from tests.helpers.workplaces import HandClock
from tests.sync.actors.couriers import bring
from tests.sync.actors.poor_lines import push_first
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import PLACES, PROVINCE, TravelledOffice, travelled_office

TYPED, DONE = "Bị đánh", "Đã đưa đi viện"


@pytest.fixture(params=["it has its name", "enrolled anew"])
def is_anew(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "enrolled anew")


@pytest.fixture
def late_report(office: TravelledOffice) -> RecordId:
    """Typed about a child who has moved, of which this PC has not heard; not sent yet."""
    child = office.child("Chìu Văn Sáng")
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague", "there")
    report = make_report(person=child, description=TYPED, reporter_name="Bà Hai", received_at="2026-11-20T20:00:00Z")
    office.ours.run(save_all(report))
    return report.id


def without_an_answer(office: TravelledOffice) -> None:
    office.real.line.lose_reply_of = "/v1/push"
    office.ours.stopped()
    office.real.line.lose_reply_of = ""


def go_on(office: TravelledOffice, *, is_anew: bool) -> None:
    if is_anew:
        office.ours.enrol_anew()
    for _ in range(4):
        office.sync()


def forget_former_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """A province that knows a PC by its present name alone."""

    def present(_connection: Connection, names: Collection[str]) -> dict[str, desks.Names]:
        return {name: desks.Names.of(name, {}) for name in names}

    for module in (merging, whereabouts):
        monkeypatch.setattr(module, "names_of", present)


def told_there(office: TravelledOffice, field: str) -> str | None:
    ((value,),) = office.there.ask(f"SELECT {field} FROM report")
    return str(value) if value else None


@pytest.mark.parametrize("count", [1, 2])
def test_a_late_report_of_which_a_part_came_is_read_whole(
    office: TravelledOffice, late_report: RecordId, is_anew: bool, count: int
) -> None:
    push_first(office.ours, count)
    go_on(office, is_anew=is_anew)
    assert (told_there(office, "description"), told_there(office, "reporter_name")) == (TYPED, "Bà Hai")
    assert office.unrest() == {}


def test_what_was_done_about_it_follows(office: TravelledOffice, late_report: RecordId, is_anew: bool) -> None:
    without_an_answer(office)
    office.ours.run(lambda tx: record_measures(tx, late_report, measures=DONE, acted_at="2026-11-20T21:00:00Z"))
    go_on(office, is_anew=is_anew)
    assert (told_there(office, "description"), told_there(office, "measures")) == (TYPED, DONE)


def test_taken_for_a_strangers_it_would_be_lost(
    office: TravelledOffice, late_report: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    forget_former_names(monkeypatch)
    without_an_answer(office)
    office.ours.run(lambda tx: record_measures(tx, late_report, measures=DONE, acted_at="2026-11-20T21:00:00Z"))
    go_on(office, is_anew=True)
    assert told_there(office, "measures") is None


def test_a_photo_whose_first_words_alone_came_opens(office: TravelledOffice, is_anew: bool) -> None:
    photo = office.photo("ours", office.child("Chìu Văn Sáng"), 1000)
    push_first(office.ours, 1)
    go_on(office, is_anew=is_anew)
    ask_for(office.colleague.register, photo.id)
    office.sync("colleague", "colleague")
    assert content_at(office.colleague.register, photo.id) == scan(1000)
    assert office.unrest() == {}


def test_revoked_between_the_two_and_trusted_again_it_opens_too(office: TravelledOffice) -> None:
    photo = office.photo("ours", office.child("Chìu Văn Sáng"), 1000)
    push_first(office.ours, 1)
    own = office.ours.register.identity.desk
    office.real.write(lambda connection: desks.revoke(connection, office.real.province, own))
    assert office.ours.stopped() == "DeskRevoked"
    go_on(office, is_anew=True)
    ask_for(office.colleague.register, photo.id)
    office.sync("colleague", "colleague")
    assert content_at(office.colleague.register, photo.id) == scan(1000)


def test_its_key_would_be_set_aside(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    forget_former_names(monkeypatch)
    office.photo("ours", office.child("Chìu Văn Sáng"), 1000)
    push_first(office.ours, 1)
    go_on(office, is_anew=True)
    assert office.ours.register.write(lambda tx: entries_set_aside(tx.connection)).result()[0]


def tick(desk: RealDesk, report: RecordId, *codes: str) -> None:
    desk.run(lambda tx: tx.save(msgspec.structs.replace(tx.existing(Report, report), forms=codes)))


def ticked_and_unticked(office: TravelledOffice) -> None:
    """The tick came, of which the PC does not know; then the officer took it back."""
    report = make_report(person=office.child("Chìu Văn Sáng"))
    office.ours.run(save_all(report))
    tick(office.ours, report.id, "psychological")
    office.sync()
    tick(office.ours, report.id, "psychological", "physical")
    without_an_answer(office)
    tick(office.ours, report.id, "psychological")


def test_what_was_unticked_stays_so(office: TravelledOffice, is_anew: bool) -> None:
    ticked_and_unticked(office)
    go_on(office, is_anew=is_anew)
    for desk in (office.ours, office.colleague):
        assert desk.ask("SELECT forms FROM report") == [('["psychological"]',)]


def test_it_would_be_ticked_again(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    forget_former_names(monkeypatch)
    ticked_and_unticked(office)
    go_on(office, is_anew=True)
    assert "physical" in office.ours.ask("SELECT forms FROM report")[0][0]


def test_what_the_other_of_two_pcs_of_one_disk_ticked_anew_stays(tmp_path: Path) -> None:
    """It goes on under the former name: what it added since, the copy has not seen."""
    clock = HandClock()
    with travelled_office(tmp_path, dict.fromkeys((*PLACES, PROVINCE), clock)) as office:
        copy_and_original_go_on(office, clock)
        for desk in (office.ours, office.colleague):
            assert "physical" in desk.ask("SELECT forms FROM report")[0][0]


def copy_and_original_go_on(office: TravelledOffice, clock: HandClock) -> None:
    report = make_report(person=office.child("Chìu Văn Sáng"))
    office.ours.run(save_all(report))
    tick(office.ours, report.id, "psychological", "physical")
    office.sync()
    copy = office.doubled("ours", "copy")
    copy.enrol_anew()
    copy.go()
    copy.go()
    tick(office.ours, report.id, "psychological")
    office.ours.go()
    clock.pass_by(minutes=1)
    tick(office.ours, report.id, "psychological", "physical")
    office.ours.go()
    tick(copy, report.id, "psychological")
    copy.go()
    for _ in range(3):
        office.sync()


@pytest.mark.parametrize("order", ["enrolled first", "stick first"])
def test_a_stick_of_the_former_name_follows_what_the_present_one_made(
    office: TravelledOffice, late_report: RecordId, order: str
) -> None:
    """The disk was set back to before what the stick tells was typed."""
    office.ours.keep_copy()
    office.ours.run(lambda tx: record_measures(tx, late_report, measures=DONE, acted_at="2026-11-20T21:00:00Z"))
    stick = office.ours.stick_out()
    office.ours.set_back()
    if order == "stick first":
        bring(office.real.province, *stick)
    go_on(office, is_anew=True)
    if order == "enrolled first":
        bring(office.real.province, *stick)
    go_on(office, is_anew=False)
    assert office.there.ask("SELECT status, acted_at FROM report") == [("acted", "2026-11-20T21:00:00Z")]


def test_a_name_goes_back_through_all_that_its_pc_had(office: TravelledOffice) -> None:
    had = [office.ours.register.identity.desk]
    office.child("Chìu Văn Sáng")
    for _ in range(2):
        office.sync("ours", "ours")
        office.ours.enrol_anew()
        office.child("Chìu Thị Mây")
        had.append(office.ours.register.identity.desk)
    other = office.colleague.register.identity.desk
    found = office.real.write(lambda connection: desks.names_of(connection, [*had, other]))
    assert found[other] == desks.Names(frozenset({other}), frozenset({other}))
    assert [found[name].every for name in had] == [frozenset(had)] * 3
    assert [found[name].silent for name in had] == [frozenset(had[: place + 1]) for place in range(3)]


def test_two_that_a_restore_put_before_each_other_are_found_once(office: TravelledOffice) -> None:
    one, two = office.ours.register.identity.desk, office.colleague.register.identity.desk
    table = tables.desk
    for desk, former in ((one, two), (two, one)):
        office.real.write(
            lambda connection, a=desk, b=former: connection.execute(  # type: ignore[misc]
                table.update().where(table.c.id == a).values(former=b)
            )
        )
    (names,) = office.real.write(lambda connection: desks.names_of(connection, [one])).values()
    assert names.every == {one, two}
