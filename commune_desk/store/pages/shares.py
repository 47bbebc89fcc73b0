"""Records that two places hold: which other place, since when, who shared it, and what of that is still on its way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from commune_desk.domain.model.ids import Scope
from commune_desk.domain.time.clock import stamp_instant, to_iso
from commune_desk.store.engine.database import Connection
from commune_desk.store.intake.moved_along import moves_of
from commune_desk.store.writing.joined import joined_people
from sync.change import Verb

_OF_RECORD = (
    "SELECT json_extract(c.said, '$.k'), json_extract(c.said, '$.to'), c.scope, c.state, COALESCE(c.code, ''), c.stamp,"
    " c.seq, COALESCE(o.display_name, '') FROM"
    " (SELECT id, scope, state, code, stamp, seq, officer, NULLIF(CAST(raw AS TEXT), '') AS said FROM change"
    " WHERE record=? OR id IN (SELECT value FROM json_each(?))) c LEFT JOIN officer o ON o.id=c.officer"
    " WHERE json_extract(c.said, '$.k') IN ('share', 'unshare', 'move')"
    " ORDER BY c.seq IS NULL OR c.state='quarantined', c.seq, c.stamp, c.id"
)
_GUESTS = (
    "SELECT a.record FROM arrival a JOIN person p ON p.id=a.record WHERE a.record NOT IN (SELECT person FROM joined)"
    " ORDER BY p.full_name, p.id"
)
_SET_ASIDE = "quarantined"
_ON_ITS_WAY = ("waiting", "accepted", "staged")


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """That the scope `to` holds a record whose home is the scope `home`, since the instant `at` (ISO, by the clock of
    the desk that shared it). `by` is the officer, empty where the name is not known here.

    `is_asked` while the province has not acted on it, `is_ending` once this desk asked for it back.
    """

    to: Scope
    home: Scope
    at: str
    by: str
    is_asked: bool = False
    is_ending: bool = False


class NotDone(msgspec.Struct, frozen=True):
    """What the province did not carry out: the verb, of which place, and its code of the quarantine."""

    verb: str
    to: Scope
    code: str


@dataclass(slots=True)
class Sharing:
    """By what other places hold a record; the last thing asked for if the province has set it aside.

    `stamp` is that of the last change which stands or is on its way. `homes` are the places that shared the record or
    let it go by a move: it lived there when they did.
    """

    shares: dict[Scope, Share] = field(default_factory=dict)
    not_done: NotDone | None = None
    stamp: int = 0
    homes: set[Scope] = field(default_factory=set)

    def held_by(self, scope: str) -> Share | None:
        """The share by which the scope holds the record, asked for or standing."""
        return self.shares.get(Scope(scope))

    def read(self, verb: str, share: Share) -> None:
        """One of the changes that say where the record is held, and that stands or is on its way."""
        self.not_done = None
        if verb != Verb.UNSHARE and not share.is_asked:
            self.homes.add(share.home)
        if verb == Verb.SHARE:
            self.shares[share.to] = share
        elif verb == Verb.UNSHARE and share.is_asked and share.to in self.shares:
            self.shares[share.to] = msgspec.structs.replace(self.shares[share.to], is_ending=True)
        elif not share.is_asked:
            self.shares.pop(share.to, None)
            if verb == Verb.MOVE:
                self.shares = {to: msgspec.structs.replace(one, home=share.to) for to, one in self.shares.items()}


def sharing_of(connection: Connection, record: str) -> Sharing:
    """Who else holds a record, by the signed changes that this register has of it."""
    found = Sharing()
    along = msgspec.json.encode(moves_of(connection, record)).decode()
    for row in connection.execute(_OF_RECORD, (record, along)).fetchall():
        _follow(found, *row)
    refused = found.not_done
    if refused is not None and (refused.verb == Verb.SHARE) == (refused.to in found.shares):
        found.not_done = None  # somebody else did it
    return found


def sharing_of_child(connection: Connection, person: str) -> Sharing:
    """The same of a child and of every record that was joined to it: a place may hold one of these alone."""
    found = sharing_of(connection, person)
    for record in joined_people(connection, person):
        other = sharing_of(connection, record)
        found.shares = other.shares | found.shares
        found.not_done = found.not_done or other.not_done
        found.stamp = max(found.stamp, other.stamp)
    return found


def _follow(found: Sharing, verb: str, to: str, home: str, state: str, code: str, *rest: Any) -> None:
    stamp, seq, by = rest
    is_asked = seq is None and state in _ON_ITS_WAY
    if is_asked or (seq and state != _SET_ASIDE):
        at = to_iso(stamp_instant(stamp))
        found.stamp = max(found.stamp, stamp)
        found.read(verb, Share(to=Scope(to), home=Scope(home), at=at, by=by, is_asked=is_asked))
    elif state == _SET_ASIDE and verb != Verb.MOVE and stamp > found.stamp:
        found.not_done = NotDone(verb, Scope(to), code)


def guests(connection: Connection, scope: str) -> list[tuple[str, Share]]:
    """The persons whom this place holds while their home is elsewhere, by name; of two records of one, the one kept."""
    rows: Iterable[tuple[str]] = connection.execute(_GUESTS).fetchall()
    shares = ((person, sharing_of(connection, person).held_by(scope)) for (person,) in rows)
    return [(person, share) for person, share in shares if share is not None]
