"""Which children a list shows, in which order: ids only, by the keys that were written when they were saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from commune_desk.domain.vietnamese.search_text import exact_marks_rank, initials_term, match_query, own_name_rank
from commune_desk.domain.vietnamese.text import fold, plain_sort_key
from commune_desk.store.engine.database import Connection

MOST_FOUND = 200
"""A search shows this many; nobody reads further, they type another letter."""
_RANKED = 1000

_ORDERS = {
    "name": "i.name_key, i.person",
    "village": "i.village_key, i.name_key, i.person",
    "risk": "i.risk DESC, i.name_key, i.person",
    "next_visit": "i.next_visit_on IS NULL, i.next_visit_on, i.name_key, i.person",
}
ACTIVE = "active"


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is narrowed to; empty means all. Days are ISO days.

    `status` "active" is the children in the register, "left" those whose file is closed, "" both.
    `born_after` and `born_until` bound the earliest possible day of birth; `due_before` the day of the next visit.
    """

    status: str = ACTIVE
    group: str = ""
    """`special` circumstances, `at_risk`, or the code of one group."""
    risk: int = 0
    village: str = ""
    born_after: str = ""
    born_until: str = ""
    due_before: str = ""


class Found(msgspec.Struct, frozen=True):
    """Ids of persons in order. `has_more` when a search had more hits than are shown; `is_loose` after a second try."""

    ids: list[str]
    has_more: bool = False
    is_loose: bool = False


def list_children(connection: Connection, filters: Filters, order: str = "name") -> list[str]:
    """The persons of every child file that passes, in order. Raises KeyError for an order that is none."""
    where, values = _conditions(filters)
    sql = f"SELECT i.person FROM child_index i WHERE {where} ORDER BY {_ORDERS[order]}"  # noqa: S608 - own words only
    return [row[0] for row in connection.execute(sql, values)]


def search_children(connection: Connection, typed: str, filters: Filters, order: str = "name") -> Found:
    """The children that `typed` may mean: first those with exactly its marks, then those whose own name says it all.

    Other spellings are tried when there is none.
    """
    for loose in (False, True):
        query = match_query(typed, loose=loose)
        found = _search(connection, typed, query, filters, order) if query else []
        if found:
            return Found(found[:MOST_FOUND], len(found) > MOST_FOUND, loose)
    return Found([])


def _search(connection: Connection, typed: str, query: str, filters: Filters, order: str) -> list[str]:
    """Ids, one more than are shown when there are more."""
    has_marks = fold(typed) != " ".join(typed.lower().split())
    where, values = _conditions(filters)
    sql = (
        "SELECT i.person, i.name FROM child_search s JOIN child_index i ON i.row=s.rowid"  # noqa: S608 - own words only
        f" WHERE child_search MATCH ? AND {where} ORDER BY i.status<>'active', {_ORDERS[order]} LIMIT ?"
    )
    rows = connection.execute(sql, (query, *values, _RANKED if has_marks else MOST_FOUND + 1)).fetchall()
    if len(rows) > MOST_FOUND and (term := initials_term(typed)):
        # Whoever bears the name typed may stand behind all that are shown of those whose family bears parts of it.
        near = connection.execute(sql, (f"{query} AND {term}", *values, _RANKED))
        rows = list(dict.fromkeys([*(row for row in near if own_name_rank(typed, row[1]) < 2), *rows]))
    rows.sort(key=lambda row: (exact_marks_rank(typed, row[1]) if has_marks else 0, own_name_rank(typed, row[1])))
    return [row[0] for row in rows[: MOST_FOUND + 1]]


def _conditions(filters: Filters) -> tuple[str, list[Any]]:
    tests: list[tuple[str, Any]] = [("i.risk=?", filters.risk)] if filters.risk else []
    if filters.status:
        tests.append(("i.status=?" if filters.status == ACTIVE else "i.status<>?", ACTIVE))
    if filters.group in ("special", "at_risk"):
        tests.append((f"i.{filters.group}>?", 0))
    elif filters.group:
        tests.append(("instr(' ' || i.groups, ' ' || ?)>0", filters.group))
    if filters.village:
        tests.append(("i.village_key=?", plain_sort_key(filters.village)))
    for test, value in (
        ("i.birth_key>?", filters.born_after),
        ("i.birth_key<>'' AND i.birth_key<=?", filters.born_until),
        ("i.next_visit_on<?", filters.due_before),
    ):
        if value:
            tests.append((test, value))
    return " AND ".join(["i.shown=1", *(test for test, _ in tests)]), [value for _, value in tests]


def villages(connection: Connection) -> list[str]:
    """Every village of a child in the register, in Vietnamese order, as it is written for the oldest entry."""
    rows = connection.execute(
        "SELECT p.village FROM (SELECT village_key, MIN(person) AS person FROM child_index WHERE shown=1"
        " GROUP BY village_key) AS first JOIN person p ON p.id=first.person"
        " WHERE p.village IS NOT NULL ORDER BY first.village_key"
    )
    return [row[0] for row in rows]


def all_names(connection: Connection) -> Sequence[str]:
    """The name of every child in the register; may take a while on a large one."""
    return [row[0] for row in connection.execute("SELECT DISTINCT name FROM child_index WHERE shown=1")]
