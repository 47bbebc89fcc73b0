"""The officer of a PC that the province stopped as one of two forgets the passphrase: without it no new code can be
typed in there, and what waits on it can never be sent."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.ids import DeskId
from sync import seal
from sync.server.identity import desks, recovering
from tests.sync.actors.server_fixtures import ServerDesk, World, command

pytestmark = pytest.mark.usefixtures("store_engine")


def request_of(desk: ServerDesk) -> str:
    return seal.recovery_request(desk.id, seal.BoxKey.generate().public)


def test_it_is_answered(world: World, tmp_path: Path) -> None:
    desk = world.desk()
    world.write(lambda connection: desks.freeze(connection, world.province, desk.id))
    assert "stopped" in command(tmp_path, "desk", "list").stdout
    done = command(tmp_path, "recover", request_of(desk), "--yes")
    assert done.returncode == 0, done.stderr


def test_one_that_is_answered_in_service_alone_is_told_that_it_is_nobody(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    desk = world.desk()
    world.write(lambda connection: desks.freeze(connection, world.province, desk.id))
    monkeypatch.setattr(recovering, "_ANSWERED", (desks.ACTIVE,))
    assert "No desk in service" in command(tmp_path, "recover", request_of(desk), "--yes").stderr


def test_nor_is_a_code_answered_that_no_pc_used(world: World, tmp_path: Path) -> None:
    made = command(tmp_path, "enrol-code", "--scope", "C:06838", "--json")
    named = str(msgspec.json.decode(made.stdout)["desk"])
    request = seal.recovery_request(DeskId(named), seal.BoxKey.generate().public)
    assert "No desk in service" in command(tmp_path, "recover", request, "--yes").stderr


def test_of_one_that_was_withdrawn_it_is_said_that_it_was(world: World, tmp_path: Path) -> None:
    """It may be stolen, so nobody is answered; but that nobody here made the request is not true."""
    desk = world.desk()
    assert command(tmp_path, "desk", "revoke", desk.id, "--yes").returncode == 0
    done = command(tmp_path, "recover", request_of(desk), "--yes")
    assert done.returncode == 2
    assert f"{desk.id} was withdrawn" in done.stderr, done.stderr
