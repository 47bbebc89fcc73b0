"""`commune-desk-server`: exit code 0 when done, 2 and a sentence when refused; only a bug shows where it was met."""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence

from commune_desk.domain.words.errors import DeskError
from commune_desk.domain.words.labels import N_
from sync import seal
from sync.server.commands.arguments import build, refuse_loose_bytes
from sync.server.commands.console import Console
from sync.server.commands.texts import LANGUAGES, Texts, language_of, speak
from sync.server.reasons import reason_of

REFUSED, _CUT_SHORT = 2, 130
NOBODY_ANSWERED = N_("Nobody answered the question. Nothing was changed; run the command where somebody can answer.")
_DENIED = N_("The file {path} cannot be read: {reason}.")
SERVER_PARTS = ("alembic", "litestar", "psycopg", "sqlalchemy", "uvicorn")
NO_SERVER = N_("This is a desk's installation, without a server. For one: pip install 'commune-desk[server]'")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command."""
    if argv is None:  # the process is this command's alone
        _name_nobody_in_bugs()
    _take_every_letter()
    words = list(sys.argv[1:] if argv is None else argv)
    texts = Texts(_language(words))
    speak(texts.language)
    args = build(texts).parse_args(words)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        from sync.server.commands.commands import COMMANDS  # a desk's installation has no part of a server's
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in SERVER_PARTS:
            raise
        print(texts.say(NO_SERVER), file=sys.stderr)
        return REFUSED

    seal.digest_quickly()
    try:
        refuse_loose_bytes(args)
        COMMANDS[args.command](args, Console(texts, _print, input, is_at_terminal=_is_at_terminal()))
    except (DeskError, EOFError, PermissionError) as error:
        print(_sentence(texts, error), file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        _let_go_of_output()
        return _CUT_SHORT
    except KeyboardInterrupt:
        return _CUT_SHORT
    return 0


def _sentence(texts: Texts, error: DeskError | EOFError | PermissionError) -> str:
    if isinstance(error, EOFError):
        return texts.say(NOBODY_ANSWERED)
    if isinstance(error, PermissionError):  # of another account's folder one may not even ask what lies there
        return texts.say(_DENIED, path=error.filename or "-", reason=reason_of(error))
    return texts.error(error)


def _name_nobody_in_bugs() -> None:
    """Python's own way prints what an exception says, and a database's names the child whose row it was about."""
    sys.excepthook = lambda kind, error, trace: print("\n".join(_places(error)), file=sys.stderr)
    threading.excepthook = lambda bug: sys.excepthook(bug.exc_type, bug.exc_value or bug.exc_type(), bug.exc_traceback)


def _places(error: BaseException) -> Iterator[str]:
    """Types and places of an exception and its causes, innermost cause last; never a message or a value."""
    seen: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in seen:
        seen.append(following)
        yield f"{type(following).__module__}.{type(following).__qualname__}"
        for frame, line in traceback.walk_tb(following.__traceback__):
            yield f"  {frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}"
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def _let_go_of_output() -> None:
    """Who read it has gone: what is still to be written at the end goes nowhere, without a word."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_at_terminal() -> bool:
    """Whether somebody is there who sees a question and can answer; a service of Windows has neither stream."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _take_every_letter() -> None:
    """What goes into a file or a pipe is UTF-8: the code page of a Windows PC lacks most Vietnamese letters.

    A terminal that lacks them shows `?`, and what is typed there that is no letter becomes U+FFFD: a command that has
    done its work says so, and what else was typed is not lost.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def _language(words: Sequence[str]) -> str:
    """The language is needed before the words are parsed: help speaks it too."""
    for word, following in zip(words, [*words, ""][1:], strict=True):
        chosen = following if word == "--lang" else word.removeprefix("--lang=")
        if word.startswith("--lang") and chosen in LANGUAGES:
            return chosen
    return language_of(dict(os.environ))


def _print(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
