"""Taking an import back: what nobody numbered yet goes without a trace, the rest is named for ordinary saves."""

from __future__ import annotations

from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx
from commune_desk.store.writing.worked_on import WORKED_ON

_SIGNS = (
    *WORKED_ON,
    "SELECT 1 FROM joined j JOIN child_file g ON g.person=j.person"
    " WHERE j.kept=f.person AND COALESCE(g.import_id, '')<>f.import_id",
    "SELECT 1 WHERE f.person IN (SELECT r.twin_person FROM import m JOIN import_row r ON r.import_id=m.id"
    " WHERE m.state='complete' AND m.id<>?1 AND r.state IN ('filling', 'filled'))",
)
"""Also that another list which was brought in here names the child, though it had nothing to add."""
_CHANGED = "SELECT count(*) FROM child_file f WHERE f.import_id=?1 AND ({})".format(  # noqa: S608 - own words only
    " OR ".join(f"EXISTS ({sign})" for sign in _SIGNS)
)

_IS_WORKED_ON = "SELECT 1 FROM child_file f WHERE f.id=? AND ({})".format(  # noqa: S608 - own words only
    " OR ".join(f"EXISTS ({sign})" for sign in WORKED_ON)
)


def is_worked_on(connection: Connection, file: str) -> bool:
    """Whether somebody has worked on a file since its list was brought in, as every PC of the commune can see."""
    return connection.execute(_IS_WORKED_ON, (file,)).fetchone() is not None


def count_changed(connection: Connection, import_id: str) -> int:
    """How many files of the import somebody has worked on since: edited, visited, reported, related, scanned, named."""
    return int(connection.execute(_CHANGED, (import_id,)).fetchone()[0])


def is_numbered(connection: Connection, import_id: str) -> bool:
    """Whether any change of the import has a number already: then it can only be withdrawn, not removed."""
    row = connection.execute("SELECT 1 FROM change WHERE import_id=? AND state<>'staged' LIMIT 1", (import_id,))
    return row.fetchone() is not None


def has_staged(connection: Connection, import_id: str) -> bool:
    """Whether a change of the import has no number yet."""
    row = connection.execute("SELECT 1 FROM change WHERE import_id=? AND state='staged' LIMIT 1", (import_id,))
    return row.fetchone() is not None


def remove_next(tx: Tx, import_id: str, limit: int) -> int:
    """Delete some staged changes of the import with their records; returns how many changes went."""
    db = tx.connection
    rows = db.execute(
        "SELECT id, kind, record FROM change WHERE import_id=? AND state='staged' ORDER BY id DESC LIMIT ?",
        (import_id, limit),
    ).fetchall()
    for kind in {kind for _, kind, _ in rows}:
        ids = [(record,) for _, one, record in rows if one == kind]
        db.executemany(f"DELETE FROM {kind} WHERE id=?", ids)  # noqa: S608 - a declared kind
    db.executemany("DELETE FROM change WHERE id=?", [(one,) for one, _, _ in rows])
    return len(rows)


def forget_index(tx: Tx, import_id: str, limit: int) -> int:
    """Delete the derived rows of a removed import, some at a time; returns how many."""
    db = tx.connection
    people = db.execute("SELECT row FROM child_index WHERE import_id=? LIMIT ?", (import_id, limit)).fetchall()
    db.executemany("DELETE FROM child_index WHERE row=?", people)
    db.executemany("DELETE FROM child_search WHERE rowid=?", people)
    return len(people)


def active_files(connection: Connection, import_id: str, limit: int) -> list[str]:
    """Some child files of the import that are not withdrawn yet."""
    rows = connection.execute(
        "SELECT id FROM child_file WHERE import_id=? AND status='active' LIMIT ?", (import_id, limit)
    )
    return [row[0] for row in rows]
