"""A desk is killed amid a round and updated; later its disk is set back to what the older program wrote."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.errors import DeskError
from commune_desk.store.desk import versions
from commune_desk.store.engine.migrate import steps
from commune_desk.store.exchange.staged import mark_restored
from commune_desk.store.files import file_queue
from tests.sync.actors.couriers import bring
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice
from tests.sync.actors.updated_desks import breaks_after, keep_older_copy, kill, update
from tests.sync.journeys.test_set_back_on_the_way import settled

GREAT = 700_000


@dataclass
class UnderWay:
    """What was written, and where it has to be in the end."""

    stays: RecordId
    visits: dict[str, str]
    photos: dict[str, str]
    stick: list[bytes]


@pytest.fixture
def half_way(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch) -> UnderWay:
    """A photo half sent of a child who has moved, one half fetched of a child who stays, a snapshot half fetched, a
    stick that is written and not handed in."""
    stays, goes = office.child("Bàn Thị Một"), office.child("Chìu Văn Sáng")
    theirs, ours = office.photo("colleague", stays, GREAT), office.photo("ours", goes, GREAT)
    office.sync("colleague")
    broken(office, "/v1/files/put", 1)
    office.ours.run(lambda tx: file_queue.ask_for(tx, theirs))
    broken(office, "/v1/files/get", 1)
    office.move("colleague", goes, OTHER_COMMUNE)
    office.sync("colleague", "there")
    broken(office, "/v1/files/", 0)
    visits: dict[str, str] = {office.visit("ours", stays): COMMUNE}
    stick = office.ours.stick_out()
    monkeypatch.setattr("sync.server.answers.pull.WORTH", 1)
    office.ours.run(versions.begin_all_anew)
    broken(office, "/v1/snapshots/", 0)
    visits |= {office.visit("ours", stays, "Lần hai"): COMMUNE}
    return UnderWay(stays, visits, {theirs.sha256: COMMUNE, ours.sha256: OTHER_COMMUNE}, stick)


def broken(office: TravelledOffice, path: str, times: int) -> None:
    with breaks_after(office, path, times), suppress(DeskError):
        office.ours.go()


def whole(office: TravelledOffice, told: UnderWay) -> None:
    settled(office)
    assert office.homes("home_visit") == told.visits
    assert office.whole_files() == told.photos
    stay = sorted(one for one, home in told.visits.items() if home == COMMUNE)
    for desk in (office.ours, office.colleague):
        assert desk.ask("SELECT id FROM home_visit ORDER BY id") == [(one,) for one in stay]
        assert desk.ask("SELECT full_name FROM person") == [("Bàn Thị Một",)]


@pytest.mark.parametrize("at", [10, 60, 150, 300])
def test_killed_and_updated_it_goes_on_and_set_back_to_before_the_update_too(
    office: TravelledOffice, half_way: UnderWay, at: int
) -> None:
    assert half(office) == ([("down", 1), ("up", 1)], [(1,)], [COMMUNE])
    assert kill(office, office.ours, at)
    keep_older_copy(office.ours)
    update(office.ours)
    assert office.ours.ask("PRAGMA user_version") == [(len(steps()),)]
    whole(office, half_way)
    office.ours.stick_in(bring(office.real.province, *half_way.stick))
    visits = half_way.visits
    visits[office.visit("ours", half_way.stays, "Lần ba")] = COMMUNE
    whole(office, half_way)

    office.ours.set_back()
    visits[office.visit("ours", half_way.stays, "Lần tư")] = COMMUNE
    assert office.ours.stopped() == "Forked"
    office.ours.enrol_anew()
    whole(office, half_way)


@pytest.mark.parametrize("at", [10, 150])
def test_enrolled_anew_from_the_older_backup_alone_it_loses_nothing(
    office: TravelledOffice, half_way: UnderWay, at: int
) -> None:
    """The PC is lost just after it was killed; the courier's stick comes after all."""
    assert kill(office, office.ours, at)
    keep_older_copy(office.ours)
    office.ours.set_back()
    office.ours.run(mark_restored)
    office.ours.enrol_anew()
    bring(office.real.province, *half_way.stick)
    whole(office, half_way)


def half(office: TravelledOffice) -> tuple[object, ...]:
    """Files on their way, whether somebody is leaving, and the places that are to be begun anew."""
    ways = office.ours.ask("SELECT direction, reached>0 AND reached<size FROM file_queue WHERE state='waiting'")
    leaving = office.ours.ask("SELECT count(*)>0 FROM departure WHERE is_gone=0")
    return sorted(ways), leaving, versions.to_begin_anew(office.ours.register.reader)
