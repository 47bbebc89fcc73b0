"""The loop: change an input, give it to the reader, keep it if it led to new lines, stop at what must not happen."""

from __future__ import annotations

import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import process_time

from commune_desk.domain.words.errors import DeskError
from tests.fuzz.changes import changed
from tests.fuzz.coverage import Coverage, Feature, WithoutEnd

MOST_SECONDS = 5.0
"""Of processor time, for one input."""
MOST_KIB = 200 * 1024
"""Of memory, for one input, beyond what the process had at its highest before."""
_HIGHEST = Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Target:
    """A reader of what others write.

    `read` raises one of `declared` for what it refuses, AssertionError where it takes what it must not, and anything
    else is a fault. `cost`: how many inputs of the dearest reader it is worth.
    """

    name: str
    seeds: Sequence[bytes]
    read: Callable[[bytes], None]
    declared: tuple[type[BaseException], ...] = (DeskError,)
    runs: int = 1500
    shaped: bool = False
    """What only comes through whole is changed in single values for the most part."""


Build = Callable[[Path, ExitStack], Target]
"""Makes a target, in a folder of its own; what it opened is closed with the stack."""


@dataclass
class Finding(Exception):
    """What must not happen, and the input that made it."""

    target: str
    data: bytes
    what: str
    runs: int = 0

    def __str__(self) -> str:
        return f"{self.target}, after {self.runs} runs: {self.what}\n{spelled(self.target, self.data)}"


@dataclass
class Course:
    """One fuzzing of one target. The same seed gives the same course."""

    target: Target
    seed: int
    known: list[bytes] = field(default_factory=list)
    good: list[bytes] = field(default_factory=list)
    """Those that were taken; of what is shaped new ones are made from these for the most part."""
    seen: set[Feature | str] = field(default_factory=set)
    said: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    refused: int = 0
    taken: int = 0
    led: bool = True
    """Without coverage nothing is kept: the twin."""

    def play(self, runs: int, kept: Iterable[bytes] = ()) -> None:
        """Raises Finding."""
        _forget_the_highest()
        coverage, draw = Coverage(), Random(self.seed)
        for data in (*self.target.seeds, *kept):
            self._try(coverage, data, keep=True)
        while self.runs < runs:
            parents = self.good if self.target.shaped and self.good and draw.randrange(8) else self.known
            parent = draw.choice(parents) if draw.randrange(3) else draw.choice(parents[-8:])
            self._try(coverage, changed(parent, draw, self.known, shaped=self.target.shaped))

    def _try(self, coverage: Coverage, data: bytes, *, keep: bool = False) -> None:
        self.runs += 1
        before, highest = process_time(), _highest_kib()
        said = self._outcome(coverage, data)
        if (took := process_time() - before) > MOST_SECONDS:
            raise Finding(self.target.name, data, f"took {took:.1f} s", self.runs)
        if (grew := _highest_kib() - highest) > MOST_KIB:
            raise Finding(self.target.name, data, f"took {grew >> 10} MiB", self.runs)
        reached: set[Feature | str] = {*coverage.features(), said}
        new = reached - self.seen
        if keep or (new and self.led):
            self.known.append(data)
            self.good += [data] if not said else []
        self.seen |= new
        self.said[said] += 1

    def _outcome(self, coverage: Coverage, data: bytes) -> str:
        """ "" for what was taken, or the words of the refusal."""
        try:
            coverage.of(lambda: self.target.read(data))
        except self.target.declared as refused:
            self.refused += 1
            return f"{type(refused).__name__} {refused}"
        except WithoutEnd:
            raise Finding(self.target.name, data, "does not come to an end", self.runs) from None
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as fault:
            raise Finding(self.target.name, data, f"{type(fault).__name__}: {fault}", self.runs) from fault
        self.taken += 1
        return ""


def spelled(target: str, data: bytes) -> str:
    """A line of `found.txt`."""
    from base64 import b64encode

    return f"{target} {b64encode(data).decode()}"


def _forget_the_highest() -> None:
    """Where the system allows it, the most memory that the process ever had counts anew from here."""
    if sys.platform == "linux" and _HIGHEST.exists():
        try:
            _HIGHEST.write_text("5")
        except OSError:
            return


def _highest_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
