"""Where the records of a batch are held: at home, as guests elsewhere, and which scopes they have left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import Connection, literal, select

from commune_desk.domain.records.kinds import KINDS
from sync.change import Change, Line, Verb
from sync.protocol import Event, decode
from sync.server.engine import tables
from sync.server.engine.asking import among
from sync.server.engine.tables import RECORDS
from sync.server.identity.desks import names_of
from sync.server.intake.records import Stored, kinds_of, read_records
from sync.server.intake.standing import lines_of

PERSON = "person"
"""The kind that records belong to."""


class Route(NamedTuple):
    """The feeds that a change is added to, and how it is merged there.

    `home`: the scope that owns its record and merges it. `scopes`: every scope that holds the record, home first, each
    mapped to the id of the share that brought it there ("" for the home). `is_late`: the change was written in a scope
    that the record had left by then. `entered`: the id of the move or share under which readers of the home's feed
    accept a change written for another scope; "" where the change was written for its home.
    `is_own`: late, of a record that its own desk made about a person who had left; no scope held it before.
    `again`: (line, entered) of moves and shares to be added to the home's feed once more, ahead of it; see `_Way`.
    `left_at`: late, the stamp of the move by which the record left that scope; 0 where it was a guest there.
    """

    home: str
    scopes: Mapping[str, str]
    is_late: bool = False
    entered: str = ""
    is_own: bool = False
    again: Sequence[tuple[Line, str]] = ()
    left_at: int = 0

    def brought_to(self, scope: str, written_in: str) -> str:
        """What brings a change that was written for one scope into another: the move or share that both know."""
        if scope == written_in:
            return ""
        return self.scopes[scope] or self.entered or self.scopes.get(written_in, "")


class _Way(NamedTuple):
    """What makes the home's readers accept a change from a scope that lost the record, or got it from a former home.

    `entered`: the id of a move or share that is in the home's feed. `again`: (line, entered) to be added to that feed
    once more, because a desk that joined the home later was never sent them: the share, and the change that ended it.
    `left_at`: the stamp of the move by which the scope lost the record, so that new records written there about the
    person go to the home too; 0 where it was a guest of the record only.
    """

    entered: str
    again: Sequence[tuple[Line, str]] = ()
    left_at: int = 0


@dataclass
class Whereabouts:
    """Read under the locks of the scopes that it speaks of, and kept true while the batch is taken in."""

    kinds: dict[str, str] = field(default_factory=dict)
    """Of the records and persons that there are."""
    _homes: dict[str, str] = field(default_factory=dict)
    _guests: dict[str, dict[str, str]] = field(default_factory=dict)
    _left: dict[tuple[str, str], str] = field(default_factory=dict)
    _owners: dict[str, str] = field(default_factory=dict)
    _own: dict[str, str] = field(default_factory=dict)
    """By record that its author made about somebody who had left: that person. It was never held where it was made."""
    _ways: dict[tuple[str, str], _Way] = field(default_factory=dict)
    """By (scope, record) that the scope has lost, or holds as a guest whom a former home brought."""
    _records: list[Stored] = field(default_factory=list)

    @classmethod
    def of(cls, connection: Connection, changes: Sequence[Change], along: Collection[str] = ()) -> Whereabouts:
        """Of the records that `changes` speak of and the persons whom those belong to.

        `along`: who moves with one of them. Whoever holds these is told of the move.
        """
        made = cls()
        own: dict[str, set[str]] = {}
        for change in changes:
            own.setdefault(change.kind, set()).add(change.record)
            owner = change.set.get(KINDS[change.kind].belongs_to)
            if isinstance(owner, str):
                made._owners[change.record] = owner
        made.kinds = kinds_of(connection, set(made._owners.values()).union(*own.values()))
        for kind, ids in own.items():
            made._records += read_records(connection, kind, [one for one in ids if made.kinds.get(one) == kind])
        made._homes = {record.id: record.scope for record in made._records}
        made._load_homes_of_owners(connection)
        made._load_places(connection, {*made.kinds, *along})
        made._load_own(connection, [change for change in changes if made._is_nowhere(change)])
        made._load_ways_of_guests(connection, changes)
        made._load_late_ways(connection, changes)
        return made

    def _load_homes_of_owners(self, connection: Connection) -> None:
        person = RECORDS[PERSON]
        asked = {one for one in self._owners.values() if self.kinds.get(one) == PERSON} - self._homes.keys()
        rows = connection.execute(select(person.c.id, person.c.scope).where(among(person.c.id, asked))) if asked else ()
        self._homes |= {row.id: row.scope for row in rows}

    def take_records(self) -> list[Stored]:
        """The changes' records as they stand, once: whoever merges them has them in hand from then on."""
        taken, self._records = self._records, []
        return taken

    def _is_nowhere(self, change: Change) -> bool:
        """Whether the record was never held in the place for which the change was written."""
        home = self.home(change.record)
        if home in (None, change.scope) or (change.scope, change.record) in self._left:
            return False
        return change.scope not in self._guests.get(change.record, ())

    def _load_own(self, connection: Connection, changes: Sequence[Change]) -> None:
        names = names_of(connection, {change.desk for change in changes})
        for kind in {change.kind for change in changes if KINDS[change.kind].belongs_to}:
            table, desks = RECORDS[kind], {change.record: change.desk for change in changes if change.kind == kind}
            owner = table.c[KINDS[kind].belongs_to]
            asked = select(table.c.id, owner, table.c.born).where(among(table.c.id, desks.keys()), owner.is_not(None))
            for record, person, born in connection.execute(asked):
                if born.partition("/")[0] in names[desks[record]].every:
                    self._own[record] = person
        self._load_places(connection, set(self._own.values()))

    def _load_places(self, connection: Connection, ids: Collection[str]) -> None:
        """Of records that there are; no other one has ever been anywhere."""
        if not ids:
            return
        guest, left = tables.guest, tables.departure
        shares = select(literal(True), guest.c.record, guest.c.scope, guest.c.since).where(among(guest.c.record, ids))
        departures = select(literal(False), left.c.record, left.c.scope, left.c.change)
        for is_held, record, scope, since in connection.execute(
            shares.union_all(departures.where(among(left.c.record, ids)))
        ):
            if is_held:
                self._guests.setdefault(record, {})[scope] = since
            else:
                self._left[scope, record] = since

    def _load_ways_of_guests(self, connection: Connection, changes: Sequence[Change]) -> None:
        """Of what is written as a guest whom a former home brought: of that share the home was told nothing."""
        held = {(one.scope, one.record): self._guests.get(one.record, {}).get(one.scope, "") for one in changes}
        brought = {line.change.id: line for line in lines_of(connection, filter(None, held.values()))}
        for (scope, record), since in held.items():
            home = self._homes.get(record)
            if since in brought and home is not None and brought[since].change.scope != home:
                self._ways[scope, record] = _Way(self._last_move(connection, record, home))

    def _load_late_ways(self, connection: Connection, changes: Sequence[Change]) -> None:
        """Of what is written where its record, or the person whom it is about, is no more."""
        lost: dict[tuple[str, str], str] = {}
        for one in changes:
            for record in (one.record, self._owners.get(one.record, ""), self._own.get(one.record, "")):
                home = self._homes.get(record) or self._homes.get(one.record, one.scope)
                if (one.scope, record) in self._left and home != one.scope:
                    lost[one.scope, record] = home
        ends = {line.change.id: line for line in lines_of(connection, {self._left[one] for one in lost})}
        for (scope, record), home in lost.items():
            end = ends[self._left[scope, record]]
            last = self._last_move(connection, record, home)
            way = _Way(last) if last else _way_of_a_guest(connection, scope, record, end)
            self._ways[scope, record] = way._replace(left_at=end.change.stamp if end.change.verb == Verb.MOVE else 0)

    def _last_move(self, connection: Connection, record: str, home: str) -> str:
        """The move by which the record came to its home, as the home was told last; empty where it always lived there.

        Of what was before, in other places, the home was told nothing. A place that has let the record go says by what,
        but not one that holds it again as a guest: then the home's own feed says what brought it.
        """
        feed = tables.feed
        by = {change for (_, one), change in self._left.items() if one == record}
        moves = lines_of(connection, by | set(_brought(connection, home, record)))
        came = [one.change.id for one in moves if (one.change.verb, one.change.to) == (Verb.MOVE, home)]
        told = select(feed.c.change).where(feed.c.scope == home, feed.c.change.in_(came)).order_by(feed.c.seq.desc())
        return connection.scalar(told.limit(1)) or "" if came else ""

    @property
    def all_scopes(self) -> set[str]:
        """Every scope that holds one of the records."""
        return {*self._homes.values(), *(scope for guests in self._guests.values() for scope in guests)}

    def home(self, record: str) -> str | None:
        return self._homes.get(record)

    def _scopes_of(self, record: str, home: str) -> dict[str, str]:
        guests = self._guests.get(record)
        return {home: "", **dict(sorted(guests.items()))} if guests else {home: ""}

    def settle(self, change: Change, home: str) -> None:
        """Its record lives there; one that is new by this change is known from now on."""
        if change.record not in self._homes:
            self.kinds[change.record] = change.kind
            self._homes[change.record] = home
            self._own[change.record] = self._owners.get(change.record, "")

    def route(self, change: Change) -> Route | None:
        """Where the change goes; None when its scope never held its record, or nothing is known that brings it home."""
        home = self.home(change.record)
        if home is None:
            return self._route_new(change)
        if home == change.scope and not self._ways and change.record not in self._guests:
            return _at_home(home)
        scopes = self._scopes_of(change.record, home)
        way = self._ways.get((change.scope, change.record))
        if change.scope in scopes:
            return Route(home, scopes, entered=way.entered if way else "") if way is None or way.entered else None
        if is_own := way is None:
            way = self._ways.get((change.scope, self._own.get(change.record, "")))
        if way is None:
            return None
        late = Route(
            home, scopes, is_late=True, entered=way.entered, is_own=is_own, again=way.again, left_at=way.left_at
        )
        return late if _is_believed(late) else None

    def was_in(self, scope: str, record: str) -> bool:
        """Whether the scope has held the record, and does not any more."""
        return (scope, record) in self._left

    def is_tied_late(self, change: Change) -> bool:
        """Whether it ties a record that stays where it is to a person who had left that place by a move.

        Nobody there would see any more what belongs to whom, and the person's new home would never hear of it.
        """
        if not self._ways:
            return False
        owner, home = change.set.get(KINDS[change.kind].belongs_to), self.home(change.record)
        way = self._ways.get((change.scope, owner)) if isinstance(owner, str) else None
        return way is not None and way.left_at > 0 and home == change.scope

    def _route_new(self, change: Change) -> Route:
        owner = self._owners.get(change.record, "")
        home, way = self.home(owner), self._ways.get((change.scope, owner))
        if way is None or not way.left_at or home is None or not KINDS[change.kind].fits_scope(home):
            return Route(change.scope, {change.scope: ""})
        return Route(home, {home: ""}, is_late=True, entered=way.entered, again=way.again)


@lru_cache(1024)
def _at_home(home: str) -> Route:
    """Of what nobody else holds, written where it is held: mostly all of a push."""
    return Route(home, MappingProxyType({home: ""}))


def _is_believed(late: Route) -> bool:
    """Whether desks of the home take what it is told: a change of another place only by what brings it there.

    With one that they do not believe their feed would stand still for good; better that one change is set aside.
    """
    return late.entered != "" and all(line.change.scope == late.home or by for line, by in late.again)


def _brought(connection: Connection, scope: str, record: str) -> Sequence[str]:
    """The moves and shares that brought changes of the record into the scope's feed, the last first."""
    feed, change = tables.feed, tables.change
    told = select(feed.c.event).join(change, change.c.id == feed.c.change).order_by(feed.c.seq.desc())
    events = connection.scalars(told.where(feed.c.scope == scope, change.c.record == record))
    entered = (decode(event.encode(), Event).entered for event in events)
    return [one for one in dict.fromkeys(entered) if one]


def _way_of_a_guest(connection: Connection, scope: str, record: str, end: Line) -> _Way:
    """By what the scope held, until `end`, a record whose home has never been another: the home wrote that itself."""
    since = next((one for one in _brought(connection, scope, record) if one != end.change.id), end.change.id)
    (line,) = lines_of(connection, [since])
    if line.change.verb != Verb.SHARE:
        return _Way(since, [(line, "")])
    return _Way(since, [(line, ""), (end, "" if end.change.scope == line.change.scope else since)])
