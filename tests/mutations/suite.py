"""Runs the faults: each in a copy of the tree, against the tests that are expected to find it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from tests.mutations import of_the_client, of_the_merge, of_the_province, of_the_register
from tests.mutations.fault import ROOT, Fault

FAULTS: tuple[Fault, ...] = (
    *of_the_client.FAULTS,
    *of_the_register.FAULTS,
    *of_the_merge.FAULTS,
    *of_the_province.FAULTS,
)
_NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "*.egg-info", ".hypothesis")
_SECONDS = 600.0


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


def run_tests(root: Path, tests: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """pytest in the copy, until the first failure."""
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-W", "default"]
    surroundings = {**os.environ, "PYTHONPATH": str(root), "QT_QPA_PLATFORM": "offscreen", "CI": "1"}
    return subprocess.run(
        [*words, *(f"tests/{one}" for one in tests)],
        cwd=root,
        env=surroundings,
        capture_output=True,
        encoding="utf-8",
        timeout=_SECONDS,
        check=False,
    )


def judge(fault: Fault, root: Path) -> Verdict:
    """Put the fault in, run its tests, take it out."""
    begun = time.monotonic()
    honest = fault.apply(root)
    try:
        done = run_tests(root, fault.tests)
        code, said = done.returncode, done.stdout[-1500:] + done.stderr[-500:]
    except subprocess.TimeoutExpired:
        code, said = 1, ""  # a test that no longer ends has found it too
    finally:
        (root / fault.file).write_text(honest, encoding="utf-8")
    end = {0: End.SURVIVED, 1: End.CAUGHT}.get(code, End.BROKEN)
    return Verdict(fault, end, time.monotonic() - begun, said if end is End.BROKEN else "")


def judged(faults: Sequence[Fault], *, at_once: int = 2) -> Iterator[Verdict]:
    """A verdict on each fault, in their order; `at_once` copies of the tree work side by side."""
    with _copies(at_once) as copies, ThreadPoolExecutor(at_once) as workers:

        def in_a_copy(fault: Fault) -> Verdict:
            root = copies.get()
            try:
                return judge(fault, root)
            finally:
                copies.put(root)

        yield from workers.map(in_a_copy, faults)


def honest_failures(faults: Sequence[Fault]) -> str:
    """What the tests say that fail without any fault: nothing may, or being caught would mean nothing."""
    tests = sorted({test for fault in faults for test in fault.tests})
    with _copies(1) as copies:
        done = run_tests(copies.get(), tests)
    return "" if done.returncode == 0 else done.stdout[-3000:]


@contextmanager
def _copies(count: int) -> Iterator[SimpleQueue[Path]]:
    with TemporaryDirectory(prefix="faults-") as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(count):
            copies.put(Path(shutil.copytree(ROOT, Path(folder) / str(number), ignore=_NOT_COPIED)))
        yield copies
