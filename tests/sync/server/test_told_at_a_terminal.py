"""What strangers name, a PC or a file on a stick, tells a terminal nothing to do and stands in nobody else's line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from sync.server.commands import texts
from sync.server.engine import tables
from tests.sync.actors.server_fixtures import Done, command, province_in

SPOOF = "Phòng 1\x1b[2K\rDesk AAAAAA: reception\n\x9b8m\u202egnourt\u2066"
OBEYED = ("\x1b", "\r", "\x9b", "\u202e", "\u2066", "Desk AAAAAA: reception\n")


@pytest.fixture
def desk(tmp_path: Path) -> str:
    """The id of a desk whose PC calls itself something that is more than a name."""
    with province_in(tmp_path) as world:
        made = world.desk()
        named = update(tables.desk).where(tables.desk.c.id == made.id).values(label=SPOOF)
        world.write(lambda connection: connection.execute(named))
        return made.id


def _listed(folder: Path) -> Done:
    return command(folder, "desk", "list")


def test_a_list_of_desks_is_a_list(desk: str, tmp_path: Path) -> None:
    done = _listed(tmp_path)
    assert [sign for sign in OBEYED if sign in done.stdout] == []
    assert len(done.stdout.splitlines()) == 2
    assert "Phòng 1\ufffd[2K\ufffdDesk AAAAAA" in done.stdout


def test_whom_one_is_about_to_withdraw_is_told_in_one_line(
    desk: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda asked: "no")
    done = command(tmp_path, "desk", "revoke", desk)
    assert done.returncode == 2
    assert [sign for sign in OBEYED if sign in done.stdout] == []
    assert done.stdout.splitlines()[0].startswith(f"Desk {desk}: Phòng 1")


def test_as_json_it_is_the_very_name(desk: str, tmp_path: Path) -> None:
    done = command(tmp_path, "desk", "list", "--json")
    assert [sign for sign in OBEYED if sign in done.stdout] == []
    assert [one["label"] for one in json.loads(done.stdout)] == [SPOOF]


def test_nor_does_the_name_of_a_file_on_a_stick(desk: str, tmp_path: Path) -> None:
    (stick := tmp_path / "usb").mkdir()
    (stick / "\x1b[2J\u202e.cdsync").write_bytes(b"no bundle")
    named = command(tmp_path, "bundle", "in", str(stick / "\x1b[2J\u202e.cdsync"))
    assert (named.returncode, "\ufffd[2J\ufffd.cdsync" in named.stdout) == (2, True)
    assert [sign for sign in OBEYED if sign in named.stdout + named.stderr] == []


def test_told_as_it_stands_it_would_be_obeyed(desk: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr("sync.server.commands.desk_table.harmless", lambda text: text)
    assert "\x1b[2K\r" in _listed(tmp_path).stdout
    monkeypatch.setattr(texts, "harmless", lambda text: text)
    monkeypatch.setattr("builtins.input", lambda asked: "no")
    assert "\x1b[2K\r" in command(tmp_path, "desk", "revoke", desk).stdout
