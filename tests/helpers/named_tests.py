"""Whether a test that a paper or another test names is there."""

from __future__ import annotations

from pathlib import Path

_TESTS = Path(__file__).resolve().parent.parent


def is_there(file: str, test: str = "") -> bool:
    """`file` lies below `tests/`; `test` is a function in it, or "" for the file as a whole."""
    path = _TESTS / file
    return path.is_file() and (not test or f"def {test}(" in path.read_text(encoding="utf-8"))


def is_named_test(name: str) -> bool:
    """Whether `file::test` names one."""
    file, colons, test = name.partition("::")
    return bool(colons and test) and is_there(file, test)
