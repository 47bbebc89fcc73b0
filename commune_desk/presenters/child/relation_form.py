"""The forms of the family and groups tabs: one relative, one membership."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import msgspec

from commune_desk.domain.entered.dates import parse_partial_date
from commune_desk.domain.entered.people import normal_phone
from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.families import Person
from commune_desk.domain.vietnamese.text import tidy
from commune_desk.domain.words.errors import Invalid
from commune_desk.i18n import _, format_date, translate_error
from commune_desk.presenters.child.family import phone_hint, twice_hint
from commune_desk.presenters.frame.entry_form import Editor, EntryForm, FieldSpec, FormState
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import Option
from commune_desk.store.pages.children import Kin, kin_of_child, open_memberships
from commune_desk.store.pages.entered_twice import shown_as
from commune_desk.store.pages.visits import child_brief
from commune_desk.store.writing.joined import kept_of
from commune_desk.store.writing.opened import Opened, open_records
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.children import KinEntry, edit_kin, join_group, save_kin

RELATION, GROUP = "relation", "group"


class RelationForm(EntryForm[FormState]):
    """One relative of a child, new or stored (`relation` is the record's id)."""

    kind = "person"

    def __init__(self, workplace: Workplace, person: str, relation: str = "") -> None:
        kin = workplace.read(lambda c: kin_of_child(c, kept_of(c, person))) if relation else ()
        self._child = labels.child_line(workplace.read(lambda c: child_brief(c, person)), workplace.today())
        self._relation = relation
        self._shown = shown_as(kin, relation)
        self.form = f"{RELATION}:{relation}" if relation else RELATION
        super().__init__(workplace, person, {})
        if self._shown is not None:
            edited = [record for one in self._shown.records for record in (one.person, one.relation)]
            self.open_as(workplace.read(lambda c: open_records(c, *edited)))
        self._values = _kin_values(self._kin)

    @property
    def _kin(self) -> Kin | None:
        """The relative as the page shows them."""
        return self._shown.kin if self._shown else None

    def fields(self) -> Sequence[FieldSpec]:
        return (
            FieldSpec("full_name", _("Full name"), required=True),
            FieldSpec("relation", _("Relation to the child"), Editor.CHOICE, required=True),
            FieldSpec("phone", _("Phone")),
            FieldSpec("birth_date", _("Birth date"), Editor.BIRTH),
            FieldSpec("sex", _("Sex"), Editor.CHOICE),
            FieldSpec("life_status", _("Situation"), Editor.CHOICE),
            FieldSpec("occupation", _("Occupation"), wide=True),
            FieldSpec("is_caregiver", _("Care"), Editor.TICK, placeholder=_("Looks after the child daily")),
            FieldSpec("is_guardian", _("Guardianship"), Editor.TICK, placeholder=_("Legal guardian")),
        )

    def way_back(self) -> Route:
        return Route("child", self.record)

    def state(self) -> FormState:
        title = _("Family member") if self._kin else _("New family member")
        values, errors = dict(self._values), self.shown_errors()
        return FormState(title=title, subtitle=self._child, values=values, errors=errors, hints=self._hints())

    def options(self, name: str) -> list[Option]:
        return self.code_options({"sex": "sexes", "relation": "relations", "life_status": "life_statuses"}[name])

    def check(self) -> dict[str, str]:
        errors: dict[str, str] = {}
        if not tidy(self._values["full_name"]):
            errors["full_name"] = _("Please write the name.")
        if not self._values["relation"]:
            errors["relation"] = _("What is this person to the child?")
        self._birth(self._values["birth_date"], errors)
        return errors

    def operation(self) -> Callable[[Tx], str]:
        entry, opened = self._entry(self._values), self.opened
        if self._kin is None:
            return lambda tx: save_kin(tx, RecordId(self.record), entry)
        before = self._entry(_kin_values(self._kin))
        return lambda tx: edit_kin(tx, opened, before, entry)

    def open_as(self, opened: Opened) -> None:
        super().open_as(opened)
        records = self._shown.records if self._shown else ()
        kin = [Kin(opened.seen(one.relation), opened.seen(one.person), one.has_file) for one in records]
        self._shown = shown_as(kin, self._relation)

    def _birth(self, typed: str, errors: dict[str, str]) -> str | None:
        try:
            found = parse_partial_date(typed, self._workplace.latest_day())
        except Invalid as invalid:
            errors["birth_date"] = translate_error(invalid)
            return None
        return found.text if found else None

    def _entry(self, values: dict[str, Any]) -> KinEntry:
        known = self._kin.person if self._kin else Person(id=new_record_id(), scope=self._workplace.actor.scope)
        phone = tidy(values["phone"])
        person = msgspec.structs.replace(
            known,
            full_name=tidy(values["full_name"]),
            sex=values["sex"] or None,
            birth_date=self._birth(values["birth_date"], {}),
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
            entries=self._shown.records if self._shown else (),
        )

    def _hints(self) -> dict[str, str]:
        hints = {"full_name": twice_hint(self._shown), "phone": phone_hint(self._shown)}
        phone = tidy(self._values["phone"])
        if phone and normal_phone(phone) is None:
            hints["phone"] = _("This is no Vietnamese phone number; it is kept as written.")
        return {name: text for name, text in hints.items() if text}


def _kin_values(kin: Kin | None) -> dict[str, Any]:
    names = ("full_name", "sex", "phone", "life_status", "occupation")
    values: dict[str, Any] = {name: (getattr(kin.person, name) or "") if kin else "" for name in names}
    values["phone"] = labels.phone_text(values["phone"])
    values["birth_date"] = labels.birth_text(kin.person.birth_date) if kin else ""
    values["relation"] = kin.relation.relation if kin else ""
    values["is_caregiver"] = kin.relation.is_caregiver if kin else False
    values["is_guardian"] = kin.relation.is_guardian if kin else False
    return values


class GroupForm(EntryForm[FormState]):
    """A child joins a group from a day, on the strength of a paper."""

    form, kind = GROUP, "group_membership"

    def __init__(self, workplace: Workplace, person: str) -> None:
        today = format_date(workplace.today())
        super().__init__(workplace, person, {"group_code": "", "from_on": today, "basis": ""})
        self._child = labels.child_line(workplace.read(lambda c: child_brief(c, person)), workplace.today())

    def fields(self) -> Sequence[FieldSpec]:
        return (
            FieldSpec("group_code", _("Group"), Editor.CHOICE, required=True, wide=True),
            FieldSpec("from_on", _("From"), Editor.DAY, required=True),
            FieldSpec("basis", _("Basis document")),
        )

    def way_back(self) -> Route:
        return Route("child", self.record)

    def state(self) -> FormState:
        values, errors = dict(self._values), self.shown_errors()
        return FormState(title=_("Joins a group"), subtitle=self._child, values=values, errors=errors)

    def options(self, name: str) -> list[Option]:
        """The groups the child does not belong to yet."""
        here = {one.group_code for one in self._workplace.read(lambda c: open_memberships(c, self.record))}
        codes = self._workplace.codes
        return [(one.code, labels.group_name(codes, one.code)) for one in codes.child_groups if one.code not in here]

    def check(self) -> dict[str, str]:
        errors: dict[str, str] = {}
        if not self._values["group_code"]:
            errors["group_code"] = _("Please choose a group.")
        self._begun(errors)
        return errors

    def operation(self) -> Callable[[Tx], str]:
        begun, code, basis = self._begun({}), self._values["group_code"], self.line("basis")
        day = begun.isoformat() if begun else ""
        return lambda tx: join_group(tx, RecordId(self.record), code, from_on=day, basis=basis)

    def _begun(self, errors: dict[str, str]) -> date | None:
        try:
            typed = parse_partial_date(self._values["from_on"], self._workplace.latest_day())
        except Invalid as invalid:
            errors["from_on"] = translate_error(invalid)
            return None
        if typed is None or typed.day is None:
            errors["from_on"] = _("Write the day as well: 17/05/2014.")
            return None
        return typed.possible.earliest
