"""Changes that say where a record is held: a move to another commune, a share with a shelter, and sealing anew."""

from __future__ import annotations

import json

import msgspec

from commune_desk.domain.model.ids import Scope, is_shelter_scope
from commune_desk.domain.model.record import Data, Kind, Record, kind_of
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.store.changes.sealing import private_box, unsealed
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import SELECT_ONE, read_record
from commune_desk.store.writing.opened import Base, base_of
from commune_desk.store.writing.transaction import Tx
from sync import seal
from sync.change import Change, Verb, sealed_for, to_wire
from sync.protocol import ScopeKey, unb64

DIRECTORY = "directory"
"""The communes and shelters of the province and the keys that their sealed values are sealed to, as a signed page told
them."""
DIRECTORY_VERSION = "directory_version"
_SEALED_ONCE = (
    "SELECT id, raw, outcomes FROM change WHERE record=? AND length(raw)>0"
    " AND state IN ('waiting', 'staged', 'accepted', 'received') ORDER BY seq IS NULL, seq, stamp, id"
)
_WAITING = (
    "SELECT c.field, h.id, h.raw FROM conflict c JOIN change h ON h.id=c.theirs"
    " WHERE c.record=? AND c.state='open' AND length(h.raw)>0 ORDER BY h.id"
)
_ACTIONS = {
    Verb.MOVE: AuditAction.MOVE,
    Verb.SHARE: AuditAction.SHARE,
    Verb.UNSHARE: AuditAction.UNSHARE,
}


def directory(connection: Connection) -> dict[str, ScopeKey]:
    """The places that a child can be told of at, by scope; empty until the province was heard."""
    return {key.scope: key for key in settings.get(connection, DIRECTORY, list[ScopeKey], [])}


def houses(connection: Connection) -> list[Scope]:
    """The shelters of the province by their codes; a province of an older program names none."""
    return sorted(Scope(scope) for scope in directory(connection) if is_shelter_scope(scope))


def relocate(tx: Tx, record: Record, verb: Verb, to: Scope, *, ground: str = "") -> None:
    """Write down that the record is held otherwise from now on; it stays until the province acts on it.

    `ground` is the code of what the law says allows it, for the audit log alone: nobody else hears of it.
    """
    tx.write_down(_change(tx, record, verb, to))
    detail = {"verb": verb.value, "to": to} | ({"ground": ground} if ground else {})
    tx.audit(_ACTIONS[verb], kind_of(record).name, record.id, detail)
    tx.touched(kind_of(record).name, record.id, record)


def reseal(tx: Tx, record: Record, to: ScopeKey) -> bool:
    """Seal the record's sealed values again, for the commune it moves to: nobody there opens them otherwise.

    So is what waits beside them for a person to decide. What was sealed for it before is left out; returns whether
    anything was left to seal.
    """
    is_any = _reseal_waiting(tx, record, to)
    entry = kind_of(record)
    base = _base(tx.connection, entry, record)
    done = _sealed_before(tx.connection, record.id, to, base)
    for data in (Data.ABUSE_DETAIL, Data.SHELTER_LOCATION):
        held = [name for name, field in entry.fields.items() if field.data is data and getattr(record, name)]
        names = [name for name in held if name not in done]
        if names:
            is_any = True
            change = _change(tx, record, Verb.RESEAL, Scope(to.scope))
            tx.write_down(
                msgspec.structs.replace(
                    change,
                    data=int(data),
                    base={name: base[name] for name in names if name in base},
                    seal={name: _sealed(record, name, to) for name in names},
                    key=to.key,
                )
            )
    return is_any


def _reseal_waiting(tx: Tx, record: Record, to: ScopeKey) -> bool:
    """Each value that lost or waits, as far as it opens here: whoever wrote it may never come back."""
    waiting = tx.connection.execute(_WAITING, (record.id,)).fetchall()
    lines = [(field, msgspec.json.decode(raw, type=Change)) for field, _change_id, raw in waiting]
    return any([reseal_value(tx, record, to, line, field) for field, line in lines])


def reseal_value(tx: Tx, record: Record, to: ScopeKey, line: Change, field: str) -> bool:
    """What a change gives the field, if it opens here and was not sealed for the commune before; whether it is now."""
    base: Base = {field: line.id}
    box = private_box(tx.connection, line.key) if field in line.seal and sealed_for(line) != to.scope else None
    if box is None or field in _sealed_before(tx.connection, record.id, to, base):
        return False
    try:
        value = to_wire(unsealed(box, line, field))
    except seal.SealBroken:
        return False
    sealed = seal.seal_value(unb64(to.public), value, scope=to.scope, record=record.id, field=field)
    change = _change(tx, record, Verb.RESEAL, Scope(to.scope))
    tx.write_down(msgspec.structs.replace(change, data=line.data, base=base, seal={field: sealed}, key=to.key))
    return True


def _base(connection: Connection, entry: Kind, record: Record) -> Base:
    """The changes whose values stand in the record; of one that is written once the row names none."""
    if not entry.append_only:
        row = connection.execute(SELECT_ONE[entry.name], (record.id,)).fetchone()
        return base_of(connection, entry, record.id, read_record(entry, row)[1])
    found: dict[str, str | None] = {}
    for change, raw, outcomes in connection.execute(_SEALED_ONCE, (record.id,)).fetchall():
        line = msgspec.json.decode(raw, type=Change)
        told = json.loads(outcomes) if outcomes else {}
        if sealed_for(line) == record.scope:
            found |= {name: change for name in line.seal if name not in told}
    return found


def _sealed_before(connection: Connection, record: str, to: ScopeKey, base: Base) -> set[str]:
    """Fields of which the very value that stands was sealed to this key by a change that was not set aside."""
    rows = connection.execute("SELECT raw FROM change WHERE record=? AND state<>'quarantined'", (record,)).fetchall()
    changes = [msgspec.json.decode(raw, type=Change) for (raw,) in rows if raw]
    again = [one for one in changes if one.verb == Verb.RESEAL and one.key == to.key]
    return {name for one in again for name in one.seal if one.base.get(name) == base.get(name)}


def _sealed(record: Record, name: str, to: ScopeKey) -> str:
    value = to_wire(getattr(record, name))
    return seal.seal_value(unb64(to.public), value, scope=to.scope, record=record.id, field=name)


def _change(tx: Tx, record: Record, verb: Verb, to: Scope) -> Change:
    return msgspec.structs.replace(tx.new_change(record, Data.OPERATIONAL), verb=verb.value, to=to)
