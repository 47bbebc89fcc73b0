"""Recording a home visit, and correcting one."""

from __future__ import annotations

from datetime import date

import msgspec

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import check_required
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.visits import HomeVisit
from commune_desk.domain.time.clock import local_day
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.pages.visits import child_brief, correction_of, past_visit, standing_visits
from commune_desk.store.writing.child_index import birth_key
from commune_desk.store.writing.opened import Opened
from commune_desk.store.writing.transaction import Tx


def record_visit(tx: Tx, visit: HomeVisit, opened: Opened | None = None) -> RecordId:
    """Save a visit by the officer at work; with `amends`, the earlier visit no longer stands.

    When it is the child's latest visit and tells another risk level, the child's file takes that level, in the same
    transaction; `opened` is the file as the officer saw it. Of a child on the way to another commune both go along.
    Raises Invalid naming the fields, Refusal when there is no child file or the earlier visit was corrected already.
    """
    today = local_day(tx.latest())
    child = child_brief(tx.connection, visit.person or "")
    faults = visit_faults(visit, today, child.birth_date if child else None)
    if faults:
        raise Invalid(N_("Some fields do not hold."), fields=faults)
    if child is None:
        raise Refusal(N_("This child is not in this register. The entry is kept as a draft."))
    visit = msgspec.structs.replace(visit, person=RecordId(child.person), officer=tx.actor.officer)
    _check_amended(tx, visit)
    tx.save(visit)
    if child.risk_level != visit.risk_level:
        _follow_risk(tx, visit, child.file, opened)
    return visit.id


def visit_faults(visit: HomeVisit, today: date, born: str | None = None) -> dict[str, str]:
    """What keeps a visit from being saved: message ids by field. `born` is the child's birth date as it is stored."""
    faults = check_required(visit)
    if visit.visited_on > today.isoformat():
        faults["visited_on"] = N_("The date lies in the future.")
    elif visit.visited_on and visit.visited_on < birth_key(born):
        faults["visited_on"] = N_("The child was not born yet on this day.")
    elif visit.next_visit_on and visit.next_visit_on <= visit.visited_on:
        faults["next_visit_on"] = N_("The next visit comes after this one.")
    return faults


def _check_amended(tx: Tx, visit: HomeVisit) -> None:
    if visit.amends is None:
        return
    earlier = past_visit(tx.connection, visit.amends)
    if earlier is None or earlier.person != visit.person:
        raise Refusal(N_("The visit to correct is not in this child's file."))
    if correction_of(tx.connection, earlier.person, earlier.id) is not None:
        raise Refusal(N_("This visit was corrected already. Correct the newer entry."))


def _follow_risk(tx: Tx, visit: HomeVisit, file_id: str, opened: Opened | None) -> None:
    latest = standing_visits(tx.connection, visit.person or "")
    if not latest or latest[0].id != visit.id:
        return
    file = tx.existing(ChildFile, file_id)
    seen = opened.base(file_id, ["risk_level"]) if opened else {}
    tx.save(msgspec.structs.replace(file, risk_level=visit.risk_level), seen, goes_along=True)
