"""A command that asks before it acts, and is answered when another store has taken the place of the one it looked at.

What it then says it has done is done in the province that is served, or it is not said.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from sync.server.__main__ import main
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import open_province
from tests.sync.actors.server_fixtures import command, province_in
from tests.sync.moves.test_server_moves import Child

Meanwhile = Callable[[Path], Path]
"""What somebody does at another terminal; the data folder that is served from then on."""


def _restore(folder: Path) -> Path:
    assert command(folder, "restore", "--from", str(folder / "monday")).returncode == 0
    return folder / "data"


def _migrate(folder: Path) -> Path:
    assert command(folder, "migrate-store", "--new-data", str(folder / "new")).returncode == 0
    return folder / "new"


@pytest.fixture
def stolen(tmp_path: Path) -> str:
    with province_in(tmp_path) as world:
        desk = world.desk()
        Child(desk)
    assert command(tmp_path, "backup", "--to", str(tmp_path / "monday")).returncode == 0
    return desk.id


def _asked(folder: Path, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch, answer: str, *words: str) -> Path:
    served: list[Path] = []

    def typed(_question: str) -> str:
        served.append(meanwhile(folder))
        return answer

    monkeypatch.setattr("builtins.input", typed)
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key.json")]
    named, rest = (words[:2], words[2:]) if words[0] == "desk" else (words[:1], words[1:])
    code = main(["--lang", "en", *named, *places, *rest])
    if code != 0:
        pytest.skip("it is refused, and says so")
    return served[0]


@pytest.mark.parametrize("meanwhile", [_restore, _migrate])
def test_a_stolen_pc_is_out_of_service_where_it_is_said_to_be(
    stolen: str, tmp_path: Path, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = _asked(tmp_path, meanwhile, monkeypatch, stolen, "desk", "revoke", stolen)
    with closing(open_province(served, tmp_path / "key.json")) as province:
        asked = select(tables.desk.c.status).where(tables.desk.c.id == stolen)
        assert province.database.read(lambda connection: connection.scalar(asked), WHOLE_PROVINCE) == "revoked"


def test_a_child_is_erased_where_it_is_said_to_be(stolen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_province(tmp_path / "data", tmp_path / "key.json")) as province:
        number = select(tables.RECORDS["child_file"].c.person)
        person = str(province.database.read(lambda connection: connection.scalar(number), WHOLE_PROVINCE))
    served = _asked(tmp_path, _migrate, monkeypatch, person, "erase", person, "--who", "a", "--why", "b")
    with closing(open_province(served, tmp_path / "key.json")) as province:
        people = select(tables.RECORDS["person"].c.id)
        assert person not in province.database.read(lambda connection: list(connection.scalars(people)), WHOLE_PROVINCE)
