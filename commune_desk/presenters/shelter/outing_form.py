"""Small forms of a stay: going out for some hours, and changing the bed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from commune_desk.domain.entered.times import parse_hour
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.time.clock import VIETNAM, local_day, to_iso
from commune_desk.domain.vietnamese.text import tidy
from commune_desk.domain.words.errors import Invalid
from commune_desk.i18n import _, translate_error
from commune_desk.presenters.frame.entry_form import Editor, EntryForm, FieldSpec, FormState
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.shelter.beds_form import free_beds
from commune_desk.presenters.wording.labels import Option
from commune_desk.store.pages.placements import stay_row
from commune_desk.store.writing.opened import open_records
from commune_desk.store.writing.transaction import Tx, load
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter.placements import change_bed, go_out


class OutingForm(EntryForm[FormState]):
    """A resident leaves the house for some hours: until when, why and with whom."""

    form = "outing"
    kind = "care_log_entry"

    def __init__(self, workplace: Workplace, stay: str) -> None:
        self._stay = workplace.read(lambda c: stay_row(c, stay))
        super().__init__(workplace, stay, {"back_at": "", "note": ""})

    def fields(self) -> Sequence[FieldSpec]:
        return (
            FieldSpec(
                "back_at",
                _("Due back at"),
                placeholder="11:30",
                hint=_("An hour that is past today means tomorrow. Empty when nobody knows."),
            ),
            FieldSpec("note", _("Why, and with whom"), Editor.LINES, required=True, wide=True),
        )

    def way_back(self) -> Route:
        return Route("resident", self.record)

    def state(self) -> FormState:
        alias = self._stay.alias if self._stay else ""
        return FormState(
            title=_("{alias} goes out").format(alias=alias),
            subtitle=_("The bed stays theirs. The board shows who is out and who is late."),
            save_text=_("Goes out"),
            values=dict(self._values),
            errors=self.shown_errors(),
        )

    def check(self) -> dict[str, str]:
        errors: dict[str, str] = {}
        self._back_at(errors)
        if not self.text("note"):
            errors["note"] = _("Please fill this in.")
        return errors

    def operation(self) -> Callable[[Tx], str]:
        back, note = self._back_at({}), self.text("note") or ""

        def operation(tx: Tx) -> str:
            go_out(tx, RecordId(self.record), back_at=back, note=note)
            return self.record

        return operation

    def _back_at(self, errors: dict[str, str]) -> str | None:
        """The next time that the clock shows the hour typed, as an instant."""
        try:
            hour = parse_hour(tidy(self._values["back_at"]))
        except Invalid as invalid:
            errors["back_at"] = translate_error(invalid)
            return None
        if hour is None:
            return None
        now = self._workplace.present()
        back = datetime.combine(local_day(now), hour, VIETNAM)
        back += timedelta(days=0 if back > now else 1)
        return to_iso(back)


class BedChangeForm(EntryForm[FormState]):
    """Another bed for a resident."""

    form = "bed"

    def __init__(self, workplace: Workplace, stay: str) -> None:
        self._stay = workplace.read(lambda c: stay_row(c, stay))
        super().__init__(workplace, stay, {"bed": self._stay.bed_id if self._stay else ""})
        self.open_as(workplace.read(lambda c: open_records(c, load(c, "placement", stay))))

    def fields(self) -> Sequence[FieldSpec]:
        hint = _("The present bed, and those that are free.")
        return (FieldSpec("bed", _("New bed"), Editor.CHOICE, hint=hint, placeholder=_("No bed yet")),)

    def way_back(self) -> Route:
        return Route("resident", self.record)

    def state(self) -> FormState:
        stay = self._stay
        now = _("Now in bed {bed}.").format(bed=stay.bed) if stay and stay.bed else _("Has no bed yet.")
        return FormState(
            title=_("Another bed for {alias}").format(alias=stay.alias if stay else ""),
            subtitle=now,
            save_text=_("Change bed"),
            values=dict(self._values),
            errors=self.shown_errors(),
        )

    def options(self, name: str) -> list[Option]:
        return free_beds(self._workplace)

    def offered(self, name: str) -> list[Option]:
        """The bed that they have too: whoever chooses nothing takes nobody's bed away."""
        stay = self._stay
        return [*([(stay.bed_id, stay.bed)] if stay and stay.bed else []), *self.options(name)]

    def check(self) -> dict[str, str]:
        return {}

    def operation(self) -> Callable[[Tx], str]:
        bed = RecordId(self._values["bed"]) if self._values["bed"] else None
        opened = self.opened

        def operation(tx: Tx) -> str:
            change_bed(tx, opened, RecordId(self.record), bed)
            return self.record

        return operation
