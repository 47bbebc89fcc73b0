"""Files of the data folder: put in place whole, readable by their owner alone."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from pathlib import Path

from commune_desk.domain.words.errors import Fault, Refusal
from commune_desk.domain.words.labels import N_
from sync.server.reasons import reason_of

_OLD = 60 * 60
"""Seconds after which nobody writes a file any more that has not been written to since."""


def write_private(path: Path, content: bytes, *, instead_of: str = "") -> None:
    """Put a file in place whole, readable by its owner alone. Raises Fault.

    `instead_of`: what files beside it are called (a pattern) of which nothing stays that a killed process left half.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            if instead_of:
                clear_left(path.parent, re.compile(rf"\.{instead_of}\.new"), os.fstat(file.fileno()).st_mtime - _OLD)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise Fault(N_("The file {path} cannot be written: {reason}."), path=path, reason=reason_of(error)) from None


def clear_left(folder: Path, names: re.Pattern[str], before: float) -> None:
    """Take away files of these names that were last written to before then; what cannot be taken away stays."""
    with suppress(OSError):
        for path in folder.iterdir():
            if names.fullmatch(path.name):
                with suppress(OSError):
                    found = path.lstat()
                    if stat.S_ISREG(found.st_mode) and found.st_mtime < before:
                        path.unlink()


def make_folder(data: Path) -> None:
    """A new folder for its owner alone. Raises Refusal for one that holds something, Fault when it cannot be."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        taken = any(data.iterdir())
    except OSError as error:
        raise Fault(N_("The folder {path} cannot be made: {reason}."), path=data, reason=reason_of(error)) from None
    if taken:
        raise Refusal(N_("The folder {path} is not empty; nothing was overwritten. Name a new one."), path=data)
