"""`import` without the search for features that PySide6 adds: it reads the source of everything imported after it."""

from __future__ import annotations

import builtins

import PySide6.QtCore  # noqa: F401 - the replacing comes with it


def use_plain_import() -> None:
    """Undo the replacing, before the modules of the program are imported.

    It serves `from __feature__ import …`, which nothing here says: each source is searched for it, and `linecache`
    keeps all that was read, 11 MiB of it by the Today page. Under this name PySide6 leaves what it replaced last: its
    own step for modules that load late, which hands everything else to Python.
    """
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
