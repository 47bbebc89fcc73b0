"""Writes docs/data-dictionary.md, and the tables of docs/protocol.md, from the record declarations.

Run it with `python -m tests.data_dictionary`.
"""

from __future__ import annotations

from pathlib import Path

from commune_desk.domain.model.record import Field
from commune_desk.domain.records.kinds import KINDS, SCHEMA_VERSION, Kind
from commune_desk.i18n import _, set_language
from tests.protocol_tables import PROTOCOL, by_kind_names, type_of, with_tables

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
    return _HEAD + "".join(_kind(KINDS[name]) for name in sorted(KINDS))


def _kind(kind: Kind) -> str:
    rows = "".join(_row(field) for field in kind.fields.values())
    note = " Written once, never changed." if kind.append_only else ""
    return (
        f"\n## {kind.name}: {kind.label} ({_(kind.label)})\n\nScope: {kind.scope.value}.{note} {_summary(kind)}\n\n"
        "| Field | English | Tiếng Việt | Type | Class | Merge |\n|---|---|---|---|---|---|\n" + rows
    )


def _summary(kind: Kind) -> str:
    return by_kind_names((kind.struct.__doc__ or "").strip().split("\n")[0])


def _row(field: Field) -> str:
    name = f"**{field.name}**" if field.required else field.name
    label, vietnamese = field.label, _(field.label)
    return f"| {name} | {label} | {vietnamese} | {type_of(field)} | {_CLASSES[field.data]} | {field.merge.value} |\n"


if __name__ == "__main__":
    TARGET.write_text(dictionary(), encoding="utf-8")
    PROTOCOL.write_text(with_tables(PROTOCOL.read_text(encoding="utf-8")), encoding="utf-8")
