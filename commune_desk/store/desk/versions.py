"""A register that a newer program opens: what an older one kept without understanding it comes to light."""

from __future__ import annotations

from commune_desk.domain.records.kinds import SCHEMA_VERSION
from commune_desk.store.changes import journal
from commune_desk.store.changes.ledger import PROVINCE_SCHEMA
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx

OWN_SCHEMA = "own_schema"
_TO_BEGIN_ANEW = "to_begin_anew"
"""Scopes to begin from a snapshot: their feed is another one than the register knew, or holds what it did not."""
_UNKNOWN_THEN = (
    "SELECT 1 FROM change WHERE seq IS NOT NULL AND json_extract(NULLIF(CAST(raw AS TEXT), ''), '$.sv')>? LIMIT 1"
)


def catch_up(tx: Tx) -> None:
    """Once after an update: if changes came that the former program could not read, every scope is begun anew.

    Once also where a PC went back to this program from a newer one: what comes from now on it cannot read again.
    By what was told, where what the province has of this PC under a former name is still to be found.
    """
    if is_caught_up(tx.connection):
        return
    former = _own_schema(tx.connection)
    if tx.connection.execute(_UNKNOWN_THEN, (former,)).fetchone() is not None:
        begin = hear_all if settings.get(tx.connection, settings.AWAITS_PULL, bool, False) else begin_all_anew
        begin(tx)
    settings.put(tx.connection, OWN_SCHEMA, SCHEMA_VERSION)


def is_caught_up(connection: Connection) -> bool:
    """Whether this version of the program has looked at what another one kept."""
    return _own_schema(connection) == SCHEMA_VERSION


def _own_schema(connection: Connection) -> int:
    return settings.get(connection, OWN_SCHEMA, int, 1)


def heard_schema(tx: Tx, schema: int, *, at_least: bool = False) -> int:
    """The province's program knows this schema version: what waited for it may go. How many changes that is.

    `at_least`: what a courier brings may be from before it was upgraded.
    """
    if at_least:
        schema = max(schema, tx.ledger.province_schema)
    if tx.ledger.province_schema != schema:
        settings.put(tx.connection, PROVINCE_SCHEMA, schema)
        tx.ledger.province_schema = schema
    known = "UPDATE change SET code=NULL WHERE state='staged' AND CAST(code AS INTEGER) BETWEEN 1 AND ?"
    freed = tx.connection.execute(known, (schema,)).rowcount
    if freed:
        tx.topic("sync")
    return freed


def begin_all_anew(tx: Tx) -> None:
    """With the next sync every scope is brought to what stands at the province; nothing here is removed for it.

    By snapshots, unless what the province lacks is still to be found: of that they tell nothing. Whose feeds are other
    ones may have been put back with a PC, which gives its numbers to other changes then.
    """
    journal.free_numbers(tx.connection, tx.ledger.desk)
    if is_hearing_all(tx.connection):
        hear_all(tx)
        return
    scopes = [scope for (scope,) in tx.connection.execute("SELECT scope FROM cursor ORDER BY scope").fetchall()]
    settings.put(tx.connection, _TO_BEGIN_ANEW, sorted({*scopes, *to_begin_anew(tx.connection)}))


def hear_all(tx: Tx) -> None:
    """Forget what the province's feeds said: they are heard from their beginning, which alone tells what it lacks."""
    db = tx.connection
    db.execute("UPDATE change SET seq=NULL, n=NULL, outcomes=NULL WHERE state IN ('accepted', 'received')")
    db.execute("DELETE FROM cursor")
    db.execute("DELETE FROM conflict WHERE state<>'deciding'")
    settings.put(db, _TO_BEGIN_ANEW, [])
    settings.put(db, settings.HEARS_ALL, True)


def is_hearing_all(connection: Connection) -> bool:
    """Whether what the province lacks is still to be found: no scope is begun from a snapshot until then."""
    return settings.get(connection, settings.HEARS_ALL, bool, False)


def note_to_begin(tx: Tx, scope: str) -> None:
    """Until it is begun whole, the scope is neither what it was nor what stands at the province."""
    settings.put(tx.connection, _TO_BEGIN_ANEW, sorted({*to_begin_anew(tx.connection), scope}))


def to_begin_anew(connection: Connection) -> list[str]:
    """The scopes that are still to be begun anew."""
    return settings.get(connection, _TO_BEGIN_ANEW, list[str], [])


def note_begun(tx: Tx, scope: str) -> None:
    """The scope is what stands at the province."""
    left = [one for one in to_begin_anew(tx.connection) if one != scope]
    settings.put(tx.connection, _TO_BEGIN_ANEW, left)
