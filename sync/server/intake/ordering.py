"""Ordering: each change gets its place in its scope's feed, is merged there, and is written down for good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import groupby

from sqlalchemy import Connection, select

from commune_desk.domain.model.ids import is_scope
from commune_desk.domain.records.kinds import KINDS
from sync.change import Change, Line, Verb, sealed_for
from sync.protocol import Result
from sync.server.engine import tables
from sync.server.engine.appending import append, without_waiting
from sync.server.engine.asking import among
from sync.server.engine.copying import staged
from sync.server.engine.database import Reach, met_before
from sync.server.identity import desks
from sync.server.identity.province import Province
from sync.server.identity.scopes import keys_of
from sync.server.intake import awaited, erasure_orders, joining, relocating
from sync.server.intake.change_rows import Moment, change_row
from sync.server.intake.erasures import ERASED, keep_erased, speaking_of_erased
from sync.server.intake.feeds import Feeds
from sync.server.intake.incoming import Incoming
from sync.server.intake.merging import Batch
from sync.server.intake.records import is_born_of, outgrows, read_records
from sync.server.intake.whereabouts import Route, Whereabouts

_ALIAS, _RESEAL = Verb.ALIAS, Verb.RESEAL
_PORTION = 150
"""Changes that are handed over while those behind them are still being merged: so PostgreSQL is at work meanwhile.
What came of them is written at the end, for each statement has a price of its own."""


def store(
    connection: Connection,
    province: Province,
    desk: str,
    fresh: Sequence[Incoming],
    reach: Reach,
    while_writing: Callable[[], object] = lambda: None,
) -> dict[int, Result]:
    """Merge, order and keep changes that passed or failed admission; what the records forbid joins the quarantine.

    `reach` is how far the transaction reaches; from now on it reaches the scopes, too, that hold the changes' records.
    `while_writing` is called while the database writes, several times or never: for what can be found out without it.
    """
    admitted = [item.line.change for item in fresh if item.line and item.code is None]
    intake = _Intake(connection, province, desk, admitted, reach)
    intake.while_writing = while_writing
    intake.refuse_erased(fresh)
    for alone, items in groupby(fresh, lambda item: item.code is None and item.is_alone):
        for some in ([item] for item in items) if alone else [list(items)]:
            intake.process(some)
            intake.process_awaited()
    return {item.n: item.result for item in fresh if item.result}


class _Intake:
    """The changes of one push on their way into their feeds."""

    def __init__(
        self, connection: Connection, province: Province, desk: str, admitted: Sequence[Change], reach: Reach
    ) -> None:
        self._connection = connection
        self._province = province
        self._desk = desk
        self._now = Moment.of(province.clock.now())
        self._latest = self._now.latest_stamp
        self._feeds = Feeds(connection)
        self._reach = reach
        self._whereabouts = self._lock_and_locate(admitted)
        self._has_moved = False
        self._added_again: set[str] = set()
        self._changes: list[dict[str, object]] = []
        self._quarantined: list[dict[str, object]] = []
        self._awaits: list[dict[str, object]] = []
        self._arrived: dict[str, list[str]] = {}
        """By scope, the records that arrived there with this push: changes set aside before may await them."""
        self.while_writing: Callable[[], object] = lambda: None

    def refuse_erased(self, fresh: Sequence[Incoming]) -> None:
        """Whatever else is wrong with it: what speaks of an erased record is not kept. Asked under the scopes' locks.

        A place of which only such a change tells hears of the erasure.
        """
        gone = speaking_of_erased(self._connection, [item.line.change for item in fresh if item.line])
        refused = [item for item in fresh if item.line and item.line.change.id in gone]
        proven = [item.line.change for item in refused if item.line and item.code in (None, desks.REVOKED)]
        if proven:
            self._keep_erased(proven)
        for item in refused:
            item.code = ERASED

    def _keep_erased(self, changes: Sequence[Change]) -> None:
        with self._unconfined():  # what is set aside is held to its desk, and who left a place to that place
            keep_erased(self._connection, changes)
            places = erasure_orders.untold(self._connection, changes)
        if places:
            self._extend_reach({*places})
            if further := places.keys() - self._feeds.locked:
                self._feeds.lock_further(further)
            with self._unconfined():
                erasure_orders.order_further(self._connection, self._province, self._feeds, places)
        self._whereabouts.take_records()  # it may have taken some of them away

    def process(self, items: Sequence[Incoming]) -> None:
        """Merge changes of fields, in order; or process the one item that has to be alone: a join, move or share."""
        if not (items[0].code is None and items[0].is_alone):
            self.merge_fields(items)
        elif items[0].joins:
            self.join(items[0])
        else:
            self.relocate(items[0])

    def process_awaited(self) -> None:
        """Process what was set aside until its record would come, where it has by now: as if sent after it."""
        while self._arrived:
            scope = next(iter(self._arrived))
            numbers = awaited.numbers_for(self._connection, scope, self._arrived.pop(scope))
            for line in self._awaited_lines(numbers) if numbers else ():
                self._process_again(line)

    def _awaited_lines(self, numbers: Sequence[tuple[str, int]]) -> list[Line]:
        with self._unconfined():  # what is set aside is held to its desk
            return awaited.lines_of(self._connection, numbers)

    def _process_again(self, line: Line) -> None:
        change, item = line.change, Incoming(line.change.n, line.raw, line, is_kept=True)
        if further := set(filter(is_scope, (change.scope, change.to))) - self._feeds.locked:
            self._extend_reach(further)
            self._feeds.lock_further(further)
        self._locate_anew([item])
        self._has_moved = True
        self.process([item])
        is_merged = item.result is None or item.result.status != "quarantined"
        if is_merged or item.result is None or item.result.code != "moved":
            with self._unconfined():
                awaited.settle(self._connection, change, is_merged=is_merged)

    def _lock_and_locate(self, changes: Sequence[Change]) -> Whereabouts:
        """Lock every scope that the changes speak of or whose records they touch, and learn where those are held.

        What is read before its scope is locked may be elsewhere by then: it is read again until nothing new comes.
        Raises Crossed: a scope that was found late is another's, who may wait for ours. The next try begins with it.
        """
        wanted = set(filter(is_scope, {one for change in changes for one in (change.scope, change.to)}))
        wanted |= met_before(self._connection)
        self._extend_reach(wanted)
        self._feeds.lock(wanted)
        while True:
            found = self._locate(changes)
            further = found.all_scopes - self._feeds.locked
            if not further:
                return found
            self._extend_reach(further)
            self._feeds.lock_further(further)

    def _extend_reach(self, scopes: set[str]) -> None:
        further = self._reach.and_also(scopes)
        if further != self._reach:
            self._reach = further
            self._province.database.confine(self._connection, further)

    def _locate(self, changes: Sequence[Change]) -> Whereabouts:
        """Where the changes' records are held at this moment."""
        moved = {change.record for change in changes if change.verb == Verb.MOVE}
        with self._unconfined():
            along = joining.one_with(self._connection, moved) if moved else ()
            return Whereabouts.of(self._connection, changes, along)

    def _locate_anew(self, items: Sequence[Incoming]) -> None:
        """Where the records of these lines are by now: the push itself may have moved them, or brought them.

        Of these alone, or a push of five hundred moves would look as often at them all, its places locked.
        """
        self._whereabouts = self._lock_and_locate(
            [item.line.change for item in items if item.line and item.code is None]
        )

    def merge_fields(self, items: Sequence[Incoming]) -> None:
        """Merge changes of fields, in order."""
        if self._has_moved:
            self._locate_anew(items)
        self._merge_in_order(items)

    def _merge_in_order(self, items: Sequence[Incoming]) -> None:
        batch = Batch()
        self._check_against_records(batch, items)
        with staged(self._connection, tables.change, len(items)) as changes:
            for item in items:
                self._merge_or_quarantine(batch, item)
                if len(self._changes) >= _PORTION:
                    changes.add(self._taken_changes())
            changes.add(self._taken_changes())
        with without_waiting(self._connection):
            changes.place()
            self._write(batch)
            self._feeds.write_heads()
            self._feeds.note_authors()
            self.while_writing()

    def _merge_or_quarantine(self, batch: Batch, item: Incoming) -> None:
        route = self._route(item)
        code = item.code or (self._record_fault(batch, item, item.line.change, route) if item.line else "unreadable")
        if item.line is None or route is None or code is not None:
            self._quarantine(item, code or "moved", route)
        else:
            self._merge(batch, item, item.line, route)

    def _record_fault(self, batch: Batch, item: Incoming, change: Change, route: Route | None) -> str | None:
        if not item.is_replayed and self._whereabouts.is_tied_late(change):
            return "moved"
        return _record_fault(batch, change, route)

    def _check_against_records(self, batch: Batch, items: Sequence[Incoming]) -> None:
        changes = [item.line.change for item in items if item.line and item.code is None]
        if not changes:
            return
        kinds = self._whereabouts.kinds
        past = [change for change in changes if change.record in kinds or change.base]
        if past:
            with self._unconfined():  # what the authors saw was written wherever the records have lived
                batch.load(self._connection, past, kinds, self._whereabouts.take_records())
        batch.records.know(kinds)
        _check_against_records(self._connection, changes, items)

    def _unconfined(self) -> AbstractContextManager[None]:
        return self._province.database.unconfined(self._connection, self._reach)

    def join(self, item: Incoming) -> None:
        """Let a person be one with another: whether they may is asked of what stands by now."""
        self._locate_anew([item])
        self._has_moved = True
        if item.line is not None:
            item.code = joining.fault(self._connection, item.line.change, self._route(item))
        self._merge_in_order([item])

    def relocate(self, item: Incoming) -> None:
        """Let a record leave a scope, enter one, or both."""
        if self._has_moved:
            self._locate_anew([item])
        route, line = self._route(item), item.line
        code = self._relocation_fault(item, line.change, route) if line else "unreadable"
        if line is None or route is None or code is not None:
            self._quarantine(item, code or "moved", route)
            self._write(Batch())  # it may be the last of its push
        else:
            self._changes.append(change_row(line, "ok", self._now))
            item.result = Result(id=line.change.id, status="ok")
            self._write(Batch())
            with self._unconfined():  # what stands was written wherever the record has lived
                came = relocating.relocate(self._connection, self._feeds, line, route, item.told_along)
            self._write(Batch())
            self._feeds.write_heads()
            self._feeds.note_authors()
            self._has_moved = True
            self._arrived.setdefault(line.change.to, []).extend(came)

    def _relocation_fault(self, item: Incoming, change: Change, route: Route | None) -> str | None:
        was_there = self._whereabouts.was_in(change.to, change.record)
        code = _relocation_fault(self._connection, change, route, was_there=was_there)
        if code is not None or route is None or change.verb != Verb.UNSHARE:
            return code
        if not item.is_replayed and relocating.is_protected(self._connection, change):
            return relocating.PROTECTED
        if item.is_kept:
            with self._unconfined():  # the share may be another place's word
                return "scope" if relocating.ends_another(self._connection, change, route) else None
        return None

    def _route(self, item: Incoming) -> Route | None:
        return self._whereabouts.route(item.line.change) if item.line and item.code is None else None

    def _merge(self, batch: Batch, item: Incoming, line: Line, route: Route) -> None:
        change = line.change
        if self._whereabouts.home(change.record) is None:
            self._arrived.setdefault(route.home, []).append(change.record)
        self._whereabouts.settle(change, route.home)
        self._add_arrivals_again(route)
        merged = batch.merge(change, route, seq=self._feeds.next_seq(route.home), latest=self._latest)
        status = merged.status(len(change.set) + len(change.seal))
        for scope in route.scopes:
            self._feeds.add(scope, line, entered=route.brought_to(scope, change.scope), **merged.said)
        self._changes.append(change_row(line, status, self._now))
        told = "late" if route.is_late and status == "ok" else status
        item.result = Result(id=change.id, status=told)

    def _add_arrivals_again(self, route: Route) -> None:
        """What brings a late change to its home, once a push: a desk there may have begun without it."""
        for line, entered in route.again:
            if line.change.id not in self._added_again:
                self._added_again.add(line.change.id)
                self._feeds.add(route.home, line, entered=entered)

    def _quarantine(self, item: Incoming, code: str, route: Route | None) -> None:
        """Keep a change that may not be merged, byte for byte, for a person to look at, or until its record comes."""
        item.result = Result(id=item.id, status="quarantined", code=code)
        if item.is_kept:
            return
        self._quarantined.append(_quarantine_row(self._desk, item, code, self._now))
        if item.line is not None and code == "moved":
            places = awaited.places_of(item.line.change, route)
            self._awaits += [{"scope": s, "record": r, "desk": self._desk, "n": item.n} for s, r in places]

    def _write(self, batch: Batch) -> None:
        """The changes first, for what came of them is held to their scopes."""
        append(self._connection, tables.change, self._taken_changes())
        for table, rows in ((tables.quarantine, self._quarantined), (tables.awaited, self._awaits)):
            append(self._connection, table, rows)
            rows.clear()
        self._feeds.write_events()
        batch.flush(self._connection, now=self._now.iso)

    def _taken_changes(self) -> list[dict[str, object]]:
        """The changes that are to be written next, which from now on are with the caller."""
        taken, self._changes = self._changes, []
        return taken


def _check_against_records(connection: Connection, changes: Sequence[Change], fresh: Sequence[Incoming]) -> None:
    """Mark what needs the database to be found wrong: used ids, unknown keys."""
    key = tables.change_key
    used = set(connection.scalars(select(key.c.id).where(among(key.c.id, [change.id for change in changes]))))
    sealed = {sealed_for(change) for change in changes if change.seal}
    keys = {(one.scope, one.key) for one in keys_of(connection, sorted(sealed))} if sealed else set()
    for item in fresh:
        if item.line is None or item.code is not None:
            continue
        change = item.line.change
        if change.id in used:
            item.code = "id"
        elif change.seal and (sealed_for(change), change.key) not in keys:
            item.code = "key"
        used.add(change.id)


def _relocation_fault(connection: Connection, change: Change, route: Route | None, *, was_there: bool) -> str | None:
    known = connection.scalar(select(tables.change_key.c.id).where(tables.change_key.c.id == change.id))
    if known is not None:
        return "id"
    found = read_records(connection, change.kind, [change.record])
    if not found:
        return "moved"  # nobody has written it yet, or the id is another kind's
    return relocating.fault(change, route, found[0], was_there=was_there)


def _record_fault(batch: Batch, change: Change, route: Route | None) -> str | None:
    """What the record itself forbids: an id of another kind's, another place, or writing again what is written once."""
    if batch.records.kind_of(change.record) not in (None, change.kind):
        return "id"
    if route is None or (change.verb == _RESEAL and change.to != route.home):
        return "moved"
    known = batch.records.find(change.kind, change.record)
    if known is None or change.verb == _RESEAL:
        return None if known else _nothing_to_reseal(change)
    if outgrows(known, change):
        return "value"
    if not KINDS[change.kind].append_only:
        return None
    is_part = is_born_of(known, change, batch.names_of(change.desk).every)
    again = not is_part or any(name in known.writers for name in change.fields)
    return "append_only" if again else None


def _nothing_to_reseal(change: Change) -> str | None:
    return "moved" if change.verb == _RESEAL else None


def _quarantine_row(desk: str, item: Incoming, code: str, now: Moment) -> dict[str, object]:
    is_kept = code != ERASED
    return {
        "desk": desk,
        "n": item.n,
        "id": item.id,
        "code": code,
        "digest": item.digest,
        "raw": b"" if not is_kept else item.raw if item.line is None else item.line.raw,
        "signature": item.line.signature if item.line and is_kept else b"",
        "received_at": now.iso,
    }
