"""Reports: information received about possible harm to a child (Decree 56/2017/ND-CP art. 25, form 01)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from commune_desk.domain.model.access import COMMUNE, COMMUNE_WRITERS
from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.ids import OfficerId, RecordId
from commune_desk.domain.model.record import Data, Merge, Record, ScopeRule, Tie, field, kind
from commune_desk.domain.time.clock import from_iso
from commune_desk.domain.words.labels import N_

EMERGENCY_HOURS = 12
"""Emergency measures within 12 hours from receipt of the information (Decree 56/2017/ND-CP art. 26.3)."""

REPORT_STEPS = {
    "waiting": ("acknowledged", "acted", "closed"),
    "acknowledged": ("acted", "closed"),
    "acted": ("closed",),
    "closed": ("acknowledged",),
}
"""`waiting` to be taken up, `acknowledged` by an officer, `acted` on (the 12-hour clock stops), `closed`."""
RUNNING = ("waiting", "acknowledged")
"""While the 12-hour clock runs."""


OLDEST_YEARS = 5
"""A report received longer ago is a slip of the year."""
OLDEST_CHILD = 17


def intake_faults(received_at: str, child_age: int | None, now: datetime) -> dict[str, str]:
    """What cannot be in an intake, at a desk and at the province alike: message ids by field.

    The 12 hours run from `received_at`: an hour to come would put them off.
    """
    faults: dict[str, str] = {}
    if received_at:
        received = from_iso(received_at)
        if received > now:
            faults["received_at"] = N_("This hour has not come yet.")
        elif received.year < now.year - OLDEST_YEARS:
            faults["received_at"] = N_("The year lies too far back.")
    if child_age is not None and not 0 <= child_age <= OLDEST_CHILD:
        faults["child_age"] = N_("Write the age in years, 0 to 17.")
    return faults


@kind("report", N_("Report"), scope=ScopeRule.COMMUNE, read=COMMUNE, write=COMMUNE_WRITERS)
class Report(Record, frozen=True, kw_only=True):
    """An intake. Only source, hour, place and description are required; all else may be unknown yet."""

    received_at: Annotated[str, field(N_("Received at"), shape=Shape.INSTANT, data=Data.OPERATIONAL, required=True)] = (
        ""
    )
    status: Annotated[
        str, field(N_("Status"), merge=Merge.FSM, steps=REPORT_STEPS, shape=Shape.CODE, data=Data.OPERATIONAL)
    ] = "waiting"
    acknowledged_at: Annotated[
        str | None, field(N_("Acknowledged at"), shape=Shape.INSTANT, data=Data.OPERATIONAL, merge=Merge.LWW)
    ] = None
    acted_at: Annotated[
        str | None, field(N_("Acted on at"), shape=Shape.INSTANT, data=Data.OPERATIONAL, merge=Merge.LWW)
    ] = None
    handled_by: Annotated[
        OfficerId | None, field(N_("Handled by"), shape=Shape.REFERENCE, data=Data.OPERATIONAL, merge=Merge.LWW)
    ] = None
    from_province: Annotated[bool, field(N_("Sent down by the province"), data=Data.OPERATIONAL)] = False
    source: Annotated[str, field(N_("Source"), shape=Shape.CODE, codes="report_sources", required=True)] = ""
    place: Annotated[str, field(N_("Place"), max_chars=200, required=True)] = ""
    person: Annotated[RecordId | None, field(N_("Child in the register"), shape=Shape.REFERENCE, tie=Tie.OWNER)] = None
    child_name: Annotated[str | None, field(N_("Child's name"), max_chars=120)] = None
    child_age: Annotated[int | None, field(N_("Child's age"))] = None
    child_sex: Annotated[str | None, field(N_("Child's sex"), shape=Shape.CODE, codes="sexes")] = None
    forms: Annotated[
        tuple[str, ...], field(N_("Form of abuse"), merge=Merge.SET, shape=Shape.CODE, codes="abuse_forms")
    ] = ()
    setting: Annotated[str | None, field(N_("Setting"), shape=Shape.CODE, codes="abuse_settings")] = None
    relation: Annotated[
        str | None, field(N_("Relation of the suspected person"), shape=Shape.CODE, codes="abuser_relations")
    ] = None
    description: Annotated[str, field(N_("Description"), data=Data.ABUSE_DETAIL, max_chars=4000, required=True)] = ""
    measures: Annotated[str | None, field(N_("What was done at once"), data=Data.ABUSE_DETAIL, max_chars=2000)] = None
    reporter_name: Annotated[str | None, field(N_("Informant's name"), data=Data.ABUSE_DETAIL, max_chars=120)] = None
    reporter_contact: Annotated[
        str | None, field(N_("Informant's phone or address"), data=Data.ABUSE_DETAIL, max_chars=200)
    ] = None


def clock_runs(report: Report) -> bool:
    """Whether the 12-hour clock still runs."""
    return report.status in RUNNING
