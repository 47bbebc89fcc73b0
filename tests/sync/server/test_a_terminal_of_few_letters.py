"""A terminal whose letters lack most Vietnamese ones: what was done is said all the same, as far as it has letters."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

import msgspec
import pytest

from sync.server import __main__ as program
from tests.sync.actors.server_fixtures import command
from tests.sync.server.test_asked_at_a_terminal import WORDS, line_of, pty


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert command(tmp_path, "init", "--name", "Quảng Ninh", "--host", "localhost").returncode == 0
    return tmp_path


def test_a_report_that_was_handed_down_is_said_to_be(folder: Path) -> None:
    """Else it is handed down once more."""
    ours, theirs = pty.openpty()
    told = ["--place", "Khe", "--description", "b"]
    environment = os.environ | {"PYTHONIOENCODING": "latin-1"}
    words = [*("06652" if word == "06838" else word for word in WORDS), *told]
    with subprocess.Popen(line_of(folder, *words), stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as one:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:
            os.close(ours)
        code = one.wait(timeout=60)
    waiting = msgspec.json.decode(command(folder, "status", "--json").stdout)["reports_waiting"]
    assert (sum(waiting.values()), code) == (1, 0), shown.decode("latin-1")[-400:]


class FewLetters(io.TextIOWrapper):
    """A terminal in this process."""

    def isatty(self) -> bool:
        return True


def status_shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    shown = io.BytesIO()
    monkeypatch.setattr("sys.stdout", FewLetters(shown, "latin-1"))
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key.json")]
    assert program.main(["--lang", "vi", "status", *places]) == 0
    return shown.getvalue().decode("latin-1")


def test_a_letter_that_it_lacks_is_a_question_mark(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Qu?ng Ninh" in status_shown(folder, monkeypatch)


def test_taken_as_it_is_it_would_end_the_command(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(program, "_take_every_letter", lambda: None)
    with pytest.raises(UnicodeEncodeError):
        status_shown(folder, monkeypatch)
