"""A code was made and withdrawn before any PC used it: there is nobody to write a bundle for, nor who removes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.sync.actors.server_fixtures import World, command, province_in

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with province_in(tmp_path) as opened:
        yield opened


def code_withdrawn(folder: Path, *more: str) -> tuple[str, str]:
    desk = str(msgspec.json.decode(command(folder, "enrol-code", "--scope", "C:06838", "--json").stdout)["desk"])
    done = command(folder, "desk", "revoke", desk, "--yes", *more)
    assert done.returncode == 0, done.stderr
    return desk, done.stdout


def test_it_is_said_that_no_pc_is_there_and_not_that_something_is_damaged(world: World, tmp_path: Path) -> None:
    desk, _ = code_withdrawn(tmp_path)
    done = command(tmp_path, "bundle", "out", "--desk", desk, "--to", str(tmp_path))
    assert done.returncode == 2
    assert "damaged" not in done.stderr, done.stderr


def test_no_register_is_promised_to_be_destroyed(world: World, tmp_path: Path) -> None:
    desk, said = code_withdrawn(tmp_path, "--remove")
    (listed,) = [one for one in msgspec.json.decode(command(tmp_path, "desk", "list", "--json").stdout)]
    assert listed["desk"] == desk
    assert "destroys its register" not in said, said
    assert listed["removal"] != "ordered", "it stays so for ever: nobody is there who could sign"
