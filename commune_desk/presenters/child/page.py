"""A child's page: header, timeline, details, family, groups, next steps and the line of risk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from commune_desk.domain.limits.deadlines import emergency_due_at
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.children import FILE_STEPS, RISK_LEVELS, WITHDRAWN, GroupMembership
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.records.reports import clock_runs
from commune_desk.domain.records.visits import HomeVisit
from commune_desk.domain.time.clock import VIETNAM
from commune_desk.domain.time.dates import birthday_alert
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.i18n import _, format_date, ngettext
from commune_desk.presenters.child.closed import closed_notice
from commune_desk.presenters.child.code_twice import code_notice, new_code_question
from commune_desk.presenters.child.family import NOT_HERE, FamilyRow, family_rows
from commune_desk.presenters.child.join import JoinQuestion, NotJoinedView, not_joined_view, put_back_question
from commune_desk.presenters.child.move import ChildMove, MoveView, move_view
from commune_desk.presenters.child.share import ChildShare, SharingView, sharing_view
from commune_desk.presenters.child.timeline import Timeline
from commune_desk.presenters.frame.moments import Moment
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.erased_texts import gone_text
from commune_desk.presenters.wording.labels import ChipText, Fact
from commune_desk.presenters.wording.next_steps import Step
from commune_desk.store.intake.conflicts import count_open_of
from commune_desk.store.pages.arrivals import is_unseen
from commune_desk.store.pages.children import ChildRecord, child_record
from commune_desk.store.pages.entered_twice import groups_once
from commune_desk.store.pages.history import child_history
from commune_desk.store.pages.reports import emergency_hours
from commune_desk.store.writing.erased import order_about
from commune_desk.store.writing.joined import kept_of
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records import children, joining
from commune_desk.usecases.records.moves import see_arrival

CHART_VISITS = 12
_PERSON_FIELDS = (
    "full_name",
    "other_name",
    "sex",
    "birth_date",
    "ethnicity",
    "id_number",
    "phone",
    "village",
    "address",
)
_FILE_FIELDS = (
    *("case_number", "status", "opened_on", "schooling", "school", "health_insurance", "birth_certificate"),
    *("disability_types", "disability_degree", "note"),
)


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A membership; `is_open` while it has no end."""

    membership: str
    name: str
    period: str
    basis: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """A visit in the chart: the level from 0, and what it says."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class ChildView:
    """Everything the page shows."""

    person: str
    name: str
    initials: str
    line: str
    chips: tuple[ChipText, ...]
    notice: str
    conflict_notice: str
    closed_notice: str
    """What of the child nobody here can open, and whom to ask."""
    code_notice: str
    """Who else has the child's case code."""
    can_write: bool
    """Whether the officer's role writes here."""
    is_open: bool
    move: MoveView
    sharing: SharingView
    not_joined: NotJoinedView
    closings: tuple[tuple[str, str], ...]
    timeline: tuple[Moment, ...]
    facts: tuple[Fact, ...]
    family: tuple[FamilyRow, ...]
    groups: tuple[GroupRow, ...]
    steps: tuple[Step, ...]
    risk: tuple[RiskPoint, ...]

    @property
    def can_edit(self) -> bool:
        """Whether the file and the family are still changed here; visits may be recorded all the same."""
        return self.can_write and not self.move.under_way


class ChildPage:
    """The page of one child. Making it writes down that the child's file was opened."""

    def __init__(self, workplace: Workplace, person: str) -> None:
        self._workplace = workplace
        self.person = RecordId(workplace.read(lambda c: kept_of(c, person)))
        self._record: ChildRecord | None = None
        workplace.note(AuditAction.OPEN, "child_file", person)

    def view(self) -> ChildView | None:
        """What to show now; None when the child has no file here (any more)."""
        record = self._workplace.read(lambda c: child_record(c, self.person))
        if record is None:
            return None
        self._record = record
        self.person = record.person.id  # another than before where two were found to be one
        history = self._workplace.read(lambda c: child_history(c, self.person))
        actor, today = self._workplace.actor, self._workplace.today()
        is_open, can_write = record.file.status == "active", actor.role in KINDS["child_file"].write
        syncs = not self._workplace.register.identity.is_training
        timeline = Timeline(
            self._workplace.codes, today, record, history, can_correct=can_write and is_open, syncs=syncs
        )
        return ChildView(
            person=self.person,
            name=record.person.full_name,
            initials=labels.initials_of(record.person.full_name),
            line=self._line(record, today),
            chips=tuple(self._chips(record, today)),
            notice=_protection(record, today),
            conflict_notice=self._conflicts(record),
            closed_notice=closed_notice(self._workplace, self.person),
            code_notice=code_notice(self._workplace, record),
            can_write=can_write,
            is_open=is_open,
            move=move_view(self._workplace, self.person),
            sharing=sharing_view(self._workplace, record),
            not_joined=not_joined_view(self._workplace, self.person),
            closings=tuple(
                (code, labels.status_text(code)) for code in FILE_STEPS.get(record.file.status, ()) if code != WITHDRAWN
            ),
            timeline=timeline.moments(),
            facts=tuple(self._facts(record)),
            family=tuple(family_rows(record, self._workplace.codes, today)),
            groups=tuple(self._group(group) for group in reversed(groups_once(record.groups))),
            steps=tuple(sorted(self._steps(record, today), key=lambda step: step.order or "9")),
            risk=tuple(_risk(record)),
        )

    def gone(self) -> tuple[str, str]:
        """Why there is nothing to show: a sentence, and more of it or nothing."""
        order = self._workplace.read(lambda c: order_about(c, self.person))
        return gone_text(order, _("This child has no file in this register any more."))

    def move_file(self, status: str) -> Callable[[Tx], None]:
        """The operation that closes the child's file with `status`, or with "active" reopens it."""
        file = self._shown().file
        if status == "active":
            return lambda tx: children.reopen_file(tx, file.id)
        return lambda tx: children.close_file(tx, file.id, status)

    def move(self) -> ChildMove:
        """What asks for a move to another commune."""
        return ChildMove(self._workplace, self._shown())

    def share(self) -> ChildShare:
        """What asks for a share with a shelter, or takes it back."""
        return ChildShare(self._workplace, self._shown())

    def looked_at(self) -> Callable[[Tx], None] | None:
        """The operation that remembers that an officer looked at a child who came here; None when there is no need."""
        can_write = self._workplace.actor.role in KINDS["child_file"].write
        if not can_write or not self._workplace.read(lambda c: is_unseen(c, self.person)):
            return None
        return lambda tx: see_arrival(tx, self.person)

    def question_put_back(self) -> JoinQuestion:
        """The question before what was taken of a record that is another child's goes."""
        return put_back_question(not_joined_view(self._workplace, self.person))

    def put_back(self) -> Callable[[Tx], None]:
        """The operation that lets stand again what stood before in those details."""
        return lambda tx: joining.put_back(tx, self.person)

    def question_new_code(self) -> JoinQuestion:
        """The question before the child gets another case code."""
        return new_code_question(self._shown())

    def give_new_code(self) -> Callable[[Tx], None]:
        """The operation that gives the child's file a case code of its own."""
        file = self._shown().file
        return lambda tx: children.give_new_code(tx, file.id)

    def _shown(self) -> ChildRecord:
        if self._record is None:
            raise ValueError("the page shows nothing")
        return self._record

    def end_relation(self, relation: str) -> Callable[[Tx], None]:
        """The operation that ends a relation today."""
        today = self._workplace.today().isoformat()
        return lambda tx: children.end_relation(tx, RecordId(relation), on=today)

    def leave_group(self, membership: str) -> Callable[[Tx], None]:
        """The operation that ends a membership today."""
        today = self._workplace.today().isoformat()
        return lambda tx: children.leave_group(tx, RecordId(membership), to_on=today)

    def _line(self, record: ChildRecord, today: date) -> str:
        person, codes = record.person, self._workplace.codes
        return labels.joined(
            labels.sex_text(codes, person.sex),
            labels.age_and_birth(person.birth_date, today),
            labels.code_text(codes, "ethnic_groups", person.ethnicity),
            labels.village_text(person.village),
        )

    def _chips(self, record: ChildRecord, today: date) -> Iterator[ChipText]:
        if record.file.status != "active":
            yield ChipText(labels.status_text(record.file.status), "quiet")
        risk = labels.risk_chip(labels.risk_level_of(record.risk))
        if risk is not None:
            yield risk
        here = list(dict.fromkeys(g.group_code for g in record.groups if not g.to_on))
        yield from labels.group_chips(self._workplace.codes, here)
        yield from self._clocks(record, today)

    def _clocks(self, record: ChildRecord, today: date) -> Iterator[ChipText]:
        now, hours = self._workplace.present(), self._workplace.read(emergency_hours)
        for report in record.reports:
            if clock_runs(report):
                due = emergency_due_at(report.received_at, hours).astimezone(VIETNAM)
                is_late = due <= now
                text = _("Emergency measures were due by {time}") if is_late else _("Emergency measures by {time}")
                yield ChipText(text.format(time=f"{due:%H:%M %d/%m}"), "danger" if is_late else "warning", "clock")
        late = labels.overdue_text(record.next_visit_on, today)
        if late and record.file.status == "active":
            yield ChipText(_("Visit {late}").format(late=late), "warning", "clock")
        turns = birthday_alert(labels.birth_of(record.person.birth_date), today)
        if turns is not None and record.file.status == "active":
            yield ChipText(_("Turns 16 on {day}").format(day=format_date(turns)), "warning", "clock")

    def _conflicts(self, record: ChildRecord) -> str:
        around = {record.person.id, record.file.id, *(g.id for g in record.groups)}
        around |= {kin.person.id for kin in record.kin} | {kin.relation.id for kin in record.kin}
        around |= {one.id for one in (*record.reports, *record.tasks, *record.visits)}
        if record.household:
            around.add(record.household.id)
        around |= {one.id for other in record.joined for one in (other.person, other.file) if one is not None}
        count = self._workplace.read(lambda c: count_open_of(c, around))
        return (
            ngettext(
                "{count} detail was changed differently by two officers and waits for a decision.",
                "{count} details were changed differently by two officers and wait for a decision.",
                count,
            ).format(count=count)
            if count
            else ""
        )

    def _facts(self, record: ChildRecord) -> Iterator[Fact]:
        for kind, own, names in (("person", record.person, _PERSON_FIELDS), ("child_file", record.file, _FILE_FIELDS)):
            for name in names:
                value = labels.value_text(self._workplace.codes, kind, name, getattr(own, name))
                if value:
                    yield Fact(labels.field_label(kind, name), value)
            if kind == "person" and record.file.household:
                yield from self._household(record)
        for other in record.joined:
            code = other.file.case_number if other.file else ""
            yield Fact(_("Joined record"), labels.joined(code, other.person.full_name))

    def _household(self, record: ChildRecord) -> Iterator[Fact]:
        home = record.household
        if home is None:
            yield Fact(labels.field_label("child_file", "household"), _(NOT_HERE))
            return
        yield Fact(labels.field_label("household", "head_name"), home.head_name)
        value = labels.code_text(self._workplace.codes, "household_classes", home.household_class)
        if value:
            year = f" ({home.class_year})" if home.class_year else ""
            yield Fact(labels.field_label("household", "household_class"), value + year)

    def _group(self, group: GroupMembership) -> GroupRow:
        begun, ended = labels.day_text(group.from_on), labels.day_text(group.to_on)
        period = _("from {day}").format(day=begun) if begun else ""
        if ended:
            period = " ".join(filter(None, (period, _("until {day}").format(day=ended))))
        name = labels.group_name(self._workplace.codes, group.group_code)
        return GroupRow(group.id, name, period, group.basis or "", not group.to_on)

    def _steps(self, record: ChildRecord, today: date) -> Iterator[Step]:
        if record.file.status != "active":
            return
        if record.next_visit_on:
            yield self._step(record.next_visit_on, _("Home visit"), today)
        for last in _standing_visits(record)[-1:]:
            if last.next_step:
                yield Step("", _("as agreed"), last.next_step)
        for task in record.tasks:
            yield self._step(task.due_on or "", task.title, today)
        turns = birthday_alert(labels.birth_of(record.person.birth_date), today)
        if turns is not None:
            yield self._step(turns.isoformat(), _("Turns 16: decide what follows"), today)

    def _step(self, day: str, text: str, today: date) -> Step:
        when = labels.near_day_text(day, today) if day else _("no day set")
        return Step(day, when, text, bool(day) and day < today.isoformat())


def _protection(record: ChildRecord, today: date) -> str:
    """What the commune may know of a stay in a shelter: that it is, and until when. Never where."""
    standing = [notice for notice in record.notices if notice.status != "ended"]
    if not standing:
        return ""
    isolation, stay = standing[-1].isolation_until, standing[-1].stay_until
    until = isolation if isolation and isolation >= today.isoformat() else stay
    if until:
        return _("Under protection until {day}; contact the province.").format(day=labels.day_text(until))
    return _("Under protection; contact the province.")


def _standing_visits(record: ChildRecord) -> list[HomeVisit]:
    """Without those that a later entry corrects."""
    amended = {visit.amends for visit in record.visits if visit.amends}
    return [visit for visit in record.visits if visit.id not in amended]


def _risk(record: ChildRecord) -> Iterator[RiskPoint]:
    standing = [visit for visit in _standing_visits(record) if visit.risk_level in RISK_LEVELS]
    for visit in standing[-CHART_VISITS:]:
        level = RISK_LEVELS.index(visit.risk_level or "low")
        yield RiskPoint(level, f"{labels.day_text(visit.visited_on)}: {_(labels.RISK_NAMES[RISK_LEVELS[level]])}")
