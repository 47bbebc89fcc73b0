"""What a disk keeps through a cut of the current: files put in place whole, and what killed processes left of them."""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_OLD = 60 * 60
"""Seconds after which nobody writes a file any more that has not been written to since."""
_CANNOT = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)
"""What a file system says of a folder, as on many a stick, that it cannot settle by itself."""


def replace_file(
    target: Path, content: bytes, *, part: Path | None = None, left: re.Pattern[str] | None = None
) -> None:
    """Put `content` under the name of `target` whole, for this account alone, wherever the current goes.

    It is written as `part` beside it (else the name with `.new`), which nobody else may be writing just then. Files in
    that folder whose names match `left` are what killed processes left of others: they go first. Raises OSError; then
    what was there before is there (or the new one whole, where the disk refused its name alone), and nothing half.
    """
    part = part or target.with_name(target.name + ".new")
    try:
        with made_anew(part) as file:
            if left is not None:
                clear_left(target.parent, left, os.fstat(file.fileno()).st_mtime)
            file.write(content)
        put_in_place(part, target)
    except OSError:
        with suppress(OSError):  # a stick that is gone refuses this too
            part.unlink(missing_ok=True)
        raise


def made_anew(path: Path) -> BinaryIO:
    """A new file for this account alone; a link of that name, where others may write, would have another overwritten.

    Raises OSError.
    """
    path.unlink(missing_ok=True)
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))


def put_in_place(part: Path, target: Path) -> None:
    """Have the disk keep what is in `part`, then call it `target`: a file of that name is whole. Raises OSError."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)
    settle_names(target.parent)


def settle_names(folder: Path) -> None:
    """Have the disk keep what files are called in `folder`; Windows does so by itself. Raises OSError."""
    if os.name == "nt":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
    finally:
        os.close(opened)


def clear_left(folder: Path, names: re.Pattern[str], now: float, *, age: float = _OLD) -> None:
    """Take away files of these names in `folder`, not below it, older than `age`: whoever wrote them was killed.

    `now` and `age` in seconds, as the folder's files have theirs. What cannot be looked at or taken away stays.
    """
    with suppress(OSError):
        for path in folder.iterdir():
            if names.fullmatch(path.name):
                with suppress(OSError):
                    _take_away(path, now - age)


def _take_away(path: Path, before: float) -> None:
    found = path.lstat()
    if stat.S_ISREG(found.st_mode) and found.st_mtime < before:
        path.unlink()
