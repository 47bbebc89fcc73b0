"""Files on a courier's stick: written whole or not at all, found, read within bounds, and taken away."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from sync.bundle import MAX_FILE, NAME, SUFFIX, file_name, fingerprint, named
from sync.disk import replace_file

_PART = ".part"
_LEFT = re.compile(NAME + re.escape(_PART))
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MOST_SEEN = 100_000
"""Bundles of a folder that are looked at, by their beginnings: whoever had the stick may have filled it with others."""
MOST_READ = 1000
"""Bundles that are read whole at a time."""


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
    try:
        replace_file(target, data, part=target.with_name(target.name + _PART), left=_LEFT)
    except OSError as error:
        raise (StickFull() if error.errno in _NO_ROOM else StickGone()) from None
    return target


def bundles_in(folder: Path) -> tuple[list[Path], bool]:
    """The bundles in a folder, not below it, and whether it has more than are looked at. Raises StickGone."""
    try:
        with os.scandir(folder) as entries:
            named = (folder / entry.name for entry in entries if entry.name.lower().endswith(SUFFIX))
            found = list(islice((path for path in named if path.is_file()), MOST_SEEN + 1))
    except OSError:
        raise StickGone from None
    return sorted(found[:MOST_SEEN]), len(found) > MOST_SEEN


def read(path: Path, most: int = MAX_FILE + 1) -> bytes:
    """The file, or its first `most` bytes. Raises StickGone."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError:
        raise StickGone from None


def take_away(folder: Path, fingerprints: Iterable[str], may_be_own: Callable[[Path], bool]) -> int:
    """Remove the bundles in the folder with these fingerprints, by what is in them; how many. Raises StickGone.

    Those that have their names or may be this PC's own come first: not all that lie there are read.
    """
    wanted = set(fingerprints)
    names = {named(one) for one in wanted}
    found, _is_cut = bundles_in(folder)
    removed = 0
    for path in sorted(found, key=lambda each: each.name not in names and not may_be_own(each))[:MOST_READ]:
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
