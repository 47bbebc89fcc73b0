"""Where the records of a batch are held: at home, as guests elsewhere, and which scopes they have left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, literal, select

from commune_desk.domain.records.kinds import KINDS
from sync.change import Change
from sync.server.engine import tables
from sync.server.engine.asking import among
from sync.server.engine.tables import RECORDS
from sync.server.intake.records import kinds_of
from sync.server.intake.standing import lines_of

PERSON = "person"
"""The kind that records belong to."""


class Route(NamedTuple):
    """What a change's scope and its record's whereabouts make of it.

    `home` is where its record lives; `scopes` are all that hold it, home first, each with the change that shared it
    there (empty for the home). `is_late`: its author did not know that the record had left; `entered` is the move by
    which it came to its home, perhaps the last of several.
    `is_own`: the record was made by the same desk, about somebody who had left, and was nowhere else before.
    """

    home: str
    scopes: Mapping[str, str]
    is_late: bool = False
    entered: str = ""
    is_own: bool = False

    def brought_to(self, scope: str, written_in: str) -> str:
        """What brings a change that was written for one scope into another: the move or share that both know."""
        if scope == written_in:
            return ""
        return self.scopes[scope] or self.entered or self.scopes.get(written_in, "")


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
    _to: dict[str, str] = field(default_factory=dict)
    """Where the moves led of records that left more than one place."""

    @classmethod
    def of(cls, connection: Connection, changes: Sequence[Change]) -> Whereabouts:
        """Of the records that `changes` speak of and the persons whom those belong to."""
        made = cls()
        wanted: dict[str, set[str]] = {}
        for change in changes:
            wanted.setdefault(change.kind, set()).add(change.record)
            owner = change.set.get(KINDS[change.kind].belongs_to)
            if isinstance(owner, str):
                made._owners[change.record] = owner
                wanted.setdefault(PERSON, set()).add(owner)
        made.kinds = kinds_of(connection, set().union(*wanted.values()))
        for kind, ids in wanted.items():
            held = {one for one in ids if made.kinds.get(one) == kind}
            table = RECORDS[kind]
            rows = connection.execute(select(table.c.id, table.c.scope).where(among(table.c.id, held))) if held else ()
            made._homes |= {row.id: row.scope for row in rows}
        made._load_places(connection, made.kinds.keys())
        made._load_own(connection, [change for change in changes if made._is_nowhere(change)])
        return made

    def _is_nowhere(self, change: Change) -> bool:
        """Whether the record was never held in the place for which the change was written."""
        home = self.home(change.record)
        if home in (None, change.scope) or (change.scope, change.record) in self._left:
            return False
        return change.scope not in self._guests.get(change.record, ())

    def _load_own(self, connection: Connection, changes: Sequence[Change]) -> None:
        for kind in {change.kind for change in changes if KINDS[change.kind].belongs_to}:
            table, desks = RECORDS[kind], {change.record: change.desk for change in changes if change.kind == kind}
            owner = table.c[KINDS[kind].belongs_to]
            asked = select(table.c.id, owner, table.c.born).where(among(table.c.id, desks.keys()), owner.is_not(None))
            for record, person, born in connection.execute(asked):
                if born.startswith(f"{desks[record]}/"):
                    self._own[record] = person
        self._load_places(connection, set(self._own.values()))

    def _load_places(self, connection: Connection, ids: Collection[str]) -> None:
        """Of records that there are; no other one has ever been anywhere."""
        if not ids:
            return
        guest, left = tables.guest, tables.departure
        shares = select(literal(True), guest.c.record, guest.c.scope, guest.c.since).where(among(guest.c.record, ids))
        departures = select(literal(False), left.c.record, left.c.scope, left.c.change)
        found: dict[tuple[str, str], str] = {}
        for is_held, record, scope, since in connection.execute(
            shares.union_all(departures.where(among(left.c.record, ids)))
        ):
            if is_held:
                self._guests.setdefault(record, {})[scope] = since
            else:
                found[scope, record] = since
        self._left |= found
        self._load_ways(connection, found)

    def _load_ways(self, connection: Connection, found: Mapping[tuple[str, str], str]) -> None:
        """Where the moves led by which a record left more than one place."""
        often = Counter(record for _scope, record in found)
        moves = {change for (_scope, record), change in found.items() if often[record] > 1}
        self._to |= {line.change.id: line.change.to for line in lines_of(connection, moves)}

    @property
    def all_scopes(self) -> set[str]:
        """Every scope that holds one of the records."""
        return {*self._homes.values(), *(scope for guests in self._guests.values() for scope in guests)}

    def home(self, record: str) -> str | None:
        return self._homes.get(record)

    def _scopes_of(self, record: str, home: str) -> dict[str, str]:
        return {home: "", **{scope: since for scope, since in sorted(self._guests.get(record, {}).items())}}

    def settle(self, change: Change, home: str) -> None:
        """Its record lives there; one that is new by this change is known from now on."""
        if change.record not in self._homes:
            self.kinds[change.record] = change.kind
            self._homes[change.record] = home
            self._own[change.record] = self._owners.get(change.record, "")

    def route(self, change: Change) -> Route | None:
        """Where the change goes; None when its scope never held its record."""
        home = self.home(change.record)
        if home is None:
            return self._route_new(change)
        scopes = self._scopes_of(change.record, home)
        if change.scope in scopes:
            return Route(home, scopes)
        left_by = self._way_home(change.scope, change.record, home)
        if is_own := not left_by:
            left_by = self._way_home(change.scope, self._own.get(change.record, ""), home)
        return Route(home, scopes, is_late=True, entered=left_by, is_own=is_own) if left_by else None

    def _way_home(self, scope: str, record: str, home: str) -> str:
        """The last of the moves by which the record left the scope and came to its home; empty where it never left.

        It alone is known there: of what was before, in other places, the home was told nothing.
        """
        left_by, seen = self._left.get((scope, record), ""), {scope}
        while (to := self._to.get(left_by, home)) != home and to not in seen and (to, record) in self._left:
            seen.add(to)
            left_by = self._left[to, record]
        return left_by

    def _route_new(self, change: Change) -> Route:
        owner = self._owners.get(change.record, "")
        home = self.home(owner)
        left_by = self._way_home(change.scope, owner, home) if home not in (None, change.scope) else ""
        if not left_by or home is None or not KINDS[change.kind].fits_scope(home):
            return Route(change.scope, {change.scope: ""})
        return Route(home, {home: ""}, is_late=True, entered=left_by)
