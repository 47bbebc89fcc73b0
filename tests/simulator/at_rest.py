"""What must hold once all has come to rest after children moved, whoever wrote what meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import select

from commune_desk.domain.records.kinds import KINDS
from sync.change import Change
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from tests.simulator.communes import Course, Typed, rows


def held(course: Course, table: Any) -> list[Any]:
    """The rows of a table of the province."""
    statement = select(table)
    return list(course.real.province.database.read(lambda it: it.execute(statement).all(), WHOLE_PROVINCE))


def every_visit_is_with_its_child(course: Course) -> None:
    home = {row.id: row.scope for row in held(course, tables.RECORDS["person"])}
    there = {row.id: row for row in held(course, tables.RECORDS["home_visit"])}
    assert there.keys() == course.visits.keys()
    for visit, child in course.visits.items():
        assert there[visit].scope == home[child]


def every_number_stands_was_seen_or_is_asked_about(course: Course) -> None:
    """A late edit neither wins unseen nor goes."""
    numbers_are_kept(course, course.typed)


def numbers_are_kept(course: Course, typed: Sequence[Typed]) -> None:
    """Each stands, or was before whoever wrote another, or a person is asked.

    Of who is joined it may stand twice, or in the record that is kept, where a form writes what is typed of either.
    """
    stands = {row.id: row.phone for row in held(course, tables.RECORDS["person"])}
    changes = [msgspec.json.decode(row.raw, type=Change) for row in held(course, tables.change) if row.raw]
    seen = {change.base.get("phone") for change in changes}
    asked = {side for row in held(course, tables.conflict) for side in (row.ours, row.theirs, row.base)}
    for one in typed:
        written = [change for change in changes if change.set.get("phone") == one.phone]
        places = {one.child, *(change.record for change in written)}
        is_there = any(stands.get(record) == one.phone for record in places)
        assert is_there or {change.id for change in written} & (seen | asked), one


def desks_hold_their_commune_and_nothing_else(course: Course) -> None:
    """Nothing of a child that left; the same at both desks of a commune."""
    guests = {(row.scope, row.record) for row in held(course, tables.guest)}
    for name in KINDS:
        there = held(course, tables.RECORDS[name])
        for number, desk in enumerate(course.desks):
            scope = course.scope(desk)
            expected = {row.id for row in there if row.scope == scope or (scope, row.id) in guests}
            assert {one for (one,) in rows(desk, f"SELECT id FROM {name}")} == expected, f"desk {number}: {name}"
    one, two, *_ = course.desks
    for sql in ("SELECT id, full_name, phone, scope FROM person", "SELECT id, person, visited_on FROM home_visit"):
        assert rows(one, sql) == rows(two, sql)
    open_ones = "SELECT id FROM conflict WHERE state='open'"
    assert rows(one, open_ones) == rows(two, open_ones)


def nothing_waits_and_nothing_was_set_aside(course: Course) -> None:
    """But a second move of one child, and a second joining, which are told to who asked for them."""
    assert {row.code for row in held(course, tables.quarantine)} <= {"moved", "joined"}
    heads = {row.id: row.head for row in held(course, tables.scope)}
    for desk in course.desks:
        assert rows(desk, "SELECT n FROM change WHERE state IN ('waiting', 'staged')") == set()
        assert rows(desk, "SELECT record FROM departure WHERE is_gone=0") == set()
        assert rows(desk, "SELECT seq FROM cursor WHERE scope=?", course.scope(desk)) == {(heads[course.scope(desk)],)}


def the_province_keeps_every_number_that_it_took(course: Course) -> None:
    """Merged or set aside: of a number without its change its desk would be told that it exists twice."""
    kept = {(row.desk, row.n) for table in (tables.change_key, tables.quarantine) for row in held(course, table)}
    for row in held(course, tables.desk):
        assert {n for desk, n in kept if desk == row.id} == set(range(1, row.last_n + 1)), row.id


Check = Callable[[Course], None]
AT_REST: Sequence[Check] = (
    every_visit_is_with_its_child,
    every_number_stands_was_seen_or_is_asked_about,
    desks_hold_their_commune_and_nothing_else,
    nothing_waits_and_nothing_was_set_aside,
    the_province_keeps_every_number_that_it_took,
)
