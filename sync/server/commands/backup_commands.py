"""Commands about backups: making one, saying that one was verified elsewhere, putting one back."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing, suppress
from datetime import datetime

from commune_desk.domain.time.clock import VIETNAM, SystemClock, to_iso
from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_
from sync.server.commands.console import Console
from sync.server.commands.opening import opened
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import followed_by, open_province
from sync.server.lifecycle.backups import back_up, raise_durable, received_until
from sync.server.lifecycle.restoring import begin
from sync.server.lifecycle.restoring import restore as put_back

_MINUTE = "%Y-%m-%d %H:%M"
_FIRST_YEAR = 1970
"""No computer's clock stood before it."""
NEXT_STEPS = (
    N_("Start the server: commune-desk-server serve. Desks send by themselves what this copy lacks."),
    N_("Hand down again the reports by 111 and 1800.1769 that came in since the copy was made: report-in."),
    N_(
        "Desks enrolled since then need a new code: enrol-code. Revoke again what was revoked since then: desk revoke, "
        "with --remove where the register was to be removed."
    ),
    N_("Once status shows that every desk was heard of since, make a new backup."),
)


def backup(args: Namespace, console: Console) -> None:
    with closing(opened(args)) as province:
        made = back_up(province, args.to)
    if args.json:
        console.json(made)
        return
    console.say(
        N_("The backup {path} was read back and holds all of its moment. Changes: {changes}; desks: {desks}."),
        path=args.to,
        changes=made.changes,
        desks=len(made.desks) - 1,
    )
    console.say(N_("It opens only with the key-file. Keep it on another machine, and never beside the key-file."))


def durable(args: Namespace, console: Console) -> None:
    instant = _instant(args.until)
    with closing(opened(args)) as province:
        if instant > province.now():
            raise Invalid(N_("This instant has not come yet. Nothing was changed."))
        numbers = province.database.read(
            lambda connection: received_until(connection, instant, now=province.now()), WHOLE_PROVINCE
        )
        province.database.write(lambda connection: raise_durable(connection, province, numbers), WHOLE_PROVINCE)
    console.say(N_("Desks will hear that a verified backup holds what was received until {until}."), until=args.until)


def restored(args: Namespace, console: Console) -> None:
    with closing(open_province(args.data, args.key_file)) as province:
        former = followed_by(province.database)
        begin(province)
    if former:
        console.say(
            N_(
                "This province had been moved to {place} and is in use here again. Never serve that folder any more, "
                "or there are two of one name."
            ),
            place=former,
        )
    console.say(N_("A new epoch has begun. What is next:"))
    _say_next(console)


def restore(args: Namespace, console: Console) -> None:
    aside = put_back(args.data, args.key_file, args.source, clock=SystemClock(), older=args.older)
    if aside.is_dir():
        console.say(
            N_(
                "The backup stands in its place and a new epoch has begun. What was there lies in {path}. What is next:"
            ),
            path=aside,
        )
    else:
        console.say(N_("The backup stands in the folder and a new epoch has begun. What is next:"))
    _say_next(console)


def _instant(word: str) -> str:
    with suppress(ValueError):
        instant = datetime.strptime(word, _MINUTE).replace(tzinfo=VIETNAM)
        if instant.year >= _FIRST_YEAR:
            return to_iso(instant)
    raise Invalid(N_('Write the instant as "2026-11-23 23:40", Viet Nam time. Nothing was changed.'))


def _say_next(console: Console) -> None:
    for number, step in enumerate(NEXT_STEPS, start=1):
        console.line(f"{number}. {console.texts.say(step)}")


COMMANDS = {"backup": backup, "durable": durable, "restored": restored, "restore": restore}
