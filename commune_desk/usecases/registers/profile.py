"""Where the files of one register lie, and who asks for a new one. Light: the window shows before a vault is loaded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from sync.disk import settle_names

KEYFILE = "keyfile.json"
REGISTER = "register.db"
LOG = REGISTER + "-wal"
"""What the engine has not folded into the register yet."""
_BESIDE = ("-wal", "-shm", "-journal", "")
LOCK_FILE = "desk.lock"
DOORBELL = "doorbell.json"
SEALED = "doorbell.sealed"
"""What waited for the province at lock, and only the province can read."""
RECEIPTS = "doorbell.receipts"
"""What the province signed for while the register was locked."""
_LEFT_AT_LOCK = (SEALED, RECEIPTS, DOORBELL)
"""Of one register: what it could not send may be nowhere else, and another one would overwrite it."""
WINDOW_STATE = "window.sealed"
LANGUAGE = "language"
DAMAGED = "damaged"
"""Stands there once part of the register could not be read: the unlock page then offers a backup in its place."""
REMOVED = "removed.json"
"""Stands there from the moment on from which the province's order removes the register, and says what happened."""
SPARE = KEYFILE + ".spare"
HALF_MADE = "half-made"
WHOLE = "whole"
"""Stands in the folder `half-made` once all in it is ready to be put in place."""


class FolderNotWritten(Fault):
    """The folder of the register refuses; what was there is there."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The folder for the register cannot be written: the disk is full or the folder is read-only. "
                "Nothing that was saved is lost."
            )
        )


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError:
        raise FolderNotWritten from None


def _remove(folder: Path) -> None:
    if folder.exists():
        import shutil  # nearly never needed at a start

        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Profile:
    """The folder of one register."""

    folder: Path

    @property
    def keyfile(self) -> Path:
        return self.folder / KEYFILE

    @property
    def register(self) -> Path:
        return self.folder / REGISTER

    @property
    def spare(self) -> Path:
        return self.folder / SPARE

    @property
    def lock_file(self) -> Path:
        return self.folder / LOCK_FILE

    @property
    def doorbell(self) -> Path:
        return self.folder / DOORBELL

    @property
    def sealed(self) -> Path:
        return self.folder / SEALED

    @property
    def receipts(self) -> Path:
        return self.folder / RECEIPTS

    @property
    def window_state(self) -> Path:
        return self.folder / WINDOW_STATE

    @property
    def language(self) -> Path:
        return self.folder / LANGUAGE

    def keep_language(self, code: str) -> None:
        """The screen's language from the next start on. Raises OSError."""
        self.language.write_text(code, encoding="ascii")

    def kept_language(self) -> str:
        """The code of the language chosen last; empty where none was, or where it cannot be read."""
        try:
            return self.language.read_bytes().decode("ascii", errors="replace")
        except OSError:
            return ""

    def has_register(self) -> bool:
        return self.keyfile.exists() or self.spare.exists()

    def has_remains(self) -> bool:
        """Whether a register is here, or what is left of one that lost its keyfile."""
        return self.has_register() or self.register.exists()

    @property
    def is_damaged(self) -> bool:
        """Whether part of the register could not be read, though it opens."""
        return (self.folder / DAMAGED).exists()

    @property
    def is_removed(self) -> bool:
        """Whether a register was removed here by the province's order, or is to be."""
        return (self.folder / REMOVED).exists()

    def note_damage(self) -> None:
        """Remember it until a backup took the register's place; a disk that refuses even that has told so already."""
        with suppress(OSError):
            (self.folder / DAMAGED).touch()

    def begin(self) -> Profile:
        """An empty folder to make a register in, out of sight until `put_in_place`. Raises FolderNotWritten.

        What was whole before comes into its place first: it may be all there is of a register.
        """
        half = self.folder / HALF_MADE
        self.settle()
        with _writing():
            half.mkdir(mode=0o700)
        return Profile(half)

    def put_in_place(self) -> None:
        """Take over what was made and closed: all of it, wherever the power goes.

        Raises FolderNotWritten, also when the disk kept the engine from folding its log into the register: without
        what stands in the log, a restored register would pass for the desk it was copied from.
        """
        half = self.folder / HALF_MADE
        if _is_unfolded(half / LOG):
            raise FolderNotWritten
        with _writing():
            with (half / WHOLE).open("wb") as mark:
                os.fsync(mark.fileno())
            settle_names(half)
        self.settle()

    def settle(self) -> None:
        """Take away what a crash left half made, or finish putting it in place. To be called before anything is read.

        What stood there before is put aside, never deleted. Raises FolderNotWritten.
        """
        half = self.folder / HALF_MADE
        if (half / WHOLE).exists():
            with _writing():
                self._take_over(half)
        _remove(half)

    def _take_over(self, half: Path) -> None:
        (self.folder / REMOVED).unlink(missing_ok=True)  # first: what comes now is not what was to be removed
        if (half / REGISTER).exists():
            for name in _LEFT_AT_LOCK:
                self._put_aside(name)
        for name in (REGISTER, SPARE, KEYFILE):
            if (half / name).exists():
                self._put_aside(name)
                (half / name).replace(self.folder / name)
        (self.folder / DAMAGED).unlink(missing_ok=True)
        settle_names(self.folder)
        with suppress(OSError):  # the folder itself may refuse to go, and nothing is put in place twice
            (half / WHOLE).unlink()

    def _put_aside(self, name: str) -> None:
        """With what the engine keeps beside a register: its log would be taken for the new one's.

        The register goes last, so that after a power cut it follows its log. Nothing put aside before is overwritten.
        """
        found = [name + end for end in _BESIDE if (self.folder / (name + end)).exists()]
        prefix = next(p for p in _asides() if not any((self.folder / (p + one)).exists() for one in found))
        for one in found:
            (self.folder / one).replace(self.folder / (prefix + one))


def _asides() -> Iterator[str]:
    yield "aside-"
    yield from (f"aside-{number}-" for number in count(2))


def _is_unfolded(log: Path) -> bool:
    return log.exists() and log.stat().st_size > 0


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """Who will work here: `login` is what the unlock page shows, so it is no name."""

    login: str
    display_name: str
    passphrase: str
