"""Every record kind of this release; importing this module fills the registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from commune_desk.domain.model.record import DECLARED, Kind
from commune_desk.domain.records.attachments import Attachment, AttachmentWithdrawal
from commune_desk.domain.records.children import ChildFile, GroupMembership
from commune_desk.domain.records.desks import Desk, Officer, Task
from commune_desk.domain.records.families import Household, Person, Relation
from commune_desk.domain.records.placements import Bed, CareLogEntry, Placement, PlacementNotice, Shelter
from commune_desk.domain.records.reports import Report
from commune_desk.domain.records.visits import HomeVisit

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in sorted(DECLARED.values(), key=lambda kind: kind.struct.__module__)
}
"""Each kind by its name; the one place to ask, for the modules that declare them are all loaded here. Their order, in
which a move lists what it takes along, is that of these modules, whichever of them a program loaded first."""
SCHEMA_VERSION = 4
"""Raised by one whenever a kind, a field or a verb is added; travels in every change."""
SINCE: Mapping[str, int] = {"attachment": 2, "attachment_withdrawal": 2, "person.joined_to": 4}
"""The schema version that a kind, or a field (`kind.field`), came with; what is not named was there from the first."""


def since(kind: str, fields: Iterable[str]) -> int:
    """The schema version that a program needs in order to know these fields of a kind."""
    return max(SINCE.get(kind, 1), *(SINCE.get(f"{kind}.{field}", 1) for field in fields), 1)


__all__ = [
    "KINDS",
    "SCHEMA_VERSION",
    "SINCE",
    "Attachment",
    "AttachmentWithdrawal",
    "Bed",
    "CareLogEntry",
    "ChildFile",
    "Desk",
    "GroupMembership",
    "HomeVisit",
    "Household",
    "Kind",
    "Officer",
    "Person",
    "Placement",
    "PlacementNotice",
    "Relation",
    "Report",
    "Shelter",
    "Task",
]
