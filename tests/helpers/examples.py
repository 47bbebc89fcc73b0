"""How many examples a costly rule is tried with: few in every run, many with `--long`."""

from __future__ import annotations

from hypothesis import settings

LONG_PROFILE = "long"
_TIMES = 40


def examples(short: int) -> int:
    """A number said in a test outweighs the profile: without this, `--long` would try such a rule no oftener."""
    return short * _TIMES if settings.get_current_profile_name() == LONG_PROFILE else short
