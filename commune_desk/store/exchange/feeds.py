"""The province's feeds as they reach this register: how far each was heard, its events, a scope begun anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

from commune_desk.domain.model.record import kind_of
from commune_desk.domain.records.attachments import Attachment
from commune_desk.store.changes.sealing import private_boxes
from commune_desk.store.desk import versions
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.files import file_queue
from commune_desk.store.intake import comparing
from commune_desk.store.intake.incoming import Incoming
from commune_desk.store.intake.restating import Restating
from commune_desk.store.intake.standing import Step
from commune_desk.store.writing.transaction import Tx
from sync import protocol
from sync.change import GENESIS, FeedPosition, Verb

_HEARD_OF = "INSERT INTO cursor (scope, seq, chain, head_seq) VALUES (?,0,?,?) ON CONFLICT(scope) DO UPDATE SET"
_HEAD = f"{_HEARD_OF} head_seq=excluded.head_seq"
_CARRIED_HEAD = f"{_HEARD_OF} head_seq=max(head_seq, excluded.head_seq)"
_FILE = kind_of(Attachment).name


def cursors(connection: Connection) -> dict[str, int]:
    """Each scope's last applied position; a scope never pulled is absent."""
    return dict(connection.execute("SELECT scope, seq FROM cursor").fetchall())


def positions(connection: Connection) -> dict[str, FeedPosition]:
    """The same with each scope's chain there."""
    rows = connection.execute("SELECT scope, seq, chain FROM cursor").fetchall()
    return {scope: FeedPosition(seq, bytes(chain)) for scope, seq, chain in rows}


def is_behind(connection: Connection) -> bool:
    """Whether the province has more than was heard here, by what it said last."""
    return connection.execute("SELECT 1 FROM cursor WHERE head_seq>seq LIMIT 1").fetchone() is not None


def note_heads(tx: Tx, heads: Mapping[str, protocol.FeedHead], at: str) -> None:
    """Where the feeds ended at the last page; now, or at the province's time `at` when it was carried.

    What was carried is of an hour ago or of last week: it neither lowers a head nor sets the contact back.
    """
    tx.connection.executemany(
        _CARRIED_HEAD if at else _HEAD, [(scope, GENESIS, one.seq) for scope, one in heads.items()]
    )
    if at:
        former = settings.get(tx.connection, settings.CONTACT_AT, str, "")
        settings.put(tx.connection, settings.CONTACT_AT, max(at, former))
    tx.topic("sync")


def apply(tx: Tx, events: Sequence[Step], positions: Mapping[str, FeedPosition]) -> None:
    """Verified events become rows, and the cursors move.

    What a stick brought while the page was on its way is left aside: what has left or was erased since would come back.
    """
    here = cursors(tx.connection)
    new = [(event, line) for event, line in events if event.seq > here.get(event.scope, 0)]
    ahead = {scope: position for scope, position in positions.items() if position.seq > here.get(scope, 0)}
    Incoming(tx, private_boxes(tx.connection)).apply(new, ahead)
    file_queue.offer_named(tx, _files_in(new))
    if any(line.change.verb == Verb.ERASE for _event, line in new):
        comparing.ask(tx)  # what was tied here alone to whom it erased stands at the province


def restate(tx: Tx, records: list[list[Step]], heard: Collection[str] = ()) -> None:
    """Bring these records to what their standing lines say. `heard`: changes that the province has though none names
    them."""
    Restating(tx, private_boxes(tx.connection), heard).restate(records)
    file_queue.offer_named(tx, chain.from_iterable(map(_files_in, records)))
    tx.topic("sync")


def _files_in(steps: Sequence[Step]) -> Iterator[str]:
    """The records of files that these lines speak of."""
    return (line.change.record for _event, line in steps if line.change.kind == _FILE)


def put_right(tx: Tx, scope: str, at: FeedPosition, records: list[list[Step]], heard: Collection[str]) -> None:
    """Restate these records as they were at `at`, unless the register has moved on from there since."""
    if comparing.cursor_of(tx.connection, scope) == at:
        restate(tx, records, heard)


def end_beginning(tx: Tx, scope: str, position: FeedPosition) -> None:
    """The scope's standing lines were all heard: its feed goes on at `position`."""
    Incoming(tx, {}).apply((), {scope: position})
    versions.note_begun(tx, scope)
    comparing.ask(tx)
