"""Where a line must not break: inside a phone number or a case code, between a number and its word, inside a short part
of a list."""

from __future__ import annotations

import re
from collections.abc import Callable

_DOT = "·"
SEPARATOR = f" {_DOT} "
_SHORT_PART = 28
_LONGEST_CODE = 32
_NUMBERED = re.compile(r"(?:\b[^\W\d]{1,6}\.? )?\d[\d/:.]*(?: \d[\d/:.]*)*(?: [^\W\d]{1,6}\b(?!\.? \d))?")
_CODE = re.compile(r"\(?[A-Z]+(?:-[0-9A-Z]+){2,}")


def unbroken(text: str, fits: Callable[[str], bool]) -> str:
    """`text` with no break inside a number with its word ("0912 345 678", "điều 26", "3 tháng"), inside a short part
    between two dots in the middle (" · ") nor before such a dot, where that `fits` a line. As long as it was."""
    *parts, last = [part if len(part) > _SHORT_PART else _glued(part, fits) for part in text.split(SEPARATOR)]
    joined = " ".join([*(_with_dot(part, fits) for part in parts), last]) if parts else text
    return _NUMBERED.sub(lambda found: _glued(found[0], fits), joined)


def before_code(text: str, start: int, end: int) -> int:
    """Where a line from `start` ends that would end at `end`: before a case code that would be torn there; where that
    is longer than the line, behind one of its hyphens."""
    for code in _CODE.finditer(text, start, min(len(text), end + _LONGEST_CODE)):
        if start < code.start() < end < code.end():
            return code.start()
        if code.start() == start and end < code.end():
            return text.rfind("-", start, end) + 1 or end
    return end


def dangling_dot(text: str, start: int, end: int) -> int | None:
    """Where in a line from `start` to `end` the dot between two parts stands that ends it: it divides nothing there.

    None for a line that does not end so, and at the end of the text.
    """
    line = text[start:end].rstrip()
    ends_so = end < len(text) and line[-2:-1].isspace() and line[-1:] == _DOT
    return start + len(line) - 1 if ends_so else None


def _with_dot(part: str, fits: Callable[[str], bool]) -> str:
    before, space, last = part.rpartition(" ")
    return before + space + _glued(f"{last} {_DOT}", fits)


def _glued(part: str, fits: Callable[[str], bool]) -> str:
    return part.replace(" ", "\u00a0") if fits(part) else part
