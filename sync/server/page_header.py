"""What every page and snapshot tells a desk of its place: grants, certificates, keys, the communes of the province."""

from __future__ import annotations

from sqlalchemy import Connection, select

from sync.protocol import PullHeader, b64
from sync.server import desks, tables
from sync.server.database import reach_of
from sync.server.province import Province, epoch_of
from sync.server.scopes import directory, keys_of

DROPS_STUBS = "drops_stubs"
"""The fact that says that desks keep no line about a child that moved away."""


def header_for(
    connection: Connection, province: Province, caller: desks.DeskState, *, certs: str, known_directory: str
) -> PullHeader:
    """`certs` and `known_directory` are the versions that the desk has: those are not sent again."""
    grants = desks.grants_of(connection, caller.id)
    version, found = desks.certs_for(connection, list(grants))
    with province.database.unconfined(connection, reach_of(caller.id, grants)):
        places_version, places = directory(connection)
    policy = connection.scalar(select(tables.meta.c.value).where(tables.meta.c.name == DROPS_STUBS))
    return PullHeader(
        epoch=epoch_of(connection),
        grants=desks.grant_list(connection, grants),
        certs_version=version,
        certs=found if version != certs else None,
        scope_keys=keys_of(connection, list(grants)),
        directory=places if places_version != known_directory else None,
        directory_version=places_version,
        drops_stubs=policy == "yes",
        courier_public=b64(province.keys.courier.public),
    )
