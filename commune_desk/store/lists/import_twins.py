"""The children of the register as an import compares its rows with them: read once, some at a time."""

from __future__ import annotations

from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection

Known = tuple[int, str, str, str | None, str | None]
"""(place in the register, person, name, stored birth date, ID number)."""
_REACHED, _MOST = "import_compared_to", 5
"""The setting that holds, of the last lists that were read, the place in the register up to which each was compared."""


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


def note_reached(connection: Connection, import_id: str, place: int) -> None:
    """The rows of the list were compared with every child up to this place, but for those that were not shown yet."""
    (hidden,) = connection.execute("SELECT min(row) FROM child_index WHERE shown=0 AND status<>'withdrawn'").fetchone()
    place = place if hidden is None else min(place, hidden - 1)
    known = _places(connection)
    known.pop(import_id, None)
    settings.put(connection, _REACHED, dict([*known.items(), (import_id, place)][-_MOST:]))


def reached(connection: Connection, import_id: str) -> int | None:
    """Up to which place; None where other lists were read since."""
    return _places(connection).get(import_id)


def _places(connection: Connection) -> dict[str, int]:
    return settings.get(connection, _REACHED, dict[str, int], {})
