"""PostgreSQL opens without the key-file: one of another province is refused before anything is signed by it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import uuid7
from sync.server.engine.database import ANOTHER_KEY
from sync.server.identity import province
from tests.sync.actors.server_fixtures import ServerDesk, World, command, province_in

pytestmark = pytest.mark.usefixtures("on_postgres")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A province beside whose data lies the key-file of another one."""
    with province_in(tmp_path) as opened:
        with province_in(tmp_path / "another"):
            shutil.copyfile(tmp_path / "another" / "key.json", tmp_path / "key.json")
        yield opened


@pytest.fixture
def desk(world: World) -> ServerDesk:
    return world.desk()


@pytest.fixture
def child(desk: ServerDesk) -> str:
    record = uuid7()
    desk.send("person", record, {"full_name": "Chìu Văn Khoa"})
    return record


@pytest.mark.parametrize("name", ["status", "root", "policy", "erase", "revoke", "export-log"])
def test_no_command_does_anything(world: World, desk: ServerDesk, child: str, tmp_path: Path, name: str) -> None:
    words = {
        "policy": ("policy", "--lease-days", "20"),
        "erase": ("erase", child, "--who", "x", "--why", "y", "--yes"),
        "revoke": ("desk", "revoke", desk.id, "--yes"),
        "export-log": ("export-log", "--to", str(tmp_path / "log")),
    }
    before = [world.count(table) for table in ("change", "audit", "root")]
    done = command(tmp_path, *words.get(name, (name,)))
    assert (done.returncode, done.stderr.strip()) == (2, ANOTHER_KEY)
    assert [world.count(table) for table in ("change", "audit", "root")] == before
    assert not (tmp_path / "log").exists()


def test_unasked_it_would_sign_what_no_desk_gets_past(
    world: World, child: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(province, "_refuse_another_key", lambda connection, keys: None)
    before = world.count("change")
    assert command(tmp_path, "erase", child, "--who", "x", "--why", "y", "--yes").returncode == 0
    assert world.count("change") == before + 1
