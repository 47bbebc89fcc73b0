"""The intake of a report in under two minutes, and the form in which measures are written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.reports import Report
from commune_desk.domain.time.clock import from_iso
from commune_desk.domain.vietnamese.text import nfc, tidy
from commune_desk.i18n import _
from commune_desk.presenters.child.picker import options_of
from commune_desk.presenters.frame.entry_form import Editor, EntryForm, FieldSpec, FormState, moment_typed
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.deadline_texts import emergency_text, moment_text, source_text
from commune_desk.presenters.wording.labels import Option
from commune_desk.presenters.wording.saved_notice import saved_notice
from commune_desk.store.pages.reports import emergency_hours, report_view
from commune_desk.store.writing.drafts import MEASURES, REPORT
from commune_desk.store.writing.joined import kept_of
from commune_desk.store.writing.opened import Opened, open_records
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.reports import measures_faults, record_measures, record_report, report_faults

REQUIRED = ("source", "received_at", "place", "description")
_KNOWN = ("child_name", "child_age", "child_sex", "setting", "relation", "measures")
_OTHERS = ("reporter_name", "reporter_contact", "person")
_CODES = {"source": "report_sources", "child_sex": "sexes", "forms": "abuse_forms"}
_CODES |= {"setting": "abuse_settings", "relation": "abuser_relations"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFormState(FormState):
    """`child` names the child of the register that the report is linked to."""

    child: str = ""


class ReportForm(EntryForm[ReportFormState]):
    """An intake; with `person` it is about that child of the register."""

    form = REPORT
    kind = "report"

    def __init__(self, workplace: Workplace, person: str = "") -> None:
        values: dict[str, Any] = dict.fromkeys((*REQUIRED, *_KNOWN, *_OTHERS), "") | {"forms": ()}
        super().__init__(workplace, person, values | {"person": person})
        self._values["received_at"] = self.now_text()

    def fields(self) -> Sequence[FieldSpec]:
        informant, known = _("Informant (sealed, only if they agree)"), _("If it is known")
        guess = _("years, may be a guess")
        return (
            FieldSpec("source", _("Source"), Editor.CHOICE, required=True),
            FieldSpec("received_at", _("Received at"), required=True, placeholder=_("dd/mm/yyyy hh:mm")),
            FieldSpec("place", _("Place"), required=True, wide=True),
            FieldSpec("description", _("Description"), Editor.LINES, required=True, wide=True, lines=5),
            FieldSpec("child_name", _("Child's name"), heading=known),
            FieldSpec("child_age", _("Child's age"), placeholder=guess),
            FieldSpec("child_sex", _("Child's sex"), Editor.RADIO, wide=True),
            FieldSpec("forms", _("Form of abuse"), Editor.MULTI, wide=True),
            FieldSpec("setting", _("Setting"), Editor.CHOICE),
            FieldSpec("relation", _("Relation of the suspected person"), Editor.CHOICE),
            FieldSpec("measures", _("What was done at once"), Editor.LINES, wide=True, lines=2),
            FieldSpec("reporter_name", _("Informant's name"), heading=informant),
            FieldSpec("reporter_contact", _("Informant's phone or address")),
        )

    def way_back(self) -> Route:
        return Route("reports")

    def state(self) -> ReportFormState:
        report, _errors = self._read()
        return ReportFormState(
            title=_("Take in a report"),
            values=dict(self._values),
            child=self._child(),
            errors=self.shown_errors(),
            hints={"received_at": self._clock_hint(report.received_at)},
        )

    def choose_child(self, person: str) -> ReportFormState:
        """Link the report to a child of the register, or with an empty id to none."""
        self._values["person"] = person
        return self.state()

    def check(self) -> dict[str, str]:
        return self._read()[1]

    def submit(self) -> Callable[[Tx], str] | None:
        """Refused once of a child who has left this register; from then on the report is of none of it."""
        operation = super().submit()
        if operation is not None and not self._child():
            self._values["person"] = ""
        return operation

    def operation(self) -> Callable[[Tx], str]:
        report, _errors = self._read()
        return lambda tx: record_report(tx, report)

    def notice(self) -> str:
        return saved_notice(self._workplace, self._clock_hint(self._read()[0].received_at))

    def options(self, name: str) -> list[Option]:
        """Finer forms of abuse are for the assessment."""
        offered = self.code_options(_CODES[name])
        return [(code, text) for code, text in offered if "." not in code or name == "source"]

    def _child(self) -> str:
        person = self._workplace.read(lambda c: kept_of(c, self._values["person"]))
        found = options_of(self._workplace, [person]) if person else []
        return labels.joined(found[0].name, found[0].detail) if found else ""

    def _clock_hint(self, received_at: str) -> str:
        if not received_at:
            return ""
        now = self._workplace.present()
        clock = emergency_text(received_at, now, self._workplace.read(emergency_hours))
        return _("The emergency clock counts from this hour: {due}.").format(due=clock.due)

    def _read(self) -> tuple[Report, dict[str, str]]:
        errors: dict[str, str] = {}
        values, now = self._values, self._workplace.latest()
        received_at = self.moment("received_at", errors)
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


class MeasuresForm(EntryForm[FormState]):
    """What was done about a report, and when."""

    form = MEASURES
    kind = "report"

    def __init__(self, workplace: Workplace, report: str) -> None:
        view = workplace.read(lambda c: report_view(c, report))
        self._report = view.record if view else Report(id=RecordId(report), scope=workplace.actor.scope)
        super().__init__(workplace, report, {})
        self.open_as(workplace.read(lambda c: open_records(c, self._report)))
        self._values = {"measures": self._report.measures or "", "outcome": "acted"}
        acted_at = self._report.acted_at
        self._values["acted_at"] = moment_typed(from_iso(acted_at)) if acted_at else self.now_text()

    def open_as(self, opened: Opened) -> None:
        super().open_as(opened)
        self._report = opened.seen(self._report)

    def fields(self) -> Sequence[FieldSpec]:
        what = _("What was done, by whom, with what result")
        return (
            FieldSpec("measures", what, Editor.LINES, required=True, wide=True, lines=5),
            FieldSpec("acted_at", _("Done at"), required=True, placeholder=_("dd/mm/yyyy hh:mm")),
            FieldSpec("outcome", _("Outcome"), Editor.RADIO, wide=True),
        )

    def way_back(self) -> Route:
        return Route("reports", self.record)

    def state(self) -> FormState:
        return FormState(
            title=_("What was done"), subtitle=self._about(), values=dict(self._values), errors=self.shown_errors()
        )

    def _about(self) -> str:
        """Which report this is, and until when measures must have been taken."""
        report, now = self._report, self._workplace.present()
        if not report.received_at:
            return ""
        clock = emergency_text(report.received_at, now, self._workplace.read(emergency_hours))
        source = source_text(self._workplace.codes, report.source)
        received, law = moment_text(report.received_at, now), _("Decree 56, article 26")
        return labels.joined(source, received, report.place, clock.due, law)

    def check(self) -> dict[str, str]:
        return self._read()[2]

    def operation(self) -> Callable[[Tx], str]:
        measures, acted_at, _errors = self._read()
        is_closed, opened = self._values["outcome"] == "closed", self.opened

        def operation(tx: Tx) -> str:
            record_measures(tx, self.record, measures=measures, acted_at=acted_at, is_closed=is_closed, opened=opened)
            return self.record

        return operation

    def notice(self) -> str:
        return saved_notice(self._workplace, _("The emergency clock of this report has stopped."))

    def options(self, name: str) -> list[Option]:
        """The two ways a first answer can end."""
        return [("acted", _("Measures were taken")), ("closed", _("No emergency: close the report"))]

    def _read(self) -> tuple[str, str, dict[str, str]]:
        errors: dict[str, str] = {}
        measures = nfc(self._values["measures"]).strip()
        acted_at = self.moment("acted_at", errors)
        faults = measures_faults(self._report, measures, acted_at, self._workplace.latest())
        return measures, acted_at, {name: _(text) for name, text in faults.items()} | errors
