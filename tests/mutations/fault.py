"""One seeded fault: a small exact change of one file, and the tests that are expected to fail because of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class Stale(Exception):
    """The code has moved on: the text that a fault replaces is not there exactly once any more."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`old` stands exactly once in `file`, a path in the project. `tests` are below `tests/`, as pytest names them.

    `equivalent` says why no test can tell the fault from the honest code; such a fault is not counted.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    equivalent: str = ""

    def patched(self, text: str) -> str:
        """The file's text with the fault in it. Raises Stale."""
        if (found := text.count(self.old)) != 1:
            raise Stale(f"{self.name}: its text stands {found} times in {self.file}")
        return text.replace(self.old, self.new)

    def apply(self, root: Path) -> str:
        """Put the fault into the tree under `root`; the honest text comes back. Raises Stale."""
        path = root / self.file
        honest = path.read_text(encoding="utf-8")
        path.write_text(self.patched(honest), encoding="utf-8")
        return honest
