"""I14: in whatever order desks write, sync and move a child while the province erases it, nothing of it comes back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.domain.words.errors import Refusal
from commune_desk.store.intake import erasing
from commune_desk.usecases.records.children import ChildEntry, register_child
from sync.server.engine import tables
from tests.helpers.builders import make_file, make_person
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.real_province import COMMUNE
from tests.sync.actors.two_communes import Two, move, visit, words_in
from tests.sync.erasure.test_erased_at_desks import erased

pytestmark = pytest.mark.usefixtures("store_engine")

SEEDS = range(5)


def fresh(two: Two, name: str) -> RecordId:
    entry = ChildEntry(person=make_person(name), file=make_file(RecordId("")), kin=())
    made: RecordId = two.old.register.write(lambda tx: register_child(tx, entry)).result()[0]
    two.sync()
    return made


def one_order(two: Two, child: RecordId, chance: Random) -> None:
    """Everything that may happen, in an order of chance; what a desk refuses is refused to an officer as well."""
    steps: list[Callable[[], object]] = [
        lambda: visit(two.late, child),
        lambda: two.old.edit(Person, child, phone="0912000111"),
        lambda: two.late.edit(Person, child, phone="0912000111"),
        lambda: move(two.old, child),
        lambda: erased(two, child),
        *(two.old.sync, two.late.sync, two.new.sync),
        *(two.old.sync, two.late.sync),
    ]
    chance.shuffle(steps)
    for step in steps:
        with suppress(Refusal):
            step()


def told_there(two: Two) -> str:
    """Every value that the province holds of changes and people."""
    shown = []
    for table in (tables.change, tables.feed, tables.quarantine, tables.RECORDS["person"]):
        for column in table.columns:
            shown += [
                one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one)
                for one in two.real.scalars(select(column))
            ]
    return "\n".join(shown)


def test_nothing_comes_back(two: Two) -> None:
    children = []
    for seed in SEEDS:
        child = fresh(two, f"Chìu Văn {seed}")
        children.append(child)
        one_order(two, child, Random(seed))
    two.sync()
    for desk in two.desks.values():
        told = words_in(desk)
        assert [word for word in ("Chìu Văn", "0912000111") if word in told] == []
        for child in children:
            assert desk.ask("SELECT count(*) FROM home_visit WHERE person=?", child) == [(0,)]
        assert desk.ask("SELECT count(*) FROM change WHERE state IN ('waiting', 'quarantined')") == [(0,)]
    assert sums_here(two.late, COMMUNE).whole == sums_there(two.real, COMMUNE).whole
    told = told_there(two)
    assert [word for word in ("Chìu Văn", "0912000111") if word in told] == []


def test_a_desk_that_heard_and_did_nothing_would_be_found(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(erasing, "_erase", lambda tx, kind, record: None)
    child = fresh(two, "Chìu Văn 0")
    erased(two, child)
    two.sync()
    assert "Chìu Văn" in words_in(two.late)
