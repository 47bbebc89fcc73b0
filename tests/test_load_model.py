"""A province comes back after two hours, or opens at eight: jitter spreads its desks, next to nothing is asked twice.

The real sync at the real server, in virtual time; counted, never timed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from bench import load
from bench.load_desks import LightDesk, desks_of
from bench.load_model import Attempt, LoadModel, Tally
from commune_desk.usecases.sync.schedule import Pace
from sync.client.backoff import CAP_SECONDS
from sync.client.errors import NotAnswering
from sync.client.transport import Exchange, Transport
from tests.sync.actors.in_process import InProcess, response_of
from tests.sync.actors.server_fixtures import World, province_in

DESKS = 40
MOST_A_SECOND = 6
"""Syncs that the province begins in a second; it asks the others to come later. 40 desks bring one in 22 s."""
OUTAGE, RETURN, MORNING = 7200.0, 1800.0, 900.0
MOST_PER_NEEDED = 1.2


class Door(InProcess):
    """The province behind a door that lets so many syncs in within a second; others it tells: in half a minute."""

    def __init__(self, world: World, most_a_second: int) -> None:
        super().__init__(world.app)
        self._most = most_a_second
        self.now: Callable[[], float] = lambda: 0.0
        self._hellos: Counter[int] = Counter()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if request.path_url == "/v1/hello" and not self.down:
            self._hellos[int(self.now())] += 1
            if self._hellos[int(self.now())] > self._most:
                return response_of(503, {"Retry-After": "30"}, b"")
        return super().send(request, *args, **kwargs)


class Country:
    """Desks of twenty communes and their province."""

    def __init__(self, world: World, desks: int = DESKS, most_a_second: int = MOST_A_SECOND) -> None:
        self.door = Door(world, most_a_second)
        self.desks = [
            LightDesk(own, scope, Transport("province.test", ca_pem=None, adapter=self.door))
            for own, scope in desks_of(world, desks)
        ]

    def model(self, chance: Callable[[], float] | None = None) -> LoadModel:
        made = LoadModel(self.desks, chance=chance)
        self.door.now = lambda: made.now
        return made

    def waiting(self) -> int:
        return sum(desk.waiting for desk in self.desks)


@pytest.fixture
def country(tmp_path: Path) -> Iterator[Country]:
    with province_in(tmp_path) as world:
        made = Country(world)
        yield made
        made.door.shut()


def outage_and_return(country: Country, chance: Callable[[], float] | None = None) -> tuple[Tally, Tally]:
    """What desks do while the province is away, and in the half hour after."""
    model = country.model(chance)
    country.door.down = True
    away = model.play(OUTAGE)
    country.door.down = False
    return away, model.play(RETURN)


def no_jitter() -> float:
    return 1.0


def test_after_two_hours_everybody_is_back_within_the_longest_wait_and_asks_once(country: Country) -> None:
    away, back = outage_and_return(country)
    assert away.syncs == 0
    assert away.requests <= DESKS * (2 * OUTAGE / CAP_SECONDS + 20), "who is not answered waits ever longer"
    assert back.per_needed <= MOST_PER_NEEDED
    assert back.busiest <= MOST_A_SECOND
    assert back.busiest_within(60) <= DESKS // 3, "spread over the whole wait, not over what the morning spread"
    assert country.waiting() == 0
    assert all(len(desk.replica.lines) > OUTAGE // CAP_SECONDS for desk in country.desks), "they worked meanwhile"


@pytest.mark.long
def test_so_is_a_twentieth_of_the_country(tmp_path: Path) -> None:
    """332 desks of 166 communes. How long they wait for an answer is measured by `desk.py load`."""
    with province_in(tmp_path) as world:
        made = Country(world, 332, 50)
        _away, back = outage_and_return(made)
        made.door.shut()
    assert back.per_needed <= MOST_PER_NEEDED
    assert back.busiest <= 50
    assert made.waiting() == 0


def test_without_jitter_they_would_come_all_at_once_and_again(country: Country) -> None:
    """The twin."""
    _away, back = outage_and_return(country, no_jitter)
    assert back.busiest == DESKS
    assert back.per_needed > MOST_PER_NEEDED
    assert country.waiting() > 0


def test_a_morning_at_eight_is_spread_over_the_first_seconds(country: Country) -> None:
    morning = country.model().play(MORNING)
    assert morning.per_needed <= MOST_PER_NEEDED
    assert morning.busiest <= MOST_A_SECOND
    assert country.waiting() == 0


def two_hours_and_the_morning_after(country: Country, chance: Callable[[], float] | None = None) -> Tally:
    """All are switched on at eight, when the province has just come back: each has two hours of work to send."""
    model = country.model(chance)
    country.door.down = True
    model.play(OUTAGE)
    country.door.down = False
    model.switch_on()
    return model.play(MORNING)


def test_a_morning_after_an_outage_is_spread_too_and_nothing_is_asked_twice(country: Country) -> None:
    morning = two_hours_and_the_morning_after(country)
    assert morning.per_needed <= MOST_PER_NEEDED
    assert morning.busiest <= MOST_A_SECOND
    assert morning.syncs >= DESKS
    assert country.waiting() == 0


def test_a_morning_after_an_outage_without_jitter_would_be_a_storm(country: Country) -> None:
    """The twin."""
    morning = two_hours_and_the_morning_after(country, no_jitter)
    assert morning.busiest == DESKS
    assert morning.per_needed > MOST_PER_NEEDED


def test_a_morning_without_jitter_would_be_a_storm(country: Country) -> None:
    """The twin."""
    morning = country.model(no_jitter).play(MORNING)
    assert morning.busiest == DESKS
    assert morning.per_needed > MOST_PER_NEEDED


def exchange(status: int, seconds: float) -> Exchange:
    return Exchange("/v1/hello", status, 1, 1, seconds)


class Ready:
    """A desk whose every sync is one request, answered at once."""

    waiting = 0

    def sync(self, now: float) -> Attempt:
        return Attempt([exchange(200, 0.01)], None)


class Stage:
    """The server's process, as `desk.py load` kills and begins it."""

    def __init__(self) -> None:
        self.is_up = True

    def start(self) -> None:
        self.is_up = True

    def kill(self) -> None:
        self.is_up = False

    def memory_mib(self) -> float:
        return 0.0


def test_everybody_is_switched_on_again_once_the_province_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those two hours are in what eight o'clock brings: the phase that the budget is about."""
    monkeypatch.setattr(load, "MORNING", 0.3)
    monkeypatch.setattr("bench.load_model.Pace", partial(Pace, start_jitter=0.1))
    desks: Any = [Ready() for _ in range(DESKS)]
    run = load.Run(Stage(), desks, 1e6)  # type: ignore[arg-type]
    run.play(0.0)
    mornings = [(phase.name, phase.tally.syncs) for phase in run.phases if "eight" in phase.name]
    assert mornings == [("eight o'clock", DESKS), ("back at eight", DESKS)]
    assert [phase.name for phase in run.phases if not phase.is_served] == ["two hours without it"]


def phase_of(*attempts: Attempt, is_served: bool = True) -> load.Phase:
    tally = Tally()
    for attempt in attempts:
        tally.note(attempt)
    return load.Phase("a phase", tally, 0.0, 1.0, 0, is_served=is_served)


SLOW = Attempt([exchange(200, 5.1)], None)
IN_VAIN = Attempt([exchange(0, 1.0)], NotAnswering())
GOOD = Attempt([exchange(200, 0.1)], None)


@pytest.mark.parametrize(
    ("phase", "told"),
    [
        (phase_of(*[GOOD] * 5, IN_VAIN), "Within the budget."),
        (phase_of(*[GOOD] * 4, IN_VAIN), "Over budget: a phase: 1.25 requests per needed one"),
        (phase_of(SLOW), "Over budget: a phase: p99 5.1 s"),
        (phase_of(IN_VAIN, is_served=False), "Within the budget."),
    ],
    ids=["within", "asked too often", "too slow", "nobody there"],
)
def test_over_budget_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], phase: load.Phase, told: str
) -> None:
    monkeypatch.setattr(load, "measure", lambda *_, **__: [phase])
    assert load.main([]) == ("Over" in told)
    assert capsys.readouterr().out.splitlines()[-1] == told


def test_what_a_phase_took_is_counted_by_request() -> None:
    tally = Tally()
    tally.note(Attempt([exchange(200, 0.1), exchange(200, 0.3)], None))
    tally.note(Attempt([exchange(0, 3.0)], NotAnswering()))
    assert (tally.requests, tally.needed, tally.syncs, tally.failed["NotAnswering"]) == (3, 2, 1, 1)
    tally.arrivals.update([1, 1, 59, 61])
    assert (tally.busiest, tally.busiest_within(60), tally.busiest_within(61)) == (2, 3, 4)
    assert (tally.per_needed, tally.percentile(0.0), tally.percentile(0.99)) == (1.5, 0.1, 0.3)
