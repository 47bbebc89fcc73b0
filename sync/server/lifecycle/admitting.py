"""Taking in, on a person's word, what a withdrawn PC sent after it was withdrawn.

A PC that was stolen is ordered to send what it has and to destroy its register; a PC may be withdrawn too early. What
they sent is kept aside, for nobody can tell who typed it. Where the province's people know, the visits in it need not
be lost: they are merged now as they would have been then, by the rights that the PC had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from sync.change import Line
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import desks
from sync.server.identity.province import Province, audited
from sync.server.intake import awaited
from sync.server.intake.admission import Admission
from sync.server.intake.incoming import Incoming
from sync.server.intake.ordering import store
from sync.server.intake.standing import kept_line

AT_ONCE = 500
"""Changes of one transaction, as of a push."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a withdrawn PC has sent since: how many changes of each kind, and when the first and the last were typed."""

    kinds: dict[str, int]
    first: int
    last: int
    """Stamps, by the clock of that PC."""

    @property
    def changes(self) -> int:
        return sum(self.kinds.values())


@dataclass(frozen=True, slots=True)
class Admitted:
    """What became of some of it; `after_n` is the number of the last one that was looked at, 0 where there is none."""

    merged: int = 0
    left_aside: int = 0
    after_n: int = 0


def waiting(connection: Connection, desk: str) -> Waiting:
    """What of the PC may be taken in. Raises Refusal where it is unknown or in service, and where there is nothing."""
    state = desks.find(connection, desk)
    if state is None:
        raise desks.no_such(desk)
    lines = [] if state.status != desks.REVOKED else _lines(connection, desk)
    if not lines:
        raise Refusal(
            N_("Nothing is kept aside of what desk {desk} sent after it went out of service. Nothing was changed."),
            desk=desk,
        )
    stamps = [line.change.stamp for line in lines]
    return Waiting(dict(Counter(line.change.kind for line in lines)), min(stamps), max(stamps))


def admit(connection: Connection, province: Province, desk: str, *, after_n: int = 0) -> Admitted:
    """Merge up to `AT_ONCE` of it, those behind its number `after_n`, and write down who said so.

    What may not stand for another reason, such as a record that has moved, stays aside.
    """
    state = desks.find_to_write(connection, desk)
    if state is None or state.status != desks.REVOKED:
        return Admitted()
    lines = _lines(connection, desk, after_n=after_n, most=AT_ONCE)
    if not lines:
        return Admitted()
    items = [_incoming(line, state) for line in lines]
    store(connection, province, desk, items, WHOLE_PROVINCE)
    merged = [item for item in items if item.result is not None and item.result.status != "quarantined"]
    for item in merged:
        assert item.line is not None  # noqa: S101 - what is merged was read
        awaited.settle(connection, item.line.change, is_merged=True)
    audited(connection, province, "desk-admit", f"{desk} {len(merged)} of {len(items)}")
    return Admitted(len(merged), len(items) - len(merged), lines[-1].change.n)


def _lines(connection: Connection, desk: str, *, after_n: int = 0, most: int | None = None) -> Sequence[Line]:
    """In the order in which they were written. What was erased, or cannot be read, is none of them."""
    aside = tables.quarantine
    theirs = aside.c.desk == desk, aside.c.code == desks.REVOKED, aside.c.n > after_n, func.length(aside.c.raw) > 0
    asked = select(aside.c.raw, aside.c.signature).where(*theirs).order_by(aside.c.n).limit(most)
    return [kept_line(row.raw, row.signature) for row in connection.execute(asked)]


def _incoming(line: Line, state: desks.DeskState) -> Incoming:
    """As it would have come in then."""
    change = line.change
    fault = Admission().fault(line, n=change.n, public=state.sign_public, desk=state.id, grants=state.grants)
    return Incoming(change.n, line.raw, line, fault, is_kept=True)
