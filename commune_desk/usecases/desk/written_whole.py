"""Writing a file that an officer asked for: it appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from commune_desk.domain.words.errors import Fault


def write_whole(path: Path, data: bytes, sentence: str) -> None:
    """Write beside `path` and put it in place at once; a failure leaves what was there.

    Raises Fault with `sentence`, a message id that may hold `{name}`.
    """
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise Fault(sentence, name=path.name) from error
