"""One PC of the house has a clock that is years off: what somebody writes there, or elsewhere, who knows of all that
was written stands all the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from commune_desk.i18n import set_language
from commune_desk.presenters.sync.conflict_page import conflict_cards, decision
from tests.helpers.enrolled_desks import enrolled_desk
from tests.sync.actors.real_province import HOUSE, real_province
from tests.sync.meeting.test_in_and_out_at_two_desks import ORDERS, House
from tests.sync.meeting.test_notices_meet import sync_all

YEARS = [-16, 73]


class WrongClock:
    """A PC's clock that is as many years off."""

    def __init__(self, years: int) -> None:
        self._off = timedelta(days=365 * years)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._off


@pytest.fixture(params=YEARS)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """The second PC's clock is wrong."""
    set_language("en")
    with real_province(tmp_path) as province, ExitStack() as stack:
        clocks = {"there": WrongClock(request.param)}
        desks = [
            enrolled_desk(province, tmp_path / name, grants=HOUSE, clock=clocks.get(name))
            for name in ("here", "there", "upstairs")
        ]
        for desk in desks:
            stack.callback(desk.close)
        yield House(desks)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("back", [0, 1])
def test_who_is_back_from_an_outing_that_two_wrote_down_is_in_the_house(
    house: House, order: tuple[int, int], back: int
) -> None:
    house.out(0)
    house.out(1)
    house.heard(*order)
    house.back(back)
    house.heard(back)
    sync_all(house.desks)
    assert house.states() == ["staying"] * 3


@pytest.mark.parametrize("house", [-16], indirect=True)
def test_what_a_pc_writes_that_is_years_behind_stands_before_what_it_had_heard(house: House) -> None:
    house.out(0)
    house.out(2)
    house.back(2)
    house.heard(0, 2)
    house.out(1)
    house.heard(1)
    house.back(1)
    house.heard(1)
    assert house.states() == ["staying"] * 3


@pytest.mark.parametrize("house", [73], indirect=True)
@pytest.mark.parametrize("decides", [0, 2])
def test_who_is_back_after_people_decided_that_the_stay_goes_on_is_in_the_house(house: House, decides: int) -> None:
    house.ends(0)
    house.out(1)
    house.heard(1, 0)
    sync_all(house.desks)
    for card in conflict_cards(house.at[decides], most=9)[0]:
        goes_on = next(side.change for side in card.conflict.sides if side.value == "out")
        operation = decision(card, chosen=goes_on)
        assert not isinstance(operation, str), operation
        house.at[decides].write(operation)
    house.heard(decides)
    assert house.states() == ["out"] * 3
    house.back(0)
    house.heard(0)
    assert house.states() == ["staying"] * 3
