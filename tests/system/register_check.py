"""What must hold of a register whatever happened to the process that wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from commune_desk.store.changes.ledger import verify_audit
from commune_desk.store.desk.register import AUDIT_PURPOSE
from commune_desk.store.engine.database import Connection, connect
from commune_desk.vault.keys import RegisterKey, subkey
from sync.change import GENESIS, next_head
from sync.seal import sha256

SAVED_KINDS = ("child_file", "home_visit", "report")


def faults(path: Path, key: RegisterKey, acknowledged: Iterable[str]) -> list[str]:
    """What does not hold; `acknowledged` are ids of records that the person was told are saved."""
    connection = connect(path, key)
    try:
        return [*_damage(connection), *_gaps(connection), *_halves(connection, set(acknowledged))] + [
            f"audit row {row} does not follow" for row in [verify_audit(connection, subkey(key, AUDIT_PURPOSE))] if row
        ]
    finally:
        connection.close()


def _damage(connection: Connection) -> Iterator[str]:
    yield from (f"page: {row[0]}" for row in connection.execute("PRAGMA cipher_integrity_check"))
    yield from (row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok")
    yield from (f"reference: {row}" for row in connection.execute("PRAGMA foreign_key_check"))


def _gaps(connection: Connection) -> Iterator[str]:
    """Numbers without gaps and one chain over them."""
    head = GENESIS
    rows = connection.execute("SELECT n, raw, head FROM change WHERE n IS NOT NULL ORDER BY n")
    for expected, (n, raw, stored) in enumerate(rows, start=1):
        head = next_head(head, sha256(bytes(raw)))
        if n != expected or head != bytes(stored):
            yield f"change {n} stands where {expected} should"
            return


def _halves(connection: Connection, acknowledged: set[str]) -> Iterator[str]:
    """A save is there with row, change, audit row and list row, or not at all."""
    for kind in SAVED_KINDS:
        rows = {row[0] for row in connection.execute(f"SELECT id FROM {kind}")}
        changes = {row[0] for row in connection.execute("SELECT record FROM change WHERE kind=?", (kind,))}
        audited = {
            row[0] for row in connection.execute("SELECT record FROM audit WHERE kind=? AND action='create'", (kind,))
        }
        yield from (f"{kind} {one} is saved by half" for one in rows ^ changes | rows ^ audited)
        acknowledged = acknowledged - rows
    yield from (f"{one} was acknowledged and is lost" for one in acknowledged)
    listed, files = (
        {row[0] for row in connection.execute(f"SELECT person FROM {table}")} for table in ("child_index", "child_file")
    )
    yield from (f"child {one} is not in the list" for one in files ^ listed)
