"""The files that come with the program: code lists and texts, beside a checkout or inside an installed package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from commune_desk.domain.codes import CodeBook

_ROOT = Path(__file__).resolve().parents[2]


def resource(name: str) -> Path:
    """The path of a file or folder that comes with the program. It need not exist."""
    installed = _ROOT / "commune_desk" / "resources"
    return (installed if installed.is_dir() else _ROOT / "resources") / name


@cache
def code_book() -> CodeBook:
    """The code lists, read once."""
    return CodeBook.parse(lambda name: (resource("codes") / name).read_text(encoding="utf-8"))
