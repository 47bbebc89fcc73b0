"""The beds of the house: the first ones, more of them, one closed for a while."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import longest
from commune_desk.domain.records.placements import Bed, Shelter
from commune_desk.domain.vietnamese.text import fold, tidy
from commune_desk.i18n import _, ngettext
from commune_desk.presenters.frame.entry_form import EntryForm, FieldSpec, FormState, too_long
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import ChipText, Option
from commune_desk.store.pages.placements import BedRow, bed_board, shelter_here
from commune_desk.store.writing.opened import open_records
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter.beds import (
    MOST_BEDS,
    NewBed,
    change_shelter,
    close_bed,
    read_labels,
    reopen_bed,
    set_up_shelter,
)

_FIRST = {"standard": "A1-A4, B1-B4", "sickroom": "C1, C2", "mother_child": "D1, D2", "cot": ""}
"""Offered when there is no bed yet."""
_LONGEST_LABEL = longest(Bed, "label")


@dataclass(frozen=True, slots=True)
class BedLine:
    """A bed in the list; `action` is `close`, `reopen` or empty while somebody has it."""

    id: str
    label: str
    kind: str
    second: str
    chip: ChipText
    action: str


def free_beds(workplace: Workplace) -> list[Option]:
    """The beds that somebody can be given now."""
    free = [row.bed for row in workplace.read(bed_board) if row.bed.status == "open" and not row.stays]
    kinds = workplace.codes
    return [(bed.id, labels.joined(bed.label, labels.code_text(kinds, "bed_kinds", bed.bed_kind))) for bed in free]


class BedsForm(EntryForm[FormState]):
    """Names the house and adds beds; closing and reopening are saved at once."""

    form, kind = "beds", "shelter"

    def __init__(self, workplace: Workplace) -> None:
        shelter = workplace.read(lambda c: shelter_here(c, workplace.actor.scope))
        self._is_first = not workplace.read(bed_board)
        beds = _FIRST if self._is_first else dict.fromkeys(_FIRST, "")
        super().__init__(workplace, "", {"name": shelter.name if shelter else _("Sunshine House")} | beds)
        self.open_as(workplace.read(lambda c: open_records(c, shelter)))

    def fields(self) -> Sequence[FieldSpec]:
        codes = self._workplace.codes
        hint = _("Labels with commas; A1-A4 means A1 to A4.")
        beds = [
            FieldSpec(
                kind,
                labels.code_text(codes, "bed_kinds", kind),
                hint=hint if kind == "standard" else "",
                heading=_("Beds to add") if kind == "standard" else "",
            )
            for kind in _FIRST
        ]
        return (FieldSpec("name", _("Name of the house"), required=True, wide=True), *beds)

    def way_back(self) -> Route:
        return Route("shelter")

    def state(self) -> FormState:
        count = len(self._new_beds())
        note = ngettext("{count} bed is added.", "{count} beds are added.", count).format(count=count) if count else ""
        return FormState(
            title=_("Set up the beds") if self._is_first else _("Beds"),
            subtitle=_("The address is not asked for: nobody needs it here.") if self._is_first else "",
            values=dict(self._values),
            errors=self.shown_errors(),
            note=note,
        )

    def check(self) -> dict[str, str]:
        errors = {} if tidy(self._values["name"]) else {"name": _("Please fill this in.")}
        seen = {fold(row.bed.label) for row in self._workplace.read(bed_board)}
        for bed in self._new_beds():
            if fold(bed.label) in seen:
                errors[bed.kind] = _("There is a bed {bed} already.").format(bed=bed.label)
            elif len(bed.label) > _LONGEST_LABEL:
                errors[bed.kind] = too_long(len(bed.label), _LONGEST_LABEL)
            seen.add(fold(bed.label))
        if len(seen) > MOST_BEDS:
            errors["standard"] = _("A house has at most {most} beds here.").format(most=MOST_BEDS)
        return errors

    def operation(self) -> Callable[[Tx], str]:
        name, beds, opened = self._values["name"], self._new_beds(), self.opened
        shown = next((one for one in opened.records.values() if isinstance(one, Shelter)), None)

        def operation(tx: Tx) -> str:
            if shown is None:
                set_up_shelter(tx, name, beds)
            else:
                change_shelter(tx, opened, shown, name, beds)
            return ""

        return operation

    def beds(self) -> tuple[BedLine, ...]:
        """The beds there are."""
        return tuple(self._line(row) for row in self._workplace.read(bed_board))

    def close(self, bed: str, note: str) -> Callable[[Tx], None]:
        return lambda tx: close_bed(tx, RecordId(bed), tidy(note) or None)

    def reopen(self, bed: str) -> Callable[[Tx], None]:
        return lambda tx: reopen_bed(tx, RecordId(bed))

    def _new_beds(self) -> list[NewBed]:
        return [NewBed(label, kind) for kind in _FIRST for label in read_labels(self._values[kind])]

    def _line(self, row: BedRow) -> BedLine:
        bed = row.bed
        kind = labels.code_text(self._workplace.codes, "bed_kinds", bed.bed_kind)
        if row.stays:
            names = ", ".join(stay.alias for stay in row.stays)
            return BedLine(bed.id, bed.label, kind, "", ChipText(names, "note"), "")
        if bed.status == "closed":
            return BedLine(bed.id, bed.label, kind, bed.note or "", ChipText(_("closed"), "quiet", "lock"), "reopen")
        return BedLine(bed.id, bed.label, kind, "", ChipText(_("free"), "outline"), "close")
