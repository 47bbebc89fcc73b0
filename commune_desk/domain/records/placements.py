"""The shelter: beds, stays and the daily log. What the commune may know of a stay is a record of its own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from commune_desk.domain.model.access import COMMUNE, SHELTER, SHELTER_WRITERS
from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.ids import OfficerId, RecordId
from commune_desk.domain.model.record import Data, Merge, Record, ScopeRule, field, kind, written_once
from commune_desk.domain.time.clock import local_day
from commune_desk.domain.time.dates import months_after
from commune_desk.domain.words.labels import N_

ISOLATION_DAYS = 15
"""Temporary isolation from parents lasts at most 15 days in total (Decree 56/2017/ND-CP art. 32)."""
STAY_MONTHS = 3
"""Emergency protection in a facility lasts at most 3 months (Decree 20/2021/ND-CP art. 24.2)."""

ALIASES = (
    *("Hoa Sen", "Hoa Mai", "Hoa Cúc", "Hoa Đào", "Hoa Huệ", "Hoa Lan", "Hoa Hồng", "Hoa Ban", "Hoa Sim", "Hoa Súng"),
    *("Hoa Bưởi", "Hoa Nhài", "Hoa Ly", "Hoa Phượng", "Hoa Sữa", "Hoa Quỳnh", "Hoa Trà", "Hoa Gạo", "Hoa Mơ"),
)
"""Names used in the house instead of people's own."""
PAPERS = {
    "declaration": N_("Declaration, form 07"),
    "emergency_record": N_("Record of the emergency"),
    "decision": N_("Decision to admit"),
    "commune_request": N_("Commune's request, if any"),
    "id_copy": N_("Identity paper, if any"),
}
"""The dossier of an emergency admission (Decree 20/2021/ND-CP art. 27.3); it may be completed after admission."""
PAPERS_ALWAYS = ("declaration", "emergency_record", "decision")
REVIEW_DAYS = (3, 7)
"""Days of a stay, the first being day 1, on which the house looks at the stay again."""

ACTIVE = ("staying", "out")
"""While somebody has a place in the house."""
PLACEMENT_STEPS = {"staying": ("out", "ended"), "out": ("staying", "ended"), "ended": ()}
NOTICE_STEPS = PLACEMENT_STEPS | {"ended": ("staying",)}
"""A stay that was ended by mistake goes on, and its commune is told so."""
BED_STEPS = {"open": ("closed",), "closed": ("open",)}


@kind("shelter", N_("Sunshine House"), scope=ScopeRule.SHELTER, read=SHELTER, write=SHELTER_WRITERS)
class Shelter(Record, frozen=True, kw_only=True):
    """A facility. Its address never leaves it unsealed."""

    name: Annotated[str, field(N_("Name"), max_chars=120, required=True)] = ""
    address: Annotated[str | None, field(N_("Address"), data=Data.SHELTER_LOCATION)] = None
    phone: Annotated[str | None, field(N_("Phone"), data=Data.SHELTER_LOCATION, max_chars=20)] = None


@kind("bed", N_("Bed"), scope=ScopeRule.SHELTER, read=SHELTER, write=SHELTER_WRITERS)
class Bed(Record, frozen=True, kw_only=True):
    """A bed or a mother-and-child room. Whether it is taken follows from the placements."""

    label: Annotated[str, field(N_("Bed"), data=Data.OPERATIONAL, max_chars=20, required=True)] = ""
    bed_kind: Annotated[str, field(N_("Kind of bed"), shape=Shape.CODE, codes="bed_kinds", data=Data.OPERATIONAL)] = (
        "standard"
    )
    status: Annotated[
        str, field(N_("Status"), merge=Merge.FSM, steps=BED_STEPS, shape=Shape.CODE, data=Data.OPERATIONAL)
    ] = "open"
    note: Annotated[str | None, field(N_("Note"), data=Data.OPERATIONAL, merge=Merge.LWW, max_chars=80)] = None


@kind("placement", N_("Placement"), scope=ScopeRule.SHELTER, read=SHELTER, write=SHELTER_WRITERS)
class Placement(Record, frozen=True, kw_only=True):
    """A stay. Admit first, complete the papers later; one active stay for a person."""

    status: Annotated[
        str, field(N_("Status"), merge=Merge.FSM, steps=PLACEMENT_STEPS, shape=Shape.CODE, data=Data.OPERATIONAL)
    ] = "staying"
    bed: Annotated[RecordId | None, field(N_("Bed"), shape=Shape.REFERENCE, data=Data.OPERATIONAL)] = None
    admitted_at: Annotated[str, field(N_("Admitted at"), shape=Shape.INSTANT, data=Data.OPERATIONAL, required=True)] = (
        ""
    )
    companions: Annotated[int, field(N_("Children accompanying"), data=Data.OPERATIONAL)] = 0
    isolation_from: Annotated[
        str | None, field(N_("Temporary isolation from"), shape=Shape.DATE, data=Data.OPERATIONAL)
    ] = None
    isolation_to: Annotated[
        str | None, field(N_("Temporary isolation ended on"), shape=Shape.DATE, data=Data.OPERATIONAL)
    ] = None
    home_commune: Annotated[
        str | None, field(N_("Home commune"), shape=Shape.CODE, codes="communes", data=Data.OPERATIONAL)
    ] = None
    case_code: Annotated[str | None, field(N_("Case code"), data=Data.OPERATIONAL, max_chars=40)] = None
    due_back_at: Annotated[
        str | None, field(N_("Due back at"), shape=Shape.INSTANT, data=Data.OPERATIONAL, merge=Merge.LWW)
    ] = None
    discharged_at: Annotated[str | None, field(N_("Discharged at"), shape=Shape.INSTANT, data=Data.OPERATIONAL)] = None
    discharge_reason: Annotated[
        str | None,
        field(N_("Reason for discharge"), shape=Shape.CODE, codes="discharge_reasons", data=Data.OPERATIONAL),
    ] = None
    person: Annotated[RecordId | None, field(N_("Resident"), shape=Shape.REFERENCE, required=True)] = None
    papers: Annotated[tuple[str, ...], field(N_("Papers received"), merge=Merge.SET, shape=Shape.CODE)] = ()
    alias: Annotated[str, field(N_("Name used in the house"), max_chars=60, required=True)] = ""
    reason: Annotated[
        str | None, field(N_("Reason for admission"), shape=Shape.CODE, codes="admission_reasons", required=True)
    ] = None
    brought_by: Annotated[str | None, field(N_("Brought by"), max_chars=120)] = None
    belongings: Annotated[str | None, field(N_("Belongings"), max_chars=1000)] = None
    receiver: Annotated[str | None, field(N_("Handed over to"), max_chars=120)] = None
    condition: Annotated[str | None, field(N_("Condition on arrival"), data=Data.ABUSE_DETAIL, max_chars=2000)] = None
    safety_plan: Annotated[str | None, field(N_("Safety plan"), data=Data.ABUSE_DETAIL, max_chars=2000)] = None
    destination: Annotated[str | None, field(N_("Destination"), data=Data.SHELTER_LOCATION, max_chars=200)] = None


@kind(
    "placement_notice",
    N_("Protection notice"),
    scope=ScopeRule.COMMUNE,
    read=COMMUNE,
    write=frozenset(),
    guests=SHELTER_WRITERS,
)
class PlacementNotice(Record, frozen=True, kw_only=True):
    """What the home commune sees of a stay: that it is, and until when. Never where.

    The desks of a house write it without seeing each other's notice, and nobody in the commune may: the later stands.
    """

    case_code: Annotated[
        str, field(N_("Case code"), merge=Merge.LWW, data=Data.OPERATIONAL, max_chars=40, required=True)
    ] = ""
    status: Annotated[
        str, field(N_("Status"), merge=Merge.FSM, steps=NOTICE_STEPS, shape=Shape.CODE, data=Data.OPERATIONAL)
    ] = "staying"
    since_on: Annotated[str, field(N_("Since"), merge=Merge.LWW, shape=Shape.DATE, data=Data.OPERATIONAL)] = ""
    isolation_until: Annotated[
        str | None, field(N_("Temporary isolation until"), merge=Merge.LWW, shape=Shape.DATE, data=Data.OPERATIONAL)
    ] = None
    stay_until: Annotated[
        str | None, field(N_("Stay until"), merge=Merge.LWW, shape=Shape.DATE, data=Data.OPERATIONAL)
    ] = None


@kind("care_log_entry", N_("Care-log entry"), scope=ScopeRule.SHELTER, read=SHELTER, write=SHELTER_WRITERS)
class CareLogEntry(Record, frozen=True, kw_only=True):
    """A line of the daily log of a stay; written once."""

    placement: Annotated[RecordId | None, written_once(N_("Stay"), shape=Shape.REFERENCE, required=True)] = None
    logged_at: Annotated[str, written_once(N_("Hour"), shape=Shape.INSTANT, required=True)] = ""
    entry_kind: Annotated[str, written_once(N_("Kind of entry"), shape=Shape.CODE, codes="care_log_kinds")] = "daily"
    note: Annotated[str, written_once(N_("Note"), max_chars=2000, required=True)] = ""
    officer: Annotated[OfficerId | None, written_once(N_("Officer"), shape=Shape.REFERENCE)] = None


def notice_id(stay: RecordId, commune: str) -> RecordId:
    """The notice of a stay for a commune: the same at every desk of the house, for none can read another's."""
    from hashlib import sha256  # not with the module: it loads a second OpenSSL, and no first page gives a notice

    return RecordId(stay[:12] + sha256(f"{stay}|{commune}".encode()).hexdigest()[:20])


def follow_up_id(stay: RecordId, number: int) -> RecordId:
    """The task to ask how it goes after a stay, of several that one: the same at every desk that ends the stay."""
    from hashlib import sha256  # as above

    return RecordId(stay[:12] + sha256(f"{stay}|follow-up {number}".encode()).hexdigest()[:20])


def isolation_ends(isolation_from: str) -> str:
    """Last day of temporary isolation (ISO date), counting the first day as day 1 of 15."""
    return (date.fromisoformat(isolation_from) + timedelta(days=ISOLATION_DAYS - 1)).isoformat()


def has_isolation_ended(isolation_to: str | None, day: str) -> bool:
    """Whether temporary isolation is over on a day (ISO dates): the day on which it was ended is none of its own."""
    return bool(isolation_to and isolation_to <= day)


def stay_ends(admitted_at: str) -> str:
    """Last day of the 3 months of emergency protection (ISO date, UTC+7)."""
    return months_after(local_day(admitted_at), STAY_MONTHS).isoformat()


def follow_up_days(discharged_on: date) -> tuple[date, date, date]:
    """When the house asks how it goes after a stay: 1 week, 1 month and 3 months later."""
    return discharged_on + timedelta(days=7), months_after(discharged_on, 1), months_after(discharged_on, 3)
