"""A row of a list as records: the child, the file, the household, parents and carer, groups."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from commune_desk.domain.lists.rows import TEXT_CUT, ListedChild
from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.model.record import check_values, kind_of, longest, values_of
from commune_desk.domain.records.children import POVERTY_GROUPS, ChildFile
from commune_desk.domain.records.families import Household, Person
from commune_desk.domain.time.clock import local_day
from commune_desk.domain.vietnamese.text import fold
from commune_desk.domain.words.errors import Invalid
from commune_desk.store.lists.import_rows import Payload, StagedRow
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.children import ChildEntry, KinEntry, check_child, join_group, register_child

_CLASSES = {group: name for name, group in POVERTY_GROUPS.items()}
_FIRST_ROWS = {
    "household_head": "household_row",
    "father_name": "father_row",
    "mother_name": "mother_row",
    "caregiver_name": "carer_row",
}
"""By what a list says of a child, the field of a payload with the row that said it first."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row comes from: the import, the basis of its groups, and the day (ISO) it is entered."""

    import_id: str
    basis: str
    day: str


def row_id(import_id: str, row: int, part: str) -> RecordId:
    """The id of a record that a row makes: an import that was broken off goes on with the same ids.

    A UUID of version 7 with the import's time, the row as its counter, and a hash in place of chance.
    """
    digest = hashlib.sha256(f"{import_id}:{row}:{part}".encode()).digest()
    chance = int.from_bytes(digest[:7], "big") >> 2
    counter = (row >> 8 & 0xFFF) << 64 | 0b10 << 62 | (row & 0xFF) << 54
    return RecordId(f"{int(import_id[:12], 16) << 80 | 0x7 << 76 | counter | chance:032x}")


def entry_of(tx: Tx, origin: Origin, staged: StagedRow, joined: Iterable[StagedRow] = ()) -> ChildEntry:
    """The child of a row as a person would enter it; `joined` are later rows of the same child.

    Raises Invalid, before anything is written, for a child who has turned 16 since the list was read, or whose notes
    are together too long.
    """
    told = [staged.payload, *(one.payload for one in joined)]
    child, rows = combined([one.child for one in told]), _first_rows(told)
    entry = ChildEntry(
        person=person_of(tx, row_id(origin.import_id, staged.row, "person"), child),
        file=ChildFile(
            id=row_id(origin.import_id, staged.row, "file"),
            scope=tx.actor.scope,
            opened_on=origin.day,
            import_id=RecordId(origin.import_id),
            note=child.note,
        ),
        household=_household(tx, origin, rows, child),
        kin=kin_of(tx, origin, rows, child),
        groups=child.groups,
    )
    check_child(entry.person, local_day(tx.present()))
    homes = (entry.household,) if entry.household else ()
    for record in (entry.person, entry.file, *homes, *(kin.person for kin in entry.kin)):
        check_values(kind_of(record), values_of(record))
    return entry


def save_entry(tx: Tx, origin: Origin, entry: ChildEntry) -> None:
    """Enter the child; the list is the basis of its groups."""
    register_child(tx, msgspec.structs.replace(entry, groups=()))
    for code in entry.groups:
        join_group(tx, entry.person.id, code, from_on=origin.day, basis=origin.basis)


def combined(children: Iterable[ListedChild | None]) -> ListedChild:
    """One child told by several rows: the first that says something is believed, groups and notes add up.

    Raises Invalid where not all of the notes can be kept.
    """
    rows = [child for child in children if child is not None]
    first = rows[0]
    gaps = {
        name: value
        for name in ListedChild.__struct_fields__
        if getattr(first, name) is None and (value := next(filter(None, (getattr(r, name) for r in rows)), None))
    }
    notes = dict.fromkeys(filter(None, (row.note for row in rows)))
    groups = dict.fromkeys(code for row in rows for code in row.groups)
    note, limit = "\n".join(notes), longest(ChildFile, "note")
    if len(note) > limit:
        raise Invalid(TEXT_CUT, limit=str(limit))
    return msgspec.structs.replace(first, **gaps | {"groups": tuple(groups), "note": note or None})


def _first_rows(told: Sequence[Payload]) -> Payload:
    """The first payload, with the rows that named household, parents and carer; what it is silent of, a later one says.

    Row 0 is nobody's: all who have it would live in one household.
    """
    rows = {
        row: getattr(next((one for one in told if getattr(one.child, name, None)), told[0]), row)
        for name, row in _FIRST_ROWS.items()
    }
    return msgspec.structs.replace(told[0], **rows)


def person_of(tx: Tx, person_id: RecordId, child: ListedChild) -> Person:
    """The child as a person; a phone number without a carer to own it is the child's."""
    return Person(
        id=person_id,
        scope=tx.actor.scope,
        full_name=child.full_name,
        sex=child.sex,
        birth_date=child.birth_date,
        ethnicity=child.ethnicity,
        id_number=child.id_number,
        village=child.village,
        phone=None if child.caregiver_name else child.phone,
    )


def _household(tx: Tx, origin: Origin, payload: Payload, child: ListedChild) -> Household | None:
    if not child.household_head:
        return None
    home = row_id(origin.import_id, payload.household_row, "household")
    known = tx.get(Household, home)
    poverty = next((_CLASSES[code] for code in child.groups if code in _CLASSES), None)
    if known is None:
        year = int(origin.day[:4]) if poverty else None
        return Household(
            id=home,
            scope=tx.actor.scope,
            head_name=child.household_head,
            village=child.village,
            household_class=poverty,
            class_year=year,
        )
    return known


def kin_of(tx: Tx, origin: Origin, payload: Payload, child: ListedChild) -> tuple[KinEntry, ...]:
    """Father, mother and who looks after the child; a carer who is a parent is one person with that parent.

    Paternal and maternal kin stay apart as the list says; a carer whose relation could not be read is `other`.
    """
    found: dict[str, KinEntry] = {}
    for relation, name, row in (
        ("father", child.father_name, payload.father_row),
        ("mother", child.mother_name, payload.mother_row),
    ):
        if name:
            found[relation] = KinEntry(person=_relative(tx, origin, relation, name, row), relation=relation)
    if child.caregiver_name:
        _add_carer(tx, origin, payload, child, found)
    return tuple(found.values())


def _add_carer(tx: Tx, origin: Origin, payload: Payload, child: ListedChild, found: dict[str, KinEntry]) -> None:
    name = child.caregiver_name or ""
    parent = next((one for one, kin in found.items() if fold(kin.person.full_name) == fold(name)), None)
    if parent and child.caregiver_relation in (None, parent):
        kin = found[parent]
        phone = kin.person.phone or child.phone
        carer = msgspec.structs.replace(kin.person, phone=phone)
        found[parent] = msgspec.structs.replace(kin, person=carer, is_caregiver=True)
        return
    person = _relative(tx, origin, "carer", name, payload.carer_row)
    relation = child.caregiver_relation or "other"
    found["carer"] = KinEntry(
        person=msgspec.structs.replace(person, phone=person.phone or child.phone),
        relation=relation,
        is_caregiver=True,
        is_guardian=relation == "guardian",
    )


def _relative(tx: Tx, origin: Origin, part: str, name: str, row: int) -> Person:
    """A relative, the one already saved when another row of this list named the same human."""
    if not row:
        return Person(id=new_record_id(), scope=tx.actor.scope, full_name=name)
    known_id = row_id(origin.import_id, row, part)
    return tx.get(Person, known_id) or Person(id=known_id, scope=tx.actor.scope, full_name=name)
