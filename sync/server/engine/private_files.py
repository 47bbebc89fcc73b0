"""Files of the data folder: put in place whole, readable by their owner alone."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from commune_desk.domain.words.errors import Fault, Refusal
from commune_desk.domain.words.labels import N_
from sync.server.reasons import reason_of


def write_private(path: Path, content: bytes) -> None:
    """Put a file in place whole, readable by its owner alone. Raises Fault."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise Fault(N_("The file {path} cannot be written: {reason}."), path=path, reason=reason_of(error)) from None


def make_folder(data: Path) -> None:
    """A new folder for its owner alone. Raises Refusal for one that holds something, Fault when it cannot be."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        taken = any(data.iterdir())
    except OSError as error:
        raise Fault(N_("The folder {path} cannot be made: {reason}."), path=data, reason=reason_of(error)) from None
    if taken:
        raise Refusal(N_("The folder {path} is not empty; nothing was overwritten. Name a new one."), path=data)
