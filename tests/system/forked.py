"""A module that loads the program once and then forks a process for each line that it is told."""

from __future__ import annotations

import subprocess
import sys
from types import TracebackType
from typing import Self


class Forked:
    """That module as a process, spoken to line by line. A context manager."""

    def __init__(self, module: str, *words: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def begin(self, line: str) -> int:
        """Have it fork a process for the line: that one's id."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return int(self.heard())

    def heard(self) -> str:
        """The next line that it says, empty behind the last."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        self._process.wait(30)
