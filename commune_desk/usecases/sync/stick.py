"""Files on a courier's stick: written whole or not at all, found, read within bounds, and taken away."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from commune_desk.usecases.desk.written_whole import clear_left
from sync.bundle import MAX_FILE, NAME, SUFFIX, file_name, fingerprint

_PART = ".part"
_LEFT = re.compile(NAME + re.escape(_PART))
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MOST_FILES = 1000


class StickFull(Fault):
    def __init__(self) -> None:
        super().__init__(
            N_(
                "There is no room for the bundle on the stick; nothing half stays there. Everything is kept here. "
                "Make room on it or take another one, then write again."
            )
        )


class StickGone(Fault):
    def __init__(self) -> None:
        super().__init__(
            N_(
                "The folder or stick does not answer: it was taken out, is protected or damaged. Everything is kept "
                "here. Put it in again or take another one, then try once more."
            )
        )


def put(folder: Path, data: bytes) -> Path:
    """Write a bundle under its fingerprint, on the disk before it has its name. Raises StickFull, StickGone.

    What a killed writer left in that folder goes first: it may take the room that this one needs.
    """
    target = folder / file_name(data)
    part = target.with_name(target.name + _PART)
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            clear_left(folder, _LEFT, os.fstat(file.fileno()).st_mtime)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        _settle(folder)
    except OSError as error:
        with suppress(OSError):  # a stick that is gone refuses this too
            part.unlink(missing_ok=True)
        raise (StickFull() if error.errno in _NO_ROOM else StickGone()) from None
    return target


def _settle(folder: Path) -> None:
    """Have the name itself on the disk, where the system lets a folder be asked for it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # not every file system of a stick can
            os.fsync(handle)
    finally:
        os.close(handle)


def bundles_in(folder: Path) -> list[Path]:
    """The bundles in a folder, not below it. Raises StickGone."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() == SUFFIX and path.is_file())
    except OSError:
        raise StickGone from None
    return found[:MOST_FILES]


def read(path: Path, most: int = MAX_FILE + 1) -> bytes:
    """The file, or its first `most` bytes. Raises StickGone."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError:
        raise StickGone from None


def take_away(folder: Path, fingerprints: Iterable[str]) -> int:
    """Remove the bundles in the folder with these fingerprints, by what is in them; how many. Raises StickGone."""
    wanted = set(fingerprints)
    removed = 0
    for path in bundles_in(folder):
        if _print_of(path) in wanted:
            try:
                path.unlink()
            except OSError:
                raise StickGone from None
            removed += 1
    return removed


def _print_of(path: Path) -> str:
    """The fingerprint of a bundle; none of a file that cannot be read, which is left where it is."""
    try:
        return fingerprint(read(path))
    except StickGone:
        return ""
