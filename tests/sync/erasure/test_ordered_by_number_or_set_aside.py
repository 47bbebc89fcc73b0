"""An order to erase reaches whom it names: two files of one number are told apart, and what was set aside goes too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import uuid7
from sync.server.engine import tables
from tests.sync.actors.server_fixtures import World, command, province_in
from tests.sync.erasure.test_server_erasure import command_erase, words_in
from tests.sync.moves.test_server_moves import Child

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with province_in(tmp_path) as opened:
        yield opened


def test_of_two_files_with_one_number_it_is_not_said_that_there_is_none(world: World, tmp_path: Path) -> None:
    """Two PCs brought in one list: the same child stands there twice, under the number that the list gave."""
    first, second = Child(world.desk()), Child(world.desk())
    done = command_erase(tmp_path, "QN-1", "--yes")
    assert done.returncode == 2
    assert "There is no record" not in done.stderr, done.stderr
    assert first.person in done.stderr
    assert second.person in done.stderr


def test_a_child_whom_only_a_withdrawn_pc_registered_can_be_erased(world: World, tmp_path: Path) -> None:
    """All that the province holds of the child was set aside, with the name in it."""
    late, person = world.desk(), uuid7()
    assert command(tmp_path, "desk", "revoke", late.id, "--yes").returncode == 0
    assert late.results(late.change("person", person, {"full_name": "Chìu Văn Sáng"})) == [("quarantined", "revoked")]
    assert "Chìu" in "".join(row.raw.decode() for row in world.rows(select(tables.quarantine.c.raw)))
    done = command_erase(tmp_path, person, "--yes")
    assert done.returncode == 0, done.stderr
    assert "Chìu" not in words_in(world)
