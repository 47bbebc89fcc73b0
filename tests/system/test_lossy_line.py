"""A real desk and a real server over a line as poor as an island's: 256 kbit/s, 300 ms there and back, 5 % loss."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.namespaces import FAR, Unavailable, far_side
from tests.system.served_desks import join, served

pytestmark = pytest.mark.long
CHILDREN = 40


@pytest.fixture
def inside() -> Iterator[list[str]]:
    try:
        with far_side() as words:
            yield words
    except Unavailable as why:
        pytest.skip(f"this machine makes no lossy line: {why}")


def test_a_days_work_gets_through_a_lossy_line(tmp_path: Path, inside: list[str]) -> None:
    with served(tmp_path, FAR) as (province, codes):
        province.start(host=FAR, inside=inside)
        here, there = (
            join(tmp_path, name, f"https://{FAR}:{province.port}", code) for name, code in zip("ab", codes, strict=True)
        )
        here.write(CHILDREN)
        report = here.sync()
        assert report.pushed == CHILDREN * 6
        there.sync()
        assert there.changes() == here.changes()
        for desk in (here, there):
            desk.register.close()
