"""The shelter's page: bed board, residents, log of a day. Residents go by the name used in the house."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from commune_desk.domain.model.ids import RecordId, is_shelter_scope
from commune_desk.domain.time.clock import VIETNAM, from_iso, local_day, to_iso
from commune_desk.domain.vietnamese.text import fold
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _, format_date, format_long_date, format_time, ngettext
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.shelter.shift_list import ShiftRow, is_late, shift_rows
from commune_desk.presenters.shelter.stay_clocks import clocks_of, missing_papers, missing_text, night_text
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.deadline_texts import moment_text
from commune_desk.presenters.wording.labels import ChipText
from commune_desk.store.pages.placements import (
    BedRow,
    StayRow,
    active_stays,
    bed_board,
    log_between,
    shelter_here,
    stay_ids,
    stay_rows,
)
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter.placements import come_back

BED_KINDS_SHORT = {"mother_child": N_("with child"), "cot": N_("cot"), "sickroom": N_("sickroom")}


@dataclass(frozen=True, slots=True)
class BedView:
    """A tile. `is_free` has a dashed border; pressing it goes to `route`."""

    bed: str
    label: str
    title: str
    detail: str
    second: str
    chip: ChipText
    is_free: bool
    route: Route


@dataclass(frozen=True, slots=True)
class BoardView:
    """The board and what this shift must not forget."""

    title: str
    subtitle: str
    is_set_up: bool
    can_write: bool
    tiles: tuple[BedView, ...]
    shift: tuple[ShiftRow, ...]


@dataclass(frozen=True, slots=True)
class ResidentRow:
    """A row of the list of residents. Why somebody is here stands on their own page only."""

    id: str
    alias: str
    second: str
    age: str
    bed: str
    since: str
    length: str
    status: ChipText
    clock: ChipText | None


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the day's log."""

    stay: str
    hour: str
    alias: str
    kind: str
    note: str
    officer: str


class ShelterPage:
    """State of the page."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    def board(self) -> BoardView:
        beds = self._workplace.read(bed_board)
        known = {row.bed.id for row in beds}
        stays = self._workplace.read(active_stays)
        shelter = self._workplace.read(lambda c: shelter_here(c, self._workplace.actor.scope))
        lost = [stay for stay in stays if stay.bed_id not in known]
        doubles = _doubles(stays)
        return BoardView(
            title=shelter.name if shelter else _("Sunshine House"),
            subtitle=_subtitle(beds, stays),
            is_set_up=bool(beds),
            can_write=self.can_write,
            tiles=(
                *(tile for row in beds for tile in self._tiles(row, doubles)),
                *(self._tile(stay, "", doubles.get(stay.id)) for stay in lost),
            ),
            shift=shift_rows(self._workplace),
        )

    @property
    def can_write(self) -> bool:
        """Whether the officer at work belongs to the house."""
        return is_shelter_scope(self._workplace.actor.scope)

    def came_back(self, stay: str) -> Callable[[Tx], None]:
        note = _("Is back in the house.")
        return lambda tx: come_back(tx, RecordId(stay), note=note)

    def ids(self, which: str) -> list[str]:
        """Stays `here`, `ended` or `all`."""
        return self._workplace.read(lambda c: stay_ids(c, which))

    def which_options(self) -> list[tuple[str, str]]:
        return [("here", _("In the house now")), ("ended", _("Stays that have ended")), ("all", _("All stays"))]

    def rows(self, ids: Sequence[str]) -> list[ResidentRow]:
        """The rows of at most some hundred ids."""
        today = self._workplace.today()
        return [self._row(stay, today) for stay in self._workplace.read(lambda c: stay_rows(c, ids))]

    def day_title(self, day: date) -> str:
        return _("today, {day}").format(day=format_date(day)) if day == self.today else format_long_date(day)

    @property
    def today(self) -> date:
        return self._workplace.today()

    def log_of(self, day: date) -> tuple[LogLine, ...]:
        """The log of a day in Viet Nam, newest first."""
        start = datetime.combine(day, time(), VIETNAM)
        found = self._workplace.read(lambda c: log_between(c, to_iso(start), to_iso(start + timedelta(days=1))))
        codes = self._workplace.codes
        return tuple(
            LogLine(
                stay=row.stay,
                hour=format_time(from_iso(row.logged_at)),
                alias=row.alias,
                kind=labels.code_text(codes, "care_log_kinds", row.kind),
                note=row.note,
                officer=row.officer,
            )
            for row in found
        )

    def _tiles(self, row: BedRow, doubles: Mapping[str, ChipText]) -> list[BedView]:
        bed = row.bed
        short = BED_KINDS_SHORT.get(bed.bed_kind, "")
        label = " ".join(filter(None, (bed.label, _(short))))
        if row.stays:
            twice = ChipText(_("bed given twice"), "danger", "alert-triangle") if len(row.stays) > 1 else None
            return [self._tile(stay, label, twice or doubles.get(stay.id)) for stay in row.stays]
        if bed.status == "closed":
            chip = ChipText(_("closed"), "outline", "lock")
            title = bed.note or _("Closed")
            return [
                BedView(bed.id, label, title, _("Press to manage beds"), "", chip, True, Route("shelter", "", "beds"))
            ]
        chip = ChipText(_("free"), "outline")
        detail = _("Press to admit") if self.can_write else ""
        return [BedView(bed.id, label, _("Free"), detail, "", chip, True, Route("shelter", bed.id, "admit"))]

    def _tile(self, stay: StayRow, label: str, double: ChipText | None) -> BedView:
        today = self._workplace.today()
        clocks = clocks_of(stay, today)
        chip, where = clocks[0].chip, night_text(stay, today)
        running = [clock.short for clock in clocks[1:]]
        if stay.status == "out":
            chip, where = self._out_chip(stay), clocks[0].short
        age = labels.age_text(stay.birth_date, today) or _("age not known")
        return BedView(
            bed=stay.bed_id,
            label=label or _("No bed yet"),
            title=with_companions(stay),
            detail=labels.joined(age, where),
            second=labels.joined(*running, missing_text(missing_papers(stay))),
            chip=double or chip,
            is_free=False,
            route=Route("resident", stay.id),
        )

    def _out_chip(self, stay: StayRow) -> ChipText:
        now = self._workplace.present()
        due = moment_text(stay.due_back_at, now)
        if is_late(stay, now):
            return ChipText(_("late since {hour}").format(hour=due), "danger", "alert-triangle")
        return ChipText(_("out until {hour}").format(hour=due) if due else _("out"), "warning", "door-open")

    def _row(self, stay: StayRow, today: date) -> ResidentRow:
        clocks = clocks_of(stay, today)
        began = local_day(stay.admitted_at)
        ended = local_day(stay.ended_at) if stay.ended_at else None
        return ResidentRow(
            id=stay.id,
            alias=stay.alias,
            second=labels.joined(companions_text(stay), missing_text(missing_papers(stay)) if stay.is_active else ""),
            age=labels.age_text(stay.birth_date, today) or _("not known"),
            bed=stay.bed,
            since=format_date(began),
            length=night_text(stay, today) if ended is None else _nights(began, ended),
            status=status_chip(stay.status),
            clock=clocks[0].chip if clocks else None,
        )


def _doubles(stays: Sequence[StayRow]) -> dict[str, ChipText]:
    """What two desks did twice without a line, by stay: one person admitted twice, or two with one name."""
    people, names = Counter(stay.person for stay in stays), Counter(fold(stay.alias) for stay in stays)
    found = {}
    for stay in stays:
        if stay.person and people[stay.person] > 1:
            found[stay.id] = ChipText(_("admitted twice"), "danger", "alert-triangle")
        elif names[fold(stay.alias)] > 1:
            found[stay.id] = ChipText(_("name given twice"), "danger", "alert-triangle")
    return found


def status_chip(status: str) -> ChipText:
    """`in the house`, `out`, `ended`."""
    texts = {
        "staying": ChipText(_("in the house"), "good"),
        "out": ChipText(_("out"), "warning", "door-open"),
        "ended": ChipText(_("ended"), "quiet"),
    }
    return texts.get(status, ChipText(status, "quiet"))


def with_companions(stay: StayRow) -> str:
    """`Hoa Mai + 1 child`."""
    return " ".join(filter(None, (stay.alias, companions_text(stay))))


def companions_text(stay: StayRow) -> str:
    """`+ 1 child`; empty when nobody came along."""
    if not stay.companions:
        return ""
    more = ngettext("{count} child", "{count} children", stay.companions).format(count=stay.companions)
    return f"+ {more}"


def _nights(began: date, ended: date) -> str:
    count = max((ended - began).days, 0)
    return ngettext("{count} night", "{count} nights", count).format(count=count)


def _subtitle(beds: Sequence[BedRow], stays: Sequence[StayRow]) -> str:
    if not beds and not stays:
        return ""
    children = sum(stay.companions for stay in stays)
    out = sum(stay.status == "out" for stay in stays)
    free = sum(row.bed.status == "open" and not row.stays for row in beds)
    closed = sum(row.bed.status == "closed" for row in beds)
    parts = [
        ngettext("{count} resident", "{count} residents", len(stays)).format(count=len(stays)),
        ngettext("{count} child accompanying", "{count} children accompanying", children).format(count=children)
        if children
        else "",
        _("{count} out of the house").format(count=out) if out else "",
        ngettext("{count} bed free", "{count} beds free", free).format(count=free),
        _("{count} closed").format(count=closed) if closed else "",
    ]
    return ", ".join(part for part in parts if part)
