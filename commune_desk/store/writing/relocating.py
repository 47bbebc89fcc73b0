"""Changes that say where a record is held: a move to another commune, a share with a shelter, and sealing anew."""

from __future__ import annotations

import msgspec

from commune_desk.domain.model.ids import Scope, is_shelter_scope
from commune_desk.domain.model.record import Data, Record, kind_of
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import SELECT_ONE, read_record
from commune_desk.store.writing.opened import base_of
from commune_desk.store.writing.transaction import Tx
from sync import seal
from sync.change import Change, Verb, to_wire
from sync.protocol import ScopeKey, unb64

DIRECTORY = "directory"
"""The communes and shelters of the province and the keys that their sealed values are sealed to, as a signed page told
them."""
DIRECTORY_VERSION = "directory_version"
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


def reseal(tx: Tx, record: Record, to: ScopeKey) -> None:
    """Seal the record's sealed values again, for the commune it moves to: nobody there opens them otherwise."""
    entry = kind_of(record)
    row = tx.connection.execute(SELECT_ONE[entry.name], (record.id,)).fetchone()
    base = base_of(tx.connection, entry, record.id, read_record(entry, row)[1])
    for data in (Data.ABUSE_DETAIL, Data.SHELTER_LOCATION):
        names = [name for name, field in entry.fields.items() if field.data is data and getattr(record, name)]
        if names:
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


def _sealed(record: Record, name: str, to: ScopeKey) -> str:
    value = to_wire(getattr(record, name))
    return seal.seal_value(unb64(to.public), value, scope=to.scope, record=record.id, field=name)


def _change(tx: Tx, record: Record, verb: Verb, to: Scope) -> Change:
    return msgspec.structs.replace(tx.new_change(record, Data.OPERATIONAL), verb=verb.value, to=to)
