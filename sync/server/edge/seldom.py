"""What anybody can have the log say, as often as they like, is said once an hour, with how often it came since."""

from __future__ import annotations

import logging

from commune_desk.domain.time.clock import monotonic

SECONDS = 3600.0


class FewWarnings(logging.Filter):
    """For a logger whose warnings, a handful of sentences, strangers can cause. Every error passes."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno > logging.WARNING:
            return True
        sentence, now = record.getMessage(), monotonic()
        at, left_out = self._said.get(sentence, (now - SECONDS, 0))
        if now - at < SECONDS:
            self._said[sentence] = at, left_out + 1
            return False
        self._said[sentence] = now, 0
        if left_out:
            record.msg, record.args = f"{sentence} ({left_out} more since)", None
        return True
