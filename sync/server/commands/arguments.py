"""The command line of the province: every command with its options, explained in two languages."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from commune_desk.domain.model.access import Role
from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_
from sync.server.commands.lifecycle_arguments import add_lifecycle
from sync.server.commands.texts import LANGUAGES, Texts
from sync.server.engine.roles import OWNER

if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]

DEFAULT_PORT = 8443
DEFAULT_HOURS = 72
_WORDS_OF_ARGPARSE = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("the following arguments are required: %s"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("unrecognized arguments: %s"),
    N_("expected one argument"),
    N_("expected at least one argument"),
    N_("ignored explicit argument %r"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
)
"""Marked here so that the catalogue holds them; see `texts.speak`."""
_PATHS_FOR_A_DATABASE = {("backup", "to"), ("migrate-store", "new_data")}
"""It writes the one file itself, and remembers from which folder the province is served."""
_LOOSE = re.compile("[\ud800-\udfff]")
"""As which Python hands over bytes of a command line that it could not read."""


def build(texts: Texts) -> argparse.ArgumentParser:
    """The parser, its help in the language of `texts`."""
    about = N_("The province's side of Commune Desk: it receives the desks' changes, orders them and hands them on.")
    after = N_("Begin with init, then serve, then enrol-code for each PC. The manual is docs/province.md.")
    parser = argparse.ArgumentParser(
        prog="commune-desk-server", description=texts.say(about), epilog=texts.say(after), allow_abbrev=False
    )
    parser.add_argument("--lang", choices=LANGUAGES, help=texts.say(N_("language of what is printed: vi or en")))
    commands = parser.add_subparsers(dest="command", required=True, metavar=texts.say(N_("COMMAND")))
    for add in (
        _init,
        _serve,
        _renew,
        _enrol_code,
        _desk,
        _report_in,
        _recover,
        _status,
        _bundle,
        _upgrade,
        _migrate_store,
        _root,
        _export_log,
        _erase,
    ):
        add(commands, texts)
    add_lifecycle(lambda name, about: _command(commands, name, texts, about), texts, _whole(texts))
    return parser


def refuse_loose_bytes(args: argparse.Namespace) -> None:
    """Raise Invalid for a word in another encoding than the terminal's: no database and no desk can read it.

    A path may hold such bytes, but for those that go to a database.
    """
    for option, value in vars(args).items():
        for word in value if isinstance(value, list) else [value]:
            is_read = isinstance(word, str) or (args.command, option) in _PATHS_FOR_A_DATABASE
            if is_read and _LOOSE.search(str(word)):
                raise Invalid(
                    N_("{word} holds bytes that are no letters in this terminal. Nothing was changed; type it anew."),
                    word=word,
                )


def _init(commands: _Commands, texts: Texts) -> None:
    parser = _command(commands, "init", texts, N_("make a province: folder, key-file, certificates, database"))
    parser.add_argument("--name", required=True, help=texts.say(N_("the province's name as desks show it")))
    parser.add_argument(
        "--host", nargs="+", required=True, help=texts.say(N_("host names and IP addresses that desks will use"))
    )
    about = N_("keep the data on a PostgreSQL server, e.g. postgresql://host/name; embedded when left out")
    parser.add_argument("--database", metavar="URL", help=texts.say(about))
    _owner(parser, texts)


def _serve(commands: _Commands, texts: Texts) -> None:
    parser = _command(commands, "serve", texts, N_("listen for desks until stopped (Ctrl+C or SIGTERM)"))
    parser.add_argument("--host", default="0.0.0.0", help=texts.say(N_("address to listen on (all by default)")))  # noqa: S104
    port_help = N_("port to listen on; 0 takes a free one and prints it")
    parser.add_argument("--port", type=_whole(texts), default=DEFAULT_PORT, help=texts.say(port_help))


def _renew(commands: _Commands, texts: Texts) -> None:
    parser = _command(commands, "renew", texts, N_("make the server's certificate anew; desks notice nothing"))
    parser.add_argument(
        "--host",
        nargs="+",
        help=texts.say(N_("host names and IP addresses; those of the present certificate when left out")),
    )


def _enrol_code(commands: _Commands, texts: Texts) -> None:
    about = N_("make a one-time code that turns a PC into a desk; works while the server runs")
    parser = _command(commands, "enrol-code", texts, about)
    parser.add_argument(
        "--scope",
        action="append",
        required=True,
        metavar="C:06838",
        help=texts.say(N_("the commune (C:06838) or shelter (S:AD01) that the desk works in")),
    )
    parser.add_argument(
        "--role",
        choices=[role.value for role in Role if role is not Role.PROVINCE],
        help=texts.say(N_("the desk's role; by default an officer's in a commune, staff's in a shelter")),
    )
    parser.add_argument("--label", default="", help=texts.say(N_("what the PC is called, e.g. by its room")))
    parser.add_argument("--name", default="", help=texts.say(N_("the place's name as desks show it")))
    hours = N_("hours until the code runs out (72 by default)")
    parser.add_argument("--hours", type=_whole(texts), default=DEFAULT_HOURS, help=texts.say(hours))
    parser.add_argument("--json", action="store_true", help=texts.say(N_("print JSON")))


def _desk(commands: _Commands, texts: Texts) -> None:
    parser = commands.add_parser("desk", help=texts.say(N_("list desks, or take one out of service")))
    actions = parser.add_subparsers(dest="action", required=True, metavar=texts.say(N_("COMMAND")))
    listing = _command(actions, "list", texts, N_("list the desks and when each was last heard of"))
    listing.add_argument("--json", action="store_true", help=texts.say(N_("print JSON")))
    revoking = _command(actions, "revoke", texts, N_("take a lost or retired PC out of service"))
    revoking.add_argument("desk", metavar="ID", help=texts.say(N_("the desk's id, six characters")))
    removing = N_("for a lost or stolen PC: it also destroys what it holds, once all of it is sent")
    revoking.add_argument("--remove", action="store_true", help=texts.say(removing))
    revoking.add_argument("--yes", action="store_true", help=texts.say(N_("do not ask for the id once more")))
    admitting = _command(actions, "admit", texts, N_("take in what a PC sent after it was taken out of service"))
    admitting.add_argument("desk", metavar="ID", help=texts.say(N_("the desk's id, six characters")))
    admitting.add_argument("--yes", action="store_true", help=texts.say(N_("do not ask for the id once more")))


def _report_in(commands: _Commands, texts: Texts) -> None:
    about = N_("hand a report received by 111 or 1800.1769 down to its commune")
    parser = _command(commands, "report-in", texts, about)
    hint = N_("A command line is seen by whoever else works on this machine: what of it is left out is asked for.")
    parser.epilog = texts.say(hint)
    parser.add_argument("--commune", metavar="06838", help=texts.say(N_("the commune's code")))
    parser.add_argument("--source", default="111", help=texts.say(N_("who reported: 111 or 1800.1769")))
    parser.add_argument("--received", help=texts.say(N_('when it was received, Viet Nam time: "2026-11-23 23:40"')))
    parser.add_argument("--place", help=texts.say(N_("where it happens")))
    parser.add_argument("--description", help=texts.say(N_("what was told; it is sealed for the commune")))
    parser.add_argument("--child-name", help=texts.say(N_("the child's name, if known")))
    parser.add_argument("--reporter-name", help=texts.say(N_("who told it, if known")))
    parser.add_argument("--reporter-contact", help=texts.say(N_("how to reach who told it, if known")))
    parser.add_argument("--age", type=_whole(texts), help=texts.say(N_("the child's age, if known")))
    parser.add_argument("--sex", choices=("male", "female"), help=texts.say(N_("the child's sex, if known")))
    parser.add_argument(
        "--from-file",
        type=Path,
        metavar="JSON",
        help=texts.say(N_("read one report or a list of them from a file, or from standard input with -")),
    )
    parser.add_argument("--json", action="store_true", help=texts.say(N_("print JSON")))


def _recover(commands: _Commands, texts: Texts) -> None:
    about = N_("answer an officer who forgot a passphrase and reads out a recovery request")
    parser = _command(commands, "recover", texts, about)
    parser.add_argument("request", nargs="+", help=texts.say(N_("the request as read out; spaces and dashes are fine")))
    since = N_("answer a PC that is not known here: it was enrolled after the backup that was put back")
    parser.add_argument("--since-backup", action="store_true", help=texts.say(since))
    parser.add_argument("--yes", action="store_true", help=texts.say(N_("do not ask whether the caller is known")))
    parser.add_argument("--json", action="store_true", help=texts.say(N_("print JSON")))


def _status(commands: _Commands, texts: Texts) -> None:
    parser = _command(commands, "status", texts, N_("show what stands where, in numbers"))
    parser.add_argument("--json", action="store_true", help=texts.say(N_("print JSON")))


def _bundle(commands: _Commands, texts: Texts) -> None:
    about = N_("take in what couriers bring on USB sticks, and write what they take back")
    parser = commands.add_parser("bundle", help=texts.say(about))
    actions = parser.add_subparsers(dest="action", required=True, metavar=texts.say(N_("COMMAND")))
    about = N_("take in bundles, in any order and any number of times; works while the server runs")
    taking = _command(actions, "in", texts, about)
    taking.add_argument(
        "file", nargs="+", type=Path, metavar="FILE", help=texts.say(N_("bundles (.cdsync), or the folder they lie in"))
    )
    reply = N_("the folder to write the replies into, usually the same stick")
    taking.add_argument("--reply", type=Path, metavar="DIR", help=texts.say(reply))
    taking.add_argument("--json", action="store_true", help=texts.say(N_("print JSON")))
    about = N_("write a desk's bundle without one of its own: what is new since it last asked")
    giving = _command(actions, "out", texts, about)
    giving.add_argument("--desk", required=True, metavar="ID", help=texts.say(N_("the desk's id, six characters")))
    giving.add_argument(
        "--to", type=Path, required=True, metavar="DIR", help=texts.say(N_("the folder to write the bundles into"))
    )
    giving.add_argument("--json", action="store_true", help=texts.say(N_("print JSON")))


def _upgrade(commands: _Commands, texts: Texts) -> None:
    _command(commands, "upgrade", texts, N_("bring a PostgreSQL database to this program's version"))


def _migrate_store(commands: _Commands, texts: Texts) -> None:
    about = N_("move the province to another database and a new data folder; the old one is kept, and used by nothing")
    parser = _command(commands, "migrate-store", texts, about)
    to_help = N_("the empty PostgreSQL database, e.g. postgresql://host/name; embedded when left out")
    parser.add_argument("--to", metavar="URL", help=texts.say(to_help))
    _owner(parser, texts)
    parser.add_argument(
        "--new-data", type=Path, required=True, metavar="DIR", help=texts.say(N_("the new data folder to make"))
    )


def _owner(parser: argparse.ArgumentParser, texts: Texts) -> None:
    owner_help = N_("the role that owns the tables; the one that serves is named in the address")
    parser.add_argument("--owner", default=OWNER, metavar="ROLE", help=texts.say(owner_help))


def _root(commands: _Commands, texts: Texts) -> None:
    about = N_("print the day's signed root over everything; make it if there is none yet")
    parser = _command(commands, "root", texts, about)
    parser.add_argument("--day", metavar="2026-11-26", help=texts.say(N_("an earlier day's root")))
    parser.add_argument("--to", type=Path, metavar="FILE", help=texts.say(N_("write a copy for the archive")))
    parser.add_argument("--json", action="store_true", help=texts.say(N_("print JSON")))


def _export_log(commands: _Commands, texts: Texts) -> None:
    about = N_("write the whole signed log into a file that others can check without any key")
    parser = _command(commands, "export-log", texts, about)
    parser.add_argument(
        "--to", type=Path, required=True, metavar="FILE", help=texts.say(N_("the file; it must not exist yet"))
    )
    parser.add_argument("--json", action="store_true", help=texts.say(N_("print JSON")))


def _erase(commands: _Commands, texts: Texts) -> None:
    about = N_("erase a record by law, with all that speaks of it, here and at every desk; works while the server runs")
    parser = _command(commands, "erase", texts, about)
    parser.add_argument(
        "record", metavar="RECORD", help=texts.say(N_("the record's id, or the case number of a child's file"))
    )
    parser.add_argument("--who", required=True, help=texts.say(N_("who ordered it: office and function")))
    why = N_("the decision and its ground, e.g. its number and day; never a name of whom it is about")
    parser.add_argument("--why", required=True, help=texts.say(why))
    parser.add_argument("--yes", action="store_true", help=texts.say(N_("do not ask for the id once more")))
    parser.add_argument("--json", action="store_true", help=texts.say(N_("print JSON")))
    about = N_("list what was erased by law, and which desks have signed that they erased it")
    parser = _command(commands, "erasures", texts, about)
    parser.add_argument("--json", action="store_true", help=texts.say(N_("print JSON")))


def _whole(texts: Texts) -> Callable[[str], int]:
    """Reads a whole number; what is none is told in the language of `texts`."""

    def read(word: str) -> int:
        try:
            return int(word)
        except ValueError:
            raise argparse.ArgumentTypeError(texts.say(N_("{word} is not a whole number"), word=word)) from None

    return read


def _command(commands: _Commands, name: str, texts: Texts, about: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=texts.say(about), description=texts.say(about), allow_abbrev=False)
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help=texts.say(N_("the province's data folder"))
    )
    key_help = N_("the key-file that init made; never inside the data folder")
    parser.add_argument("--key-file", type=Path, required=True, metavar="FILE", help=texts.say(key_help))
    parser.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser
