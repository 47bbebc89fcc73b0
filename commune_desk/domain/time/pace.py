"""How much goes into one transaction of a long work: what is typed meanwhile waits for one of them at the most."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from commune_desk.domain.time.clock import monotonic

T = TypeVar("T")
_SHORT, _LONG = 0.025, 0.05
"""Seconds. What takes longer is felt; what is over sooner than the first wastes commits."""
_LEAST, _MOST = 100, 1_000


class Pace:
    """Starts at `at_once` lines, at most `most`, and finds what this PC writes down before anybody notices."""

    def __init__(self, at_once: int, *, most: int = _MOST) -> None:
        self.at_once = at_once
        self._most = max(most, at_once)

    @classmethod
    def up_to(cls, most: int) -> Pace:
        """From few lines on to so many."""
        return cls(min(_LEAST, most), most=most)

    def keep(self, begun: Iterable[T], end: Callable[[T], object]) -> None:
        """Wait for each transaction with the next one begun already: the writer never waits for its work.

        `begun` begins one each time it is asked, `end` waits for it.
        """
        before, at = None, monotonic()
        for one in begun:
            if before is not None:
                end(before)
                self.took(monotonic() - at)
                at = monotonic()
            before = one
        if before is not None:
            end(before)

    def took(self, seconds: float) -> None:
        """The last transaction took so long, its waiting for others included."""
        if seconds < _SHORT:
            self.at_once = min(2 * self.at_once, self._most)
        elif seconds > _LONG:
            self.at_once = max(self.at_once // 2, min(_LEAST, self.at_once))
