"""The form of a home visit: routine in under a minute, the visit before beside it; also corrects an earlier one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from commune_desk.domain.entered.times import parse_day, parse_hour
from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.children import RISK_LEVELS
from commune_desk.domain.records.visits import VISIT_RHYTHM_DAYS, HomeVisit, suggested_next_visit
from commune_desk.domain.vietnamese.text import nfc, tidy
from commune_desk.domain.words.errors import Invalid
from commune_desk.i18n import _, format_date, ngettext, translate_error
from commune_desk.presenters.frame.entry_form import Editor, EntryForm, FieldSpec, FormState
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import ChipText, Option
from commune_desk.presenters.wording.saved_notice import saved_notice
from commune_desk.store.pages.visits import ChildBrief, PastVisit, child_brief, past_visit, standing_visits
from commune_desk.store.writing import drafts
from commune_desk.store.writing.opened import open_records
from commune_desk.store.writing.transaction import Tx, load
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.visits import record_visit, visit_faults

FORM, CORRECTION = drafts.VISIT, drafts.CORRECTION
FIELDS = ("visited_on", "visited_at", "present", "risk_level", "observations", "needs", "next_step", "next_visit_on")
_REPEATED = ("present", "risk_level", "needs", "next_step")
_OWN_DAY = "own_next_visit"
_YEARS_AHEAD = 2


@dataclass(frozen=True, slots=True)
class PreviousView:
    """The visit before, to be read beside the form; `lines` are (label, text)."""

    heading: str
    risk: ChipText | None
    observations: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFormState(FormState):
    """`subtitle` says whom the visit is about."""

    must_choose_child: bool
    previous: PreviousView | None = None


class VisitForm(EntryForm[VisitFormState]):
    """The form for a person, or for the correction of an earlier visit; with neither, a child is chosen."""

    kind = "home_visit"

    def __init__(self, workplace: Workplace, person: str = "", *, amends: str = "") -> None:
        self._earlier = workplace.read(lambda c: past_visit(c, amends)) if amends else None
        self.form = CORRECTION if amends else FORM
        super().__init__(workplace, amends or person, _typed(self._earlier, workplace.today()))
        self._child: ChildBrief | None = None
        self._previous: PastVisit | None = None
        self._has_own_day = self._earlier is not None
        self._take_child(self._earlier.person if self._earlier else person)

    def fields(self) -> Sequence[FieldSpec]:
        hour = _("08:30, may be left empty")
        return (
            FieldSpec("visited_on", _("Visited on"), Editor.DAY, required=True),
            FieldSpec("visited_at", _("Hour"), placeholder=hour),
            FieldSpec("present", _("Present"), Editor.MULTI, wide=True),
            FieldSpec("risk_level", _("Risk level"), Editor.RADIO, required=True, wide=True),
            FieldSpec("observations", _("Observations"), Editor.LINES, required=True, wide=True, lines=4),
            FieldSpec("needs", _("Needs"), Editor.MULTI, wide=True),
            FieldSpec("next_step", _("Next step"), wide=True),
            FieldSpec("next_visit_on", _("Next visit"), Editor.DAY_AHEAD),
        )

    def way_back(self) -> Route:
        return Route("child", self.person) if self.person else Route("today")

    @property
    def person(self) -> str:
        return self._child.person if self._child else ""

    def state(self) -> VisitFormState:
        return VisitFormState(
            title=self._title(),
            subtitle=labels.child_line(self._child, self._workplace.today()),
            must_choose_child=self._child is None,
            values=dict(self._values),
            errors=self.shown_errors(),
            hints=self._hints(),
            previous=self._previous_view(),
        )

    def choose_child(self, person: str) -> VisitFormState:
        """Say whom the visit is about."""
        self._take_child(person)
        self._suggest_day()
        return self.state()

    def follow(self, name: str) -> None:
        if name == "next_visit_on":
            self._has_own_day = True
        elif name in ("visited_on", "risk_level"):
            self._suggest_day()

    def repeat_previous(self) -> VisitFormState:
        """As last time: who was there, the risk, the needs and the next step, where nothing is said of them yet.

        What was seen is never repeated.
        """
        if self._previous is not None:
            before = _typed(self._previous, self._workplace.today())
            self._values |= {name: before[name] for name in _REPEATED if not self._values[name]}
            self._suggest_day()
        return self.state()

    def check(self) -> dict[str, str]:
        return self._read()[1]

    def operation(self) -> Callable[[Tx], str]:
        (visit, _errors), file = self._read(), self._file
        return lambda tx: record_visit(tx, visit, file)

    def notice(self) -> str:
        """What to tell after the save."""
        day = self._day("next_visit_on")
        following = _("Next visit {day}.").format(day=format_date(day)) if day else ""
        return saved_notice(self._workplace, following)

    def payload(self) -> dict[str, Any]:
        return super().payload() | {"person": self.person, _OWN_DAY: self._has_own_day}

    def restore(self, payload: Mapping[str, Any]) -> VisitFormState:
        self._has_own_day = bool(payload.get(_OWN_DAY))
        if self._child is None:
            self._take_child(payload.get("person", ""))
        return super().restore(payload)

    def options(self, name: str) -> list[Option]:
        if name == "risk_level":
            return [(level, _(labels.RISK_NAMES[level])) for level in RISK_LEVELS]
        return self.code_options(name)

    def _take_child(self, person: str) -> None:
        """A draft too is seen beside the file as it stands when it is opened again."""
        self._child = child = self._workplace.read(lambda c: child_brief(c, person)) if person else None
        self._file = self._workplace.read(lambda c: open_records(c, load(c, "child_file", child.file if child else "")))
        before = self._workplace.read(lambda c: standing_visits(c, person, 2)) if self._child else []
        own = self._earlier.id if self._earlier else ""
        self._previous = next((visit for visit in before if visit.id != own), None)

    def _title(self) -> str:
        if self._earlier is not None:
            return _("Correct the visit of {day}").format(day=labels.day_text(self._earlier.visited_on))
        return _("Home visit")

    def _suggest_day(self) -> None:
        """The rhythm of the risk level, unless a day was written by hand."""
        visited = self._day("visited_on")
        level = self._values["risk_level"] or None
        if visited is None or level is None or self._has_own_day:
            return
        self._values["next_visit_on"] = format_date(suggested_next_visit(visited, level))

    def _day(self, name: str) -> date | None:
        try:
            return self._parse_day(name)
        except Invalid:
            return None

    def _parse_day(self, name: str) -> date | None:
        today = self._workplace.latest_day()
        latest = today if name == "visited_on" else date(today.year + _YEARS_AHEAD, 12, 31)
        return parse_day(self._values[name], today, latest)

    def _read(self) -> tuple[HomeVisit, dict[str, str]]:
        """The visit as far as it can be read, and what keeps it from being saved."""
        errors: dict[str, str] = {}
        values = self._values
        read: dict[str, str | None] = {}
        for name in ("visited_on", "next_visit_on", "visited_at"):
            try:
                read[name] = self._read_time(name)
            except Invalid as invalid:
                read[name] = None
                errors[name] = translate_error(invalid)
        visit = HomeVisit(
            id=new_record_id(),
            scope=self._workplace.actor.scope,
            person=RecordId(self.person) or None,
            visited_on=read["visited_on"] or "",
            visited_at=read["visited_at"],
            present=values["present"],
            risk_level=values["risk_level"] or None,
            observations=nfc(values["observations"]).strip(),
            needs=values["needs"],
            next_step=tidy(values["next_step"]) or None,
            next_visit_on=read["next_visit_on"],
            amends=RecordId(self._earlier.id) if self._earlier else None,
        )
        born = self._child.birth_date if self._child else None
        faults = visit_faults(visit, self._workplace.latest_day(), born)
        return visit, {name: _(text) for name, text in faults.items()} | errors

    def _read_time(self, name: str) -> str | None:
        if name == "visited_at":
            hour = parse_hour(self._values[name])
            return hour.strftime("%H:%M") if hour else None
        day = self._parse_day(name)
        return day.isoformat() if day else None

    def _hints(self) -> dict[str, str]:
        hints = {}
        level, child = self._values["risk_level"], self._child
        if level and not self._has_own_day:
            hints["next_visit_on"] = _rhythm(level)
        elif not self._values["next_visit_on"].strip():
            hints["next_visit_on"] = _("No next visit is planned yet.")
        if child is None:
            return hints
        visited = self._day("visited_on")
        last = self._previous.visited_on if self._previous else ""
        if visited and last > visited.isoformat():
            hints["visited_on"] = _("A newer visit of {day} is in the file; the risk level stays as it is.").format(
                day=labels.day_text(last)
            )
        elif level and child.risk_level and level != child.risk_level:
            hints["risk_level"] = _("In the file: {level}. Saving changes it.").format(
                level=_(labels.RISK_NAMES[child.risk_level]).lower()
            )
        return hints

    def _previous_view(self) -> PreviousView | None:
        visit = self._previous
        if visit is None:
            return None
        codes = self._workplace.codes
        lines = (
            (_("Present"), labels.value_text(codes, "home_visit", "present", visit.present)),
            (_("Needs"), labels.value_text(codes, "home_visit", "needs", visit.needs)),
            (_("Next step"), visit.next_step or ""),
            (_("Next visit"), labels.day_text(visit.next_visit_on)),
        )
        return PreviousView(
            heading=labels.joined(
                f"{visit.visited_at or ''} {labels.day_text(visit.visited_on)}".strip(), visit.officer
            ),
            risk=labels.risk_chip(visit.risk_level),
            observations=visit.observations,
            lines=tuple((label, text) for label, text in lines if text),
        )


def _typed(visit: PastVisit | None, today: date) -> dict[str, Any]:
    """The form's fields of a stored visit; of nothing, an empty form of today."""
    if visit is None:
        empty = dict.fromkeys(FIELDS, "")
        return empty | {"visited_on": format_date(today), "present": (), "needs": ()}
    return {
        "visited_on": labels.day_text(visit.visited_on),
        "visited_at": visit.visited_at or "",
        "present": visit.present,
        "risk_level": visit.risk_level or "",
        "observations": visit.observations,
        "needs": visit.needs,
        "next_step": visit.next_step or "",
        "next_visit_on": labels.day_text(visit.next_visit_on),
    }


def _rhythm(level: str) -> str:
    days = VISIT_RHYTHM_DAYS[level]
    text = ngettext(
        "By the rhythm of this level: every {count} day", "By the rhythm of this level: every {count} days", days
    )
    return text.format(count=days)
