"""An erasure that is cut short behind its last word in the database still keeps every backup from undoing it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import Fault
from sync.server.lifecycle import erased_list
from tests.helpers.store_engine import engine
from tests.sync.actors.server_fixtures import World, command, province_in
from tests.sync.erasure.test_server_erasure import command_erase, words_in
from tests.sync.moves.test_server_moves import Child

pytestmark = pytest.mark.usefixtures("store_engine")


class PowerCut(Exception):
    """The power went out."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A province with a child, and beside it a copy of before anything was erased."""
    with province_in(tmp_path) as world:
        Child(world.desk())
    engine.copy(tmp_path, tmp_path.with_name(f"{tmp_path.name}-copy"))
    return tmp_path


def _cut(folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> str:
    """Erase the child; before the list can be written something comes between. What was said."""

    def write(*_: object) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(erased_list, "write_private", write)
        if isinstance(error, PowerCut):
            with pytest.raises(PowerCut):
                command_erase(folder, "QN-1", "--yes")
            return ""
        return command_erase(folder, "QN-1", "--yes").stderr


def _settled(folder: Path) -> World:
    """The copy of before, with the list that lies in the data folder now, as a server that starts finds it."""
    copy = folder.with_name(f"{folder.name}-copy")
    listed = folder / "data" / erased_list.FILE
    if listed.exists():
        shutil.copy2(listed, copy / "data" / erased_list.FILE)
    world = World(copy)
    erased_list.settle(world.province)
    return world


@pytest.mark.parametrize("error", [PowerCut(), Fault("The disk is full.")])
@pytest.mark.parametrize(
    "again", [lambda folder: command_erase(folder, "QN-1", "--yes"), lambda folder: command(folder, "erasures")]
)
def test_whatever_is_asked_next_brings_the_list_up_to_date(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, again: Callable[[Path], object]
) -> None:
    said = _cut(folder, monkeypatch, error)
    assert ("It is erased" in said) is isinstance(error, Fault), said
    again(folder)
    world = _settled(folder)
    assert "Chìu" not in words_in(world)
    world.close()


def test_left_as_it_was_a_backup_would_bring_it_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    _cut(folder, monkeypatch, PowerCut())
    with monkeypatch.context() as patch:
        patch.setattr(erased_list, "settle", lambda province: 0)
        command_erase(folder, "QN-1", "--yes")
    world = _settled(folder)
    assert "Chìu" in words_in(world)
    world.close()


def test_who_asks_again_by_its_number_is_not_told_that_it_stands(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _cut(folder, monkeypatch, PowerCut())
    assert "What was erased before" in command_erase(folder, "QN-1", "--yes").stderr
    assert "QĐ 12/2026" in command(folder, "erasures").stdout
