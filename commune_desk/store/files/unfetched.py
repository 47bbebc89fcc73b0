"""Which files may come by themselves and are not here: looked up once, then followed, so that no step asks all files.

The list lies in the memory of the writing connection, where all is changed: nothing of it is ever in the register, and
what is rolled back there is rolled back here. It may name more than is to come, never less: `NEXT` looks at each again.
"""

from __future__ import annotations

from commune_desk.store.engine.database import Connection

LARGEST = 160 * 1024
"""Bytes up to which a file of another desk comes without being asked for."""
_MAY_COME = (
    f"a.sha256 IS NOT NULL AND a.size BETWEEN 1 AND {LARGEST} AND a.content_key IS NOT NULL"  # noqa: S608 - constants only
    " AND NOT EXISTS (SELECT 1 FROM file_queue q WHERE q.sha256=a.sha256)"
    " AND NOT EXISTS (SELECT 1 FROM attachment_withdrawal w WHERE w.attachment=a.id)"
)
NEXT = (
    "SELECT a.scope, a.sha256, a.size, 'down', 0 FROM unfetched u CROSS JOIN attachment a ON a.id=u.id"  # noqa: S608
    f" WHERE {_MAY_COME} ORDER BY u.added_at DESC"
)
"""Of the latest first."""
_NOTE = (
    "INSERT INTO unfetched SELECT a.id, coalesce(a.added_at, '') FROM attachment a"  # noqa: S608
    f" WHERE {_MAY_COME} AND NOT EXISTS (SELECT 1 FROM unfetched u WHERE u.id=a.id)"
)
"""One that is noted stays as it is. OR REPLACE in a trigger gives way to what the statement that fired it says of a
conflict, and the rows of records are written by such a statement."""
_MAY_CHANGE = {
    "INSERT ON attachment": "a.id=new.id",
    "UPDATE ON attachment": "a.id=new.id",
    "DELETE ON attachment_withdrawal": "a.id=old.attachment",
    "DELETE ON file_queue": "a.sha256=old.sha256",
}
"""After what a file may be one to come, and which."""
_BEGIN = (
    "CREATE TEMP TABLE unfetched (id TEXT NOT NULL PRIMARY KEY, added_at TEXT NOT NULL) WITHOUT ROWID",
    "CREATE INDEX temp.unfetched_added_at ON unfetched(added_at)",
    _NOTE,
    *(
        f"CREATE TEMP TRIGGER unfetched_{number} AFTER {event} BEGIN {_NOTE} AND {which}; END"
        for number, (event, which) in enumerate(_MAY_CHANGE.items())
    ),
    "CREATE TEMP TRIGGER unfetched_taken_up AFTER INSERT ON file_queue"
    " BEGIN DELETE FROM unfetched WHERE id IN (SELECT id FROM attachment WHERE sha256=new.sha256); END",
    "CREATE TEMP TRIGGER unfetched_gone AFTER DELETE ON attachment BEGIN DELETE FROM unfetched WHERE id=old.id; END",
)


def follow(db: Connection) -> None:
    """Have `NEXT` answered on this connection; the first time all files are looked through."""
    if db.execute("SELECT 1 FROM temp.sqlite_master WHERE name='unfetched'").fetchone() is None:
        for statement in _BEGIN:
            db.execute(statement)
