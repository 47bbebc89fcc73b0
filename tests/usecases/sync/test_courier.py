"""A courier's stick at the desk: written whole or not at all, read as far as it can be, and never in the way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.store.engine import settings
from commune_desk.store.pages.sync_status import StaysHere, stays_here
from commune_desk.usecases.sync import stick
from commune_desk.usecases.sync.around_sync import AroundSync
from commune_desk.usecases.sync.courier import Courier, CourierStopped
from commune_desk.usecases.sync.desk_sync import asks_for_sync
from commune_desk.usecases.sync.stick import StickFull, StickGone
from sync import bundle
from tests.helpers.builders import make_child, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.couriers import Office, bring, couriers
from tests.sync.actors.real_province import RealProvince, real_province
from tests.system.surroundings import open_folder, refusing, small_disk


@pytest.fixture
def office() -> Iterator[Office]:
    with couriers() as made:
        yield made


@pytest.fixture
def province(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path) as made:
        yield made


def carry(desk: EnrolledDesk, province: RealProvince, folder: Path) -> None:
    """There and back."""
    courier = Courier(desk.open.register, desk.heard.append)
    folder.mkdir(exist_ok=True)
    courier.write_out(folder)
    files = [path.read_bytes() for path in folder.iterdir()]
    public = province.province.keys.courier.public
    for reply in bring(province.province, *(data for data in files if bundle.is_for(data, public))):
        (folder / bundle.file_name(reply)).write_bytes(reply)
    courier.read_in(folder)


def test_neither_a_stick_nor_a_first_pull_reads_on_the_windows_connection(
    province: RealProvince, tmp_path: Path
) -> None:
    """A page may be in the middle of reading there; the twin of the watch is a page that does read."""
    desk = enrolled_desk(province, tmp_path / "desk")
    register = desk.open.register
    asked: list[str] = []
    register.reader.set_trace_callback(asked.append)
    carry(desk, province, tmp_path / "stick")
    register.write(lambda tx: settings.put(tx.connection, settings.AWAITS_PULL, True)).result()
    assert AroundSync(register, desk.heard.append).pulled_everything() is False
    assert asked == []
    register.read(stays_here)
    assert asked != []
    desk.close()


def test_a_full_stick_is_a_sentence_and_holds_nothing_half(office: Office) -> None:
    office.visit(0)
    with small_disk(office.folder / "small", 32) as small:
        with pytest.raises(StickFull):
            office.courier(0).write_out(small)
        assert list(small.iterdir()) == []
    assert office.waiting(0) == 1
    with small_disk(office.folder / "large", 256) as large:
        assert office.courier(0).write_out(large).changes == 1, "the twin"
        assert [path.suffix for path in large.iterdir()] == [".cdsync"]


def test_what_was_written_before_the_stick_was_full_is_whole(office: Office) -> None:
    for _ in range(3):
        office.visit(0)
    with small_disk(office.folder / "small", 160) as small:
        with pytest.raises(StickFull):
            office.courier(0, room=1).write_out(small)
        files = [path.read_bytes() for path in sorted(small.iterdir(), key=lambda path: path.stat().st_mtime_ns)]
        assert [len(data) for data in files] == [bundle.BLOCK] * 2
        for reply in bring(office.province, *files):
            office.read_in(0, reply)
    assert office.waiting(0) == 1


def test_a_stick_that_is_gone_or_protected_is_a_sentence(office: Office) -> None:
    office.visit(0)
    with pytest.raises(StickGone):
        office.courier(0).write_out(office.folder / "nowhere")
    with pytest.raises(StickGone):
        office.courier(0).read_in(office.folder / "nowhere")
    with open_folder() as folder, refusing(folder), pytest.raises(StickGone):
        stick.put(folder, b"data")
    assert office.waiting(0) == 1


def test_nothing_is_at_the_name_before_it_is_whole(office: Office) -> None:
    """Pulled out in the middle: what lies there then is a `.part`, which nobody reads."""
    target = office.folder / "usb"
    target.mkdir()
    (target / "X.cdsync.part").write_bytes(b"half")
    assert stick.bundles_in(target) == ([], False)
    path = stick.put(target, b"whole")
    assert path.read_bytes() == b"whole"
    assert stick.bundles_in(target) == ([path], False)


@pytest.mark.skipif(os.name == "nt", reason="Windows gives a file the rights of the folder it lies in")
def test_a_bundle_is_for_its_account_alone(office: Office) -> None:
    office.visit(0)
    office.courier(0).write_out(office.stick)
    assert [path.stat().st_mode & 0o777 for path in office.stick.iterdir()] == [0o600]


def test_writing_stops_when_it_is_told_to_and_what_is_there_counts(office: Office) -> None:
    for _ in range(4):
        office.visit(0)
    courier = office.courier(0, room=1)

    def stop_at_two(done: int, _of: int) -> None:
        if done == 2:
            courier.stop()

    with pytest.raises(CourierStopped):
        courier.write_out(office.stick, stop_at_two)
    assert len(list(office.stick.iterdir())) == 2
    assert courier.write_out(office.stick).changes == 4, "the next one begins afresh"


def test_stopped_before_its_turn_came_nothing_is_written_or_read(office: Office) -> None:
    """It waits behind a backup while the register is locked, or while somebody presses Cancel."""
    office.visit(0)
    courier = office.courier(0)
    for work in (courier.write_out, courier.read_in):
        courier.stop()
        with pytest.raises(CourierStopped):
            work(office.stick)
    assert list(office.stick.iterdir()) == []
    courier.stop()
    courier.forget_stop()
    assert courier.write_out(office.stick).changes == 1, "the twin: a stop that came too late stops nothing else"


def test_reading_stops_between_two_transactions_and_goes_on_the_next_time(office: Office) -> None:
    for _ in range(400):
        office.visit(1)
    office.desks[1].sync()
    replies = bring(office.province, *office.write_out(0))
    for data in replies:
        (office.stick / bundle.file_name(data)).write_bytes(data)
    heard: list[ChangeSet] = []

    def stop(changes: ChangeSet) -> None:
        heard.append(changes)
        if changes.touches("home_visit"):
            courier.stop()

    courier = Courier(office.desks[0].register, stop)
    with pytest.raises(CourierStopped):
        courier.read_in(office.stick)
    visits = "SELECT count(*) FROM home_visit"
    assert 0 < office.desks[0].ask(visits)[0][0] < 400
    assert office.cursor(0) < office.cursor(1)
    office.courier(0).read_in(office.stick)
    assert office.desks[0].ask(visits)[0][0] == 400
    assert office.cursor(0) == office.cursor(1)
    assert [news for news in heard if asks_for_sync(news)] == []


def test_a_desk_enrolled_anew_sends_what_waited_after_its_first_full_reply(
    province: RealProvince, tmp_path: Path
) -> None:
    desk = enrolled_desk(province, tmp_path / "desk")
    desk.open.register.write(save_all(*make_child("Lò Thị Thử"))).result()
    carry(desk, province, tmp_path / "usb")
    desk.back_up(tmp_path / "copy.cdbackup")
    restored = desk.restored(tmp_path / "copy.cdbackup", tmp_path / "restored")
    restored.open.register.write(save_all(*make_child("Lò Thị Sau"))).result()
    restored.enrol_anew()
    assert restored.ask("SELECT count(*) FROM change WHERE state='staged'") == [(2,)]
    (tmp_path / "asked").mkdir()
    wrote = Courier(restored.open.register, restored.heard.append).write_out(tmp_path / "asked")
    assert (wrote.changes, wrote.stays) == (0, StaysHere(later=2)), "it says that they are not on the stick"
    states = "SELECT DISTINCT state FROM change WHERE seq IS NULL"
    carry(restored, province, tmp_path / "first")
    assert restored.ask(states) == [("waiting",)]
    carry(restored, province, tmp_path / "second")
    assert restored.ask(states) == []
    desk.close()
    restored.close()


def test_a_file_of_a_foreign_kind_does_not_stop_the_others(office: Office) -> None:
    office.visit(0)
    (reply,) = bring(office.province, *office.write_out(0))
    for name, data in (("a.cdsync", b""), ("b.cdsync", b"PK" * 1000), ("c.txt", reply), ("d.CDSYNC", reply)):
        (office.stick / name).write_bytes(data)
    damaged = bytearray(reply)
    damaged[3000] ^= 4
    (office.stick / "e.cdsync").write_bytes(damaged)
    read = office.courier(0).read_in(office.stick)
    assert (read.files, read.others, read.signed_for) == (1, 2, office.last_n(0))
    assert [type(fault) for fault in read.faults] == [bundle.BundleDamaged]


def _beside_one_that_is_unreadable(office: Office) -> Path:
    """The province's reply on a stick where another file, first by its name, opens and cannot be read."""
    office.visit(0)
    (reply,) = bring(office.province, *office.write_out(0))
    (office.stick / "0.cdsync").symlink_to("/proc/self/mem")
    (office.stick / bundle.file_name(reply)).write_bytes(reply)
    return office.stick


needs_unreadable = pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that cannot be read")


@needs_unreadable
def test_one_file_that_cannot_be_read_does_not_stop_the_others(office: Office) -> None:
    """A spot of the stick has gone bad: what lies beside it is whole."""
    folder = _beside_one_that_is_unreadable(office)
    courier = office.courier(0)
    read = courier.read_in(folder)
    assert (read.files, read.signed_for) == (1, office.last_n(0))
    assert [type(fault) for fault in read.faults] == [StickGone]
    assert courier.wipe(folder, read.done_with) == len(read.done_with) > 0


@needs_unreadable
def test_read_in_one_go_it_would_stop_them(office: Office) -> None:
    """The twin: asked of each file whose it is, the first one would be the end."""
    folder = _beside_one_that_is_unreadable(office)
    with pytest.raises(StickGone):
        [stick.read(path, bundle.HEAD) for path in stick.bundles_in(folder)[0]]


KILLED = """
import sys, os
from pathlib import Path
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.desk.register import Register
from commune_desk.usecases.sync.courier import Courier
from tests.sync.actors.real_desks import KEY, OFFICER

told = 0
def die(changes):
    global told
    told += 1
    if told == int(sys.argv[3]):
        os.kill(os.getpid(), 9)

Courier(Register(Path(sys.argv[1]), KEY, SystemClock(), OFFICER), die).read_in(Path(sys.argv[2]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("after", [1, 2, 3, 4])
def test_killed_while_it_reads_a_desk_goes_on_where_it_was(office: Office, after: int) -> None:
    office.visit(0)
    for _ in range(350):
        office.visit(1)
    office.desks[1].sync()
    for data in bring(office.province, *office.write_out(0)):
        (office.stick / bundle.file_name(data)).write_bytes(data)
    office.desks[0].register.close()
    words = [str(office.folder / "desk0.db"), str(office.stick), str(after)]
    killed = subprocess.run([sys.executable, "-c", KILLED, *words], capture_output=True)
    assert killed.returncode == -9, killed.stderr
    office.reopen(0)
    office.courier(0).read_in(office.stick)
    office.desks[1].sync()
    assert office.cursor(0) == office.cursor(1)
    assert office.kept(0)["home_visit"] == office.kept(1)["home_visit"]
    assert office.waiting(0) == 0
