"""Writes docs/data-dictionary.md from what `GET /v1/schema` says too: `python -m tests.data_dictionary`."""

from __future__ import annotations

from pathlib import Path

from commune_desk.domain.model.checks import Shape
from commune_desk.domain.records.kinds import KINDS, SCHEMA_VERSION
from commune_desk.domain.records.registry import SaidField, SaidKind, said_kinds
from commune_desk.i18n import _, set_language

TARGET = Path(__file__).resolve().parent.parent / "docs" / "data-dictionary.md"
_CLASSES = ("C0 operational", "C1 identity", "C2 abuse detail (sealed)", "C3 shelter location (sealed)")

_HEAD = f"""# Data dictionary

Generated from `commune_desk/domain` (schema version {SCHEMA_VERSION}); a test keeps it true. Every record also has an
`id` (32 hex digits, UUIDv7) and a `scope`. Merge classes and data classes are explained in [protocol.md](protocol.md),
the form of values, defaults, steps of states and who writes what in [protocol-kinds.md](protocol-kinds.md).
"""


def dictionary() -> str:
    """The page's text."""
    set_language("vi")
    return _HEAD + "".join(map(_kind, said_kinds()))


def _kind(kind: SaidKind) -> str:
    rows = "".join(map(_row, kind.fields))
    note = " Written once, never changed." if kind.written_once else ""
    return (
        f"\n## {kind.name}: {kind.label} ({_(kind.label)})\n\nScope: {kind.scope}.{note} {_summary(kind.name)}\n\n"
        "| Field | English | Tiếng Việt | Type | Class | Merge |\n|---|---|---|---|---|---|\n" + rows
    )


def _summary(kind: str) -> str:
    return (KINDS[kind].struct.__doc__ or "").strip().split("\n")[0]


def _row(field: SaidField) -> str:
    name = f"**{field.name}**" if field.required else field.name
    label, vietnamese = field.label, _(field.label)
    return f"| {name} | {label} | {vietnamese} | {_type(field)} | {_CLASSES[field.data]} | {field.merge} |\n"


def _type(field: SaidField) -> str:
    codes = field.codes or ", ".join(field.values)
    many = "list of " if field.type == "list" else ""
    if codes:
        return f"{many}code ({codes})"
    if field.type == "yes_no":
        return "yes/no"
    if field.type == "whole_number":
        return "whole number"
    return f"text, up to {field.max_chars}" if field.shape == Shape.TEXT else many + field.shape.replace("_", " ")


if __name__ == "__main__":
    TARGET.write_text(dictionary(), encoding="utf-8")
