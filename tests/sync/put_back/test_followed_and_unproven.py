"""A PC followed a province that was put back into its epoch and could prove nothing there: then it got a new name.

What that province had signed for before is not known to be with it: all of it is looked for.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.store.exchange import staged
from commune_desk.store.exchange.staged import mark_restored
from tests.helpers.builders import make_visit, save_all
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice, Traveller

Story = Callable[[TravelledOffice], set[RecordId]]


def visits_of(office: TravelledOffice, child: RecordId, count: int = 2) -> set[RecordId]:
    return {office.visit("ours", child) for _ in range(count)}


def sent_and_lost(office: TravelledOffice, child: RecordId) -> set[RecordId]:
    """Signed for and asked for again; then the province's people put it back to before."""
    office.back_up()
    written = visits_of(office, child)
    office.sync("ours", "ours")
    office.put_back()
    return written


def sent_to_another_commune(office: TravelledOffice) -> RecordId:
    """A child who has left: what is written of it stands in no feed that this PC hears."""
    child = office.child("Bàn Văn Hai")
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague", "there")
    return child


def sent_by_the_copy(twin: Traveller, child: RecordId, count: int = 3) -> set[RecordId]:
    visits = [make_visit(child, observations="Bản sao.", scope=Scope(COMMUNE)) for _ in range(count)]
    twin.run(save_all(*visits))
    twin.go()
    return {visit.id for visit in visits}


def a_copy_took_its_numbers(office: TravelledOffice) -> set[RecordId]:
    """One more is typed since."""
    child = office.child("Chìu Văn Sáng")
    twin = office.doubled("ours", "twin")
    written = sent_and_lost(office, child)
    of_the_copy = sent_by_the_copy(twin, child)
    written |= visits_of(office, child, 1)
    assert office.ours.stopped() == "Forked"
    office.ours.enrol_anew()
    return written | of_the_copy


def a_copy_took_them_and_they_were_written_late(office: TravelledOffice) -> set[RecordId]:
    child, gone = office.child("Chìu Văn Sáng"), sent_to_another_commune(office)
    twin = office.doubled("ours", "twin")
    written = sent_and_lost(office, gone)
    of_the_copy = sent_by_the_copy(twin, child)
    assert office.ours.stopped() == "Forked"
    office.ours.enrol_anew()
    return written | of_the_copy


def the_line_broke_and_the_disk_was_set_back(office: TravelledOffice) -> set[RecordId]:
    """The PC's own backup knows of the epoch and of no receipt in it."""
    gone = sent_to_another_commune(office)
    written = sent_and_lost(office, gone)
    office.real.line.down_at = "/v1/push"
    assert office.ours.stopped()
    office.real.line.down_at = ""
    office.ours.run(mark_restored)
    office.ours.enrol_anew()
    return written


@pytest.fixture(
    params=[
        a_copy_took_its_numbers,
        a_copy_took_them_and_they_were_written_late,
        the_line_broke_and_the_disk_was_set_back,
    ],
    ids=lambda story: story.__name__,
)
def written(office: TravelledOffice, request: pytest.FixtureRequest) -> set[RecordId]:
    story: Story = request.param
    return story(office)


@pytest.fixture
def believes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staged, "_is_unproven", lambda *_: False)
    monkeypatch.setattr(staged, "_is_to_begin", lambda *_: False)


def sent_by_all(office: TravelledOffice) -> set[str]:
    for _ in range(3):
        office.sync("ours", "colleague", "there")
    return set(office.homes("home_visit"))


def test_all_of_it_comes_again(office: TravelledOffice, written: set[RecordId]) -> None:
    assert sent_by_all(office) == written
    assert office.unrest("ours", "colleague", "there") == {}


@pytest.mark.usefixtures("believes_all")
def test_taken_for_proven_it_would_stay_lost(office: TravelledOffice, written: set[RecordId]) -> None:
    """The twin."""
    assert sent_by_all(office) < written


@pytest.mark.parametrize("of_the_copy", [1, 2])
@pytest.mark.parametrize("is_told", [False, True], ids=["silently", "by command"])
def test_behind_a_gap_it_is_told_at_once_that_it_is_one_of_two(
    office: TravelledOffice, of_the_copy: int, is_told: bool
) -> None:
    child = office.child("Chìu Văn Sáng")
    twin = office.doubled("ours", "twin")
    keep, put_back = (office.back_up, office.put_back) if is_told else (office.copy_silently, office.put_back_silently)
    keep()
    visits_of(office, child, 4)
    office.sync("ours")
    put_back()
    sent_by_the_copy(twin, child, of_the_copy)
    assert office.ours.stopped() == "Forked"
