"""`commune-desk-server bundle` as an IT officer meets it: a stick goes in, a reply comes out, nothing is half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.desk.removal import sign_removal
from sync import bundle
from sync.server.__main__ import main
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import desks
from sync.server.lifecycle.founding import found
from sync.server.lifecycle.restoring import begin
from tests.sync.actors.couriers import Office, bring, couriers
from tests.system.surroundings import small_disk

pytestmark = pytest.mark.usefixtures("store_engine")

REFUSED = 2


@pytest.fixture
def office() -> Iterator[Office]:
    with couriers() as made:
        yield made


def places(office: Office) -> list[str]:
    return ["--data", str(office.folder / "province"), "--key-file", str(office.folder / "key-file")]


def command(office: Office, *words: str | Path, language: str = "en") -> int:
    return main(["--lang", language, "bundle", words[0], *places(office), *map(str, words[1:])])  # type: ignore[list-item]


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return msgspec.json.decode(capsys.readouterr().out)


def stick_of(office: Office, desk: int, *, room: int = bundle.MAX_INSIDE) -> Path:
    stick = office.folder / f"usb{desk}"
    stick.mkdir(exist_ok=True)
    office.courier(desk, room=room).write_out(stick)
    return stick


def test_a_stick_goes_there_and_back(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.visit(0)
    stick = stick_of(office, 0)
    assert command(office, "in", stick, "--reply", stick, "--json") == 0
    said = told(capsys)
    assert [one["desk"] for one in said["files"]] == [office.id_of(0)]
    (desk,) = said["desks"]
    assert (desk["taken"], desk["held_n"], desk["missing"], desk["refused"]) == (1, office.last_n(0), [], [])
    assert desk["replies"] == [path.name for path in stick.iterdir() if path.name not in said["files"][0]["file"]]
    read = office.courier(0).read_in(stick)
    assert (read.signed_for, office.waiting(0)) == (office.last_n(0), 0)
    assert command(office, "in", stick) == 0, "again, with the replies beside it, is no harm"
    assert "No reply was written" in capsys.readouterr().out


@pytest.mark.parametrize(("language", "missing"), [("en", "are missing"), ("vi", "Còn thiếu thay đổi")])
def test_what_is_missing_is_said(
    office: Office, capsys: pytest.CaptureFixture[str], language: str, missing: str
) -> None:
    for _ in range(3):
        office.visit(0)
    stick = stick_of(office, 0, room=1)
    late = office.folder / "late.cdsync"
    late.write_bytes(office.write_out(0, room=1)[2])
    assert command(office, "in", late, language=language) == 0
    first = office.last_n(0) - 2
    said = capsys.readouterr().out
    assert missing in said
    assert f"{first} " in said
    assert f" {first + 1}" in said
    assert command(office, "in", stick) == 0
    assert office.parked() == 0


def test_a_file_that_does_not_hold_stops_none_of_the_others(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.visit(0)
    stick = stick_of(office, 0)
    (good,) = stick.iterdir()
    broken = bytearray(good.read_bytes())
    broken[5000] ^= 1
    bad = stick / "bad.cdsync"
    bad.write_bytes(broken)
    assert command(office, "in", bad, good, "--json") == REFUSED
    captured = capsys.readouterr()
    files = msgspec.json.decode(captured.out)["files"]
    assert [bool(one["refused"]) for one in files] == [True, False]
    assert "1 of 2 files" in captured.err
    assert office.held_n(0) == office.last_n(0)


@pytest.mark.parametrize("content", [b"", b"CDSYNC1\n" + bytes(12), b"\x89PNG" + bytes(200)])
def test_what_is_no_bundle_any_more_is_told_of_a_folder_too(
    office: Office, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    """A stick that was pulled leaves such: who brought it would go home and believe that all was taken in."""
    office.visit(0)
    stick = stick_of(office, 0)
    (stick / "cut.cdsync").write_bytes(content)
    assert command(office, "in", stick) == REFUSED
    captured = capsys.readouterr()
    assert "cut.cdsync" in captured.out
    assert "1 of 2 files" in captured.err
    assert office.held_n(0) == office.last_n(0)
    (good,) = [one for one in stick.iterdir() if one.name != "cut.cdsync"]
    good.unlink()
    assert command(office, "in", stick) == REFUSED
    assert "None of the files" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".CDSYNC", ".Cdsync"])
def test_a_name_in_capitals_is_found_in_a_folder(office: Office, suffix: str) -> None:
    """Some PCs and sticks write every name so; a desk takes it, too."""
    office.visit(0)
    stick = stick_of(office, 0)
    (path,) = stick.iterdir()
    path.rename(path.with_suffix(suffix))
    path.with_suffix(".cdsync.part").write_bytes(b"half")
    assert command(office, "in", stick) == 0
    assert office.held_n(0) == office.last_n(0)


needs_fifo = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a file whose opening has no end")


@needs_fifo
@pytest.mark.parametrize("named", [True, False])
def test_what_would_be_waited_for_without_end_stops_none_of_the_others(office: Office, named: bool) -> None:
    """Whoever made the stick could keep the province's command there for ever."""
    office.visit(0)
    stick = stick_of(office, 0)
    os.mkfifo(fifo := stick / "0.cdsync")
    line = [sys.executable, "-m", "sync.server", "--lang", "en", "bundle", "in", *places(office)]
    done = subprocess.run([*line, *([fifo] if named else []), stick], capture_output=True, timeout=60, text=True)
    assert (done.returncode, "were not taken in" in done.stderr) == (REFUSED, True)
    assert office.held_n(0) == office.last_n(0)


@needs_fifo
def test_opened_as_it_lies_there_it_would_be_waited_for(tmp_path: Path) -> None:
    """The twin."""
    os.mkfifo(tmp_path / "0.cdsync")
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", "open('0.cdsync', 'rb')"], cwd=tmp_path, timeout=2)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("in", "nowhere.cdsync"), "not taken in"),
        (("in", "."), "no bundle for this province"),
        (("in", "nowhere.cdsync", "--reply", "nowhere"), "There is no folder"),
        (("out", "--desk", "AAAAAA", "--to", "."), "There is no desk AAAAAA"),
        (("out", "--desk", "PROVINCE", "--to", "."), "There is no desk PROVINCE"),
        (("out", "--desk", "AAAAAA", "--to", "nowhere"), "There is no folder"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    office: Office,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    sentence: str,
) -> None:
    monkeypatch.chdir(office.stick)
    assert command(office, *words) == REFUSED
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert "Traceback" not in captured.err
    assert " :" not in captured.out, "a file that could not be read has no fingerprint, and no place for one"


def test_a_desk_gets_what_is_new_without_having_asked(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.visit(1)
    office.desks[1].sync()
    stick = office.folder / "usb"
    stick.mkdir()
    assert command(office, "out", "--desk", office.id_of(0).lower(), "--to", stick, "--json") == 0
    assert told(capsys)["replies"] == [path.name for path in stick.iterdir()]
    assert office.courier(0).read_in(stick).events == 1
    assert command(office, "out", "--desk", office.id_of(0), "--to", stick) == 0
    assert "Written for desk" in capsys.readouterr().out


@pytest.mark.parametrize(("language", "sentence"), [("en", "its next bundle brings"), ("vi", "gói kế tiếp của máy")])
def test_a_bundle_from_before_a_restore_is_answered_and_the_way_on_is_said(
    office: Office, capsys: pytest.CaptureFixture[str], language: str, sentence: str
) -> None:
    office.visit(0)
    stick = stick_of(office, 0)
    begin(office.province)
    assert command(office, "in", stick, "--reply", stick, language=language) == 0
    assert sentence in capsys.readouterr().out
    assert office.courier(0).read_in(stick).has_followed
    again = stick_of(office, 0)
    assert command(office, "in", again, "--reply", again, language=language) == 0
    assert sentence not in capsys.readouterr().out, "the twin: the old bundle lies beside one of now"
    assert office.held_n(0) == office.last_n(0)


def test_a_withdrawn_desks_word_is_said(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    named = office.id_of(0)
    office.province.database.write(
        lambda connection: desks.revoke(connection, office.province, named, removes=True), WHOLE_PROVINCE
    )
    stick = stick_of(office, 0)
    assert command(office, "in", stick, "--reply", stick) == 0
    assert "signed" not in capsys.readouterr().out, "the twin"
    office.courier(0).read_in(stick)
    office.desks[0].register.write(sign_removal).result()
    assert command(office, "in", stick_of(office, 0), "--reply", stick) == 0
    assert "signed that it removes its register" in capsys.readouterr().out


def test_a_stick_without_room_keeps_what_was_taken_in_and_no_half_reply(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.visit(0)
    stick = stick_of(office, 0)
    with small_disk(office.folder / "full", 32) as full:
        assert command(office, "in", stick, "--reply", full) == REFUSED
        captured = capsys.readouterr()
        assert "changes taken in: 1," in captured.out
        assert "the disk is full" in captured.out
        assert "what was taken in is kept" in captured.err
        assert list(full.iterdir()) == []
    assert office.held_n(0) == office.last_n(0)
    assert command(office, "in", stick, "--reply", stick) == 0
    assert office.courier(0).read_in(stick).signed_for == office.last_n(0)


def test_names_of_files_and_what_is_printed_name_nobody(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.edit(0, "0912000777")
    stick = stick_of(office, 0)
    assert command(office, "in", stick, "--reply", stick) == 0
    for path in stick.iterdir():
        assert path.name == bundle.file_name(path.read_bytes())
        assert b"0912000777" not in path.read_bytes()
        assert office.id_of(0) not in path.name
    assert "0912000777" not in capsys.readouterr().out


def test_a_province_that_is_served_takes_bundles_in_too(office: Office) -> None:
    office.visit(0)
    stick = stick_of(office, 0)
    line = [sys.executable, "-m", "sync.server"]
    office.province.close()
    serve = [*line, "serve", *places(office), "--host", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().startswith("ready ")
            done = subprocess.run([*line, "bundle", "in", *places(office), str(stick)], capture_output=True, timeout=60)
            assert done.returncode == 0, done.stderr
        finally:
            process.terminate()
            process.wait(timeout=30)
    assert office.courier(0) is not None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_while_it_takes_in_it_goes_on_where_it_was(office: Office) -> None:
    """Each push is whole or not there, and the same stick again brings the rest."""
    for _ in range(40):
        office.visit(0)
    stick = stick_of(office, 0, room=1)
    line = [sys.executable, "-m", "sync.server", "bundle", "in", *places(office), str(stick)]
    seen = []
    for wait in (0.9, 1.1, 1.3, 1.6):
        with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
        seen.append(office.held_n(0))
        assert office.held_n(0) == len([1 for desk, _ in office.order() if desk == office.id_of(0)])
    assert seen == sorted(seen)
    done = subprocess.run([*line, "--reply", str(stick)], capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert (office.held_n(0), office.parked()) == (office.last_n(0), 0)
    assert office.courier(0).read_in(stick).signed_for == office.last_n(0)
    office.desks[0].sync()
    assert office.waiting(0) == 0


def test_a_province_founded_elsewhere_says_that_the_bundle_is_not_for_it(office: Office, tmp_path: Path) -> None:
    office.visit(0)
    stick = stick_of(office, 0)
    other = found(tmp_path / "data", tmp_path / "key", name="X", hosts=["localhost"], clock=SystemClock())
    other.close()
    (data,) = [path.read_bytes() for path in stick.iterdir()]
    assert (
        main(
            [
                "--lang",
                "en",
                "bundle",
                "in",
                "--data",
                str(tmp_path / "data"),
                "--key-file",
                str(tmp_path / "key"),
                str(stick),
            ]
        )
        == REFUSED
    )
    assert bring(office.province, data), "the twin"


def test_for_a_desk_whose_code_nobody_has_used_nothing_can_be_sealed(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--lang", "en", "enrol-code", *places(office), "--scope", "C:06838", "--json"]) == 0
    name = told(capsys)["desk"]
    assert command(office, "out", "--desk", name, "--to", office.folder) == REFUSED
    assert f"No PC has used the code of desk {name}. " in capsys.readouterr().err
