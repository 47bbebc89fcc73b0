"""With the key and the log of a register that is open: nothing of a child that left or was erased can be read back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.errors import Fault
from commune_desk.store.desk.register import Register
from commune_desk.store.engine import old_log
from commune_desk.store.engine.database import Connection, DiskRefuses, connect, one_view
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.writing.transaction import Tx
from sync import protocol, purge_wire
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.lifecycle.erasing import Ordered, erase
from tests.helpers.builders import make_person, save_all
from tests.helpers.raw_pages import cut_at_each_commit, frames_of, log_of, pages_of
from tests.sync.actors.real_desks import KEY, OFFICER, Crash, RealDesk
from tests.sync.actors.two_communes import Two, move, visit

NAME = "Chìu"
UNSENT, SENT = [(0,)], [(1,)]


def statements(desk: RealDesk) -> list[tuple[int]]:
    return desk.ask("SELECT is_sent FROM purge_receipt")


def file_of(desk: RealDesk) -> Path:
    return desk.register.path


def read_back(desk: RealDesk, folder: Path) -> list[str]:
    """The names that an older end of the log gives, for whoever has the key and a copy of the files."""
    names: list[str] = []
    log = log_of(file_of(desk))
    for number, cut in enumerate(cut_at_each_commit(log)):
        there = folder / f"cut-{number}"
        there.mkdir()
        shutil.copyfile(file_of(desk), there / "register.db")
        (there / "register.db-wal").write_bytes(cut)
        names += names_in(there / "register.db")
    return names


def names_in(path: Path) -> list[str]:
    connection = connect(path, KEY)
    try:
        return [name for (name,) in connection.execute("SELECT full_name FROM person")]
    finally:
        connection.close()


def on_the_disk(desk: RealDesk) -> int:
    """How many pages of the file and of its log hold the name, in any table or in none."""
    key = bytes.fromhex(KEY.hex)
    pages = [*pages_of(file_of(desk), key), *frames_of(file_of(desk), key)]
    return sum(NAME.encode() in page for page in pages)


@contextmanager
def one_who_reads(desk: RealDesk) -> Iterator[None]:
    """A long report, which sees the register as it was when it began."""
    with closing(connect(file_of(desk), KEY, read_only=True)) as reader, one_view(reader):
        reader.execute("SELECT count(*) FROM person").fetchone()
        yield


def moved(two: Two, child: RecordId) -> None:
    move(two.old, child)


def erased(two: Two, child: RecordId) -> None:
    ordered = Ordered("Sở Y tế", "QĐ 12/2026")
    two.real.province.database.write(lambda c: erase(c, two.real.province, "person", child, ordered), WHOLE_PROVINCE)


@pytest.fixture(params=[moved, erased])
def goes(request: pytest.FixtureRequest) -> Callable[[Two, RecordId], None]:
    way: Callable[[Two, RecordId], None] = request.param
    return way


def test_no_older_end_of_the_log_gives_a_name_back(
    two: Two, child: RecordId, goes: Callable[[Two, RecordId], None], tmp_path: Path
) -> None:
    visit(two.late, child)
    two.sync()
    assert on_the_disk(two.late) > 0
    goes(two, child)
    two.sync()
    assert statements(two.late) == SENT
    assert read_back(two.late, tmp_path) == []
    assert on_the_disk(two.late) == 0


def test_a_log_that_is_not_cut_off_gives_it_back(
    two: Two, child: RecordId, goes: Callable[[Two, RecordId], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(old_log, "cut", lambda connection: False)
    goes(two, child)
    two.sync()
    assert {NAME} <= {name.split()[0] for name in read_back(two.late, tmp_path)}
    assert on_the_disk(two.late) > 0
    assert statements(two.late) == UNSENT, "and the desk has not signed to the province that it is gone"


def test_who_reads_of_before_stops_nothing_and_the_word_goes_later(two: Two, child: RecordId) -> None:
    move(two.old, child)
    two.old.sync()
    with one_who_reads(two.late):
        two.late.sync()
        assert two.late.ask("SELECT count(*) FROM person") == [(0,)]
        assert statements(two.late) == UNSENT
    two.late.sync()
    assert statements(two.late) == SENT
    assert on_the_disk(two.late) == 0


def test_a_disk_that_refuses_loses_neither_the_page_nor_the_word(
    two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(connection: Connection) -> bool:
        raise DiskRefuses("")

    move(two.old, child)
    two.old.sync()
    with monkeypatch.context() as patch:
        patch.setattr(old_log, "cut", refuse)
        two.late.sync()
    assert "was not cut off" in caplog.text
    caplog.clear()
    assert statements(two.late) == UNSENT
    two.late.sync()
    assert statements(two.late) == SENT


def test_a_program_that_was_killed_before_it_cut_does_so_at_its_next_start(
    two: Two, child: RecordId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(old_log, "cut", lambda connection: False)
        move(two.old, child)
        two.sync()
    for ending in ("", "-wal"):
        shutil.copyfile(f"{file_of(two.late)}{ending}", tmp_path / f"killed.db{ending}")
    register = Register(tmp_path / "killed.db", KEY, two.late.register.clock, OFFICER)
    key = bytes.fromhex(KEY.hex)
    assert not any(NAME.encode() in page for page in [*frames_of(register.path, key), *pages_of(register.path, key)])
    assert not register.read(old_log.holds_removed)
    register.close()


def test_what_was_kept_for_a_backup_goes_from_the_log_too(two: Two, child: RecordId) -> None:
    """Whoever wrote of the child keeps its words until a backup of the province has them, and longer nowhere."""
    move(two.old, child)
    two.sync()
    assert on_the_disk(two.old) > 0
    two.real.write(lambda c: c.exec_driver_sql("UPDATE desk SET durable_n=last_n"))
    two.old.run(save_all(make_person("Lý Thị Hoa")))
    two.old.sync()
    assert on_the_disk(two.old) == 0


def test_a_round_that_breaks_off_behind_the_page_has_cut_it_off(
    two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(replica: RegisterReplica) -> NoReturn:
        raise Crash

    move(two.old, child)
    two.old.sync()
    monkeypatch.setattr(RegisterReplica, "unsent_purges", break_off)
    with pytest.raises(Crash):
        two.late.sync()
    assert on_the_disk(two.late) == 0


def test_the_word_of_a_register_that_goes_as_a_whole_waits_for_no_log(two: Two) -> None:
    def sign(tx: Tx) -> None:
        for change in (purge_wire.REMOVED, "of another"):
            tx.connection.execute("INSERT INTO purge_receipt VALUES (?,?,?,0)", (change, change.encode(), b"s"))
        old_log.note(tx.connection)

    with one_who_reads(two.late):
        two.late.run(sign)
        assert said(two.late) == [b"revoked"]
    assert said(two.late) == [b"of another", b"revoked"]


def said(desk: RealDesk) -> list[bytes]:
    return [protocol.unb64(one.body) for one in desk.replica().unsent_purges()]


def test_a_sync_that_removes_nothing_cuts_nothing(two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: Connection) -> bool:
        raise Fault("cut")

    monkeypatch.setattr(old_log, "cut", fail)
    visit(two.old, child)
    two.sync()
    assert two.late.ask("SELECT count(*) FROM home_visit") == [(1,)]
