"""A PC ordered removed whose disk was set back, or copied: its numbers are taken, its last work leaves all the same."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlalchemy import select, union

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.usecases.registers.profile import Profile
from sync.change import GENESIS, next_head
from sync.client import errors
from sync.client.pushing import Pusher
from sync.server.engine import tables
from sync.server.identity import desks
from tests.helpers.builders import make_visit, save_all
from tests.sync.actors.couriers import bring
from tests.sync.actors.real_province import COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice, Traveller


def withdraw(office: TravelledOffice, *, removes: bool = True) -> None:
    province, desk = office.real.province, office.ours.register.identity.desk
    office.real.write(lambda connection: desks.revoke(connection, province, desk, removes=removes))


def set_aside(office: TravelledOffice) -> str:
    """All that the province keeps of withdrawn PCs, as it was signed."""
    kept = office.real.scalars(select(tables.quarantine.c.raw).where(tables.quarantine.c.code == desks.REVOKED))
    return "\n".join(raw.decode() for raw in kept)


def is_removed(office: TravelledOffice) -> bool:
    return Profile(office.folder).is_removed


def go_until_it_is_removed(office: TravelledOffice, pc: Traveller) -> None:
    for _ in range(3):
        if not is_removed(office):
            assert pc.stopped() == "DeskRemoved"
    assert is_removed(office)


@pytest.fixture
def child(office: TravelledOffice) -> RecordId:
    return office.child("Chìu Văn Sáng")


@pytest.fixture(params=[1, 3], ids="{} sent".format)
def visits(office: TravelledOffice, child: RecordId, request: pytest.FixtureRequest) -> list[RecordId]:
    """Two visits, typed on a disk that was set back to before others were sent under the same numbers."""
    office.ours.keep_copy()
    for _ in range(request.param):
        office.visit("ours", child, "Trước khi đĩa bị lùi lại.")
    office.sync("ours")
    office.ours.set_back()
    return [office.visit("ours", child) for _ in range(2)]


def test_by_line_it_is_set_aside_and_the_register_goes(office: TravelledOffice, visits: list[RecordId]) -> None:
    withdraw(office)
    go_until_it_is_removed(office, office.ours)
    assert all(visit in set_aside(office) for visit in visits)
    assert office.homes("home_visit").keys().isdisjoint(visits), "a withdrawn PC has no right to write"


def test_by_stick_too(office: TravelledOffice, visits: list[RecordId]) -> None:
    withdraw(office)
    for _ in range(3):
        office.ours.stick_in(bring(office.real.province, *office.ours.stick_out()))
    assert is_removed(office)
    assert all(visit in set_aside(office) for visit in visits)


def test_an_answer_that_is_read_again_changes_nothing(office: TravelledOffice, visits: list[RecordId]) -> None:
    withdraw(office)
    first = bring(office.real.province, *office.ours.stick_out())
    office.ours.stick_in(first)
    numbered = office.ours.ask("SELECT id, n FROM change WHERE state='waiting' ORDER BY n")
    assert {change for change, _ in numbered}
    office.ours.stick_in(first)
    assert office.ours.ask("SELECT id, n FROM change WHERE state='waiting' ORDER BY n") == numbered
    go_until_it_is_removed(office, office.ours)


def test_what_is_typed_after_the_order_goes_behind_it(
    office: TravelledOffice, child: RecordId, visits: list[RecordId]
) -> None:
    withdraw(office, removes=False)
    assert office.ours.stopped() == "DeskRevoked"
    later = office.visit("ours", child)
    assert office.ours.stopped() == "DeskRevoked"
    assert all(visit in set_aside(office) for visit in [*visits, later])
    withdraw(office)
    go_until_it_is_removed(office, office.ours)


def test_the_chain_goes_on_behind_the_other_ones(office: TravelledOffice, visits: list[RecordId]) -> None:
    """Numbers without a gap and one chain: each change stays provable to somebody else."""
    withdraw(office)
    go_until_it_is_removed(office, office.ours)
    own, change, aside = office.ours.register.identity.desk, tables.change_key, tables.quarantine
    asked = union(*(select(one.c.n, one.c.digest).where(one.c.desk == own) for one in (change, aside)))
    held = sorted(tuple(row) for row in office.real.write(lambda connection: connection.execute(asked).all()))
    assert all(later == before + 1 for (before, _), (later, _) in pairwise(held))
    head = GENESIS
    for _, digest in held:
        head = next_head(head, digest)
    assert list(office.real.scalars(select(tables.desk.c.head).where(tables.desk.c.id == own))) == [head]


def test_two_of_one_disk_both_leave_what_waits(office: TravelledOffice, child: RecordId) -> None:
    twin = office.doubled("ours", "twin")
    here, there = office.visit("ours", child), make_visit(child, scope=Scope(COMMUNE))
    twin.run(save_all(there))
    withdraw(office)
    for pc in (office.ours, twin):
        assert pc.stopped() == "DeskRemoved"
    assert here in set_aside(office)
    assert there.id in set_aside(office)


def test_one_that_was_stopped_before_hears_the_order(office: TravelledOffice, visits: list[RecordId]) -> None:
    assert office.ours.stopped() == "Forked"
    withdraw(office)
    go_until_it_is_removed(office, office.ours)
    assert all(visit in set_aside(office) for visit in visits)


def test_in_service_it_still_stops(office: TravelledOffice, visits: list[RecordId]) -> None:
    """Behind the other numbers the same name would go on twice."""
    assert office.ours.stopped() == "Forked"
    assert office.ours.stopped() == "Forked"
    office.ours.enrol_anew()
    office.sync()
    assert office.homes("home_visit").keys() >= set(visits)


def test_put_back_to_before_the_order_it_goes_on_behind_them(office: TravelledOffice, visits: list[RecordId]) -> None:
    """What the copy had sent is there, and this PC's last work behind it: nobody else bears the name any more."""
    office.back_up()
    withdraw(office, removes=False)
    assert office.ours.stopped() == "DeskRevoked"
    office.put_back()
    office.sync()
    assert office.homes("home_visit").keys() >= set(visits)
    assert office.unrest() == {}


@pytest.fixture
def behind(office: TravelledOffice, child: RecordId) -> RecordId:
    """A visit that was set aside behind others, of which the province that was put back knows nothing any more."""
    office.back_up()
    office.ours.keep_copy()
    office.visit("ours", child, "Trước khi đĩa bị lùi lại.")
    office.sync("ours")
    office.ours.set_back()
    visit = office.visit("ours", child)
    withdraw(office, removes=False)
    assert office.ours.stopped() == "DeskRevoked"
    office.put_back()
    return visit


def test_put_back_to_before_the_other_numbers_it_is_enrolled_anew(office: TravelledOffice, behind: RecordId) -> None:
    """The province asks for numbers that this PC never gave."""
    assert office.ours.stopped() == "ChangesMissing"
    office.ours.enrol_anew()
    office.sync()
    assert set(office.homes("home_visit")) == {behind}, "who had the other is gone with the disk"
    assert office.unrest() == {}


def test_put_back_to_before_the_other_numbers_and_withdrawn_again_it_goes(
    office: TravelledOffice, behind: RecordId
) -> None:
    withdraw(office)
    go_until_it_is_removed(office, office.ours)
    assert behind in set_aside(office)


def test_put_back_to_before_its_first_number_all_of_it_is_sent_again(office: TravelledOffice) -> None:
    """What it had sent under its own numbers, and behind them what it numbered anew."""
    office.back_up()
    child = office.child("Chìu Văn Sáng")
    office.ours.keep_copy()
    office.visit("ours", child, "Trước khi đĩa bị lùi lại.")
    office.sync("ours")
    office.ours.set_back()
    visit = office.visit("ours", child)
    withdraw(office, removes=False)
    assert office.ours.stopped() == "DeskRevoked"
    office.put_back()
    withdraw(office)
    go_until_it_is_removed(office, office.ours)
    assert child in set_aside(office)
    assert visit in set_aside(office)


def test_not_numbered_anew_it_would_never_hear_of_the_order(
    office: TravelledOffice, visits: list[RecordId], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""

    def stop(_self: object, taken: errors.NumbersTaken, _told: object) -> int:
        raise taken

    monkeypatch.setattr(Pusher, "_go_behind", stop)
    withdraw(office)
    for _ in range(4):
        assert office.ours.stopped() == "NumbersTaken"
    assert not is_removed(office)
    assert not any(visit in set_aside(office) for visit in visits)
