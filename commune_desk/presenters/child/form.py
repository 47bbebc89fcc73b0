"""The form of a child's file, new or stored: what is typed, what is wrong with it, who it may be already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from commune_desk.domain.entered.dates import parse_partial_date
from commune_desk.domain.entered.people import Level, check_id_number, normal_id_number, normal_phone
from commune_desk.domain.model.ids import new_record_id
from commune_desk.domain.records.children import POVERTY_GROUPS, ChildFile
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.dates import PartialDate, is_child_on
from commune_desk.domain.vietnamese.text import fold, tidy
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _, translate_error
from commune_desk.presenters.child.entry import (
    HEADS,
    PARENTS,
    TEXTS,
    Typed,
    as_opened,
    carer_of,
    edited_by_form,
    entry_of,
    kin_as,
    typed_of,
    untouched_entry,
)
from commune_desk.presenters.child.family import (
    BOTH,
    doubt_fields,
    doubt_options,
    doubts_of,
    phone_hint,
    twice_hint,
)
from commune_desk.presenters.child.fields import GROUP_FIELDS, child_fields
from commune_desk.presenters.frame.entry_form import AS_OPENED, EntryForm, FieldSpec, FormState, refuse_long
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import Option
from commune_desk.store.pages.children import child_record
from commune_desk.store.pages.search import villages
from commune_desk.store.writing.opened import Opened, open_records, opened_from
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.children import (
    NOT_HERE,
    ChildEntry,
    edit_child,
    groups_suggested,
    keep_kin,
    register_child,
)
from commune_desk.usecases.records.duplicates import Sign, Twin, find_twins

FORM = "child"
_MOST_VILLAGES = 8

SIGNS = {
    Sign.SAME_ID: N_("Same ID number"),
    Sign.SAME_NAME_BIRTH_MOTHER: N_("Same name, birth date and mother"),
    Sign.SAME_NAME_BIRTH: N_("Same name and birth date"),
    Sign.ALIKE: N_("The name looks alike"),
}
_CHECKED_FOR_TWINS = ("full_name", "birth_date", "id_number", "mother_name")


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of two children side by side."""

    label: str
    entered: str
    stored: str


@dataclass(frozen=True, slots=True)
class TwinView:
    """A child of the register who may be the one being entered."""

    person: str
    name: str
    sign: str
    lines: tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom to look for in the register: the child as entered, and the mother's name."""

    person: Person
    mother: str


TwinAnswer = tuple[Sought, tuple[Twin, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFormState(FormState):
    """`must_confirm` when somebody in the register may be this child and nobody has said yet that it is another."""

    twins: tuple[TwinView, ...] = ()
    must_confirm: bool = False


class ChildForm(EntryForm[ChildFormState]):
    """With `person` the stored file is edited, otherwise a new child is entered."""

    form = FORM

    def __init__(self, workplace: Workplace, person: str = "") -> None:
        self._stored = workplace.read(lambda c: child_record(c, person)) if person else None
        super().__init__(workplace, person, {})
        if self._stored is not None:
            edited = edited_by_form(self._stored)
            self.open_as(workplace.read(lambda c: open_records(c, *edited)))
        self._doubts = {one.name: one for one in doubts_of(self._stored)}
        self._values = typed_of(self._stored) | dict.fromkeys(self._doubts, BOTH)
        if self.is_new:
            self._values |= dict.fromkeys(GROUP_FIELDS, ())
        self._villages = workplace.read(villages)
        self._id = new_record_id()
        self._answered: Sought | None = None
        self._twins: tuple[Twin, ...] = ()
        self._is_other = False

    @property
    def is_new(self) -> bool:
        return not self.record

    def fields(self) -> Sequence[FieldSpec]:
        doubts = tuple(doubt_fields(self._doubts.values(), self._workplace.codes))
        return tuple(spec for spec in child_fields(doubts) if spec.name in self._values)

    def way_back(self) -> Route:
        return Route("child", self.record) if self.record else Route("register")

    def after(self, saved: str) -> Route:
        return Route("child", saved)

    def state(self) -> ChildFormState:
        return ChildFormState(
            title=_("New child") if self.is_new else _("Edit the child's file"),
            values=dict(self._values),
            errors=self.shown_errors(),
            hints=self._findings()[1],
            hidden=self._hidden(),
            twins=tuple(self._twin_view(twin) for twin in self._twins),
            must_confirm=bool(self._twins) and not self._is_other,
        )

    def follow(self, name: str) -> None:
        if name in _CHECKED_FOR_TWINS:
            self._is_other = False
        if name == "household_class" and self.is_new:
            self._suggest_groups()

    def asks_for_twins(self, name: str) -> bool:
        """Whether a field that was left may make the child another."""
        return self.is_new and name in _CHECKED_FOR_TWINS

    def twin_question(self) -> Callable[[], TwinAnswer] | None:
        """Who of the register may be the child entered; None when that is nobody. Ask on the slow-query thread.

        Only a new child is compared: a stored one has been looked at when it was entered.
        """
        sought = self._sought()
        if sought is None:
            return None
        look, person, mother = self._workplace.register.read_slowly, sought.person, sought.mother
        return lambda: (sought, tuple(look(lambda c: find_twins(c, person, mother)).result()))

    def found(self, answer: TwinAnswer) -> ChildFormState:
        """Take the answer, unless another child stands in the form by now."""
        sought, twins = answer
        if sought == self._sought():
            known = {twin.row.id for twin in self._twins}
            self._is_other = self._is_other and all(twin.row.id in known for twin in twins)
            self._answered, self._twins = sought, twins
        return self.state()

    def say_other(self, is_other: bool) -> ChildFormState:
        """The officer says that the children found are others."""
        self._is_other = is_other
        return self.state()

    def submit(self) -> Callable[[Tx], str] | None:
        """Not while somebody in the register may be this child; looks for them unless that was just asked."""
        question = self.twin_question()
        if question is None:
            self._answered, self._twins = None, ()
        elif self._answered != self._sought():
            self.found(question())
        operation = super().submit()
        return None if self._twins and not self._is_other else operation

    def check(self) -> dict[str, str]:
        return self._findings()[0]

    def operation(self) -> Callable[[Tx], str]:
        entry, stored, opened = self._entry(), self._stored, self.opened
        if stored is None:
            return lambda tx: self._register(tx, entry)
        before = untouched_entry(stored, self._workplace.latest_day())
        chosen = [one.chosen(self._values[one.name]) for one in self._doubts.values()]
        today = self._workplace.today().isoformat()

        def save(tx: Tx) -> str:
            saved = edit_child(tx, opened, before, entry)
            for kept, others in filter(None, chosen):
                gone = [one.relation.id for other in others for one in other.records]
                keep_kin(tx, kept.kin.relation.id, gone, on=today)
            return saved

        return save

    def _register(self, tx: Tx, entry: ChildEntry) -> str:
        if not self.is_new:  # what was edited has left this register
            raise Refusal(NOT_HERE)
        return register_child(tx, entry)

    def open_as(self, opened: Opened) -> None:
        super().open_as(opened)
        if self._stored is not None:
            self._stored = as_opened(self._stored, opened)

    def restore(self, payload: Mapping[str, Any]) -> ChildFormState:
        """Of a record that was joined to this one meanwhile, what was typed alone."""
        stored, opened = self._stored, opened_from(payload.get(AS_OPENED, {}))
        person = opened.records.get(self.record)
        if stored is None or stored.person.id == self.record or not isinstance(person, Person):
            return super().restore(payload)
        file = next((one for one in opened.records.values() if isinstance(one, ChildFile)), stored.file)
        before = typed_of(as_opened(msgspec.structs.replace(stored, person=person, file=file), opened))
        shown = {name: list(value) if isinstance(value, tuple) else value for name, value in before.items()}
        return super().restore({name: payload[name] for name in shown if payload.get(name, shown[name]) != shown[name]})

    def options(self, name: str) -> list[Option]:
        codes = self._workplace.codes
        if name in self._doubts and self._stored is not None:
            return doubt_options(self._doubts[name], self._stored)
        if name == "ethnicity":
            return [
                (group.code, labels.code_text(codes, "ethnic_groups", group.code)) for group in codes.ethnic_picker()
            ]
        if name in GROUP_FIELDS:
            return self._main_groups(GROUP_FIELDS[name])
        lists = {"sex": "sexes", "household_class": "household_classes", "carer_relation": "relations"}
        lists |= {f"{parent}_status": "life_statuses" for parent in PARENTS}
        return self.code_options(lists.get(name, name))

    def _main_groups(self, kind: str) -> list[Option]:
        """Sub-groups are chosen on the child's page."""
        mains = [group for group in self._workplace.codes.child_groups if group.kind == kind and not group.parent]
        return [(group.code, labels.group_tick(self._workplace.codes, group.code)) for group in mains]

    def suggestions(self, name: str) -> list[str]:
        """The villages of the register that the one typed may become, marks or not; none when it is one already."""
        if name != "village":
            return []
        typed = self._values[name]
        wanted = fold(typed)
        found = [known for known in self._villages if f" {wanted}" in f" {fold(known)}"]
        return [] if typed in found else found[:_MOST_VILLAGES]

    def _entry(self) -> ChildEntry:
        values = self._values
        if self.is_new:
            values = values | {"groups": tuple(code for name in GROUP_FIELDS for code in values[name])}
        return entry_of(Typed(values, self._birth(), self._workplace.actor.scope), self._stored)

    def _birth(self) -> PartialDate | None:
        return parse_partial_date(self._values["birth_date"], self._workplace.latest_day())

    def _hidden(self) -> frozenset[str]:
        """A parent who is the carer is asked for once."""
        parent = self._values["carer_relation"]
        return frozenset({f"{parent}_name"}) if parent in PARENTS else frozenset()

    def _suggest_groups(self) -> None:
        kept = [code for code in self._values["groups_at_risk"] if code not in POVERTY_GROUPS.values()]
        wanted = groups_suggested(self._workplace.codes, self._values["household_class"])
        self._values["groups_at_risk"] = (*kept, *wanted)

    def _findings(self) -> tuple[dict[str, str], dict[str, str]]:
        """(errors, hints) by field, in the language of the screen."""
        errors: dict[str, str] = {}
        hints: dict[str, str] = {}
        if not tidy(self._values["full_name"]):
            errors["full_name"] = _("Please write the child's name.")
        birth = self._check_birth(errors, hints)
        self._check_id(birth, errors, hints)
        self._hint_twice(hints)
        self._check_kin(errors, hints)
        self._check_unnamed(errors)
        refuse_long(errors, self._values, TEXTS)
        return errors, hints

    def _check_birth(self, errors: dict[str, str], hints: dict[str, str]) -> PartialDate | None:
        try:
            birth = self._birth()
        except Invalid as invalid:
            errors["birth_date"] = translate_error(invalid)
            return None
        if birth is None:
            hints["birth_date"] = _("Without a birth date the program cannot tell when the child turns 16.")
        elif is_child_on(birth, self._workplace.today()) is False:
            if self.is_new:
                errors["birth_date"] = _("This person is 16 or older and is not entered as a child.")
            else:
                hints["birth_date"] = _("By this date the person is 16 or older.")
        return birth

    def _check_id(self, birth: PartialDate | None, errors: dict[str, str], hints: dict[str, str]) -> None:
        number, restored = normal_id_number(self._values["id_number"])
        findings = check_id_number(number, sex=self._values["sex"] or None, birth=birth)
        for finding in filter(None, [restored, *findings]):
            said = errors if finding.level is Level.ERROR else hints
            said["id_number"] = " ".join(filter(None, (said.get("id_number"), _(finding.text))))

    def _check_kin(self, errors: dict[str, str], hints: dict[str, str]) -> None:
        values = self._values
        phone = tidy(values["carer_phone"])
        if phone and normal_phone(phone) is None:
            hints["carer_phone"] = _("This is no Vietnamese phone number; it is kept as written.")
        if not tidy(values["carer_name"]) and (phone or values["carer_relation"]):
            errors["carer_name"] = _("Please write the carer's name.")
        if tidy(values["carer_name"]) and not values["carer_relation"]:
            errors["carer_relation"] = _("What is the carer to the child?")
        for name, had in self._named_before().items():
            if had and not tidy(values[name]):
                errors[name] = _("To take a relative away, use the family tab of the child's page.")

    def _check_unnamed(self, errors: dict[str, str]) -> None:
        """What is said of nobody has no record that could keep it."""
        values = self._values
        for parent in PARENTS:
            if values[f"{parent}_status"] and not tidy(values[f"{parent}_name"]) and parent != values["carer_relation"]:
                errors.setdefault(f"{parent}_name", _("Whose situation is this? Write the name, or “not known”."))
        is_kept = self._stored is not None and self._stored.household is not None
        if values["household_class"] and not is_kept and not any(map(tidy, (values[name] for name in HEADS))):
            errors["household_class"] = _("Whose household is this? Write the carer or a parent.")

    def _hint_twice(self, hints: dict[str, str]) -> None:
        carer = carer_of(self._stored)
        shown = {"carer_name": carer} | {f"{parent}_name": kin_as(self._stored, parent) for parent in PARENTS}
        found = {"carer_phone": phone_hint(carer)} | {name: twice_hint(kin) for name, kin in shown.items()}
        hints |= {name: text for name, text in found.items() if text}

    def _named_before(self) -> dict[str, str]:
        before = typed_of(self._stored)
        names = ("carer_name", *(f"{parent}_name" for parent in PARENTS))
        return {name: before[name] for name in names if name not in self._hidden()}

    def _sought(self) -> Sought | None:
        if not self.is_new:
            return None
        try:
            birth = self._birth()
        except Invalid:
            return None
        values = self._values
        person = Person(
            id=self._id,
            scope=self._workplace.actor.scope,
            full_name=tidy(values["full_name"]),
            birth_date=birth.text if birth else None,
            id_number=normal_id_number(values["id_number"])[0] or None,
        )
        mother = values["carer_name" if values["carer_relation"] == "mother" else "mother_name"]
        return Sought(person, mother) if person.full_name or person.id_number else None

    def _twin_view(self, twin: Twin) -> TwinView:
        values, row = self._values, twin.row
        carer = f"{row.carer.name} {labels.phone_text(row.carer.phone)}".strip() if row.carer else ""
        entered_carer = f"{values['carer_name']} {values['carer_phone']}".strip()
        lines = (
            Compared(_("Full name"), tidy(values["full_name"]), row.name),
            Compared(_("Birth date"), values["birth_date"], labels.birth_text(row.birth_date)),
            Compared(_("ID number"), values["id_number"], twin.id_number or ""),
            Compared(_("Mother"), values["mother_name"], twin.mother),
            Compared(_("Village"), values["village"], row.village or ""),
            Compared(_("Carer"), entered_carer, carer),
        )
        shown = tuple(line for line in lines if line.entered or line.stored)
        return TwinView(row.id, row.name, _(SIGNS[twin.sign]), shown)
