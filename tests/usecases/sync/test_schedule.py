"""When the desk syncs next."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commune_desk.usecases.sync.schedule import Pace, SyncSchedule
from sync.client.backoff import CAP_SECONDS, delay

CHANCE = st.floats(0, 1, allow_nan=False, exclude_max=True)


def _schedule(chance: float = 0.5) -> SyncSchedule:
    schedule = SyncSchedule(Pace(), random=lambda: chance, now=0.0)
    schedule.begun()
    schedule.succeeded(0.0)
    return schedule


def test_the_first_sync_comes_soon_but_not_for_every_desk_at_once() -> None:
    assert SyncSchedule(Pace(), random=lambda: 0.0, now=5.0).due == 5.0
    assert SyncSchedule(Pace(), random=lambda: 0.99, now=5.0).due < 25.0


@given(CHANCE)
def test_the_interval_is_a_quarter_of_an_hour_give_or_take_half(chance: float) -> None:
    assert 450.0 <= _schedule(chance).due <= 1350.0


def test_changes_one_after_another_do_not_push_the_sync_away() -> None:
    schedule = _schedule()
    for second in range(50):
        schedule.on_change(float(second))
    assert schedule.due == 60.0


def test_what_is_saved_while_a_sync_runs_is_not_left_to_the_next_interval() -> None:
    schedule = _schedule()
    schedule.begun()
    schedule.on_change(100.0)
    schedule.succeeded(101.0)
    assert schedule.due == 160.0


def test_a_change_does_not_cut_a_failures_waiting_time_short() -> None:
    schedule = _schedule(0.99)
    for _ in range(12):
        schedule.failed(0.0)
    due = schedule.due
    schedule.on_change(0.0)
    assert schedule.due == due > 800


def test_a_person_and_a_returning_line_do() -> None:
    schedule = _schedule(0.99)
    for _ in range(12):
        schedule.failed(0.0)
    schedule.on_hint(10.0)
    assert schedule.due < 12.0
    schedule.on_demand(10.5)
    assert schedule.due == 10.5


def test_a_success_ends_the_series_of_failures() -> None:
    schedule = _schedule()
    schedule.failed(0.0)
    schedule.begun()
    schedule.succeeded(1.0)
    assert schedule.failures == 0


@given(st.integers(1, 10_000), CHANCE, st.floats(0, 1e12, allow_nan=False))
def test_waiting_is_at_least_what_the_province_asked_and_bounded(failures: int, chance: float, asked: float) -> None:
    wait = delay(failures, random=lambda: chance, retry_after=asked)
    assert min(asked, 86_400.0) <= wait <= 86_400.0 + CAP_SECONDS


@given(st.integers(1, 10_000))
def test_waiting_grows_to_a_quarter_of_an_hour_with_full_jitter(failures: int) -> None:
    assert delay(failures, random=lambda: 0.0) == 0.0
    assert delay(failures, random=lambda: 1.0) == min(CAP_SECONDS, 2.0 * 2.0 ** min(failures, 30))


def test_a_province_that_asked_for_rest_is_not_woken_by_a_line_that_comes_and_goes() -> None:
    schedule = _schedule(0.0)
    schedule.failed(100.0, 600.0)
    schedule.on_hint(101.0)
    assert schedule.due == 700.0
    schedule.on_demand(102.0)
    assert schedule.due == 102.0


def test_without_such_a_wish_the_returning_line_is_tried_at_once() -> None:
    """The twin: the same failure, and the province asked for nothing."""
    schedule = _schedule(0.0)
    schedule.failed(100.0)
    schedule.due = 700.0
    schedule.on_hint(101.0)
    assert schedule.due == 101.0


def test_files_that_broke_off_go_on_sooner_than_the_next_sync_and_each_time_a_little_later() -> None:
    schedule, due = _schedule(0.5), []
    for _ in range(4):
        schedule.begun()
        schedule.succeeded(0.0)
        schedule.files_broken_off(0.0)
        due.append(schedule.due)
    assert due == sorted(due)
    assert due[0] < due[-1] < 100.0
    schedule.begun()
    schedule.succeeded(0.0)
    schedule.files_through()
    assert schedule.due == 900.0
    assert schedule.failures == 0
