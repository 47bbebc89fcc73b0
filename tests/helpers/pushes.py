"""How much of what waits goes in one push."""

from __future__ import annotations

import pytest

from sync import protocol


def push_at_once(sizes: pytest.MonkeyPatch, changes: int) -> None:
    """Let no push hold more than so many changes, however quick the line is."""
    sizes.setattr(protocol, "USUAL_CHANGES", changes)
    sizes.setattr(protocol, "MAX_CHANGES", changes)
