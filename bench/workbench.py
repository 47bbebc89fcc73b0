"""What the measures share in one run: a folder, registers of two sizes, child processes, and what one run serves."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from bench.measure import CannotMeasure
from bench.registers import Filled, empty_register, filled_register
from commune_desk.usecases.registers.profile import Profile

T = TypeVar("T")
ROOT = Path(__file__).parents[1]
KEPT = ROOT / "build" / "bench"
"""Filled registers are kept between runs, until what decides their contents changes."""
_MAKES_REGISTERS = (
    "commune_desk/store/engine/migrations",
    "commune_desk/store/writing/child_index.py",
    "commune_desk/domain/vietnamese/text.py",
    "commune_desk/domain/vietnamese/search_text.py",
    "commune_desk/training",
    "sync/change.py",
    "bench/registers.py",
)
OFFICE = (4_000, 60_000)
PROVINCE = (100_000, 0)
_CHILD_SECONDS = 60.0


class Workbench:
    """Open it with `with`; what it made is taken away at the end, filled registers excepted."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self._stack = ExitStack()
        self._shared: dict[str, object] = {}
        self.folder = Path()

    def __enter__(self) -> Workbench:
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=_disk())))
        return self

    def __exit__(self, *_raised: object) -> None:
        self._stack.close()

    def shared(self, name: str, make: Callable[[Workbench], T]) -> T:
        """What several measures read out of one run, made when the first asks."""
        if name not in self._shared:
            self._shared[name] = make(self)
        return cast(T, self._shared[name])

    def empty(self, name: str) -> Filled:
        """A register of nobody: where the unlock page stands in front."""
        desk = empty_register(self.folder / name)
        desk.register.close()
        return Filled(desk.profile, 0, 0)

    def office(self) -> Filled:
        """A commune: 4,000 children, 60,000 visits."""
        return self._copy("office", *OFFICE)

    def province(self) -> Filled:
        """More than any desk will hold: 100,000 children."""
        return self._copy("province", *PROVINCE)

    def _copy(self, name: str, children: int, visits: int) -> Filled:
        """A copy that may be written to, beside the databases it is compared with."""
        kept = KEPT / f"{name}-{children}-{visits}-{_fingerprint()}"
        if not kept.exists():
            self.say(f"Filling a register with {children:,} children and {visits:,} visits …")
            for old in KEPT.glob(f"{name}-*"):
                shutil.rmtree(old)
            half = kept.with_name("half-" + kept.name)
            shutil.rmtree(half, ignore_errors=True)
            filled_register(half, children=children, visits=visits)
            half.rename(kept)
        target = Path(tempfile.mkdtemp(prefix=name, dir=self.folder)) / "profile"
        shutil.copytree(kept, target)
        return Filled(Profile(target), children, visits)

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """A Python process with its lines of standard output to read, and bytecode at hand as in an installed one."""
        command = [sys.executable, *map(str, arguments)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=self._environment())

    def _environment(self) -> dict[str, str]:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        return {**environment, "PYTHONPYCACHEPREFIX": str(self.folder / "bytecode"), "PYTHONHASHSEED": "0"}


def read_line(process: subprocess.Popen[Any]) -> str:
    """The next line the process says. Raises CannotMeasure when it ended instead."""
    assert process.stdout is not None
    said = process.stdout.readline()
    if not said:
        process.wait(_CHILD_SECONDS)
        raise CannotMeasure(f"a process ended with {process.returncode} before it said anything")
    return str(said).strip()


def end(process: subprocess.Popen[Any]) -> None:
    process.kill()
    process.wait(_CHILD_SECONDS)
    if process.stdout is not None:
        process.stdout.close()


def _disk() -> Path:
    """The project's own disk: the system's folder for temporary files may be memory."""
    KEPT.mkdir(parents=True, exist_ok=True)
    return KEPT


@cache
def _fingerprint() -> str:
    digest = hashlib.sha256()
    for place in _MAKES_REGISTERS:
        path = ROOT / place
        for file in [path] if path.is_file() else sorted(path.rglob("*.*")):
            if file.suffix in (".py", ".sql"):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
