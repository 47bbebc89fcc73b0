"""A report whose Vietnamese letters come in pieces, as some keyboards write them, is handed down like any other.

Bytes that are no letters, in a word or an answer, end no command without a sentence, and take nothing along.
"""

from __future__ import annotations

import io
import os
import subprocess
import unicodedata
from pathlib import Path

import msgspec
import pytest

from sync.server import __main__ as program
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


def test_half_a_letter_at_a_terminal_takes_nothing_along(folder: Path) -> None:
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
    assert code == 0
    assert report(folder)["child_name"] == "Ho\ufffd"
    assert report(folder)["description"] == "Cháu bị đánh."


class Terminal(io.TextIOWrapper):
    """One in this process."""

    def isatty(self) -> bool:
        return True


def half_a_letter_typed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.stdin", Terminal(io.BytesIO(b"Ho\xe1\xba\n\n\n\n" + "Bị đánh.\n.\n".encode()), "utf-8"))
    monkeypatch.setattr("sys.stdout", Terminal(io.BytesIO(), "utf-8"))
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key.json")]
    return program.main(["--lang", "en", "report-in", *places, *WORDS])


def test_half_a_letter_read_as_it_is_ends_the_command(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    with monkeypatch.context() as without:
        without.setattr(program, "_take_every_letter", lambda: None)
        with pytest.raises(UnicodeDecodeError):
            half_a_letter_typed(folder, without)
    assert half_a_letter_typed(folder, monkeypatch) == 0


@pytest.mark.parametrize(
    "words",
    [
        ("enrol-code", "--scope", "C:06838", "--label", b"PC \xff"),
        ("enrol-code", "--scope", "S:AD01", "--name", b"Nh\xe0 m\xfd"),
        ("report-in", *WORDS, "--place", b"Nh\xe0", "--description", "b"),
        ("erase", "QN-1", "--who", b"S\xff", "--why", "x"),
        ("desk", "revoke", b"\xff", "--yes"),
        ("bundle", "out", "--desk", b"\xff", "--to", "."),
        ("serve", "--host", b"\xff"),
        ("migrate-store", "--to", b"postgresql://h/\xff", "--new-data", "new"),
        ("migrate-store", "--new-data", b"\xff"),
        ("backup", "--to", b"\xff"),
    ],
    ids=lambda words: words[0],
)
def test_bytes_that_are_no_letters_are_refused_with_a_sentence(folder: Path, words: tuple[str | bytes, ...]) -> None:
    done = with_bytes(folder, *words)
    assert b"Traceback" not in done.stderr, done.stderr.decode()[-300:]
    assert (done.returncode, done.stdout) == (2, b"")


def with_bytes(folder: Path, *words: str | bytes) -> subprocess.CompletedProcess[bytes]:
    named = line_of(folder)
    at = named.index("report-in")
    many = 2 if words[0] in ("desk", "bundle") else 1
    line = [*named[:at], *words[:many], *named[at + 1 :], *words[many:]]
    return subprocess.run(line, capture_output=True, timeout=60, env=os.environ | {"LC_ALL": "C.UTF-8"})


@pytest.mark.parametrize("words", [("root", "--to"), ("export-log", "--to")], ids=lambda words: words[0])
def test_a_path_may_hold_such_bytes(folder: Path, words: tuple[str, ...]) -> None:
    made = os.fsencode(folder) + b"/nh\xe0"
    done = with_bytes(folder, *words, made)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr.decode()[-300:]
    assert os.path.exists(made)


def test_so_may_a_file_on_a_stick(folder: Path) -> None:
    stick = os.fsencode(folder) + b"/nh\xe0.cdsync"
    Path(os.fsdecode(stick)).write_bytes(b"no bundle")
    done = with_bytes(folder, "bundle", "in", stick, "--json")
    assert (done.returncode, b"Traceback" in done.stderr) == (2, False), done.stderr.decode()[-300:]
    assert msgspec.json.decode(done.stdout)["files"][0]["file"] == "nh?.cdsync"


def test_taken_as_a_word_they_would_end_the_command(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    word = os.fsdecode(b"\xff")
    assert command(folder, "desk", "revoke", word, "--yes").returncode == 2
    monkeypatch.setattr(program, "refuse_loose_bytes", lambda args: None)
    with pytest.raises(UnicodeEncodeError):
        command(folder, "desk", "revoke", word, "--yes")
