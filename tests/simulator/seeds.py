"""Seeds of courses: those that once found something, kept for ever with their kind of course, and fresh ones."""

from __future__ import annotations

import os
import secrets
import traceback
from pathlib import Path

KEPT = Path(__file__).with_name("seeds.txt")
_MOST = 1 << 31


class Broken(AssertionError):
    """An invariant does not hold in a course; the text leads back to the moment."""

    @classmethod
    def off(cls, kind: str, seed: int, error: Exception, trace: list[str]) -> Broken:
        """A check that says nothing is told by its own line of code."""
        said = str(error) or f"{traceback.extract_tb(error.__traceback__)[-1].line}"
        return cls("\n  ".join([f"{said}\nagain: python -m tests.simulator {kind} {seed}", *trace]))


def kept(kind: str) -> list[int]:
    """Those of one kind of course. "KIND SEED" a line; what stands behind it says what it found."""
    lines = KEPT.read_text(encoding="utf-8").splitlines()
    words = [line.split(" ", 2) for line in lines if line and not line.startswith("#")]
    return [int(seed) for its_kind, seed, *_found in words if its_kind == kind]


def fresh(count: int, *, chunk: int) -> list[int]:
    """New seeds at a desk; at a landing the same ones each time, so that only a change can fail it."""
    if os.environ.get("CI"):
        return [chunk * 1000 + number for number in range(count)]
    return [secrets.randbelow(_MOST) for _ in range(count)]


def keep(kind: str, seed: int, why: str) -> None:
    """Add a seed that failed. `why` is the first line of what it said."""
    if seed not in kept(kind):
        with KEPT.open("a", encoding="utf-8") as file:
            file.write(f"{kind} {seed} {why.splitlines()[0]}\n")
