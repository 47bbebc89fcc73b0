"""A change as the log keeps it, and when that was."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from commune_desk.domain.time.clock import STEPS, to_iso
from sync.change import Line


class Moment(NamedTuple):
    """When a push was taken in."""

    iso: str
    milliseconds: int

    @classmethod
    def of(cls, now: datetime) -> Moment:
        return cls(to_iso(now), int(now.timestamp() * 1000))

    @property
    def latest_stamp(self) -> int:
        """The greatest stamp of this millisecond (see `HybridClock`)."""
        return (self.milliseconds + 1) * STEPS - 1


def change_row(line: Line, status: str, now: Moment) -> dict[str, object]:
    """A change as its table holds it."""
    change = line.change
    return {
        "id": change.id,
        "desk": change.desk,
        "n": change.n,
        "digest": line.digest,
        "raw": line.raw,
        "signature": line.signature,
        "scope": change.scope,
        "kind": change.kind,
        "record": change.record,
        "status": status,
        "received_at": now.iso,
        "skew_ms": change.stamp // STEPS - now.milliseconds,
    }
