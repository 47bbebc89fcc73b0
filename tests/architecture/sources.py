"""The project's own Python files, parsed once for all the rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SHIPPED = ("commune_desk", "sync")
FOLDERS = (*SHIPPED, "tests", "bench", "installer")


@dataclass(frozen=True)
class Source:
    """A file: its path from the project's folder with forward slashes, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def is_shipped(self) -> bool:
        return self.path.startswith(tuple(f"{folder}/" for folder in SHIPPED))

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)

    def lines(self) -> int:
        return self.text.count("\n")


def parsed(text: str, path: str = "commune_desk/example.py") -> Source:
    """A source made up in a test, to show that a rule finds what it should."""
    return Source(path, text, ast.parse(text))


@cache
def sources() -> tuple[Source, ...]:
    files = [ROOT / "desk.py", *(f for folder in FOLDERS for f in sorted((ROOT / folder).rglob("*.py")))]
    return tuple(parsed(f.read_text(encoding="utf-8"), f.relative_to(ROOT).as_posix()) for f in files)


def shipped() -> Iterator[Source]:
    return (s for s in sources() if s.is_shipped)


def called(node: ast.Call) -> str:
    """The dotted name of what is called, as far as it is written out: `log.info`, `_`, `qtbot.keyClicks`."""
    return ast.unparse(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""
