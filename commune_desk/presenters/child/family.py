"""The family of a child as the page and the forms show it: each once, or both where two records contradict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from commune_desk.domain.model.codes import CodeBook
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Relation
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _
from commune_desk.presenters.frame.entry_form import Editor, FieldSpec
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import Option
from commune_desk.store.pages.children import ChildRecord
from commune_desk.store.pages.entered_twice import KinShown, differing, kin_once, told_differently

NOT_HERE = N_("not in this register")
BOTH = "both"
"""The choice that lets both entries of a relative stand."""


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """A relative. `person` opens their own file when they have one; `relation` is the record to edit."""

    relation: str
    person: str
    name: str
    detail: str
    second: str
    has_file: bool
    is_past: bool = False
    is_here: bool = True
    """False for somebody who is not in this register: there is nothing of theirs to edit."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A relative whom two records of a child tell differently; `name` is the form's field that asks which stands."""

    name: str
    relation: str
    told: tuple[KinShown, ...]

    def chosen(self, value: str) -> tuple[KinShown, list[KinShown]] | None:
        """The one that stands and the others, by what was chosen; None where both do."""
        found = [one for one in self.told if one.kin.relation.id == value]
        return (found[0], [one for one in self.told if one is not found[0]]) if found else None


def family_rows(record: ChildRecord, codes: CodeBook, today: date) -> Iterator[FamilyRow]:
    """Everybody who belongs to the child, and whose relative the child is."""
    differs = _differences(record)
    for one in kin_once(record.kin):
        name, part = _relation_name(codes, one.kin.relation), _part_of(one.kin.relation)
        yield _row(one, codes, today, name, labels.joined(part, differs.get(one.kin.relation.id)))
    for relation in record.absent_kin:
        yield _absent(relation, codes)
    known = {kin.person.id for kin in record.kin}
    for one in kin_once([kin for kin in record.kin_of if kin.person.id not in known]):
        if not one.kin.relation.ended_on:
            role = _("this child is the {relation}").format(relation=_relation_name(codes, one.kin.relation))
            yield _row(one, codes, today, "", role)


def doubts_of(record: ChildRecord | None) -> tuple[Doubt, ...]:
    """What an officer may decide about the family of a child who was entered twice."""
    found = told_differently(record) if record else []
    return tuple(
        Doubt(f"kept_{one.kin.relation.relation}_{place}", one.kin.relation.relation, (one, *others))
        for place, (one, *others) in enumerate(found)
    )


def doubt_fields(doubts: Iterable[Doubt], codes: CodeBook) -> Iterator[FieldSpec]:
    """A field for each of them."""
    heading = _("Two records of this child say different things")
    for place, one in enumerate(doubts):
        first, *others = [shown.kin.person for shown in one.told]
        names = dict.fromkeys(name for other in others for name in differing(first, other))
        hint = _("They differ in: {fields}. Whom you do not keep is taken away from today and stays in the history.")
        yield FieldSpec(
            one.name,
            labels.code_text(codes, "relations", one.relation),
            Editor.RADIO,
            hint=hint.format(fields=_field_names(names)),
            wide=True,
            heading=heading if place == 0 else "",
        )


def doubt_options(doubt: Doubt, record: ChildRecord) -> list[Option]:
    """Both stay, or one of them, each with the record that it is from."""
    named = [(one.kin.relation.id, _told(one, record)) for one in doubt.told]
    return [(BOTH, _("Keep both")), *named]


def phone_hint(shown: KinShown | None) -> str:
    """The numbers of somebody who was entered twice that the form does not show; empty where it shows them all."""
    if shown is None:
        return ""
    phones = dict.fromkeys(filter(None, (labels.phone_text(one.person.phone) for one in shown.records)))
    others = [phone for phone in phones if phone != labels.phone_text(shown.kin.person.phone)]
    return _("The other entry says {phones}.").format(phones=", ".join(others)) if others else ""


def twice_hint(shown: KinShown | None) -> str:
    """What is said of somebody who was entered twice and is shown once."""
    if shown is None or len({one.person.id for one in shown.records}) < 2:
        return ""
    return _("Entered twice and shown once: a new name is written in both entries.")


def _row(shown: KinShown, codes: CodeBook, today: date, relation: str, role: str) -> FamilyRow:
    kin, person = shown.kin, shown.kin.person
    phones = dict.fromkeys(labels.phone_text(one.person.phone) for one in shown.records)
    twice = _("entered twice") if len({one.person.id for one in shown.records}) > 1 else ""
    life = person.life_status if person.life_status not in (None, "alive", "unknown") else None
    state = labels.code_text(codes, "life_statuses", life).lower()
    age = labels.age_text(person.birth_date, today) if person.life_status != "dead" else ""
    return FamilyRow(
        relation=kin.relation.id,
        person=person.id,
        name=person.full_name,
        detail=", ".join(filter(None, (relation, age))),
        second=labels.joined(role, *phones, state, twice),
        has_file=kin.has_file,
        is_past=kin.relation.ended_on is not None,
    )


def _absent(relation: Relation, codes: CodeBook) -> FamilyRow:
    """Somebody who stayed in another commune: what they are to the child is known, and no more."""
    return FamilyRow(
        relation=relation.id,
        person=relation.relative or "",
        name=labels.code_text(codes, "relations", relation.relation),
        detail="",
        second=labels.joined(_(NOT_HERE), _part_of(relation)),
        has_file=False,
        is_past=relation.ended_on is not None,
        is_here=False,
    )


def _relation_name(codes: CodeBook, relation: Relation) -> str:
    return labels.code_text(codes, "relations", relation.relation).lower()


def _part_of(relation: Relation) -> str:
    parts = [_("carer") if relation.is_caregiver else "", _("guardian") if relation.is_guardian else ""]
    past = _("until {day}").format(day=labels.day_text(relation.ended_on)) if relation.ended_on else ""
    return labels.joined(*parts, past)


def _differences(record: ChildRecord) -> Mapping[str, str]:
    """By relation what is said of a relative whom two records tell differently."""
    said: dict[str, str] = {}
    for told in told_differently(record):
        for one in told:
            others = [other.kin.person for other in told if other is not one]
            names = dict.fromkeys(name for other in others for name in differing(one.kin.person, other))
            text = _("{source}; another record differs in: {fields}")
            said[one.kin.relation.id] = text.format(source=_source(one, record), fields=_field_names(names))
    return said


def _field_names(names: Iterable[str]) -> str:
    return ", ".join(labels.field_label("person", name).lower() for name in names)


def _told(shown: KinShown, record: ChildRecord) -> str:
    person = shown.kin.person
    birth, phone = labels.birth_text(person.birth_date), labels.phone_text(person.phone)
    return labels.joined(person.full_name, birth, person.id_number, phone, _source(shown, record))


def _source(shown: KinShown, record: ChildRecord) -> str:
    files: dict[str, ChildFile] = {record.person.id: record.file}
    files |= {one.person.id: one.file for one in record.joined if one.file}
    written = dict.fromkeys(record.written_in.get(one.relation.id, "") for one in shown.records)
    numbers = [file.case_number for one in written if (file := files.get(one)) is not None and file.case_number]
    return _("from record {code}").format(code=", ".join(numbers)) if numbers else _("from another record")
