"""Writing down that two records are one child, and taking that back where the province did not take it in."""

from __future__ import annotations

import msgspec

from commune_desk.domain.model.record import Data
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.store.changes import writers
from commune_desk.store.changes.journal import OPEN
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import SELECT_ONE, read_record, write_record
from commune_desk.store.writing.transaction import Tx
from sync.change import JOINED_TO, Verb

_PERSON = KINDS["person"]


def join(tx: Tx, old: Person, kept: Person) -> None:
    """Let `old` be one with `kept` from now on. Nobody can take that back once the province has it."""
    change = msgspec.structs.replace(
        tx.new_change(old, Data.OPERATIONAL), verb=Verb.ALIAS.value, set={JOINED_TO: kept.id}
    )
    tx.write_down(change)
    joined = msgspec.structs.replace(old, joined_to=kept.id)
    write_record(tx.connection, joined, writers.updated(_written(tx.connection, old.id), [JOINED_TO], change.id))
    tx.audit(AuditAction.JOIN, _PERSON.name, old.id, {"kept": kept.id})
    tx.touched(_PERSON.name, old.id, joined)


def part(tx: Tx, person: str) -> str:
    """Let the person stand alone again here; the change that had joined them to another."""
    row = tx.connection.execute(SELECT_ONE[_PERSON.name], (person,)).fetchone()
    record, written = read_record(_PERSON, row)
    seen = writers.parse(written)
    change = seen.pop(JOINED_TO, "")
    alone = msgspec.structs.replace(record, joined_to=None)
    write_record(tx.connection, alone, writers.write(seen))
    tx.touched(_PERSON.name, person, alone)
    return change


def joined_by(connection: Connection) -> dict[str, str]:
    """By person the one whom they are joined to, as their own records say."""
    return dict(connection.execute("SELECT id, joined_to FROM person WHERE joined_to IS NOT NULL").fetchall())


def not_joined(connection: Connection, person: str) -> list[tuple[str, str]]:
    """(person, with whom) of what this desk joined and the province set aside, where `person` is one of the two."""
    rows = connection.execute(
        "SELECT record, json_extract(CAST(raw AS TEXT), '$.set.joined_to') FROM change"  # noqa: S608 - constants only
        f" WHERE {OPEN} AND state='quarantined' AND kind='person' AND length(raw)>0"
        " AND json_extract(CAST(raw AS TEXT), '$.k')=? ORDER BY stamp DESC, id DESC",
        (Verb.ALIAS.value,),
    )
    return [(old, kept) for old, kept in rows.fetchall() if person in (old, kept)]


def _written(connection: Connection, person: str) -> str:
    row = connection.execute("SELECT writers FROM person WHERE id=?", (person,)).fetchone()
    return str(row[0])
