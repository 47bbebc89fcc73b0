"""Several reports of 111 at once, and one twice: what does not hold is found, and what may be the same is told."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.sync.actors.server_fixtures import command

REPORT = ("--commune", "06838", "--received", "2026-11-23 23:40", "--place", "Thôn Nà Ếch", "--description", "Sealed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert command(tmp_path, "init", "--name", "Quảng Ninh", "--host", "localhost").returncode == 0
    return tmp_path


def test_of_a_list_it_is_said_which_report_does_not_hold(folder: Path) -> None:
    good = {"commune": "06838", "source": "111", "received": "2026-11-23 23:40", "place": "a", "description": "b"}
    for wrong in ({"received": "23h40"}, {"place": " "}, {"commune": "S:AD01"}, {"child_age": 40}):
        told = folder / "reports.json"
        told.write_bytes(msgspec.json.encode([good, {**good, **wrong}, good]))
        refused = command(folder, "report-in", "--from-file", str(told))
        assert (refused.returncode, refused.stderr.startswith("Report 2 of 3: ")) == (2, True), refused.stderr


def test_who_hands_one_down_twice_is_told(folder: Path) -> None:
    """It may be another one, so it goes down: what was told is sealed, and nobody here can compare it."""
    first = command(folder, "report-in", *REPORT)
    second = command(folder, "report-in", *REPORT, "--json")
    ((one,), record) = msgspec.json.decode(second.stdout), first.stdout.split("report ")[1].split(".")[0]
    assert (one["like"], one["record"] == record, "stood there before" in first.stdout) == (record, False, False)
    third = command(folder, "report-in", *REPORT)
    assert f"stood there before: report {one['record']}." in third.stdout
    assert "stood there" not in command(folder, "report-in", *REPORT[:-3], "Khe Lạc", *REPORT[-2:]).stdout
