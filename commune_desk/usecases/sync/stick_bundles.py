"""What came from a courier's stick: each bundle for this desk, and what all of them brought together."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from commune_desk.domain.words.errors import DeskError
from commune_desk.usecases.sync.leaving import Removal
from sync.bundle import Bundle, PartKind
from sync.snapshot import MAX_BYTES

if TYPE_CHECKING:
    from sync.client.brought import Brought


@dataclass(slots=True)
class ReadIn:
    """What came from the stick."""

    files: int = 0
    """Bundles for this PC that were read."""
    others: int = 0
    """Bundles in the folder that are for somebody else and are not done with."""
    to_hand_on: list[str] = field(default_factory=list)
    """Names of bundles in the folder that another PC wrote for the province."""
    fingerprints: list[str] = field(default_factory=list)
    signed_for: int = 0
    """The province has signed for all changes up to this number; 0 when no receipt came."""
    set_aside: list[str] = field(default_factory=list)
    """The changes that receipts say are kept aside, of all kinds."""
    quarantined: int = 0
    """How many of them are entries of people."""
    events: int = 0
    conflicts: int = 0
    missing: list[tuple[int, int]] = field(default_factory=list)
    """Ranges of this desk's changes that the province waits for."""
    lacking: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By place, the entries of its feed that must come before what was brought."""
    more: bool = False
    """Whether the province has more than was brought."""
    unremembered: int = 0
    """Bundles whose receipts answer none that this desk remembers."""
    begun: list[str] = field(default_factory=list)
    """Places that were begun from what stands at the province."""
    half: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By place, how many bytes of what stands there came, and of how many."""
    to_begin: list[str] = field(default_factory=list)
    """Places that are still to be begun anew, and of which nothing came."""
    has_followed: bool = False
    """Whether the province was put back from a backup, and this register goes on with it now."""
    removal: Removal | None = None
    """How far it is with a register that the province ordered removed; None where it did not."""
    refusal: DeskError | None = None
    faults: list[DeskError] = field(default_factory=list)
    """Why a bundle was not taken in, one for each."""
    is_cut: bool = False
    """Whether more for this PC may lie in the folder than was read."""
    done_with: list[str] = field(default_factory=list)
    """Fingerprints of what may leave the stick: it was read to its end, or the province has signed for it."""


@dataclass(slots=True)
class StickBundle:
    """A bundle for this desk that lies in the folder."""

    path: Path
    fingerprint: str = ""
    at: str = ""
    place: int = 0
    """Of pieces of a snapshot: how many bytes come before the first of them."""
    answers: list[str] = field(default_factory=list)
    brought: Brought | None = None
    fault: DeskError | None = None
    events: int = 0
    conflicts: int = 0

    @property
    def is_finished(self) -> bool:
        return self.fault is not None or (self.brought is not None and not self.brought.waits_for_others)


def first_piece(opened: Bundle) -> int:
    """Where the first piece of a snapshot lies; a bundle without any comes after all of them."""
    starts = (part.start for part, _ in opened.parts(PartKind.SNAPSHOT))
    return min(starts, default=MAX_BYTES)


def summed(bundles: Sequence[StickBundle], *, others: int) -> ReadIn:
    """What all of it brought; where the bundles speak of the same thing, the one that was made last has the word."""
    read = ReadIn(others=others)
    for one in sorted(bundles, key=lambda each: each.at):
        if one.fault is not None or one.brought is None:
            read.faults += [one.fault] if one.fault is not None else []
            continue
        brought = one.brought
        read.files += 1
        read.fingerprints.append(one.fingerprint)
        read.signed_for = max(read.signed_for, brought.accepted_n)
        read.set_aside += brought.set_aside
        read.events += one.events
        read.conflicts += one.conflicts
        if brought.is_answer:
            read.missing = brought.missing
        read.refusal = brought.refusal or read.refusal
        read.has_followed |= brought.has_followed
        read.more |= brought.more
        read.lacking |= brought.lacking
        read.begun += brought.begun
        read.half |= {scope: max(here, read.half.get(scope, here)) for scope, here in brought.half.items()}
        read.unremembered += not brought.is_answer and bool(one.answers)
    read.half = {scope: size for scope, size in read.half.items() if scope not in read.begun}
    read.done_with = [
        one.fingerprint
        for one in bundles
        if one.brought is not None and one.fault is None and _is_done_with(one.brought, read.half.keys())
    ]
    return read


def _is_done_with(brought: Brought, half: Set[str]) -> bool:
    """Whether nothing of a bundle is needed any more; pieces are kept until what they belong to is whole."""
    return not brought.waits_for_others and brought.half.keys().isdisjoint(half)
