"""A child's file in the commune's register and the groups the child belongs to."""

from __future__ import annotations

from typing import Annotated

from commune_desk.domain.model.access import COMMUNE, COMMUNE_WRITERS
from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import Data, Merge, Record, ScopeRule, Tie, field, kind
from commune_desk.domain.words.labels import N_

RISK_LEVELS = ("low", "medium", "high")
"""From least to most severe."""

FOLLOWED, WITHDRAWN = "active", "withdrawn"
FILE_STEPS = {
    FOLLOWED: ("moved_away", "came_of_age", "died", "closed", WITHDRAWN),
    "moved_away": (FOLLOWED,),
    "came_of_age": (FOLLOWED,),
    "closed": (FOLLOWED,),
    "died": (FOLLOWED,),
    WITHDRAWN: (FOLLOWED,),
}
"""`withdrawn`: the list that the file came from was taken back as a whole."""


@kind("child_file", N_("Child file"), scope=ScopeRule.COMMUNE, read=COMMUNE, write=COMMUNE_WRITERS)
class ChildFile(Record, frozen=True, kw_only=True):
    """A child (under 16, Law on Children 102/2016/QH13 art. 1) in the register of a commune."""

    person: Annotated[
        RecordId | None, field(N_("Child"), shape=Shape.REFERENCE, data=Data.OPERATIONAL, tie=Tie.OWNER)
    ] = None
    household: Annotated[
        RecordId | None,
        field(N_("Household"), shape=Shape.REFERENCE, data=Data.OPERATIONAL, tie=Tie.NEEDED, of="household"),
    ] = None
    case_number: Annotated[str | None, field(N_("Case code"), data=Data.OPERATIONAL, max_chars=40)] = None
    """The case code, as a stay and its notice call it; the name of the field is frozen in registers and on the wire."""
    status: Annotated[
        str,
        field(
            N_("Status"),
            merge=Merge.FSM,
            steps=FILE_STEPS,
            reopened=FOLLOWED,
            shape=Shape.CODE,
            data=Data.OPERATIONAL,
        ),
    ] = FOLLOWED
    risk_level: Annotated[
        str | None,
        field(N_("Risk level"), merge=Merge.MAX_RISK, ranks=RISK_LEVELS, shape=Shape.CODE, data=Data.OPERATIONAL),
    ] = None
    opened_on: Annotated[str | None, field(N_("In the register since"), shape=Shape.DATE, data=Data.OPERATIONAL)] = None
    import_id: Annotated[str | None, field(N_("Import"), shape=Shape.REFERENCE, data=Data.OPERATIONAL)] = None
    schooling: Annotated[str | None, field(N_("Schooling"), shape=Shape.CODE, codes="schooling")] = None
    school: Annotated[str | None, field(N_("School and class"), max_chars=120)] = None
    health_insurance: Annotated[str | None, field(N_("Health insurance number"), max_chars=15)] = None
    birth_certificate: Annotated[str | None, field(N_("Birth certificate"), max_chars=120)] = None
    disability_types: Annotated[
        tuple[str, ...], field(N_("Disability"), merge=Merge.SET, shape=Shape.CODE, codes="disability_types")
    ] = ()
    disability_degree: Annotated[
        str | None, field(N_("Degree of disability"), shape=Shape.CODE, codes="disability_degrees")
    ] = None
    note: Annotated[str | None, field(N_("Note"), max_chars=2000)] = None


POVERTY_GROUPS = {"poor": "NGCO01", "near_poor": "NGCO02"}
"""The at-risk group that follows from the class of a child's household."""


@kind("group_membership", N_("Group"), scope=ScopeRule.COMMUNE, read=COMMUNE, write=COMMUNE_WRITERS)
class GroupMembership(Record, frozen=True, kw_only=True):
    """A dated membership in a group of special circumstances (Law 102/2016 art. 10) or at risk; several at once."""

    person: Annotated[RecordId | None, field(N_("Child"), shape=Shape.REFERENCE, required=True, tie=Tie.OWNER)] = None
    group_code: Annotated[str, field(N_("Group"), shape=Shape.CODE, codes="child_groups", required=True)] = ""
    from_on: Annotated[str | None, field(N_("From"), shape=Shape.DATE)] = None
    to_on: Annotated[str | None, field(N_("To"), shape=Shape.DATE)] = None
    basis: Annotated[str | None, field(N_("Basis document"))] = None
