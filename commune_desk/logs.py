"""The program's log: what happened and where, never to whom.

Write `log.info("pushed changes", extra={"desk": desk_id, "count": 12})`. The text is a constant; of
`extra` only the keys below reach the file, and only with values of their shape. Arguments of the
text, other keys, messages of exceptions and whatever libraries say are left out: any of them may
hold a name.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from commune_desk.domain.model.ids import is_id, is_scope
from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import is_message
from commune_desk.paths import LOG_FILE

LOG_BYTES = 1_000_000
LOG_FILES = 5
OWN_LOGGERS = ("commune_desk", "sync")

_DEEPEST_CAUSE = 10
_PLACE = re.compile(r"[\w.<>-]{1,200}:\d{1,9} [\w.<>]{1,200}", re.ASCII)
"""A module, a line in it and a function, as `places` of `extra` have them."""


def _is_id(value: object) -> bool:
    return isinstance(value, str) and is_id(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _is_scope(value: object) -> bool:
    return isinstance(value, str) and is_scope(value)


def _is_kind(value: object) -> bool:
    from commune_desk.domain.records.kinds import (
        KINDS,  # with the first record that is logged: the unlock page needs none
    )

    return isinstance(value, str) and value in KINDS


ALLOWED: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("record", "change", "officer", "desk", "import_id", "conflict", "draft"), _is_id),
    **dict.fromkeys(("count", "bytes", "seconds", "status", "seq", "cursor", "attempt", "version"), _is_number),
    "scope": _is_scope,
    "kind": _is_kind,
}
"""The keys of `extra` that may be written, each with the shape its value must have."""


def start_log(profile: Path, level: int = logging.INFO) -> Path:
    """Send all logging and warnings to a rotating file in `profile`; the path of that file. Raises OSError."""
    path = profile / LOG_FILE
    handler = _QuietFile(path, encoding="utf-8")
    handler.setFormatter(ScrubbingFormatter())
    root = logging.getLogger()
    root.setLevel(level)
    root.addHandler(handler)
    logging.captureWarnings(True)
    return path


def stop_log() -> None:
    """Close the file of `start_log`."""
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, _QuietFile)]:
        root.removeHandler(handler)
        handler.close()
    logging.captureWarnings(False)


class _QuietFile(logging.FileHandler):
    """The log's file, put aside when it is full. What it cannot write, as on a full disk, it leaves out.

    Not Python's own rotating one: it stands beside handlers for every kind of network, and the first window would wait
    until all that is loaded.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, and room for it in the file. What goes wrong here ends as what goes wrong in writing."""
        line = super().format(record)
        stream = self.stream
        if stream is not None and stream.tell() + len(line.encode()) >= LOG_BYTES:
            stream.close()
            self.stream = None
            _put_aside(Path(self.baseFilename))
            self.stream = self._open()
            if self.stream.tell() > 2 * LOG_BYTES:
                raise OSError("the log cannot be put aside and is full")
        return line

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Not the standard way, which prints the record with its arguments to the console."""


def _put_aside(path: Path) -> None:
    """Number the log and the older ones on; the oldest goes.

    One that another process holds open is written on, up to twice its size: then no older one is moved either.
    """
    older = [path.with_name(f"{path.name}.{number}") for number in range(LOG_FILES)]
    with suppress(OSError):
        path.replace(older[0])
        for newer, aside in reversed(list(pairwise(older))):
            if newer.exists():
                newer.replace(aside)


class ScrubbingFormatter(logging.Formatter):
    """One line per record, with only what cannot name a person."""

    def format(self, record: logging.LogRecord) -> str:
        instant = to_iso(datetime.fromtimestamp(record.created, UTC))
        words = [instant, record.levelname, f"{record.name}:{record.lineno}", *_constant_text(record), *_facts(record)]
        lines = [" ".join(words)]
        lines += [f"    {place}" for place in getattr(record, "places", ()) if _PLACE.fullmatch(place)]
        if record.exc_info and record.exc_info[1] is not None:
            lines += [f"    {line}" for line in scrubbed_trace(record.exc_info[1])]
        return "\n".join(lines)


def _constant_text(record: logging.LogRecord) -> Iterator[str]:
    """The text of our own records before its arguments are filled in; nothing of a library's."""
    own = record.name.partition(".")[0] in OWN_LOGGERS
    if own and isinstance(record.msg, str) and record.msg.isascii() and record.msg.isprintable():
        yield record.msg


def _facts(record: logging.LogRecord) -> Iterator[str]:
    for key, fits in ALLOWED.items():
        value = record.__dict__.get(key)
        if value is not None and fits(value):
            yield f"{key}={value}"


def scrubbed_trace(error: BaseException) -> Iterator[str]:
    """Types and places of an exception and its causes, innermost cause last; never a message or a value."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting and len(seen) < _DEEPEST_CAUSE:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield _head(current)
        for frame, line in traceback.walk_tb(current.__traceback__):
            yield f"  {frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}"
        waiting += _causes(current)


def _head(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    known = isinstance(error, DeskError) and is_message(error.text)
    return f"{name}: {error}" if known else name


def _causes(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        yield from error.exceptions
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield cause


def scrub_report(error: BaseException, version: str = "") -> str:
    """The text a person may save and send on after a fault: program, system, and the scrubbed trace."""
    import platform  # for a fault alone

    head = (
        f"Commune Desk {version}".rstrip(),
        to_iso(datetime.now(UTC)),
        f"Python {platform.python_version()} {sys.platform} {platform.release()}",
    )
    return "\n".join((*head, "", *scrubbed_trace(error), ""))
