"""A line of the daily log: hour, kind, what happened, and the tasks done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.placements import CareLogEntry
from commune_desk.domain.time.clock import lies_before
from commune_desk.i18n import _
from commune_desk.presenters.frame.entry_form import Editor, EntryForm, FieldSpec, FormState, require_filled
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import Option
from commune_desk.store.pages.placements import stay_row
from commune_desk.store.pages.tasks import open_tasks_of
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter.placements import log_care


class CareLogForm(EntryForm[FormState]):
    """The log form of a stay; after the stay it records a follow-up."""

    form = "care_log"
    kind = "care_log_entry"

    def __init__(self, workplace: Workplace, stay: str) -> None:
        self._stay = workplace.read(lambda c: stay_row(c, stay))
        today = workplace.today().isoformat()
        person = self._stay.person if self._stay else ""
        tasks = workplace.read(lambda c: open_tasks_of(c, person)) if person else ()
        self._due = [task for task in tasks if task.due_on is not None and task.due_on <= today]
        super().__init__(workplace, stay, {"logged_at": "", "entry_kind": "daily", "note": "", "done": ()})
        self._values["logged_at"] = self.now_text()
        self._id = new_record_id()

    def fields(self) -> Sequence[FieldSpec]:
        specs = (
            FieldSpec("note", _("What happened"), Editor.LINES, required=True, wide=True),
            FieldSpec("entry_kind", _("Kind of entry"), Editor.RADIO, required=True, wide=True),
            FieldSpec("logged_at", _("Hour"), required=True, placeholder=_("dd/mm/yyyy hh:mm")),
            FieldSpec("done", _("Done with this entry"), Editor.MULTI, wide=True),
        )
        return specs if self._due else specs[:-1]

    def way_back(self) -> Route:
        return Route("resident", self.record)

    def state(self) -> FormState:
        alias = self._stay.alias if self._stay else ""
        ended = self._stay is not None and not self._stay.is_active
        title = _("Follow-up of {alias}") if ended else _("Log of {alias}")
        return FormState(
            title=title.format(alias=alias),
            subtitle=_("An entry is written once; a mistake is corrected by a new entry."),
            save_text=_("Save entry"),
            values=dict(self._values),
            errors=self.shown_errors(),
        )

    def options(self, name: str) -> list[Option]:
        if name == "done":
            return [(task.id, labels.joined(task.title, labels.day_text(task.due_on))) for task in self._due]
        return self.code_options("care_log_kinds")

    def check(self) -> dict[str, str]:
        errors: dict[str, str] = {}
        at = self.moment("logged_at", errors)
        require_filled(errors, self._values, "logged_at", "entry_kind")
        if not self.text("note"):
            errors["note"] = _("Please fill this in.")
        now = self._workplace.latest()
        if at and self._stay is not None and lies_before(at, self._stay.admitted_at, now):
            errors["logged_at"] = _("This hour lies before the admission.")
        return errors

    def operation(self) -> Callable[[Tx], str]:
        at = self.moment("logged_at", {})
        entry = CareLogEntry(
            id=self._id,
            scope=self._workplace.actor.scope,
            placement=RecordId(self.record),
            logged_at=at,
            entry_kind=self._values["entry_kind"],
            note=self.text("note") or "",
        )
        done = [RecordId(task) for task in self._values["done"]]

        def operation(tx: Tx) -> str:
            log_care(tx, entry, done)
            return self.record

        return operation
