"""What was told of a child stands on no command line: a terminal is asked for it, or it comes by standard input."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, select

from sync.change import read_line
from sync.seal import BoxKey, open_value
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import Province, open_province
from sync.server.identity.scopes import private_key
from tests.sync.actors.server_fixtures import command

pty = pytest.importorskip("pty", reason="Windows has no terminal that a test can type at")

WORDS = ("--commune", "06838", "--received", "2026-11-23 23:40")
ANSWERS = ("Thôn Nà Ếch", "Hoà", "", "0912000111", "Cháu bị đánh.", "", "Có dấu vết ở tay.", ".")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert command(tmp_path, "init", "--name", "Quảng Ninh", "--host", "localhost").returncode == 0
    return tmp_path


def line_of(folder: Path, *words: str) -> list[str]:
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key.json")]
    return [sys.executable, "-m", "sync.server", "--lang", "en", "report-in", *places, *words]


def at_a_terminal(line: list[str], typed: str) -> tuple[int, str]:
    """The exit code, and what stands on the terminal afterwards."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        line, stdin=theirs, stdout=theirs, stderr=theirs, env=os.environ | {"LC_ALL": "C.UTF-8"}
    ) as one:
        os.close(theirs)
        os.write(ours, typed.encode())
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # the other end is closed
            os.close(ours)
        return one.wait(timeout=60), shown.decode()


def report(folder: Path) -> dict[str, Any]:
    """The only report; what is sealed in it as its commune reads it."""
    province = open_province(folder / "data", folder / "key.json")
    try:
        return province.database.read(lambda tx: _as_its_commune_reads_it(tx, province), WHOLE_PROVINCE)
    finally:
        province.close()


def _as_its_commune_reads_it(connection: Connection, province: Province) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for raw in connection.scalars(select(tables.change.c.raw).where(tables.change.c.kind == "report")):
        change = read_line(b" " + raw).change  # its signature is kept beside it
        key = BoxKey.from_bytes(private_key(connection, change.scope, province.keys.escrow))
        place = {"scope": change.scope, "record": change.record}
        found |= change.set
        found |= {name: open_value(key, value, **place, field=name) for name, value in change.seal.items()}
    return found


def test_a_terminal_is_asked_for_what_was_told(folder: Path) -> None:
    line = line_of(folder, *WORDS, "--age", "7")
    code, shown = at_a_terminal(line, "".join(answer + "\n" for answer in ANSWERS))
    assert code == 0, shown
    assert "Where it happens: " in shown
    assert "Handed down" in shown
    found = report(folder)
    assert (found["place"], found["child_age"]) == ("Thôn Nà Ếch", 7)
    assert (found["child_name"], found["reporter_contact"]) == ("Hoà", "0912000111")
    assert found["description"] == "Cháu bị đánh.\n\nCó dấu vết ở tay."
    assert "reporter_name" not in found


def test_one_who_ends_it_has_written_nothing(folder: Path) -> None:
    code, _ = at_a_terminal(line_of(folder, *WORDS), "Thôn Nà Ếch\n\n\x04\n")
    assert code == 2
    assert msgspec.json.decode(command(folder, "status", "--json").stdout)["reports_waiting"] == {}


@pytest.mark.parametrize(
    "wrong",
    [
        ("--commune", "99999", *WORDS[2:]),
        ("--commune", "S:AD01", *WORDS[2:]),
        (*WORDS[:2], "--received", "2999-01-01 00:00"),
        (*WORDS, "--age", "40"),
        (*WORDS, "--data", "nowhere"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_written_down(folder: Path, wrong: tuple[str, ...]) -> None:
    """Somebody is on the telephone: what was told would have been written down for nothing."""
    code, shown = at_a_terminal(line_of(folder, *wrong), "".join(answer + "\n" for answer in ANSWERS))
    assert code == 2, shown
    assert "Where it happens" not in shown


def test_what_does_not_hold_is_asked_for_once_more(folder: Path) -> None:
    """Not refused after all of it was written down."""
    place, child, *rest = ANSWERS
    typed = ["", "x" * 300, place, "y" * 200, child, *rest[:2], ".", *rest[2:]]
    code, shown = at_a_terminal(line_of(folder, *WORDS), "".join(answer + "\n" for answer in typed))
    assert code == 0, shown
    assert "place: Please fill this in." in shown
    assert "description: Please fill this in." in shown
    found = report(folder)
    assert (found["place"], found["child_name"]) == (place, child)
    assert found["description"] == "Cháu bị đánh.\n\nCó dấu vết ở tay."


def test_without_a_terminal_nobody_is_asked(folder: Path) -> None:
    done = subprocess.run(line_of(folder, *WORDS), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "Still needed: --place, --description" in done.stderr) == (2, True)


def test_a_hotlines_own_program_hands_it_over_by_standard_input(folder: Path) -> None:
    told = {"commune": "06838", "source": "111", "received": "2026-11-23 23:40", "place": "Nà Ếch", "description": "b"}
    done = subprocess.run(
        line_of(folder, "--from-file", "-"), input=msgspec.json.encode(told), capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert report(folder)["place"] == "Nà Ếch"
