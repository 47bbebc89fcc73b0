"""Where the process was when a fault below Python ended it, for the log of the next start; and nothing else of it."""

from __future__ import annotations

import faulthandler
import logging
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PureWindowsPath

_FRAME = re.compile(r'File "([^"]*)", line (\d+) in (\S+)')
_MOST_BYTES = 64 * 1024
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
log = logging.getLogger(__name__)


class CrashWatch:
    """A file into which the dying process writes where each of its threads was. It is empty of one that ended well."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def begin(self) -> bool:
        """Log where the last process of this folder was that died so, and watch this one; whether it did.

        A file that cannot be written keeps nobody from working: there is no watch then.
        """
        with suppress(OSError):
            self._file = os.open(self._path, _FLAGS, 0o600)
            places = tuple(places_in(os.read(self._file, _MOST_BYTES).decode(errors="replace")))
            self._empty(self._file)
            faulthandler.enable(self._file)
            if places:
                log.error("the program was ended by a fault below Python", extra={"places": places})
            return bool(places)
        return False

    def end(self) -> None:
        """What is met from now on is met in clearing up, and nothing is lost by it."""
        if self._file is None:
            return
        faulthandler.disable()
        with suppress(OSError):
            self._empty(self._file)
        os.close(self._file)
        self._file = None

    @staticmethod
    def _empty(file: int) -> None:
        """On Windows the system also tells of what is caught and gone on from."""
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)


def places_in(told: str) -> Iterator[str]:
    """Each frame, as the log writes those of an exception."""
    for path, line, function in _FRAME.findall(told):
        yield f"{_module(path)}:{line} {function}"


def _module(path: str) -> str:
    """A path begins with the account's name, mostly: only what stands below our own or others' packages is taken."""
    parts = PureWindowsPath(path).with_suffix("").parts
    ours = ("commune_desk", "sync", "site-packages")
    begins = next((place for place in reversed(range(len(parts))) if parts[place] in ours), len(parts) - 1)
    return ".".join(part for part in parts[begins:] if part != "site-packages")
