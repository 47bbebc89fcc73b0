"""The words of the commands about backups, policy and late conflicts."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from commune_desk.domain.words.labels import N_
from sync.server.commands.texts import Texts

Make = Callable[[str, str], ArgumentParser]
"""Makes the parser of a command from its name and what it is about."""
Whole = Callable[[str], int]


def add_lifecycle(make: Make, texts: Texts, whole: Whole) -> None:
    """Add the commands. `whole` reads a whole number."""
    _backups(make, texts)
    _restoring(make, texts)
    _policy(make, texts, whole)
    _conflicts(make, texts, whole)


def _backups(make: Make, texts: Texts) -> None:
    parser = make("backup", N_("write a verified backup into one encrypted file; works while the server runs"))
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help=texts.say(N_("the file to write")))
    _json(parser, texts)
    about = N_("say that a backup made by other means was verified; desks may then let go of what it holds")
    parser = make("durable", about)
    until = N_('up to when it holds everything, Viet Nam time: "2026-11-23 23:40"')
    parser.add_argument("--until", required=True, help=texts.say(until))


def _restoring(make: Make, texts: Texts) -> None:
    make("restored", N_("say that a copy of the database was put back: desks then send again what it lacks"))
    parser = make("restore", N_("put a backup in the place of the province; what is there is kept aside"))
    source = N_("the file that the command backup wrote, or the folder where a restore put aside what was there")
    parser.add_argument("--from", type=Path, required=True, metavar="FILE", dest="source", help=texts.say(source))
    older = N_("also a backup before the latest, when the latest is lost")
    parser.add_argument("--older", action="store_true", help=texts.say(older))


def _policy(make: Make, texts: Texts, whole: Whole) -> None:
    parser = make("policy", N_("show or change what the province decides for all its desks"))
    lease = N_("days without contact after which a desk closes what is sealed (30 by default)")
    parser.add_argument("--lease-days", type=whole, help=texts.say(lease))
    late = N_("days after which a conflict that nobody decided is the province's (14 by default)")
    parser.add_argument("--conflict-days", type=whole, help=texts.say(late))
    stubs = N_("whether a line about a child that moved stays at its former commune")
    parser.add_argument("--stubs", choices=("keep", "drop"), help=texts.say(stubs))
    _json(parser, texts)


def _conflicts(make: Make, texts: Texts, whole: Whole) -> None:
    parser = make("conflicts", N_("list conflicts that nobody decided in time, without names and values"))
    older = N_("days that a conflict has waited; those of the policy by default")
    parser.add_argument("--older-than", type=whole, metavar="DAYS", help=texts.say(older))
    _json(parser, texts)


def _json(parser: ArgumentParser, texts: Texts) -> None:
    parser.add_argument("--json", action="store_true", help=texts.say(N_("print JSON")))
