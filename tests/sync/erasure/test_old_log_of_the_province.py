"""With the key-file and the database's log nothing of whom the law erased can be read back, while a server runs too."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sync.server.engine import embedded
from sync.server.engine.database import StoreFault
from sync.server.engine.embedded import EmbeddedDatabase, keyed
from sync.server.lifecycle import erased_list
from sync.server.lifecycle.erasing import Ordered, erase
from tests.helpers.raw_pages import frames_of, pages_of
from tests.sync.actors.server_fixtures import Done, World, command
from tests.sync.moves.test_server_moves import Child

ORDER = Ordered("Sở Y tế", "QĐ 12/2026")
WORDS = ("Chìu", "Nhà đóng cửa")
LATER = "run: commune-desk-server erasures"


@pytest.fixture
def child(world: World) -> Child:
    return Child(world.desk())


def on_the_disk(world: World) -> set[str]:
    """Which words the pages of the file or of its log hold, in any table or in none."""
    path, key = world.province.data / embedded.FILE, bytes.fromhex(world.province.keys.database_key)
    pages = b"".join([*pages_of(path, key), *frames_of(path, key)])
    return {word for word in WORDS if word.encode() in pages}


def erased(folder: Path, child: Child) -> Done:
    return command(folder, "erase", child.person, "--who", ORDER.who, "--why", ORDER.why, "--yes")


def test_when_the_command_says_so_neither_file_nor_log_has_a_word(world: World, child: Child, tmp_path: Path) -> None:
    assert on_the_disk(world) == {*WORDS}
    done = erased(tmp_path, child)
    assert (done.returncode, done.stderr) == (0, "")
    assert on_the_disk(world) == set()


def test_a_log_that_is_not_cut_off_has_them(
    world: World, child: Child, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(EmbeddedDatabase, "cut_log", lambda self: True)
    assert erased(tmp_path, child).returncode == 0
    assert on_the_disk(world) == {*WORDS}


def read_meanwhile(world: World, work: Callable[[], Done]) -> Done:
    """What comes of it while a server makes a long snapshot, say."""
    path = world.province.data / embedded.FILE
    with closing(keyed(path, world.province.keys.database_key)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM change").fetchone()
        return work()


def test_where_somebody_reads_it_says_so_and_is_done_later(
    world: World, child: Child, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "_LOG_PATIENCE_MS", 20)
    done = read_meanwhile(world, lambda: erased(tmp_path, child))
    assert (done.returncode, LATER in done.stderr) == (2, True), done.stderr
    assert on_the_disk(world) == {*WORDS}
    told = read_meanwhile(world, lambda: command(tmp_path, "erasures"))
    assert (told.returncode, child.person in told.stdout, LATER in told.stderr) == (2, True, True)
    told = command(tmp_path, "erasures")
    assert (told.returncode, told.stderr) == (0, "")
    assert on_the_disk(world) == set()


def test_a_disk_that_refuses_is_told_too(
    world: World, child: Child, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(database: object) -> bool:
        raise StoreFault("full")

    monkeypatch.setattr(EmbeddedDatabase, "cut_log", refuse)
    done = erased(tmp_path, child)
    assert (done.returncode, LATER in done.stderr) == (2, True), done.stderr
    assert "was not cut off" in caplog.text
    caplog.clear()


def test_a_province_that_is_put_back_erases_again_and_cuts_its_log_off(
    world: World, child: Child, tmp_path: Path
) -> None:
    act, _ = world.write(lambda connection: _then_undone(connection, world, child))
    erased_list.write(world.province, [act])
    assert on_the_disk(world) == {*WORDS}
    assert erased_list.settle(world.province) == 1
    assert on_the_disk(world) == set()


def _then_undone(connection: Any, world: World, child: Child) -> Any:
    inner = connection.begin_nested()
    done = erase(connection, world.province, "person", child.person, ORDER)
    inner.rollback()
    return done
