"""The children of the register as an import compares its rows with them: read once, some at a time."""

from __future__ import annotations

from commune_desk.store.engine.database import Connection

Known = tuple[int, str, str, str | None, str | None]
"""(place in the register, person, name, stored birth date, ID number)."""


def known_children(connection: Connection, after: int, limit: int) -> list[Known]:
    """The next children behind the place `after` whose file is shown and was not taken back."""
    rows: list[Known] = connection.execute(
        "SELECT i.row, i.person, i.name, p.birth_date, p.id_number FROM child_index i JOIN person p ON p.id=i.person"
        " WHERE i.row>? AND i.shown=1 AND i.status<>'withdrawn' ORDER BY i.row LIMIT ?",
        (after, limit),
    ).fetchall()
    return rows


def mother_of(connection: Connection, person: str) -> str | None:
    """The name of the child's mother, or None."""
    row = connection.execute(
        "SELECT q.full_name FROM relation r JOIN person q ON q.id=r.relative"
        " WHERE r.person=? AND r.relation='mother' AND r.ended_on IS NULL ORDER BY r.id DESC",
        (person,),
    ).fetchone()
    return row[0] if row else None
