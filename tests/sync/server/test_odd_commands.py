"""Commands with words that nobody means: a sentence in one language, and nothing done."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from sync.server.__main__ import main
from tests.sync.actors.server_fixtures import Done, command

REPORT = {"commune": "06838", "source": "111", "received": "2026-11-23 23:40", "place": "Nà Ếch", "description": "b"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert command(tmp_path, "init", "--name", "Quảng Ninh", "--host", "localhost").returncode == 0
    return tmp_path


def refused(folder: Path, *words: str) -> str:
    done = command(folder, *words)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.strip()


def said_in_vietnamese(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key.json")]
    assert main(["--lang", "vi", words[0], *places, *words[1:]]) == 2
    return capsys.readouterr().err.strip()


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("not-mounted/b", "there is no such file or folder"),
        ("key.json/b", "what should be a folder is a file"),
        ("a" * 300, "its name is too long"),
        ("a" * 250, "its name is too long"),
    ],
)
def test_a_backup_says_what_is_wrong_with_its_own_place(folder: Path, where: str, reason: str) -> None:
    said = refused(folder, "backup", "--to", str(folder / where))
    assert said == f"The file {folder / where} cannot be written: {reason}."
    assert command(folder, "backup", "--to", str(folder / "b")).returncode == 0


@pytest.mark.parametrize("target", ["", "/"])
def test_a_backup_without_a_name_is_refused(folder: Path, target: str) -> None:
    assert "already" in refused(folder, "backup", "--to", target)


@pytest.mark.parametrize("member", ["--description", "--place"])
def test_a_blank_report_goes_nowhere(folder: Path, member: str) -> None:
    words = {"--commune": "06838", "--received": "2026-11-23 23:40", "--place": "Nà Ếch", "--description": "b"}
    said = refused(folder, "report-in", *(word for pair in (words | {member: " \n"}).items() for word in pair))
    assert member in said


def handed_down(folder: Path, reports: object) -> Done:
    path = folder / "reports.json"
    path.write_bytes(msgspec.json.encode(reports))
    return command(folder, "report-in", "--from-file", str(path))


@pytest.mark.parametrize(
    ("reports", "named"),
    [([], "holds no report"), ([REPORT | {"description": "\t"}], "description"), ([REPORT | {"place": " "}], "place")],
)
def test_a_file_without_a_report_is_refused(folder: Path, reports: object, named: str) -> None:
    done = handed_down(folder, reports)
    assert (done.returncode, done.stdout, named in done.stderr) == (2, "", True), done


def test_what_is_blank_in_a_report_is_not_known(folder: Path) -> None:
    """The twin: only what has to be said stops it."""
    assert handed_down(folder, [REPORT | {"child_name": " ", "reporter_name": ""}]).returncode == 0


def test_instants_and_days_that_no_calendar_has_are_refused(folder: Path) -> None:
    assert "Write the instant as" in refused(folder, "durable", "--until", "0001-01-01 00:00")
    assert "Write the instant as" in refused(folder, "durable", "--until", "0500-01-01 00:00")
    assert "from 0 to 36500" in refused(folder, "conflicts", "--older-than", "36501")
    assert "from 0 to 36500" in refused(folder, "conflicts", "--older-than", "999999999999")
    assert "from 0 to 36500" in refused(folder, "conflicts", "--older-than", "-1")
    assert command(folder, "conflicts", "--older-than", "36500").returncode == 0
    assert command(folder, "durable", "--until", "2000-01-01 00:00").returncode == 0


@pytest.mark.parametrize("option", ["--label", "--name"])
def test_a_label_is_as_long_as_a_desks_own(folder: Path, option: str) -> None:
    said = refused(folder, "enrol-code", "--scope", "S:AD01", option, "x" * 61)
    assert "60" in said
    assert command(folder, "desk", "list", "--json").stdout == "[]\n"
    assert command(folder, "enrol-code", "--scope", "S:AD01", "--name", "x", option, "x" * 60).returncode == 0


def test_a_shelter_that_was_mistyped_begins_no_place(folder: Path) -> None:
    """It would be a house of its own, and every commune could share children with it from then on."""
    words = "enrol-code", "--scope"
    assert command(folder, *words, "S:AD01", "--name", "Ngôi nhà Ánh Dương").returncode == 0
    assert "S:AD1" in refused(folder, *words, "S:AD1")
    assert len(msgspec.json.decode(command(folder, "desk", "list", "--json").stdout)) == 1
    assert command(folder, *words, "S:AD01").returncode == 0


@pytest.mark.parametrize("inner", ["inner", "a/b"])
def test_no_store_moves_into_its_own_folder(folder: Path, inner: str) -> None:
    """Whoever puts the old folder away would put the new one away too."""
    said = refused(folder, "migrate-store", "--new-data", str(folder / "data" / inner))
    assert str(folder / "data" / inner) in said
    assert not (folder / "data" / Path(inner).parts[0]).exists()
    assert command(folder, "status").returncode == 0
    beside = command(folder, "migrate-store", "--new-data", str(folder / "data-new"))
    assert beside.returncode == 0, beside.stderr


def test_a_file_in_the_place_of_the_new_folder_is_told_in_one_language(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = said_in_vietnamese(folder, capsys, "migrate-store", "--new-data", str(folder / "key.json"))
    assert said == f"Không tạo được thư mục {folder / 'key.json'}: đã có một tệp mang tên này."


def test_the_status_and_the_pcs_have_one_word_for_what_is_set_aside(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key.json")]
    assert main(["--lang", "vi", "status", *places]) == 0
    assert "Để riêng, theo máy và lý do: 0" in capsys.readouterr().out
