"""How much goes into one transaction of a long work is found by what this PC can do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from commune_desk.domain.time.pace import Pace


def test_what_is_over_at_once_grows_and_what_is_felt_shrinks_within_bounds() -> None:
    pace = Pace(300)
    for _ in range(9):
        pace.took(0.001)
    assert pace.at_once == 1_000
    pace.took(0.03)
    assert pace.at_once == 1_000, "between the two it stays"
    for _ in range(9):
        pace.took(0.2)
    assert pace.at_once == 100


def test_few_stay_few_and_many_stay_many() -> None:
    few, many = Pace(5), Pace(5_000)
    few.took(0.2)
    many.took(0.001)
    assert (few.at_once, many.at_once) == (5, 5_000)


def test_it_begins_with_few_and_never_grows_beyond_what_it_may() -> None:
    pace = Pace.up_to(300)
    assert pace.at_once == 100
    for _ in range(9):
        pace.took(0.001)
    assert pace.at_once == 300
    for _ in range(9):
        pace.took(0.2)
    assert pace.at_once == 100
    least = Pace.up_to(3)
    least.took(0.001)
    assert least.at_once == 3, "the simulator's pages are cut by the seed alone"


def test_the_next_one_is_begun_before_the_last_one_is_waited_for_and_no_third() -> None:
    told: list[str] = []

    def begun() -> Iterator[int]:
        for number in range(3):
            told.append(f"begin {number}")
            yield number

    Pace(300).keep(begun(), lambda number: told.append(f"end {number}"))
    assert told == ["begin 0", "begin 1", "end 0", "begin 2", "end 1", "end 2"]


def test_what_fails_ends_the_work_and_nothing_more_is_begun() -> None:
    begun: list[int] = []

    def begin() -> Iterator[int]:
        for number in itertools.count():
            begun.append(number)
            yield number

    def fails(_number: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Pace(300).keep(begin(), fails)
    assert begun == [0, 1]
