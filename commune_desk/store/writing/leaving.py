"""Records on their way to another place: what this desk asked for, what the province said, what may still change."""

from __future__ import annotations

import msgspec

from commune_desk.domain.model.ids import Scope
from commune_desk.domain.model.record import Kind, Record
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.erased import is_erased
from sync.change import Verb

ON_ITS_WAY = N_(
    "This child is on its way to another commune, so the file can no longer be changed here. "
    "New home visits are still recorded and go along."
)
GOES_BACK = N_("This record is being handed back to its commune, so it can no longer be changed here.")
_PERSON = "person"
_ASKED = (
    "SELECT json_extract(NULLIF(CAST(raw AS TEXT), ''), '$.to'), state, code FROM change"
    " WHERE record=? AND json_extract(NULLIF(CAST(raw AS TEXT), ''), '$.k')=? AND seq IS NULL"
    " AND state IN ('waiting', 'accepted', 'staged', 'quarantined')"
    " ORDER BY stamp DESC, id DESC LIMIT 1"
)


class SetAside(msgspec.Struct, frozen=True):
    """A move that the province did not carry out: where to, and its code of the quarantine."""

    to: str
    code: str


def moving_to(connection: Connection, record: str) -> Scope | None:
    """Where a record is on its way to by a move of this desk that the province has not acted on yet."""
    row = connection.execute(_ASKED, (record, Verb.MOVE.value)).fetchone()
    return Scope(row[0]) if row and row[1] != "quarantined" else None


def move_set_aside(connection: Connection, record: str) -> SetAside | None:
    """The last move that this desk asked for, if the province has set it aside: the record stays here."""
    row = connection.execute(_ASKED, (record, Verb.MOVE.value)).fetchone()
    return SetAside(row[0], row[2] or "") if row and row[1] == "quarantined" else None


def leaves_to(connection: Connection, record: str) -> Scope | None:
    """Where the province has sent a record that is still here: it goes as soon as all of ours about it is sent."""
    row = connection.execute("SELECT moved_to FROM departure WHERE record=? AND is_gone=0", (record,)).fetchone()
    return Scope(row[0]) if row else None


def is_on_its_way(connection: Connection, record: str) -> bool:
    """Whether the record is read here, and no longer written."""
    return leaves_to(connection, record) is not None or moving_to(connection, record) is not None


def was_told_of(connection: Connection, record: str) -> bool:
    """Whether anything was ever written or told here of a record, which may have left since or been erased."""
    asked = "SELECT 1 FROM change WHERE record=?1 UNION ALL SELECT 1 FROM departure WHERE record=?1 LIMIT 1"
    return is_erased(connection, record) or connection.execute(asked, (record,)).fetchone() is not None


def goes_back(connection: Connection, record: str, scope: str) -> bool:
    """Whether a record that the place `scope` holds beside its home is on its way out of that place."""
    row = connection.execute(_ASKED, (record, Verb.UNSHARE.value)).fetchone()
    is_asked = row is not None and row[0] == scope and row[1] != "quarantined"
    return is_asked or leaves_to(connection, record) == scope


def check_stays(connection: Connection, kind: Kind, stored: Record) -> None:
    """Raise Refusal when the record, or the person it belongs to, is on its way: there an edit would be a conflict."""
    owner = stored.id if kind.name == _PERSON else getattr(stored, kind.belongs_to) if kind.belongs_to else None
    if any(goes_back(connection, one, stored.scope) for one in dict.fromkeys((stored.id, owner)) if one):
        raise Refusal(GOES_BACK)
    if any(is_on_its_way(connection, one) for one in dict.fromkeys((stored.id, owner)) if one):
        raise Refusal(ON_ITS_WAY)
