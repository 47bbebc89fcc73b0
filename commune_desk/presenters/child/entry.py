"""Between the child form's flat fields and the records: a file, a person, a household, parents and the carer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from commune_desk.domain.entered.dates import parse_partial_date
from commune_desk.domain.entered.people import normal_id_number, normal_phone
from commune_desk.domain.model.ids import Scope, new_record_id
from commune_desk.domain.model.record import Record, longest
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Household, Person
from commune_desk.domain.time.dates import PartialDate
from commune_desk.domain.vietnamese.text import tidy
from commune_desk.domain.words.errors import Invalid
from commune_desk.presenters.wording import labels
from commune_desk.store.pages.children import ChildRecord, Kin
from commune_desk.store.pages.entered_twice import KinShown, kin_once
from commune_desk.store.writing.opened import Opened
from commune_desk.usecases.records.children import ChildEntry, KinEntry

PARENTS = ("mother", "father")
HEADS = ("head_name", "father_name", "mother_name", "carer_name")
"""Who may be the head of a household, in the order in which they are looked for."""
_PARENT_SEX = {"mother": "female", "father": "male"}
_FILE_TEXTS = ("school", "health_insurance", "birth_certificate", "note")
_FILE_CODES = ("schooling", "disability_degree")

TEXTS = {
    **{name: longest(Person, name) for name in ("full_name", "other_name", "village", "address")},
    "head_name": longest(Household, "head_name"),
    **{f"{who}_name": longest(Person, "full_name") for who in ("carer", *PARENTS)},
    "carer_phone": longest(Person, "phone"),
    **{name: longest(ChildFile, name) for name in _FILE_TEXTS},
}
"""The fields of free text and how many characters their records take."""


@dataclass(frozen=True)
class Typed:
    """What stands in the form: raw values by field, the birth date as understood, and where new records belong."""

    values: Mapping[str, Any]
    birth: PartialDate | None
    scope: Scope

    def text(self, name: str) -> str | None:
        return tidy(self.values[name]) or None

    def code(self, name: str) -> str | None:
        return self.values[name] or None


def typed_of(record: ChildRecord | None) -> dict[str, Any]:
    """The form's fields of a stored file; of nothing, an empty form."""
    values: dict[str, Any] = dict.fromkeys(TEXTS, "")
    values |= dict.fromkeys(("sex", "birth_date", "ethnicity", "id_number", "household_class"), "")
    values |= dict.fromkeys(("schooling", "disability_degree", "carer_relation", "mother_status", "father_status"), "")
    values |= {"disability_types": ()}
    return values if record is None else values | _stored(record)


def _stored(record: ChildRecord) -> dict[str, Any]:
    person, file, home = record.person, record.file, record.household
    found: dict[str, Any] = {
        name: getattr(person, name) or ""
        for name in ("full_name", "other_name", "sex", "ethnicity", "village", "address")
    }
    found |= {name: getattr(file, name) or "" for name in (*_FILE_TEXTS, *_FILE_CODES)}
    found |= {"birth_date": labels.birth_text(person.birth_date), "id_number": person.id_number or ""}
    found |= {"disability_types": file.disability_types}
    if home is not None:
        found |= {"head_name": home.head_name, "household_class": home.household_class or ""}
    carer = carer_of(record)
    if carer is not None:
        found |= {"carer_name": carer.kin.person.full_name, "carer_relation": carer.kin.relation.relation}
        found |= {"carer_phone": labels.phone_text(carer.kin.person.phone)}
    for parent in PARENTS:
        known = kin_as(record, parent)
        if known is not None:
            person = known.kin.person
            found |= {f"{parent}_name": person.full_name, f"{parent}_status": person.life_status or ""}
    return found


def carer_of(record: ChildRecord | None) -> KinShown | None:
    """Who looks after the child now, as the page shows them."""
    return next((one for one in _kin_now(record) if one.kin.relation.is_caregiver), None)


def kin_as(record: ChildRecord | None, relation: str) -> KinShown | None:
    """The relative who stands in this relation now, as the page shows them."""
    return next((one for one in _kin_now(record) if one.kin.relation.relation == relation), None)


def _kin_now(record: ChildRecord | None) -> list[KinShown]:
    return [one for one in kin_once(record.kin if record else ()) if not one.kin.relation.ended_on]


def edited_by_form(record: ChildRecord) -> list[Record | None]:
    """The stored records that the form can change."""
    kin = [one for each in record.kin for one in (each.relation, each.person)]
    return [record.person, record.file, record.household, *kin]


def as_opened(record: ChildRecord, opened: Opened) -> ChildRecord:
    """The file as it stood when the form was opened; relatives and the household that came later are left out."""
    file = opened.seen(record.file)
    home = opened.records.get(file.household or "")
    kin = tuple(
        Kin(opened.seen(one.relation), opened.seen(one.person), one.has_file)
        for one in record.kin
        if one.relation.id in opened.records
    )
    return msgspec.structs.replace(
        record,
        person=opened.seen(record.person),
        file=file,
        household=home if isinstance(home, Household) else None,
        kin=kin,
    )


def untouched_entry(record: ChildRecord, today: date) -> ChildEntry:
    """What the form of a stored file stands for before anything is typed, with every relative."""
    values = typed_of(record)
    try:
        birth = parse_partial_date(values["birth_date"], today)
    except Invalid:
        birth = None
    entry = entry_of(Typed(values, birth, record.person.scope), record)
    shown = {kin.relation_id for kin in entry.kin}
    others = [stored_kin(one) for one in kin_once(record.kin) if one.kin.relation.id not in shown]
    return msgspec.structs.replace(entry, kin=(*entry.kin, *others))


def stored_kin(shown: KinShown) -> KinEntry:
    """A relative as stored, all entries of them as one."""
    kin = shown.kin
    return KinEntry(
        person=kin.person,
        relation=kin.relation.relation,
        is_caregiver=kin.relation.is_caregiver,
        is_guardian=kin.relation.is_guardian,
        relation_id=kin.relation.id,
        entries=shown.records,
    )


def entry_of(typed: Typed, record: ChildRecord | None) -> ChildEntry:
    """The records as the form says; stored ones keep their ids and what the form does not show."""
    person = record.person if record else Person(id=new_record_id(), scope=typed.scope)
    person = msgspec.structs.replace(
        person,
        full_name=typed.text("full_name") or "",
        other_name=typed.text("other_name"),
        sex=typed.code("sex"),
        birth_date=typed.birth.text if typed.birth else None,
        ethnicity=typed.code("ethnicity"),
        id_number=normal_id_number(typed.values["id_number"])[0] or None,
        village=typed.text("village"),
        address=typed.text("address"),
    )
    home = _household(typed, record)
    return ChildEntry(
        person=person,
        file=_file(typed, record, person, home),
        household=home,
        kin=tuple(_kin(typed, record)),
        groups=tuple(typed.values.get("groups", ())),
    )


def _file(typed: Typed, record: ChildRecord | None, person: Person, home: Household | None) -> ChildFile:
    file = record.file if record else ChildFile(id=new_record_id(), scope=typed.scope, person=person.id)
    texts = {name: typed.text(name) for name in _FILE_TEXTS if name != "note"}
    codes = {name: typed.code(name) for name in _FILE_CODES}
    return msgspec.structs.replace(
        file,
        household=home.id if home else file.household,
        note=typed.values["note"].strip() or None,
        disability_types=tuple(typed.values["disability_types"]),
        **texts,
        **codes,
    )


def _household(typed: Typed, record: ChildRecord | None) -> Household | None:
    """A household needs a head: the carer or a parent when nobody is named."""
    home = record.household if record else None
    head = next((name for field in HEADS if (name := typed.text(field))), None)
    if home is None and (head is None or not (typed.code("household_class") or typed.text("head_name"))):
        return None
    home = home or Household(id=new_record_id(), scope=typed.scope, village=typed.text("village"))
    return msgspec.structs.replace(
        home,
        head_name=typed.text("head_name") or home.head_name or head or "",
        household_class=typed.code("household_class"),
    )


def _kin(typed: Typed, record: ChildRecord | None) -> Iterator[KinEntry]:
    relation = typed.code("carer_relation")
    carer, former = typed.text("carer_name"), carer_of(record)
    if carer and relation:
        is_same = former is not None and former.kin.relation.relation == relation
        known = former if is_same else kin_as(record, relation)
        yield _entry(typed, known, relation, carer, is_caregiver=True, **_of_carer(typed, relation))
        if former is not None and former != known and former not in _parents(record).values():
            yield _entry(typed, former, former.kin.relation.relation, former.kin.person.full_name)
    for parent, known in _parents(record).items():
        name = typed.text(f"{parent}_name")
        if name and parent != relation:
            yield _entry(typed, known, parent, name, life_status=typed.code(f"{parent}_status"))


def _parents(record: ChildRecord | None) -> dict[str, KinShown | None]:
    return {parent: kin_as(record, parent) for parent in PARENTS}


def _of_carer(typed: Typed, relation: str) -> dict[str, str | None]:
    """What the form says of the carer beside the name; of a parent who is the carer how they are, too."""
    phone = typed.text("carer_phone")
    told = {"phone": (normal_phone(phone) or phone) if phone else None}
    return told | ({"life_status": typed.code(f"{relation}_status")} if relation in PARENTS else {})


def _entry(
    typed: Typed, known: KinShown | None, relation: str, name: str, *, is_caregiver: bool = False, **details: str | None
) -> KinEntry:
    person = known.kin.person if known else Person(id=new_record_id(), scope=typed.scope, village=typed.text("village"))
    if known is None:
        details = {"sex": _PARENT_SEX.get(relation)} | details
    return KinEntry(
        person=msgspec.structs.replace(person, full_name=name, **details),
        relation=relation,
        is_caregiver=is_caregiver,
        is_guardian=known.kin.relation.is_guardian if known else False,
        relation_id=known.kin.relation.id if known else None,
        entries=known.records if known else (),
    )
