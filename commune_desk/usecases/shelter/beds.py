"""The beds of the shelter: set up the house, add beds, close one for a while and open it again."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.placements import BED_STEPS, Bed, Shelter
from commune_desk.domain.vietnamese.text import fold, tidy
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.pages.placements import bed_labels, shelter_here, stays_in
from commune_desk.store.writing.opened import Opened
from commune_desk.store.writing.transaction import Tx

MOST_BEDS = 99
_RANGE = re.compile(r"(\D*)(\d{1,2})\s*[-–]\s*(\D*)(\d{1,2})")


class NewBed(msgspec.Struct, frozen=True):
    """A bed to add: its label and a code of `bed_kinds`."""

    label: str
    kind: str


def set_up_shelter(tx: Tx, name: str, beds: Sequence[NewBed]) -> RecordId:
    """Name the house and add its first beds. Raises Invalid, and Refusal where a colleague has named it otherwise."""
    _check_name(name)
    known = shelter_here(tx.connection, tx.actor.scope)
    if known is None:
        known = Shelter(id=new_record_id(), scope=tx.actor.scope, name=tidy(name))
        tx.save(known)
    elif known.name != tidy(name):
        raise Refusal(
            N_("A colleague has set up the house meanwhile. Nothing was saved; close this form and look at it first.")
        )
    add_beds(tx, beds)
    return known.id


def change_shelter(tx: Tx, opened: Opened, shown: Shelter, name: str, beds: Sequence[NewBed]) -> RecordId:
    """Give the house that was `shown` another name, if it is one, and add beds. Raises Invalid."""
    _check_name(name)
    tx.edit(opened, shown, msgspec.structs.replace(shown, name=tidy(name)))
    add_beds(tx, beds)
    return shown.id


def _check_name(name: str) -> None:
    if not tidy(name):
        raise Invalid(N_("Some fields do not hold."), fields={"name": N_("Please fill this in.")})


def add_beds(tx: Tx, beds: Sequence[NewBed]) -> None:
    """Add beds. Raises Invalid when a label is there already or the house would have more than 99."""
    present = {fold(label) for label in bed_labels(tx.connection)}
    if len(present) + len(beds) > MOST_BEDS:
        raise Invalid(N_("A house has at most {most} beds here."), most=MOST_BEDS)
    for bed in beds:
        if fold(bed.label) in present:
            raise Invalid(N_("There is a bed {bed} already. No bed was added."), bed=bed.label)
        present.add(fold(bed.label))
        tx.save(Bed(id=new_record_id(), scope=tx.actor.scope, label=bed.label, bed_kind=bed.kind))


def close_bed(tx: Tx, bed_id: RecordId, note: str | None = None) -> None:
    """Take a bed out of use. Raises Refusal while somebody has it."""
    taken = stays_in(tx.connection, bed_id)
    if taken:
        raise Refusal(N_("{alias} has this bed. Give {alias} another bed first."), alias=taken[0].alias)
    _move(tx, bed_id, "closed", note)


def reopen_bed(tx: Tx, bed_id: RecordId) -> None:
    """Use a bed again."""
    _move(tx, bed_id, "open", None)


def read_labels(text: str) -> list[str]:
    """Bed labels from `A1-A4, B1, D2`; commas and lines divide, a range counts from its lower end, `P01-P12` as typed.

    Repeats are left out.
    """
    labels: dict[str, None] = {}
    for part in re.split(r"[,;\n]+", text):
        labels |= dict.fromkeys(_expanded(tidy(part)))
    return [label for label in labels if label]


def _expanded(part: str) -> list[str]:
    found = _RANGE.fullmatch(part)
    if found is None or found[3] not in ("", found[1]):
        return [part]
    first, last = sorted((found[2], found[4]), key=int)
    return [f"{found[1]}{number:0{len(first)}}" for number in range(int(first), int(last) + 1)]


def _move(tx: Tx, bed_id: RecordId, status: str, note: str | None) -> None:
    bed = tx.existing(Bed, bed_id)
    if status not in BED_STEPS[bed.status]:
        raise Refusal(N_("The bed was changed meanwhile. Nothing was saved; look at its present state."))
    tx.save(msgspec.structs.replace(bed, status=status, note=note))
