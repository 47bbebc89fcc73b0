"""What a disk keeps through a cut of the current."""

from __future__ import annotations

import os
from pathlib import Path


def settle_names(folder: Path) -> None:
    """Have the disk keep what files are called in `folder`; Windows does so by itself. Raises OSError."""
    if os.name == "nt":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
