"""What must come of joined records, reckoned from signed changes in the order of the feeds by the protocol alone."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from sync.change import Change
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from tests.simulator.at_rest import AT_REST, held
from tests.simulator.communes import Course, rows


def _in_order(course: Course) -> list[Change]:
    """The joinings that were taken in, in the order of the place where each was first told."""
    feed, change = tables.feed, tables.change
    asked = select(change.c.raw, feed.c.scope, feed.c.seq).join(feed, feed.c.change == change.c.id)
    told = course.real.province.database.read(lambda it: it.execute(asked.order_by(feed.c.seq)).all(), WHOLE_PROVINCE)
    changes = [(msgspec.json.decode(row.raw, type=Change), row.scope, row.seq) for row in told]
    return [one for one, scope, _seq in changes if one.verb == "alias" and one.scope == scope]


def _model(course: Course) -> dict[str, str]:
    """By child the one who is kept in the end: each is joined once, and no chain comes back to where it began."""
    joined: dict[str, str] = {}
    for one in _in_order(course):
        old, kept = one.record, str(one.set["joined_to"])
        assert joined.get(old, kept) == kept, "joined twice, otherwise"
        joined[old] = kept
    return {child: _end(joined, child) for child in course.children}


def _end(joined: dict[str, str], child: str) -> str:
    way = [child]
    while way[-1] in joined:
        assert joined[way[-1]] not in way, "a ring"
        way.append(joined[way[-1]])
    return way[-1]


def one_child_is_one_everywhere(course: Course) -> None:
    """In every list of every desk, and every visit with the one who is kept."""
    kept = _model(course)
    home = {row.id: row.scope for row in held(course, tables.RECORDS["person"])}
    assert all(home[child] == home[end] for child, end in kept.items()), "they live in one place"
    for number, desk in enumerate(course.desks):
        here = {end for child, end in kept.items() if home[child] == course.scope(desk)}
        assert {one for (one,) in rows(desk, "SELECT person FROM child_index")} == here, f"desk {number}"
        for visit, person in rows(desk, "SELECT id, person FROM home_visit"):
            assert person == kept[course.visits[visit]], f"desk {number}: visit {visit}"


def every_joining_was_done_or_told(course: Course) -> None:
    """Whoever said that two are one sees that they are, or that the province did not join them."""
    kept = _model(course)
    aside = {row.id for row in held(course, tables.quarantine)}
    asked = {(change.record, change.set["joined_to"]) for change in _set_aside(course)}
    for old, other in course.joined:
        assert kept[old] == kept[other] or (old, other) in asked, aside


def _set_aside(course: Course) -> list[Change]:
    changes = [msgspec.json.decode(row.raw, type=Change) for row in held(course, tables.quarantine)]
    return [one for one in changes if one.verb == "alias"]


CHECKS = (*AT_REST, one_child_is_one_everywhere, every_joining_was_done_or_told)
