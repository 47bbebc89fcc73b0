"""Python's own `import`, which PySide6 replaces by one that reads the source of everything imported after it."""

from __future__ import annotations

import builtins

import PySide6.QtCore  # noqa: F401 - the replacing comes with it


def use_plain_import() -> None:
    """Undo the replacing, before the modules of the program are imported.

    It serves `from __feature__ import …`, which nothing here says: each source is searched for it, and `linecache`
    keeps all that was read, 11 MiB of it by the Today page. PySide6 leaves Python's own function under this name.
    """
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
