"""The record model: a kind is declared once as a frozen Struct, and everything else is read from that declaration.

A field says what it is called, how concurrent edits of it merge, how secret it is and which codes it takes.
From it come the tables of desk and province, the province's checks at admission, merge and routing, forms'
labels, `docs/data-dictionary.md` and the tables of `docs/protocol.md`.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum, StrEnum
from types import UnionType
from typing import Any, TypeVar

import msgspec

from commune_desk.domain.model.access import EVERYBODY, Role
from commune_desk.domain.model.checks import Check, Rule, Shape, checker
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_

Value = str | int | bool | tuple[str, ...] | None
"""What a field holds: text (dates and instants too), a whole number, yes/no, a list of codes, or nothing."""


class Merge(StrEnum):
    """What happens when two desks change one field without having seen each other's change."""

    REVIEW = "review"
    """The first stays, a conflict is opened, a person decides."""
    MAX_RISK = "max_risk"
    """The more severe stays, and a conflict is opened."""
    SET = "set"
    """Additions and removals both apply; an addition wins over a removal."""
    LWW = "lww"
    """The later wins; for trivia only."""
    FSM = "fsm"
    """A state: a step that is not allowed from the present state opens a conflict."""
    APPEND_ONLY = "append_only"
    """Written once with its record, never changed; a correction is a new record that amends it."""


class Data(IntEnum):
    """How secret a field is. C2 and C3 travel and rest at the province only sealed."""

    OPERATIONAL = 0
    IDENTITY = 1
    ABUSE_DETAIL = 2
    SHELTER_LOCATION = 3

    @property
    def is_sealed(self) -> bool:
        return self >= Data.ABUSE_DETAIL


class ScopeRule(StrEnum):
    """Where records of a kind live."""

    COMMUNE = "commune"
    SHELTER = "shelter"
    PROVINCE = "province"
    ANY = "any"


SCOPE_PREFIX = {ScopeRule.COMMUNE: "C:", ScopeRule.SHELTER: "S:", ScopeRule.PROVINCE: "P:"}


class Tie(StrEnum):
    """What a reference means when a person moves to another commune."""

    NONE = ""
    OWNER = "owner"
    """The record is part of that person's and follows."""
    NEEDED = "needed"
    """What it names comes along, or is shared if others need it where it was."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One declared field. `name`, `type` and `default` are filled in from the Struct."""

    label: str
    merge: Merge = Merge.REVIEW
    data: Data = Data.IDENTITY
    shape: Shape = Shape.TEXT
    codes: str = ""
    ranks: tuple[str, ...] = ()
    """For MAX_RISK: the codes from least to most severe."""
    steps: Mapping[str, tuple[str, ...]] = {}
    """For FSM: each state's allowed next states."""
    reopened: str = ""
    """For FSM: a state that stands against an end that its author had not seen, and of which people are asked then."""
    max_chars: int = 200
    required: bool = False
    tie: Tie = Tie.NONE
    of: str = ""
    """For a NEEDED reference: the kind of record that it names."""
    name: str = ""
    type: type = str
    default: Value = None

    @property
    def sql_type(self) -> str:
        return "INTEGER" if self.type in (int, bool) else "TEXT"


def field(label: str, **rules: Any) -> Field:
    """Declare a field inside `Annotated[type, field(...)]`."""
    return Field(label=label, **rules)


def written_once(label: str, **rules: Any) -> Field:
    """Declare a field of a kind whose records are never changed; what corrects one is a record of its own."""
    return field(label, merge=Merge.APPEND_ONLY, **rules)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What every record has. A kind's own fields all have defaults: a record may arrive in parts."""

    id: RecordId
    scope: Scope


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A declared record kind. `guests` may write into scopes they do not hold (and cannot read them).

    `belongs_to` is its field that is tied to the person who owns it, `brings` its fields that name what it needs, each
    with the kind of that.
    """

    name: str
    label: str
    struct: type[Record]
    scope: ScopeRule
    read: frozenset[Role]
    write: frozenset[Role]
    guests: frozenset[Role]
    append_only: bool
    belongs_to: str
    brings: Mapping[str, str]
    fields: dict[str, Field]
    checks: Mapping[str, Check]
    """What checks the values of each field."""

    def fits_scope(self, scope: str) -> bool:
        return self.scope is ScopeRule.ANY or scope.startswith(SCOPE_PREFIX[self.scope])


DECLARED: dict[str, Kind] = {}
"""The kinds whose modules are loaded so far: every one of them is in `domain.records.kinds.KINDS`."""
_KIND_OF: dict[type[Record], Kind] = {}

R = TypeVar("R", bound=Record)


def kind(
    name: str,
    label: str,
    *,
    scope: ScopeRule,
    read: frozenset[Role] = EVERYBODY,
    write: frozenset[Role] = EVERYBODY,
    guests: frozenset[Role] = frozenset(),
) -> Callable[[type[R]], type[R]]:
    """Register the decorated Struct as record kind `name`."""

    def register(struct: type[R]) -> type[R]:
        fields = dict(_declared(struct))
        append_only = all(f.merge is Merge.APPEND_ONLY for f in fields.values())
        entry = Kind(
            name=name,
            label=label,
            struct=struct,
            scope=scope,
            read=read,
            write=write,
            guests=guests,
            append_only=append_only,
            belongs_to=next((f.name for f in fields.values() if f.tie is Tie.OWNER), ""),
            brings={f.name: f.of for f in fields.values() if f.tie is Tie.NEEDED},
            fields=fields,
            checks={declared.name: check_of(declared) for declared in fields.values()},
        )
        DECLARED[name] = _KIND_OF[struct] = entry
        return struct

    return register


def check_of(declared: Field) -> Check:
    """What checks values of the field."""
    allowed = declared.ranks or tuple(declared.steps)
    return checker(Rule(declared.type, declared.shape, declared.max_chars, allowed))


def _declared(struct: type[Record]) -> Iterable[tuple[str, Field]]:
    hints = typing.get_type_hints(struct, include_extras=True)
    names = struct.__struct_fields__
    defaults = dict(zip(names[::-1], struct.__struct_defaults__[::-1], strict=False))
    for name in names:
        if name in ("id", "scope"):
            continue
        annotated = hints[name]
        declared = next(extra for extra in annotated.__metadata__ if isinstance(extra, Field))
        yield (
            name,
            msgspec.structs.replace(
                declared, name=name, type=_plain_type(annotated.__origin__), default=defaults[name]
            ),
        )


def _plain_type(annotation: Any) -> type:
    """`str`, `int`, `bool` or `tuple` behind an optional, a NewType or a `tuple[str, ...]`."""
    if isinstance(annotation, UnionType) or typing.get_origin(annotation) is typing.Union:
        annotation = next(t for t in typing.get_args(annotation) if t is not type(None))
    annotation = getattr(annotation, "__supertype__", annotation)
    return typing.cast(type, typing.get_origin(annotation) or annotation)


def kind_of(record: Record | type[Record]) -> Kind:
    """The kind of a record or of its Struct."""
    return _KIND_OF[record if isinstance(record, type) else type(record)]


def longest(record: type[Record], name: str) -> int:
    """How many characters a text field of these records takes."""
    return kind_of(record).fields[name].max_chars


def values_of(record: Record) -> dict[str, Value]:
    """The record's own fields by name, in the order declared."""
    return {name: getattr(record, name) for name in kind_of(record).fields}


def record_from(kind_name: str, record_id: str, scope: str, values: Mapping[str, Value]) -> Record:
    """A record from stored or received values; what is absent keeps its default, what is unknown is left out."""
    entry = DECLARED[kind_name]
    known = {name: values[name] for name in entry.fields if name in values}
    return entry.struct(id=RecordId(record_id), scope=Scope(scope), **known)


def difference(before: Record | None, after: Record) -> dict[Data, dict[str, Value]]:
    """The fields that `after` changes, by data class: each class travels as a change of its own."""
    entry = kind_of(after)
    groups: dict[Data, dict[str, Value]] = {}
    for name, declared in entry.fields.items():
        new = getattr(after, name)
        old = getattr(before, name) if before is not None else declared.default
        if new != old:
            groups.setdefault(declared.data, {})[name] = new
    return groups


def check_values(entry: Kind, values: Mapping[str, Value], *, data: Data | None = None) -> None:
    """Raise Invalid, naming each field, unless every value has its declared type, shape and size.

    Asked at desk and province alike. With `data`, all fields must be of that class.
    """
    faults: dict[str, str] = {}
    for name, value in values.items():
        declared = entry.fields.get(name)
        if declared is None:
            continue
        fault = entry.checks[name](value)
        if fault is None and data is not None and declared.data is not data:
            fault = N_("This field belongs to another class of secrecy.")
        if fault is not None:
            faults[name] = fault
    if faults:
        raise Invalid(N_("Some fields do not hold."), fields=faults)


def check_required(record: Record) -> dict[str, str]:
    """The required fields that are empty, each with its message id."""
    missing = N_("Please fill this in.")
    return {
        n: missing for n, f in kind_of(record).fields.items() if f.required and getattr(record, n) in (None, "", ())
    }
