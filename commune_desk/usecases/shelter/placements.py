"""Stays in the shelter: admit first and complete later, log, go out and come back, change the bed, end the stay."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

import msgspec

from commune_desk.domain.model.ids import RecordId, new_record_id, uuid7
from commune_desk.domain.model.record import check_required, values_of
from commune_desk.domain.records.desks import Task
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.placements import (
    ACTIVE,
    PLACEMENT_STEPS,
    Bed,
    CareLogEntry,
    Placement,
)
from commune_desk.domain.time.clock import lies_before, local_day, to_iso
from commune_desk.domain.time.dates import says_less
from commune_desk.domain.vietnamese.text import fold
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.pages.placements import active_stays, stays_in
from commune_desk.store.writing.joined import joined_people, kept_of
from commune_desk.store.writing.leaving import was_told_of
from commune_desk.store.writing.numbers import mark_of, next_number
from commune_desk.store.writing.opened import Opened, edited
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.tasks import finish_task
from commune_desk.usecases.shelter.commune_notices import tell_commune
from commune_desk.usecases.shelter.same_person import ENTERED_TWICE, be_one, go_on_in
from commune_desk.usecases.shelter.tasks_of_stays import NO_FOLLOW_UP, Reminder, end_tasks

NO_RECEIVER = ("left", "independent", "died", ENTERED_TWICE)
"""Reasons for discharge with nobody to hand over to."""
UNKNOWN_COMMUNE = "00000"

_NOT_HOLD = N_("Some fields do not hold.")
_FUTURE = N_("This hour has not come yet.")


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """An admission as it is filled in; of the person nothing needs to be known yet."""

    person: Person
    placement: Placement
    reminders: tuple[Reminder, ...] = ()


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a stay. `at` is an instant; `destination` and `safety_plan` are sealed when saved.

    `is_at_offered` where nobody typed the hour: it says nothing beside a colleague's. `goes_on_in` is the other stay of
    a resident who was entered twice.
    """

    stay: RecordId
    at: str
    is_at_offered: bool = False
    reason: str
    receiver: str | None = None
    destination: str | None = None
    safety_plan: str | None = None
    goes_on_in: RecordId | None = None
    reminders: tuple[Reminder, ...] = ()


def admit_to_shelter(tx: Tx, admission: Admission) -> RecordId:
    """Give a person a place in the house; returns the id of the stay. The papers may follow later.

    When the home commune is known it is told that the person is protected, by case code and days only. Of somebody
    who was here before, or whom a commune shared, what is filled in is written and the rest stays as it is known; of
    two records of one person the one kept is meant.
    Raises Invalid naming the fields, Refusal when the person is here already or the bed is taken.
    """
    kept = kept_of(tx.connection, admission.person.id)
    person = msgspec.structs.replace(admission.person, id=RecordId(kept))
    stay = msgspec.structs.replace(admission.placement, person=person.id, status="staying")
    _check_stay(tx, stay)
    if any(other.person == kept for other in active_stays(tx.connection)):
        raise Refusal(N_("This person is in the house already. Nothing was saved; open the present stay."))
    require_free_bed(tx, stay.bed)
    if not stay.case_code:
        stay = msgspec.structs.replace(stay, case_code=next_case_code(tx, stay))
    _know_person(tx, person)
    tx.save(stay)
    tell_commune(tx, None, stay)
    _remind(tx, person.id, admission.reminders)
    return stay.id


def _know_person(tx: Tx, person: Person) -> None:
    stored = tx.get(Person, person.id)
    if stored is None:
        tx.save(person)
        return
    known = {name: value for name, value in values_of(person).items() if value not in (None, "", ())}
    if _is_called(tx, stored, person.full_name):
        known.pop("full_name", None)
    if says_less(person.birth_date, stored.birth_date):
        known.pop("birth_date", None)
    tx.save(msgspec.structs.replace(stored, **known))


def _is_called(tx: Tx, stored: Person, name: str) -> bool:
    """Whether somebody was found by a name which says nothing new: typed in a hurry, or another name of theirs."""
    if fold(name) == fold(stored.full_name):
        return name.isascii() or name.casefold() == stored.full_name.casefold()
    records = [stored, *(tx.existing(Person, one) for one in joined_people(tx.connection, stored.id))]
    return fold(name) in {fold(one) for record in records for one in (record.full_name, record.other_name) if one}


def complete_stay(tx: Tx, opened: Opened, before: Admission, after: Admission) -> RecordId:
    """Save what `after` changes of `before`, the stay as it was `opened`: who the person is, the home commune, a code.

    What another desk wrote meanwhile stays, or meets the edit as a conflict. Raises Invalid.
    """
    stored = tx.existing(Placement, after.placement.id)
    code = after.placement.case_code or before.placement.case_code
    entered = msgspec.structs.replace(after.placement, case_code=code)
    _check_stay(tx, edited(before.placement, entered, stored))
    if after.person.id != before.person.id:
        _be_another(tx, stored, after.person)
    elif after.person != before.person:
        _name_resident(tx, opened, before.person, after.person)
    whole = tx.edit(opened, before.placement, entered)
    if whole != stored:
        tell_commune(tx, stored, whole)
    return stored.id


def _be_another(tx: Tx, stay: Placement, person: Person) -> None:
    """Who was admitted as unknown is somebody whom a commune shared since: their other stays and tasks follow."""
    tx.existing(Person, person.id)
    if any(other.person == kept_of(tx.connection, person.id) for other in active_stays(tx.connection)):
        raise Refusal(N_("This person is in the house already. Nothing was saved; open the present stay."))
    _know_person(tx, person)
    be_one(tx, stay.person or "", person.id, but=stay.id)


def _name_resident(tx: Tx, opened: Opened, before: Person, after: Person) -> None:
    """Of somebody of whom nothing was known at the admission the other desks of the house have no record yet; one that
    has left this register is made by nobody anew."""
    if tx.get(Person, after.id) is None and not was_told_of(tx.connection, after.id):
        tx.save(after)
    else:
        tx.edit(opened, before, after)


def set_papers(tx: Tx, opened: Opened, shown: Placement, papers: Collection[str]) -> None:
    """Which papers of the dossier have come (Decree 20/2021/ND-CP art. 27.3); `shown` are those seen so far."""
    tx.edit(opened, shown, msgspec.structs.replace(shown, papers=tuple(papers)))


def log_care(tx: Tx, entry: CareLogEntry, done: Collection[RecordId] = ()) -> RecordId:
    """Write a line of the daily log by the officer at work, and tick off the tasks `done` with it. Raises Invalid."""
    stay = tx.existing(Placement, entry.placement or "")
    faults = check_required(entry)
    now = tx.latest()
    if not faults and entry.logged_at > to_iso(now):
        faults["logged_at"] = _FUTURE
    elif not faults and lies_before(entry.logged_at, stay.admitted_at, now):
        faults["logged_at"] = N_("This hour lies before the admission.")
    if faults:
        raise Invalid(_NOT_HOLD, fields=faults)
    tx.save(msgspec.structs.replace(entry, officer=tx.actor.officer))
    for task in done:
        if (known := tx.get(Task, task)) and known.status != "dropped":  # by a colleague who ended the stay meanwhile
            finish_task(tx, task)
    return entry.id


def go_out(tx: Tx, stay_id: RecordId, *, back_at: str | None, note: str) -> None:
    """The resident leaves the house for some hours and keeps the bed. `back_at` is an instant; `note` goes to the log.

    Raises Invalid when `back_at` has passed, Refusal when the resident is not in the house.
    """
    now = to_iso(tx.present())
    if back_at is not None and back_at <= now:
        raise Invalid(_NOT_HOLD, fields={"due_back_at": N_("This hour has passed already.")})
    _move(tx, stay_id, "out", due_back_at=back_at)
    _log_step(tx, stay_id, note)


def come_back(tx: Tx, stay_id: RecordId, *, note: str) -> None:
    """The resident is back. Raises Refusal when they were not out."""
    _move(tx, stay_id, "staying", due_back_at=None)
    _log_step(tx, stay_id, note)


def change_bed(tx: Tx, opened: Opened, stay_id: RecordId, bed: RecordId | None) -> None:
    """Give a resident another bed, or none for the moment. Raises Refusal when the stay is over or the bed taken."""
    stay = tx.existing(Placement, stay_id)
    if stay.status not in ACTIVE:
        raise Refusal(N_("This stay has ended. Nothing was changed."))
    if bed != stay.bed:
        require_free_bed(tx, bed)
        shown = opened.seen(stay)
        tx.edit(opened, shown, msgspec.structs.replace(shown, bed=bed))


def discharge(tx: Tx, leaving: Leaving, opened: Opened | None = None) -> None:
    """End a stay; the bed is free again, and the house is reminded to ask how it goes.

    Where it went on as the form was `opened` and a colleague has ended it since, what was typed is added to that end;
    of what both said people are asked. Raises Invalid naming the fields, Refusal when the stay had ended already.
    """
    stay = tx.existing(Placement, leaving.stay)
    faults = leaving_faults(leaving, stay.admitted_at, tx.latest())
    if faults:
        raise Invalid(_NOT_HOLD, fields=faults)
    said = {
        "discharged_at": leaving.at,
        "discharge_reason": leaving.reason,
        "receiver": leaving.receiver,
        "destination": leaving.destination,
        "safety_plan": leaving.safety_plan,
    }
    if opened is not None and opened.seen(stay).status in ACTIVE and stay.status == "ended":
        _add_to_end(tx, opened, stay, said, is_at_offered=leaving.is_at_offered)
        return
    group = uuid7()
    _move(tx, leaving.stay, "ended", group=group, due_back_at=None, **said)
    end_tasks(tx, stay, () if leaving.reason in NO_FOLLOW_UP else leaving.reminders, group)
    if leaving.reason == ENTERED_TWICE and leaving.goes_on_in:
        go_on_in(tx, stay, leaving.goes_on_in)


def _add_to_end(
    tx: Tx, opened: Opened, stay: Placement, said: Mapping[str, str | None], *, is_at_offered: bool
) -> None:
    """The second of two who end a stay says what the first did not, or meets it in a conflict."""
    added = {name: value for name, value in said.items() if value}
    if is_at_offered:
        added.pop("discharged_at")
    shown = opened.seen(stay)
    tx.edit(opened, shown, msgspec.structs.replace(shown, **added))


def leaving_faults(leaving: Leaving, admitted_at: str, now: datetime) -> dict[str, str]:
    """What keeps a discharge from being saved: message ids by field."""
    faults = {}
    if not leaving.reason:
        faults["reason"] = N_("Please fill this in.")
    elif not leaving.receiver and leaving.reason not in NO_RECEIVER:
        faults["receiver"] = N_("Write to whom the resident was handed over.")
    elif leaving.reason == ENTERED_TWICE and not leaving.goes_on_in:
        faults["goes_on_in"] = N_("Choose the stay that goes on.")
    if not leaving.at:
        faults["at"] = N_("Please fill this in.")
    elif leaving.at > to_iso(now):
        faults["at"] = _FUTURE
    elif lies_before(leaving.at, admitted_at, now):
        faults["at"] = N_("This hour lies before the admission.")
    return faults


def next_case_code(tx: Tx, stay: Placement) -> str:
    """The next case code of this desk, `QN-06838-2026-7KQ4-0031` or with 00000: unique without asking anyone."""
    year = local_day(stay.admitted_at).year
    prefix = f"QN-{stay.home_commune or UNKNOWN_COMMUNE}-{year}-{mark_of(tx.connection)}-"
    return next_number(tx.connection, "placement", "case_code", prefix)


def require_free_bed(tx: Tx, bed_id: str | None) -> None:
    """Raise Refusal unless the bed is open and nobody has it; no bed at all is always free."""
    if bed_id is None:
        return
    bed = tx.existing(Bed, bed_id)
    if bed.status != "open":
        raise Refusal(N_("Bed {bed} is closed. Nothing was saved; choose another."), bed=bed.label)
    if stays_in(tx.connection, bed_id):
        raise Refusal(N_("Bed {bed} was given away meanwhile. Nothing was saved; choose another."), bed=bed.label)


def _check_stay(tx: Tx, stay: Placement) -> None:
    faults = check_required(stay) | _time_faults(stay, tx.latest())
    if not 0 <= stay.companions <= 9:
        faults["companions"] = N_("Write a number from 0 to 9.")
    if stay.home_commune and not (len(stay.home_commune) == 5 and stay.home_commune.isdecimal()):
        faults["home_commune"] = N_("The code is not known.")
    others = (other for other in active_stays(tx.connection) if other.id != stay.id)
    if stay.status in ACTIVE and fold(stay.alias) in {fold(other.alias) for other in others}:
        faults["alias"] = N_("Somebody in the house has this name now. Choose another.")
    if faults:
        raise Invalid(_NOT_HOLD, fields=faults)


def _time_faults(stay: Placement, now: datetime) -> dict[str, str]:
    faults = {}
    if stay.admitted_at > to_iso(now):
        faults["admitted_at"] = _FUTURE
    elif stay.discharged_at and lies_before(stay.discharged_at, stay.admitted_at, now):
        faults["admitted_at"] = N_("This hour lies after the end of the stay.")
    if stay.isolation_from and date.fromisoformat(stay.isolation_from) > local_day(now):
        faults["isolation_from"] = N_("The date lies in the future.")
    if stay.isolation_to and stay.isolation_to < (stay.isolation_from or "~"):
        faults["isolation_to"] = N_("The end lies before the beginning.")
    return faults


def _move(tx: Tx, stay_id: RecordId, status: str, *, group: str = "", **changed: str | None) -> None:
    stay = tx.existing(Placement, stay_id)
    if status not in PLACEMENT_STEPS.get(stay.status, ()):
        raise Refusal(N_("The stay was changed meanwhile. Nothing was saved; look at its present state."))
    after = msgspec.structs.replace(stay, status=status, **changed)
    tx.save(after, group=group)
    tell_commune(tx, stay, after)


def _log_step(tx: Tx, stay_id: RecordId, note: str) -> None:
    """Of now; by a clock that is behind, of the hour of admission at the earliest, or nobody could go out."""
    admitted = min(tx.existing(Placement, stay_id).admitted_at, to_iso(tx.latest()))
    entry = CareLogEntry(
        id=new_record_id(),
        scope=tx.actor.scope,
        placement=stay_id,
        logged_at=max(to_iso(tx.present()), admitted),
        entry_kind="outing",
        note=note,
    )
    log_care(tx, entry)


def _remind(tx: Tx, person: RecordId, reminders: tuple[Reminder, ...]) -> None:
    for reminder in reminders:
        tx.save(
            Task(id=new_record_id(), scope=tx.actor.scope, title=reminder.title, due_on=reminder.due_on, person=person)
        )
