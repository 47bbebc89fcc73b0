"""A report whose Vietnamese letters come in pieces, as some keyboards write them, is handed down like any other."""

from __future__ import annotations

import os
import subprocess
import unicodedata
from pathlib import Path

import msgspec
import pytest

from tests.sync.actors.server_fixtures import command
from tests.sync.server.test_asked_at_a_terminal import ANSWERS, WORDS, at_a_terminal, line_of, pty, report

TOLD = {"commune": "06838", "source": "111", "received": "2026-11-23 23:40", "place": "Nà Ếch"}
TOLD |= {"description": "Bị đánh"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert command(tmp_path, "init", "--name", "Quảng Ninh", "--host", "localhost").returncode == 0
    return tmp_path


def in_pieces(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def test_typed_at_a_terminal(folder: Path) -> None:
    typed = "".join(in_pieces(answer) + "\n" for answer in ANSWERS)
    code, shown = at_a_terminal(line_of(folder, *WORDS), typed)
    assert code == 0, shown
    assert report(folder)["place"] == "Thôn Nà Ếch"
    assert report(folder)["description"] == "Cháu bị đánh.\n\nCó dấu vết ở tay."


def test_on_a_command_line(folder: Path) -> None:
    told = [*WORDS, "--place", in_pieces("Nà Ếch"), "--description", in_pieces("Bị đánh")]
    done = command(folder, "report-in", *told)
    assert done.returncode == 0, done.stderr
    assert report(folder)["place"] == "Nà Ếch"


def test_handed_over_by_a_hotlines_own_program(folder: Path) -> None:
    told = msgspec.json.encode({name: in_pieces(value) for name, value in TOLD.items()})
    done = subprocess.run(line_of(folder, "--from-file", "-"), input=told, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert report(folder)["description"] == "Bị đánh"


def test_half_a_letter_at_a_terminal_is_told_in_a_sentence(folder: Path) -> None:
    """A terminal that counts bytes takes back half of a letter; what was told until then is not to go with it."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        line_of(folder, *WORDS), stdin=theirs, stdout=theirs, stderr=theirs, env=os.environ | {"LC_ALL": "C.UTF-8"}
    ) as one:
        os.close(theirs)
        os.write(ours, "Thôn Nà \n".encode() + b"Ho\xe1\xba\n\n\n" + "Cháu bị đánh.\n.\n".encode())
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:
            os.close(ours)
        code = one.wait(timeout=60)
    assert b"Traceback" not in shown, shown.decode(errors="replace")
    assert code in (0, 2)


@pytest.mark.parametrize(
    "words",
    [
        ("enrol-code", "--scope", "C:06838", "--label", b"PC \xff"),
        ("enrol-code", "--scope", "S:AD01", "--name", b"Nh\xe0 m\xfd"),
        ("report-in", *WORDS, "--place", b"Nh\xe0", "--description", "b"),
        ("erase", "QN-1", "--who", b"S\xff", "--why", "x"),
        ("desk", "revoke", b"\xff", "--yes"),
        ("bundle", "out", "--desk", b"\xff", "--to", "."),
    ],
    ids=lambda words: words[0],
)
def test_bytes_that_are_no_letters_are_refused_with_a_sentence(folder: Path, words: tuple[str | bytes, ...]) -> None:
    named = line_of(folder)
    at = named.index("report-in")
    many = 2 if words[0] in ("desk", "bundle") else 1
    line = [*named[:at], *words[:many], *named[at + 1 :], *words[many:]]
    done = subprocess.run(line, capture_output=True, timeout=60, env=os.environ | {"LC_ALL": "C.UTF-8"})
    assert b"Traceback" not in done.stderr, done.stderr.decode()[-300:]
    assert done.returncode == 2
