"""An order to erase reaches whom it names: two files of one number are told apart, and what was set aside goes too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import uuid7
from sync.server.engine import tables
from sync.server.lifecycle import erasing
from tests.sync.actors.server_fixtures import World, command, province_in
from tests.sync.erasure.test_server_erasure import command_erase, words_in
from tests.sync.moves.test_server_moves import Child

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with province_in(tmp_path) as opened:
        yield opened


def test_of_two_files_with_one_number_each_can_be_named(world: World, tmp_path: Path) -> None:
    """Two PCs of one disk gave it out: a number is made of the desk's own mark and of how far it has counted."""
    first, second = Child(world.desk()), Child(world.desk())
    done = command_erase(tmp_path, "QN-1", "--yes")
    assert done.returncode == 2
    assert "There is no record" not in done.stderr, done.stderr
    assert first.person in done.stderr
    assert second.person in done.stderr
    assert command_erase(tmp_path, second.person, "--yes").returncode == 0
    done = command_erase(tmp_path, "QN-1", "--yes")  # by now it is one child's
    assert done.returncode == 0, done.stderr
    assert world.count("record_child_file") == 0


def test_taken_for_no_number_it_would_be_nobodys(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    Child(world.desk()), Child(world.desk())
    monkeypatch.setattr(erasing, "_child_with", lambda connection, number: None)
    assert "There is no record" in command_erase(tmp_path, "QN-1", "--yes").stderr


def test_a_child_whom_only_a_withdrawn_pc_registered_can_be_erased(world: World, tmp_path: Path) -> None:
    """All that the province holds of the child was set aside, with the name in it."""
    late, person = world.desk(), uuid7()
    assert command(tmp_path, "desk", "revoke", late.id, "--yes").returncode == 0
    assert late.results(late.change("person", person, {"full_name": "Chìu Văn Sáng"})) == [("quarantined", "revoked")]
    assert "Chìu" in "".join(row.raw.decode() for row in world.rows(select(tables.quarantine.c.raw)))
    done = command_erase(tmp_path, person, "--yes")
    assert done.returncode == 0, done.stderr
    assert "Chìu" not in words_in(world)
