"""What must hold after every action, whoever was in the middle of what; numbered as in docs/traceability.md."""

from __future__ import annotations

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
    """I1, I5: what was confirmed to an officer is in the journal."""
    for pc in world.pcs:
        assert world.last_n(pc) >= pc.confirmed_n, f"desk {pc.number} lost a saved change"


def numbers_have_no_gaps(world: World) -> None:
    """I1, I2: the province holds each change of a desk exactly once, from 1 to its last."""
    change, aside = tables.change, tables.quarantine
    held: dict[str, list[int]] = {pc.desk: [] for pc in world.pcs}
    for row in (*rows(world.server.province, select(change)), *rows(world.server.province, select(aside))):
        held.setdefault(row.desk, []).append(row.n)
    last = last_n_at_province(world)
    for pc in world.pcs:
        assert sorted(held[pc.desk]) == list(range(1, last[pc.desk] + 1)), f"desk {pc.number}"


def last_n_at_province(world: World) -> dict[str, int]:
    """By desk; none was stopped."""
    found = rows(world.server.province, select(tables.desk))
    assert {row.status for row in found} == {desks.ACTIVE}
    return {row.id: row.last_n for row in found}


def heads_of(world: World) -> dict[str, int]:
    return {row.id: row.head for row in rows(world.server.province, select(tables.scope))}


def waiting_is_honest(world: World) -> None:
    """I8, I23: no desk says that less waits than the province lacks."""
    last = last_n_at_province(world)
    for pc in world.pcs:
        facts = sync_facts(pc.register.reader)
        assert world.last_n(pc) - facts.waiting_changes <= last[pc.desk], f"desk {pc.number}"
        unproven = pc.register.reader.execute("SELECT count(*) FROM change WHERE state IN ('waiting', 'sent')")
        assert (facts.waiting_changes,) == unproven.fetchone()
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
    waiting_is_honest,
    cursors_are_rows,
    screens_show_what_they_must,
    conflicts_are_known,
    feeds_are_dense,
)
"""Checked after every action. What is built later adds its own."""
