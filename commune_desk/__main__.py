"""The command `commune-desk`: reads its arguments and starts the desktop program."""

from __future__ import annotations

import argparse
import gc
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from commune_desk import __version__
from commune_desk.i18n import _, argparse_speaks, language, set_language

READ_LIST = "--read-list"
"""The same word as `usecases.sheets.read_list.WORKER_OPTION`, which would cost start-up time to import here."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == [READ_LIST]:
        from commune_desk.usecases.sheets import list_worker

        return list_worker.main()
    _print_every_letter()
    if "en" in arguments or "--lang=en" in arguments:  # known before the words are read: help speaks it too
        set_language("en")
    with argparse_speaks(language()):
        given = _parser().parse_args(arguments)
    if given.lang is not None:
        set_language(given.lang)
    try:
        prepare()
        from commune_desk.app import run
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "PySide6":
            raise
        print(
            _("This is a server's installation, without windows. For a desk: pip install 'commune-desk[desk]'"),
            file=sys.stderr,
        )
        return 2
    return run(profile=given.profile, announce=given.announce, keeps_language=given.lang is None)


SWITCH_SECONDS = 0.001
"""How long a thread that reckons keeps the others from going on. The window gives way at every step in Qt, and a save
at every statement: beside a sync each of those would wait for the usual five milliseconds."""


def prepare() -> None:
    """What comes before the program's modules are loaded, for the sake of time and memory."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.disable()  # nothing made on the way to the first window is garbage; the window looks for it from then on
    from commune_desk.ui.plain_import import use_plain_import

    use_plain_import()


def _print_every_letter() -> None:
    """What goes into a file or a pipe is UTF-8: the code page of a Windows PC lacks most Vietnamese letters."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            stream.reconfigure(encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="commune-desk", description=_("The register of a commune or a Sunshine House.")
    )
    parser.add_argument("--version", action="version", version=__version__, help=_("show the version and end"))
    parser.add_argument("--profile", type=Path, help=_("folder of the register (default: the account's own)"))
    parser.add_argument("--lang", choices=("vi", "en"), help=_("language of the screen"))
    parser.add_argument("--announce", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
