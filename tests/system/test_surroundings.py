"""What the surroundings do to a register is a Vietnamese sentence; what was saved is kept, and work goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from shutil import disk_usage
from typing import Any

import pytest
import sqlcipher3

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import DeskError, Fault
from commune_desk.i18n import translate_error
from commune_desk.program_files import code_book
from commune_desk.store.desk import backup
from commune_desk.store.desk import register as register_module
from commune_desk.store.desk.backup import BackupNotSaved, make_backup
from commune_desk.store.desk.register import Register
from commune_desk.store.engine import database
from commune_desk.store.engine.database import DiskFull, DiskRefuses, RegisterBusy, RegisterDamaged, RegisterReadOnly
from commune_desk.store.pages.children import child_record
from commune_desk.store.pages.history import child_history
from commune_desk.store.pages.search import Filters, search_children
from commune_desk.store.writing.child_index import DERIVED_AS
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.visits import record_visit
from commune_desk.vault.keyfile import Keyfile, save
from commune_desk.vault.keys import RegisterKey
from commune_desk.vault.passphrases import make_slot
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.workplaces import OFFICER, HandClock, make_register
from tests.system.register_check import faults
from tests.system.surroundings import PAGE, blank, damage, fill_up, flip, open_folder, refusing, small_disk

KEY = RegisterKey(bytes(range(32)))
DAY = "2026-11-20"


def workplace_in(folder: Path) -> Workplace:
    return Workplace(make_register(folder, key=KEY), code_book())


def reopened(path: Path) -> Workplace:
    return Workplace(Register(path, KEY, HandClock(), OFFICER), code_book())


def keyfile_in(folder: Path) -> Path:
    """With a slot, as `KEY` vouches for it."""
    path = folder / "keyfile.json"
    slot = make_slot(KEY, "0198c0de" * 4, login="hoa", officer_id=OFFICER, passphrase="bốn con mèo đi biển")
    save(path, Keyfile(db_id="0198c0de" * 4, generation=1, slots=(slot,)), KEY)
    return path


def enter(workplace: Workplace, count: int = 1) -> list[RecordId]:
    """Children in the register; the ids of the persons."""
    persons = []
    for _ in range(count):
        person, file = make_child()
        workplace.write(save_all(person, file))
        persons.append(person.id)
    return persons


def visit(workplace: Workplace, person: RecordId) -> RecordId:
    made = make_visit(person, DAY, observations="Cháu khoẻ. " * 100)
    return workplace.write(lambda tx: record_visit(tx, made))[0]


def visits_until_refused(workplace: Workplace, person: RecordId) -> tuple[list[RecordId], Fault]:
    saved = []
    for _ in range(2000):
        try:
            saved.append(visit(workplace, person))
        except Fault as fault:
            return saved, fault
    raise AssertionError("the disk never became full")


def test_a_full_disk_is_a_sentence_and_after_making_room_work_goes_on(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kib=3000) as disk:
        workplace = workplace_in(disk)
        (person,) = enter(workplace)
        film = fill_up(disk)
        saved, fault = visits_until_refused(workplace, person)
        assert isinstance(fault, DiskFull)
        assert translate_error(fault).startswith("Ổ đĩa đã đầy")
        assert workplace.read(lambda c: child_record(c, person)) is not None, "reading goes on"
        film.unlink()
        saved.append(visit(workplace, person))
        workplace.register.close()
        assert faults(disk / "register.db", KEY, saved) == []


def test_a_register_that_may_not_grow_loses_nothing_either(tmp_path: Path) -> None:
    """The same where no disk can be mounted: the engine refuses at a page."""
    workplace = workplace_in(tmp_path)
    (person,) = enter(workplace)
    limit = "PRAGMA max_page_count={}"
    pages = workplace.register.reader.execute("PRAGMA page_count").fetchone()[0]
    workplace.write(lambda tx: tx.connection.execute(limit.format(pages + 8)).fetchone())
    saved, fault = visits_until_refused(workplace, person)
    assert isinstance(fault, DiskFull)
    assert len(saved) > 0
    workplace.write(lambda tx: tx.connection.execute(limit.format(1 << 30)).fetchone())
    saved.append(visit(workplace, person))
    workplace.register.close()
    assert faults(tmp_path / "register.db", KEY, saved) == []


def test_a_disk_that_is_full_at_unlocking_is_a_sentence(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kib=3000) as disk:
        workplace = workplace_in(disk)
        (person,) = enter(workplace)
        workplace.register.close()
        film = fill_up(disk)
        with pytest.raises(DiskFull) as caught:
            reopened(disk / "register.db")
        said = translate_error(caught.value)
        assert "sao lưu" not in said, "nobody goes back to a backup for want of room"
        assert "chưa mở được sổ" in said, "nothing was entered that could be lost"
        film.unlink()
        with closing(reopened(disk / "register.db").register) as register:
            assert register.reader.execute("SELECT id FROM person").fetchone() == (person,)


def test_a_disk_that_fills_while_rows_are_derived_anew_is_a_sentence_and_the_next_start_derives_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an update; the same where no disk can be mounted: the engine refuses at a page."""
    workplace = workplace_in(tmp_path)
    persons = enter(workplace, 40)
    workplace.register.close()
    connect = database.connect
    with closing(connect(tmp_path / "register.db", KEY)) as older:
        older.execute("DELETE FROM setting WHERE name=?", (DERIVED_AS,))
        older.execute("DELETE FROM child_index")
        older.execute("VACUUM")

    def on_a_full_disk(*args: Any, **how: Any) -> Any:
        connection = connect(*args, **how)
        connection.execute("PRAGMA max_page_count=1").fetchone()  # it stays at what there is
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(register_module, "connect", on_a_full_disk)
        with pytest.raises(DiskFull) as caught:
            reopened(tmp_path / "register.db")
    assert "chưa mở được sổ" in translate_error(caught.value)
    with closing(reopened(tmp_path / "register.db").register) as register:
        found = register.reader.execute("SELECT person FROM child_index").fetchall()
    assert {person for (person,) in found} == set(persons)


def test_where_a_register_has_no_room_to_be_written_anew_what_room_there_is_stays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Behind a removal the start writes it anew, which takes its size once more."""
    with small_disk(tmp_path / "disk", kib=20_000) as disk:
        workplace = workplace_in(disk)
        (person,) = enter(workplace)
        workplace.write(save_all(*(make_visit(person, DAY, observations="Cháu khoẻ. " * 40) for _ in range(1500))))
        workplace.write(lambda tx: tx.scrub())
        workplace.register.close()
        room = (disk / "register.db").stat().st_size // 2
        (disk / "film.mp4").write_bytes(bytes(disk_usage(disk).free - room))
        again = reopened(disk / "register.db")
        assert "was not written anew" in caplog.text
        caplog.clear()
        assert disk_usage(disk).free > room - (1 << 18)
        visit(again, person)
        again.register.close()


def test_a_folder_that_refuses_is_a_sentence_and_nothing_is_lost() -> None:
    with open_folder() as folder:
        workplace = workplace_in(folder)
        enter(workplace)
        workplace.register.close()
        before = (folder / "register.db").read_bytes()
        with refusing(folder), pytest.raises(RegisterReadOnly) as caught:
            reopened(folder / "register.db")
        assert "Không ghi được vào thư mục" in translate_error(caught.value)
        assert (folder / "register.db").read_bytes() == before
        again = reopened(folder / "register.db")
        enter(again)
        again.register.close()


def test_another_program_on_the_register_is_a_sentence_and_the_save_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    workplace = workplace_in(tmp_path)
    other = sqlcipher3.dbapi2.connect(str(tmp_path / "register.db"), isolation_level=None)
    other.execute(f"PRAGMA key=\"x'{KEY.hex}'\"")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RegisterBusy) as caught:
        enter(workplace)
    assert "chương trình khác" in translate_error(caught.value)
    other.execute("ROLLBACK")
    other.close()
    assert len(enter(workplace)) == 1
    workplace.register.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed register with enough in it to fill a page of each table."""
    folder = tmp_path_factory.mktemp("whole")
    workplace = workplace_in(folder)
    for person in enter(workplace, 20):
        visit(workplace, person)
    workplace.register.close()
    return folder / "register.db"


def use(path: Path) -> Iterator[str]:
    """Open a register and do in it what an officer does in a minute."""
    workplace = reopened(path)
    try:
        found = workplace.read(lambda c: search_children(c, "dang hoa", Filters())).ids
        for person in map(RecordId, found[:3]):
            workplace.read(lambda c, one=person: (child_record(c, one), child_history(c, one)))  # type: ignore[misc]
            yield visit(workplace, person)
        enter(workplace)
        workplace.note(AuditAction.SEARCH)
    finally:
        workplace.register.close()


@pytest.mark.parametrize("harm", [flip, blank])
def test_any_damaged_page_is_a_sentence_and_never_a_bug(
    whole: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, harm: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "register.db"
    said = []
    for page in range(whole.stat().st_size // PAGE):
        path.write_bytes(whole.read_bytes())
        damage(path, page, harm)
        try:
            list(use(path))
        except DeskError as error:
            said.append(error)
        for beside in tmp_path.glob("register.db-*"):
            beside.unlink()
    assert len(said) > 10
    assert {type(error) for error in said} <= {RegisterDamaged, DiskRefuses}
    assert all("ổ đĩa" in translate_error(error).lower() for error in said)
    assert "closed without folding" in caplog.text, "a lock is not held up by damage either"
    caplog.clear()


def test_a_whole_register_is_not_called_damaged(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    path.write_bytes(whole.read_bytes())
    assert len(list(use(path))) == 3
    assert faults(path, KEY, []) == []


def test_a_backup_onto_a_full_stick_says_that_the_stick_is_to_be_looked_at(tmp_path: Path) -> None:
    """Nothing was being entered, and the register's own disk has room."""
    workplace = workplace_in(tmp_path)
    enter(workplace)
    keyfile = keyfile_in(tmp_path)
    with small_disk(tmp_path / "stick", kib=200) as stick:
        fill_up(stick)
        with pytest.raises(BackupNotSaved):
            make_backup(workplace.register, KEY, keyfile, stick / "a.cdbackup")
        assert [path.name for path in stick.iterdir()] == ["film.mp4"]
    workplace.register.close()


@pytest.mark.parametrize("harm", [flip, blank])
def test_a_stick_that_loses_what_was_written_to_it_is_not_taken_for_a_damaged_register(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: Callable[[bytes], bytes]
) -> None:
    """Whoever was told so would restore an old backup in the place of a whole register."""
    workplace = workplace_in(tmp_path)
    enter(workplace)
    keyfile = keyfile_in(tmp_path)
    target, write = tmp_path / "a.cdbackup", backup._copy_register

    def write_and_lose(path: Path, key: RegisterKey, copy: Path) -> None:
        write(path, key, copy)
        for page in range(copy.stat().st_size // PAGE):
            damage(copy, page, harm)

    monkeypatch.setattr(backup, "_copy_register", write_and_lose)
    with pytest.raises(BackupNotSaved):
        make_backup(workplace.register, KEY, keyfile, target)
    assert not target.exists()
    monkeypatch.undo()
    make_backup(workplace.register, KEY, keyfile, target)
    workplace.register.close()
    damage(tmp_path / "register.db", 3, harm)
    harmed = reopened(tmp_path / "register.db")
    with pytest.raises(RegisterDamaged):
        make_backup(harmed.register, KEY, keyfile, target)  # the twin: this one is damaged
    harmed.register.close()
