"""The register: what is typed and chosen becomes a list of ids, and each id a row of texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from commune_desk.domain.records.children import RISK_LEVELS
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import local_day
from commune_desk.domain.time.dates import ADULT_AGE, ALERT_DAYS, months_after
from commune_desk.domain.vietnamese.text import fold
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _, format_number, ngettext
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import ChipText, Option
from commune_desk.store.intake.departures import BETWEEN_CODES, Departed, count_departed, departed
from commune_desk.store.pages import search
from commune_desk.store.pages.children import ChildRow, child_rows
from commune_desk.store.pages.search import Filters, Found
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records import searches
from commune_desk.usecases.records.duplicates import similar_names

_WHO = {
    "": N_("All children"),
    "special": N_("In special circumstances"),
    "at_risk": N_("At risk"),
    "overdue": N_("Visit overdue"),
    "near_16": N_("Near 16 or past"),
    "left": N_("No longer in the register"),
}
MOVED = "moved"
"""Among the choices of whom to list: children who are in another commune's register now."""
_AGES = {"": (), "0-5": (0, 5), "6-10": (6, 10), "11-15": (11, 15)}
_ORDER_NAMES = {
    "name": N_("By name"),
    "village": N_("By village"),
    "risk": N_("By risk"),
    "next_visit": N_("By next visit"),
}


@dataclass(frozen=True, slots=True)
class StubText:
    """The line that stays about a child who moved: no name, nothing else.

    `other_codes` are those of records that were joined to the child's.
    """

    id: str
    case_code: str
    other_codes: str
    to: str
    on: str


@dataclass(frozen=True, slots=True)
class RegisterView:
    """What the page shows beside the rows. `hint` is said when nothing, or only something near, was found.

    `is_filtered_away`: nobody, but somebody would be without the filters.
    """

    ids: tuple[str, ...]
    count_text: str
    hint: str = ""
    is_empty_register: bool = False
    needs_guesses: bool = False
    is_filtered_away: bool = False
    moved: tuple[StubText, ...] = ()
    """Instead of children: what may still be told of those who moved to another commune."""


@dataclass(frozen=True, slots=True)
class RowText:
    """A row of the table."""

    id: str
    name: str
    status: str
    birth: str
    age: str
    village: str
    carer: str
    reached: str
    """The carer's phone; without one, what they are to the child."""
    groups: tuple[str, ...]
    risk: ChipText | None
    last_visit: str
    next_visit: str
    overdue: str


class RegisterPage:
    """The state of the register page. Every reader of `view` and `rows` is on the UI thread."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self.typed = ""
        self.who = self.risk = self.village = self.age = ""
        self.order = "name"

    @property
    def can_write(self) -> bool:
        """Whether the officer's role enters children; a chair only reads."""
        return self._workplace.actor.role in KINDS["child_file"].write

    def who_options(self) -> list[Option]:
        count = self._workplace.read(count_departed)
        moved = [(MOVED, _("Moved away ({count})").format(count=format_number(count)))] if count else []
        return [*((code, _(name)) for code, name in _WHO.items()), *moved]

    @property
    def shows_moved(self) -> bool:
        """Whether lines about children who moved away are shown instead of children."""
        return self.who == MOVED

    def risk_options(self) -> list[Option]:
        levels = [(code, _(name)) for code, name in reversed(labels.RISK_NAMES.items())]
        return [("", _("Every risk level")), *levels]

    def age_options(self) -> list[Option]:
        bands = [
            (code, _("{low} to {high} years").format(low=band[0], high=band[1])) for code, band in _AGES.items() if band
        ]
        return [("", _("Every age")), *bands]

    def village_options(self) -> list[Option]:
        known = self._workplace.read(search.villages)
        return [("", _("Every village")), *((name, labels.village_text(name)) for name in known)]

    def order_options(self) -> list[Option]:
        return [(code, _(name)) for code, name in _ORDER_NAMES.items()]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was typed or chosen."""
        return bool(fold(self.typed)) or self._is_filtered

    @property
    def _is_filtered(self) -> bool:
        return bool(self.who or self.risk or self.village or self.age)

    def clear(self) -> None:
        self.typed = ""
        self.clear_filters()

    def clear_filters(self) -> None:
        """Take back what was chosen; what was typed stays."""
        self.who = self.risk = self.village = self.age = ""

    def view(self) -> RegisterView:
        """The ids for what is typed and chosen. One short query; no row is read."""
        if self.shows_moved:
            return self._moved_view()
        if fold(self.typed):
            found = self._workplace.read(
                lambda c: search.search_children(c, self.typed, self._filters(is_search=True), self.order)
            )
            return self._found_view(found) if found.ids or not self._is_filtered else self._nobody_with_filters()
        ids = self._workplace.read(lambda c: search.list_children(c, self._filters(), self.order))
        return RegisterView(
            ids=tuple(ids),
            count_text=_count(len(ids)),
            hint="" if ids or not self.is_narrowed else _("No child fits these filters."),
            is_empty_register=not ids and not self.is_narrowed,
        )

    def _moved_view(self) -> RegisterView:
        typed, count = fold(self.typed), self._workplace.read(count_departed)
        left = self._workplace.read(lambda c: departed(c, most=count))
        found = [one for one in left if typed in fold(one.case_number)]
        hint = _("Only the case code stays here; the file is in the register of the other commune.")
        if not found and typed:
            hint = _("No case code of a child who moved holds “{typed}”.").format(typed=self.typed.strip())
        stubs = tuple(self._stub(one) for one in found)
        return RegisterView((), _count(len(stubs)), hint, moved=stubs)

    def _stub(self, left: Departed) -> StubText:
        code, _between, others = left.case_number.partition(BETWEEN_CODES)
        return StubText(
            left.person,
            code,
            others,
            labels.place_name(self._workplace.codes, left.moved_to),
            labels.day_text(local_day(left.at).isoformat()),
        )

    def _found_view(self, found: Found) -> RegisterView:
        if found.has_more:
            count = _("more than {count} children; type another word").format(count=len(found.ids))
        else:
            count = _count(len(found.ids))
        hint = ""
        if found.is_loose:
            hint = _("Nothing is written exactly so. These are written in a similar way.")
        elif not found.ids:
            hint = _("Nobody found for “{typed}”. Type less, for instance only the given name or the village.").format(
                typed=self.typed.strip()
            )
        return RegisterView(tuple(found.ids), count, hint, needs_guesses=not found.ids)

    def _nobody_with_filters(self) -> RegisterView:
        found = self._workplace.read(lambda c: search.search_children(c, self.typed, Filters(status="")))
        if not found.ids:
            return self._found_view(found)
        hint = ngettext(
            "Nobody found for “{typed}” with these filters; without them {count} child is found.",
            "Nobody found for “{typed}” with these filters; without them {count} children are found.",
            len(found.ids),
        ).format(typed=self.typed.strip(), count=f"{len(found.ids)}{'+' if found.has_more else ''}")
        return RegisterView((), _count(0), hint, is_filtered_away=True)

    def guesses(self) -> list[str]:
        """Names that what was typed may be a slip of. Reads every name: ask on the slow-query thread."""
        return self._workplace.register.read_slowly(lambda c: similar_names(search.all_names(c), self.typed)).result()

    def note_search(self, count: int) -> None:
        """Write down that a search was made, after the typist paused."""
        searches.note_search(self._workplace, self.typed, count)

    def rows(self, ids: Sequence[str]) -> list[RowText]:
        """The rows of at most some hundred ids."""
        today = self._workplace.today()
        return [self._row(row, today) for row in self._workplace.read(lambda c: child_rows(c, ids))]

    def _row(self, row: ChildRow, today: date) -> RowText:
        codes = self._workplace.codes
        carer = row.carer
        relation = labels.code_text(codes, "relations", carer.relation).lower() if carer else ""
        return RowText(
            id=row.id,
            name=row.name,
            status="" if row.status == search.ACTIVE else labels.status_text(row.status),
            birth=labels.birth_text(row.birth_date),
            age=labels.age_text(row.birth_date, today),
            village=labels.village_text(row.village),
            carer=carer.name if carer else "",
            reached=(labels.phone_text(carer.phone) or relation) if carer else "",
            groups=tuple(chip.text for chip in labels.group_chips(codes, row.groups, limit=2)),
            risk=labels.risk_short_chip(labels.risk_level_of(row.risk)),
            last_visit=labels.near_day_text(row.last_visit_on, today),
            next_visit=labels.near_day_text(row.next_visit_on, today),
            overdue=labels.overdue_text(row.next_visit_on, today) if row.status == search.ACTIVE else "",
        )

    def _filters(self, *, is_search: bool = False) -> Filters:
        today = self._workplace.today()
        low_high = _AGES[self.age]
        after = _years_before(today, low_high[1] + 1) if low_high else ""
        until = _years_before(today, low_high[0]) if low_high else ""
        if self.who == "near_16":
            soon = _years_before(today + timedelta(days=ALERT_DAYS), ADULT_AGE)
            until = min(until, soon) if until else soon
        only_active = self.who in ("overdue", "near_16")
        return Filters(
            status="left" if self.who == "left" else "" if is_search and not only_active else search.ACTIVE,
            group=self.who if self.who in ("special", "at_risk") else "",
            risk=RISK_LEVELS.index(self.risk) + 1 if self.risk else 0,
            village=self.village,
            born_after=after,
            born_until=until,
            due_before=today.isoformat() if self.who == "overdue" else "",
        )


def _years_before(day: date, years: int) -> str:
    """The last day of birth of whoever has completed so many years: on 29 February, as a rule, that is 28 February."""
    return months_after(day, -12 * years).isoformat()


def _count(count: int) -> str:
    return ngettext("{count} child", "{count} children", count).format(count=format_number(count))
