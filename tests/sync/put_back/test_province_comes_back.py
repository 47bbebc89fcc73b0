"""The province is backed up at work, killed and put back: nothing that a desk wrote is lost, and all agree again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import Refusal
from commune_desk.store.intake import departures
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.children import ChildEntry, register_child
from commune_desk.usecases.records.moves import move_child
from sync.client.enrol import enrol
from sync.client.transport import Transport
from sync.server.engine.database import NO_SCOPE, WHOLE_PROVINCE
from sync.server.engine.embedded import keyed
from sync.server.identity.province import epoch_of, open_province
from sync.server.lifecycle import backups
from sync.server.lifecycle.backups import BackupBroken, raise_durable, received_until
from sync.server.lifecycle.restoring import restore
from tests.helpers.builders import make_file, make_person, make_report, save_all
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import OTHER_COMMUNE, real_province
from tests.sync.actors.restorable_office import Office
from tests.sync.actors.server_fixtures import command

ORDERS = ((0, 1, 2), (2, 1, 0), (1, 2, 0))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with real_province(tmp_path) as real:
        made = Office(tmp_path, real)
        yield made
        for desk in made.desks:
            desk.register.close()


@pytest.mark.parametrize("order", ORDERS)
def test_backed_up_worked_restored_and_nothing_is_lost(office: Office, order: tuple[int, ...]) -> None:
    """I17: the restored epoch makes every desk offer what the copy lacks, in whatever order they come."""
    for desk in (0, 1, 2):
        office.save(desk, f"Trước {desk}")
    office.sync()
    office.back_up()
    for desk in (1, 0, 2, 0):
        office.save(desk, f"Sau {desk}")
        office.sync(desk)
    office.save(1, "Chưa gửi")
    office.restore()
    assert len(office.lacks()) == 5
    office.sync(*order, *order)
    assert office.lacks() == set()
    assert office.people(0) == office.people(1)
    assert len(office.people(0)) == 6
    assert len(office.people(2)) == 2


def test_put_back_by_hand_without_a_new_epoch_it_would_lack_what_nobody_asks_for(office: Office) -> None:
    """The twin: the file alone, in its old epoch, with desks that show no receipt."""
    office.save(0, "Trước")
    office.sync()
    office.back_up()
    office.save(0, "Sau")
    office.sync()
    data = office.real.province.data
    office.real.province.close()
    for ending in ("-wal", "-shm"):
        (data / f"province.db{ending}").unlink(missing_ok=True)
    shutil.copy(office.folder / "backup", data / "province.db")
    office.real.province = open_province(data, office.folder / "key-file")
    office.real.restart()
    office.desks[2].sync()
    assert len(office.lacks()) == 1


def test_a_backup_raises_the_durable_numbers_and_receipts_carry_them(office: Office) -> None:
    office.save(0, "Một")
    office.sync()
    made = office.back_up()
    last = [made.desks[desk.register.identity.desk] for desk in office.desks]
    assert office.durable() == last
    assert last[0] > 0
    office.save(0, "Hai")
    office.sync()
    assert office.desks[0].ask("SELECT max(durable_n) FROM receipt") == [(last[0],)]


def test_desks_push_while_it_is_made_and_it_is_one_moment(office: Office) -> None:
    office.save(0, "Trước")
    office.sync()
    with ThreadPoolExecutor(1) as other:
        making = other.submit(office.back_up)
        for number in range(4):
            office.save(0, f"Giữa {number}")
            office.sync(0)
        made = making.result()
    desk = office.desks[0].register.identity.desk
    assert office.durable()[0] == made.desks[desk]
    office.restore()
    office.sync(0, 1, 2)
    assert office.lacks() == set()
    assert len(office.people(1)) == 5


def test_a_backup_that_does_not_hold_raises_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that rots between writing and reading back."""
    office.save(0, "Một")
    office.sync()
    copy = backups._copy

    def rotten(province: object, part: Path) -> None:
        copy(province, part)  # type: ignore[arg-type]
        content = bytearray(part.read_bytes())
        content[len(content) // 2] ^= 1
        part.write_bytes(content)

    monkeypatch.setattr(backups, "_copy", rotten)
    with pytest.raises(BackupBroken):
        office.back_up()
    assert office.durable() == [0, 0, 0]
    assert not list(office.folder.glob("backup*"))


def test_a_copy_that_lacks_a_change_is_no_backup(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """It opens, its pages hold, and its chains do not lead to their heads."""
    office.save(0, "Một")
    office.sync()
    copy = backups._copy

    def shortened(province: object, part: Path) -> None:
        copy(province, part)  # type: ignore[arg-type]
        with closing(keyed(part, office.real.province.keys.database_key)) as raw:
            for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
                raw.execute(f"DROP TRIGGER {name}")
            raw.execute("DELETE FROM change WHERE n=1")
            backups.in_one_file(raw)

    monkeypatch.setattr(backups, "_copy", shortened)
    with pytest.raises(BackupBroken):
        office.back_up()
    assert office.durable() == [0, 0, 0]


def test_unread_it_would_have_been_believed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: without reading the chains the same copy raises the numbers."""
    monkeypatch.setattr(backups, "first_break", lambda connection: "")
    monkeypatch.setattr(backups, "_goes_on_from", lambda connection, copied: True)
    with pytest.raises(pytest.fail.Exception):
        test_a_copy_that_lacks_a_change_is_no_backup(office, monkeypatch)


def test_what_was_received_until_an_instant_is_counted_from_the_first_later_one(office: Office) -> None:
    """A clock that was set back between two changes makes none of them durable too early."""
    office.save(0, "Một")
    office.sync(0)
    desk = office.desks[0].register.identity.desk

    def numbers(instant: str) -> int:
        return office.real.province.database.read(
            lambda c: received_until(c, instant, now="9999-01-01T00:00:00Z"), WHOLE_PROVINCE
        )[desk]

    last = office.desks[0].ask("SELECT max(n) FROM change")[0][0]
    assert (numbers("2000-01-01T00:00:00Z"), numbers("2999-01-01T00:00:00Z")) == (0, last)


@pytest.fixture
def moved(office: Office) -> RecordId:
    """A child that left the first commune after it was registered there, all synced."""
    entry = ChildEntry(person=make_person("Chìu Văn Sáng"), file=make_file(RecordId("")))
    register = office.desks[0].register
    person: RecordId = register.write(lambda tx: register_child(tx, entry)).result()[0]
    register.write(save_all(make_report(person=person, description="Bị đánh"))).result()
    office.sync()
    return person


def _move(office: Office, person: RecordId) -> None:
    def run(tx: Tx) -> None:
        move_child(tx, person, Scope(OTHER_COMMUNE))

    office.desks[0].register.write(run).result()


def test_a_child_that_had_left_is_not_lost_with_the_restored_province(office: Office, moved: RecordId) -> None:
    """What the first commune wrote of the child is kept, unseen, until a verified backup has it: here it is needed."""
    office.sync()
    empty = office.back_up("early")
    assert empty.changes > 0
    office.save(0, "Sau")
    _move(office, moved)
    office.sync(0, 1, 2, 0)
    assert office.desks[0].ask("SELECT count(*) FROM person WHERE id=?", moved) == [(0,)]
    office.restore("early")
    office.sync(0, 2, 1, 0, 2)
    assert office.lacks() == set()
    assert office.desks[2].ask("SELECT full_name FROM person WHERE id=?", moved) == [("Chìu Văn Sáng",)]
    assert office.desks[0].ask("SELECT count(*) FROM person WHERE id=?", moved) == [(0,)]


def test_a_child_registered_and_moved_since_the_backup_comes_back_whole(office: Office) -> None:
    office.sync()
    office.back_up()
    entry = ChildEntry(person=make_person("Chìu Văn Sáng"), file=make_file(RecordId("")))
    register = office.desks[0].register
    person: RecordId = register.write(lambda tx: register_child(tx, entry)).result()[0]
    office.sync()
    _move(office, person)
    office.sync(0, 1, 2, 0)
    assert office.desks[0].ask("SELECT count(*) FROM change WHERE state='left'") != [(0,)]
    office.restore()
    office.sync(0, 1, 2, 0, 2)
    assert office.lacks() == set()
    assert office.desks[2].ask("SELECT full_name FROM person WHERE id=?", person) == [("Chìu Văn Sáng",)]
    for desk in (0, 1):
        assert office.desks[desk].ask("SELECT count(*) FROM person WHERE id=?", person) == [(0,)]
    assert office.desks[0].ask("SELECT count(*) FROM change WHERE state='accepted' AND record=?", person) == [(0,)]


def test_after_a_verified_backup_the_desk_forgets_and_the_backup_still_has_it(office: Office, moved: RecordId) -> None:
    _move(office, moved)
    office.sync(0, 1, 2, 0)
    kept = "SELECT count(*) FROM change WHERE state='left' AND length(raw)>0"
    assert office.desks[0].ask(kept) != [(0,)]
    office.back_up()
    office.save(0, "Sau")
    office.sync(0)
    assert office.desks[0].ask(kept) == [(1,)], "the move, which names nobody"
    office.restore()
    office.sync(2, 0, 1, 2)
    assert office.desks[2].ask("SELECT full_name FROM person WHERE id=?", moved) == [("Chìu Văn Sáng",)]


def test_an_older_backup_is_refused_while_a_later_one_is_relied_on(office: Office) -> None:
    office.save(0, "Một")
    office.sync()
    office.back_up("first")
    office.save(0, "Hai")
    office.sync()
    office.back_up("second")
    epoch = office.real.province.database.read(epoch_of, NO_SCOPE)
    with pytest.raises(Refusal):
        office.restore("first")
    assert office.real.province.database.read(epoch_of, NO_SCOPE) == epoch
    office.restore("first", older=True)
    office.sync(0, 1, 2)
    assert office.lacks() == set()


def test_forgotten_too_early_it_would_be_lost(office: Office, moved: RecordId) -> None:
    """The twin: durable numbers raised without a backup behind them."""
    office.back_up()
    office.save(0, "Sau")
    entry = ChildEntry(person=make_person("Chìu Thị Mây"), file=make_file(RecordId("")))
    register = office.desks[0].register
    person: RecordId = register.write(lambda tx: register_child(tx, entry)).result()[0]
    office.sync()
    _move(office, person)
    office.sync(0, 1, 2, 0)
    last = office.desks[0].ask("SELECT max(n) FROM change WHERE desk<>''")[0][0]
    register.write(lambda tx: departures.forget_durable(tx.connection, tx.ledger.desk, last)).result()
    office.restore()
    for desk in (1, 2):
        office.desks[desk].sync()
    assert office.lacks() != set()


def test_raised_numbers_never_sink(office: Office) -> None:
    desk = office.desks[0].register.identity.desk
    for n in (7, 3):
        office.real.write(lambda c, n=n: raise_durable(c, office.real.province, {desk: n}))  # type: ignore[misc]
    assert office.durable()[0] == 7


@pytest.mark.parametrize("step", ["_begin_in", "_put_aside", "write_private", "settle_names"])
def test_killed_at_any_step_a_restore_is_run_again(office: Office, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    from sync.server.lifecycle import restoring

    office.save(0, "Một")
    office.sync()
    office.back_up()
    office.save(0, "Hai")
    office.sync()
    office.real.province.close()
    data, key = office.real.province.data, office.folder / "key-file"

    class PowerCut(Exception):
        """The power went out."""

    def cut(*args: object, **kwargs: object) -> None:
        raise PowerCut

    with monkeypatch.context() as broken:
        broken.setattr(restoring, step, cut)
        with pytest.raises(PowerCut):
            restore(data, key, office.folder / "backup", clock=SystemClock())
    restore(data, key, office.folder / "backup", clock=SystemClock())
    office.real.province = open_province(data, key)
    office.real.restart()
    office.sync(0, 1, 2, 0)
    assert office.lacks() == set()
    assert office.people(0) == office.people(1)


def _served(folder: Path) -> tuple[subprocess.Popen[str], str]:
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key.json")]
    line = [sys.executable, "-m", "sync.server", "--lang", "en", "serve", *places, "--host", "127.0.0.1", "--port", "0"]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8")
    assert process.stdout is not None
    return process, process.stdout.readline().split()[1]


def _killed(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without a signal")
def test_the_drill_with_a_real_server_that_is_killed(tmp_path: Path) -> None:
    assert command(tmp_path, "init", "--name", "Quảng Ninh", "--host", "localhost", "127.0.0.1").returncode == 0
    process, address = _served(tmp_path)
    desks: list[RealDesk] = []
    where = {"address": address}
    try:
        for number in range(2):
            made = command(tmp_path, "enrol-code", "--scope", "C:06838", "--json")
            enrolled = enrol(address, msgspec.json.decode(made.stdout)["code"], "PC", program_version="0")
            make_register(tmp_path / f"{number}.db", enrolled)
            connect: Callable[[], Transport] = lambda ca=enrolled.ca_pem: Transport(where["address"], ca_pem=ca)  # type: ignore[misc]  # noqa: E731
            desks.append(RealDesk(tmp_path / f"{number}.db", SystemClock(), connect))
        for number, desk in enumerate(desks):
            desk.register.write(save_all(make_person(f"Trước {number}"))).result()
            desk.sync()
        saved = command(tmp_path, "backup", "--to", str(tmp_path / "b.cdprovince"))
        assert saved.returncode == 0, saved.stderr
        for number, desk in enumerate(desks):
            desk.register.write(save_all(make_person(f"Sau {number}"))).result()
            desk.sync()
        refused = command(tmp_path, "restore", "--from", str(tmp_path / "b.cdprovince"))
        assert (refused.returncode, "served already" in refused.stderr) == (2, True)
        _killed(process)
        done = command(tmp_path, "restore", "--from", str(tmp_path / "b.cdprovince"))
        assert done.returncode == 0, done.stderr
        process, where["address"] = _served(tmp_path)
        for number in (1, 0, 1):
            desks[number].sync()
        names = [desk.ask("SELECT full_name FROM person ORDER BY full_name") for desk in desks]
        assert names[0] == names[1] == [("Sau 0",), ("Sau 1",), ("Trước 0",), ("Trước 1",)]
        held = msgspec.json.decode(command(tmp_path, "status", "--json").stdout)
        assert held["records"]["person"] == 4
    finally:
        _killed(process)
        for desk in desks:
            desk.register.close()
