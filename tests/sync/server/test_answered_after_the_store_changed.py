"""A command that asks before it acts, and is answered when another store has taken the place of the one it looked at.

What it then says it has done is done in the province that is served, or it is not said.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from sync import seal
from sync.server.commands import commands
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import open_province
from tests.sync.actors.server_fixtures import Done, command, province_in
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


@pytest.fixture
def person(stolen: str, tmp_path: Path) -> str:
    with closing(open_province(tmp_path / "data", tmp_path / "key.json")) as province:
        named = select(tables.RECORDS["child_file"].c.person)
        return str(province.database.read(lambda connection: connection.scalar(named), WHOLE_PROVINCE))


def _asked(folder: Path, meanwhile: Meanwhile, answer: str, *words: str) -> tuple[Done, Path]:
    """How the command ended, and the folder that is served since before it was answered."""
    served: list[Path] = []

    def typed(_question: str) -> str:
        served.append(meanwhile(folder))
        return answer

    with pytest.MonkeyPatch.context() as answered:
        answered.setattr("builtins.input", typed)
        done = command(folder, *words)
    return done, served[0]


def _status_of(desk: str, served: Path, key: Path) -> str:
    with closing(open_province(served, key)) as province:
        asked = select(tables.desk.c.status).where(tables.desk.c.id == desk)
        return str(province.database.read(lambda connection: connection.scalar(asked), WHOLE_PROVINCE))


def _is_there(person: str, served: Path, key: Path) -> bool:
    with closing(open_province(served, key)) as province:
        people = select(tables.RECORDS["person"].c.id)
        return person in province.database.read(lambda connection: list(connection.scalars(people)), WHOLE_PROVINCE)


def test_a_stolen_pc_is_out_of_service_in_the_backup_that_stands_there_now(stolen: str, tmp_path: Path) -> None:
    done, served = _asked(tmp_path, _restore, stolen, "desk", "revoke", stolen)
    assert done.returncode == 0, done.stderr
    assert _status_of(stolen, served, tmp_path / "key.json") == "revoked"


def test_of_a_province_that_was_moved_it_is_not_said(stolen: str, tmp_path: Path) -> None:
    done, served = _asked(tmp_path, _migrate, stolen, "desk", "revoke", stolen)
    assert (done.returncode, str(served) in done.stderr) == (2, True), done
    assert "is out of service. What" not in done.stdout
    assert _status_of(stolen, served, tmp_path / "key.json") == "active"


def test_a_child_is_erased_in_the_backup_that_stands_there_now(person: str, tmp_path: Path) -> None:
    done, served = _asked(tmp_path, _restore, person, "erase", person, "--who", "a", "--why", "b")
    assert done.returncode == 0, done.stderr
    assert not _is_there(person, served, tmp_path / "key.json")


def test_nor_is_an_erasure_said_of_one_that_was_moved(person: str, tmp_path: Path) -> None:
    done, served = _asked(tmp_path, _migrate, person, "erase", person, "--who", "a", "--why", "b")
    assert (done.returncode, str(served) in done.stderr, "Erased:" in done.stdout) == (2, True, False), done
    assert _is_there(person, served, tmp_path / "key.json")


def test_nobody_is_answered_whose_pc_was_withdrawn_meanwhile(stolen: str, tmp_path: Path) -> None:
    def withdrawn(folder: Path) -> Path:
        assert command(folder, "desk", "revoke", stolen, "--yes").returncode == 0
        return folder / "data"

    request = seal.recovery_request(stolen, seal.BoxKey.generate().public)
    done, _ = _asked(tmp_path, withdrawn, "yes", "recover", request)
    assert (done.returncode, "Read out" in done.stdout) == (2, False), done


def test_held_open_over_the_question_it_would_be_said(
    stolen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    kept = open_province(tmp_path / "data", tmp_path / "key.json")
    monkeypatch.setattr(commands, "opened", lambda args: kept)
    monkeypatch.setattr(type(kept), "close", lambda self: None)
    done, served = _asked(tmp_path, _migrate, stolen, "desk", "revoke", stolen)
    assert done.returncode == 0
    monkeypatch.undo()
    kept.close()
    assert _status_of(stolen, served, tmp_path / "key.json") == "active"
