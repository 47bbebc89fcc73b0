"""How long a desk opens what is sealed without having heard of its province.

A PC's clock proves nothing. What is counted is time that passed since the province last told its own: forward steps of
this PC's clock count in full, backward ones not at all, and hours at work count whatever the clock says.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from commune_desk.domain.time.clock import from_iso, to_iso

WARNED_DAYS = 7
_TICK = timedelta(seconds=1)
_FULL = timedelta(days=3653)
"""No more than this is ever counted: a clock in 9999 must not overflow a sum."""


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """Instants are ISO. `until` and `told_at` are the province's time, `spent` whole seconds that passed since it was
    told, `counted_at` this PC's time when they were last counted."""

    until: str
    told_at: str
    spent: int = 0
    counted_at: str = ""

    def counted(self, now: datetime, at_work: float = 0.0) -> Lease:
        """With the time that passed until `now`, by this PC's clock; `at_work` seconds surely did."""
        step = (now - from_iso(self.counted_at)).total_seconds() if self.counted_at else 0.0
        passed = min(max(step, at_work, 0.0), _FULL.total_seconds())
        spent = min(self.spent + int(passed), int(_FULL.total_seconds()))
        return msgspec.structs.replace(self, spent=spent, counted_at=to_iso(now))

    def told(self, *, at: str, until: str, now: datetime) -> Lease:
        """After a page of the province; an older page than the last one tells nothing."""
        return Lease(until=until, told_at=at, counted_at=to_iso(now)) if at > self.told_at else self

    def heard(self, at: str, now: datetime) -> Lease:
        """After the province's time that it signed for this very question: no less than this has passed.

        An earlier time than it told before means that its own clock had run ahead: the lease is moved back with it, to
        a second before, so that a page of this very second is a later one.
        """
        since = from_iso(at) - from_iso(self.told_at)
        counted = self.counted(now)
        if since < timedelta(0):
            before = since - _TICK
            told_at, until = from_iso(self.told_at) + before, from_iso(self.until) + before
            return msgspec.structs.replace(counted, told_at=to_iso(told_at), until=to_iso(until))
        return msgspec.structs.replace(counted, spent=max(counted.spent, int(since.total_seconds())))

    def left(self, now: datetime) -> timedelta:
        """What is left of it; negative once it has run out."""
        return from_iso(self.until) - from_iso(self.told_at) - timedelta(seconds=self.counted(now).spent)

    def is_over(self, now: datetime) -> bool:
        return self.left(now) <= timedelta(0)

    def warns(self, now: datetime) -> bool:
        """Whether it runs out within days."""
        return self.left(now) <= timedelta(days=WARNED_DAYS)
