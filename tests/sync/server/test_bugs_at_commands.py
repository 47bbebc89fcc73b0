"""A bug that a command or a serving process meets is told by its type and its place, never by what it was about."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import open_province
from tests.sync.actors.server_fixtures import command

NAMES = ("Nà Ếch", "Chìu Văn Sáng", "0912000111")
BROKEN = "CREATE TRIGGER broken BEFORE INSERT ON record_report BEGIN SELECT RAISE(ABORT, 'broken'); END"
TOLD = ("--commune", "06838", "--received", "2026-11-23 23:40", "--description", "x", "--place", "Thôn Nà Ếch")
OF_WHOM = ("--child-name", "Chìu Văn Sáng", "--reporter-contact", "0912000111")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A province whose database refuses every report for a reason that no sentence knows."""
    assert command(tmp_path, "init", "--name", "Quảng Ninh", "--host", "localhost").returncode == 0
    with closing(open_province(tmp_path / "data", tmp_path / "key.json")) as province:
        province.database.write(lambda connection: connection.exec_driver_sql(BROKEN), WHOLE_PROVINCE)
    return tmp_path


def _told(folder: Path, program: str) -> str:
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key.json")]
    line = [sys.executable, "-c", program, "--lang", "en", "report-in", *places, *TOLD, *OF_WHOM]
    done = subprocess.run(line, capture_output=True, encoding="utf-8", timeout=60)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    return done.stderr


def test_a_bug_is_told_without_a_word_about_anybody(folder: Path) -> None:
    said = _told(folder, "import sys; from sync.server.__main__ import main; sys.exit(main())")
    assert not [name for name in NAMES if name in said]
    assert "sqlalchemy.exc.IntegrityError" in said
    assert "sync.server.commands.report_commands" in said


def test_pythons_own_way_would_tell(folder: Path) -> None:
    """The twin: the words are given, so the process keeps Python's hook."""
    said = _told(folder, "import sys; from sync.server.__main__ import main; sys.exit(main(sys.argv[1:]))")
    assert [name for name in NAMES if name in said]


def test_nor_does_what_a_serving_process_does_by_itself() -> None:
    program = (
        "import sys, threading; from sync.server import __main__ as entry; entry._name_nobody_in_bugs()\n"
        "def work(): raise ValueError('Chìu Văn Sáng') from KeyError('Nà Ếch')\n"
        "one = threading.Thread(target=work); one.start(); one.join()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", timeout=60)
    assert not [name for name in NAMES if name in done.stderr]
    assert done.stderr.splitlines()[0] == "builtins.ValueError"
    assert "builtins.KeyError" in done.stderr
