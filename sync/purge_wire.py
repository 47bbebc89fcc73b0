"""The messages of `/v1/report`: a desk's signed statements that it removed what left it, and which of them are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from commune_desk.domain.model.batches import batched
from sync.protocol import B64, Count

REMOVED = "revoked"
"""Stands in a `PurgeStatement` for a change: the desk was withdrawn, and all that it held goes."""
AT_ONCE = 40
"""Statements in one request, which has room for 16 KiB."""


class _Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message; unknown members are ignored, so that a later version may say more."""


class PurgeStatement(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """A desk's word, signed under `seal.PURGE`, that it removed what left with a change; `REMOVED`: all it held."""

    desk: str
    change: str
    records: Count
    at: str


class SignedPurge(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """A `PurgeStatement` as it was signed."""

    body: B64
    signature: B64


class PurgeRequest(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """The statements that a desk sends after a sync; nothing in it names anybody."""

    purges: list[SignedPurge] = []
    waiting: Count = 0
    """Reserved, as the two after it: no desk says them yet, and no province keeps them."""
    oldest_waiting_at: str = ""
    program_version: str = ""


class PurgeReply(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """The changes whose purge statements the province keeps now."""

    purges: list[str] = []


def requests_with(purges: Sequence[SignedPurge]) -> Iterator[PurgeRequest]:
    """The requests that tell all of these; none when there are none."""
    for some in batched(purges, AT_ONCE):
        yield PurgeRequest(purges=list(some))
