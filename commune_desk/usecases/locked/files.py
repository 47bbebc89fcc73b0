"""The small files that lie beside the register while it is locked: whole or not there, for this account alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

import msgspec

M = TypeVar("M")


def leave_file(path: Path, content: msgspec.Struct) -> None:
    """Write it whole in the place of what was there. Raises OSError; then what was there is there."""
    part = path.with_name(path.name + ".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(content))
    part.replace(path)


def find_file(path: Path, kind: type[M], *, most: int) -> M | None:
    """What was left there, of at most `most` bytes; None where nothing is, or where somebody changed it."""
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
        return msgspec.json.decode(raw, type=kind) if len(raw) <= most else None
    except (OSError, ValueError, RecursionError):  # msgspec's own is a ValueError
        return None
