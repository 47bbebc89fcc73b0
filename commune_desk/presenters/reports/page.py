"""The reports page: what runs out first, one report at a time with its sealed parts, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.records.reports import RUNNING, Report, clock_runs
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _, ngettext
from commune_desk.presenters.frame.moments import Moment, kept_values
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.deadline_texts import ClockText, emergency_text, moment_text, source_text
from commune_desk.presenters.wording.labels import ChipText
from commune_desk.presenters.wording.sealed_text import closed_text
from commune_desk.store.pages import reports as store
from commune_desk.store.pages.reports import ReportRow, ReportView
from commune_desk.store.writing.leaving import leaves_to
from commune_desk.store.writing.opened import closed_fields
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records import reports as usecases

ACKNOWLEDGE, MEASURES, CLOSE, REOPEN, LINK = "acknowledge", "measures", "close", "reopen", "link"
SEALED_ELSEWHERE = N_("The description is sealed for another place.")
_NOT_HERE = N_("The description has not come to this PC.")
_DONE_SEALED_ELSEWHERE = N_("What was done is sealed for another place: ask there before you write anything here.")
_ACTIONS = {
    "waiting": (ACKNOWLEDGE, MEASURES, LINK),
    "acknowledged": (MEASURES, LINK),
    "acted": (CLOSE, MEASURES, LINK),
    "closed": (REOPEN,),
}


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A row of the list. `clock` is None once the emergency clock has stopped."""

    id: str
    clock: ChipText | None
    title: str
    second: str
    status: ChipText


@dataclass(frozen=True, slots=True)
class ReportDetail:
    """One report. `lines` are (label, text); `informant` only when it was asked for; `actions` in their order.

    `kept` are values that lost against another desk's.
    """

    id: str
    person: str
    title: str
    chips: tuple[ChipText, ...]
    clock: ClockText | None
    description: str
    measures: str
    lines: tuple[tuple[str, str], ...]
    has_informant: bool
    informant: tuple[tuple[str, str], ...]
    kept: tuple[Moment, ...]
    actions: tuple[str, ...]


def status_chip(status: str, *, from_province: bool) -> ChipText:
    """Where a report stands; one of the province that nobody took up says so in red."""
    tones = {"waiting": "danger" if from_province else "warning", "acknowledged": "note", "acted": "good"}
    return ChipText(labels.step_text("report", status), tones.get(status, "quiet"))


def who_text(row: ReportRow | Report) -> str:
    """`Đặng Thị Hoà, aged 9`, `a girl of about 9`, `child not known yet`."""
    age = row.child_age
    if row.child_name:
        years = "" if age is None else _("aged {count}").format(count=age)
        return ", ".join(filter(None, (row.child_name, years)))
    noun = {"female": _("girl"), "male": _("boy")}.get(row.child_sex or "", _("child"))
    if age is not None:
        return _("{child} of about {age}").format(child=noun, age=age)
    if row.child_sex in ("female", "male"):
        return _("{child}, age not known").format(child=noun)
    return _("child not known yet")


def clocks_text(count: int) -> str:
    """How many emergency clocks run."""
    if not count:
        return _("No emergency clock is running")
    text = ngettext("{count} emergency clock is running", "{count} emergency clocks are running", count)
    return text.format(count=count)


def province_text(count: int) -> str:
    """How many reports of the province wait to be taken up; empty for none."""
    text = ngettext(
        "{count} report of the province not taken up", "{count} reports of the province not taken up", count
    )
    return text.format(count=count) if count else ""


class ReportsPage:
    """What the page shows; `view` is `open`, `acted` or `closed`."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    @property
    def can_write(self) -> bool:
        return self._workplace.actor.role in KINDS["report"].write

    def now(self) -> datetime:
        return self._workplace.present()

    def subtitle(self) -> str:
        """How many clocks run and how many reports of the province wait."""
        counts = self._workplace.read(store.report_counts)
        running = sum(counts.get(status, 0) for status in RUNNING)
        waiting = self._workplace.read(store.count_from_province)
        return labels.joined(clocks_text(running), province_text(waiting))

    def tabs(self) -> list[tuple[str, str]]:
        """(view, label with its number)."""
        counts = self._workplace.read(store.report_counts)
        numbers = {"open": sum(counts.get(one, 0) for one in RUNNING)}
        names = {"open": _("To handle"), "acted": _("Measures taken"), "closed": _("Finished")}
        return [(view, f"{names[view]} {numbers.get(view, counts.get(view, 0))}") for view in store.VIEWS]

    def ids(self, view: str) -> list[str]:
        return self._workplace.read(lambda c: store.report_ids(c, view))

    def view_of(self, report: str) -> str:
        """The view in which a report stands now; empty when it is not here."""
        found = self._workplace.read(lambda c: store.report_rows(c, [report]))
        status = found[0].status if found else ""
        return "open" if status in RUNNING else status

    def rows(self, ids: Sequence[str]) -> list[ReportLine]:
        """The lines of at most some hundred reports, in any order."""
        return [self._line(row) for row in self._workplace.read(lambda c: store.report_rows(c, ids))]

    def open(self, report: str, *, with_informant: bool = False) -> ReportDetail | None:
        """One report to be read; that it was opened, and that the informant was looked at, is written down."""
        view = self._workplace.read(lambda c: store.report_view(c, report))
        if view is None:
            return None
        self._workplace.note(AuditAction.OPEN_INFORMANT if with_informant else AuditAction.OPEN, "report", report)
        return self.detail(view, with_informant=with_informant)

    def again(self, report: str, *, with_informant: bool = False) -> ReportDetail | None:
        """The report that is open already, after it changed or a minute passed; the informant where one looks at it."""
        view = self._workplace.read(lambda c: store.report_view(c, report))
        return self.detail(view, with_informant=with_informant) if view else None

    def operation(self, action: str, report: str, *, person: str = "") -> Callable[[Tx], None]:
        """What an action writes. Raises KeyError for `measures`, which has a form of its own."""
        if action == LINK:
            return lambda tx: usecases.link_report(tx, report, person)
        simple = {
            ACKNOWLEDGE: usecases.acknowledge_report,
            CLOSE: usecases.close_report,
            REOPEN: usecases.reopen_report,
        }
        return partial(_call, simple[action], report)

    def detail(self, view: ReportView, *, with_informant: bool = False) -> ReportDetail:
        """A report as it is read, without writing down that it was."""
        record, is_closed = view.record, self._workplace.register.is_closed
        chips = [status_chip(record.status, from_province=record.from_province)]
        if record.from_province:
            chips.append(ChipText(_("sent by the province"), "note", "phone"))
        if place := self._gone_to(record):
            chips.append(ChipText(_("moved to {place}").format(place=place), "warning", "arrow-right"))
        return ReportDetail(
            id=record.id,
            person=record.person or "",
            title=self._source_line(record.source, record.received_at),
            chips=tuple(chips),
            clock=self._clock(record.received_at) if clock_runs(record) else None,
            description=self._description(record, is_closed=is_closed),
            measures=self._measures(record, is_closed=is_closed),
            lines=self._lines(view),
            has_informant=bool(record.reporter_name or record.reporter_contact),
            informant=self._informant(record) if with_informant else (),
            kept=kept_values(self._workplace, record.id, _("Report edited"), opens=not is_closed),
            actions=_ACTIONS[record.status] if self.can_write else (),
        )

    def _gone_to(self, record: Report) -> str:
        """Where the report is by now that stays here for what is unsent or typed: what is done there is not heard."""
        went = (self._workplace.read(partial(leaves_to, record=one)) for one in (record.id, record.person) if one)
        return next((labels.place_name(self._workplace.codes, to) for to in went if to), "")

    def _description(self, record: Report, *, is_closed: bool) -> str:
        """What was told, or why it is not read here: of a report of which a part came it may be nowhere."""
        is_sealed = is_closed or self._is_sealed(record, "description")
        return closed_text(
            record.description, is_closed=is_closed, otherwise=_(SEALED_ELSEWHERE if is_sealed else _NOT_HERE)
        )

    def _is_sealed(self, record: Report, field: str) -> bool:
        return field in self._workplace.read(lambda c: closed_fields(c, record))

    def _measures(self, record: Report, *, is_closed: bool) -> str:
        """What was done, or why it is not read here though something was."""
        if record.measures:
            return record.measures
        if self._is_sealed(record, "measures"):
            return closed_text(None, is_closed=is_closed, otherwise=_(_DONE_SEALED_ELSEWHERE))
        return _("What was done is still on its way here.") if record.acted_at else ""

    def _lines(self, view: ReportView) -> tuple[tuple[str, str], ...]:
        record, now = view.record, self.now()
        text = partial(labels.value_text, self._workplace.codes, "report")
        lines = (
            (_("Place"), record.place),
            (_("Child"), view.child or who_text(record)),
            (_("Form of abuse"), text("forms", record.forms)),
            (_("Setting"), text("setting", record.setting)),
            (_("Suspected person"), text("relation", record.relation)),
            (_("Taken up"), labels.joined(moment_text(record.acknowledged_at, now), view.officer)),
            (_("Measures taken"), moment_text(record.acted_at, now)),
        )
        return tuple((label, value) for label, value in lines if value)

    def _informant(self, record: Report) -> tuple[tuple[str, str], ...]:
        lines = ((_("Informant"), record.reporter_name or ""), (_("Contact"), record.reporter_contact or ""))
        return tuple((label, value) for label, value in lines if value)

    def _line(self, row: ReportRow) -> ReportLine:
        clock = self._clock(row.received_at) if row.status in RUNNING else None
        return ReportLine(
            id=row.id,
            clock=ChipText(clock.left, clock.tone, clock.icon) if clock else None,
            title=source_text(self._workplace.codes, row.source),
            second=labels.joined(
                moment_text(row.received_at, self.now()),
                _("sent by the province") if row.from_province else "",
                who_text(row),
            ),
            status=status_chip(row.status, from_province=row.from_province),
        )

    def _source_line(self, source: str, received_at: str) -> str:
        return labels.joined(source_text(self._workplace.codes, source), moment_text(received_at, self.now()))

    def _clock(self, received_at: str) -> ClockText:
        return emergency_text(received_at, self.now(), self._workplace.read(store.emergency_hours))


def _call(step: Callable[[Tx, str], None], report: str, tx: Tx) -> None:
    step(tx, report)
