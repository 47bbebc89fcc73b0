"""Statements that desks signed when they had removed what left their place: checked, and kept."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from commune_desk.domain.model.ids import is_id
from sync import seal
from sync.protocol import Malformed, decode, unb64
from sync.purge_wire import REMOVED, PurgeReply, PurgeRequest, PurgeStatement, SignedPurge
from sync.server.engine import tables
from sync.server.engine.database import reach_of
from sync.server.identity import desks
from sync.server.identity.province import Province
from sync.server.problems import Refused

_MOST = 200


def keep_purges(province: Province, caller: desks.DeskState, request: PurgeRequest) -> PurgeReply:
    """Keep the statements. Raises Refused for one it did not sign, Malformed for too many or of no change."""
    if len(request.purges) > _MOST:
        raise Malformed
    statements = {}
    for one in request.purges:
        said = decode(unb64(one.body), PurgeStatement)
        if said.desk != caller.id or not _is_signed(one, caller):
            raise Refused(401, "signature")
        if not _names_a_change(said.change):
            raise Malformed
        statements[said.change] = one
    province.database.write(
        lambda connection: _keep(connection, province, caller.id, statements), reach_of(caller.id, ())
    )
    return PurgeReply(purges=sorted(statements))


def _names_a_change(text: str) -> bool:
    """What is no id stands for all that the desk held, or for nothing; PostgreSQL takes some such texts for one."""
    return text == REMOVED or is_id(text)


def _is_signed(one: SignedPurge, caller: desks.DeskState) -> bool:
    return seal.verify(caller.sign_public, seal.PURGE, unb64(one.body), unb64(one.signature))


def _keep(connection: Connection, province: Province, desk: str, statements: dict[str, SignedPurge]) -> None:
    table = tables.purge
    known = set(connection.scalars(select(table.c.change).where(table.c.desk == desk, table.c.change.in_(statements))))
    rows = [
        {
            "desk": desk,
            "change": change,
            "body": unb64(one.body),
            "signature": unb64(one.signature),
            "received_at": province.now(),
        }
        for change, one in statements.items()
        if change not in known
    ]
    if rows:
        connection.execute(insert(table), rows)
