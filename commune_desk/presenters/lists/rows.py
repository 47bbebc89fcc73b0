"""Rows of a list before it is brought in: what each says, what is wrong with it, and whom it may repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from commune_desk.domain.lists.cells import ListLevel
from commune_desk.domain.lists.repeats import SAME_BIRTH, SAME_BIRTH_AND_MOTHER, SAME_ID
from commune_desk.domain.lists.rows import ListedChild
from commune_desk.domain.time.dates import PartialDate
from commune_desk.domain.vietnamese.text import fold
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _, fill
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import ChipText
from commune_desk.store.lists.import_rows import RowState, StagedRow, rows_numbered
from commune_desk.store.lists.imports import import_named
from commune_desk.store.pages.children import ChildRecord, child_record
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import DIFFERENT, SAME

_CHIPS = {
    2: (N_("Error"), "danger", "alert-circle"),
    1: (N_("Warning"), "warning", "alert-triangle"),
    0: (N_("Fine"), "good", ""),
}
_SAVED = (RowState.SAVED, RowState.JOINED)
"""Rows are seen until the list is in as a whole, and until then nobody sees these children in the register."""
_DECIDED = {SAME: N_("Same child"), DIFFERENT: N_("Another child"), "": N_("To decide")}


@dataclass(frozen=True, slots=True)
class ListRowText:
    """A row of the preview; `id` is its number in Excel."""

    id: str
    name: str
    second: str
    state: ChipText
    found: str
    more: str


@dataclass(frozen=True, slots=True)
class ImportCompared:
    """One thing that both rows tell; `differs` when both do and not the same."""

    label: str
    listed: str
    other: str
    differs: bool


@dataclass(frozen=True, slots=True)
class ImportTwinView:
    """A row beside the row or the child it may repeat."""

    sign: str
    other_title: str
    lines: tuple[ImportCompared, ...]
    decision: str


@dataclass(frozen=True, slots=True)
class RowView:
    """One row in full: every finding as (tone, sentence), what was read as (label, text), its possible repetition."""

    row: int
    title: str
    findings: tuple[tuple[str, str], ...]
    told: tuple[tuple[str, str], ...]
    twin: ImportTwinView | None = None


def row_texts(workplace: Workplace, rows: Sequence[StagedRow]) -> list[ListRowText]:
    """The rows as the table shows them."""
    return [_row_text(workplace, one) for one in rows]


def _row_text(workplace: Workplace, one: StagedRow) -> ListRowText:
    child = one.payload.child
    findings = [sentence for _tone, sentence in findings_of(one)]
    repeats = _repeats(one)
    told = [*([repeats] if repeats else []), *findings]
    birth = labels.birth_text(child.birth_date) if child else ""
    return ListRowText(
        id=str(one.row),
        name=_name(one),
        second=labels.joined(birth, labels.village_text(child.village)) if child else "",
        state=_state_chip(one),
        found=_first_sentence(told[0]) if told else "",
        more=_("and {count} more").format(count=len(told) - 1) if told[1:] else "",
    )


def _name(one: StagedRow) -> str:
    """Of a row that was saved nothing is kept beside it, where nothing was wrong with it."""
    if one.payload.name:
        return one.payload.name
    if one.state is RowState.FILLED:
        return _("(brought in)")
    if one.state is RowState.REJECTED:
        return _("(has left meanwhile)")
    return _("(saved for now)") if one.state in _SAVED else _("(no name)")


def _state_chip(one: StagedRow) -> ChipText:
    if one.state in _SAVED:
        return ChipText(_("Saved for now"), "quiet")
    if one.state is RowState.FILLED:
        return ChipText(_("Brought in"), "good", "check")
    if one.state is RowState.REJECTED and one.level < 2:
        return ChipText(_("Stays out"), "quiet")
    if one.is_twin and one.level < 2:
        return ChipText(_(_DECIDED[one.decision]), "quiet" if one.decision else "note", "" if one.decision else "users")
    text, tone, icon = _CHIPS[one.level]
    return ChipText(_(text), tone, icon)


def _repeats(one: StagedRow) -> str:
    if one.twin_row:
        return _("Like row {row}").format(row=one.twin_row)
    return _("In the register already?") if one.twin_person else ""


def findings_of(one: StagedRow) -> list[tuple[str, str]]:
    """(tone, sentence) of each finding, the gravest first."""
    tones = {ListLevel.ERROR: "danger", ListLevel.WARNING: "warning", ListLevel.REPAIRED: "note"}
    found = sorted(one.payload.problems, key=lambda problem: list(tones).index(problem.level))
    return [(tones[problem.level], fill(problem.text, problem.params)) for problem in found]


def row_view(workplace: Workplace, import_id: str, row: int) -> RowView | None:
    """One row in full, with the other side read anew; None when the row is gone."""
    found = workplace.read(lambda c: rows_numbered(c, import_id, [row]))
    if not found:
        return None
    one = found[0]
    title = _("Row {row}: {name}").format(row=one.row, name=_name(one))
    twin = _twin(workplace, import_id, one)
    told = () if twin else _read_as(workplace, import_id, one)
    return RowView(one.row, title, tuple(findings_of(one)), told, twin)


def _read_as(workplace: Workplace, import_id: str, one: StagedRow) -> tuple[tuple[str, str], ...]:
    """What was read of a row; of one that stays out, its cells under their titles."""
    if one.payload.child is not None:
        return tuple((label, text) for label, text in _told(workplace, one.payload.child).items() if text)
    known = workplace.read(lambda c: import_named(c, import_id))
    titles = known.columns if known else ()
    return tuple((title, text) for title, text in zip(titles, one.payload.cells, strict=False) if title and text)


def _twin(workplace: Workplace, import_id: str, one: StagedRow) -> ImportTwinView | None:
    child = one.payload.child
    if not one.is_twin or child is None:
        return None
    if one.twin_row:
        rows = workplace.read(lambda c: rows_numbered(c, import_id, [one.twin_row]))
        other = rows[0].payload.child if rows else None
        title = _("Row {row}").format(row=one.twin_row)
    else:
        record = workplace.read(lambda c: child_record(c, one.twin_person))
        other = _as_listed(record) if record else None
        title = _("In the register")
    if other is None:
        return None
    return ImportTwinView(_sign(one.score, child, other), title, _compared(workplace, child, other), one.decision)


def _as_listed(record: ChildRecord) -> ListedChild:
    """A child of the register as a list would tell it."""
    names = {kin.relation.relation: kin.person.full_name for kin in record.kin if not kin.relation.ended_on}
    carer = next((kin for kin in record.kin if kin.relation.is_caregiver and not kin.relation.ended_on), None)
    person = record.person
    return ListedChild(
        full_name=person.full_name,
        sex=person.sex,
        birth_date=person.birth_date,
        ethnicity=person.ethnicity,
        id_number=person.id_number,
        village=person.village,
        father_name=names.get("father"),
        mother_name=names.get("mother"),
        caregiver_name=carer.person.full_name if carer else None,
        caregiver_relation=carer.relation.relation if carer else None,
        phone=carer.person.phone if carer else person.phone,
        groups=tuple(one.group_code for one in record.groups if not one.to_on),
    )


def _sign(score: float, child: ListedChild, other: ListedChild) -> str:
    if score >= SAME_ID:
        is_same = fold(child.full_name) == fold(other.full_name)
        return _("Same personal ID number") if is_same else _("Same personal ID number, but another name")
    if score >= SAME_BIRTH_AND_MOTHER:
        return _("Same name, birth date and mother")
    if score >= SAME_BIRTH:
        return _("Same name and birth date")
    return _("Same name and mother; the birth dates can agree")


def _compared(workplace: Workplace, child: ListedChild, other: ListedChild) -> tuple[ImportCompared, ...]:
    ours, theirs = _told(workplace, child), _told(workplace, other)
    return tuple(
        ImportCompared(
            label, ours[label], theirs[label], bool(ours[label] and theirs[label]) and ours[label] != theirs[label]
        )
        for label in ours
        if ours[label] or theirs[label]
    )


def _told(workplace: Workplace, child: ListedChild) -> dict[str, str]:
    codes = workplace.codes
    relation = labels.code_text(codes, "relations", child.caregiver_relation).lower()
    carer = ", ".join(filter(None, (child.caregiver_name, relation)))
    return {
        _("Full name"): child.full_name,
        _("Birth date"): PartialDate.stored(child.birth_date).display() if child.birth_date else "",
        _("Sex"): labels.code_text(codes, "sexes", child.sex),
        _("ID number"): child.id_number or "",
        _("Ethnic group"): labels.code_text(codes, "ethnic_groups", child.ethnicity),
        _("Village"): child.village or "",
        _("Mother"): child.mother_name or "",
        _("Father"): child.father_name or "",
        _("Carer"): carer,
        _("Phone"): labels.phone_text(child.phone),
        _("Groups"): ", ".join(chip.text for chip in labels.group_chips(codes, child.groups)),
        _("Note"): child.note or "",
    }


def _first_sentence(text: str) -> str:
    """What is wrong; what to do about it stands with the row in full."""
    first, stop, rest = text.partition(". ")
    return f"{first}{stop.strip()}" if rest else text
