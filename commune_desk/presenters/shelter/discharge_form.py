"""The end of a stay: why, where to, handed over to whom, the safety plan, and when the house asks how it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.placements import ACTIVE, Placement, follow_up_days
from commune_desk.domain.time.clock import local_day
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _, format_date
from commune_desk.presenters.frame.entry_form import Editor, EntryForm, FieldSpec, FormState
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import Option
from commune_desk.store.pages.placements import StayRow, stay_row
from commune_desk.store.writing.opened import open_records
from commune_desk.store.writing.transaction import Tx, load
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter.placements import (
    NO_RECEIVER,
    Leaving,
    discharge,
    leaving_faults,
)
from commune_desk.usecases.shelter.same_person import ENTERED_TWICE, begun_before
from commune_desk.usecases.shelter.tasks_of_stays import NO_FOLLOW_UP, Reminder

_FOLLOW_UPS = (N_("Follow-up after 1 week"), N_("Follow-up after 1 month"), N_("Follow-up after 3 months"))


_OFFERED_AT = "offered_at"
"""In a draft: the hour that the form offered when it was opened."""


class DischargeForm(EntryForm[FormState]):
    """The form that ends a stay."""

    form = "discharge"
    kind = "placement"

    def __init__(self, workplace: Workplace, stay: str) -> None:
        self._stay = workplace.read(lambda c: stay_row(c, stay))
        names = ("reason", "goes_on_in", "receiver", "destination", "safety_plan")
        super().__init__(workplace, stay, {"at": ""} | dict.fromkeys(names, ""))
        self._values["at"] = self._offered_at = self.now_text()
        self.open_as(workplace.read(lambda c: open_records(c, load(c, "placement", stay))))

    def fields(self) -> Sequence[FieldSpec]:
        sealed = _("Sealed: only this house can read it.")
        return (
            FieldSpec("reason", _("Reason for discharge"), Editor.CHOICE, required=True),
            FieldSpec(
                "goes_on_in",
                _("The stay that goes on"),
                Editor.CHOICE,
                required=True,
                hint=_("Of two stays of one person the later one is ended; its log is kept."),
            ),
            FieldSpec("at", _("Hour of discharge"), required=True, placeholder=_("dd/mm/yyyy hh:mm")),
            FieldSpec(
                "receiver",
                _("Handed over to"),
                wide=True,
                required=True,
                hint=_("Name, what they are to the resident, and the paper that was seen."),
            ),
            FieldSpec("destination", _("Destination"), wide=True, hint=sealed),
            FieldSpec("safety_plan", _("Safety plan"), Editor.LINES, wide=True, hint=sealed),
        )

    def way_back(self) -> Route:
        return Route("resident", self.record)

    def state(self) -> FormState:
        return FormState(
            title=_("End the stay of {alias}").format(alias=self._stay.alias if self._stay else ""),
            subtitle=_("The bed is free again at once. The stay and its log are kept."),
            save_text=_("End the stay"),
            values=dict(self._values),
            errors=self.shown_errors(),
            hidden=self._hidden(),
            note=self._note(),
        )

    def options(self, name: str) -> list[Option]:
        if name == "goes_on_in":
            stays = self._workplace.read(lambda c: begun_before(c, self.record))
            return [(stay.id, _stay_text(stay)) for stay in stays]
        return self.code_options("discharge_reasons")

    def _hidden(self) -> frozenset[str]:
        reason = self._values["reason"]
        if reason == ENTERED_TWICE:
            return frozenset({"receiver", "destination", "safety_plan"})
        return frozenset({"goes_on_in", *(["receiver"] if reason in NO_RECEIVER else [])})

    def check(self) -> dict[str, str]:
        errors: dict[str, str] = {}
        leaving = self._leaving(errors)
        admitted = self._stay.admitted_at if self._stay else ""
        faults = leaving_faults(leaving, admitted, self._workplace.latest())
        return {name: _(text) for name, text in faults.items()} | errors

    def payload(self) -> dict[str, Any]:
        return super().payload() | {_OFFERED_AT: self._offered_at}

    def restore(self, payload: Mapping[str, Any]) -> FormState:
        self._offered_at = str(payload.get(_OFFERED_AT, ""))
        return super().restore(payload)

    def operation(self) -> Callable[[Tx], str]:
        leaving, opened = self._leaving({}), self.opened

        def operation(tx: Tx) -> str:
            discharge(tx, leaving, opened)
            return self.record

        return operation

    def _leaving(self, errors: dict[str, str]) -> Leaving:
        at = self.moment("at", errors)
        hidden = self._hidden()
        return Leaving(
            stay=RecordId(self.record),
            at=at,
            is_at_offered=self._values["at"] == self._offered_at,
            reason=self._values["reason"],
            receiver=None if "receiver" in hidden else self.line("receiver"),
            destination=None if "destination" in hidden else self.line("destination"),
            safety_plan=None if "safety_plan" in hidden else self.text("safety_plan"),
            goes_on_in=RecordId(self._values["goes_on_in"]) if "goes_on_in" not in hidden else None,
            reminders=self._reminders(at),
        )

    def _reminders(self, at: str) -> tuple[Reminder, ...]:
        days = follow_up_days(local_day(at)) if at else ()
        return tuple(Reminder(_(title), day.isoformat()) for title, day in zip(_FOLLOW_UPS, days, strict=False))

    def _is_ended_since(self) -> bool:
        """Whether a colleague ended the stay after the form was opened."""
        now = self._workplace.read(lambda c: stay_row(c, self.record))
        before = self.opened.records.get(RecordId(self.record))
        return now is not None and not now.is_active and isinstance(before, Placement) and before.status in ACTIVE

    def _note(self) -> str:
        if self._is_ended_since():
            return _(
                "A colleague has ended this stay meanwhile. What you save is added to it; where both of you said "
                "something, you are asked which holds."
            )
        reminders = self._reminders(self.moment("at", {}))
        if self._values["reason"] in NO_FOLLOW_UP or not reminders:
            return ""
        days = [format_date(date.fromisoformat(one.due_on)) for one in reminders]
        text = _(
            "The house will be reminded to ask how it goes: {week} (1 week), {month} (1 month), {quarter} (3 months)."
        )
        return text.format(week=days[0], month=days[1], quarter=days[2])


def _stay_text(stay: StayRow) -> str:
    return labels.joined(stay.alias, stay.bed, format_date(local_day(stay.admitted_at)))
