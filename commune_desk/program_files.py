"""The files that come with the program: icons, fonts, texts and code lists. Desk and province find them here."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from commune_desk.domain.model.codes import CodeBook

_PACKAGE = Path(__file__).resolve().parent


@cache
def _resources() -> Path:
    """The resources of an installed wheel lie inside the package, those of a checkout beside it."""
    installed = _PACKAGE / "resources"
    return installed if installed.is_dir() else _PACKAGE.parent / "resources"


def resource(name: str) -> Path:
    """The path of a file or folder that comes with the program, e.g. `icons/lock.svg`. It need not exist."""
    return _resources() / name


def read_resource(name: str) -> str:
    """The UTF-8 text of a file that comes with the program. Raises FileNotFoundError."""
    return resource(name).read_text(encoding="utf-8")


@cache
def code_book() -> CodeBook:
    """The code lists, read once."""
    from commune_desk.domain.model.codes import CodeBook  # the unlock page needs no code

    return CodeBook.parse(lambda name: read_resource(f"codes/{name}"))
