"""What every play of the simulator goes with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.helpers.quick_passphrases import quick_passphrases


@pytest.fixture(scope="module", autouse=True)
def _quick_passphrases() -> Iterator[None]:
    with quick_passphrases():
        yield
