"""The forms of the family and groups tabs: one relative, one membership."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from commune_desk.domain.dates import PartialDate
from commune_desk.domain.errors import Invalid
from commune_desk.domain.families import Person
from commune_desk.domain.ids import RecordId, new_record_id
from commune_desk.domain.people import normal_phone
from commune_desk.domain.text import tidy
from commune_desk.domain.typed_dates import parse_partial_date
from commune_desk.i18n import _, format_date, translate_error
from commune_desk.presenters import labels
from commune_desk.store.children import Kin, kin_of_child, open_memberships
from commune_desk.store.transaction import Tx
from commune_desk.usecases.children import KinEntry, join_group, save_kin
from commune_desk.usecases.drafts import drop_draft
from commune_desk.usecases.workplace import Workplace

RELATION_FORM, GROUP_FORM = "relation", "group"
Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SmallFormState:
    """Values, errors and warnings by field, as sentences."""

    title: str
    values: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)
    warnings: Mapping[str, str] = field(default_factory=dict)


class RelationForm:
    """One relative of a child, new or stored (`relation` is the record's id)."""

    def __init__(self, workplace: Workplace, person: str, relation: str = "") -> None:
        self._workplace = workplace
        self.person, self.relation = RecordId(person), relation
        kin = workplace.read(lambda c: kin_of_child(c, person)) if relation else ()
        self._kin = next((one for one in kin if one.relation.id == relation), None)
        self._values = _kin_values(self._kin)
        self._errors: dict[str, str] = {}

    @property
    def record(self) -> str:
        """What a draft is kept for."""
        return self.relation or self.person

    def state(self) -> SmallFormState:
        title = _("Family member") if self._kin else _("New family member")
        return SmallFormState(title, dict(self._values), dict(self._errors), self._warnings())

    def edit(self, name: str, value: Any) -> SmallFormState:
        self._values[name] = value
        self._errors.pop(name, None)
        return self.state()

    def payload(self) -> dict[str, Any]:
        return dict(self._values)

    def restore(self, payload: Mapping[str, Any]) -> SmallFormState:
        self._values |= {name: payload[name] for name in self._values.keys() & payload.keys()}
        return self.state()

    def options(self, name: str) -> list[Option]:
        list_name = {"sex": "sexes", "relation": "relations", "life_status": "life_statuses"}[name]
        codes = self._workplace.codes
        return [(one.code, labels.code_text(codes, list_name, one.code)) for one in codes.entries(list_name)]

    def submit(self) -> Callable[[Tx], RecordId] | None:
        """The operation that saves, or None when `state` shows what is in the way."""
        self._errors, birth = self._check()
        if self._errors:
            return None
        entry = self._entry(birth)

        def operation(tx: Tx) -> RecordId:
            saved = save_kin(tx, self.person, entry)
            drop_draft(tx, RELATION_FORM, self.record)
            return saved

        return operation

    def _entry(self, birth: PartialDate | None) -> KinEntry:
        values = self._values
        known = self._kin.person if self._kin else Person(id=new_record_id(), scope=self._workplace.actor.scope)
        phone = tidy(values["phone"])
        person = msgspec.structs.replace(
            known,
            full_name=tidy(values["full_name"]),
            sex=values["sex"] or None,
            birth_date=birth.text if birth else None,
            phone=(normal_phone(phone) or phone) or None,
            life_status=values["life_status"] or None,
            occupation=tidy(values["occupation"]) or None,
        )
        return KinEntry(
            person=person,
            relation=values["relation"],
            is_caregiver=bool(values["is_caregiver"]),
            is_guardian=bool(values["is_guardian"]),
            relation_id=self._kin.relation.id if self._kin else None,
        )

    def _check(self) -> tuple[dict[str, str], PartialDate | None]:
        errors: dict[str, str] = {}
        birth = None
        if not tidy(self._values["full_name"]):
            errors["full_name"] = _("Please write the name.")
        if not self._values["relation"]:
            errors["relation"] = _("What is this person to the child?")
        try:
            birth = parse_partial_date(self._values["birth_date"], self._workplace.today())
        except Invalid as invalid:
            errors["birth_date"] = translate_error(invalid)
        for name, most in (("full_name", 120), ("phone", 20), ("occupation", 80)):
            if len(tidy(self._values[name])) > most:
                errors[name] = _("The text is too long.")
        return errors, birth

    def _warnings(self) -> dict[str, str]:
        phone = tidy(self._values["phone"])
        if phone and normal_phone(phone) is None:
            return {"phone": _("This is no Vietnamese phone number; it is kept as written.")}
        return {}


def _kin_values(kin: Kin | None) -> dict[str, Any]:
    names = ("full_name", "sex", "phone", "life_status", "occupation")
    values: dict[str, Any] = {name: (getattr(kin.person, name) or "") if kin else "" for name in names}
    values["phone"] = labels.phone_text(values["phone"])
    values["birth_date"] = labels.birth_text(kin.person.birth_date) if kin else ""
    values["relation"] = kin.relation.relation if kin else ""
    values["is_caregiver"] = kin.relation.is_caregiver if kin else False
    values["is_guardian"] = kin.relation.is_guardian if kin else False
    return values


class GroupForm:
    """A child joins a group from a day, on the strength of a paper."""

    def __init__(self, workplace: Workplace, person: str) -> None:
        self._workplace = workplace
        self.person = self.record = RecordId(person)
        today = format_date(workplace.today())
        self._values: dict[str, Any] = {"group_code": "", "from_on": today, "basis": ""}
        self._errors: dict[str, str] = {}

    def state(self) -> SmallFormState:
        return SmallFormState(_("Joins a group"), dict(self._values), dict(self._errors))

    def edit(self, name: str, value: Any) -> SmallFormState:
        self._values[name] = value
        self._errors.pop(name, None)
        return self.state()

    def payload(self) -> dict[str, Any]:
        return dict(self._values)

    def restore(self, payload: Mapping[str, Any]) -> SmallFormState:
        self._values |= {name: payload[name] for name in self._values.keys() & payload.keys()}
        return self.state()

    def options(self, name: str) -> list[Option]:
        """The groups the child does not belong to yet."""
        here = {one.group_code for one in self._workplace.read(lambda c: open_memberships(c, self.person))}
        codes = self._workplace.codes
        return [(one.code, labels.group_name(codes, one.code)) for one in codes.child_groups if one.code not in here]

    def submit(self) -> Callable[[Tx], RecordId] | None:
        """The operation that saves, or None when `state` shows what is in the way."""
        self._errors = {}
        begun = self._begun()
        if not self._values["group_code"]:
            self._errors["group_code"] = _("Please choose a group.")
        if len(tidy(self._values["basis"])) > 200:
            self._errors["basis"] = _("The text is too long.")
        if self._errors or begun is None:
            return None
        code, day, basis = self._values["group_code"], begun.isoformat(), tidy(self._values["basis"]) or None

        def operation(tx: Tx) -> RecordId:
            saved = join_group(tx, self.person, code, from_on=day, basis=basis)
            drop_draft(tx, GROUP_FORM, self.record)
            return saved

        return operation

    def _begun(self) -> date | None:
        try:
            typed = parse_partial_date(self._values["from_on"], self._workplace.today())
        except Invalid as invalid:
            self._errors["from_on"] = translate_error(invalid)
            return None
        if typed is None or typed.day is None:
            self._errors["from_on"] = _("Write the day as well: 17/05/2014.")
            return None
        return typed.possible.earliest
