"""The engine leaves copies of rows that moved to another page: the start after a removal writes the file anew."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.desk.register import Register
from commune_desk.store.engine import old_log
from commune_desk.store.engine.database import DiskRefuses, connect, transaction
from commune_desk.vault.keys import RegisterKey
from tests.helpers.raw_pages import frames_of, pages_of
from tests.helpers.workplaces import OFFICER, make_register

KEY = RegisterKey(bytes(range(32)))
ROWS = 1_500
NAMES = [f"Chủ hộ {number:05d}" for number in range(0, ROWS, 2)]


@pytest.fixture
def removed(tmp_path: Path) -> Path:
    """A register in which every second household was removed, and closed."""
    made = make_register(tmp_path, key=KEY)
    made.close()
    chance = random.Random(1)
    ids = [f"{chance.getrandbits(128):032x}" for _ in range(ROWS)]
    rows = [(one, f"Chủ hộ {n:05d}", "x" * chance.randint(1, 400)) for n, one in enumerate(ids)]
    connection = connect(made.path, KEY)
    with transaction(connection):
        connection.executemany("INSERT INTO household (id, scope, head_name, village) VALUES (?,'C:06838',?,?)", rows)
    with transaction(connection):
        connection.executemany("DELETE FROM household WHERE id=?", [(one,) for one in ids[::2]])
        old_log.note(connection)
    assert old_log.cut(connection)
    connection.close()
    return made.path


def left(path: Path) -> int:
    pages = b"".join([*pages_of(path, KEY_BYTES), *frames_of(path, KEY_BYTES)])
    return sum(name.encode() in pages for name in NAMES)


KEY_BYTES = bytes.fromhex(KEY.hex)


def opened(path: Path) -> Register:
    return Register(path, KEY, SystemClock(), OFFICER)


def test_the_next_start_writes_the_file_anew(removed: Path) -> None:
    assert left(removed) > 0, "the twin: zeroing what is deleted does not reach them"
    register = opened(removed)
    assert left(removed) == 0
    assert register.read(lambda db: db.execute("SELECT count(*) FROM household").fetchone()) == (ROWS // 2,)
    register.close()


def test_the_start_after_that_does_nothing(removed: Path) -> None:
    opened(removed).close()
    before = removed.read_bytes()
    connection = connect(removed, KEY)
    said: list[str] = []
    connection.set_trace_callback(said.append)
    old_log.write_anew(connection)
    connection.close()
    assert "VACUUM" not in said
    assert removed.read_bytes() == before


def test_a_large_one_is_left_as_it_is(removed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_log, "_LARGEST", 100_000)
    opened(removed).close()
    assert left(removed) > 0


def test_a_disk_that_refuses_keeps_nobody_out(
    removed: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(connection: object) -> None:
        raise DiskRefuses("")

    with monkeypatch.context() as patch:
        patch.setattr(old_log, "write_anew", refuse)
        opened(removed).close()
    assert "was not written anew" in caplog.text
    caplog.clear()
    opened(removed).close()
    assert left(removed) == 0
