"""No file that the program writes by itself holds a word about anybody in clear; with encryption left out it would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.presenters.lists.views import rejects_saved
from commune_desk.store.engine.database import connect
from commune_desk.usecases.sheets.write_rejects import Reject, write_rejects
from commune_desk.vault.keys import RegisterKey
from tests.security.clear_text import found_in_clear, written_forms
from tests.security.full_day import CHILD, DRAFT, OFFICER, PASSPHRASE, WORDS
from tests.story.handle import DeskProcess

VISIBLE_ONLY_IN_FORMS = "Đang đọc lại Thoằm"


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[RegisterKey]]]:
    """A folder with home, temporary files and two profiles, as a power cut left them; and the registers' keys."""
    root = tmp_path_factory.mktemp("day") / "all"
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"):
            (root / name).mkdir(parents=True, mode=0o700)
            patch.setenv(name, str(root / name))
        yield root, _work_and_be_killed(root)


def _work_and_be_killed(root: Path) -> list[RegisterKey]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.security.full_day", str(root)], stdout=subprocess.PIPE, text=True, env=os.environ
    )
    assert process.stdout is not None
    with process.stdout as said:
        line = said.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    return [RegisterKey(bytes.fromhex(key)) for key in json.loads(line)]


def test_a_day_cut_off_leaves_nothing_in_clear(day: tuple[Path, list[RegisterKey]]) -> None:
    root, _keys = day
    assert (root / "commune" / "register.db-wal").stat().st_size > 0, "it was cut off with everything open"
    assert (root / "commune" / "commune_desk.log").stat().st_size > 0
    assert found_in_clear([root], WORDS) == []


def test_without_encryption_the_same_search_finds_every_word(
    day: tuple[Path, list[RegisterKey]], tmp_path: Path
) -> None:
    """The twin: the registers copied into plain databases."""
    root, keys = day
    for name, key in zip(("commune", "shelter"), keys, strict=True):
        connection = connect(root / name / "register.db", key)
        connection.execute("ATTACH DATABASE ? AS plain KEY ''", (str(tmp_path / name),))
        connection.execute("SELECT sqlcipher_export('plain')").fetchone()
        connection.close()
    found = found_in_clear([tmp_path], WORDS)
    assert [word for word in WORDS if not any(f": {word} (" in line for line in found)] == [PASSPHRASE]


def test_the_program_itself_with_its_windows_leaves_nothing_in_clear(day: tuple[Path, list[RegisterKey]]) -> None:
    root, _keys = day
    desk = DeskProcess(root / "commune")
    try:
        assert desk.do("unlock", login="may1", passphrase=PASSPHRASE)["form"] == "visit"
        assert desk.do("search", typed=CHILD)["found"] == 1
        desk.do("type_half", child=CHILD, values={"observations": VISIBLE_ONLY_IN_FORMS})
    finally:
        desk.kill()
    assert found_in_clear([root], (*WORDS, VISIBLE_ONLY_IN_FORMS, "Thoằm")) == []


def test_every_form_of_a_word_is_found(tmp_path: Path) -> None:
    forms = written_forms(CHILD)
    assert len(forms) == 17
    for number, (name, form) in enumerate(forms.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "file").write_bytes(os.urandom(500) + form + os.urandom(500))
        assert f"file: {CHILD} ({name})" in found_in_clear([folder], [CHILD, OFFICER, DRAFT])


def test_a_name_in_the_name_of_a_file_is_found(tmp_path: Path) -> None:
    (tmp_path / f"{CHILD}.part").touch()
    assert found_in_clear([tmp_path], [CHILD]) == [f"{CHILD}.part: {CHILD} (NFC utf-8)"]


def test_the_engine_keeps_its_temporary_tables_in_memory(tmp_path: Path) -> None:
    """What is sorted or gathered on the way would otherwise lie in clear in the folder for temporary files."""
    connection = connect(tmp_path / "register.db", RegisterKey.generate())
    options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    chosen = connection.execute("PRAGMA temp_store").fetchone()[0]
    connection.close()
    assert "TEMP_STORE=3" in options or ("TEMP_STORE=2" in options and chosen != 1)


def test_the_one_file_with_names_is_written_when_asked_for_and_says_so(tmp_path: Path) -> None:
    write_rejects(tmp_path / "a.xlsx", [Reject((CHILD,), ["?"])], titles=["Họ và tên"], reason_title="Lý do")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        package.extractall(tmp_path / "unpacked")
    assert found_in_clear([tmp_path / "unpacked"], [CHILD]) == [f"sharedStrings.xml: {CHILD} (NFC utf-8)"]
    assert "không được mã hóa" in rejects_saved(3)
