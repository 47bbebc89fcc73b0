"""What the province holds of a field behind a waiting change of ours: the value to fall back to, and who wrote it."""

from __future__ import annotations

import msgspec

from commune_desk.domain.model.record import Value
from commune_desk.store.engine.database import Connection
from sync.change import from_wire, to_wire


def standing_writers(connection: Connection, record: str) -> dict[str, str | None]:
    """{field: the change whose value the province holds}; None where it holds none."""
    return dict(connection.execute("SELECT field, writer FROM shadow WHERE record=?", (record,)).fetchall())


def of_record(connection: Connection, record: str) -> dict[str, tuple[Value, str | None]]:
    """{field: (value, writer)} of all that changes of ours hide of a record."""
    rows = connection.execute("SELECT field, value, writer FROM shadow WHERE record=?", (record,)).fetchall()
    return {field: (from_wire(msgspec.json.decode(value)), writer) for field, value, writer in rows}


def begin(connection: Connection, record: str, field: str, value: Value, writer: str) -> None:
    """Keep what our change is about to hide; what an earlier one of ours hides already stays."""
    connection.execute("INSERT OR IGNORE INTO shadow VALUES (?,?,?,?)", (record, field, _text(value), writer))


def put(connection: Connection, record: str, field: str, value: Value, writer: str | None) -> None:
    """Keep what the province holds by now."""
    connection.execute(
        "INSERT INTO shadow VALUES (?,?,?,?) ON CONFLICT(record, field) DO UPDATE SET value=excluded.value,"
        " writer=excluded.writer",
        (record, field, _text(value), writer),
    )


def drop(connection: Connection, record: str, field: str) -> None:
    """Nothing of ours hides the field any more."""
    connection.execute("DELETE FROM shadow WHERE record=? AND field=?", (record, field))


def _text(value: Value) -> str:
    return msgspec.json.encode(to_wire(value)).decode()
