"""What was told of a child stands on no command line: a terminal is asked for it, or it comes by standard input."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import open_province
from tests.sync.actors.server_fixtures import command

pty = pytest.importorskip("pty", reason="Windows has no terminal that a test can type at")

WORDS = ("--commune", "06838", "--received", "2026-11-23 23:40")
ANSWERS = ("Thôn Nà Ếch", "Hoà", "", "0912000111", "Cháu bị đánh.", "Có dấu vết ở tay.", "")


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
    """The only report, as far as the province can read it."""
    province = open_province(folder / "data", folder / "key.json")
    try:
        table = tables.RECORDS["report"]
        (row,) = province.database.read(lambda tx: tx.execute(table.select()).mappings().all(), WHOLE_PROVINCE)
        return dict(row)
    finally:
        province.close()


def test_a_terminal_is_asked_for_what_was_told(folder: Path) -> None:
    line = line_of(folder, *WORDS, "--age", "7")
    code, shown = at_a_terminal(line, "".join(answer + "\n" for answer in ANSWERS))
    assert code == 0, shown
    assert "Where it happens: " in shown
    assert "Handed down" in shown
    assert not set(ANSWERS) & set(line)
    found = report(folder)
    assert (found["place"], found["child_age"]) == ("Thôn Nà Ếch", 7)


def test_one_who_ends_it_has_written_nothing(folder: Path) -> None:
    code, _ = at_a_terminal(line_of(folder, *WORDS), "Thôn Nà Ếch\n\n\x04\n")
    assert code in (2, 130)
    assert msgspec.json.decode(command(folder, "status", "--json").stdout)["reports_waiting"] == {}


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
