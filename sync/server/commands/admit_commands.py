"""The command that takes in what a withdrawn PC sent after that: told in numbers, and asked for once more."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing
from functools import partial

from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import stamp_instant, to_iso
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from sync.server.commands.console import Console, local_time
from sync.server.commands.opening import opened
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import Province
from sync.server.lifecycle.admitting import Admitted, Waiting, admit, waiting


def run(args: Namespace, console: Console) -> None:
    named = args.desk.upper()
    with closing(opened(args)) as province:
        shown = province.database.read(lambda connection: waiting(connection, named), WHOLE_PROVINCE)
    if not args.yes:
        _show(named, shown, console)
        asked = console.texts.say(N_("Type its id once more to go on: "))
        if console.ask(asked).strip().upper() != named:
            raise Refusal(N_("The id is another. What desk {desk} sent stays aside."), desk=named)
    with closing(opened(args)) as province:
        done = _admit_all(province, named)
    console.say(
        N_("Changes of desk {desk} taken in: {merged}. Still aside for another reason: {left}; see: status"),
        merged=done.merged,
        desk=named,
        left=done.left_aside,
    )


def _admit_all(province: Province, desk: str) -> Admitted:
    """In as many transactions as pushes would have needed; cut in the middle, the rest waits for the next time."""
    done = Admitted()
    while True:
        work = partial(admit, province=province, desk=desk, after_n=done.after_n)
        some = province.database.write(work, WHOLE_PROVINCE)
        if not some.after_n:
            return done
        done = Admitted(done.merged + some.merged, done.left_aside + some.left_aside, some.after_n)


def _show(desk: str, shown: Waiting, console: Console) -> None:
    say = console.texts.say
    kinds = (
        f"{say(KINDS[kind].label) if kind in KINDS else kind} {number}" for kind, number in sorted(shown.kinds.items())
    )
    console.say(
        N_("Desk {desk}: changes kept aside: {changes}, typed from {first} to {last} by its clock: {kinds}."),
        desk=desk,
        changes=shown.changes,
        first=local_time(to_iso(stamp_instant(shown.first))),
        last=local_time(to_iso(stamp_instant(shown.last))),
        kinds=", ".join(kinds),
    )
    console.say(
        N_(
            "They are taken in as if it had been in service then. Go on only if you know who typed them: ask its "
            "officer. It stays out of service."
        )
    )
