"""What the province decided for all desks: how long a lease runs, whether stubs stay, when a conflict is late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, insert, update

from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_
from sync.server.engine import tables
from sync.server.identity.province import EPOCH, Province, audited, facts_of, founding

LEASE_DAYS, CONFLICT_DAYS, DROPS_STUBS = "lease_days", "conflict_days", "drops_stubs"
_NAMES = (LEASE_DAYS, CONFLICT_DAYS, DROPS_STUBS)
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
    return _decided(facts_of(connection, _NAMES))


def epoch_and_policy(connection: Connection) -> tuple[str, Policy]:
    """What every push asks first. Raises Refusal for a database that `init` did not leave."""
    said = facts_of(connection, (EPOCH, *_NAMES))
    return founding(said, EPOCH), _decided(said)


def _decided(said: Mapping[str, str]) -> Policy:
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
