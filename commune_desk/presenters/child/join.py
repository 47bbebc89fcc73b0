"""Two records of one child side by side: which is kept, what stands of each detail, and what joining them means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import Merge, Value
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.kinds import KINDS
from commune_desk.i18n import _, ngettext
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import Option
from commune_desk.store.pages.children import child_record, person_named
from commune_desk.store.pages.not_joined import Taken, not_joined
from commune_desk.store.pages.subjects import name_of
from commune_desk.store.writing.opened import open_records
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.duplicates import MOTHERS, Sign, find_twins
from commune_desk.usecases.records.joining import Difference, Half, differences, half_of, join_children, older, refusal

KEPT, OTHER = "kept", "other"
"""Whose value of a detail stands."""
_HARD = (Sign.SAME_ID, Sign.SAME_NAME_BIRTH_MOTHER, Sign.SAME_NAME_BIRTH)


@dataclass(frozen=True, slots=True)
class JoinRow:
    """A detail in which the two differ. `chosen` is KEPT or OTHER."""

    key: str
    label: str
    kept: str
    other: str
    chosen: str


@dataclass(frozen=True, slots=True)
class JoinQuestion:
    """The last thing that is asked."""

    title: str
    detail: str
    yes: str


@dataclass(frozen=True, slots=True)
class JoinView:
    """`records` are the two to choose from, `kept` the person whose record stands; `why_not` says why they may not."""

    records: tuple[Option, ...]
    kept: str
    heads: tuple[str, str]
    rows: tuple[JoinRow, ...]
    consequences: tuple[str, ...]
    why_not: str


@dataclass(frozen=True, slots=True)
class NotJoinedView:
    """What the child's page says of a joining that the province refused; empty for nothing to say.

    `taken` names what of the other record still stands in this one and can be put back; it is part of `said` too.
    """

    said: str = ""
    taken: str = ""


class JoinForm:
    """Two records of the register; raises ValueError unless both are here."""

    def __init__(self, workplace: Workplace, one: str, other: str) -> None:
        self._workplace = workplace
        halves = self._read(one, other)
        if len(halves) < 2:
            raise ValueError("two records are joined")
        first = older(*halves)
        self._halves = {half.person.id: half for half in (first, *(half for half in halves if half is not first))}
        records = [record for half in halves for record in (half.person, half.file)]
        self._opened = workplace.read(lambda c: open_records(c, *records))
        self._kept = first.person.id
        self._chosen: dict[str, str] = {}

    def _read(self, *people: str) -> list[Half]:
        found = [self._workplace.read(lambda c, who=person: half_of(c, who)) for person in people]  # type: ignore[misc]
        return [half for half in found if half is not None]

    def look_again(self) -> JoinView:
        """Both as they stand by now, after a colleague changed one of them."""
        halves = self._read(*self._halves)
        if len(halves) == len(self._halves):
            self._halves = {half.person.id: half for half in halves}
            records = [record for half in halves for record in (half.person, half.file)]
            self._opened = self._workplace.read(lambda c: open_records(c, *records))
        return self.view()

    def view(self) -> JoinView:
        kept, other = self._sides()
        said = self._workplace.read(lambda c: refusal(c, kept, other))
        return JoinView(
            records=tuple((person, self._record_text(half)) for person, half in self._halves.items()),
            kept=self._kept,
            heads=(_short(kept), _short(other)),
            rows=tuple(self._row(one) for one in differences(kept, other)),
            consequences=self._consequences(other),
            why_not=_(said) if said else "",
        )

    def keep(self, person: str) -> JoinView:
        """Let the record of `person` be the one that is kept; what was chosen is proposed anew."""
        if person in self._halves and person != self._kept:
            self._kept = RecordId(person)
            self._chosen.clear()
        return self.view()

    def choose(self, key: str, side: str) -> None:
        """Let the value of a side, KEPT or OTHER, stand for a detail."""
        self._chosen[key] = side

    def question(self) -> JoinQuestion:
        kept, other = self._sides()
        return JoinQuestion(
            _("Are {one} and {other} one child?").format(one=_short(kept), other=_short(other)),
            _(
                "Once joined, the two can never be separated again. "
                "If you are not sure, ask whoever entered them first."
            ),
            _("They are one child: join"),
        )

    def operation(self) -> Callable[[Tx], RecordId]:
        """What joins the two as chosen."""
        kept, other = self._sides()
        rows = [self._row(one) for one in differences(kept, other)]
        taken: dict[str, list[str]] = {}
        for row in rows:
            if row.chosen == OTHER:
                kind, _dot, field = row.key.partition(".")
                taken.setdefault(kind, []).append(field)
        return lambda tx: join_children(tx, self._opened, kept, other, taken)

    def _sides(self) -> tuple[Half, Half]:
        other = next(half for person, half in self._halves.items() if person != self._kept)
        return self._halves[self._kept], other

    def _row(self, one: Difference) -> JoinRow:
        key = f"{one.kind}.{one.field}"
        return JoinRow(
            key=key,
            label=labels.field_label(one.kind, one.field),
            kept=self._text(one, one.kept),
            other=self._text(one, one.other),
            chosen=self._chosen.get(key, OTHER if one.takes_other else KEPT),
        )

    def _text(self, one: Difference, value: Value) -> str:
        text = _value_text(self._workplace, one.kind, one.field, value)
        is_set = KINDS[one.kind].fields[one.field].merge is Merge.SET
        is_both = is_set and value == one.other and bool(one.kept)
        return _("both: {text}").format(text=text) if is_both else text

    def _record_text(self, half: Half) -> str:
        record = self._workplace.read(lambda c: child_record(c, half.person.id))
        visits, reports = (len(record.visits), len(record.reports)) if record else (0, 0)
        day = labels.day_text(half.file.opened_on)
        return labels.joined(
            _short(half),
            _("in the register since {day}").format(day=day) if day else "",
            ngettext("{count} visit", "{count} visits", visits).format(count=visits),
            ngettext("{count} report", "{count} reports", reports).format(count=reports) if reports else "",
        )

    def _consequences(self, other: Half) -> tuple[str, ...]:
        code = other.file.case_number or other.person.full_name
        return (
            _("The visits, reports, family, groups, photos and tasks of both stand in one file."),
            _("The record {code} is in no list any more; who searches for it finds the child.").format(code=code),
            _("What is not chosen stays in the history of the child."),
            _("What a colleague still writes in the other record comes here; where a detail differs, you decide."),
        )


def suggestions(workplace: Workplace, person: str, *, only_hard: bool = False) -> Callable[[], list[tuple[str, Sign]]]:
    """Asks, on the slow-query thread, which records may be of the same child: (person, sign), the likeliest first."""
    look = workplace.register.read_slowly

    def ask() -> list[tuple[str, Sign]]:
        known = look(lambda c: person_named(c, person)).result()
        record = look(lambda c: child_record(c, person)).result()
        if known is None or record is None:
            return []
        mother = next((kin.person.full_name for kin in record.kin if kin.relation.relation in MOTHERS), "")
        twins = look(lambda c: find_twins(c, known, mother)).result()
        kin = {one.person.id for one in (*record.kin, *record.kin_of)}
        return [
            (twin.row.id, twin.sign)
            for twin in twins
            if twin.row.id not in kin and (twin.sign in _HARD or not only_hard)
        ]

    return ask


def can_join(workplace: Workplace) -> bool:
    """Whether whoever is at work here may say that two records are one child."""
    return workplace.actor.role in KINDS["child_file"].write


def not_joined_view(workplace: Workplace, person: str) -> NotJoinedView:
    """What is said where the province did not join this record with another as this desk had asked."""
    refused = workplace.read(lambda c: not_joined(c, person))
    if refused is None:
        return NotJoinedView()
    other = refused.kept if person == refused.old else refused.old
    said = _(
        "The province did not join this record with the one of {name}: a colleague had joined one of the two "
        "otherwise before, or moved it. Look at both again."
    ).format(name=workplace.read(lambda c: name_of(c, other)))
    if person != refused.kept or not refused.taken:
        return NotJoinedView(said)
    fields = "; ".join(labels.field_label(one.kind, one.field) for one in refused.taken)
    stands = _(
        "Taken from the other record, and still written here: {fields}. "
        "If the two are not one child, put back what stood before."
    ).format(fields=fields)
    return NotJoinedView(f"{said} {stands}", "; ".join(_taken_text(workplace, one) for one in refused.taken))


def put_back_question(view: NotJoinedView) -> JoinQuestion:
    """What is asked before the details that were taken of the other record go."""
    return JoinQuestion(
        _("Put back what stood before?"),
        _("{details}. What stands now stays in the history of the child.").format(details=view.taken),
        _("Put it back"),
    )


def _taken_text(workplace: Workplace, one: Taken) -> str:
    now, before = (_value_text(workplace, one.kind, one.field, value) for value in (one.now, one.before))
    text = _("{field}: {now} (before: {before})") if before else _("{field}: {now} (empty before)")
    return text.format(field=labels.field_label(one.kind, one.field), now=now, before=before)


def _value_text(workplace: Workplace, kind: str, field: str, value: Value) -> str:
    if KINDS[kind].fields[field].shape is Shape.REFERENCE and isinstance(value, str):
        return workplace.read(lambda c: name_of(c, value))
    return labels.value_text(workplace.codes, kind, field, value)


def _short(half: Half) -> str:
    file: ChildFile = half.file
    return f"{half.person.full_name} ({file.case_number})" if file.case_number else half.person.full_name
