"""Making snapshots of scopes, offering them to desks that begin, and handing out their bytes."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from commune_desk.domain.model.batches import batched
from commune_desk.domain.model.ids import is_id
from commune_desk.domain.time.clock import SystemClock, from_iso
from sync import seal
from sync.change import WITHOUT_FIELDS, Change, Verb
from sync.protocol import Event, FeedHead, b64, decode, encode, unb64
from sync.server.answers.page_header import header_for, present
from sync.server.answers.unopened import unopened
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE, Reach, reach_of
from sync.server.engine.private_files import write_private
from sync.server.identity import desks
from sync.server.identity.province import Province, epoch_of
from sync.server.identity.scopes import keys_of
from sync.server.intake.records import Stored, read_records
from sync.server.intake.runs import runs_of
from sync.server.intake.standing import StandingLine, lines_of, standing_lines
from sync.server.problems import Refused
from sync.snapshot import SnapshotEnd, SnapshotHead, SnapshotOffer, SnapshotRequest, pack, sealed

FOLDER = "snapshots"
WORTH = 500
"""Events in a feed from which on a desk begins with a snapshot instead."""
_FRESH_SHARE = 5
"""A desk is given a snapshot behind which the feed has grown by less than a fifth; the rest comes as pages."""
_AHEAD_SHARE = 20
"""Before any desk asks, one is made anew once the feed has grown by a twentieth behind it."""
_KEPT_FOR = timedelta(days=2)
"""So long a desk may go on fetching one that has been replaced."""
_KEPT_BESIDE = 8
"""Replaced ones of a place that are kept at most: a desk that asks for one after each of its changes fills no disk."""
_PATIENCE = 20.0
"""Seconds that a desk waits while others' are made; then it is to come again, and holds no thread of the server."""
_AGAIN = 30
"""Seconds after which."""
_BEING_MADE = 600.0
"""Seconds that a file may lie in the folder before its row is written."""
_ENTERED = '"e":'
"""In an event as it is kept: it may say what brought its change here."""


class Snapshots:
    """One for a serving process. Snapshots are made one after another, for each takes a place's whole log into memory;
    of two desks that ask for the same at once one waits for the other's. What is there already waits for nobody."""

    def __init__(self) -> None:
        self._making = threading.Lock()

    def offer(self, province: Province, caller: desks.DeskState, request: SnapshotRequest) -> SnapshotOffer:
        """The newest snapshot of a scope that the desk holds, made if there is none.

        Raises Refused; 503 where it was not its turn to be made within `_PATIENCE`.
        """
        if request.scope not in caller.grants:
            raise Refused(404, "not_found")
        within = reach_of(caller.id, [request.scope])
        row = province.database.read(lambda connection: _newest(connection, province, request), within)
        row = row or self._made_in_turn(province, request, within)
        header = province.database.read(
            lambda connection: header_for(
                connection,
                province,
                present(connection, province, caller),
                certs=request.certs,
                known_directory=request.directory,
            ),
            reach_of(caller.id, caller.grants),
        )
        return SnapshotOffer(
            scope=request.scope,
            at=FeedHead(seq=row["seq"], chain=b64(row["chain"])),
            token=row["token"],
            size=row["size"],
            sha256=b64(row["sha256"]),
            key=row["key"],
            box=row["box"],
            header=header,
        )

    def _made_in_turn(self, province: Province, request: SnapshotRequest, within: Reach) -> Mapping[str, Any]:
        if not self._making.acquire(timeout=_PATIENCE):
            raise Refused(503, "busy", retry_after=_AGAIN)
        try:
            row = province.database.read(lambda connection: _newest(connection, province, request), within)
            return row or self._make(province, request.scope)
        finally:
            self._making.release()

    def make_ahead(self, province: Province) -> None:
        """Make one snapshot that is missing or far behind, of the scope whose desks would have to wait for it longest.

        And remove the files that no row names any more. Raises Fault (of the database, of the disk), OSError.
        """
        with self._making:
            sweep(province)
            scope = province.database.read(_most_behind, WHOLE_PROVINCE)
            if scope:
                self._make(province, scope)

    def _make(self, province: Province, scope: str) -> Mapping[str, Any]:
        row, ciphertext = province.database.read(
            lambda connection: _snapshot_of(connection, province, scope), WHOLE_PROVINCE
        )
        folder = province.data / FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        write_private(folder / row["token"], ciphertext)
        province.database.write(lambda connection: _remember(connection, province, row), reach_of("", [scope]))
        return row


def read_part(data: Path, token: str, start: int, most: int) -> tuple[bytes, int]:
    """Bytes of a snapshot's file from `start`, and how many it has in all. Raises Refused 404 when there is none."""
    path = data / FOLDER / token
    if not is_id(token) or not path.is_file():
        raise Refused(404, "not_found")
    with path.open("rb") as file:
        file.seek(start)
        return file.read(most), path.stat().st_size


def _newest(connection: Connection, province: Province, request: SnapshotRequest) -> Mapping[str, Any] | None:
    """The last snapshot of the scope, unless it is too old for the desk that asks, or holds what has left since."""
    table, scope = tables.snapshot, request.scope
    if request.epoch != epoch_of(connection):
        raise Refused(409, "epoch")
    newest = select(table).where(table.c.scope == scope, table.c.epoch == epoch_of(connection))
    row = connection.execute(newest.order_by(table.c.seq.desc()).limit(1)).mappings().first()
    head = connection.scalar(select(tables.scope.c.head).where(tables.scope.c.id == scope)) or 0
    if row is None or not _is_whole(province.data / FOLDER / row["token"], row["size"]):
        return None
    lag = 0 if request.fresh else max(WORTH, row["seq"] // _FRESH_SHARE)
    tells_too_much = _left_at(connection, scope) > row["seq"]
    return dict(row) if head - row["seq"] <= lag and not tells_too_much else None


def _is_whole(path: Path, size: int) -> bool:
    """Whether the file has all its bytes: of one that a disk has cut short no desk would ever get the rest."""
    return path.is_file() and path.stat().st_size == size


def _left_at(connection: Connection, scope: str) -> int:
    """Where in the feed a record last left the scope: an older snapshot tells of it, and is nobody's any more."""
    table = tables.departure
    return connection.scalar(select(func.max(table.c.seq)).where(table.c.scope == scope)) or 0


def _most_behind(connection: Connection) -> str:
    """The scope whose snapshot lacks most, as far as one is worth making; empty for none."""
    feeds, made = tables.scope, tables.snapshot
    newest = select(made.c.scope, func.max(made.c.seq)).where(made.c.epoch == epoch_of(connection))
    reached = {scope: seq for scope, seq in connection.execute(newest.group_by(made.c.scope))}
    worth = feeds.c.head >= WORTH, feeds.c.id.in_(select(tables.scope_key.c.scope))
    rows = connection.execute(select(feeds.c.id, feeds.c.head).where(*worth)).all()
    lacks = {scope: head - reached.get(scope, 0) for scope, head in rows}
    due = [scope for scope, lag in lacks.items() if lag >= max(WORTH, reached.get(scope, 0) // _AHEAD_SHARE)]
    due += [scope for scope in lacks.keys() - set(due) if _left_at(connection, scope) > reached.get(scope, 0)]
    return max(due, key=lambda scope: lacks[scope], default="")


def _remember(connection: Connection, province: Province, row: Mapping[str, Any]) -> None:
    """Keep the new one; what it replaced goes after a while, with its file."""
    table = tables.snapshot
    now = province.clock.now()
    replaced = select(table.c.token, table.c.made_at).where(table.c.scope == row["scope"])
    older = connection.execute(replaced.order_by(table.c.made_at.desc(), table.c.seq.desc())).all()
    young = [token for token, made_at in older if not _has_aged(made_at, now)]
    gone = {token for token, _ in older} - set(young[:_KEPT_BESIDE])
    for token in gone:
        (province.data / FOLDER / token).unlink(missing_ok=True)
    connection.execute(delete(table).where(table.c.token.in_(gone)))
    connection.execute(insert(table), [dict(row)])


def _has_aged(made_at: str, now: datetime) -> bool:
    """Whether nobody goes on fetching it; what a clock that ran ahead has dated would be young for ever."""
    return not -_KEPT_FOR <= now - from_iso(made_at) <= _KEPT_FOR


def sweep(province: Province) -> None:
    """Remove what lies in the folder and stands in no row: of a process that ended in between, of a database put back,
    of an erasure that another server's command carried out. What is being made just now is younger."""
    if province.database.read(lambda connection: _outlived(connection, province), WHOLE_PROVINCE):
        province.database.write(lambda connection: _forget_outlived(connection, province), WHOLE_PROVINCE)
    folder = province.data / FOLDER
    files = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    named = set(province.database.read(_tokens, WHOLE_PROVINCE)) if files else set()
    now = SystemClock().now().timestamp()  # by which the disk dates its files
    for path in files:
        if path.name not in named and now - path.stat().st_mtime > _BEING_MADE:
            path.unlink(missing_ok=True)


def _outlived(connection: Connection, province: Province) -> list[str]:
    """Tokens of those that go to no desk any more, also where no other one was made since: replaced ones, and those
    that tell of who has left or was erased. An erasure may have been carried out while one was being made."""
    table, now = tables.snapshot, province.clock.now()
    newest: dict[str, str] = {}
    outlived: list[str] = []
    for row in connection.execute(select(table).order_by(table.c.seq.desc())):
        is_replaced = newest.setdefault(row.scope, row.token) != row.token
        if _has_aged(row.made_at, now) and (is_replaced or _left_at(connection, row.scope) > row.seq):
            outlived.append(row.token)
    return outlived


def _forget_outlived(connection: Connection, province: Province) -> None:
    table = tables.snapshot
    connection.execute(delete(table).where(table.c.token.in_(_outlived(connection, province))))


def _tokens(connection: Connection) -> Sequence[str]:
    return connection.scalars(select(tables.snapshot.c.token)).all()


def forget_snapshots(province: Province, tokens: Iterable[str]) -> None:
    """Remove the files of snapshots that stand in no row any more; who was fetching one asks for another."""
    for token in tokens:
        (province.data / FOLDER / token).unlink(missing_ok=True)


def _snapshot_of(connection: Connection, province: Province, scope: str) -> tuple[dict[str, Any], bytes]:
    at = connection.execute(select(tables.scope).where(tables.scope.c.id == scope)).first()
    keys = keys_of(connection, [scope])
    if at is None or not keys:
        raise Refused(404, "not_found")
    key = keys[-1]
    head = SnapshotHead(epoch=epoch_of(connection), scope=scope, at=FeedHead(seq=at.head, chain=b64(at.chain)))
    lines, end = _lines(connection, scope)
    ciphertext, box = sealed(pack(head, lines, end), unb64(key.public), scope=scope)
    row = {
        "token": secrets.token_hex(16),
        "scope": scope,
        "epoch": head.epoch,
        "seq": at.head,
        "chain": at.chain,
        "size": len(ciphertext),
        "sha256": seal.sha256(ciphertext),
        "key": key.key,
        "box": box,
        "made_at": province.now(),
    }
    return row, ciphertext


def _lines(connection: Connection, scope: str) -> tuple[list[bytes], SnapshotEnd]:
    """Every standing line of the scope, each with its place in the feed, and what proves them."""
    places = {row.change: (row.seq, row.event) for row in feed_of(connection, scope)}
    standing = standing_lines(connection, list(_records_of(connection, scope)))
    return written_lines(connection, scope, [*_leaves_of(connection, scope), *standing], places)


def _leaves_of(connection: Connection, scope: str) -> list[StandingLine]:
    """What left the scope and is not back: a desk that holds it still has to hear of that."""
    table = tables.departure
    away: dict[str, list[tuple[str, str]]] = {}
    rows = connection.execute(select(table.c.change, table.c.kind, table.c.record).where(table.c.scope == scope))
    for change, kind, record in rows:
        away.setdefault(change, []).append((kind, record))
    leaves = [StandingLine(line, left=sorted(away[line.change.id])) for line in lines_of(connection, away)]
    for one in leaves:
        one.unopened, one.gone_on = unopened(connection, scope, one.line.change, one.left)
    return leaves


def written_lines(
    connection: Connection, scope: str, standing: Sequence[StandingLine], places: Mapping[str, tuple[int, str]]
) -> tuple[list[bytes], SnapshotEnd]:
    """The body of a snapshot or of `records`: standing lines as `event TAB line`, moves first; and the end that proves.

    `places`: (seq, event JSON) in the scope's feed, by change id. A line written for another scope is left out unless
    a move or share of this feed brought it (`Event.entered`): desks refuse such a line, and the feed has none either.
    """
    by = _brought(standing, places)
    standing = [one for one in standing if _is_of(one.line.change, scope) or one.line.change.id in by]
    lines = []
    unsigned: dict[str, set[int]] = {}
    present: dict[str, set[int]] = {}
    own = {one.line.change.id: one for one in standing}
    moves = [own.pop(one.line.change.id, one) for one in what_brought_them(connection, standing, places)]
    places = {**_places(connection, scope, [one.line.change.id for one in moves]), **places}
    every = [*moves, *own.values()]
    brought = _brought(every, places)
    for one in every:
        change = one.line.change
        present.setdefault(change.desk, set()).add(change.n)
        if not one.line.signature:
            unsigned.setdefault(change.desk, set()).add(change.n)
        lines.append(encode(_event(one, scope, places, brought)) + b"\t" + one.line.encode())
    return lines, SnapshotEnd(events=len(lines), runs=runs_of(connection, unsigned, present))


def _is_of(change: Change, scope: str) -> bool:
    """Whether it was written for the scope, or says where a record is held."""
    return change.scope == scope or change.verb in WITHOUT_FIELDS


def feed_of(connection: Connection, scope: str) -> Sequence[Any]:
    """(change, seq, event) of the whole feed; of a change that came twice the last counts."""
    feed = tables.feed
    events = select(feed.c.change, feed.c.seq, feed.c.event).where(feed.c.scope == scope).order_by(feed.c.seq)
    return connection.execute(events).all()


def places_of(connection: Connection, scope: str, changes: Sequence[str]) -> dict[str, tuple[int, str]]:
    """(seq, event) in the scope's feed, by change, of these changes and of the moves and shares that brought them."""
    found = _places(connection, scope, changes)
    brought = {decode(event.encode(), Event).entered for _, event in found.values()} - {""} - found.keys()
    return found | _places(connection, scope, sorted(brought))


def _places(connection: Connection, scope: str, changes: Sequence[str]) -> dict[str, tuple[int, str]]:
    feed = tables.feed
    found: dict[str, tuple[int, str]] = {}
    for some in batched(changes):
        own = feed.c.change.in_(some), feed.c.scope == scope
        for row in connection.execute(select(feed.c.change, feed.c.seq, feed.c.event).where(*own).order_by(feed.c.seq)):
            found[row.change] = row.seq, row.event
    return found


def _records_of(connection: Connection, scope: str) -> Iterator[Stored]:
    guest = tables.guest
    for kind, table in tables.RECORDS.items():
        ids = list(connection.scalars(select(table.c.id).where(table.c.scope == scope)))
        ids += connection.scalars(select(guest.c.record).where(guest.c.scope == scope, guest.c.kind == kind))
        for some in batched(ids):
            yield from read_records(connection, kind, some)


def records_of(connection: Connection, named: Sequence[tuple[str, str]]) -> list[Stored]:
    """The records with these (kind, id)."""
    found: list[Stored] = []
    for kind in tables.RECORDS:
        for some in batched(record for of_kind, record in named if of_kind == kind):
            found += read_records(connection, kind, some)
    return found


def what_brought_them(
    connection: Connection, lines: Sequence[StandingLine], places: Mapping[str, tuple[int, str]]
) -> list[StandingLine]:
    """The moves and shares that brought some of the lines here, and what has ended such a share since."""
    moves = list(lines_of(connection, set(_brought(lines, places).values())))
    moves += lines_of(connection, _ends_of(connection, [line.change for line in moves]))
    return sorted(map(StandingLine, moves), key=lambda one: one.line.change.id)


def _ends_of(connection: Connection, moves: Sequence[Change]) -> set[str]:
    """By what the places that these shares name have lost the records: alone, a share would seem to stand."""
    left, shares = tables.departure, [one for one in moves if one.verb == Verb.SHARE]
    found: set[str] = set()
    for some in batched({one.record for one in shares}):
        rows = connection.execute(select(left.c.scope, left.c.record, left.c.change).where(left.c.record.in_(some)))
        by_place = {(scope, record): change for scope, record, change in rows}
        found |= {by_place[one.to, one.record] for one in shares if (one.to, one.record) in by_place}
    return found


def _brought(lines: Sequence[StandingLine], places: Mapping[str, tuple[int, str]]) -> dict[str, str]:
    """By change the move or share that brought it here; most were written for the scope, and their events say so."""
    known = ((one.line.change.id, places.get(one.line.change.id)) for one in lines)
    events = {change: place[1] for change, place in known if place and _ENTERED in place[1]}
    found = {change: decode(event.encode(), Event).entered for change, event in events.items()}
    return {change: entered for change, entered in found.items() if entered}


def _event(one: StandingLine, scope: str, places: Mapping[str, tuple[int, str]], brought: Mapping[str, str]) -> Event:
    change = one.line.change.id
    return Event(
        scope=scope,
        seq=places[change][0] if change in places else 0,
        outcomes=one.outcomes,
        values=one.values,
        opened=one.opened,
        left=one.left,
        unopened=one.unopened,
        gone_on=one.gone_on,
        entered=brought.get(change, ""),
    )
