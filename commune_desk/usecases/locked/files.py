"""The small files that lie beside the register while it is locked: whole or not there, for this account alone."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from sync.disk import replace_file

M = TypeVar("M")


def leave_file(path: Path, content: msgspec.Struct) -> None:
    """Write it whole in the place of what was there. Raises OSError; then what was there is there."""
    replace_file(path, msgspec.json.encode(content), part=path.with_name(path.name + ".part"))


def find_file(path: Path, kind: type[M], *, most: int) -> M | None:
    """What was left there, of at most `most` bytes; None where nothing is, or where somebody changed it."""
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
        return msgspec.json.decode(raw, type=kind) if len(raw) <= most else None
    except (OSError, ValueError, RecursionError):  # msgspec's own is a ValueError
        return None
