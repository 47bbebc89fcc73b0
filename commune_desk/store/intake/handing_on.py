"""What is sealed in a child's records follows them: sealed again, to the key of the commune that the child moved to.

Whoever moves a child seals again what they know of. The province may take more along: a record that was joined to the
child and all that belongs to it, a report of the same morning. It tells every desk of the former commune, with the
move, what does not open in the new one. Whoever holds that seals it again, if signed changes say it is the child's:
the province alone cannot have a desk seal anything for anybody. Twice is once: what came first stands.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from commune_desk.domain.model.ids import is_commune_scope
from commune_desk.domain.model.record import Record, kind_of
from commune_desk.domain.records.kinds import KINDS
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing import joined
from commune_desk.store.writing.relocating import directory, reseal, reseal_value
from commune_desk.store.writing.transaction import Tx, load
from sync import protocol
from sync.change import Change, Verb
from sync.protocol import ScopeKey

HANDED_ON = "handed_on"
"""The topic of what was sealed here for another place, and should go there soon."""
_GONE_ON = "gone_on"
"""The setting that holds, by move, where the child has moved on to, until all of it is sealed and gone."""


def seal_again(tx: Tx, event: protocol.Event, move: Change) -> None:
    """Seal for the commune that `move` goes to what the event says does not open there; it waits until it is sent.

    Or for the one to which the child has moved on since.
    """
    to = event.gone_on or move.to
    target = _commune(tx, to) if move.verb == Verb.MOVE else None
    if target is None or tx.ledger.is_ended:
        return
    if event.gone_on:
        gone_on = settings.get(tx.connection, _GONE_ON, dict[str, str], {})
        settings.put(tx.connection, _GONE_ON, gone_on | {move.id: to})
    for kind, one in set(event.unopened) & set(event.left):
        record = load(tx.connection, kind, one) if kind in KINDS else None
        if record is not None and _is_of(tx, record, move.record) and reseal(tx, record, target):
            tx.topic(HANDED_ON)


def seal_late(tx: Tx, move: str, to: str, records: Iterable[tuple[str, str]]) -> bool:
    """The same of records (kind, id) that were written here about somebody who had left for `to` by `move`; each once.

    They have followed there, or to where the child has moved on. Returns whether anything was left to seal.
    """
    to = settings.get(tx.connection, _GONE_ON, dict[str, str], {}).get(move, to)
    target = _commune(tx, to)
    if target is None or tx.ledger.is_ended:
        return False
    fresh = [one for one in records if not _was_sealed_for(tx.connection, one[1], to)]
    found = [record for kind, one in fresh if (record := load(tx.connection, kind, one)) is not None]
    sealed = [record for record in found if reseal(tx, record, target)]
    if sealed:
        tx.topic(HANDED_ON)
    return bool(sealed)


def seal_sent_late(tx: Tx, move: str, to: str, records: Iterable[tuple[str, str]]) -> bool:
    """The same of what this desk wrote in records that left by `move`, and sent only after that was heard.

    Nobody asks for it: the province says with the move what is closed, and did so before.
    """
    to = settings.get(tx.connection, _GONE_ON, dict[str, str], {}).get(move, to)
    target, child = _commune(tx, to), _moved_by(tx.connection, move)
    if target is None or child is None or tx.ledger.is_ended:
        return False
    is_any = False
    for kind, one in records:
        late = _sent_late(tx.connection, one)
        record = load(tx.connection, kind, one) if late and kind in KINDS else None
        if record is not None and _is_of(tx, record, child):
            is_any |= any([reseal_value(tx, record, target, change, field) for change, field in late])
    if is_any:
        tx.topic(HANDED_ON)
    return is_any


def forget(tx: Tx, move: str) -> None:
    """What left with the move is gone: where it has moved on to is nobody's business here any more."""
    gone_on = settings.get(tx.connection, _GONE_ON, dict[str, str], {})
    if move in gone_on:
        settings.put(tx.connection, _GONE_ON, {one: to for one, to in gone_on.items() if one != move})


def _commune(tx: Tx, scope: str) -> ScopeKey | None:
    """The key of another commune of the province; None for whatever else a page may name."""
    return directory(tx.connection).get(scope) if is_commune_scope(scope) and scope != tx.actor.scope else None


def _was_sealed_for(connection: Connection, record: str, to: str) -> bool:
    """Also where the province set it aside: what it does not take stays closed, and keeps nobody here."""
    asked = (
        "SELECT 1 FROM change WHERE record=? AND json_extract(NULLIF(CAST(raw AS TEXT), ''), '$.k')=?"
        " AND json_extract(NULLIF(CAST(raw AS TEXT), ''), '$.to')=? LIMIT 1"
    )
    return connection.execute(asked, (record, Verb.RESEAL.value, to)).fetchone() is not None


def _moved_by(connection: Connection, move: str) -> str | None:
    row = connection.execute("SELECT record FROM change WHERE id=?", (move,)).fetchone()
    return str(row[0]) if row else None


def _sent_late(connection: Connection, record: str) -> list[tuple[Change, str]]:
    """Sealed values that the province signed for and no feed told, each with its field; but those that this desk has
    sealed again or written over since, also where the province set that aside: once is enough."""
    asked = (
        "SELECT raw, state='accepted' AND seq IS NULL FROM change WHERE record=? AND length(raw)>0"
        " AND state<>'received' ORDER BY stamp, id"
    )
    rows = connection.execute(asked, (record,)).fetchall()
    made = [(msgspec.json.decode(raw, type=Change), is_unheard) for raw, is_unheard in rows]
    seen = {(field, by) for change, _ in made for field, by in change.base.items()}
    late = [change for change, is_unheard in made if is_unheard and change.verb != Verb.RESEAL]
    return [(change, field) for change in late for field in change.seal if (field, change.id) not in seen]


def _is_of(tx: Tx, record: Record, child: str) -> bool:
    """Whether it belongs to the child who moves, or to a record that was joined to it."""
    owner = getattr(record, kind_of(record).belongs_to or "id")
    return isinstance(owner, str) and joined.end_of(tx.connection, owner) == child
