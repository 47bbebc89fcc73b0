"""The command that takes in what a withdrawn PC sent: it tells in numbers what that is, and asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import uuid7
from sync.server.engine import tables
from sync.server.identity import desks
from tests.sync.actors.server_fixtures import Done, World, command

NAME = {"full_name": "Đặng Thị Hoà"}


@pytest.fixture
def withdrawn(world: World) -> str:
    """A PC that sent two people after it was withdrawn."""
    desk = world.desk()
    world.write(lambda connection: desks.revoke(connection, world.province, desk.id))
    assert desk.results(*(desk.change("person", uuid7(), NAME) for _ in range(2))) == [("quarantined", "revoked")] * 2
    return desk.id


def answered(folder: Path, desk: str, typed: str, monkeypatch: pytest.MonkeyPatch) -> Done:
    monkeypatch.setattr("builtins.input", lambda _asked: typed)
    return command(folder, "desk", "admit", desk)


@pytest.mark.parametrize("is_meant", [True, False])
def test_it_is_taken_in_only_after_its_id_was_typed_again(
    world: World, withdrawn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_meant: bool
) -> None:
    typed = f"{withdrawn.lower()} " if is_meant else "yes"
    assert answered(tmp_path, withdrawn.lower(), typed, monkeypatch).returncode == (0 if is_meant else 2)
    assert (world.count("change"), world.count("quarantine")) == ((2, 0) if is_meant else (0, 2))


def test_it_is_told_in_numbers_and_names_nobody(
    withdrawn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = answered(tmp_path, withdrawn, "", monkeypatch)
    assert f"Desk {withdrawn}: changes kept aside: 2, typed from " in told.stdout
    assert "Person 2" in told.stdout
    assert "Hoà" not in told.stdout + told.stderr


def test_a_script_need_not_be_asked_and_the_audit_log_knows(world: World, withdrawn: str, tmp_path: Path) -> None:
    done = command(tmp_path, "desk", "admit", withdrawn, "--yes")
    assert f"Changes of desk {withdrawn} taken in: 2. Still aside for another reason: 0" in done.stdout
    last = world.rows(select(tables.audit.c.action, tables.audit.c.subject).order_by(tables.audit.c.seq))[-1]
    assert tuple(last) == ("desk-admit", f"{withdrawn} 2 of 2")


def test_where_nothing_is_kept_it_says_so(world: World, tmp_path: Path) -> None:
    done = command(tmp_path, "desk", "admit", world.desk().id, "--yes")
    assert (done.returncode, "Nothing is kept aside of what desk" in done.stderr) == (2, True)
