"""Several reports of 111 at once, and one twice: what does not hold is found, and what may be the same is told."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, update

from commune_desk.domain.time.clock import to_iso
from sync.protocol import PROVINCE_DESK
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import open_province
from tests.sync.actors.real_province import RealProvince
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


def test_a_place_whose_desks_are_silent_is_told(folder: Path) -> None:
    """Handed down is not heard: the twelve hours run, and its PC may be broken."""

    def said() -> str:
        return command(folder, "report-in", *REPORT).stdout

    assert "No desk of this place is enrolled yet" in said()
    for ago, told in ((None, "desks: –."), (timedelta(days=20), "desks: "), (timedelta(minutes=5), "")):
        with closing(open_province(folder / "data", folder / "key.json")) as province:
            seen_at = to_iso(province.clock.now() - ago) if ago is not None else None
            real = RealProvince(province)
            real.enrol()
            real.line.shut()
            province.database.write(partial(_seen, seen_at), WHOLE_PROVINCE)
        assert ("The last contact of its " + told in said()) == bool(told)


def _seen(seen_at: str | None, connection: Connection) -> None:
    connection.execute(update(tables.desk).where(tables.desk.c.id != PROVINCE_DESK).values(seen_at=seen_at))
