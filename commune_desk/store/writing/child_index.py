"""Derived rows for the register list and the search: rebuilt from the records in the transaction that changes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from commune_desk.domain.model.batches import batched
from commune_desk.domain.model.codes import is_at_risk_group, is_special_group
from commune_desk.domain.model.record import Record
from commune_desk.domain.records.attachments import Attachment
from commune_desk.domain.records.children import RISK_LEVELS, ChildFile, GroupMembership
from commune_desk.domain.records.desks import Task
from commune_desk.domain.records.families import Person, Relation
from commune_desk.domain.records.placements import PlacementNotice
from commune_desk.domain.records.reports import Report
from commune_desk.domain.records.visits import HomeVisit
from commune_desk.domain.time.dates import PartialDate
from commune_desk.domain.vietnamese.search_text import search_text
from commune_desk.domain.vietnamese.text import plain_sort_key, sort_key
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection, transaction, translated
from commune_desk.store.writing.worked_on import WORKED_ON

DERIVED_AS, _DERIVED = "derived_as", 5
"""A fact of the register, and what it says once the rows are as this program derives them: 2 with case codes, 3 with
photos and scans as a sign that somebody has worked with a child, 4 with edits, moves and joined records as one, 5 with
what a shelter tells of a stay."""

_GIVEN = "child_rows_given"
"""A fact of the register: the highest number that a row was given. None is given again, though its child has left: a
list that was read meanwhile knows by it who came since."""
_KEPT_ALL_THE_SAME = (
    *WORKED_ON,
    "SELECT 1 FROM joined j JOIN child_file w ON w.person=j.person WHERE j.kept=f.person AND w.status<>'withdrawn'",
)
_SHOWN = (
    "CASE WHEN f.status='withdrawn' THEN {} ELSE COALESCE(i.state, 'complete') IN ('complete', 'undone') END".format(
        " OR ".join(f"EXISTS ({sign})" for sign in _KEPT_ALL_THE_SAME)
    )
)
"""Not while its list is on the way in or out; taken back with the list, only if somebody has worked with the child, or
it is one with a child who stays."""
_FILES = (
    "SELECT p.id, f.id, f.scope, f.status, f.risk_level, f.import_id, p.full_name, p.other_name, p.birth_date,"  # noqa: S608 - constants only
    f" p.id_number, p.phone, p.village, f.case_number, {_SHOWN}"
    " FROM child_file f JOIN person p ON p.id=f.person LEFT JOIN import i ON i.id=f.import_id WHERE f.person IN ({})"
    " AND f.person NOT IN (SELECT person FROM joined)"
)
_KIN = (
    "SELECT r.person, q.full_name, q.phone, r.relation FROM relation r CROSS JOIN person q ON q.id=r.relative"
    " WHERE r.person IN ({}) AND r.ended_on IS NULL"
    " ORDER BY r.is_caregiver DESC, r.is_guardian DESC, r.id"
)
# By the day these rows would tell yesterday's groups until the child's next change, and on each desk others.
_GROUPS = (
    "SELECT DISTINCT person, group_code FROM group_membership WHERE person IN ({}) AND to_on IS NULL"
    " ORDER BY group_code"
)
_JOINED = (
    "SELECT j.kept, p.full_name, p.other_name, p.id_number, p.phone, f.case_number FROM joined j"
    " CROSS JOIN person p ON p.id=j.person LEFT JOIN child_file f ON f.person=p.id WHERE j.kept IN ({})"
    " ORDER BY p.id, f.id"
)
"""What somebody may still look for: the words of the records that are one with a child's."""
_COLUMNS = (
    *("person", "file", "scope", "shown", "status", "name", "name_key", "village_key", "birth_key"),
    *("risk", "groups", "special", "at_risk", "last_visit_on", "next_visit_on", "import_id"),
    *("carer", "carer_phone", "carer_relation"),
)
_INSERT = f"INSERT INTO child_index ({', '.join(_COLUMNS)}, row) VALUES ({', '.join('?' * len(_COLUMNS))}, ?)"  # noqa: S608
_UPDATE = f"UPDATE child_index SET {', '.join(f'{name}=?' for name in _COLUMNS)} WHERE row=?"  # noqa: S608
_VISITS = (
    "SELECT person, visited_on, next_visit_on, amends, id FROM home_visit WHERE person IN ({}) ORDER BY visited_on, id"
)


def affected(connection: Connection, record: Record, *, is_removed: bool = False) -> Iterable[str]:
    """The children whose derived row depends on `record`, which was written or is about to be removed.

    A visit that was written brings its child's row forward by itself where it can; one that goes brings nothing.
    """
    match record:
        case ChildFile(person=person) | GroupMembership(person=person) | Relation(person=person):
            return [person] if person else []
        case HomeVisit(person=person, amends=amends):
            return [person] if person and (amends or is_removed or not _move_on(connection, record)) else []
        case Report(person=person) | Task(person=person) | Attachment(person=person):
            return [person] if person and (is_removed or _is_hidden(connection, person)) else []
        case PlacementNotice(case_code=code):
            of_case = connection.execute("SELECT person FROM child_file WHERE case_number=?", (code,)).fetchall()
            return [row[0] for row in of_case if row[0] and (is_removed or _is_hidden(connection, row[0]))]
        case Person():
            kin = connection.execute("SELECT person FROM relation WHERE relative=?", (record.id,)).fetchall()
            return [record.id, *(row[0] for row in kin if row[0])]
        case _:
            return []


def _move_on(connection: Connection, visit: HomeVisit) -> bool:
    """Bring a child's last and next visit forward; False when the child has no derived row yet, or a hidden one.

    Nor for a second visit of one day: which of the two tells the next must not hang on which came first.

    The everyday save: it must not read a child's whole history nor touch the search index.
    """
    return (
        connection.execute(
            "UPDATE child_index SET"
            " next_visit_on=CASE WHEN COALESCE(last_visit_on, '')<?1 THEN ?2 ELSE next_visit_on END,"
            " last_visit_on=MAX(COALESCE(last_visit_on, ''), ?1)"
            " WHERE person=?3 AND shown=1 AND COALESCE(last_visit_on, '')<>?1",
            (visit.visited_on, visit.next_visit_on, visit.person),
        ).rowcount
        > 0
    )


def _is_hidden(connection: Connection, person: str) -> bool:
    return connection.execute("SELECT 1 FROM child_index WHERE person=? AND shown=0", (person,)).fetchone() is not None


def refresh(connection: Connection, people: Collection[str]) -> None:
    """Rewrite the derived rows of `people`; those without a child file lose theirs."""
    for ids in batched(sorted(people)):
        _refresh_some(connection, ids)


def bring_up(connection: Connection) -> None:
    """Derive every row anew where an older program derived them; whoever is broken off begins with the next start."""
    with translated():
        if settings.get(connection, DERIVED_AS, int, 1) == _DERIVED:
            return
    with transaction(connection):
        refresh(connection, {row[0] for row in connection.execute("SELECT DISTINCT person FROM child_file") if row[0]})
        settings.put(connection, DERIVED_AS, _DERIVED)


def _refresh_some(connection: Connection, ids: Sequence[str]) -> None:
    marks = ",".join("?" * len(ids))
    rows = {r[0]: r for r in connection.execute(f"SELECT person, row FROM child_index WHERE person IN ({marks})", ids)}  # noqa: S608
    fresh: list[Derived] = []
    for derived in derive(connection, ids):
        known = rows.pop(derived.columns[0], None)
        if known is None:
            fresh.append(derived)
        else:
            connection.execute(_UPDATE, (*derived.columns, known[1]))
            connection.execute("UPDATE child_search SET words=? WHERE rowid=?", (derived.words, known[1]))
    _insert(connection, fresh)
    for _, number in rows.values():
        connection.execute("DELETE FROM child_index WHERE row=?", (number,))
        connection.execute("DELETE FROM child_search WHERE rowid=?", (number,))


class Derived(NamedTuple):
    """What lists and the search know of a child: the columns of its row, the person first, and its words."""

    columns: tuple[Any, ...]
    words: str


def derive(connection: Connection, ids: Sequence[str]) -> list[Derived]:
    """What follows from the records as they stand, of those of these persons (a few hundred) who have a file."""
    marks = ",".join("?" * len(ids))
    kin = _gather(connection.execute(_KIN.format(marks), ids).fetchall())
    groups = _gather(connection.execute(_GROUPS.format(marks), ids).fetchall())
    visits = _gather(connection.execute(_VISITS.format(marks), ids).fetchall())
    joined = _gather(connection.execute(_JOINED.format(marks), ids).fetchall())
    files = _one_each(connection.execute(_FILES.format(marks), ids).fetchall())
    return [_derived(row, *(found.get(row[0], []) for found in (kin, groups, visits, joined))) for row in files]


def _one_each(files: Iterable[Any]) -> list[Any]:
    """The first file of each person: another desk may have opened a second one, and the list shows a child once."""
    first: dict[str, Any] = {}
    for row in sorted(files, key=lambda row: str(row[1])):
        first.setdefault(row[0], row)
    return list(first.values())


def _gather(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for person, *rest in rows:
        found.setdefault(person, []).append(rest)
    return found


def _derived(row: Any, kin: list[Any], groups: list[Any], visits: list[Any], joined: list[Any]) -> Derived:
    person, file, scope, status, risk, import_id, name, other, birth, id_number, phone, village, case, shown = row
    codes = [code for (code,) in groups]
    last, following = last_visit(visits)
    columns = (
        person,
        file,
        scope,
        shown,
        status,
        name or "",
        sort_key(name or ""),
        plain_sort_key(village or ""),
        birth_key(birth),
        RISK_LEVELS.index(risk) + 1 if risk in RISK_LEVELS else 0,
        " ".join(codes),
        sum(map(is_special_group, codes)),
        sum(map(is_at_risk_group, codes)),
        last,
        following,
        import_id,
        *(kin[0] if kin else (None, None, None)),
    )
    of_kin = (text for name, phone, _ in kin for text in (name, phone))
    of_joined = (text for words in joined for text in words)
    return Derived(columns, search_text(name, other, village, id_number, phone, case, *of_kin, *of_joined))


def _insert(connection: Connection, fresh: Sequence[Derived]) -> None:
    if not fresh:
        return
    (highest,) = connection.execute("SELECT COALESCE(max(row), 0) FROM child_index").fetchone()
    first = 1 + max(highest, settings.get(connection, _GIVEN, int, 0))
    numbered = list(enumerate(fresh, start=first))
    settings.put(connection, _GIVEN, numbered[-1][0])
    connection.executemany(_INSERT, [(*one.columns, number) for number, one in numbered])
    connection.executemany(
        "INSERT INTO child_search (rowid, words) VALUES (?,?)", [(number, one.words) for number, one in numbered]
    )


def scrub(connection: Connection) -> None:
    """Write the search words anew without those of removed rows: deleting alone leaves them where they stood."""
    connection.execute("INSERT INTO child_search(child_search) VALUES('optimize')")


def birth_key(birth: str | None) -> str:
    """The earliest day (ISO) that a stored birth date can mean; empty when nothing is known."""
    try:
        return PartialDate.stored(birth).possible.earliest.isoformat() if birth else ""
    except ValueError:
        return ""


def last_visit(visits: list[Any]) -> tuple[str | None, str | None]:
    """(day of the last visit, day of the next) of rows (visited_on, next_visit_on, amends, id), oldest first."""
    amended = {amends for _, _, amends, _ in visits if amends}
    standing = [(visited, following) for visited, following, _, visit in visits if visit not in amended]
    return standing[-1] if standing else (None, None)
