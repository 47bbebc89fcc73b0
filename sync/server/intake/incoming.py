"""One line of a push, as it came and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sync import seal
from sync.change import RELOCATING, Line, Verb
from sync.protocol import Result

_ALIAS = Verb.ALIAS


@dataclass(slots=True)
class Incoming:
    """One line of a push with its number; `line` is None when it cannot be read, `code` says what is wrong.

    Of a change that its desk erased only `told` came, its id and digest. `result` is what became of it in the end.
    What `is_kept` was set aside at an earlier push. What `is_replayed` stands in a province's log: an earlier program,
    that asked less, may have taken it in. `told_along` says by feed whom a move named of those it took along.
    """

    n: int
    raw: bytes
    line: Line | None
    code: str | None = None
    told: tuple[str, bytes] | None = None
    is_kept: bool = False
    is_replayed: bool = False
    told_along: Mapping[str, Sequence[str]] | None = None
    result: Result | None = None

    def anew(self) -> Incoming:
        """The same line for another try: what is found wrong with it then is no matter of the first."""
        return Incoming(self.n, self.raw, self.line, self.code, self.told)

    @property
    def digest(self) -> bytes:
        if self.told is not None:
            return self.told[1]
        return self.line.digest if self.line else seal.sha256(self.raw)

    @property
    def relocates(self) -> bool:
        """Whether it says where a record is held, instead of what stands in it."""
        return self.line is not None and self.line.change.verb in RELOCATING

    @property
    def joins(self) -> bool:
        """Whether it says that two records are one child."""
        return self.line is not None and self.line.change.verb == _ALIAS

    @property
    def is_alone(self) -> bool:
        """Whether it is taken in by itself: what comes behind it finds records elsewhere, or joined."""
        return self.relocates or self.joins

    @property
    def is_signed(self) -> bool:
        """Whether the line carries a signature of its own; else a signed head has to prove it."""
        return self.line is not None and self.line.signature != b""

    @property
    def id(self) -> str:
        if self.told is not None:
            return self.told[0]
        return self.line.change.id if self.line else ""
