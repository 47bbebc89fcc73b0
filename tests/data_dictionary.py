"""Writes docs/data-dictionary.md, and the tables of docs/protocol.md, from what `GET /v1/schema` says too.

Run it with `python -m tests.data_dictionary`.
"""

from __future__ import annotations

from pathlib import Path

from commune_desk.domain.records.kinds import SCHEMA_VERSION
from commune_desk.domain.records.registry import SaidField, SaidKind, said_kinds
from commune_desk.i18n import _, set_language
from tests.protocol_tables import PROTOCOL, summary_of, type_of, with_tables

TARGET = Path(__file__).resolve().parent.parent / "docs" / "data-dictionary.md"
_CLASSES = ("C0 operational", "C1 identity", "C2 abuse detail (sealed)", "C3 shelter location (sealed)")

_HEAD = f"""# Data dictionary

Generated from `commune_desk/domain` (schema version {SCHEMA_VERSION}); a test keeps it true. Every record also has an
`id` (32 hex digits, UUIDv7) and a `scope`. It is for officers and auditors; who writes a client finds the same in
[protocol.md](protocol.md), section 25, with all that has to be known of merge, data classes and values.
"""


def dictionary() -> str:
    """The page's text."""
    set_language("vi")
    return _HEAD + "".join(map(_kind, said_kinds()))


def _kind(kind: SaidKind) -> str:
    rows = "".join(map(_row, kind.fields))
    note = " Written once, never changed." if kind.written_once else ""
    return (
        f"\n## {kind.name}: {kind.label} ({_(kind.label)})\n\nScope: {kind.scope}.{note} {summary_of(kind)}\n\n"
        "| Field | English | Tiếng Việt | Type | Class | Merge |\n|---|---|---|---|---|---|\n" + rows
    )


def _row(field: SaidField) -> str:
    name = f"**{field.name}**" if field.required else field.name
    label, vietnamese = field.label, _(field.label)
    return f"| {name} | {label} | {vietnamese} | {type_of(field)} | {_CLASSES[field.data]} | {field.merge} |\n"


if __name__ == "__main__":
    TARGET.write_text(dictionary(), encoding="utf-8")
    PROTOCOL.write_text(with_tables(PROTOCOL.read_text(encoding="utf-8")), encoding="utf-8")
