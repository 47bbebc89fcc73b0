"""Guessing at the unlock page gets slow; the clock of the PC neither skips the wait nor makes it endless."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_desk.vault.passphrases import WrongPassphrase
from commune_desk.vault.throttle import DELAYS, TooManyTries, Tries, begin_try, forget_tries, tries_of

from .conftest import Clock, Desk


def fail(path: Path, clock: Clock, times: int, login: str = "hoa") -> None:
    """`times` wrong tries, each as soon as it is allowed."""
    for n in range(times):
        clock.pass_by(DELAYS[min(n, len(DELAYS)) - 1] if n else 0)
        begin_try(path, login, uptime=clock.up, wall=clock.wall)


def left(path: Path, clock: Clock, login: str = "hoa") -> int:
    with pytest.raises(TooManyTries) as caught:
        begin_try(path, login, uptime=clock.up, wall=clock.wall)
    seconds = caught.value.params["seconds"]
    assert isinstance(seconds, int)
    return seconds


@pytest.mark.parametrize(("times", "wait"), [(4, 5), (5, 15), (6, 60), (7, 300), (8, 900), (9, 900), (30, 900)])
def test_the_wait_grows_with_each_wrong_passphrase(tmp_path: Path, times: int, wait: int) -> None:
    clock = Clock()
    fail(tmp_path / "k", clock, times)
    assert left(tmp_path / "k", clock) == wait
    clock.pass_by(wait - 1)
    assert left(tmp_path / "k", clock) == 1
    clock.pass_by(1)
    begin_try(tmp_path / "k", "hoa", uptime=clock.up, wall=clock.wall)


def test_three_slips_cost_nothing(tmp_path: Path) -> None:
    clock = Clock()
    for _ in range(4):
        begin_try(tmp_path / "k", "hoa", uptime=clock.up, wall=clock.wall)
    assert left(tmp_path / "k", clock) == 5


def test_a_refused_try_is_not_counted(tmp_path: Path) -> None:
    clock = Clock()
    fail(tmp_path / "k", clock, 4)
    for _ in range(20):
        assert left(tmp_path / "k", clock) == 5


@pytest.mark.parametrize("shift", [-(10.0**9), -3600.0, 3600.0, 10.0**9])
def test_moving_the_clock_neither_skips_nor_lengthens_the_wait(tmp_path: Path, shift: float) -> None:
    clock = Clock()
    fail(tmp_path / "k", clock, 6)
    clock.wall += shift
    assert left(tmp_path / "k", clock) == 60


def test_a_throttle_by_the_wall_clock_would_be_skipped() -> None:
    tries = Tries(count=6, uptime=100.0, wall=0.0)
    assert tries.seconds_left(uptime=100.0, wall=10.0**9) == 60
    assert DELAYS[5] - (10.0**9 - tries.wall) < 0


def test_after_a_night_switched_off_nobody_waits(tmp_path: Path) -> None:
    clock = Clock()
    fail(tmp_path / "k", clock, 8)
    clock.wall += 43_200
    clock.up = 30.0
    begin_try(tmp_path / "k", "hoa", uptime=clock.up, wall=clock.wall)


def test_a_restart_alone_does_not_skip_and_a_dead_battery_does_not_lock_out(tmp_path: Path) -> None:
    clock = Clock()
    fail(tmp_path / "k", clock, 8)
    clock.wall, clock.up = 0.0, 40.0
    assert left(tmp_path / "k", clock) == 860
    clock.pass_by(860)
    begin_try(tmp_path / "k", "hoa", uptime=clock.up, wall=clock.wall)


@given(
    count=st.integers(1, 10**6),
    then=st.floats(0, 1e9),
    wall=st.floats(-1e12, 1e12),
    now=st.floats(0, 1e9),
    wall_now=st.floats(-1e12, 1e12),
)
def test_no_wait_is_ever_longer_than_a_quarter_of_an_hour(
    count: int, then: float, wall: float, now: float, wall_now: float
) -> None:
    assert 0 <= Tries(count, then, wall).seconds_left(uptime=now, wall=wall_now) <= 900


def test_one_officer_cannot_lock_out_another(tmp_path: Path) -> None:
    clock = Clock()
    fail(tmp_path / "k", clock, 9, "hoa")
    begin_try(tmp_path / "k", "lan", uptime=clock.up, wall=clock.wall)
    forget_tries(tmp_path / "k", "hoa")
    begin_try(tmp_path / "k", "hoa", uptime=clock.up, wall=clock.wall)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"hoa":{"count":0}}', b"\xff", b"[" * 60_000, b" " * 70_000])
def test_a_spoilt_sidecar_counts_as_none(tmp_path: Path, content: bytes) -> None:
    tries_of(tmp_path / "k").write_bytes(content)
    begin_try(tmp_path / "k", "hoa", uptime=1.0, wall=1.0)


def test_unlocking_counts_before_it_tries_and_forgets_on_success(desk: Desk) -> None:
    fail(desk.path, desk.clock, 3)
    with pytest.raises(WrongPassphrase):
        desk.unlock(passphrase="không phải câu này")
    with pytest.raises(TooManyTries):
        desk.unlock()
    desk.clock.pass_by(5)
    assert desk.unlock() == desk.key
    assert b"hoa" not in tries_of(desk.path).read_bytes()


def test_unknown_logins_are_slowed_together(desk: Desk) -> None:
    fail(desk.path, desk.clock, 4, "")
    for login in ("nobody", "somebody"):
        with pytest.raises(TooManyTries):
            desk.unlock(login)
    assert desk.unlock() == desk.key
