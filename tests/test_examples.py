"""The long tier tries costly rules oftener."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.helpers.examples import LONG_PROFILE, examples


@pytest.fixture(autouse=True)
def _profile() -> Iterator[None]:
    before = settings.get_current_profile_name()
    yield
    settings.load_profile(before)


def test_the_long_tier_multiplies_what_a_test_asks_for() -> None:
    settings.load_profile(LONG_PROFILE)
    assert examples(12) == 480


@pytest.mark.parametrize("profile", ["desk", "landing"])
def test_the_short_tier_is_what_the_test_says(profile: str) -> None:
    settings.load_profile(profile)
    assert examples(12) == 12
