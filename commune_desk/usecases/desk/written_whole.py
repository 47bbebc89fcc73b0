"""Writing a file that an officer asked for: it appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
from pathlib import Path

from commune_desk.domain.words.errors import Fault

_PREFIX, _PART = ".commune-desk-", ".part"
_OWN = re.compile(re.escape(_PREFIX) + "[a-z0-9_]{8}" + re.escape(_PART))
_OLD = 60 * 60
"""Seconds after which nobody writes a file any more that has not been written to since."""


def write_whole(path: Path, data: bytes, sentence: str) -> None:
    """Write beside `path` and put it in place at once; a failure leaves what was there.

    What a killed process left of another goes: it is clear text. Raises Fault with `sentence`, a message id that may
    hold `{name}`.
    """
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=_PREFIX, suffix=_PART)
        with os.fdopen(handle, "wb") as file:
            clear_left(path.parent, _OWN, os.fstat(file.fileno()).st_mtime)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise Fault(sentence, name=path.name) from error


def clear_left(folder: Path, names: re.Pattern[str], now: float) -> None:
    """Take away old files of these names in `folder`, not below it: whoever wrote them was killed.

    `now` in seconds, as the folder's files have theirs. What cannot be looked at or taken away stays.
    """
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if names.fullmatch(path.name):
                with contextlib.suppress(OSError):
                    _take_away(path, now - _OLD)


def _take_away(path: Path, before: float) -> None:
    found = path.lstat()
    if stat.S_ISREG(found.st_mode) and found.st_mtime < before:
        path.unlink()
