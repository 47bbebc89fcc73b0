"""Admission in about 90 seconds: bed, the name used in the house, hour, reason, who brought her; the rest if known.

The same form completes a stay later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec

from commune_desk.domain.entered.dates import parse_partial_date
from commune_desk.domain.entered.times import parse_day
from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.placements import ALIASES, REVIEW_DAYS, Placement
from commune_desk.domain.time.clock import from_iso, local_day
from commune_desk.domain.vietnamese.text import fold, tidy
from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _, format_date, translate_error
from commune_desk.presenters.frame.entry_form import EntryForm, FieldSpec, FormState, moment_typed, require_filled
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.shelter.admit_fields import admit_fields
from commune_desk.presenters.shelter.beds_form import free_beds
from commune_desk.presenters.shelter.guests import home_of_guest, shared_by_text
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import Option
from commune_desk.store.pages.placements import (
    StayRecord,
    active_stays,
    aliases_used,
    residents_by_name,
    stay_record,
    stays_of,
)
from commune_desk.store.writing.opened import Opened, open_records
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter.placements import Admission, admit_to_shelter, complete_stay
from commune_desk.usecases.shelter.tasks_of_stays import Reminder

ADMIT, COMPLETE = "admit", "complete"
OTHER_PERSON = "other"
ISOLATION = "isolation"
_ASKED_ABOUT = "asked_about"
"""In a draft: whom the answer was about that it is another person, by the ends of their ids. A draft that names
somebody goes with whom the law erases, and this one is of another."""
_MARK = 12
_PRESSED = "pressed"
"""In a draft: the bed on the board that the form was opened by."""
_BRINGERS = (
    N_("Commune police"),
    N_("Commune officer"),
    N_("Family"),
    N_("Came alone"),
    N_("Hospital"),
    N_("Border guard"),
    N_("School"),
)


class AdmitForm(EntryForm[FormState]):
    """The form for a bed (or none); with `stay`, what became known of a stay is written in."""

    kind = "placement"

    def __init__(self, workplace: Workplace, bed: str = "", *, stay: str = "") -> None:
        self._stored = workplace.read(lambda c: stay_record(c, stay)) if stay else None
        self.form = COMPLETE if stay else ADMIT
        self._offered = self._free_aliases(workplace)
        self._residents: dict[str, list[str]] | None = None
        self._asked_about: set[str] = set()
        self._pressed = bed
        super().__init__(workplace, stay, {})
        self._values = _typed(None) | self._fresh(bed)
        self._id = new_record_id()
        if (known := self._stored) is not None:
            self.open_as(workplace.read(lambda c: open_records(c, known.placement, known.person)))

    def fields(self) -> Sequence[FieldSpec]:
        return tuple(spec for spec in admit_fields() if spec.name in self._values)

    def way_back(self) -> Route:
        return Route("resident", self.record) if self.record else Route("shelter")

    def state(self) -> FormState:
        return FormState(
            title=_("Complete the stay of {alias}").format(alias=self._stored.row.alias)
            if self._stored
            else _("Admit"),
            subtitle="" if self._stored else _("Admit first; what is not known yet can be written in later."),
            save_text="" if self._stored else _("Admit"),
            values=dict(self._values),
            errors=self.shown_errors(),
            hints=self._hints(),
            hidden=frozenset() if self._namesakes() or self._is_answered() else frozenset({"same_person"}),
            note=self._note(),
        )

    def first_field(self) -> str:
        """A bed that was chosen on the board needs no second look."""
        return "alias" if self._values.get("bed") else super().first_field()

    def after(self, saved: str) -> Route:
        return Route("resident", saved)

    def take(self, name: str, value: Any) -> None:
        """What followed from an answer goes with it, unless it was typed over.

        No hand takes an answer back: where it is offered no more, the person has left the register, which is told.
        """
        if name == "same_person" and not value and self._is_answered():
            return
        before = dict(self._values)
        super().take(name, value)
        if before.get("same_person") != self._values.get("same_person"):
            self._follow_the_answer(before["same_person"])
        is_offered = self._stored is None and self._values["isolation_from"] == self._first_day()
        if is_offered and before["reason"] == ISOLATION != self._values["reason"]:
            self._values["isolation_from"] = ""

    def follow(self, name: str) -> None:
        if name == "full_name" and "same_person" in self._values:
            self._values["same_person"] = ""
        if name == "reason" and self._values[name] == ISOLATION and not self._values["isolation_from"]:
            self._values["isolation_from"] = self._first_day()

    def _follow_the_answer(self, before: str) -> None:
        answer = self._values["same_person"]
        self._asked_about = self._namesake_marks() if answer else set()
        if self._values["home_commune"] in ("", home_of_guest(self._workplace, before)):
            self._values["home_commune"] = home_of_guest(self._workplace, answer)

    def _first_day(self) -> str:
        return format_date(self._workplace.today())

    def submit(self) -> Callable[[Tx], str] | None:
        """Who came under that name since it was typed is asked about too."""
        self._residents = None
        came = self._namesake_marks() - self._asked_about
        if came and self._values["same_person"] == OTHER_PERSON:
            self._values["same_person"] = ""
        return super().submit()

    def payload(self) -> dict[str, Any]:
        return super().payload() | {_ASKED_ABOUT: sorted(self._asked_about), _PRESSED: self._pressed}

    def restore(self, payload: Mapping[str, Any]) -> FormState:
        """What was typed, in the bed that was pressed on the board since."""
        super().restore(payload)
        self._asked_about = set(payload.get(_ASKED_ABOUT, ()))
        if self._pressed and self._pressed != payload.get(_PRESSED):
            self._values["bed"] = self._pressed
        return self.state()

    def options(self, name: str) -> list[Option]:
        if name == "bed":
            return free_beds(self._workplace)
        if name == "home_commune":
            today = self._workplace.latest_day()
            valid = [commune for commune in self._workplace.codes.communes if commune.is_valid_on(today)]
            return sorted(
                ((c.code, labels.code_text(self._workplace.codes, "communes", c.code)) for c in valid), key=_by_name
            )
        if name == "same_person":
            return [*self._namesakes(), (OTHER_PERSON, _("No, this is another person"))]
        return self.code_options({"reason": "admission_reasons", "sex": "sexes"}[name])

    def suggestions(self, name: str) -> list[str]:
        if name == "alias":
            return self._offered
        return [_(text) for text in _BRINGERS] if name == "brought_by" else []

    def check(self) -> dict[str, str]:
        errors: dict[str, str] = {}
        require_filled(errors, self._values, "alias", "admitted_at", "reason")
        self.moment("admitted_at", errors)
        for name in ("isolation_from", "isolation_to"):
            self._day(name, errors)
        self._birth(errors)
        companions = tidy(self._values["companions"])
        if companions and not (companions.isdecimal() and len(companions) == 1):
            errors["companions"] = _("Write a number from 0 to 9.")
        if fold(self._values["alias"]) in self._aliases_here():
            errors["alias"] = _("Somebody in the house has this name now. Choose another.")
        if self._namesakes():
            require_filled(errors, self._values, "same_person")
        if self._returning_stay_is_active():
            errors["same_person"] = _("This person is in the house now. Open the present stay instead.")
        return errors

    def operation(self) -> Callable[[Tx], str]:
        admission, opened = self._admission(), self.opened
        if self._stored:
            return lambda tx: complete_stay(tx, opened, self._untouched, admission)
        returning = self._values["same_person"]

        def admit(tx: Tx) -> str:
            if returning not in ("", OTHER_PERSON):
                tx.existing(Person, returning)  # they may have left this register meanwhile
            return admit_to_shelter(tx, admission)

        return admit

    def open_as(self, opened: Opened) -> None:
        super().open_as(opened)
        if (known := self._stored) is None:
            return
        people = [one for one in opened.records.values() if isinstance(one, Person)]
        person = next(iter(people), None)  # whose record may have been joined to another since
        self._stored = msgspec.structs.replace(known, placement=opened.seen(known.placement), person=person)
        own = not shared_by_text(self._workplace, known.row.person)
        self._values = _typed(self._stored) | ({"same_person": ""} if own else {})
        self._untouched = self._admission()

    def _fresh(self, bed: str) -> dict[str, Any]:
        fresh = {"bed": bed, "alias": next(iter(self._offered), ""), "admitted_at": self.now_text()}
        return fresh | {"same_person": ""}

    def _free_aliases(self, workplace: Workplace) -> list[str]:
        """Names that nobody in the house has: those never used first, then those used longest ago."""
        used = workplace.read(aliases_used)
        here = {fold(alias) for alias, is_here in used if is_here}
        before = [fold(alias) for alias, _is_here in used]
        free = [alias for alias in ALIASES if fold(alias) not in here]
        return sorted(free, key=lambda alias: -before.index(fold(alias)) if fold(alias) in before else -len(before) - 1)

    def _aliases_here(self) -> set[str]:
        own = self._stored.row.id if self._stored else ""
        if self._stored and not self._stored.row.is_active:
            return set()
        return {fold(stay.alias) for stay in self._workplace.read(active_stays) if stay.id != own}

    def _namesakes(self) -> list[Option]:
        """Former residents of the name typed, each by the name used in the house and the day of arrival, and whom a
        commune shared with the house under that name. Of a stay that is completed these alone: it may be theirs."""
        if "same_person" not in self._values:
            return []
        name = fold(self._values["full_name"])
        if not name:
            return []
        if self._residents is None:
            self._residents = self._workplace.read(residents_by_name)
        found = ((person, self._known_as(person)) for person in self._residents.get(name, ()))
        return [(person, text) for person, text in found if text]

    def _namesake_marks(self) -> set[str]:
        return {person[-_MARK:] for person, _text in self._namesakes()}

    def _is_answered(self) -> bool:
        """Also about somebody who has left this register since: who it is has to be said anew."""
        return self._values.get("same_person", "") not in ("", OTHER_PERSON)

    def _known_as(self, person: str) -> str:
        stays = self._workplace.read(partial(stays_of, person=person))
        if stays and self._stored is not None:
            return ""
        if stays:
            text, day = _("Yes, {alias}, admitted {day}"), format_date(local_day(stays[0].admitted_at))
            return text.format(alias=stays[0].alias, day=day)
        return shared_by_text(self._workplace, person)

    def _returning_stay_is_active(self) -> bool:
        chosen = self._values.get("same_person", "")
        return any(stay.person == chosen for stay in self._workplace.read(active_stays)) if chosen else False

    def _day(self, name: str, errors: dict[str, str]) -> str | None:
        today = self._workplace.latest_day()
        try:
            day = parse_day(self._values.get(name, ""), today, today)
        except Invalid as invalid:
            errors[name] = translate_error(invalid)
            return None
        return day.isoformat() if day else None

    def _birth(self, errors: dict[str, str]) -> str | None:
        try:
            found = parse_partial_date(self._values["birth_date"], self._workplace.latest_day())
        except Invalid as invalid:
            errors["birth_date"] = translate_error(invalid)
            return None
        return found.text if found else None

    def _hints(self) -> dict[str, str]:
        hints = {}
        found = self._birth({})
        if found:
            hints["birth_date"] = labels.age_text(found, self._workplace.today())
        return hints

    def _note(self) -> str:
        if not self._values["home_commune"]:
            return _("The home commune is not known yet: no commune is told.")
        name = labels.code_text(self._workplace.codes, "communes", self._values["home_commune"])
        text = _("{commune} is told only that a case is protected and until when: no name, no place.")
        return text.format(commune=name)

    def _admission(self) -> Admission:
        values = self._values
        person, stay = self._records()
        person = msgspec.structs.replace(
            person,
            full_name=self.line("full_name") or "",
            sex=values["sex"] or None,
            birth_date=self._birth({}),
        )
        stay = msgspec.structs.replace(
            stay,
            alias=self.line("alias") or "",
            reason=values["reason"] or None,
            brought_by=self.line("brought_by"),
            companions=int(tidy(values["companions"]) or 0),
            home_commune=values["home_commune"] or None,
            case_code=self.line("case_code"),
            isolation_from=self._day("isolation_from", {}),
            condition=self.text("condition"),
            belongings=self.text("belongings"),
            admitted_at=self.moment("admitted_at", {}),
        )
        if self._stored:
            stay = msgspec.structs.replace(stay, isolation_to=self._day("isolation_to", {}))
            return Admission(person=person, placement=stay)
        stay = msgspec.structs.replace(stay, bed=values["bed"] or None)
        return Admission(person=person, placement=stay, reminders=self._reviews(stay.admitted_at))

    def _records(self) -> tuple[Person, Placement]:
        """The stored person and stay, or new ones; a returning resident stays one person."""
        scope = self._workplace.actor.scope
        returning = self._values.get("same_person", "")
        if self._stored and returning not in ("", OTHER_PERSON):
            stay = msgspec.structs.replace(self._stored.placement, person=RecordId(returning))
            return Person(id=RecordId(returning), scope=scope), stay
        if self._stored:
            person = self._stored.person or Person(id=RecordId(self._stored.row.person), scope=scope)
            return person, self._stored.placement
        known = returning if returning != OTHER_PERSON else ""
        return Person(id=RecordId(known or new_record_id()), scope=scope), Placement(id=self._id, scope=scope)

    def _reviews(self, admitted_at: str) -> tuple[Reminder, ...]:
        began = local_day(admitted_at) if admitted_at else self._workplace.today()
        text = _("Review of day {count}")
        days = [(day, began + timedelta(days=day - 1)) for day in REVIEW_DAYS]
        return tuple(Reminder(text.format(count=count), due.isoformat()) for count, due in days)


def _by_name(option: Option) -> str:
    return fold(option[1])


def _typed(record: StayRecord | None) -> dict[str, Any]:
    """The fields that both uses of the form have, from what is stored."""
    person = record.person if record else None
    stay = record.placement if record else None
    values: dict[str, Any] = {
        "alias": stay.alias if stay else "",
        "reason": (stay.reason if stay else "") or "",
        "brought_by": (stay.brought_by if stay else "") or "",
        "companions": str(stay.companions) if stay and stay.companions else "",
        "full_name": person.full_name if person else "",
        "sex": (person.sex if person else "") or "",
        "birth_date": labels.birth_text(person.birth_date) if person else "",
        "home_commune": (stay.home_commune if stay else "") or "",
        "case_code": (stay.case_code if stay else "") or "",
        "isolation_from": labels.day_text(stay.isolation_from) if stay else "",
        "condition": (stay.condition if stay else "") or "",
        "belongings": (stay.belongings if stay else "") or "",
    }
    if stay:
        values |= {"admitted_at": moment_typed(from_iso(stay.admitted_at))}
        values |= {"isolation_to": labels.day_text(stay.isolation_to)}
    return values
