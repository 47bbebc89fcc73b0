"""Slows people who guess at the unlock page. Against copied files only the stretching of the passphrase helps.

Time is counted in uptime, so that setting the clock forward gains nothing and setting it back locks nobody out.
The wall clock counts only across a restart of the PC, where uptime began anew.
"""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import msgspec

from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from sync.disk import replace_file

DELAYS = (0, 0, 0, 5, 15, 60, 300, 900)
"""Seconds to wait after the first, second, … wrong passphrase in a row; the last one stays."""

_LARGEST = 64 * 1024


class TooManyTries(Fault):
    """`params["seconds"]` says how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            N_("Too many wrong passphrases in a row. The register is safe; wait {seconds} seconds, then try again."),
            seconds=seconds,
        )


class Tries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tries in a row that have not succeeded, and when the last one was made."""

    count: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    uptime: Annotated[float, msgspec.Meta(ge=0)]
    wall: float

    def seconds_left(self, *, uptime: float, wall: float) -> int:
        """Whole seconds still to wait."""
        passed = uptime - self.uptime if uptime >= self.uptime else max(uptime, wall - self.wall)
        return max(0, math.ceil(DELAYS[min(self.count, len(DELAYS)) - 1] - passed))


def tries_of(path: Path) -> Path:
    """The sidecar beside the keyfile `path`."""
    return path.with_name(path.name + ".tries")


def begin_try(path: Path, login: str, *, uptime: float, wall: float) -> Tries | None:
    """Count a try before it is made, so that ending the program in the middle gains nothing; what was counted before.

    Raises TooManyTries.
    """
    tries = _read(path)
    before = tries.get(login)
    if before and (left := before.seconds_left(uptime=uptime, wall=wall)):
        raise TooManyTries(left)
    _write(path, tries | {login: Tries((before.count if before else 0) + 1, uptime, wall)})
    return before


def take_back_try(path: Path, login: str, before: Tries | None) -> None:
    """The PC could not make the try, so it told nobody anything: count as `before`, no less."""
    tries = _read(path)
    tries.pop(login, None)
    _write(path, tries | ({login: before} if before else {}))


def forget_tries(path: Path, login: str) -> None:
    """The right passphrase was given."""
    tries = _read(path)
    if tries.pop(login, None):
        _write(path, tries)


def _read(path: Path) -> dict[str, Tries]:
    """An unreadable sidecar counts as none: whoever can spoil it can as well delete it."""
    try:
        content = tries_of(path).read_bytes()
        return msgspec.json.decode(content, type=dict[str, Tries]) if len(content) < _LARGEST else {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}


def _write(path: Path, tries: dict[str, Tries]) -> None:
    with suppress(OSError):  # a full disk must not keep an officer out of the register
        replace_file(tries_of(path), msgspec.json.encode(tries))
