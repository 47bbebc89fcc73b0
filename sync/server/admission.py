"""The door: what a change must be like before it may touch a record. What is not goes to quarantine, never away."""

from __future__ import annotations

import re
from collections.abc import Mapping

from commune_desk.domain.access import Role
from commune_desk.domain.errors import Invalid
from commune_desk.domain.ids import is_id, is_scope
from commune_desk.domain.kinds import KINDS, SCHEMA_VERSION
from commune_desk.domain.record import Data, Field, Kind, Merge, Value, check_values
from sync.change import RELOCATING, Change, Line, Verb, Wire, from_wire
from sync.seal import is_sealed

_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MAX_FIELDS = 100
_MAX_STAMP = 1 << 53
_VERBS = frozenset(verb.value for verb in Verb)


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
        if not _well_formed(change):
            return "form"
        entry = KINDS.get(change.kind)
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


def _well_formed(change: Change) -> bool:
    ids = (change.id, change.officer, change.record)
    maybe_ids = [change.group, change.import_id, *(base or "" for base in change.base.values())]
    fields = change.fields
    relocates = change.verb in RELOCATING
    return (
        change.v == 1
        and all(map(is_id, ids))
        and all(text == "" or is_id(text) for text in maybe_ids)
        and 0 <= change.stamp < _MAX_STAMP
        and change.schema >= 1
        and change.verb in _VERBS
        and (relocates or change.verb == Verb.RESEAL.value) is is_scope(change.to)
        and 0 <= change.data <= Data.SHELTER_LOCATION
        and (not fields if relocates else 0 < len(fields) <= _MAX_FIELDS)
        and len(fields) == len(set(fields))
        and all(map(_FIELD_NAME.fullmatch, fields))
        and change.base.keys() <= set(fields)
        and change.resolves.keys() <= set(fields)
        and (change.verb == Verb.RESOLVE.value or not change.resolves)
    )


def _content_fault(entry: Kind, change: Change) -> str | None:
    data = Data(change.data)
    if data.is_sealed:
        if change.set:
            return "plaintext"
        if not all(map(is_sealed, change.seal.values())):
            return "sealed"
    elif change.seal:
        return "sealed"
    for name in change.fields:
        declared = entry.fields.get(name)
        if declared is None and change.schema <= SCHEMA_VERSION:
            return "field"
        if declared is not None and declared.data != data:
            return "class"
    return None if data.is_sealed else _value_fault(entry, change, data)


def _value_fault(entry: Kind, change: Change, data: Data) -> str | None:
    plain: dict[str, Value] = {}
    for name, value in change.set.items():
        declared = entry.fields.get(name)
        if declared is not None and travels_as_delta(declared):
            codes = _codes_of(value)
            if codes is None:
                return "value"
            plain[name] = codes
        else:
            plain[name] = from_wire(value)
    try:
        check_values(entry, plain, data=data)
    except Invalid:
        return "value"
    return None


def travels_as_delta(declared: Field) -> bool:
    """Whether the field travels as `+code` and `-code`."""
    return declared.merge is Merge.SET


def _codes_of(value: Wire) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not all(isinstance(code, str) and code[:1] in ("+", "-") for code in value):
        return None
    return tuple(code[1:] for code in value)
