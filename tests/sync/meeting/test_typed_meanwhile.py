"""Real desks: what is typed while a sync is under way, after the push and before the page, is not written over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.intake.incoming import Incoming
from commune_desk.store.writing.transaction import Tx
from tests.helpers.builders import make_person, save_all
from tests.helpers.examples import examples
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, real_province

pytestmark = pytest.mark.usefixtures("store_engine")

THEIRS, MINE = "0987000111", "0987000222"


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[RealDesk, RealDesk]]:
    with real_province(tmp_path) as real:
        desks = []
        for name in ("here", "there"):
            make_register(tmp_path / f"{name}.db", real.enrol({COMMUNE: Role.COMMUNE_OFFICER}))
            desks.append(RealDesk(tmp_path / f"{name}.db", SystemClock(), real.transport))
        yield desks[0], desks[1]
        for desk in desks:
            desk.register.close()


def _save(person: RecordId, phone: str) -> Callable[[Tx], object]:
    return lambda tx: tx.save(msgspec.structs.replace(tx.existing(Person, person), phone=phone))


def _typed(desk: RealDesk, person: RecordId, phone: str) -> None:
    desk.run(_save(person, phone))


def _typed_amid_a_sync(both: tuple[RealDesk, RealDesk]) -> list[tuple[str]]:
    """The phone on the screen once the sync has brought a colleague's number and the officer typed another amid it."""
    here, there = both
    person = make_person("Bàn Thị Mùi")
    here.register.write(save_all(person)).result()
    for desk in (here, there):
        desk.sync()
    _typed(there, person.id, THEIRS)
    there.sync()
    replica = here.replica()
    replica.meantime = lambda: _typed(here, person.id, MINE)
    here.sync(replica)
    return here.ask("SELECT phone FROM person")


def test_it_stands_and_then_both_are_shown_to_a_person(both: tuple[RealDesk, RealDesk]) -> None:
    here, there = both
    assert _typed_amid_a_sync(both) == [(MINE,)]
    for desk in (here, there, here):
        desk.sync()
    for desk in both:
        assert desk.ask("SELECT field, state FROM conflict") == [("phone", "open")]


def _require_found(desk: RealDesk, person: RecordId, phone: str) -> None:
    """On the screen, or among what people are asked about."""
    asked = desk.ask("SELECT field FROM conflict WHERE record=? AND state='open'", person)
    assert asked == [("phone",)] or desk.ask("SELECT phone FROM person WHERE id=?", person) == [(phone,)]


def _typed_at(both: tuple[RealDesk, RealDesk], statement: int) -> int:
    """Save a number at that statement of the sync that brings a colleague's; how many statements there were.

    The officer sees what stands when the save comes to its turn, as a form that is open does.
    """
    here, there = both
    person, seen = make_person(f"Bàn Thị {statement}"), 0
    here.register.write(save_all(person)).result()
    for desk in both:
        desk.sync()
    _typed(there, person.id, THEIRS)
    there.sync()

    def count(_sql: str) -> None:
        nonlocal seen
        seen += 1
        if seen == statement:
            typed.append(here.register.write(_save(person.id, MINE)))

    typed: list[Any] = []
    here.register._writer.set_trace_callback(count)
    here.sync()
    here.register._writer.set_trace_callback(None)
    for one in typed:
        one.result()
    _require_found(here, person.id, MINE if typed else THEIRS)
    for desk in (here, there, here):
        desk.sync()
    for desk in both:
        _require_found(desk, person.id, MINE if typed else THEIRS)
    return seen


def test_at_whatever_statement_it_is_typed_it_stands_or_is_asked_about(both: tuple[RealDesk, RealDesk]) -> None:
    """Every statement of a sync with `--long`, a dozen else."""
    statements = _typed_at(both, 0)
    assert statements > 20
    apart = max(1, statements // examples(12))
    for statement in range(1, statements + 1, apart):
        _typed_at(both, statement)


def test_without_looking_at_what_waits_it_would_be_written_over(
    both: tuple[RealDesk, RealDesk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(Incoming, "_waiting", lambda self, record: [])
    assert _typed_amid_a_sync(both) == [(THEIRS,)]
