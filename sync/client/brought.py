"""What a bundle of the province brought to a desk."""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.client import errors


@dataclass(slots=True)
class Brought:
    """What a bundle of the province brought."""

    is_answer: bool
    """Whether it answers a bundle that this desk remembers; only then its receipts and refusals count."""
    accepted_n: int = 0
    """The last number that a receipt in it is for; 0 without one."""
    set_aside: list[str] = field(default_factory=list)
    """The changes of this desk's that receipts in it say are kept aside."""
    events: int = 0
    conflicts: int = 0
    lacking: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By scope, the events that must come before what is in here: first and last number."""
    begun: list[str] = field(default_factory=list)
    """Scopes that were begun from their snapshot."""
    half: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By scope, how many bytes of its snapshot are here, and of how many."""
    too_early: set[str] = field(default_factory=set)
    """Scopes of whose snapshot a piece in here follows one that is not here."""
    unbegun: set[str] = field(default_factory=set)
    """Scopes that must be begun before a page in here says anything."""
    missing: list[tuple[int, int]] = field(default_factory=list)
    """This desk's changes that the province waits for."""
    more: bool = False
    """Whether the province has more than these pages."""
    is_up_to_date: bool = False
    """Whether the register now holds all that the province had when it made the bundle."""
    words_kept: list[str] = field(default_factory=list)
    """The changes whose signed words, that what left with them was removed here, the province keeps now."""
    has_followed: bool = False
    """Whether the province was put back from a backup, and the register goes on with it from now on."""
    refusal: errors.SyncFault | None = None

    @property
    def waits_for_others(self) -> bool:
        """Whether something in it could not be taken in before another bundle is."""
        return bool(self.lacking or self.too_early or self.unbegun)
