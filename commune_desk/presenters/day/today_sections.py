"""The cards of the Today page as rows to show: what it is, how urgent, and where its button leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from commune_desk.domain.limits.deadlines import STAY_SOON_DAYS
from commune_desk.domain.model.codes import CodeBook
from commune_desk.domain.time.clock import local_day
from commune_desk.i18n import _, format_date, format_number, ngettext
from commune_desk.presenters.frame.cards import Row, Section
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.reports.page import status_chip, who_text
from commune_desk.presenters.shelter.stay_clocks import clocks_of
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.deadline_texts import (
    emergency_text,
    last_day_chip,
    late_text,
    moment_text,
    source_text,
    visit_chip,
)
from commune_desk.store.intake.conflicts import Wait
from commune_desk.store.pages.history import DoneTask
from commune_desk.store.pages.placements import StayRow
from commune_desk.store.pages.reports import ReportRow
from commune_desk.store.pages.today import CommuneDay, Decision, DueVisit, NoticeEnd, OpenTask, Sixteen

MOST_TASKS = 100


@dataclass(frozen=True)
class CommuneSections:
    """The cards of a commune desk."""

    codes: CodeBook
    day: CommuneDay
    now: datetime
    can_write: bool
    late: Mapping[tuple[str, str], Wait]
    """Fields (record, name) to decide that the province had in its queue, each with how long it has waited."""

    @property
    def today(self) -> date:
        return local_day(self.now)

    def clocks(self) -> Section:
        """Running emergency clocks, what runs out first on top."""
        rest = self.day.counts.running - len(self.day.reports)
        return Section(
            "clocks",
            _("Time limits by law"),
            "clock",
            rows=tuple(self._clock_row(row, is_first=place == 0) for place, row in enumerate(self.day.reports)),
            aside=_("running, even without a line") if self.day.reports else "",
            empty=_("No emergency clock is running."),
            more=_("{count} more on the reports page").format(count=rest) if rest > 0 else "",
            more_route=Route("reports"),
        )

    def visits(self, *, is_expanded: bool) -> Section:
        """Visits due, by risk and lateness, then those of the coming week."""
        numbers = self.day.counts
        rest = numbers.due + numbers.this_week - len(self.day.visits)
        more = _("Show all ({count})").format(count=format_number(numbers.due + numbers.this_week)) if rest > 0 else ""
        if is_expanded and more:
            more = _("Show all overdue ones in the register")
        rows = tuple(self._visit_row(visit) for visit in self.day.visits)
        return Section(
            "visits",
            _("Home visits due"),
            "calendar",
            rows=rows + self._never_visited(),
            aside=self._visits_aside(),
            empty=_("No home visit is due within the next 7 days."),
            more=more,
            more_route=Route("register", form="overdue") if is_expanded else None,
        )

    def beside(self) -> tuple[Section, ...]:
        """The side column; cards with nothing in them are left out."""
        found = (self._province(), self._decisions(), self._notices(), self._sixteen(), self._tasks())
        return tuple(section for section in found if section.rows or section.has_entry)

    def _clock_row(self, row: ReportRow, *, is_first: bool) -> Row:
        clock = emergency_text(row.received_at, self.now, self.day.counts.hours)
        return Row(
            row.id,
            _("Emergency measures"),
            labels.joined(clock.due, _("Decree 56, article 26")),
            second=labels.joined(
                _("{source} reported at {time}").format(source=self._source(row), time=self._moment(row)),
                who_text(row),
                labels.village_text(row.place),
            ),
            clock=clock,
            button=_("Handle") if self.can_write else _("Open"),
            route=Route("reports", row.id),
            is_first=is_first,
        )

    def _source(self, row: ReportRow) -> str:
        return source_text(self.codes, row.source)

    def _moment(self, row: ReportRow) -> str:
        return moment_text(row.received_at, self.now)

    def _visit_row(self, visit: DueVisit) -> Row:
        return Row(
            visit.person,
            visit.name,
            labels.joined(labels.age_text(visit.birth_date, self.today), labels.village_text(visit.village)),
            chip=visit_chip(labels.risk_level_of(visit.risk), visit.next_visit_on, self.today),
            aside=self._visit_aside(visit),
            route=Route("child", visit.person),
        )

    def _visit_aside(self, visit: DueVisit) -> str:
        """The last visit where the chip says how late the next one is; the day of one that is still to come."""
        if visit.next_visit_on > self.today.isoformat():
            return _("by {day}").format(day=labels.near_day_text(visit.next_visit_on, self.today))
        last = labels.near_day_text(visit.last_visit_on, self.today)
        return _("seen {day}").format(day=last) if last else _("not visited yet")

    def _visits_aside(self) -> str:
        numbers = self.day.counts
        due = _("{count} due").format(count=format_number(numbers.due)) if numbers.due else ""
        week = _("{count} this week").format(count=format_number(numbers.this_week)) if numbers.this_week else ""
        return labels.joined(due, week)

    def _never_visited(self) -> tuple[Row, ...]:
        count = self.day.never_visited
        if not count:
            return ()
        text = ngettext(
            "{count} child of a group has never been visited",
            "{count} children of a group have never been visited",
            count,
        )
        title = text.format(count=format_number(count))
        return (Row("never", title, button=_("Open the register"), route=Route("register")),)

    def _province(self) -> Section:
        rows = tuple(
            Row(
                row.id,
                labels.joined(row.source if row.source[:1].isdigit() else self._source(row), self._moment(row)),
                second=labels.joined(who_text(row), labels.village_text(row.place)),
                chips=(status_chip(row.status, from_province=True),),
                button=_("Take up") if self.can_write else _("Open"),
                act="acknowledge" if self.can_write else "",
                route=Route("reports", row.id),
            )
            for row in self.day.from_province
        )
        rest = self.day.counts.from_province - len(rows)
        more = _("{count} more on the reports page").format(count=rest) if rest > 0 else ""
        return Section("province", _("Sent by the province"), "phone", rows, more=more, more_route=Route("reports"))

    def _decisions(self) -> Section:
        return decisions_section(self.day.decisions, self.day.counts.decisions, self.late, self.now)

    def _notices(self) -> Section:
        rows = tuple(self._notice_row(notice) for notice in self.day.notices)
        rest = self.day.ending - len(rows)
        aside = _("{count} more").format(count=rest) if rest > 0 else ""
        return Section("notices", _("Protection that ends soon"), "home", rows, aside=aside)

    def _notice_row(self, notice: NoticeEnd) -> Row:
        what = _("Temporary isolation") if notice.is_isolation else _("Stay in emergency protection")
        return Row(
            f"{notice.id}.{notice.is_isolation}",
            notice.case_code,
            second=labels.joined(
                _("Under protection; ask the province"), f"{what} → {labels.day_text(notice.last_day)}"
            ),
            chips=(last_day_chip(notice.last_day, self.today),),
        )

    def _sixteen(self) -> Section:
        rows = tuple(self._sixteen_row(child) for child in self.day.sixteen)
        past = self.day.past_sixteen
        if past:
            text = ngettext("{count} is 16 and still in the register", "{count} are 16 and still in the register", past)
            route = Route("register", form="near_16")
            rows += (Row("past", text.format(count=format_number(past)), button=_("Look"), route=route),)
        rest = self.day.turning_sixteen - len(self.day.sixteen)
        more = _("Show all ({count})").format(count=self.day.turning_sixteen) if rest > 0 else ""
        return Section(
            "sixteen", _("Turning 16"), "user", rows, more=more, more_route=Route("register", form="near_16")
        )

    def _sixteen_row(self, child: Sixteen) -> Row:
        day = (
            _("may be 16 already")
            if child.turns_on <= self.today
            else _("on {day}").format(day=format_date(child.turns_on))
        )
        return Row(child.person, child.name, day, route=Route("child", child.person))

    def _tasks(self) -> Section:
        return tasks_section(self.day.tasks, self.day.open_tasks, self.today, can_write=self.can_write)


def decisions_section(
    decisions: Sequence[Decision], count: int, late: Mapping[tuple[str, str], Wait], now: datetime
) -> Section:
    """Fields of which officers wrote different values, perhaps not all of the `count` there are; `late` as in
    `CommuneSections`."""
    rows = tuple(
        Row(
            f"{one.record}.{one.field}",
            labels.field_label(one.kind, one.field),
            second=labels.joined(_decision_text(one), late_text(late.get((one.record, one.field)), now)),
            button=_("Look"),
            route=Route("sync"),
        )
        for one in decisions
    )
    rest = count - len(rows)
    more = _("{count} more on the sync page").format(count=rest) if rest > 0 else ""
    return Section("decisions", _("To decide"), "refresh", rows, more=more, more_route=Route("sync"))


def _decision_text(one: Decision) -> str:
    if one.name:
        return _("{name}: officers wrote different values").format(name=one.name)
    return _("Officers wrote different values")


def tasks_section(tasks: Sequence[OpenTask], count: int, today: date, *, can_write: bool) -> Section:
    """Tasks with their days, perhaps not all of the `count` there are; a new one is written down in the card."""
    rows = tuple(
        Row(
            task.id,
            task.title,
            second=labels.joined(_due_text(task.due_on, today), task.name),
            button=_("Done") if can_write else "",
            act="finish_task",
            route=Route("child", task.person) if task.person else None,
        )
        for task in tasks
    )
    rest = count - len(tasks)
    aside = _("{count} more").format(count=rest) if rest > 0 else ""
    following = min(rest, MOST_TASKS - len(tasks))
    more = _("Show {count} more tasks").format(count=following) if following > 0 else ""
    return Section("tasks", _("Tasks"), "check", rows, aside=aside, more=more, has_entry=can_write)


def done_section(done: Sequence[DoneTask], count: int, today: date) -> Section:
    """Tasks about nobody that are done, none of them or the latest; those of a child stand in the child's timeline."""
    rows = tuple(
        Row(one.record, one.title, second=labels.joined(labels.near_instant_text(one.at, today), one.officer))
        for one in done
    )
    rest = count - len(rows)
    most = min(count, MOST_TASKS)
    show = ngettext("Show {count} task done", "Show {count} tasks done", most).format(count=format_number(most))
    aside = _("{count} more").format(count=format_number(rest)) if rows and rest > 0 else ""
    return Section("done", _("Tasks done"), "check", rows, aside=aside, more=_("Hide") if rows else show)


def _due_text(due_on: str | None, today: date) -> str:
    if not due_on:
        return ""
    late = (today - date.fromisoformat(due_on)).days
    if late > 0:
        return ngettext("{count} day late", "{count} days late", late).format(count=late)
    return _("by {day}").format(day=labels.near_day_text(due_on, today))


@dataclass(frozen=True)
class ShelterSections:
    """The cards of a shelter desk."""

    residents: Sequence[StayRow]
    last_logs: Mapping[str, str]
    """The instant of the latest entry of a stay that has one."""
    open_tasks: Sequence[OpenTask]
    count_tasks: int
    now: datetime

    @property
    def today(self) -> date:
        return local_day(self.now)

    def ending(self) -> Section:
        """Stays and temporary isolation that end within a week."""
        ends = sorted(
            (clock.last_day, stay.alias, clock.name, stay.id)
            for stay in self.residents
            for clock in clocks_of(stay, self.today)
            if clock.days <= STAY_SOON_DAYS
        )
        rows = tuple(
            Row(
                f"{stay}.{day}",
                alias,
                what,
                chip=last_day_chip(day, self.today),
                aside=labels.day_text(day),
                route=Route("resident", stay),
            )
            for day, alias, what, stay in ends
        )
        empty = _("No stay and no isolation ends within a week.")
        return Section("ending", _("Ending soon"), "clock", rows, empty=empty)

    def logs(self) -> Section:
        """Residents whose daily log has no entry of today."""
        rows = tuple(
            Row(
                stay.id,
                stay.alias,
                stay.bed,
                aside=_("last {day}").format(day=moment_text(self.last_logs[stay.id], self.now))
                if stay.id in self.last_logs
                else _("no entry yet"),
                button=_("Write"),
                route=Route("resident", stay.id, "care_log"),
            )
            for stay in self.residents
            if not (stay.id in self.last_logs and local_day(self.last_logs[stay.id]) >= self.today)
        )
        return Section(
            "logs",
            _("Daily log not written yet"),
            "clipboard-list",
            rows,
            empty=_("Every resident has an entry of today.")
            if self.residents
            else _("Nobody is staying in the house."),
        )

    def tasks(self) -> Section:
        return tasks_section(self.open_tasks, self.count_tasks, self.today, can_write=True)
