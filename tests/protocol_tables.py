"""The tables of docs/protocol.md that are made from the declarations; `tests.data_dictionary` writes them there."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.record import Field, ScopeRule
from commune_desk.domain.records.kinds import KINDS, SCHEMA_VERSION, SINCE, Kind
from sync import framing

ROOT = Path(__file__).resolve().parent.parent
PROTOCOL = ROOT / "docs" / "protocol.md"
NAMED = {
    "amends": "home_visit",
    "handled_by": "officer",
    "import_id": "",
    "joined_to": "person",
    "relative": "person",
    "visit": "home_visit",
}
"""The kind of record that a reference names, where it is not called like it. An import is no record."""
_HOMES = {
    ScopeRule.ANY: "any scope",
    ScopeRule.COMMUNE: "a commune",
    ScopeRule.SHELTER: "a shelter",
    ScopeRule.PROVINCE: "the province",
}


def with_tables(page: str) -> str:
    """The page with what stands between its markers made anew."""
    for name, made in TABLES.items():
        begin, end = f"<!-- generated: {name} -->\n", f"<!-- end of generated: {name} -->\n"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"no markers for {name}")
        page = f"{before}{begin}{made()}{end}{after}"
    return page


def by_kind_names(text: str) -> str:
    """A kind's description, which may name other kinds by their Structs."""
    names = {kind.struct.__name__: kind.name for kind in KINDS.values()}
    return re.sub(r"`(\w+)`", lambda found: f"`{names.get(found[1], found[1])}`", text)


def type_of(field: Field) -> str:
    """What the values of the field are, in the words of both pages."""
    codes = field.codes or ", ".join(field.ranks or field.steps)
    many = "list of " if field.type is tuple else ""
    if codes:
        return f"{many}code ({codes})"
    if field.type is bool:
        return "yes/no"
    if field.type is int:
        return "whole number"
    return f"text, up to {field.max_chars}" if field.shape is Shape.TEXT else many + field.shape.value.replace("_", " ")


def _kinds() -> str:
    schema = f"The schema version of what stands here is {SCHEMA_VERSION}.\n"
    return schema + "".join(_kind(KINDS[name]) for name in sorted(KINDS))


def _kind(kind: Kind) -> str:
    summary = by_kind_names((kind.struct.__doc__ or "").strip().split("\n")[0])
    once = "; written once" if kind.append_only and "ritten once" not in summary else ""
    rows = "".join(_row(kind, field) for field in kind.fields.values())
    return (
        f"\n**`{kind.name}`**, {kind.label}, in {_HOMES[kind.scope]}{once}{_since(kind.name)}. {summary}\n\n"
        f"| Field | Meaning | Type | Class | Merge |\n|---|---|---|---|---|\n{rows}"
    )


def _row(kind: Kind, field: Field) -> str:
    name = f"**`{field.name}`**" if field.required else f"`{field.name}`"
    meaning = field.label + _since(f"{kind.name}.{field.name}")
    return f"| {name} | {meaning} | {_type(field)} | {field.data.value} | {field.merge.value} |\n"


def _type(field: Field) -> str:
    if field.shape is not Shape.REFERENCE:
        return type_of(field)
    named = NAMED.get(field.name, field.name)
    return f"reference to `{KINDS[named].name}`" if named else "reference"


def _since(name: str) -> str:
    return f"; since schema {SINCE[name]}" if name in SINCE else ""


def _codes() -> str:
    lists = sorted({field.codes for kind in KINDS.values() for field in kind.fields.values() if field.codes})
    rows = "".join(f"| `{name}` | {_entries(name)} |\n" for name in lists)
    return "| List | Codes |\n|---|---|\n" + rows


def _entries(name: str) -> str:
    with (ROOT / "resources" / "codes" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return "; ".join(f"`{row['code']}` {row['name_en']}" for row in csv.DictReader(file))


def _dictionary() -> str:
    """What it is made of, as somebody copies it out."""
    text = msgspec.json.encode(framing.DICTIONARY_TEXT).decode()
    return f"    {framing.DICTIONARY_HEAD}\n\n    {text}\n"


TABLES: Mapping[str, Callable[[], str]] = {"kinds": _kinds, "codes": _codes, "dictionary": _dictionary}
"""What makes each table, by the name in its markers."""
