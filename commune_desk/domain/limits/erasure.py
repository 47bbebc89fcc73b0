"""What goes with a record that is erased by law: all that speaks of it, whoever holds it.

Who may order an erasure, and on what ground, is the province's affair (Law 91/2025/QH15 on the protection of personal
data); nobody at a desk can.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.records.placements import notice_id

P = TypeVar("P")
F = TypeVar("F", bound=Collection[str])

_ALSO = {
    "relation": ("relative",),
    "placement": ("person",),
    "care_log_entry": ("placement",),
    "person": ("joined_to",),
}
"""Beside what belongs to a person: fields that name whom a record is about, though it does not follow them."""
ABOUT: Mapping[str, tuple[str, ...]] = {
    name: fields
    for name, kind in KINDS.items()
    if (fields := tuple(filter(None, (kind.belongs_to, *_ALSO.get(name, ())))))
}
"""By kind, the fields that name what a record is about: it is erased with that."""


def in_order(kind: str, parts: Mapping[P, F]) -> list[tuple[P, F]]:
    """The parts of a save (by class the fields), that one first which says whom the record is about.

    They may reach the province one by one, and it is to know of each whether it is about somebody who was erased.
    """
    about = frozenset(ABOUT.get(kind, ()))
    return sorted(parts.items(), key=lambda part: about.isdisjoint(part[1]))


def notices_of(stays: Iterable[str], communes: Iterable[str]) -> list[str]:
    """The ids that notices of these stays have, or would have, in these communes (codes)."""
    codes = list(communes)
    return [notice_id(RecordId(stay), commune) for stay in stays for commune in codes]
