"""Runs the faults: each in a copy of the tree, against the tests that are expected to find it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import TypeVar

from tests.mutations import (
    of_the_admission,
    of_the_carried,
    of_the_client,
    of_the_clock,
    of_the_commands,
    of_the_cut_short,
    of_the_departed,
    of_the_erasure,
    of_the_greedy,
    of_the_heard,
    of_the_house,
    of_the_joins,
    of_the_keys,
    of_the_lists,
    of_the_merge,
    of_the_moves,
    of_the_officers,
    of_the_pages,
    of_the_pictures,
    of_the_province,
    of_the_pushes,
    of_the_register,
    of_the_restored,
    of_the_seldom,
    of_the_shares,
    of_the_told,
    of_the_typing,
    of_the_ways,
)
from tests.mutations.fault import ROOT, Fault

W = TypeVar("W")
R = TypeVar("R")

FAULTS: tuple[Fault, ...] = (
    *of_the_client.FAULTS,
    *of_the_pushes.FAULTS,
    *of_the_clock.FAULTS,
    *of_the_register.FAULTS,
    *of_the_merge.FAULTS,
    *of_the_admission.FAULTS,
    *of_the_province.FAULTS,
    *of_the_moves.FAULTS,
    *of_the_shares.FAULTS,
    *of_the_told.FAULTS,
    *of_the_typing.FAULTS,
    *of_the_ways.FAULTS,
    *of_the_carried.FAULTS,
    *of_the_officers.FAULTS,
    *of_the_commands.FAULTS,
    *of_the_cut_short.FAULTS,
    *of_the_departed.FAULTS,
    *of_the_erasure.FAULTS,
    *of_the_greedy.FAULTS,
    *of_the_heard.FAULTS,
    *of_the_house.FAULTS,
    *of_the_joins.FAULTS,
    *of_the_keys.FAULTS,
    *of_the_lists.FAULTS,
    *of_the_pages.FAULTS,
    *of_the_pictures.FAULTS,
    *of_the_restored.FAULTS,
    *of_the_seldom.FAULTS,
)
_NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "*.egg-info", ".hypothesis")
_SECONDS, _SECONDS_WITHOUT = 180, 900
"""How long the tests of a fault may take, and those of a file without any."""


class End(StrEnum):
    """How the tests of a fault ended."""

    CAUGHT = "caught"
    SURVIVED = "SURVIVED"
    BROKEN = "BROKEN"
    """The tests could not be run at all: no fair fault, or a selection that names nothing."""


@dataclass(frozen=True)
class Verdict:
    fault: Fault
    end: End
    seconds: float
    said: str = ""
    """The last lines of a run that could not begin."""


class Copy:
    """A copy of the tree, and a warm process that runs its tests."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._said = root.with_suffix(".txt")
        own = {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", "QT_QPA_PLATFORM": "offscreen", "CI": "1"}
        script = str(root / "tests" / "mutations" / "warm.py")
        self._process = subprocess.Popen(
            [sys.executable, script, str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **own},  # no bytecode: of two files written in one second Python sees one
            encoding="utf-8",
        )
        self._answer()

    def run(self, tests: Sequence[str], seconds: int) -> tuple[int, str]:
        """pytest until the first failure: its exit code (negative: it did not end), and what it said."""
        words = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-W", "default", *(f"tests/{one}" for one in tests)]
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([words, str(self._said), seconds]) + "\n")
        self._process.stdin.flush()
        return int(self._answer()), self._said.read_text(encoding="utf-8", errors="replace")

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        self._process.communicate()


def judge(fault: Fault, copy: Copy) -> Verdict:
    """Put the fault in, run its tests, take it out. Tests that no longer end have found it too."""
    begun = time.monotonic()
    honest = fault.apply(copy.root)
    try:
        code, said = copy.run(fault.tests, _SECONDS)
    finally:
        (copy.root / fault.file).write_text(honest, encoding="utf-8")
    end = {0: End.SURVIVED, 1: End.CAUGHT}.get(code, End.CAUGHT if code < 0 else End.BROKEN)
    return Verdict(fault, end, time.monotonic() - begun, said[-2000:] if end is End.BROKEN else "")


def judged(faults: Sequence[Fault], *, at_once: int = 2) -> Iterator[Verdict]:
    """A verdict on each fault, in their order; `at_once` copies of the tree work side by side."""
    yield from _side_by_side(judge, faults, at_once)


def honest_failures(faults: Sequence[Fault], *, at_once: int = 2) -> str:
    """What the tests say that fail without any fault: nothing may, or being caught would mean nothing."""
    files: dict[str, list[str]] = {}
    for test in sorted({test for fault in faults for test in fault.tests}):
        files.setdefault(test.partition("::")[0], []).append(test)
    return "\n".join(said for said in _side_by_side(_fails, list(files.values()), at_once) if said)


def _fails(tests: Sequence[str], copy: Copy) -> str:
    """What these tests say when they fail or do not end; else nothing."""
    code, said = copy.run(tests, _SECONDS_WITHOUT)
    return "" if code == 0 else f"{', '.join(tests)} ended with {code}\n{said[-3000:]}"


def _side_by_side(work: Callable[[W, Copy], R], pieces: Sequence[W], at_once: int) -> Iterator[R]:
    """What `work` makes of each piece, in their order."""
    with _copies(at_once) as copies, ThreadPoolExecutor(at_once) as workers:

        def in_a_copy(piece: W) -> R:
            copy = copies.get()
            try:
                return work(piece, copy)
            finally:
                copies.put(copy)

        yield from workers.map(in_a_copy, pieces)


@contextmanager
def _copies(count: int) -> Iterator[SimpleQueue[Copy]]:
    with TemporaryDirectory(prefix="faults-") as folder, ExitStack() as undo:
        copies: SimpleQueue[Copy] = SimpleQueue()
        for number in range(count):
            copy = Copy(Path(shutil.copytree(ROOT, Path(folder) / str(number), ignore=_NOT_COPIED)))
            undo.callback(copy.close)
            copies.put(copy)
        yield copies
