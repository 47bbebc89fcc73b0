"""Files of the data folder: put in place whole, readable by their owner alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from commune_desk.domain.words.errors import Fault, Refusal
from commune_desk.domain.words.labels import N_
from sync.disk import made_anew, put_in_place, replace_file
from sync.server.reasons import reason_of


def write_private(path: Path, content: bytes, *, instead_of: str = "") -> None:
    """Put a file in place whole, readable by its owner alone. Raises Fault.

    `instead_of`: what files beside it are called (a pattern) of which nothing stays that a killed process left half.
    """
    left = re.compile(rf"\.{instead_of}\.new") if instead_of else None
    try:
        replace_file(path, content, part=path.with_name(f".{path.name}.new"), left=left)
    except OSError as error:
        raise _unwritten(path, error) from None


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """A file to be written piece by piece, for its owner alone; it has its name once it is whole. Raises Fault."""
    part = path.with_name(f".{path.name}.new")
    try:
        with made_anew(part) as file:
            yield file
        put_in_place(part, path)
    except OSError as error:
        raise _unwritten(path, error) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _unwritten(path: Path, error: OSError) -> Fault:
    return Fault(N_("The file {path} cannot be written: {reason}."), path=path, reason=reason_of(error))


def refuse_unwritable(data: Path) -> None:
    """Raise Fault where nothing can be put into the folder: better before anybody relies on it."""
    probe = data / ".writable.new"
    try:
        with made_anew(probe):
            pass
        probe.unlink()
    except OSError as error:
        raise Fault(N_("The folder {path} cannot be written: {reason}."), path=data, reason=reason_of(error)) from None


def make_folder(data: Path) -> None:
    """A new folder for its owner alone. Raises Refusal for one that holds something, Fault when it cannot be."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        taken = any(data.iterdir())
    except OSError as error:
        raise Fault(N_("The folder {path} cannot be made: {reason}."), path=data, reason=reason_of(error)) from None
    if taken:
        raise Refusal(N_("The folder {path} is not empty; nothing was overwritten. Name a new one."), path=data)
