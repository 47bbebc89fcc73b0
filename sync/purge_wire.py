"""The messages of `/v1/report`, and of a bundle: how a desk stands, and its signed statements of what it removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec

from commune_desk.domain.model.batches import batched
from sync.instant import Instant, is_instant
from sync.protocol import B64, Count

REMOVED = "revoked"
"""Stands in a `PurgeStatement` for a change: the desk was withdrawn, and all that it held goes."""
AT_ONCE = 40
"""Statements in one request, which has room for 16 KiB."""
LONGEST_VERSION = 20
"""Characters of what a program's version is called."""
MOST_AHEAD = 300 * 366 * 86_400
"""Seconds. A clock can be off by no more, in the years that an instant may be of."""


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


class Health(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """How a desk stands after a sync. Without a `program_version` nothing of it was said."""

    waiting: Count = 0
    """Changes made there for which it has no receipt."""
    oldest_waiting_at: Instant = ""
    """Since when the oldest of them waits, by that PC's clock."""
    clock_ahead: Annotated[int, msgspec.Meta(ge=-MOST_AHEAD, le=MOST_AHEAD)] | None = None
    """Seconds by which that clock is ahead of the province's, below 0 behind; None where it does not know."""
    program_version: str = ""
    schema: Count = 0
    carried_n: Count = 0
    """In a bundle: the number of the last change made there. All that have one and wait go with the bundles written
    then; `waiting` counts what stays behind."""
    carried_since: Instant = ""
    """Since when the oldest that goes with them waits, by that PC's clock; empty where none does."""


class PurgeRequest(Health, frozen=True, kw_only=True, omit_defaults=True):
    """The statements that a desk sends after a sync, and once a day how it stands; nothing in it names anybody."""

    purges: list[SignedPurge] = []


class PurgeReply(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """The changes whose purge statements the province keeps now."""

    purges: list[str] = []


def bounded(health: Health) -> Health:
    """The same, so that a province takes it, whatever a clock without a battery has made of it."""
    ahead, oldest, carried = health.clock_ahead, health.oldest_waiting_at, health.carried_since
    return msgspec.structs.replace(
        health,
        oldest_waiting_at=oldest if is_instant(oldest) else "",
        carried_since=carried if is_instant(carried) else "",
        clock_ahead=ahead if ahead is None else max(-MOST_AHEAD, min(MOST_AHEAD, ahead)),
        program_version=health.program_version[:LONGEST_VERSION],
    )


def requests_with(purges: Sequence[SignedPurge], health: Health | None = None) -> Iterator[PurgeRequest]:
    """The requests that tell all of these, the first of them `health` too; none when there is nothing to tell."""
    said = {} if health is None else msgspec.structs.asdict(health)
    for some in batched(purges, AT_ONCE):
        yield PurgeRequest(purges=list(some), **said)
        said = {}
    if said:
        yield PurgeRequest(**said)
