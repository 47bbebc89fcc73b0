"""The Today page: what runs out first, whom to visit, what the province sent, what a person must decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from commune_desk.domain.entered.times import parse_day
from commune_desk.domain.limits.deadlines import Urgency, emergency_clock
from commune_desk.domain.model.ids import RecordId, is_commune_scope
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import local_day
from commune_desk.domain.words.errors import Invalid
from commune_desk.i18n import _, format_long_date, format_number, ngettext, translate_error
from commune_desk.presenters.child.arrivals import arrivals_section
from commune_desk.presenters.child.share import ShareQuestion
from commune_desk.presenters.child.unsaved import unsaved_section
from commune_desk.presenters.day.today_sections import (
    MOST_TASKS,
    CommuneSections,
    ShelterSections,
    decisions_section,
    done_section,
)
from commune_desk.presenters.frame.cards import Section
from commune_desk.presenters.shelter.guests import HAND_BACK, guests_section, hand_back_question
from commune_desk.presenters.sync.clock_texts import clock_section
from commune_desk.presenters.sync.lease_texts import lease_section
from commune_desk.store.engine.database import Connection
from commune_desk.store.intake.conflicts import count_open, late_since
from commune_desk.store.intake.unsaved import unsaved
from commune_desk.store.pages import arrivals
from commune_desk.store.pages.history import count_done_of_nobody, tasks_done_of_nobody
from commune_desk.store.pages.placements import active_stays
from commune_desk.store.pages.today import (
    SHOWN,
    SHOWN_BESIDE,
    CommuneDay,
    Counts,
    commune_day,
    count_open_tasks,
    counts,
    decisions,
    last_logs,
    open_tasks,
)
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.moves import see_arrival
from commune_desk.usecases.records.reports import acknowledge_report
from commune_desk.usecases.records.shares import hand_back
from commune_desk.usecases.records.tasks import add_task, finish_task

MOST_VISITS = 100
TOUCHED_BY = (
    *("report", "home_visit", "child_file", "person", "group_membership", "task", "placement_notice", "placement"),
    *("care_log_entry", "bed", "officer", "conflicts", "imports", "settings", "arrivals", "departures", "lease"),
)
"""Kinds and topics after whose change the page is read again."""
_TASK_YEARS = 2


@dataclass(frozen=True, slots=True)
class TodayState:
    """What the page shows: sections of the main and the side column, from top to bottom."""

    title: str
    subtitle: str
    main: tuple[Section, ...]
    side: tuple[Section, ...]
    can_write: bool
    is_commune: bool


class TodayPage:
    """Reads the day and words it. `read` asks the register, `reworded` only looks at the clock."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._most_visits, self._most_tasks = SHOWN, SHOWN_BESIDE if self.is_commune else SHOWN
        self._shows_done = False
        self._day: date | None = None
        self._commune: CommuneDay | None = None

    @property
    def is_commune(self) -> bool:
        return is_commune_scope(self._workplace.actor.scope)

    def now(self) -> datetime:
        return self._workplace.present()

    def read(self) -> TodayState:
        """Ask the register and word what it says."""
        today = self._workplace.today()
        self._day = today
        if not self.is_commune:
            return self._shelter_state()
        self._commune = self._workplace.read(
            lambda c: commune_day(c, today, most_visits=self._most_visits, most_tasks=self._most_tasks)
        )
        return self._commune_state(self._commune)

    def reworded(self) -> TodayState:
        """The same facts at the present minute; a new day is read anew."""
        if self._commune is None or self._day != self._workplace.today():
            return self.read()
        return self._commune_state(self._commune)

    def show_all(self, section: str) -> TodayState:
        """Show many more of the visits that are due, or of the tasks; show those that are done, or hide them again."""
        if section == "done":
            self._shows_done = not self._shows_done
        elif section == "tasks":
            self._most_tasks = MOST_TASKS
        else:
            self._most_visits = MOST_VISITS
        return self.read()

    def operation(self, act: str, record: str) -> Callable[[Tx], None]:
        """What a row's button writes. Raises KeyError for an act that is none."""
        if act == "see_arrival":
            return lambda tx: see_arrival(tx, RecordId(record))
        if act == HAND_BACK:
            return lambda tx: hand_back(tx, RecordId(record))
        step = {"acknowledge": acknowledge_report, "finish_task": finish_task}[act]
        return lambda tx: step(tx, record)

    def question(self, act: str, record: str) -> ShareQuestion | None:
        """What is asked before the act is done; None for what is done at once."""
        return hand_back_question(self._workplace, record) if act == HAND_BACK else None

    def new_task(self, title: str, day: str) -> Callable[[Tx], object] | str:
        """The operation that writes a task down, or the sentence that says what is wrong with it."""
        today = self._workplace.today()
        try:
            due = parse_day(day, today, date(today.year + _TASK_YEARS, 12, 31))
        except Invalid as invalid:
            return translate_error(invalid)
        if not title.strip():
            return _("Write what is to be done.")
        due_on = due.isoformat() if due else None
        return lambda tx: add_task(tx, title, due_on)

    def _commune_state(self, day: CommuneDay) -> TodayState:
        now = self.now()
        late = self._workplace.read(late_since)
        sections = CommuneSections(self._workplace.codes, day, now, can_write=self._can_write("home_visit"), late=late)
        return TodayState(
            title=self._title(now),
            subtitle=_subtitle(day.counts),
            main=(
                sections.clocks(),
                *clock_section(self._workplace),
                *self._lease(now),
                *self._unsaved(),
                *self._arrivals(can_write=self._can_write("home_visit")),
                sections.visits(is_expanded=self._most_visits > SHOWN),
            ),
            side=(*sections.beside(), *self._done()),
            can_write=self._can_write("home_visit"),
            is_commune=True,
        )

    def _shelter_state(self) -> TodayState:
        residents = self._workplace.read(active_stays)
        logs = self._workplace.read(last_logs)
        tasks = self._workplace.read(lambda c: open_tasks(c, self._most_tasks))
        count_tasks = self._workplace.read(count_open_tasks)
        now = self.now()
        sections = ShelterSections(residents, logs, tasks, count_tasks, now)
        count = ngettext("{count} resident", "{count} residents", len(residents)).format(count=len(residents))
        return TodayState(
            title=self._title(now),
            subtitle=count if residents else _("Nobody is staying in the house."),
            main=(
                sections.ending(),
                *clock_section(self._workplace),
                *self._lease(now),
                *self._arrivals(can_write=self._can_write("care_log_entry")),
                sections.logs(),
            ),
            side=(*self._decisions(now), sections.tasks(), *self._done(), *guests_section(self._workplace)),
            can_write=self._can_write("care_log_entry"),
            is_commune=False,
        )

    def _decisions(self, now: datetime) -> tuple[Section, ...]:
        """What the house has to decide; no card without anything."""
        found = self._workplace.read(decisions)
        count, late = self._workplace.read(count_open), self._workplace.read(late_since)
        return (decisions_section(found, count, late, now),) if found else ()

    def _done(self) -> tuple[Section, ...]:
        """Tasks that are about nobody and done, for whoever asks for them; no card without any."""
        count = self._workplace.read(count_done_of_nobody)
        if not count:
            return ()
        done = self._workplace.read(lambda c: tasks_done_of_nobody(c, MOST_TASKS)) if self._shows_done else []
        return (done_section(done, count, self._workplace.today()),)

    def _unsaved(self) -> tuple[Section, ...]:
        """What this officer typed about children who have moved, and must save soon; no card without any."""
        typed = self._workplace.read(lambda c: unsaved(c, self._workplace.actor.officer))
        return (unsaved_section(self._workplace.codes, typed, self._workplace.today()),) if typed else ()

    def _arrivals(self, *, can_write: bool) -> tuple[Section, ...]:
        """Who came and was not looked at yet; no card without anybody."""
        came = self._workplace.read(lambda c: arrivals.unseen(c, SHOWN))
        if not came:
            return ()
        count, today = self._workplace.read(arrivals.count_unseen), self._workplace.today()
        codes, has_pages = self._workplace.codes, self.is_commune
        return (arrivals_section(codes, came, count, today, can_write=can_write, has_pages=has_pages),)

    def _lease(self, now: datetime) -> tuple[Section, ...]:
        return lease_section(self._workplace.register.lease, now)

    def _can_write(self, kind: str) -> bool:
        return self._workplace.actor.role in KINDS[kind].write

    @staticmethod
    def _title(now: datetime) -> str:
        return _("Today, {day}").format(day=format_long_date(local_day(now)))


def _subtitle(numbers: Counts) -> str:
    parts = [
        ngettext("{count} clock running", "{count} clocks running", numbers.running) if numbers.running else "",
        ngettext("{count} visit due", "{count} visits due", numbers.due) if numbers.due else "",
        ngettext("{count} decision needed", "{count} decisions needed", numbers.decisions) if numbers.decisions else "",
    ]
    values = (numbers.running, numbers.due, numbers.decisions)
    said = [text.format(count=format_number(value)) for text, value in zip(parts, values, strict=True) if text]
    return ", ".join(said) or _("Nothing is due today.")


def badges(connection: Connection, now: datetime) -> dict[str, tuple[int, str]]:
    """(number, tone) for pages of the rail that something waits on; red when a clock is under 3 hours or over."""
    numbers = counts(connection, local_day(now))
    is_red = bool(numbers.oldest) and emergency_clock(numbers.oldest, now, numbers.hours).urgency >= Urgency.URGENT
    tone = "danger" if is_red or numbers.from_province else "quiet"
    return {
        "today": (numbers.running + numbers.due + numbers.decisions, tone),
        "reports": (numbers.running, tone),
        "sync": (numbers.decisions, "quiet"),
    }
