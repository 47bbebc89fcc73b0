"""The intake of a report in under two minutes, and the form in which measures are written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from commune_desk.domain.clock import VIETNAM, from_iso, to_iso
from commune_desk.domain.errors import Invalid
from commune_desk.domain.ids import RecordId, new_record_id
from commune_desk.domain.reports import Report
from commune_desk.domain.text import nfc, tidy
from commune_desk.domain.typed_times import parse_moment
from commune_desk.i18n import _, translate_error
from commune_desk.presenters import labels
from commune_desk.presenters.child_picker import options_of
from commune_desk.presenters.deadline_texts import emergency_text, moment_text, source_text
from commune_desk.presenters.saved_notice import saved_notice
from commune_desk.store.reports import emergency_hours, report_view
from commune_desk.store.transaction import Tx
from commune_desk.usecases.drafts import drop_draft
from commune_desk.usecases.reports import measures_faults, record_measures, record_report, report_faults
from commune_desk.usecases.workplace import Workplace

REPORT, MEASURES = "report", "measures"
REQUIRED = ("source", "received_at", "place", "description")
_TEXTS = ("source", "received_at", "place", "description", "child_name", "child_age", "child_sex", "setting")
_MORE = ("relation", "measures", "reporter_name", "reporter_contact", "person")
_LISTS = ("forms",)
_CODES = {"source": "report_sources", "child_sex": "sexes", "forms": "abuse_forms"}
_CODES |= {"setting": "abuse_settings", "relation": "abuser_relations"}

Option = tuple[str, str]


def moment_typed(iso: str) -> str:
    """An ISO instant as it is typed: `23/11/2026 08:30`."""
    return from_iso(iso).astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")


@dataclass(frozen=True, slots=True)
class ReportFormState:
    """`errors` stop the save; both `errors` and `hints` are sentences by field. `child` names the one linked to,
    or the report that measures are written for."""

    title: str
    values: Mapping[str, Any]
    child: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)


class ReportForm:
    """State of an intake; with `person` it is about that child of the register."""

    form = REPORT

    def __init__(self, workplace: Workplace, person: str = "") -> None:
        self._workplace = workplace
        self.record = person
        self._values: dict[str, Any] = dict.fromkeys((*_TEXTS, *_MORE), "") | {"forms": ()}
        self._values |= {"received_at": moment_typed(to_iso(workplace.register.clock.now())), "person": person}
        self._shown_errors: set[str] = set()

    def state(self) -> ReportFormState:
        report, errors = self._read()
        return ReportFormState(
            title=_("Take in a report"),
            values=dict(self._values),
            child=self._child(),
            errors={name: text for name, text in errors.items() if name in self._shown_errors},
            hints={"received_at": self._clock_hint(report.received_at)},
        )

    def choose_child(self, person: str) -> ReportFormState:
        """Link the report to a child of the register, or with an empty id to none."""
        self._values["person"] = person
        return self.state()

    def edit(self, name: str, value: Any) -> ReportFormState:
        """A field was changed by hand; its error shows only once the field is left. Raises KeyError."""
        self._values[name] = tuple(value) if name in _LISTS else value
        self._shown_errors.discard(name)
        return self.state()

    def leave(self, name: str) -> ReportFormState:
        """A field was left: show what is wrong with what stands in it."""
        if self._values[name]:
            self._shown_errors.add(name)
        return self.state()

    def submit(self) -> Callable[[Tx], RecordId] | None:
        """The operation that saves, or None when `state` shows what is in the way."""
        report, errors = self._read()
        self._shown_errors = set(errors)
        if errors:
            return None

        def operation(tx: Tx) -> RecordId:
            saved = record_report(tx, report)
            drop_draft(tx, self.form, self.record)
            return saved

        return operation

    def notice(self) -> str:
        """What to tell after the save."""
        return saved_notice(self._workplace, self._clock_hint(self._read()[0].received_at))

    def payload(self) -> dict[str, Any]:
        """What a draft keeps."""
        return {name: list(value) if name in _LISTS else value for name, value in self._values.items()}

    def restore(self, payload: Mapping[str, Any]) -> ReportFormState:
        """Show a draft; what this version does not know is left out."""
        for name in self._values.keys() & payload.keys():
            value = payload[name]
            self._values[name] = tuple(value) if name in _LISTS else value
        return self.state()

    def options(self, name: str) -> list[Option]:
        """What a field offers: codes and their names; finer forms of abuse are for the assessment."""
        codes, list_name = self._workplace.codes, _CODES[name]
        return [
            (entry.code, labels.code_text(codes, list_name, entry.code))
            for entry in codes.entries(list_name)
            if "." not in entry.code or name == "source"
        ]

    def _child(self) -> str:
        person = self._values["person"]
        found = options_of(self._workplace, [person]) if person else []
        return labels.joined(found[0].name, found[0].detail) if found else ""

    def _clock_hint(self, received_at: str) -> str:
        if not received_at:
            return ""
        now = self._workplace.register.clock.now()
        clock = emergency_text(received_at, now, self._workplace.read(emergency_hours))
        return _("The emergency clock counts from this hour: {due}.").format(due=clock.due)

    def _read(self) -> tuple[Report, dict[str, str]]:
        errors: dict[str, str] = {}
        values, now = self._values, self._workplace.register.clock.now()
        received_at = _instant(values["received_at"], self._workplace, errors, "received_at")
        age = tidy(values["child_age"])
        if age and not (age.isascii() and age.isdigit() and len(age) <= 2):
            errors["child_age"] = _("Write the age in years, 0 to 17.")
        report = Report(
            id=new_record_id(),
            scope=self._workplace.actor.scope,
            received_at=received_at,
            source=values["source"],
            place=tidy(values["place"]),
            description=nfc(values["description"]).strip(),
            measures=nfc(values["measures"]).strip() or None,
            person=RecordId(values["person"]) or None,
            child_age=int(age) if age and "child_age" not in errors else None,
            forms=values["forms"],
            child_name=tidy(values["child_name"]) or None,
            child_sex=values["child_sex"] or None,
            setting=values["setting"] or None,
            relation=values["relation"] or None,
            reporter_name=tidy(values["reporter_name"]) or None,
            reporter_contact=tidy(values["reporter_contact"]) or None,
        )
        faults = report_faults(report, now)
        return report, {name: _(text) for name, text in faults.items()} | errors


def _instant(typed: str, workplace: Workplace, errors: dict[str, str], name: str) -> str:
    """The ISO instant meant; empty when nothing or nothing readable was typed, with the reason in `errors`."""
    try:
        found = parse_moment(typed, workplace.register.clock.now())
    except Invalid as invalid:
        errors[name] = translate_error(invalid)
        return ""
    return to_iso(found) if found else ""


class MeasuresForm:
    """State of the form for what was done about a report."""

    form = MEASURES

    def __init__(self, workplace: Workplace, report: str) -> None:
        self._workplace = workplace
        self.record = report
        view = workplace.read(lambda c: report_view(c, report))
        self._report = view.record if view else Report(id=RecordId(report), scope=workplace.actor.scope)
        acted_at = self._report.acted_at or to_iso(workplace.register.clock.now())
        self._values: dict[str, Any] = {
            "measures": self._report.measures or "",
            "acted_at": moment_typed(acted_at),
            "outcome": "acted",
        }
        self._shown_errors: set[str] = set()

    def state(self) -> ReportFormState:
        _measures, _acted_at, errors = self._read()
        return ReportFormState(
            title=_("What was done"),
            child=self._about(),
            values=dict(self._values),
            errors={name: text for name, text in errors.items() if name in self._shown_errors},
        )

    def _about(self) -> str:
        """Which report this is, and until when measures must have been taken."""
        report, now = self._report, self._workplace.register.clock.now()
        if not report.received_at:
            return ""
        clock = emergency_text(report.received_at, now, self._workplace.read(emergency_hours))
        source = source_text(self._workplace.codes, report.source)
        return labels.joined(source, moment_text(report.received_at, now), report.place, clock.due)

    def edit(self, name: str, value: Any) -> ReportFormState:
        """A field was changed by hand. Raises KeyError."""
        self._values[name] = value
        self._shown_errors.discard(name)
        return self.state()

    def leave(self, name: str) -> ReportFormState:
        """A field was left: show what is wrong with what stands in it."""
        if self._values[name]:
            self._shown_errors.add(name)
        return self.state()

    def submit(self) -> Callable[[Tx], RecordId] | None:
        """The operation that saves, or None when `state` shows what is in the way."""
        measures, acted_at, errors = self._read()
        self._shown_errors = set(errors)
        if errors:
            return None
        is_closed = self._values["outcome"] == "closed"

        def operation(tx: Tx) -> RecordId:
            record_measures(tx, self.record, measures=measures, acted_at=acted_at, is_closed=is_closed)
            drop_draft(tx, self.form, self.record)
            return RecordId(self.record)

        return operation

    def notice(self) -> str:
        """What to tell after the save."""
        return saved_notice(self._workplace, _("The emergency clock of this report has stopped."))

    def payload(self) -> dict[str, Any]:
        """What a draft keeps."""
        return dict(self._values)

    def restore(self, payload: Mapping[str, Any]) -> ReportFormState:
        """Show a draft; what this version does not know is left out."""
        self._values |= {name: payload[name] for name in self._values.keys() & payload.keys()}
        return self.state()

    def options(self, name: str) -> list[Option]:
        """The two ways a first answer can end."""
        return [("acted", _("Measures were taken")), ("closed", _("No emergency: close the report"))]

    def _read(self) -> tuple[str, str, dict[str, str]]:
        errors: dict[str, str] = {}
        measures = nfc(self._values["measures"]).strip()
        acted_at = _instant(self._values["acted_at"], self._workplace, errors, "acted_at")
        faults = measures_faults(self._report, measures, acted_at, self._workplace.register.clock.now())
        return measures, acted_at, {name: _(text) for name, text in faults.items()} | errors
