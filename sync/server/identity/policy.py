"""What the province decided for all desks: how long a lease runs, whether stubs stay, when a conflict is late."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, insert, select, update

from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_
from sync.server.engine import tables
from sync.server.engine.asking import among
from sync.server.identity.province import Province, audited

LEASE_DAYS, CONFLICT_DAYS, DROPS_STUBS = "lease_days", "conflict_days", "drops_stubs"
_MOST_DAYS = 365
_YES = "yes"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """`lease_days` and `conflict_days` are whole days, 1 to 365."""

    lease_days: int = 30
    conflict_days: int = 14
    drops_stubs: bool = False
    """Whether desks keep no line about a child that moved away."""

    def lease_from(self, instant: datetime) -> str:
        """Until when a desk that was heard of at `instant` opens what is sealed."""
        return to_iso(instant + timedelta(days=self.lease_days))


def policy_of(connection: Connection) -> Policy:
    """The policy in force; what was never decided is as the program brings it."""
    table = tables.meta
    names = (LEASE_DAYS, CONFLICT_DAYS, DROPS_STUBS)
    said = {row.name: row.value for row in connection.execute(select(table).where(among(table.c.name, names)))}
    usual = Policy()
    return Policy(
        lease_days=int(said.get(LEASE_DAYS, usual.lease_days)),
        conflict_days=int(said.get(CONFLICT_DAYS, usual.conflict_days)),
        drops_stubs=said.get(DROPS_STUBS) == _YES,
    )


def decide(connection: Connection, province: Province, policy: Policy) -> None:
    """Put a policy in force; desks hear of it with their next page. Raises Invalid for days that cannot be."""
    if not (1 <= policy.lease_days <= _MOST_DAYS and 1 <= policy.conflict_days <= _MOST_DAYS):
        raise Invalid(N_("Days are a whole number from 1 to 365. Nothing was changed."))
    said = {
        LEASE_DAYS: str(policy.lease_days),
        CONFLICT_DAYS: str(policy.conflict_days),
        DROPS_STUBS: _YES if policy.drops_stubs else "no",
    }
    table = tables.meta
    for name, value in said.items():  # never deleted: the serving role may not
        if not connection.execute(update(table).where(table.c.name == name).values(value=value)).rowcount:
            connection.execute(insert(table).values(name=name, value=value))
    audited(connection, province, "policy", " ".join(f"{name}={value}" for name, value in said.items()))
