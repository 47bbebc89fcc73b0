"""Clocks from 1970 to 2099, of desks and of the province, through all that an office does: nothing is lost or stuck."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from commune_desk.domain.limits.lease import Lease
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import stamp_instant, to_iso
from commune_desk.domain.words.errors import DeskError
from commune_desk.store.changes.ledger import Ledger
from commune_desk.store.engine import settings
from commune_desk.store.exchange import courier
from commune_desk.store.exchange.courier import written
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.exchange.staged import release_next
from commune_desk.store.exchange.sync_history import heard
from commune_desk.store.pages.history import child_history
from sync.client.enrol import enrol
from sync.server.answers.roots import make_due
from tests.sync.actors.couriers import bring
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import PROVINCE, TravelledOffice, Traveller, travelled_office

TRUE = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
DEAD = datetime(1970, 1, 1, 0, 0, 30, tzinfo=UTC)
FAR = datetime(2099, 12, 31, 23, 58, tzinfo=UTC)
EPOCHALYPSE = datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC)
OF_THE_PROVINCE = {
    "right": (TRUE, TRUE, TRUE),
    "once in 2099": (TRUE, FAR, TRUE),
    "once in 1970": (TRUE, DEAD, TRUE),
    "back and forth": (FAR, DEAD, TRUE),
}


class Clock:
    """Goes on by itself, from wherever it was set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=300)
        return self.at


class Clocks:
    def __init__(self) -> None:
        self.ours, self.colleague, self.there = Clock(DEAD), Clock(FAR), Clock(EPOCHALYPSE)
        self.province = Clock(TRUE)

    def named(self) -> dict[str, Clock]:
        return {"ours": self.ours, "colleague": self.colleague, "there": self.there, PROVINCE: self.province}


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def office(tmp_path: Path, clocks: Clocks) -> Iterator[TravelledOffice]:
    with travelled_office(tmp_path, clocks.named()) as made:
        yield made


@pytest.mark.parametrize("times", OF_THE_PROVINCE.values(), ids=OF_THE_PROVINCE)
def test_a_life_of_wrong_clocks_loses_nothing_and_ends_at_rest(
    office: TravelledOffice, clocks: Clocks, times: tuple[datetime, ...]
) -> None:
    first, second, last = times
    clocks.province.at = first
    stays, goes, gone = map(office.child, ("Chìu Văn Sáng", "Bàn Thị Một", "Lò Thị Hai"))
    office.ours.edit(Person, stays, phone="0912000001")
    office.colleague.edit(Person, stays, phone="0912000002")
    photo = office.photo("ours", stays)
    visits = [office.visit("ours", stays), office.visit("colleague", goes)]
    make_due(office.real.province)
    office.sync()

    clocks.province.at = second
    clocks.there.at = FAR
    office.move("colleague", goes, OTHER_COMMUNE)
    stick = office.ours.stick_out()
    visits += [office.visit("ours", goes), office.visit("colleague", stays)]
    office.sync("colleague", "there")
    office.ours.stick_in(bring(office.real.province, *stick))
    make_due(office.real.province)
    office.erase(gone)
    office.sync("ours")
    clocks.there.at = DEAD
    visits.append(office.visit("there", goes))
    office.sync()

    clocks.province.at = last
    clocks.ours.at, clocks.colleague.at = FAR, TRUE
    office.move("there", goes, COMMUNE)
    office.sync("there")
    later = office.ours.stick_out()
    visits.append(office.visit("ours", stays))
    answer = bring(office.real.province, *later)
    office.ours.stick_in(answer)
    make_due(office.real.province)
    office.sync()
    assert office.unrest() == {}
    assert office.homes("home_visit") == dict.fromkeys(visits, COMMUNE)
    assert office.homes("person") == {stays: COMMUNE, goes: COMMUNE}
    assert office.whole_files() == {photo.sha256: COMMUNE}
    for desk in (office.ours, office.colleague):
        assert desk.ask("SELECT field, state FROM conflict") == [("phone", "open")]
        assert {one for (one,) in desk.ask("SELECT id FROM home_visit")} == set(visits)
    for desk in office.desks.values():
        assert not desk.register.is_closed


SAID_NOTHING = Lease(until="", told_at="")


def by_stick(office: TravelledOffice) -> None:
    office.ours.stick_in(bring(office.real.province, *office.ours.stick_out()))


def island_after(office: TravelledOffice, clocks: Clocks) -> None:
    """In touch by stick alone, a month after the province's clock, which had stood in 2099, was set right."""
    clocks.province.at = FAR
    office.sync("ours")
    clocks.province.at = TRUE
    clocks.ours.at += timedelta(days=31)
    assert office.ours.register.is_closed


def test_after_the_province_had_run_ahead_a_stick_opens_all_too(office: TravelledOffice, clocks: Clocks) -> None:
    island_after(office, clocks)
    by_stick(office)
    assert not office.ours.register.is_closed
    assert heard_at(office) < to_iso(TRUE + timedelta(days=1))


def heard_at(office: TravelledOffice) -> str:
    return office.ours.register.read(lambda c: max(heard(c).at, settings.get(c, settings.CONTACT_AT, str, "")))


def shown_again(office: TravelledOffice, clocks: Clocks) -> None:
    """An answer that somebody kept, to what was written before the province told the time that stands."""
    office.sync("ours")
    kept = bring(office.real.province, *office.ours.stick_out())
    clocks.province.at = FAR
    by_stick(office)
    clocks.ours.at += timedelta(days=31)
    assert office.ours.register.is_closed
    office.ours.stick_in(kept)


def test_a_stick_that_is_shown_again_brings_nothing(office: TravelledOffice, clocks: Clocks) -> None:
    shown_again(office, clocks)
    assert office.ours.register.is_closed


def test_taken_for_the_answer_to_a_later_one_it_would(
    office: TravelledOffice, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(courier, "lease_of", lambda connection: SAID_NOTHING)
    monkeypatch.setattr(
        courier, "written", lambda connection: [replace(one, told_at="") for one in written(connection)]
    )
    shown_again(office, clocks)
    assert not office.ours.register.is_closed


def test_without_knowing_what_was_written_after_it_would_stay_closed(
    office: TravelledOffice, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: an earlier page tells nothing, for it may be of an old stick."""
    monkeypatch.setattr(RegisterReplica, "answered", lambda self, bundles, at: None)
    island_after(office, clocks)
    by_stick(office)
    by_stick(office)
    assert office.ours.register.is_closed


@pytest.mark.parametrize("stood_at", [FAR, TRUE])
def test_a_code_that_was_made_in_2099_is_good_for_nobody_once_the_clock_is_right(
    office: TravelledOffice, clocks: Clocks, stood_at: datetime
) -> None:
    """It would be good for seventy years; with the clock always right it is (the twin)."""
    clocks.province.at = stood_at
    code = office.real.code().code
    clocks.province.at = TRUE

    def go() -> object:
        return enrol("province.test", code, "PC", program_version="0", connect=office.real.transport)

    if stood_at == TRUE:
        assert go()
    else:
        with pytest.raises(DeskError):
            go()


def test_who_registered_a_child_is_told_though_that_pc_ran_ahead(office: TravelledOffice, clocks: Clocks) -> None:
    """An edit of today bears an earlier hour than the entry that it changes; it stands behind it in the feed."""
    clocks.ours.at, clocks.colleague.at = TRUE + timedelta(days=400), TRUE
    child = office.child("Chìu Văn Sáng")
    office.colleague.edit(Person, child, phone="0912000001")
    office.sync()
    for by, to in (("colleague", OTHER_COMMUNE), ("there", COMMUNE)):
        told = office.desks[by].register.read(lambda c: child_history(c, child))
        first = {entry.kind: {edit.field for edit in entry.edits} for entry in told if entry.is_first}
        assert first.keys() == {"person", "child_file"}
        assert "full_name" in first["person"]
        office.move(by, child, to)
        office.sync()


def stamped(desk: Traveller) -> list[int]:
    """How a desk stamped its visits, in the order in which they were written."""
    asked = "SELECT stamp FROM change WHERE kind='home_visit' AND desk=? ORDER BY n"
    rows = desk.ask(asked, desk.register.identity.desk)
    return [stamp for (stamp,) in rows]


def test_a_pc_that_once_stood_in_2099_writes_hours_of_today_again(office: TravelledOffice, clocks: Clocks) -> None:
    child = office.child("Chìu Văn Sáng")
    clocks.ours.at = FAR
    office.visit("ours", child)
    clocks.ours.at = TRUE
    office.ours.restart()
    office.visit("ours", child)
    first, second = stamped(office.ours)
    assert stamp_instant(first) > FAR
    assert first < second, "as long as the first waits, the second is the later one of the two"
    office.sync()
    office.sync()
    office.ours.restart()
    office.visit("ours", child)
    assert stamp_instant(stamped(office.ours)[2]) - TRUE < timedelta(hours=1)
    office.sync()
    assert office.unrest() == {}


def numbered_late_amid(office: TravelledOffice, clocks: Clocks) -> tuple[int, int]:
    """Two visits, the first of 2099, the second of today; between them today's earlier one gets a number at last."""
    clocks.ours.at = TRUE
    child = office.child("Chìu Văn Sáng")
    register = office.ours.register
    register.write(lambda tx: setattr(tx.ledger, "may_number", False)).result()
    office.visit("ours", child)
    register.write(lambda tx: setattr(tx.ledger, "may_number", True)).result()
    clocks.ours.at = FAR
    office.visit("ours", child)
    register.write(lambda tx: release_next(tx)).result()
    clocks.ours.at = TRUE + timedelta(minutes=5)
    office.ours.restart()
    office.visit("ours", child)
    first, _of_before, second = stamped(office.ours)
    assert stamp_instant(first) > FAR
    return first, second


def test_nor_is_a_visit_of_2099_overtaken_where_numbers_were_given_late(
    office: TravelledOffice, clocks: Clocks
) -> None:
    first, second = numbered_late_amid(office, clocks)
    assert first < second
    office.sync()
    assert office.unrest() == {}


def test_by_the_last_number_alone_it_would_be(
    office: TravelledOffice, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(Ledger, "numbered_late", lambda self, connection: None)
    first, second = numbered_late_amid(office, clocks)
    assert second < first


@pytest.mark.parametrize("stands_at", [DEAD, TRUE - timedelta(days=3)])
def test_a_clock_that_fell_behind_takes_no_hour_back(
    office: TravelledOffice, clocks: Clocks, stands_at: datetime
) -> None:
    """The twin: hours run on where the province's word shows that it is the clock which is wrong now."""
    clocks.ours.at = TRUE + timedelta(days=2)
    child = office.child("Chìu Văn Sáng")
    office.visit("ours", child)
    office.sync()
    office.sync()
    clocks.ours.at = stands_at
    office.ours.restart()
    office.visit("ours", child)
    first, second = stamped(office.ours)
    assert stamp_instant(first) > TRUE
    assert first < second
