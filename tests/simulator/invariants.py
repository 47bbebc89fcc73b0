"""What must hold after every action, whoever was in the middle of what; numbered as in docs/traceability.md."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from commune_desk.domain.model.record import Record
from commune_desk.store.desk.lease import SEALED
from commune_desk.store.pages.sync_status import sync_facts
from sync.server.engine import tables
from sync.server.identity import desks
from tests.simulator.facts import cursors, rows
from tests.simulator.oracle import TRACKED, Subject
from tests.simulator.pc import Pc
from tests.simulator.world import World
from tests.sync.actors.convergence_model import MEMBERS, RULE_OF


def saved_work_is_there(world: World) -> None:
    """I1, I5: what was confirmed to an officer is in the journal, in numbers without a gap."""
    for pc in world.pcs:
        typed = world.typed(pc)
        assert pc.confirmed <= typed.keys(), f"desk {pc.number} lost a saved change"
        numbers = sorted(own.n for own in typed.values() if own.desk == pc.desk and own.n is not None)
        assert numbers == list(range(1, len(numbers) + 1)), f"desk {pc.number} counts {numbers}"


def numbers_have_no_gaps(world: World) -> None:
    """I1, I2: the province holds each change of a desk exactly once, from 1 to its last."""
    held: dict[str, list[int]] = {}
    for row in _held(world):
        held.setdefault(row.desk, []).append(row.n)
    for desk, last in last_n_at_province(world).items():
        assert sorted(held.get(desk, [])) == list(range(1, last + 1)), f"desk {desk}"


def _held(world: World) -> list[Any]:
    """Merged or set aside."""
    names = ("desk", "n", "id", "digest")
    asked = (select(*(table.c[name] for name in names)) for table in (tables.change, tables.quarantine))
    return [row for one in asked for row in rows(world.server.province, one)]


def nothing_is_overwritten(world: World) -> None:
    """I18: what the province once held of a number it holds for good, and no desk takes another change for it."""
    held = {(row.desk, row.n): (row.id, bytes(row.digest)) for row in _held(world)}
    assert world.held.items() <= held.items(), "a number has another change than before"
    world.held = held
    there = set(held.values())
    for pc in world.pcs:
        for own in world.typed(pc).values():
            if own.state == "accepted":
                assert (own.id, hashlib.sha256(own.raw).digest()) in there, f"desk {pc.number} takes {own.n} for sent"


def only_who_lives_twice_is_stopped(world: World) -> None:
    """I18: a desk with one life is never taken for a copy."""
    for pc in world.pcs:
        assert not pc.is_stopped or pc.desk in world.doubled, f"desk {pc.number}"


def last_n_at_province(world: World) -> dict[str, int]:
    """By desk; none was stopped but those that live twice."""
    found = rows(world.server.province, select(tables.desk))
    assert {row.id for row in found if row.status != desks.ACTIVE} <= world.doubled
    assert {row.status for row in found} <= {desks.ACTIVE, desks.FROZEN}
    return {row.id: row.last_n for row in found}


def heads_of(world: World) -> dict[str, int]:
    return {row.id: row.head for row in rows(world.server.province, select(tables.scope))}


def waiting_is_honest(world: World) -> None:
    """I8, I23: no desk says that less waits than the province lacks."""
    last = last_n_at_province(world)
    for pc in world.pcs:
        facts = sync_facts(pc.register.reader)
        waits = [own for own in world.typed(pc).values() if own.state in ("waiting", "staged")]
        numbered = sum(own.desk == pc.desk and own.n is not None for own in world.typed(pc).values())
        assert numbered - len(waits) <= last[pc.desk], f"desk {pc.number}"
        assert facts.waiting_changes == len(waits), f"desk {pc.number}"
        assert facts.set_aside == 0


def cursors_are_rows(world: World) -> None:
    """I6, I13: exactly the events up to the cursor are there, and no record ever goes by itself.

    A desk that began anew, told twice that its feed is another one, has what stands; the rest is placed nowhere.
    """
    for pc in world.pcs:
        for scope, cursor in cursors(pc.register).items():
            found = pc.register.reader.execute(
                "SELECT seq FROM change WHERE scope=? AND seq IS NOT NULL ORDER BY seq", (scope,)
            ).fetchall()
            placed = [seq for (seq,) in found if seq]
            told = set(placed) if len(placed) < len(found) else set(range(1, cursor + 1))
            assert placed == sorted(told), f"desk {pc.number} in {scope}"
            assert not placed or placed[-1] <= cursor, f"desk {pc.number} in {scope}"


def screens_show_what_they_must(world: World) -> None:
    """I3, I4, I5: the truth at the cursor, and over it every own edit that has not come back."""
    for pc in world.pcs:
        cursor = world.cursor(pc)
        for record, subject in world.oracle.subjects.items():
            seen = pc.look(subject.kind, record)
            must = subject.scope == pc.scope and world.oracle.is_known(subject, pc.number, cursor)
            assert (seen is not None) == must, f"desk {pc.number}: {subject.kind} is {'missing' if must else 'there'}"
            if seen is not None:
                _fields(world, pc, subject, seen, cursor)


def _fields(world: World, pc: Pc, subject: Subject, seen: Record, cursor: int) -> None:
    for name in TRACKED[subject.kind]:
        value = _plain(name, getattr(seen, name))
        if pc.register.is_closed and (subject.kind, name) in SEALED:
            assert value is None, f"desk {pc.number} shows {name} though its lease has run out"
            continue
        expected = subject.view(pc.number).shows(subject.model, cursor, name)
        assert value == expected, f"desk {pc.number} at {cursor} shows {name}={value}, should be {expected}"


def _plain(name: str, value: Any) -> Any:
    """As the model has it: sets as sets, and an empty text as none."""
    return frozenset(value) if RULE_OF[name] == MEMBERS else value or None


def conflicts_are_known(world: World) -> None:
    """I3, I23: the conflicts that a desk keeps are those of the model at its cursor, and are counted as such."""
    for pc in world.pcs:
        cursor = world.cursor(pc)
        subjects = [one for one in world.oracle.subjects.values() if one.scope == pc.scope]
        expected = {one for subject in subjects for one in subject.model.at(cursor).open}
        kept = pc.register.reader.execute("SELECT id FROM conflict WHERE state<>'closed'").fetchall()
        assert {one for (one,) in kept} == expected, f"desk {pc.number}"
        shown = pc.register.reader.execute("SELECT DISTINCT record, field FROM conflict WHERE state='open'").fetchall()
        assert sync_facts(pc.register.reader).open_conflicts == len(shown)


def feeds_are_dense(world: World) -> None:
    """I2: the head of each scope counts its events."""
    feed = tables.feed
    counted = rows(world.server.province, select(feed.c.scope, func.count().label("events")).group_by(feed.c.scope))
    heads = {scope: head for scope, head in heads_of(world).items() if head}
    assert {row.scope: row.events for row in counted} == heads == {k: v for k, v in world.oracle.places.items() if v}


ALWAYS: tuple[Callable[[World], None], ...] = (
    saved_work_is_there,
    numbers_have_no_gaps,
    nothing_is_overwritten,
    only_who_lives_twice_is_stopped,
    waiting_is_honest,
    cursors_are_rows,
    screens_show_what_they_must,
    conflicts_are_known,
    feeds_are_dense,
)
"""Checked after every action. What is built later adds its own."""
