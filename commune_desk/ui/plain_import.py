"""Imports without what the program has no use for and that is paid for in time and memory."""

from __future__ import annotations

import builtins
import sys

import PySide6.QtCore  # noqa: F401 - the replacing comes with it


def use_plain_import() -> None:
    """Undo PySide6's replacing of `import`, before the modules of the program are imported.

    It serves `from __feature__ import …`, which nothing here says: each source is searched for it, and `linecache`
    keeps all that was read, 11 MiB of it by the Today page. Under this name PySide6 leaves what it replaced last: its
    own step for modules that load late, which hands everything else to Python.
    """
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


def load_msgspec() -> None:
    """Load msgspec with the names of `typing`, which has all that it asks for since Python 3.11.

    It would take them from `typing_extensions` where that is installed: 5 MiB and 40 ms, needed with the first sync,
    whose signatures load it, and not before.
    """
    if "typing_extensions" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment] # how Python is told that there is none
    try:
        import msgspec.inspect  # noqa: F401
    finally:
        del sys.modules["typing_extensions"]
