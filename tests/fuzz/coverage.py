"""Which of our own lines an input ran through, in which order and how often: what tells a new input from an old one."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from tests.architecture.sources import ROOT

MOST_LINES = 2_000_000
"""Lines of ours for one input; whoever runs through more of them does not come to an end."""
OURS = (str(ROOT / "sync"), str(ROOT / "commune_desk"), str(ROOT / "tests" / "fuzz" / "mazes"))

Feature = tuple[int, int, int]
"""From one line to the next, and how often: once, up to 3 times, up to 7, up to 31, or more."""


class WithoutEnd(BaseException):
    """No `except Exception` of the reader takes it for its own."""


class Coverage:
    """Follows the calls into our own files, of this thread and of those that are begun meanwhile.

    What followed them before follows them again after.
    """

    def __init__(self) -> None:
        self._ours: dict[CodeType, int] = {}
        self._steps: Counter[tuple[int, int]] = Counter()
        self._last: dict[int, int] = {}
        self._left, self._own = MOST_LINES, 0

    def of(self, run: Callable[[], None]) -> set[Feature]:
        """What `run` went through; where it raises, `features` still tells."""
        self._steps = Counter()
        self._last, self._left, self._own = {}, MOST_LINES, threading.get_ident()
        before, of_threads = sys.gettrace(), threading.gettrace()
        threading.settrace(self._called)
        sys.settrace(self._called)
        try:
            run()
        finally:
            sys.settrace(before)
            threading.settrace(of_threads)
        return self.features()

    def features(self) -> set[Feature]:
        """Of the last run, however it ended."""
        return {
            (start, end, min(count, 4).bit_length() + (count > 7) + (count > 31))
            for (start, end), count in self._steps.items()
        }

    def _called(self, frame: FrameType, event: str, arg: Any) -> Any:
        code = frame.f_code
        number = self._ours.get(code)
        if number is None:
            number = self._ours[code] = _number(code) if code.co_filename.startswith(OURS) else 0
        return self._stepped if number else None

    def _stepped(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "line":
            here = self._ours[frame.f_code] + frame.f_lineno
            thread = threading.get_ident()
            self._steps[self._last.get(thread, 0), here] += 1
            self._last[thread] = here
            self._left -= 1
            if self._left < 0 and thread == self._own:
                raise WithoutEnd
        return self._stepped


def _number(code: CodeType) -> int:
    """The same in every run, so that a seed gives the same course."""
    from zlib import crc32

    return crc32(f"{code.co_filename.removeprefix(str(ROOT))}:{code.co_qualname}".encode()) << 16 | 1 << 48
