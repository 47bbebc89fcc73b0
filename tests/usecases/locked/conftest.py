"""A desk that is locked with what the province must still hear, and the real province in process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import RealProvince, real_province


@pytest.fixture
def province(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path) as made:
        yield made


@pytest.fixture
def desk(province: RealProvince, tmp_path: Path) -> Iterator[EnrolledDesk]:
    """Enrolled, and in touch once: it has the province's courier key."""
    made = enrolled_desk(province, tmp_path / "desk")
    made.sync()
    yield made
    made.close()
