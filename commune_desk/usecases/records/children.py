"""Children in the register: enter and edit them, their family and groups, close and reopen their file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from commune_desk.domain.entered.people import Level, check_id_number
from commune_desk.domain.model.codes import ChildGroup, CodeBook
from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.model.record import check_required
from commune_desk.domain.records.children import FILE_STEPS, POVERTY_GROUPS, ChildFile, GroupMembership
from commune_desk.domain.records.families import Household, Person, Relation
from commune_desk.domain.time.clock import local_day
from commune_desk.domain.time.dates import PartialDate, is_child_on
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.pages.children import Kin, file_of, kin_of_child, open_memberships
from commune_desk.store.pages.entered_twice import same_kin
from commune_desk.store.writing.joined import kept_of
from commune_desk.store.writing.leaving import ON_ITS_WAY, is_on_its_way
from commune_desk.store.writing.numbers import mark_of, next_number
from commune_desk.store.writing.opened import Opened
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.entries import edit_each

NOT_HERE = N_("This child is not in this register. The entry is kept as a draft.")
_MEANWHILE = N_("The file was changed meanwhile. Nothing was saved; look at its present state.")


class KinEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A relative as entered with a child: the person, and what they are to the child.

    `relation_id` names the stored relation that is edited; without it one is made. `entries` are all stored records
    of somebody who was entered more than once and is shown once.
    """

    person: Person
    relation: str
    is_caregiver: bool = False
    is_guardian: bool = False
    relation_id: RecordId | None = None
    entries: tuple[Kin, ...] = ()


class ChildEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A child's file as it is filled in. `groups` are the codes a new child belongs to."""

    person: Person
    file: ChildFile
    household: Household | None = None
    kin: tuple[KinEntry, ...] = ()
    groups: tuple[str, ...] = ()


def register_child(tx: Tx, entry: ChildEntry) -> RecordId:
    """Enter a child under 16 (Law on Children 102/2016/QH13 art. 1); returns the person's id.

    Raises Invalid for required fields that are empty, a wrong ID number or a person who is no child any more,
    Refusal when the person has a file already.
    """
    check_child(entry.person, local_day(tx.present()))
    if file_of(tx.connection, entry.person.id) is not None:
        raise Refusal(N_("This child is in the register already."))
    opened = entry.file.opened_on or _today(tx).isoformat()
    case_code = entry.file.case_number or next_case_code(tx, opened[:4])
    _save_household(tx, entry)
    tx.save(entry.person)
    home = entry.household.id if entry.household else entry.file.household
    file = {"person": entry.person.id, "household": home, "opened_on": opened, "case_number": case_code}
    tx.save(msgspec.structs.replace(entry.file, **file))
    for kin in entry.kin:
        save_kin(tx, entry.person.id, kin)
    for code in entry.groups:
        join_group(tx, entry.person.id, code, from_on=opened)
    return entry.person.id


def edit_child(tx: Tx, opened: Opened, before: ChildEntry, after: ChildEntry) -> RecordId:
    """Save what `after` changes of `before`, the entry as it was `opened`; groups are left as they are.

    What another desk wrote meanwhile stays, or meets the edit as a conflict. Raises as register_child, and Refusal
    while the child is on its way to another commune: neither the file nor the family is changed here any more.
    """
    _check_stays(tx, after.person.id)
    _check_name(after.person)
    _check_person(after.person)
    if before.household is not None and after.household is not None:
        tx.edit(opened, before.household, after.household)
    else:
        _save_household(tx, after)
    tx.edit(opened, before.person, after.person)
    tx.edit(opened, before.file, after.file)
    shown = {kin.relation_id: kin for kin in before.kin}
    for kin in after.kin:
        if kin.relation_id is None:
            save_kin(tx, after.person.id, kin)
        else:
            edit_kin(tx, opened, shown[kin.relation_id], kin)
    return after.person.id


def save_kin(tx: Tx, child: RecordId, kin: KinEntry) -> RecordId:
    """Save a relative and a new relation to the child; returns the relation's id. Raises as edit_child."""
    _check_stays(tx, child)
    relation = _as_entered(Relation(id=new_record_id(), scope=tx.actor.scope, person=child), kin)
    _check_kin(kin, relation)
    _save_changed(tx, kin.person)
    tx.save(relation)
    return relation.id


def edit_kin(tx: Tx, opened: Opened, before: KinEntry, after: KinEntry) -> RecordId:
    """Save what `after` changes of `before`, a stored relative as `opened`; returns the relation's id."""
    relation = tx.existing(Relation, after.relation_id or "")
    _check_stays(tx, relation.person)
    whole = _as_entered(relation, after)
    _check_kin(after, whole)
    was = _as_entered(relation, before)
    if whole != was and relation.ended_on and not opened.seen(relation).ended_on:
        raise Refusal(_MEANWHILE)
    if len(before.entries) < 2:
        tx.edit(opened, before.person, after.person)
        tx.edit(opened, was, whole)
    else:
        edit_each(tx, opened, {one.person.id: one.person for one in before.entries}, before.person, after.person)
        edit_each(tx, opened, {one.relation.id: one.relation for one in before.entries}, was, whole)
    return relation.id


def _as_entered(relation: Relation, kin: KinEntry) -> Relation:
    return msgspec.structs.replace(
        relation,
        relative=kin.person.id,
        relation=kin.relation,
        is_caregiver=kin.is_caregiver,
        is_guardian=kin.is_guardian,
    )


def _check_kin(kin: KinEntry, relation: Relation) -> None:
    _check_person(kin.person)
    if relation.relative == relation.person:
        raise Invalid(N_("A child cannot be a relative of itself."), fields={"relation": N_("Choose another person.")})
    missing = check_required(relation)
    if missing:
        raise Invalid(N_("Some fields are empty."), fields=missing)


def end_relation(tx: Tx, relation_id: RecordId, *, on: str) -> None:
    """The relative is no longer what they were to the child from the ISO day `on`; it stays in the history.

    A relative who was entered twice is so by neither record.
    """
    relation = tx.existing(Relation, relation_id)
    kin = kin_of_child(tx.connection, relation.person) if relation.person else ()
    for one in [each.relation for each in same_kin(kin, relation_id)] or [relation]:
        tx.save(msgspec.structs.replace(one, ended_on=on, is_caregiver=False, is_guardian=False))


def keep_kin(tx: Tx, kept: RecordId, others: Iterable[RecordId], *, on: str) -> None:
    """Of a relative whom two records tell differently the relation `kept` stands; the `others` end on the ISO day `on`.

    Who looks after the child, or is the guardian, by one of the others is so by the one kept.
    """
    relation = tx.existing(Relation, kept)
    if relation.ended_on:  # a colleague kept another one
        raise Refusal(_MEANWHILE)
    still = [one for other in others if not (one := tx.existing(Relation, other)).ended_on]
    whole = msgspec.structs.replace(
        relation,
        is_caregiver=relation.is_caregiver or any(one.is_caregiver for one in still),
        is_guardian=relation.is_guardian or any(one.is_guardian for one in still),
    )
    if whole != relation:
        tx.save(whole)
    for one in still:
        tx.save(msgspec.structs.replace(one, ended_on=on, is_caregiver=False, is_guardian=False))


def join_group(tx: Tx, person: RecordId, code: str, *, from_on: str, basis: str | None = None) -> RecordId:
    """The child belongs to the group from the ISO day `from_on`. Raises Refusal when it does already, or moves."""
    _check_stays(tx, person)
    if any(one.group_code == code for one in open_memberships(tx.connection, person)):
        raise Refusal(N_("The child belongs to this group already."))
    membership = GroupMembership(
        id=new_record_id(), scope=tx.actor.scope, person=person, group_code=code, from_on=from_on, basis=basis
    )
    tx.save(membership)
    return membership.id


def leave_group(tx: Tx, membership_id: RecordId, *, to_on: str) -> None:
    """The membership ends on the ISO day `to_on`, and with it every other one of the child in the same group.

    Raises Invalid when that is before one of them began; of one that began on a day to come, by a clock that ran ahead,
    no day is too early.
    """
    today = _today(tx).isoformat()
    membership = tx.existing(GroupMembership, membership_id)
    still = open_memberships(tx.connection, membership.person) if membership.person else ()
    others = [one for one in still if one.group_code == membership.group_code and one.id != membership_id]
    for one in (membership, *others):
        if one.from_on and to_on < min(one.from_on, today):
            raise Invalid(
                N_("The end lies before the beginning."), fields={"to_on": N_("The end lies before the beginning.")}
            )
        tx.save(msgspec.structs.replace(one, to_on=to_on))


def close_file(tx: Tx, file_id: RecordId, status: str) -> None:
    """The child leaves the register: moved away, came of age, died, or the file is closed. Raises Refusal."""
    _move_file(tx, file_id, status)


def reopen_file(tx: Tx, file_id: RecordId) -> None:
    """The child is in the register again. Raises Refusal when the file is open."""
    _move_file(tx, file_id, "active")


def _move_file(tx: Tx, file_id: RecordId, status: str) -> None:
    file = tx.existing(ChildFile, file_id)
    if status not in FILE_STEPS.get(file.status, ()):
        raise Refusal(_MEANWHILE)
    tx.save(msgspec.structs.replace(file, status=status))


def _check_stays(tx: Tx, person: RecordId | None) -> None:
    if person is None:
        return
    kept = kept_of(tx.connection, person)
    if file_of(tx.connection, kept) is None:
        raise Refusal(NOT_HERE)
    if is_on_its_way(tx.connection, kept):
        raise Refusal(ON_ITS_WAY)


def check_child(person: Person, on: date) -> None:
    """Raise Invalid unless the person is complete and may still be under 16 on that day (Law 102/2016/QH13 art. 1)."""
    _check_name(person)
    _check_person(person)
    birth = PartialDate.stored(person.birth_date) if person.birth_date else None
    if is_child_on(birth, on) is False:
        too_old = N_("This person is 16 or older and is not entered as a child.")
        raise Invalid(too_old, fields={"birth_date": too_old})


def _check_name(person: Person) -> None:
    """A child is looked for by name; of a relative anything may be noted."""
    if person.full_name and not any(map(str.isalpha, person.full_name)):
        nameless = N_("This is not a name: it holds no letter.")
        raise Invalid(nameless, fields={"full_name": nameless})


def _check_person(person: Person) -> None:
    faults = check_required(person)
    birth = PartialDate.stored(person.birth_date) if person.birth_date else None
    for finding in check_id_number(person.id_number or "", sex=person.sex, birth=birth):
        if finding.level is Level.ERROR:
            faults[finding.field] = finding.text
    if faults:
        raise Invalid(N_("Some fields do not hold."), fields=faults)


def give_new_code(tx: Tx, file: RecordId) -> None:
    """Give a file a case code of this desk in place of one that another child's has, too."""
    stored = tx.existing(ChildFile, file)
    year = (stored.opened_on or _today(tx).isoformat())[:4]
    tx.save(msgspec.structs.replace(stored, case_number=next_case_code(tx, year)))


def next_case_code(tx: Tx, year: str) -> str:
    """The next case code of this desk, `QN-06838-2026-7KQ4-0031`: unique without asking anyone."""
    prefix = f"QN-{tx.actor.scope.partition(':')[2]}-{year}-{mark_of(tx.connection)}-"
    return next_number(tx.connection, "child_file", "case_number", prefix)


def groups_suggested(codes: CodeBook, household_class: str | None) -> tuple[str, ...]:
    """At-risk groups that follow from the class of the household."""
    code = POVERTY_GROUPS.get(household_class or "")
    return (code,) if code and isinstance(codes.entry("child_groups", code), ChildGroup) else ()


def _save_household(tx: Tx, entry: ChildEntry) -> None:
    if entry.household is not None:
        _save_changed(tx, entry.household)


def _save_changed(tx: Tx, record: Person | Household) -> None:
    """Save unless that is what is stored."""
    if tx.get(type(record), record.id) != record:
        tx.save(record)


def _today(tx: Tx) -> date:
    return local_day(tx.present())
