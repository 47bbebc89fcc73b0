"""A row whose child is in the register already: what is missing there is filled in, nothing is overwritten."""

from __future__ import annotations

from typing import Any

import msgspec

from commune_desk.domain.lists.rows import ListedChild
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.children import WITHDRAWN, ChildFile, GroupMembership
from commune_desk.domain.records.families import Person, Relation
from commune_desk.store.lists.import_rows import Filled, Payload, StagedRow
from commune_desk.store.lists.import_undo import is_worked_on
from commune_desk.store.lists.imports import import_named
from commune_desk.store.pages.children import file_of, kin_of_child, open_memberships
from commune_desk.store.writing.leaving import is_on_its_way
from commune_desk.store.writing.opened import open_records
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.lists.import_records import Origin, kin_of
from commune_desk.usecases.records.children import end_relation, join_group, leave_group, save_kin

_FIELDS = ("sex", "birth_date", "ethnicity", "id_number", "village")


def fill_child(tx: Tx, origin: Origin, staged: StagedRow) -> Filled:
    """Add what the child of the register lacks: fields, parents and carer, groups, note. Returns what was added.

    A child who was taken back with a colleague's list meanwhile is in the register again: this list names them too.
    """
    child, person_id = staged.payload.child, RecordId(staged.twin_person)
    person = tx.get(Person, person_id)
    is_here = file_of(tx.connection, person_id) is not None
    if child is None or person is None or not is_here or is_on_its_way(tx.connection, person_id):
        return Filled()
    fields = {
        name: value
        for name in _FIELDS
        if getattr(person, name) in (None, "") and (value := getattr(child, name)) is not None
    }
    if fields:
        tx.save(_with(person, fields))
    filled = Filled(
        person=fields,
        file=_fill_file(tx, person_id, child),
        relations=_fill_kin(tx, origin, person_id, child),
        memberships=_fill_groups(tx, origin, person_id, child),
    )
    if filled == Filled():
        _keep_from_its_list(tx, person_id)
    return filled


def _keep_from_its_list(tx: Tx, person: RecordId) -> None:
    """Of a child of a list that another PC brought in, to whom there is nothing to add: that it came by that list is
    said once more, a sign that it was worked with since, unless there is one. At this PC the two lists are known."""
    file = file_of(tx.connection, person)
    if file is None or not file.import_id or import_named(tx.connection, file.import_id) is not None:
        return
    if not is_worked_on(tx.connection, file.id):
        tx.say_again(file, open_records(tx.connection, file).base(file.id, ["import_id"]))


def _fill_file(tx: Tx, person: RecordId, child: ListedChild) -> dict[str, str]:
    file = file_of(tx.connection, person)
    if file is None:
        return {}
    added = {"note": child.note} if child.note and not file.note else {}
    added |= {"status": "active"} if file.status == WITHDRAWN else {}
    if not added:
        return {}
    tx.save(msgspec.structs.replace(file, **added))
    return {"id": file.id, **added}


def _fill_kin(tx: Tx, origin: Origin, person: RecordId, child: ListedChild) -> tuple[str, ...]:
    present = [kin.relation for kin in kin_of_child(tx.connection, person) if not kin.relation.ended_on]
    known = {one.relation for one in present}
    has_carer = any(one.is_caregiver for one in present)
    wanted = [
        kin
        for kin in kin_of(tx, origin, Payload(), child)
        if kin.relation not in known and (kin.relation in ("father", "mother") or not has_carer)
    ]
    return tuple(save_kin(tx, person, kin) for kin in wanted)


def _fill_groups(tx: Tx, origin: Origin, person: RecordId, child: ListedChild) -> tuple[str, ...]:
    present = {one.group_code for one in open_memberships(tx.connection, person)}
    return tuple(
        join_group(tx, person, code, from_on=origin.day, basis=origin.basis)
        for code in child.groups
        if code not in present
    )


def take_back(tx: Tx, person_id: str, filled: Filled, day: str) -> None:
    """Take away what `fill_child` added, where it still stands as it was added.

    Nothing of a child who is on the way to another commune: there it is corrected.
    """
    if is_on_its_way(tx.connection, person_id):
        return
    person = tx.get(Person, person_id)
    if person is not None and (emptied := _standing(person, filled.person)):
        tx.save(_with(person, dict.fromkeys(emptied)))
    file = tx.get(ChildFile, filled.file.get("id", ""))
    if file is not None:
        _take_back_file(tx, file, filled.file)
    for one in filled.relations:
        relation = tx.get(Relation, one)
        if relation is not None and not relation.ended_on:
            end_relation(tx, RecordId(one), on=day)
    for one in filled.memberships:
        membership = tx.get(GroupMembership, one)
        if membership is not None and not membership.to_on:
            leave_group(tx, RecordId(one), to_on=max(day, membership.from_on or day))


def _take_back_file(tx: Tx, file: ChildFile, added: dict[str, str]) -> None:
    was = {"note": None, "status": WITHDRAWN}
    emptied = {name: old for name, old in was.items() if name in added and getattr(file, name) == added[name]}
    if emptied:
        tx.save(msgspec.structs.replace(file, **emptied))


def _standing(person: Person, fields: dict[str, str]) -> list[str]:
    return [name for name, value in fields.items() if getattr(person, name) == value]


def _with(person: Person, values: dict[str, Any]) -> Person:
    return msgspec.structs.replace(person, **values)
