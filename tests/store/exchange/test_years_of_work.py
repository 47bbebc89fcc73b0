"""What a desk does every quarter of an hour costs the same after years: nothing reads through all that it ever wrote.

Counted in steps of the engine, which no other work on the machine disturbs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.changes import pending
from commune_desk.store.changes.journal import LEFT
from commune_desk.store.desk import register as register_module
from commune_desk.store.desk.register import Register
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.intake import departures
from commune_desk.store.writing.transaction import Tx
from commune_desk.vault.keys import RegisterKey
from sync import protocol
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.workplaces import OFFICER, HandClock, make_register

CHILDREN, YEARS, AT_ONCE = 100, 1_500, 100
"""Visits to so many children that were written and accepted before, and how many of them in a transaction."""
_PIECE = 10
"""Steps of the engine that are counted as one."""


class Desk:
    """A register that was closed when it was nearly empty, as after enrolment, and receipts for all that it sends."""

    def __init__(self, folder: Path) -> None:
        key = RegisterKey.generate()
        made = make_register(folder, key=key)
        made.write(save_all(*make_child())).result()
        made.close()
        self.register = Register(made.path, key, HandClock(), OFFICER)
        self._replica = RegisterReplica(self.register, lambda _changes: None)
        children = [make_child(f"Chìu Văn {number}") for number in range(CHILDREN)]
        self.register.write(save_all(*(record for child in children for record in child))).result()
        self._children = itertools.cycle([RecordId(person.id) for person, _ in children])

    def visit(self, count: int = 1) -> None:
        def run(tx: Tx) -> None:
            for child in itertools.islice(self._children, count):
                tx.save(make_visit(child))

        self.register.write(run).result()

    def push(self) -> None:
        """Everything that waits, and a receipt for it that says it is in a verified backup, too."""
        after = 0
        while batch := self._replica.pending(after, protocol.MAX_CHANGES, protocol.MAX_INFLATED):
            after = batch[-1].n
            results = [protocol.Result(id="", status="ok") for _ in batch]
            receipt = protocol.Receipt(
                desk=self.register.identity.desk,
                accepted_n=after,
                durable_n=after,
                at="2026-11-26T10:00:00Z",
                results=results,
                audit_head="",
                epoch="",
            )
            self._replica.acknowledge(receipt, after, b"receipt", b"signature")

    def work_for_years(self) -> None:
        for _ in range(YEARS // AT_ONCE):
            self.visit(AT_ONCE)
        self.push()

    def forget_it_all(self) -> None:
        """As if every child had left."""
        left = f"UPDATE change SET state='{LEFT}' WHERE state='accepted'"
        self.register.write(lambda tx: tx.connection.execute(left)).result()

    def steps(self, work: Callable[[], object]) -> int:
        counted = 0

        def count() -> int:
            nonlocal counted
            counted += 1
            return 0

        def watch(handler: Callable[[], int] | None) -> None:
            # Behind receipts that are still to be kept.
            self.register.write(lambda tx: tx.connection.set_progress_handler(handler, _PIECE), gives_way=True).result()

        watch(count)
        work()
        watch(None)
        return counted


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.register.close()


def _after_years(desk: Desk, work: Callable[[], object]) -> tuple[int, int]:
    """What the work costs at first, and after years. Before each a visit is saved."""
    desk.push()
    desk.visit()
    first = desk.steps(work)
    desk.work_for_years()
    desk.visit()
    return first, desk.steps(work)


def test_a_push_costs_the_same_after_years(desk: Desk) -> None:
    first, later = _after_years(desk, desk.push)
    assert later < first + YEARS // _PIECE / 2


def test_a_round_with_nothing_to_send_costs_the_same_after_years(desk: Desk) -> None:
    desk.push()
    first = desk.steps(desk.push)
    desk.work_for_years()
    assert desk.steps(desk.push) < first + YEARS // _PIECE / 2


def test_what_has_left_over_the_years_is_not_looked_through(desk: Desk) -> None:
    desk.work_for_years()
    desk.forget_it_all()
    desk.push()
    assert desk.steps(desk.push) < YEARS // _PIECE / 2


def test_a_save_costs_the_same_after_years(desk: Desk) -> None:
    first, later = _after_years(desk, desk.visit)
    assert later < first + YEARS // _PIECE / 2


@pytest.mark.parametrize("control", ["where_the_first_waits", "what_has_left"])
def test_a_push_that_reads_through_everything_would_be_seen(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, control: str
) -> None:
    """The twins: the search begins at the first change of all; what has left is looked for among all."""

    def forget(connection: Any, own: str, durable_n: int) -> None:
        connection.execute(
            "UPDATE change SET raw=x'' WHERE state||'' = 'left' AND desk=? AND n<=? AND length(raw)>0", (own, durable_n)
        )

    if control == "where_the_first_waits":
        monkeypatch.setattr(pending, "_first", lambda _connection, _desk: 1)
    else:
        monkeypatch.setattr(departures, "forget_durable", forget)
    first, later = _after_years(desk, desk.push)
    assert later > first + YEARS // _PIECE


def test_the_engine_knows_how_large_its_tables_have_become(desk: Desk) -> None:
    """It looks again when a table has ten times as many rows."""
    assert _estimated(desk) > YEARS / 10


def test_estimates_of_the_first_day_would_stay(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: until the program ends the engine believes that there are two changes."""
    monkeypatch.setattr(register_module, "_MANY_ROWS", 1 << 60)
    assert _estimated(desk) < YEARS / 10


def _estimated(desk: Desk) -> int:
    """How many changes the engine counts on."""
    for _ in range(2 * YEARS // AT_ONCE):
        desk.visit(AT_ONCE)
    desk.register.estimate_anew()
    asked = "SELECT stat FROM sqlite_stat1 WHERE tbl='change' AND idx='change_number'"
    (stat,) = desk.register.write(lambda tx: tx.connection.execute(asked).fetchone()).result()[0]
    return int(stat.split()[0])
