"""A code was made and withdrawn before any PC used it: there is nobody to write a bundle for, nor who removes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import update

from sync import protocol
from sync.client.errors import Unproven
from sync.client.page import verified_keys
from sync.server.edge import courier_reply
from sync.server.engine import tables
from sync.server.identity import desks
from tests.sync.actors.server_fixtures import ServerDesk, World, command

pytestmark = pytest.mark.usefixtures("store_engine")


def code_of(folder: Path) -> str:
    return str(msgspec.json.decode(command(folder, "enrol-code", "--scope", "C:06838", "--json").stdout)["desk"])


def code_withdrawn(folder: Path) -> str:
    desk = code_of(folder)
    done = command(folder, "desk", "revoke", desk, "--yes")
    assert done.returncode == 0, done.stderr
    assert "sends" not in done.stdout
    return desk


def written_for(desk: str, folder: Path) -> str:
    """What is said where no bundle can be."""
    done = command(folder, "bundle", "out", "--desk", desk, "--to", str(folder))
    assert done.returncode == 2
    return done.stderr


def test_it_is_said_that_no_pc_is_there_and_not_that_something_is_damaged(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = code_withdrawn(tmp_path)
    assert f"No PC has used the code of desk {desk}." in written_for(desk, tmp_path)
    monkeypatch.setattr(courier_reply, "existing", desks.find)  # the twin
    assert "damaged" in written_for(desk, tmp_path)


def removal_of(desk: str, folder: Path) -> str:
    (listed,) = msgspec.json.decode(command(folder, "desk", "list", "--json").stdout)
    assert listed["desk"] == desk
    return str(listed["removal"])


def test_no_register_is_promised_to_be_destroyed(world: World, tmp_path: Path) -> None:
    desk = code_of(tmp_path)
    done = command(tmp_path, "desk", "revoke", desk, "--yes", "--remove")
    assert (done.returncode, done.stdout) == (2, "")
    assert "without --remove" in done.stderr
    assert command(tmp_path, "desk", "revoke", desk, "--yes").returncode == 0
    again = command(tmp_path, "desk", "revoke", desk, "--yes", "--remove")
    assert (again.returncode, "already" in again.stderr) == (2, True)
    assert removal_of(desk, tmp_path) == ""


def test_of_one_that_was_ordered_removed_before_none_is_waited_for(world: World, tmp_path: Path) -> None:
    """An earlier version took the order; a PC that is enrolled shows it."""
    desk = code_withdrawn(tmp_path)
    named = update(tables.desk).where(tables.desk.c.id == desk)
    world.write(lambda connection: connection.execute(named.values(removal_at=world.province.now())))
    assert removal_of(desk, tmp_path) == ""
    world.write(lambda connection: connection.execute(named.values(sign_public=b"k")))
    assert removal_of(desk, tmp_path) == "ordered"


def keys_told(desk: ServerDesk, world: World) -> dict[str, bytes]:
    header = protocol.decode(desk.pull(C_06838=0).body.partition(b"\n")[0], protocol.PullHeader)
    return verified_keys(header, world.province.keys.authority.public)


def test_the_other_desks_of_its_place_are_told_nothing_of_it(world: World, tmp_path: Path) -> None:
    """It has no certificate; an empty one would prove nothing, and no page of the place would be taken over."""
    desk = world.desk()
    named = code_withdrawn(tmp_path)
    assert desk.id in keys_told(desk, world)
    empty = update(tables.desk).where(tables.desk.c.id == named)
    world.write(lambda connection: connection.execute(empty.values(sign_public=b"k")))  # the twin
    with pytest.raises(Unproven):
        keys_told(desk, world)
