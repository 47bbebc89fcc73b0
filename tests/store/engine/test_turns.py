"""One thread writes; what a person waits for goes before what a sync has handed in."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from commune_desk.store.engine.turns import Turns

SYNCS = 50


@pytest.fixture
def turns() -> Iterator[Turns]:
    made = Turns("writer")
    yield made
    made.shutdown()


@pytest.fixture
def gate(turns: Turns) -> threading.Event:
    """What is handed in waits until this is set."""
    made, is_taken = threading.Event(), threading.Event()

    def hold() -> None:
        is_taken.set()
        made.wait(20)

    turns.submit(hold, gives_way=True)
    is_taken.wait(20)
    return made


def test_a_save_goes_before_all_that_a_sync_handed_in_and_each_keeps_its_order(
    turns: Turns, gate: threading.Event
) -> None:
    done: list[str] = []
    last = [turns.submit(lambda n=n: done.append(f"sync {n}"), gives_way=True) for n in range(SYNCS)]  # type: ignore[misc]
    for number in range(3):
        turns.submit(lambda n=number: done.append(f"save {n}"))  # type: ignore[misc]
    gate.set()
    last[-1].result(20)
    assert done == [*(f"save {n}" for n in range(3)), *(f"sync {n}" for n in range(SYNCS))]


def test_at_the_end_all_is_done_that_was_handed_in_and_nothing_more_is_taken(
    turns: Turns, gate: threading.Event
) -> None:
    done: list[int] = []
    for number in range(20):
        turns.submit(lambda n=number: done.append(n), gives_way=bool(number % 2))  # type: ignore[misc]
    gate.set()
    turns.shutdown()
    assert sorted(done) == list(range(20))
    with pytest.raises(RuntimeError):
        turns.submit(lambda: done.append(99))
    assert 99 not in done


def test_what_fails_is_told_to_whoever_waits_and_holds_nobody_up(turns: Turns) -> None:
    failed = turns.submit(lambda: 1 // 0)
    assert turns.submit(lambda: "after it").result(20) == "after it"
    with pytest.raises(ZeroDivisionError):
        failed.result(20)


def test_what_is_taken_back_before_its_turn_is_not_done(turns: Turns, gate: threading.Event) -> None:
    done: list[str] = []
    taken_back = turns.submit(lambda: done.append("taken back"))
    assert taken_back.cancel()
    gate.set()
    turns.submit(lambda: done.append("done")).result(20)
    assert done == ["done"]
