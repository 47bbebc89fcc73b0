"""Admission: what a change must be like before it may touch a record. What is not goes to quarantine, never away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from functools import lru_cache

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.checks import WRONG_TYPE, Check
from commune_desk.domain.model.ids import is_hex, is_id, is_scope
from commune_desk.domain.model.record import Data, Field, Kind, Merge
from commune_desk.domain.records.kinds import KINDS, SCHEMA_VERSION
from sync.change import JOINED_TO, RELOCATING, Change, Line, Verb, Wire, from_wire
from sync.seal import is_sealed

_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MAX_FIELDS = 100
_MAX_STAMP = 1 << 53
_VERBS = frozenset(Verb)
_ALIAS, _ERASE, _RESEAL, _RESOLVE, _SET = Verb.ALIAS, Verb.ERASE, Verb.RESEAL, Verb.RESOLVE, Verb.SET
_OPEN = frozenset(int(data) for data in Data if not data.is_sealed)
_JOINS = frozenset({JOINED_TO})


class Admission:
    """Decides whether a change of a desk may be merged; answers with the code of what is wrong, or None."""

    def fault(self, line: Line, *, n: int, public: bytes, desk: str, grants: Mapping[str, Role]) -> str | None:
        """What is wrong with the change by itself: its signature, its shape, its place, its values.

        What carries no signature is proven by a signed head of its desk (`runs.proven`).
        """
        change = line.change
        if line.signature and not line.signed_by(public):
            return "signature"
        if change.desk != desk or change.n != n:
            return "identity"
        if change.verb == _ERASE:
            return "role"  # the province writes it itself, and pushes nothing
        entry = KINDS.get(change.kind)
        if entry is not None and _is_plain(change, entry):
            checks = _plain_checks(change.kind, change.schema, change.data, tuple(change.set))
            if checks is not None and _has_ids(change):
                return self.place_fault(entry, change.scope, grants) or _value_fault(checks, change.set.values())
        if not _well_formed(change):
            return "form"
        if entry is None:
            return "kind"
        return self.place_fault(entry, change.scope, grants) or _content_fault(entry, change)

    def place_fault(self, entry: Kind, scope: str, grants: Mapping[str, Role]) -> str | None:
        """Whether a holder of `grants` may write records of this kind in `scope`."""
        if not is_scope(scope) or not entry.fits_scope(scope):
            return "scope"
        role = grants.get(scope)
        if role is None:
            return None if entry.guests & set(grants.values()) else "grant"
        return None if role in entry.write or role in entry.guests else "role"


def _is_plain(change: Change, entry: Kind) -> bool:
    """Whether it writes open values, and saw at most what stood there: most changes do, and many are of one shape.

    Of declared fields alone: other names may be any, and what is kept of the shapes is to stay small.
    """
    says_more = change.to or change.seal or change.resolves or not change.base.keys() <= change.set.keys()
    return change.verb == _SET and not says_more and change.set.keys() <= entry.fields.keys()


@lru_cache(1024)
def _plain_checks(kind: str, schema: int, data: int, names: tuple[str, ...]) -> tuple[Check, ...] | None:
    """What checks the values of a plain change of this shape, in the order of its fields.

    None where the shape itself is wrong, or not the usual one: then everything about the change is asked one by one.
    """
    declared = KINDS[kind].fields
    if schema < 1 or data not in _OPEN or not names or JOINED_TO in names:
        return None
    if any(name not in declared or declared[name].data != data for name in names):
        return None
    return tuple(_CHECKS[kind][name] for name in names)


def _value_fault(checks: Iterable[Check], values: Iterable[Wire]) -> str | None:
    for check, value in zip(checks, values, strict=True):
        if check(value) is not None:
            return "value"
    return None


def _has_ids(change: Change) -> bool:
    return change.v == 1 and _are_ids(change) and 0 <= change.stamp < _MAX_STAMP


def _well_formed(change: Change) -> bool:
    relocates = change.verb in RELOCATING
    return (
        _has_ids(change)
        and change.schema >= 1
        and change.verb in _VERBS
        and (relocates or change.verb == _RESEAL) is (change.to != "" and is_scope(change.to))
        and 0 <= change.data <= Data.SHELTER_LOCATION
        and _has_fields(change, relocates)
        and (change.verb == _RESOLVE or not change.resolves)
    )


def _are_ids(change: Change) -> bool:
    """Whether every id in the change has the shape of one; the hex digits of all of them are looked at in one go."""
    named = (change.group, change.import_id, *change.base.values())
    ids = [change.id, change.officer, change.record, *filter(None, named)]
    return set(map(len, ids)) == {32} and is_hex("".join(ids))


def _has_fields(change: Change, relocates: bool) -> bool:
    """Whether the fields are named as fields are, each once, and nothing is said of others."""
    if relocates:
        return not (change.set or change.seal or change.base or change.resolves)
    if (change.verb == _ALIAS or JOINED_TO in change.set) and not _joins(change):
        return False
    fields = change.set.keys() | change.seal.keys() if change.seal else change.set.keys()
    return (
        0 < len(fields) <= _MAX_FIELDS
        and len(fields) == len(change.set) + len(change.seal)
        and _are_named(fields, KINDS.get(change.kind))
        and (not change.base or change.base.keys() <= fields)
        and (not change.resolves or change.resolves.keys() <= fields)
    )


def _are_named(fields: Set[str], entry: Kind | None) -> bool:
    """Whether all are named as fields are; those that are declared need not be looked at."""
    strange = fields - entry.fields.keys() if entry else fields
    return not strange or all(map(_FIELD_NAME.fullmatch, strange))


def _joins(change: Change) -> bool:
    """Whether it says of a person, in the one verb that may, with whom they are one, and nothing else."""
    named = change.set.get(JOINED_TO)
    names_one = change.set.keys() == _JOINS and isinstance(named, str) and is_id(named)
    return change.verb == _ALIAS and change.kind == "person" and names_one and not (change.seal or change.base)


def _content_fault(entry: Kind, change: Change) -> str | None:
    data = Data(change.data)
    if not data.is_sealed:
        return "sealed" if change.seal else _field_fault(entry, change, data, change.set)
    if change.set:
        return "plaintext"
    return _field_fault(entry, change, data, change.seal) if all(map(is_sealed, change.seal.values())) else "sealed"


def _field_fault(entry: Kind, change: Change, data: Data, values: Mapping[str, Wire]) -> str | None:
    """What is wrong with the first field that anything is wrong with. What is sealed cannot be looked into."""
    is_open = not data.is_sealed
    rules, checks = entry.fields, _CHECKS[entry.name]
    for name, value in values.items():
        declared = rules.get(name)
        if declared is None:
            if change.schema <= SCHEMA_VERSION:
                return "field"
        elif declared.data is not data:
            return "class"
        elif is_open and checks[name](value) is not None:
            return "value"
    return None


def _as_it_travels(declared: Field, check: Check) -> Check:
    """The check of a field's values in the form in which a change carries them."""
    if declared.merge is Merge.SET:
        return lambda delta: check(tuple(code[1:] for code in delta)) if _is_delta(delta) else WRONG_TYPE
    return (lambda codes: check(from_wire(codes))) if declared.type is tuple else check


def _is_delta(value: Wire) -> bool:
    """Whether these are the codes of a field that travels as `+code` and `-code`."""
    return isinstance(value, list) and all(isinstance(code, str) and code[:1] in ("+", "-") for code in value)


_CHECKS = {
    entry.name: {name: _as_it_travels(declared, entry.checks[name]) for name, declared in entry.fields.items()}
    for entry in KINDS.values()
}
