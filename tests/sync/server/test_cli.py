"""The command line as an IT officer meets it: a real process, real TLS, and a sentence whenever it refuses."""

from __future__ import annotations

import io
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from commune_desk.__main__ import main as desk_main
from commune_desk.domain.time.clock import SystemClock, local_day
from commune_desk.i18n import set_language
from sync import protocol, seal, spelling
from sync.client.enrol import enrol
from sync.server.__main__ import main
from sync.server.identity.only_process import LOCK_FILE
from tests.sync.actors.server_fixtures import command, serving

REPORT = ("--commune", "06838", "--received", "2026-11-23 23:40", "--place", "Thôn Nà Ếch", "--description", "Sealed")


@pytest.mark.skipif(os.name == "nt", reason="Windows gives a file the rights of the folder it lies in")
def test_the_folder_of_the_key_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    key = tmp_path / "etc" / "commune-desk" / "key.json"
    places = ["--data", str(tmp_path / "data"), "--key-file", str(key)]
    assert main(["--lang", "en", "init", *places, "--name", "Quảng Ninh", "--host", "localhost"]) == 0
    assert key.parent.stat().st_mode & 0o077 == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert command(tmp_path, "init", "--name", "Quảng Ninh", "--host", "localhost").returncode == 0
    return tmp_path


def test_a_pc_enrols_with_a_code_against_a_served_province(tmp_path: Path) -> None:
    with serving(tmp_path) as address:
        made = command(tmp_path, "enrol-code", "--scope", "C:06838", "--label", "Room 2", "--json")
        code = msgspec.json.decode(made.stdout)["code"]
        enrolled = enrol(address, code, "Room 2", program_version="0.1.0")
        assert enrolled.province_name == "Quảng Ninh"
        assert enrolled.scope_private["C:06838"].public
        listed = msgspec.json.decode(command(tmp_path, "desk", "list", "--json").stdout)
        assert [(desk["desk"], desk["status"], desk["label"]) for desk in listed] == [
            (enrolled.desk, "active", "Room 2")
        ]
        second = command(tmp_path, "serve", "--port", "0")
        assert (second.returncode, second.stdout) == (2, "")
        assert "served already" in second.stderr
        _assert_tls_13_only(address)


def _assert_tls_13_only(address: str) -> None:
    place = urlsplit(address)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for version, works in ((ssl.TLSVersion.TLSv1_3, True), (ssl.TLSVersion.TLSv1_2, False)):
        context.minimum_version = context.maximum_version = version
        with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as plain:
            try:
                with context.wrap_socket(plain) as secure:
                    assert (secure.version(), works) == ("TLSv1.3", True)
            except ssl.SSLError:
                assert not works


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without a signal")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_gracefully(folder: Path, number: signal.Signals) -> None:
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key.json")]
    line = [sys.executable, "-m", "sync.server", "--lang", "en", "serve", *places, "--host", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready https://127.0.0.1:")
        process.send_signal(number)
        said, complained = process.communicate(timeout=30)
    assert (process.returncode, said, complained) == (0, "Stopped.\n", "")
    assert (folder / "data" / LOCK_FILE).exists()


def test_a_port_in_use_is_a_sentence(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = command(folder, "serve", "--host", "127.0.0.1", "--port", str(taken.getsockname()[1]))
    assert result.returncode == 2
    assert "Name another port" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_report_is_handed_down_and_counted_without_naming_anybody(folder: Path) -> None:
    result = command(folder, "report-in", *REPORT, "--child-name", "Hoà", "--age", "7", "--sex", "female")
    assert result.returncode == 0, result.stderr
    status = command(folder, "status", "--json")
    counted = msgspec.json.decode(status.stdout)
    assert counted["reports_waiting"] == {"C:06838": 1}
    assert counted["oldest_waiting"] == "2026-11-23T16:40:00Z"
    assert (counted["records"]["report"], counted["changes"]) == (1, {"C:06838": 3})
    for said in (result.stdout, status.stdout, command(folder, "status").stdout):
        assert "Hoà" not in said
        assert "Sealed" not in said


def test_reports_come_from_a_file_all_or_with_a_reason(folder: Path) -> None:
    good = {"commune": "06838", "source": "1800.1769", "received": "2026-11-23 23:40", "place": "a", "description": "b"}
    path = folder / "reports.json"
    path.write_bytes(msgspec.json.encode([good, good]))
    assert command(folder, "report-in", "--from-file", str(path)).returncode == 0
    path.write_bytes(msgspec.json.encode({**good, "child_age": "seven"}))
    refused = command(folder, "report-in", "--from-file", str(path))
    assert (refused.returncode, "child_age" in refused.stderr) == (2, True)
    for wrong in ({"received": "2999-01-01 00:00"}, {"received": "0001-01-01 00:00"}, {"child_age": 40}):
        path.write_bytes(msgspec.json.encode({**good, **wrong}))
        assert command(folder, "report-in", "--from-file", str(path)).returncode == 2
    path.write_bytes(msgspec.json.encode([good, {**good, "commune": "Bình Liêu"}]))
    assert command(folder, "report-in", "--from-file", str(path)).returncode == 2
    assert msgspec.json.decode(command(folder, "status", "--json").stdout)["records"]["report"] == 2


def test_a_code_for_several_places_is_refused_before_it_is_made(folder: Path) -> None:
    """A register holds one place; the others of such a desk would never have been seen."""
    refused = command(folder, "enrol-code", "--scope", "C:06838", "--scope", "S:AD01", "--json")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--scope" in refused.stderr
    assert command(folder, "enrol-code", "--scope", "C:06838", "--json").returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        ("report-in", "--commune", "06838"),
        ("report-in", *REPORT[:3], "23h40", *REPORT[4:]),
        ("report-in", *REPORT[:1], "Bình Liêu", *REPORT[2:]),
        ("report-in", *REPORT, "--source", "TỔNG ĐÀI"),
        ("report-in", "--from-file", "/nowhere.json"),
        ("enrol-code", "--scope", "Bình Liêu"),
        ("enrol-code", "--scope", "C:06838", "--role", "shelter_head"),
        ("enrol-code", "--scope", "P:22"),
        ("enrol-code", "--scope", "C:06838", "--hours", "0"),
        ("enrol-code", "--scope", "C:06838", "--hours", "99999999999"),
        ("serve", "--port", "65536"),
        ("serve", "--port", "-1"),
        ("renew", "--host", ""),
        ("renew", "--host", "sync.example.gov.vn", "hai từ"),
        ("renew", "--host", "x..."),
        ("report-in", *REPORT, "--age", "900"),
        ("desk", "revoke", "ABCDEF"),
        ("recover", "7ZK2M-0Q4TD", "--yes"),
        ("init", "--name", "x", "--host", "localhost"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(folder: Path, words: tuple[str, ...]) -> None:
    result = command(folder, *words)
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert re.search(r"[.)]$", result.stderr.strip())
    assert "Traceback" not in result.stderr


def test_a_folder_without_a_province_is_a_sentence(tmp_path: Path) -> None:
    result = command(tmp_path, "status")
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)


def test_a_database_that_a_cut_copy_left_empty_is_a_sentence_and_stays_as_it_is(folder: Path) -> None:
    database = folder / "data" / "province.db"
    database.write_bytes(b"")
    told = command(folder, "status")
    assert (told.returncode, told.stdout) == (2, "")
    assert "is empty" in told.stderr
    assert database.stat().st_size == 0


def test_another_key_file_is_a_sentence_without_a_word_of_the_library(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    assert command(other, "init", "--name", "X", "--host", "localhost").returncode == 0
    words = ["--data", str(folder / "data"), "--key-file", str(other / "key.json")]
    told = subprocess.run(
        [sys.executable, "-m", "sync.server", "status", *words], capture_output=True, encoding="utf-8", check=False
    )
    assert told.returncode == 2
    assert told.stderr.splitlines() == [
        "Không mở được cơ sở dữ liệu bằng tệp khóa này: tệp khóa thuộc cơ sở dữ liệu khác, hoặc tệp dữ liệu bị hỏng."
    ]


@pytest.mark.parametrize(("language", "reason"), [("en", "no such file"), ("vi", "không có tệp")])
def test_why_the_system_refuses_is_said_in_the_same_language(
    folder: Path, capsys: pytest.CaptureFixture[str], language: str, reason: str
) -> None:
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "gone.json")]
    assert main(["--lang", language, "status", *places]) == 2
    assert reason in capsys.readouterr().err


def test_a_forgotten_passphrase_is_answered_and_written_down(folder: Path) -> None:
    code = msgspec.json.decode(command(folder, "enrol-code", "--scope", "C:06838", "--json").stdout)
    once = seal.BoxKey.generate()
    request = seal.recovery_request(code["desk"], once.public)
    not_yet = command(folder, "recover", request, "--yes")
    assert (not_yet.returncode, "No desk in service" in not_yet.stderr) == (2, True)
    _pretend_enrolled(folder, code["desk"])
    answered = command(folder, "recover", *request.split("-"), "--yes", "--json")
    stored = msgspec.json.decode((folder / "key.json").read_bytes())
    escrow = seal.BoxKey.from_bytes(protocol.unb64(stored["escrow"]))
    secret = seal.recovery_secret(once, escrow.public, desk_id=code["desk"], ephemeral_public=once.public)
    assert msgspec.json.decode(answered.stdout) == {"desk": code["desk"], "answer": spelling.spell(secret)}


def _pretend_enrolled(folder: Path, desk: str) -> None:
    from sqlalchemy import update

    from sync.server.engine import tables
    from sync.server.engine.database import WHOLE_PROVINCE
    from sync.server.identity.province import open_province

    province = open_province(folder / "data", folder / "key.json")
    active = update(tables.desk).where(tables.desk.c.id == desk).values(status="active")
    province.database.write(lambda connection: connection.execute(active), WHOLE_PROVINCE)
    province.close()


@pytest.mark.parametrize(
    ("typed", "status"), [("{desk}", "revoked"), ("{desk} ", "revoked"), ("yes", "active"), ("", "active")]
)
def test_a_desk_is_taken_out_of_service_only_after_its_id_was_typed_again(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, typed: str, status: str
) -> None:
    made = command(folder, "enrol-code", "--scope", "C:06838", "--label", "Room 2", "--json")
    desk = msgspec.json.decode(made.stdout)["desk"]
    _pretend_enrolled(folder, desk)
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return typed.format(desk=desk.lower())

    monkeypatch.setattr("builtins.input", answer)
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key.json")]
    code = main(["--lang", "en", "desk", "revoke", *places, desk.lower()])
    assert (code, len(asked)) == (0 if status == "revoked" else 2, 1)
    assert f"Desk {desk}: Room 2, C:06838, last contact –." in capsys.readouterr().out
    listed = msgspec.json.decode(command(folder, "desk", "list", "--json").stdout)
    assert [one["status"] for one in listed] == [status]


def test_a_script_takes_a_desk_out_of_service_without_a_question(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    desk = msgspec.json.decode(command(folder, "enrol-code", "--scope", "C:06838", "--json").stdout)["desk"]
    nobody_there = command(folder, "desk", "revoke", desk)
    assert (nobody_there.returncode, "Nobody answered the question" in nobody_there.stderr) == (2, True)
    assert "No PC has used its code yet" in nobody_there.stdout
    assert "what it still sends" not in nobody_there.stdout
    assert command(folder, "desk", "revoke", desk, "--yes").returncode == 0
    again = command(folder, "desk", "revoke", desk)
    assert (again.returncode, "revoked already" in again.stderr) == (2, True)


ENGLISH = ("usage", "error", "argument", "expected", "invalid", "required", "show", "options", "unrecognized", "choose")
WRONG_WORDS = [
    ["serve", "--data", "d", "--key-file", "k", "--port", "abc"],
    ["status", "--json=3", "--data", "d", "--key-file", "k"],
    ["enrol-code", "--data"],
    ["init", "--host"],
    ["enrol-code", "--role", "x"],
    ["desk", "revoke"],
    ["status", "--data", "d", "--key-file", "k", "xx"],
    ["frob"],
    [],
    ["--help"],
    ["desk", "revoke", "--help"],
]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "program", [(main, words) for words in WRONG_WORDS] + [(desk_main, ["--help"]), (desk_main, ["--xx"])]
)
def test_what_is_said_of_wrong_words_is_in_one_language(
    capsys: pytest.CaptureFixture[str], program: tuple[Callable[[list[str]], int], list[str]], language: str
) -> None:
    run, words = program
    with pytest.raises(SystemExit):
        run(["--lang", language, *words])
    said = " ".join(capsys.readouterr())
    found = [word for word in ENGLISH if re.search(rf"\b{word}\b", said)]
    assert bool(found) is (language == "en"), said
    set_language("vi")


def test_the_certificate_is_renewed_under_the_same_authority(folder: Path) -> None:
    data = folder / "data"
    authority, former = (data / "ca.crt").read_bytes(), (data / "server.crt").read_bytes()
    assert command(folder, "renew").returncode == 0
    assert (data / "ca.crt").read_bytes() == authority
    assert (data / "server.crt").read_bytes() != former


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "words",
    [
        [], ["init"], ["serve"], ["renew"], ["enrol-code"], ["desk"], ["desk", "list"], ["desk", "revoke"],
        ["report-in"], ["recover"], ["status"], ["bundle"], ["bundle", "in"], ["bundle", "out"], ["backup"],
        ["durable"], ["restored"], ["restore"], ["policy"], ["conflicts"],
    ],
)  # fmt: skip
def test_every_command_explains_itself(words: list[str], language: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--lang", language, *words, "--help"])
    assert ended.value.code == 0
    assert "commune-desk-server" in capsys.readouterr().out


def test_the_bare_command_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "commune-desk-server" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lacking", "program", "words", "extra"),
    [
        ("sqlalchemy", "sync.server.__main__", ["status", "--data", "d", "--key-file", "k"], "commune-desk[server]"),
        ("PySide6", "commune_desk.__main__", [], "commune-desk[desk]"),
    ],
)
def test_a_part_that_is_not_installed_is_named(lacking: str, program: str, words: list[str], extra: str) -> None:
    """Both commands come with either installation; the one whose libraries are not there says so."""
    code = f"import sys; sys.modules[{lacking!r}] = None; from {program} import main; sys.exit(main({words!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60)
    assert (done.returncode, extra in done.stderr, "Traceback" in done.stderr) == (2, True, False)


@pytest.mark.parametrize("program", ["sync.server", "commune_desk"])
def test_vietnamese_goes_into_a_file_whatever_the_code_page(program: str) -> None:
    """A pipe or a file on a Windows PC is cp1252 or cp1258 to Python, which lack most of these letters."""
    line = [sys.executable, "-m", program, "--lang", "vi", "--help"]
    done = subprocess.run(line, capture_output=True, timeout=60, env={**os.environ, "PYTHONIOENCODING": "cp1252"})
    assert done.returncode == 0, done.stderr
    assert re.search("ổ|ạ|ộ|ế", done.stdout.decode("utf-8"))


@pytest.mark.parametrize(
    "wrong",
    [
        ("--name", "", "--host", "a"),
        ("--name", "x" * 61, "--host", "a"),
        ("--name", "x", "--host", "a b"),
        ("--name", "x", "--host", ""),
    ],
)
def test_a_province_that_cannot_be_founded_leaves_nothing_behind(tmp_path: Path, wrong: tuple[str, ...]) -> None:
    result = command(tmp_path, "init", *wrong)
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)
    assert list(tmp_path.iterdir()) == []
    assert command(tmp_path, "init", "--name", "x", "--host", "sync.example.gov.vn", "::1").returncode == 0


def test_a_root_is_made_by_serving_and_printed_and_kept_for_the_archive(tmp_path: Path) -> None:
    folder, archive = tmp_path, tmp_path / "root.json"
    with serving(folder):
        pass
    today = local_day(SystemClock().now()).isoformat()
    assert command(folder, "root", "--day", today).returncode == 0, "serving made none"
    shown = command(folder, "root", "--to", str(archive), "--json")
    told = msgspec.json.decode(shown.stdout)
    assert (told["n"], len(told["root"]), len(told["authority"])) == (1, 64, 64)
    kept = msgspec.json.decode(archive.read_bytes())
    assert protocol.unb64(kept["signature"]).hex() == told["signature"]
    again = command(folder, "root", "--to", str(archive))
    assert (again.returncode, "already" in again.stderr) == (2, True)
    assert command(folder, "root", "--day", "2020-01-01").returncode == 2
    assert command(folder, "root", "--day", "soon").returncode == 2
    assert told["root"] in command(folder, "root", "--day", told["day"]).stdout


def test_the_log_is_written_once_for_its_owner_alone(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.zst"
    written = command(folder, "export-log", "--to", str(log))
    assert written.returncode == 0, written.stderr
    assert msgspec.json.decode(command(folder, "root", "--json").stdout)["authority"] in written.stdout
    assert os.name == "nt" or log.stat().st_mode & 0o077 == 0
    again = command(folder, "export-log", "--to", str(log))
    assert (again.returncode, "already" in again.stderr) == (2, True)
