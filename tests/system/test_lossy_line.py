"""A real desk and a real server over a line as poor as an island's: 256 kbit/s, 300 ms there and back, 5 % loss."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.namespaces import FAR, FarSide, Unavailable, far_side
from tests.system.served_desks import join, served

CHILDREN = 12


@pytest.fixture
def far() -> Iterator[FarSide]:
    try:
        with far_side() as made:
            yield made
    except Unavailable as why:
        pytest.skip(f"this machine makes no lossy line: {why}")


def test_a_days_work_gets_through_a_lossy_line(tmp_path: Path, far: FarSide) -> None:
    with served(tmp_path, FAR) as (province, codes):
        province.start(host=FAR, inside=far.inside)
        here, there = (
            join(tmp_path, name, f"https://{FAR}:{province.port}", code) for name, code in zip("ab", codes, strict=True)
        )
        here.write(CHILDREN)
        outcome = here.sync()
        assert outcome.pushed == CHILDREN * 6
        there.sync()
        assert there.changes() == here.changes()
        for desk in (here, there):
            desk.register.close()
    far.end()
    assert far.lost, "the line was as poor as it says"
