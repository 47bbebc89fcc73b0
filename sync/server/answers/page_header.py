"""What every page and snapshot tells a desk of its place: grants, certificates, keys, the communes of the province."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from sync.protocol import FeedHead, PullHeader, b64
from sync.server.engine import tables
from sync.server.engine.database import reach_of
from sync.server.identity import desks
from sync.server.identity.policy import Policy, epoch_and_policy
from sync.server.identity.province import Province
from sync.server.identity.scopes import directory, keys_of
from sync.server.intake.late_conflicts import late_in


@dataclass(frozen=True, kw_only=True)
class Present:
    """What holds in this transaction, asked once: the epoch, the policy, the desk, and its places' names and heads."""

    epoch: str
    policy: Policy
    desk: desks.DeskState
    names: dict[str, str]
    heads: dict[str, FeedHead]


def present(connection: Connection, province: Province, caller: desks.DeskState) -> Present:
    """What holds for the desk now. The transaction reaches as far as its grants, whatever they were when it asked."""
    epoch, policy = epoch_and_policy(connection)
    desk, table = desks.as_it_stands(connection, caller), tables.scope
    if desk.grants != caller.grants:
        province.database.confine(connection, reach_of(desk.id, desk.grants))
    asked = select(table.c.id, table.c.name, table.c.head, table.c.chain).where(table.c.id.in_(desk.grants))
    rows = connection.execute(asked).all()
    return Present(
        epoch=epoch,
        policy=policy,
        desk=desk,
        names={row.id: row.name for row in rows},
        heads={row.id: FeedHead(seq=row.head, chain=b64(row.chain)) for row in rows},
    )


def header_for(
    connection: Connection, province: Province, now: Present, *, certs: str, known_directory: str
) -> PullHeader:
    """`certs` and `known_directory` are the versions that the desk has: those are not sent again."""
    grants, at = now.desk.grants, province.now()
    version, found = desks.certs_for(connection, list(grants))
    with province.database.unconfined(connection, reach_of(now.desk.id, grants)):
        places_version, places = directory(connection)
    return PullHeader(
        epoch=now.epoch,
        grants=desks.grant_list(grants, now.names),
        certs_version=version,
        certs=found if version != certs else None,
        scope_keys=keys_of(connection, list(grants)),
        directory=places if places_version != known_directory else None,
        directory_version=places_version,
        courier_public=b64(province.keys.courier.public),
        drops_stubs=now.policy.drops_stubs,
        at=at,
        lease_until=now.desk.lease_until or "",
        late_conflicts=late_in(connection, list(grants), at, now.policy.conflict_days),
        accepted_n=now.desk.last_n,
        head=b64(now.desk.head),
    )
