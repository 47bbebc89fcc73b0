"""Who begins with a snapshot after children moved has those who came, as who pulled everything has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.ids import RecordId
from tests.sync.real_province import real_province
from tests.sync.test_children_move import Two, child, move, visit

__all__ = ["child"]


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Two]:
    monkeypatch.setattr("sync.server.pull.WORTH", 1)
    with real_province(tmp_path) as real:
        made = Two(tmp_path, real)
        yield made
        for desk in made.desks.values():
            desk.register.close()


def test_a_child_that_came_by_a_move_is_in_the_snapshot_whole(two: Two, child: RecordId) -> None:
    visit(two.old, child)
    move(two.old, child)
    two.old.sync()
    two.new.sync()
    assert two.new.ask("SELECT count(*) FROM change WHERE seq>0") != [(0,)]
    assert two.new.ask("SELECT full_name FROM person WHERE id=?", child) == [("Chìu Văn Sáng",)]
    assert two.new.ask("SELECT count(*) FROM home_visit") == [(1,)]
    assert two.new.ask("SELECT person FROM child_index") == [(child,)]
