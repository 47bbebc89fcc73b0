"""What a desk tells of itself after a sync: that it removed what left, and how much waits. It names nobody."""

from __future__ import annotations

import msgspec

from sync.protocol import B64, Count


class PurgeStatement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A desk's word, signed under `seal.PURGE`, that it removed what left with a change."""

    desk: str
    change: str
    records: Count
    at: str


class SignedPurge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A `PurgeStatement` as it was signed."""

    body: B64
    signature: B64


class ReportRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a desk tells of itself after a sync; nothing in it names anybody."""

    purges: list[SignedPurge] = []
    waiting: Count = 0
    oldest_waiting_at: str = ""
    program_version: str = ""


class ReportReply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The changes whose purge statements the province keeps now."""

    purges: list[str] = []
