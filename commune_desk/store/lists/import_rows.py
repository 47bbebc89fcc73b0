"""The rows of a list on its way into the register: what was read, what was decided, what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from commune_desk.domain.lists.cells import ListLevel
from commune_desk.domain.lists.repeats import SAME_ID
from commune_desk.domain.lists.rows import ListedChild, Problem
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx


class RowState(StrEnum):
    """`saved` is a new child; `filling` waits to fill in a child of the register, then is `filled`;
    `joined` went into an earlier row of the list; `rejected` stays out."""

    STAGED = "staged"
    SAVED = "saved"
    FILLING = "filling"
    FILLED = "filled"
    JOINED = "joined"
    REJECTED = "rejected"


class View(StrEnum):
    """What a person may look at: a row can be a warning and a duplicate at once."""

    ALL = "all"
    ERRORS = "errors"
    DUPLICATES = "duplicates"
    WARNINGS = "warnings"
    FINE = "fine"


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What a row added to a child who was in the register already, so that it can be taken back."""

    person: dict[str, str] = {}
    file: dict[str, str] = {}
    relations: tuple[str, ...] = ()
    memberships: tuple[str, ...] = ()


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of a row: its cells, the village heading above it, and what they were taken for.

    The rows say who is one human in this list.
    """

    name: str = ""
    child: ListedChild | None = None
    problems: tuple[Problem, ...] = ()
    cells: tuple[str, ...] = ()
    heading: str = ""
    household_row: int = 0
    father_row: int = 0
    mother_row: int = 0
    carer_row: int = 0
    filled: Filled | None = None


class StagedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the list by its number in Excel; `level` is 0 for fine, 1 for a warning, 2 for an error."""

    row: int
    payload: Payload
    level: int = 0
    twin_row: int = 0
    twin_person: str = ""
    score: float = 0.0
    decision: str = ""
    state: RowState = RowState.STAGED

    @property
    def is_twin(self) -> bool:
        return bool(self.twin_row or self.twin_person)


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of an import by what they are, and by what became of them."""

    total: int = 0
    errors: int = 0
    warnings: int = 0
    duplicates: int = 0
    fine: int = 0
    undecided: int = 0
    saved: int = 0
    saved_with_warnings: int = 0
    filled: int = 0
    joined: int = 0
    rejected: int = 0
    left: int = 0
    """Rows of children who left this register, or were erased, since the list was read: they stay out."""
    by_hand: int = 0
    """Repetitions that a person has decided about; what is sure was decided when the rows were read."""


LEVELS = {ListLevel.REPAIRED: 0, ListLevel.WARNING: 1, ListLevel.ERROR: 2}
_TWIN = "(twin_row>0 OR twin_person<>'')"
_VIEWS = {
    View.ALL: "1",
    View.ERRORS: "level=2",
    View.DUPLICATES: f"level<2 AND {_TWIN}",
    View.WARNINGS: "level=1",
    View.FINE: f"level=0 AND NOT {_TWIN}",
}
_COLUMNS = "row, payload, level, twin_row, twin_person, score, decision, state"
_COUNTS = (
    "SELECT count(*), sum(level=2), sum(level=1),"  # noqa: S608 - own words only
    f" sum(level<2 AND {_TWIN}), sum(level=0 AND NOT {_TWIN}),"
    f" sum(level<2 AND {_TWIN} AND decision=''), sum(state='saved'), sum(state='saved' AND level=1),"
    " sum(state IN ('filling', 'filled')), sum(state='joined'), sum(level=2),"
    " sum(level<2 AND state='rejected'), sum(decision='different' OR decision='same' AND score<?2)"
    " FROM import_row WHERE import_id=?1"
)
_BEARS = (
    "(SELECT full_name FROM person WHERE id=?1) IN (json_extract(NULLIF(payload, ''), '$.name'),"
    " json_extract(NULLIF(payload, ''), '$.child.full_name'))"
)
_FORGET = (
    "UPDATE import_row SET payload='', state=iif(state IN ('staged', 'filling'), 'rejected', state)"  # noqa: S608 - own words only
    f" WHERE payload<>'' AND (twin_person=?1 AND (decision='same' OR decision<>'different' AND {_BEARS})"
    f" OR state NOT IN ('staged', 'filling', 'joined') AND {_BEARS})"
)
_ROOT = "SELECT 1 FROM import_row root WHERE root.import_id=import_row.import_id AND root.row=import_row.twin_row"
_FORGET_REPEATED = (
    "UPDATE import_row SET payload='', state=iif(state='staged', 'rejected', state)"  # noqa: S608 - own words only
    f" WHERE payload<>'' AND (decision='same' AND EXISTS ({_ROOT} AND root.state='rejected' AND root.payload='')"
    f" OR state='joined' AND {_BEARS} AND NOT EXISTS ({_ROOT} AND root.state IN ('staged', 'filling')))"
)
"""A row that repeats an earlier one goes with it, and else not before that one is in: until then both may be of a
namesake."""
_FINISH = (
    "UPDATE import_row SET state=?1, payload=iif(level=0 AND ?1 IN ('saved', 'joined'), '', payload)"
    " WHERE import_id=?2 AND row=?3"
)
_payloads = msgspec.json.Decoder(Payload)
_encode = msgspec.json.Encoder().encode


def add_rows(tx: Tx, import_id: str, rows: Iterable[StagedRow]) -> None:
    """Keep what was read of some rows."""
    tx.connection.executemany(
        "INSERT INTO import_row VALUES (?,?,?,?,0,'',0,'',?)",
        [(import_id, one.row, _encode(one.payload).decode(), one.level, one.state.value) for one in rows],
    )


def set_twin(tx: Tx, import_id: str, row: int, *, twin_row: int = 0, person: str = "", score: float) -> None:
    """Say of which earlier row, or of which child of the register, a row may be the repetition."""
    tx.connection.execute(
        "UPDATE import_row SET twin_row=?, twin_person=?, score=? WHERE import_id=? AND row=?",
        (twin_row, person, score, import_id, row),
    )


def decide(tx: Tx, import_id: str, rows: Iterable[int], decision: str) -> None:
    """Keep what a person decided about possible repetitions: `same`, `different`, or nothing again."""
    tx.connection.executemany(
        "UPDATE import_row SET decision=? WHERE import_id=? AND row=? AND state='staged'",
        [(decision, import_id, row) for row in rows],
    )


def finish_rows(tx: Tx, import_id: str, states: Iterable[tuple[int, RowState]]) -> None:
    """Say what became of some rows; counts as progress.

    The copy of what is in the register now goes with it. Those with a warning stay: they are shown once more when the
    list is in.
    """
    done = [(state.value, import_id, row) for row, state in states]
    tx.connection.executemany(_FINISH, done)
    tx.connection.execute("UPDATE import SET done=done+? WHERE id=?", (len(done), import_id))


def set_payload(tx: Tx, import_id: str, row: int, payload: Payload, *, level: int) -> None:
    tx.connection.execute(
        "UPDATE import_row SET payload=?, level=? WHERE import_id=? AND row=?",
        (_encode(payload).decode(), level, import_id, row),
    )


def settle_twins(tx: Tx, import_id: str, joins: dict[int, int], fills: dict[int, str]) -> None:
    """Turn decisions into work: rows that join an earlier row, and rows that fill in a child of the register."""
    tx.connection.executemany(
        "UPDATE import_row SET state='joined', twin_row=?, twin_person='' WHERE import_id=? AND row=?",
        [(root, import_id, row) for row, root in joins.items()],
    )
    tx.connection.executemany(
        "UPDATE import_row SET state='filling', twin_row=0, twin_person=? WHERE import_id=? AND row=?",
        [(person, import_id, row) for row, person in fills.items()],
    )


def forget_person(connection: Connection, person: str) -> None:
    """Empty what lists told of a person who is about to leave or to be erased; a row that still waits for them stays
    out."""
    connection.execute(_FORGET, (person,))
    while connection.execute(_FORGET_REPEATED, (person,)).rowcount:
        pass  # a row may repeat one that repeats another
    connection.execute("UPDATE import_row SET twin_person='' WHERE twin_person=?", (person,))


def drop_rows(tx: Tx, import_id: str, limit: int) -> int:
    """Delete the waiting rows of an import that is taken back, some at a time; returns how many."""
    return tx.connection.execute(
        "DELETE FROM import_row WHERE import_id=?1 AND row IN (SELECT row FROM import_row WHERE import_id=?1 LIMIT ?2)",
        (import_id, limit),
    ).rowcount


def row_numbers(connection: Connection, import_id: str, view: View) -> list[int]:
    """The rows of a view, in the order of the list."""
    sql = f"SELECT row FROM import_row WHERE import_id=? AND {_VIEWS[view]} ORDER BY row"  # noqa: S608 - own words only
    return [row[0] for row in connection.execute(sql, (import_id,))]


def rows_numbered(connection: Connection, import_id: str, numbers: Sequence[int]) -> list[StagedRow]:
    """At most some hundred rows, in any order."""
    marks = ",".join("?" * len(numbers))
    return _rows(connection, f"row IN ({marks})", import_id, *numbers)


def next_rows(connection: Connection, import_id: str, state: RowState, limit: int) -> list[StagedRow]:
    """The first rows in a state, in the order of the list."""
    return _rows(connection, "state=? ORDER BY row LIMIT ?", import_id, state.value, limit)


def saved_with_warnings(connection: Connection, import_id: str, limit: int) -> list[StagedRow]:
    """The first rows that are in the register with something to look at."""
    return _rows(connection, "state='saved' AND level=1 ORDER BY row LIMIT ?", import_id, limit)


def twins(connection: Connection, import_id: str) -> list[tuple[int, int, str, str]]:
    """(row, earlier row, person, decision) of every possible repetition, in the order of the list."""
    sql = (
        "SELECT row, twin_row, twin_person, decision FROM import_row WHERE import_id=?"  # noqa: S608 - own words only
        f" AND level<2 AND {_TWIN} ORDER BY row"
    )
    return list(connection.execute(sql, (import_id,)))


def children_to_come(connection: Connection, import_id: str) -> list[tuple[int, ListedChild]]:
    """The rows that are to become children of their own, in the order of the list."""
    rows = connection.execute(
        "SELECT row, payload FROM import_row WHERE import_id=? AND state='staged' AND level<2 AND decision<>'same'"
        " AND payload<>'' ORDER BY row",
        (import_id,),
    )
    read = ((row, _payloads.decode(payload).child) for row, payload in rows)
    return [(row, child) for row, child in read if child is not None]


def joined_to(connection: Connection, import_id: str, rows: Sequence[int]) -> dict[int, list[StagedRow]]:
    """The rows that were decided to be the same child as one of `rows` and are to join it, by that row."""
    marks = ",".join("?" * len(rows))
    found: dict[int, list[StagedRow]] = {}
    for one in _rows(connection, f"state='joined' AND twin_row IN ({marks}) ORDER BY row", import_id, *rows):
        found.setdefault(one.twin_row, []).append(one)
    return found


def counts(connection: Connection, import_id: str) -> Counts:
    """How many rows are what."""
    row = connection.execute(_COUNTS, (import_id, SAME_ID)).fetchone()
    return Counts(**dict(zip(Counts.__struct_fields__, (value or 0 for value in row), strict=True)))


def count_in(connection: Connection, import_id: str, *states: RowState) -> int:
    """How many rows are in one of these states."""
    marks = ",".join("?" * len(states))
    sql = f"SELECT count(*) FROM import_row WHERE import_id=? AND state IN ({marks})"  # noqa: S608 - own words only
    return int(connection.execute(sql, (import_id, *(state.value for state in states))).fetchone()[0])


def _rows(connection: Connection, where: str, import_id: str, *values: Any) -> list[StagedRow]:
    sql = f"SELECT {_COLUMNS} FROM import_row WHERE import_id=? AND {where}"  # noqa: S608 - own words only
    return [
        StagedRow(
            row=row[0],
            payload=_payloads.decode(row[1]) if row[1] else Payload(),
            level=row[2],
            twin_row=row[3],
            twin_person=row[4],
            score=row[5],
            decision=row[6],
            state=RowState(row[7]),
        )
        for row in connection.execute(sql, (import_id, *values))
    ]
