"""Moving a person to another commune with all that belongs to them, and holding a record in a second scope.

One transaction under the locks of all scopes concerned: the signed change takes a place in each feed, the records leave
the one and enter the other with their standing lines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection, delete, func, or_, select, update

from commune_desk.domain.model.batches import batched
from commune_desk.domain.model.ids import is_commune_scope, is_scope
from commune_desk.domain.model.record import ScopeRule
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.records.placements import ACTIVE
from sync.change import JOINED_TO, Change, Line, Verb
from sync.server.engine import tables
from sync.server.engine.appending import append
from sync.server.engine.asking import among
from sync.server.engine.tables import RECORDS
from sync.server.intake.feeds import Feeds
from sync.server.intake.joining import JOINED, one_with
from sync.server.intake.records import Stored, read_records
from sync.server.intake.sealings import let_stand_what_opens
from sync.server.intake.standing import lines_of, standing_lines
from sync.server.intake.whereabouts import PERSON, Route

PROTECTED = "protected"
"""The code of an `unshare` that would take from a house the name of whom it protects."""
ToldAlong = Mapping[str, Sequence[str]]
"""By scope whose feed a move stands in, whom it named there of those who went along."""
MOST_HOLDERS = 16
"""Places that hold a record beside its home: each change of it goes into the feed of every one of them."""


@dataclass
class _Family:
    """What goes along with a child of `home`, whose records' `people` are one, and who is needed at both places."""

    moved: list[Stored]
    home: str = ""
    people: set[str] = field(default_factory=set)
    shared: list[Stored] = field(default_factory=list)
    guests: list[Stored] = field(default_factory=list)
    """Who is at home elsewhere and came here along with a child: needed by nobody who stays, they leave with it."""


def fault(change: Change, route: Route | None, record: Stored, *, was_there: bool = True) -> str | None:
    """Why the record may not be placed otherwise: the code of the quarantine, or None.

    `was_there`: whether the place in `to` has held it before. Where it never did, an `unshare` came before its share.
    """
    if route is None or (route.is_late and not _is_of_before(change, route)):
        return "moved"
    if not is_scope(change.to) or not KINDS[change.kind].fits_scope(change.to):
        return "scope"
    if change.verb == Verb.MOVE:
        if change.kind == PERSON and record.value(JOINED_TO) is not None:
            return JOINED
        movable = change.kind == PERSON and is_commune_scope(change.to) and change.to != route.home
        return None if movable and change.scope == route.home else "scope"
    is_there = change.to in route.scopes
    if change.verb == Verb.SHARE:
        has_room = len(route.scopes) <= MOST_HOLDERS
        is_homes_word = change.scope == route.home or route.is_late
        return None if is_homes_word and not is_there and has_room else "scope"
    if not may_end(change, route):
        return "scope"
    if not is_there and not was_there:
        return "moved"
    return None if is_there and change.to != route.home else "scope"


def _is_of_before(change: Change, route: Route) -> bool:
    """Whether it says who else holds the record, and was written before the move that took it away from there: then it
    was its home's word, and a province that was put back has only heard the move first."""
    return change.verb in (Verb.SHARE, Verb.UNSHARE) and change.stamp < route.left_at


def ends_another(connection: Connection, change: Change, route: Route) -> bool:
    """Whether an `unshare` that had to wait was written before the share by which the place holds the record now."""
    share = lines_of(connection, filter(None, [route.scopes[change.to]]))
    return any(change.stamp < line.change.stamp for line in share)


def may_end(change: Change, route: Route) -> bool:
    """Whether an `unshare` is the word of the record's home, or of the very place that loses it."""
    return route.is_late or change.scope in (route.home, change.to)


def is_protected(connection: Connection, change: Change) -> bool:
    """Whether an `unshare` by another than the place that loses the record takes from it the name of a resident: by
    whichever of the child's records.

    Asked of stays alone of which a commune is told: of others it must not learn. Whoever asks may not have heard of the
    stay yet, or just took the child over. The scopes are locked.
    """
    if change.verb != Verb.UNSHARE or change.scope == change.to:
        return False
    stay = RECORDS["placement"]
    is_told = func.length(stay.c.home_commune) > 0, func.length(stay.c.case_code) > 0
    is_theirs = among(stay.c.person, one_with(connection, [change.record]))
    asked = select(stay.c.id).where(stay.c.scope == change.to, is_theirs, *is_told)
    return connection.scalar(asked.where(stay.c.status.in_(ACTIVE)).limit(1)) is not None


def relocate(
    connection: Connection, feeds: Feeds, line: Line, route: Route, told_along: ToldAlong | None = None
) -> list[str]:
    """Do what the change says; `fault` found nothing against it, and the scopes are locked. What came to `to` by it.

    `told_along`: how a move that is replayed was told.
    """
    (record,) = read_records(connection, line.change.kind, [line.change.record])
    if line.change.verb == Verb.MOVE:
        return _move(connection, feeds, line, record, told_along)
    if line.change.verb == Verb.SHARE:
        _tell(feeds, line, route, route.scopes)
        _enter(connection, feeds, line, [record])
        _hold(connection, line.change, [record])
        return [record.id]
    _tell(feeds, line, route, [scope for scope in route.scopes if scope != line.change.to])
    feeds.leave(line.change.to, line, [(record.kind, record.id)], entered=_told_of_another(line.change))
    _let_go(connection, line.change.to, [record])
    return []


def _move(connection: Connection, feeds: Feeds, line: Line, person: Stored, told_along: ToldAlong | None) -> list[str]:
    family, home, target = _family_of(connection, person), person.scope, line.change.to
    ids = [record.id for record in family.moved]
    feeds.leave(home, line, [(record.kind, record.id) for record in (*family.moved, *family.guests)])
    _let_go(connection, home, family.guests)
    _tell_holders(connection, feeds, line, family.people, told_along)
    for kind, records in _by_kind(family.moved):
        table = RECORDS[kind]
        connection.execute(update(table).where(table.c.id.in_([one.id for one in records])).values(scope=target))
    _count_anew(connection, family.moved)
    _take_files_along(connection, family.moved, home, target)
    conflict = tables.conflict
    for some in batched(ids):
        open_ones = conflict.c.record.in_(some), conflict.c.closed_by.is_(None)
        connection.execute(update(conflict).where(*open_ones).values(scope=target))
    let_stand_what_opens(connection, family.moved, target)
    known = _held_in(connection, target, [*ids, *(record.id for record in family.shared)])
    _enter(connection, feeds, line, [one for one in (*family.moved, *family.shared) if one.id not in known])
    _let_go(connection, target, family.moved)
    _hold(connection, line.change, [one for one in family.shared if one.id not in known])
    left = tables.departure
    for some in batched(ids):
        connection.execute(delete(left).where(left.c.scope == target, left.c.record.in_(some)))
    return [record.id for record in (*family.moved, *family.shared)]


def _tell_holders(
    connection: Connection, feeds: Feeds, line: Line, people: Collection[str], told_along: ToldAlong | None
) -> None:
    """Tell the move to every place that holds a record of the child as a guest: by what brought that one there, and
    which others of them it has."""
    moved, target = line.change.record, line.change.to
    for scope, held in _guests_among(connection, people).items():
        along = sorted(held.keys() - {moved}) if told_along is None else told_along.get(scope)
        if scope != target and along is not None:
            feeds.add(scope, line, entered=held[moved if moved in held else min(held)], along=list(along))


def _guests_among(connection: Connection, people: Collection[str]) -> dict[str, dict[str, str]]:
    """By scope who of these people is a guest there, each with what brought them."""
    guest, found = tables.guest, dict[str, dict[str, str]]()
    rows = connection.execute(select(guest.c.scope, guest.c.record, guest.c.since).where(guest.c.record.in_(people)))
    for scope, record, since in sorted(map(tuple, rows)):
        found.setdefault(scope, {})[record] = since
    return found


def _count_anew(connection: Connection, records: Iterable[Stored]) -> None:
    """Places of the former scope say nothing in the new one: whoever writes there has seen all that came along."""
    for record in records:
        if record.tags:
            tags = {
                name: {code: dict.fromkeys(adders, 0) for code, adders in codes.items()}
                for name, codes in record.tags.items()
            }
            table = RECORDS[record.kind]
            connection.execute(
                update(table).where(table.c.id == record.id).values(tags=msgspec.json.encode(tags).decode())
            )


def _take_files_along(connection: Connection, records: Sequence[Stored], home: str, target: str) -> None:
    """The content of files lies with the scope of the records that name it."""
    names = [str(record.value("sha256")) for record in records if record.kind == "attachment"]
    for table in (tables.blob, tables.blob_piece) if names else ():
        there = set(connection.scalars(select(table.c.sha256).where(table.c.scope == target)))
        for some in batched(name for name in names if name not in there):
            mine = table.c.scope == home, table.c.sha256.in_(some)
            connection.execute(update(table).where(*mine).values(scope=target))


def _family_of(connection: Connection, person: Stored) -> _Family:
    """All of one home that belongs to the person, and what they need: moved unless somebody who stays needs it too.

    Kind by kind and in the order of ids, for no two engines give rows in the same order by themselves.
    """
    family = _Family(_read_sorted(connection, PERSON, one_with(connection, [person.id])), home=person.scope)
    family.people = {one.id for one in family.moved}
    for name, kind in KINDS.items():
        if kind.belongs_to:
            table = RECORDS[name]
            own = table.c.scope == person.scope, table.c[kind.belongs_to].in_(family.people)
            family.moved += _read_sorted(connection, name, connection.scalars(select(table.c.id).where(*own)))
    for record in tuple(family.moved):
        for reference, kind_name in KINDS[record.kind].brings.items():
            _bring(connection, family, kind_name, record.value(reference))
    return family


def _read_sorted(connection: Connection, kind: str, ids: Iterable[str]) -> list[Stored]:
    return sorted(read_records(connection, kind, ids), key=lambda record: record.id)


def _bring(connection: Connection, family: _Family, kind: str, record_id: object) -> None:
    known = {record.id for record in (*family.moved, *family.shared, *family.guests)}
    if not isinstance(record_id, str) or record_id in known:
        return
    for record in read_records(connection, kind, [record_id]):
        if record.scope != family.home:
            if stays_for_nobody(connection, family.home, family.people, record):
                family.guests.append(record)
            continue
        if not _is_needed_by_others(connection, family.home, family.people, record):
            family.moved.append(record)
        elif KINDS[kind].scope is ScopeRule.ANY and _has_room(connection, record):
            family.shared.append(record)


def stays_for_nobody(connection: Connection, place: str, people: Collection[str], record: Stored) -> bool:
    """Whether a guest of the place came because of a move, and nothing there but what belongs to `people` needs it."""
    return _came_along(connection, place, record) and not _is_needed_by_others(connection, place, people, record)


def _came_along(connection: Connection, place: str, record: Stored) -> bool:
    """Whether the place holds the record because of a move, and nobody shared it for its own sake."""
    table = tables.guest
    since = select(table.c.since).where(table.c.scope == place, table.c.record == record.id)
    return any(line.change.verb == Verb.MOVE for line in lines_of(connection, connection.scalars(since)))


def _has_room(connection: Connection, record: Stored) -> bool:
    table = tables.guest
    held = connection.scalar(select(func.count()).select_from(table).where(table.c.record == record.id))
    return (held or 0) < MOST_HOLDERS


def _is_needed_by_others(connection: Connection, place: str, people: Collection[str], record: Stored) -> bool:
    """Whether something that lives there, and does not belong to these people, speaks of the record."""
    for name, kind in KINDS.items():
        table = RECORDS[name]
        references = [field for field, of_kind in kind.brings.items() if of_kind == record.kind]
        if kind.belongs_to and record.kind == PERSON:
            references.append(kind.belongs_to)
        for reference in references:
            others = [table.c.scope == place, table.c[reference] == record.id]
            if kind.belongs_to:
                owner = table.c[kind.belongs_to]
                others.append(or_(owner.is_(None), owner.not_in(people)))
            if connection.scalar(select(table.c.id).where(*others).limit(1)) is not None:
                return True
    return False


def _tell(feeds: Feeds, line: Line, route: Route, scopes: Iterable[str]) -> None:
    for scope in scopes:
        feeds.add(scope, line, entered=route.brought_to(scope, line.change.scope))


def _told_of_another(change: Change) -> str:
    """What brings an `unshare` into the feed of the place that loses the record: itself, if another holder wrote it."""
    return "" if change.scope == change.to else change.id


def _enter(connection: Connection, feeds: Feeds, line: Line, records: Sequence[Stored]) -> None:
    """The change itself, then the full state of the records: all that their new scope needs to know them."""
    scope, entered = line.change.to, line.change.id
    feeds.add(scope, line, entered=entered)
    for one in standing_lines(connection, records):
        feeds.add(scope, one.line, outcomes=one.outcomes, values=one.values, opened=one.opened, entered=entered)


def _held_in(connection: Connection, scope: str, ids: Sequence[str]) -> set[str]:
    table = tables.guest
    return {
        record
        for some in batched(ids)
        for record in connection.scalars(select(table.c.record).where(table.c.scope == scope, table.c.record.in_(some)))
    }


def _hold(connection: Connection, change: Change, records: Sequence[Stored]) -> None:
    rows = [{"scope": change.to, "record": one.id, "kind": one.kind, "since": change.id} for one in records]
    append(connection, tables.guest, rows)
    left = tables.departure
    for some in batched(record.id for record in records):
        connection.execute(delete(left).where(left.c.scope == change.to, left.c.record.in_(some)))


def _let_go(connection: Connection, scope: str, records: Sequence[Stored]) -> None:
    table = tables.guest
    for some in batched(record.id for record in records):
        connection.execute(delete(table).where(table.c.scope == scope, table.c.record.in_(some)))


def _by_kind(records: Iterable[Stored]) -> Iterator[tuple[str, list[Stored]]]:
    found: dict[str, list[Stored]] = {}
    for record in records:
        found.setdefault(record.kind, []).append(record)
    yield from found.items()
