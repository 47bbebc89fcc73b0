"""The seeds that are played: those that once found something, kept for ever, and fresh ones."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

KEPT = Path(__file__).with_name("seeds.txt")
_MOST = 1 << 31


def kept() -> list[int]:
    """One seed a line; what stands behind it says what it found."""
    lines = KEPT.read_text(encoding="utf-8").splitlines()
    return [int(line.split(" ", 1)[0]) for line in lines if line and not line.startswith("#")]


def fresh(count: int, *, chunk: int) -> list[int]:
    """New seeds at a desk; at a landing the same ones each time, so that only a change can fail it."""
    if os.environ.get("CI"):
        return [chunk * 1000 + number for number in range(count)]
    return [secrets.randbelow(_MOST) for _ in range(count)]


def keep(seed: int, why: str) -> None:
    """Add a seed that failed. `why` is the first line of what it said."""
    if seed not in kept():
        with KEPT.open("a", encoding="utf-8") as file:
            file.write(f"{seed} {why.splitlines()[0]}\n")
