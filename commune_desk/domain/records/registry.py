"""What is declared of every kind, said in plain values: the province serves it, the tables of pages are made of it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.record import Field, Kind, Value
from commune_desk.domain.records.kinds import KINDS, SINCE

_TYPES = {bool: "yes_no", int: "whole_number", tuple: "list"}
_NOTHING: tuple[Value, ...] = (None, "", ())


class SaidField(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A field. `type` is `text`, `list`, `whole_number` or `yes_no`, `shape` the form of a text or of each of a list.

    `codes` is the name of a list of codes; `values` are the codes where the program knows them all, of a risk from the
    least to the most severe, of a state with the `steps` that each may take. `class` is 0 to 3, `since` the schema
    version that it came with.
    """

    name: str
    label: str
    type: str
    shape: str = ""
    max_chars: int = 0
    codes: str = ""
    values: list[str] = []
    steps: dict[str, list[str]] = {}
    data: int = msgspec.field(name="class")
    merge: str
    default: str | int | bool | None = None
    required: bool = False
    names: str = ""
    """Of a reference: the kind of record, as far as that is declared."""
    since: int = 1


class SaidKind(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A kind: where its records live, who writes them, in their own place and as guests, and its fields."""

    name: str
    label: str
    scope: str
    written_once: bool = False
    belongs_to: str = ""
    write: list[str]
    guests: list[str] = []
    since: int = 1
    fields: list[SaidField]


def said_kinds() -> list[SaidKind]:
    """Every kind of this release, by name."""
    return [_kind(KINDS[name]) for name in sorted(KINDS)]


def _kind(kind: Kind) -> SaidKind:
    return SaidKind(
        name=kind.name,
        label=kind.label,
        scope=kind.scope.value,
        written_once=kind.append_only,
        belongs_to=kind.belongs_to,
        write=sorted(role.value for role in kind.write),
        guests=sorted(role.value for role in kind.guests),
        since=SINCE.get(kind.name, 1),
        fields=[_field(kind.name, field, kind.brings) for field in kind.fields.values()],
    )


def _field(kind: str, field: Field, brings: Mapping[str, str]) -> SaidField:
    is_text = field.type in (str, tuple)
    return SaidField(
        name=field.name,
        label=field.label,
        type=_TYPES.get(field.type, "text"),
        shape=field.shape.value if is_text else "",
        max_chars=field.max_chars if is_text and field.shape is Shape.TEXT else 0,
        codes=field.codes,
        values=list(field.ranks or field.steps),
        steps={state: list(after) for state, after in field.steps.items()},
        data=int(field.data),
        merge=field.merge.value,
        default=None if field.default in _NOTHING or isinstance(field.default, tuple) else field.default,
        required=field.required,
        names=brings.get(field.name, ""),
        since=SINCE.get(f"{kind}.{field.name}", SINCE.get(kind, 1)),
    )
