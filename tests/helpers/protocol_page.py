"""docs/protocol.md and its sections, as the tests read them."""

from __future__ import annotations

import re

from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")


def section(number: str, page: str = PAGE) -> str:
    """What stands in a section, its own parts too: "8", or one part of it: "8.2"."""
    level, dot = ("###", "") if "." in number else ("##", r"\.")
    begun = re.split(rf"^{level} {re.escape(number)}{dot} .*\n", page, maxsplit=1, flags=re.MULTILINE)[1]
    return re.split(rf"^#{{2,{len(level)}}} ", begun, maxsplit=1, flags=re.MULTILINE)[0]


def sections(*numbers: int) -> str:
    """Several of them, one after the other."""
    return "\n".join(section(str(number)) for number in numbers)
