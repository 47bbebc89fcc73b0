"""What a province would have told a register about moves: the other communes, who came, what became of a move."""

from __future__ import annotations

from typing import Any

import msgspec

from commune_desk.domain.model.ids import RecordId, Scope, uuid7
from commune_desk.domain.records.kinds import SCHEMA_VERSION
from commune_desk.program_files import code_book
from commune_desk.store.changes import journal, writers
from commune_desk.store.changes.ledger import PROVINCE_SCHEMA
from commune_desk.store.engine import settings
from commune_desk.store.writing.relocating import DIRECTORY
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from sync.change import Change, Line, Verb, Wire, write
from sync.protocol import ScopeKey, b64
from sync.seal import BoxKey, scope_key_id
from tests.helpers.workplaces import work_for_real

THERE = Scope("C:06652")
"""Phường Hà Tu."""
YESTERDAY = "2026-11-22T03:00:00Z"


def know_the_communes(workplace: Workplace) -> None:
    """As after the first sync: every commune of the province and its key."""
    box = BoxKey.generate().public
    keys = [ScopeKey(scope=f"C:{one.code}", key=scope_key_id(box), public=b64(box)) for one in code_book().communes]

    def run(tx: Tx) -> None:
        work_for_real(tx)
        settings.put(tx.connection, DIRECTORY, keys)
        settings.put(tx.connection, PROVINCE_SCHEMA, SCHEMA_VERSION)
        tx.ledger.province_schema = SCHEMA_VERSION

    workplace.write(run)


def come_here(
    workplace: Workplace, person: RecordId, *, verb: Verb = Verb.MOVE, at: str = "2026-11-22T03:00:00Z"
) -> None:
    """As a pull leaves it behind: the person is here, and how they came is in the journal."""
    change = relocation(person, verb)

    def run(tx: Tx) -> None:
        _keep(tx, write(change))
        tx.connection.execute("INSERT INTO arrival VALUES (?,?,?,?,0)", (person, change.id, change.scope, YESTERDAY))
        tx.topic("arrivals")

    workplace.write(run)


def relocation(person: RecordId, verb: Verb) -> Change:
    """Of a desk of another commune, to this one."""
    return Change(
        id=uuid7(),
        desk="ZZZZZZ",
        n=1 + int(uuid7()[-8:], 16),
        officer=uuid7(),
        stamp=1795482000000000,
        schema=1,
        scope=THERE,
        kind="person",
        record=person,
        verb=verb.value,
        data=0,
        to="C:06838",
    )


def go_away(workplace: Workplace, *, case_number: str | None, at: str, to: Scope = THERE, is_gone: bool = True) -> None:
    """As a pull leaves it behind: a child that moved to another commune."""
    row = (uuid7(), "person", uuid7(), to, at, case_number, int(is_gone))

    def run(tx: Tx) -> None:
        tx.connection.execute("INSERT INTO departure VALUES (?,?,?,?,?,?,?)", row)
        tx.topic("departures")

    workplace.write(run)


def edited_late(workplace: Workplace, kind: str, record: RecordId, field: str, value: Wire) -> None:
    """As a pull leaves it behind: an officer of the former commune wrote the field without knowing of the move."""
    row = workplace.read(lambda c: c.execute(f"SELECT writers FROM {kind} WHERE id=?", (record,)).fetchone())
    base = writers.parse(row[0]).get(field)
    change = msgspec.structs.replace(
        relocation(record, Verb.SET), kind=kind, to="", set={field: value}, base={field: base}, data=1
    )
    opened = (uuid7(), "C:06838", kind, record, field, base, base, change.id, 9, "open", None)

    def run(tx: Tx) -> None:
        _keep(tx, write(change))
        tx.connection.execute("INSERT INTO conflict VALUES (?,?,?,?,?,?,?,?,?,?,?)", opened)
        tx.topic("conflicts")

    workplace.write(run)


def sealed_there(workplace: Workplace, kind: str, record: RecordId, field: str, *, stands: bool) -> None:
    """As a pull leaves it behind: a value sealed for the former commune alone, which stands or waits to be decided."""
    row = workplace.read(lambda c: c.execute(f"SELECT writers FROM {kind} WHERE id=?", (record,)).fetchone())
    seen = writers.parse(row[0])
    change = msgspec.structs.replace(
        relocation(record, Verb.SET), kind=kind, to="", seal={field: "sealed"}, key="0" * 8, data=2
    )
    opened = (uuid7(), "C:06838", kind, record, field, seen.get(field), seen.get(field), change.id, 9, "open", None)

    def run(tx: Tx) -> None:
        _keep(tx, write(change))
        if stands:
            written = writers.write(seen | {field: change.id})
            tx.connection.execute(f"UPDATE {kind} SET writers=? WHERE id=?", (written, record))
        else:
            tx.connection.execute("INSERT INTO conflict VALUES (?,?,?,?,?,?,?,?,?,?,?)", opened)
            tx.topic("conflicts")

    workplace.write(run)


def sql(workplace: Workplace, statement: str, *values: Any, topic: str = "sync") -> None:
    """What only a sync writes, written by hand."""

    def run(tx: Tx) -> None:
        tx.connection.execute(statement, values)
        tx.topic(topic)

    workplace.write(run)


def set_aside(workplace: Workplace, code: str) -> None:
    """As a receipt leaves it behind: the province did not take what this desk sent last."""
    sql(
        workplace, "UPDATE change SET state='quarantined', code=? WHERE state='waiting' AND raw LIKE '%\"move\"%'", code
    )


def _keep(tx: Tx, line: Line) -> None:
    journal.keep(tx.connection, line, state="received", place=(1, None))
