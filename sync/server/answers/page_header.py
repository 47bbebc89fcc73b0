"""What every page and snapshot tells a desk of its place: grants, certificates, keys, the communes of the province."""

from __future__ import annotations

from sqlalchemy import Connection, select

from sync.protocol import PullHeader, b64
from sync.server.engine import tables
from sync.server.engine.database import reach_of
from sync.server.identity import desks
from sync.server.identity.policy import policy_of
from sync.server.identity.province import Province, epoch_of
from sync.server.identity.scopes import directory, keys_of
from sync.server.intake.late_conflicts import late_in


def header_for(
    connection: Connection, province: Province, caller: desks.DeskState, *, certs: str, known_directory: str
) -> PullHeader:
    """`certs` and `known_directory` are the versions that the desk has: those are not sent again."""
    grants = desks.grants_of(connection, caller.id)
    version, found = desks.certs_for(connection, list(grants))
    with province.database.unconfined(connection, reach_of(caller.id, grants)):
        places_version, places = directory(connection)
    policy, at = policy_of(connection), province.now()
    lease = connection.scalar(select(tables.desk.c.lease_until).where(tables.desk.c.id == caller.id))
    return PullHeader(
        epoch=epoch_of(connection),
        grants=desks.grant_list(connection, grants),
        certs_version=version,
        certs=found if version != certs else None,
        scope_keys=keys_of(connection, list(grants)),
        directory=places if places_version != known_directory else None,
        directory_version=places_version,
        courier_public=b64(province.keys.courier.public),
        drops_stubs=policy.drops_stubs,
        at=at,
        lease_until=lease or "",
        late_conflicts=late_in(connection, list(grants), at, policy.conflict_days),
        accepted_n=caller.last_n,
        head=b64(caller.head),
    )
