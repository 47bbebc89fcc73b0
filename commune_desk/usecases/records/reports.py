"""Taking in a report about possible harm to a child, and what is done about it.

What is done about it is written down though the child is on the way to another commune: the clock of the law runs for
whoever acts, and the new commune is asked about what it did not know.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import check_required
from commune_desk.domain.records.reports import EMERGENCY_HOURS, REPORT_STEPS, Report, intake_faults
from commune_desk.domain.time.clock import from_iso, lies_before, to_iso
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.engine import settings
from commune_desk.store.pages.reports import HOURS
from commune_desk.store.pages.visits import child_brief
from commune_desk.store.writing.opened import Opened, edited, edited_fields
from commune_desk.store.writing.transaction import Tx

_MINUTE = len("2026-11-23T01:02")
"""People write hours to the minute; the province's reports have seconds."""


def record_report(tx: Tx, report: Report) -> RecordId:
    """Save what was reported to the officer at work, who thereby takes it up (Decree 56/2017/ND-CP art. 25).

    The 12-hour clock starts at `received_at`, not at entry. Raises Invalid naming the fields.
    """
    faults = report_faults(report, tx.latest())
    if faults:
        raise Invalid(N_("Some fields do not hold."), fields=faults)
    if report.person is not None and child_brief(tx.connection, report.person) is None:
        raise Refusal(N_("This child is not in this register. The entry is kept as a draft."))
    taken = msgspec.structs.replace(
        report, status="acknowledged", acknowledged_at=to_iso(tx.present()), handled_by=tx.actor.officer
    )
    tx.save(taken)
    return taken.id


def report_faults(report: Report, now: datetime) -> dict[str, str]:
    """What keeps a report from being saved: message ids by field."""
    return check_required(report) | intake_faults(report.received_at, report.child_age, now)


def acknowledge_report(tx: Tx, report_id: str) -> None:
    """Take a waiting report up: the province sees who and when. Raises Refusal when somebody else was first."""
    report = tx.existing(Report, report_id)
    if report.status != "waiting":
        raise Refusal(N_("A colleague has taken this report up meanwhile."))
    tx.save(_taken(tx, report, "acknowledged"), goes_along=True)


def record_measures(
    tx: Tx, report_id: str, *, measures: str, acted_at: str, is_closed: bool = False, opened: Opened | None = None
) -> None:
    """Write down what was done at once and when (ISO instant): the emergency clock stops there.

    With `is_closed` nothing urgent was needed and the report is closed; `measures` then says why. With `opened` both
    are an edit of what stood in the report then. Raises Invalid naming the fields, Refusal from a
    state that does not allow it.
    """
    report = tx.existing(Report, report_id)
    faults = measures_faults(report, measures, acted_at, tx.latest())
    if faults:
        raise Invalid(N_("Some fields do not hold."), fields=faults)
    status = "closed" if is_closed else "acted"
    taken = _taken(tx, report, status)
    before = opened.seen(report) if opened else report
    is_same_minute = (before.acted_at or "")[:_MINUTE] == acted_at[:_MINUTE]
    entered = {"measures": measures, "acted_at": before.acted_at if is_same_minute else acted_at}
    after = msgspec.structs.replace(before, **entered)
    seen = opened.base(report_id, edited_fields(before, after)) if opened else {}
    tx.save(edited(before, after, taken), seen, goes_along=True)


def measures_faults(report: Report, measures: str, acted_at: str, now: datetime) -> dict[str, str]:
    """What keeps measures from being saved: message ids by field."""
    faults = {}
    if not measures:
        faults["measures"] = N_("Please fill this in.")
    if not acted_at:
        faults["acted_at"] = N_("Please fill this in.")
    elif from_iso(acted_at) > now:
        faults["acted_at"] = N_("This hour has not come yet.")
    elif lies_before(acted_at, report.received_at, now):
        faults["acted_at"] = N_("This hour lies before the report was received.")
    return faults


def close_report(tx: Tx, report_id: str) -> None:
    """Close a report whose measures are written down. Raises Refusal while none are."""
    report = tx.existing(Report, report_id)
    if report.status == "closed":
        raise Refusal(N_("This report is in another state by now. Look at it again."))
    if report.status != "acted":
        raise Refusal(N_("Write down first what was done, or why nothing had to be done."))
    tx.save(msgspec.structs.replace(report, status="closed"), goes_along=True)


def reopen_report(tx: Tx, report_id: str) -> None:
    """Take a closed report up again. Its clock counts from the hour of receipt, as before."""
    report = tx.existing(Report, report_id)
    tx.save(_taken(tx, msgspec.structs.replace(report, acted_at=None), "acknowledged"), goes_along=True)


def link_report(tx: Tx, report_id: str, person: str) -> None:
    """Say which child of the register a report is about that named none. Raises Refusal when the child is not here."""
    if child_brief(tx.connection, person) is None:
        raise Refusal(N_("This child is not in this register. The report was not linked."))
    report = tx.existing(Report, report_id)
    tx.save(msgspec.structs.replace(report, person=RecordId(person)), {"person": None})


def set_emergency_hours(tx: Tx, hours: int) -> None:
    """Let this place allow itself fewer hours than the law. Raises Invalid for more than 12 or less than 1."""
    if not 1 <= hours <= EMERGENCY_HOURS:
        raise Invalid(N_("The law allows 12 hours; a place may set itself 1 to 12."))
    settings.put(tx.connection, HOURS, hours)
    tx.audit(AuditAction.SETTING, detail={"name": HOURS, "value": hours})
    tx.topic("settings")


def _taken(tx: Tx, report: Report, status: str) -> Report:
    """The report in a new state, in the hands of the officer at work. Raises Refusal for a step that is not allowed."""
    if status != report.status and status not in REPORT_STEPS[report.status]:
        raise Refusal(N_("This report is in another state by now. Look at it again."))
    return msgspec.structs.replace(
        report,
        status=status,
        acknowledged_at=report.acknowledged_at or to_iso(tx.present()),
        handled_by=tx.actor.officer,
    )
