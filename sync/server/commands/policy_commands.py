"""Commands for what the province decides and what waits for its decision: policy, and conflicts that nobody decided."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing

import msgspec
from sqlalchemy import Connection

from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_
from sync.server.commands.console import Console
from sync.server.commands.opening import opened
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.places import place_name
from sync.server.identity.policy import Policy, decide, policy_of
from sync.server.identity.province import Province
from sync.server.intake.late_conflicts import LateConflict, late_conflicts

_MOST_DAYS = 36500
"""A conflict that has waited for a century; what is much longer no calendar reckons with."""


def policy(args: Namespace, console: Console) -> None:
    with closing(opened(args)) as province:
        if _asks_alone(args):
            wanted = province.database.read(policy_of, WHOLE_PROVINCE)
        else:
            wanted = province.database.write(lambda connection: _decided(connection, province, args), WHOLE_PROVINCE)
    if args.json:
        console.json(wanted)
        return
    console.say(
        N_("Sealed values close on a desk that was not in touch for {days} days (--lease-days)."),
        days=wanted.lease_days,
    )
    console.say(N_("A conflict is the province's after {days} days (--conflict-days)."), days=wanted.conflict_days)
    kept = N_("Of a child that moved, a line stays at its former commune (--stubs).")
    dropped = N_("Of a child that moved, no line stays at its former commune (--stubs).")
    console.say(dropped if wanted.drops_stubs else kept)


def _asks_alone(args: Namespace) -> bool:
    return args.lease_days is None and args.conflict_days is None and args.stubs is None


def _decided(connection: Connection, province: Province, args: Namespace) -> Policy:
    """Put what was asked for in force; in one transaction, or one who decides another thing meanwhile is undone."""
    province.database.one_after_another(connection, "policy")
    present = policy_of(connection)
    wanted = _wanted(args, present)
    if wanted != present:
        decide(connection, province, wanted)
    return wanted


def _wanted(args: Namespace, present: Policy) -> Policy:
    """The present policy with what was asked for."""
    return msgspec.structs.replace(
        present,
        lease_days=present.lease_days if args.lease_days is None else args.lease_days,
        conflict_days=present.conflict_days if args.conflict_days is None else args.conflict_days,
        drops_stubs=present.drops_stubs if args.stubs is None else args.stubs == "drop",
    )


def conflicts(args: Namespace, console: Console) -> None:
    if args.older_than is not None and not 0 <= args.older_than <= _MOST_DAYS:
        raise Invalid(N_("Days are a whole number from 0 to {most}."), most=_MOST_DAYS)
    with closing(opened(args)) as province:
        usual = province.database.read(policy_of, WHOLE_PROVINCE).conflict_days
        days = usual if args.older_than is None else args.older_than
        found = province.database.read(
            lambda connection: late_conflicts(connection, province.now(), days), WHOLE_PROVINCE
        )
    if args.json:
        console.json(found)
        return
    if not found:
        console.say(N_("No conflict has waited for more than {days} days."), days=days)
    for one in found:
        _print(one, console)


def _print(one: LateConflict, console: Console) -> None:
    console.say(
        N_("{place} ({scope}): {kind} {record}, field {field}, {days} days, desks {desks}"),
        place=place_name(one.scope),
        scope=one.scope,
        kind=one.kind,
        record=one.record,
        field=one.field,
        days=one.days,
        desks=", ".join(one.desks),
    )
    if one.is_orphaned:
        console.say(N_("    No desk in service holds this place: enrol one, or nobody can decide it."))


COMMANDS = {"policy": policy, "conflicts": conflicts}
