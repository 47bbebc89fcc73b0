"""The register at the port of the session: a batch has no holes, holds at least one change, and keeps its measure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.builders import make_person, save_all
from tests.sync.actors.real_desks import FragileReplica, RealDesk
from tests.sync.actors.scripted_desks import scripted_desk
from tests.sync.actors.scripted_province import ScriptedProvince


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RealDesk]:
    """A desk with five changes that nobody has."""
    from sync.seal import BoxKey

    made = scripted_desk(tmp_path, ScriptedProvince(), "AAAAAA", BoxKey.generate())
    for number in range(5):
        made.register.write(save_all(make_person(f"Người {number}"))).result()
    yield made
    made.register.close()


def _numbers(replica: FragileReplica, after: int = 0, *, most: int = 500, size: int = 1 << 20) -> list[int]:
    return [one.n for one in replica.pending(after, most, size)]


def test_a_batch_ends_before_a_number_that_is_settled(desk: RealDesk) -> None:
    """The third came back in a feed although its receipt was lost: the next batch goes on behind it."""
    desk.ask("UPDATE change SET state='accepted', seq=1 WHERE n=3")
    replica = desk.replica()
    assert _numbers(replica) == [1, 2]
    assert _numbers(replica, 2) == [4, 5]


def test_a_batch_keeps_its_measure_and_holds_at_least_one(desk: RealDesk) -> None:
    replica = desk.replica()
    (first, second, *_) = replica.pending(0, 500, 1 << 20)
    room = len(first.line) + len(second.line) + 2
    assert _numbers(replica, size=room) == [1, 2]
    assert _numbers(replica, size=room - 1) == [1]
    assert _numbers(replica, size=1) == [1]
    assert _numbers(replica, most=3) == [1, 2, 3]
