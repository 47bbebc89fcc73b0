"""A desk as a process, seen from the story: says what to do, hears what happened, can be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from pathlib import Path
from typing import Any

from tests.story.failure import StoryFailed

STEP_SECONDS = 180.0


class DeskProcess:
    """One run of the desktop program on a profile, offscreen, with hands that work its widgets."""

    def __init__(self, profile: Path, *, language: str = "vi") -> None:
        self.profile = profile
        profile.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.story.desk", "--profile", str(profile), "--lang", language],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONIOENCODING": "utf-8"},
        )
        self.pid = self._process.pid
        self._listening = ThreadPoolExecutor(max_workers=1)
        self._hear()

    def do(self, hand: str, **arguments: object) -> dict[str, Any]:
        """Let a hand do its work and return what it tells. Raises StoryFailed."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": hand, **arguments}) + "\n")
        self._process.stdin.flush()
        answer = self._hear()
        if "failed" in answer:
            raise StoryFailed(f"{hand}: {answer['failed']}")
        return dict(answer)

    def _hear(self) -> Mapping[str, Any]:
        assert self._process.stdout is not None
        try:
            line = self._listening.submit(self._process.stdout.readline).result(STEP_SECONDS)
        except TooLong:
            raise StoryFailed(f"the desk did not answer within {STEP_SECONDS:.0f} s") from None
        if not line:
            raise StoryFailed(f"the desk process ended ({self._process.wait()})")
        heard: Mapping[str, Any] = json.loads(line)
        return heard

    def ended(self) -> int:
        """Wait until the process has ended by itself; its exit code."""
        self._finish()
        return int(self._process.returncode)

    def kill(self) -> None:
        """End the process without warning."""
        self._process.kill()
        self._finish()

    def close(self) -> None:
        """Put the register away and end."""
        if self._process.poll() is None:
            self.do("leave")
        self._finish()

    def finish(self) -> None:
        """End it in good order if it still can, otherwise without."""
        try:
            self.close()
        except StoryFailed:
            self.kill()

    def _finish(self) -> None:
        self._process.wait(30)
        if self._process.stdout is not None:
            self._process.stdout.read()  # to its end: on Windows .venv's python only starts another, which ends later
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._listening.shutdown(wait=False)
