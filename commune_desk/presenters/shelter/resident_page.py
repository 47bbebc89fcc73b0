"""A resident's page: the name used in the house and the real one, clocks, papers, the log, what can be done next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import msgspec

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.placements import PAPERS, PAPERS_ALWAYS, Placement
from commune_desk.domain.time.clock import from_iso, local_day
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.i18n import _, format_date, format_instant
from commune_desk.presenters.frame.moments import NOT_SENT, Moment, kept_sealed, kept_values, with_mark
from commune_desk.presenters.shelter.guests import held_with
from commune_desk.presenters.shelter.page import status_chip, with_companions
from commune_desk.presenters.shelter.shift_list import is_late
from commune_desk.presenters.shelter.stay_clocks import StayClock, clocks_of, missing_papers, missing_text, night_text
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.deadline_texts import moment_text
from commune_desk.presenters.wording.erased_texts import gone_text
from commune_desk.presenters.wording.labels import ChipText, Fact
from commune_desk.presenters.wording.next_steps import Step
from commune_desk.store.pages.history import tasks_done_of
from commune_desk.store.pages.placements import LogRow, StayRecord, stay_record
from commune_desk.store.writing.erased import order_about
from commune_desk.store.writing.opened import Opened, open_records
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.sealed import CLOSED
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter.placements import come_back, set_papers

_TONES = {"incident": "danger", "health": "warning", "medicine": "warning"}


@dataclass(frozen=True, slots=True)
class ResidentView:
    """Everything the page shows. `actions` are the forms that the state of the stay allows."""

    stay: str
    alias: str
    initials: str
    name: str
    line: str
    chips: tuple[ChipText, ...]
    notice: str
    status: str
    can_write: bool
    clocks: tuple[StayClock, ...]
    papers: tuple[str, ...]
    papers_note: str
    facts: tuple[Fact, ...]
    has_sealed: bool
    steps: tuple[Step, ...]
    timeline: tuple[Moment, ...]
    earlier: tuple[tuple[str, str], ...]


class ResidentPage:
    """The page of one stay. Making it writes down that the resident's page was opened."""

    def __init__(self, workplace: Workplace, stay: str) -> None:
        self._workplace, self.stay = workplace, stay
        self._shown: Placement | None = None
        self._opened = Opened()
        workplace.note(AuditAction.OPEN, "placement", stay)

    def view(self) -> ResidentView | None:
        """The stay as it stands, or None when it is not in this register."""
        record = self._workplace.read(lambda c: stay_record(c, self.stay))
        if record is None:
            return None
        self._opened = self._workplace.read(lambda c: open_records(c, record.placement))
        self._shown = self._opened.seen(record.placement)
        return self._view(record)

    def gone(self) -> tuple[str, str]:
        """Why there is nothing to show: a sentence, and more of it or nothing."""
        order = self._workplace.read(lambda c: order_about(c, self.stay))
        return gone_text(order, _("This stay is not in this register any more."))

    def sealed(self) -> tuple[Fact, ...]:
        """What only this house can read; asking for it is written down."""
        if not self._workplace.register.is_closed:
            self._workplace.note(AuditAction.OPEN_SEALED, "placement", self.stay)
        return self.sealed_again()

    def sealed_again(self) -> tuple[Fact, ...]:
        """The same, of one who has it open already, after something changed."""
        if self._workplace.register.is_closed:
            return (Fact(_("Sealed"), _(CLOSED)),)
        record = self._workplace.read(lambda c: stay_record(c, self.stay))
        return (*_sealed_facts(record), *kept_sealed(self._workplace, self.stay)) if record else ()

    def paper_options(self) -> list[tuple[str, str]]:
        return [(code, _(text)) for code, text in PAPERS.items()]

    def keep_papers(self, papers: Collection[str]) -> Callable[[Tx], None]:
        """The operation that keeps the papers ticked. Raises ValueError before anything was shown."""
        shown, opened = self._shown, self._opened
        if shown is None:
            raise ValueError("the page shows nothing")
        kept = (*papers, *(code for code in shown.papers if code not in PAPERS))  # what a newer program ticked stays
        self._shown = msgspec.structs.replace(shown, papers=kept)
        return lambda tx: set_papers(tx, opened, shown, kept)

    def came_back(self) -> Callable[[Tx], None]:
        note = _("Is back in the house.")
        return lambda tx: come_back(tx, RecordId(self.stay), note=note)

    def _view(self, record: StayRecord) -> ResidentView:
        row, today = record.row, self._workplace.today()
        clocks = clocks_of(row, today)
        missing = missing_papers(row)
        chips = [status_chip(row.status), *(clock.chip for clock in clocks)]
        if missing and row.is_active:
            chips.append(ChipText(missing_text(missing), "warning", "file-warning"))
        return ResidentView(
            stay=row.id,
            alias=with_companions(row),
            initials=labels.initials_of(row.alias),
            name=record.person.full_name if record.person and record.person.full_name else _("name not known"),
            line=self._line(record),
            chips=tuple(chips),
            notice=self._notice(record),
            status=row.status,
            can_write=self._workplace.actor.scope == record.placement.scope,
            clocks=clocks,
            papers=row.papers,
            papers_note=self._papers_note(record),
            facts=self._facts(record),
            has_sealed=bool(_sealed_facts(record)) or self._workplace.register.is_closed,
            steps=self._steps(record),
            timeline=self._timeline(record),
            earlier=tuple((stay.id, _stay_line(stay.alias, stay.admitted_at)) for stay in record.earlier),
        )

    def _line(self, record: StayRecord) -> str:
        person, codes = record.person, self._workplace.codes
        today = self._workplace.today()
        age = labels.age_and_birth(person.birth_date if person else None, today)
        commune = record.placement.home_commune
        home = labels.code_text(codes, "communes", commune) if commune else _("home commune not known")
        return labels.joined(labels.sex_text(codes, person.sex if person else None), age, home)

    def _notice(self, record: StayRecord) -> str:
        row = record.row
        if row.status != "out":
            return ""
        now = self._workplace.present()
        due = moment_text(row.due_back_at, now)
        if is_late(row, now):
            return _("Out of the house and late: should have been back at {hour}.").format(hour=due)
        return _("Out of the house, due back at {hour}.").format(hour=due) if due else _("Out of the house.")

    def _papers_note(self, record: StayRecord) -> str:
        missing = [_(PAPERS[code]) for code in PAPERS_ALWAYS if code not in record.row.papers]
        if not missing:
            return _("The dossier is complete.")
        return _("Decree 20/2021 art. 27. The dossier is usually completed within 10 working days.")

    def _facts(self, record: StayRecord) -> tuple[Fact, ...]:
        row, stay, codes = record.row, record.placement, self._workplace.codes
        known = [
            Fact(_("Bed"), labels.joined(row.bed, night_text(row, self._workplace.today()) if row.is_active else "")),
            Fact(_("Admitted"), format_instant(from_iso(row.admitted_at))),
            Fact(_("Reason"), labels.code_text(codes, "admission_reasons", row.reason)),
            Fact(_("Brought by"), stay.brought_by or ""),
            Fact(_("Case code"), stay.case_code or ""),
            Fact(_("Held together with"), held_with(self._workplace, row.person)),
            Fact(_("Belongings"), stay.belongings or ""),
        ]
        if row.ended_at:
            reason = labels.code_text(codes, "discharge_reasons", row.discharge_reason)
            known += [
                Fact(_("Discharged"), format_instant(from_iso(row.ended_at))),
                Fact(_("Reason for discharge"), reason),
                Fact(_("Handed over to"), stay.receiver or ""),
            ]
        return tuple(fact for fact in known if fact.value)

    def _steps(self, record: StayRecord) -> tuple[Step, ...]:
        today = self._workplace.today()
        steps = []
        for task in record.tasks:
            late = labels.overdue_text(task.due_on, today)
            steps.append(
                Step(task.due_on or "", late or labels.near_day_text(task.due_on, today), task.title, bool(late))
            )
        return tuple(steps)

    def _timeline(self, record: StayRecord) -> tuple[Moment, ...]:
        row = record.row
        unsent = record.unsent if not self._workplace.register.identity.is_training else frozenset()
        moments = [self._moment(entry, is_unsent=entry.id in unsent) for entry in record.log]
        if row.ended_at:
            reason = labels.code_text(self._workplace.codes, "discharge_reasons", row.discharge_reason)
            end = self._happening("ended", _("Stay ended"), row.ended_at, reason, "good")
            later = sum(entry.logged_at > row.ended_at for entry in record.log)
            moments.insert(later, end)
        reason = labels.code_text(self._workplace.codes, "admission_reasons", row.reason)
        body = labels.joined(reason, record.placement.brought_by)
        of_her = kept_values(self._workplace, row.person, _("Details edited"))
        done = self._done(record, is_synced=not self._workplace.register.identity.is_training)
        for kept in (*kept_values(self._workplace, row.id, _("Stay edited")), *of_her, *done):
            moments.insert(sum(moment.order > kept.order for moment in moments), kept)
        return (*moments, self._happening("admitted", _("Admitted"), row.admitted_at, body, "note"))

    def _done(self, record: StayRecord, *, is_synced: bool) -> Iterator[Moment]:
        """What was to be done for the resident and is done; of who was here before, from this stay to the next."""
        stays = sorted((record.row, *record.earlier), key=lambda one: one.admitted_at)
        for title, entry in self._workplace.read(lambda c: tasks_done_of(c, record.row.person)):
            stay = next((one for one in reversed(stays) if one.admitted_at <= entry.at), stays[0])
            if stay.id == record.row.id:
                meta = labels.joined(labels.near_instant_text(entry.at, self._workplace.today()), entry.officer)
                moment = Moment(key=entry.change, order=entry.at, heading=_("Task done"), meta=meta, body=title)
                is_unsent = is_synced and entry.is_unsent
                yield with_mark(moment, _(NOT_SENT), "clock", "warning") if is_unsent else moment

    def _moment(self, entry: LogRow, *, is_unsent: bool) -> Moment:
        heading = labels.code_text(self._workplace.codes, "care_log_kinds", entry.kind)
        meta = labels.joined(labels.near_instant_text(entry.logged_at, self._workplace.today()), entry.officer)
        return Moment(
            order=entry.logged_at,
            heading=heading,
            meta=meta,
            body=entry.note,
            chip=_(NOT_SENT) if is_unsent else "",
            chip_icon="clock" if is_unsent else "",
            chip_tone="warning",
            tone=_TONES.get(entry.kind, "quiet"),
            key=entry.id,
        )

    def _happening(self, key: str, heading: str, at: str, body: str, tone: str) -> Moment:
        meta = labels.near_instant_text(at, self._workplace.today())
        return Moment(key=key, order=at, heading=heading, meta=meta, body=body, tone=tone)


def _stay_line(alias: str, admitted_at: str) -> str:
    return labels.joined(alias, format_date(local_day(admitted_at)))


def _sealed_facts(record: StayRecord) -> tuple[Fact, ...]:
    stay = record.placement
    known = (
        Fact(_("Condition on arrival"), stay.condition or ""),
        Fact(_("Safety plan"), stay.safety_plan or ""),
        Fact(_("Destination"), stay.destination or ""),
    )
    return tuple(fact for fact in known if fact.value)
