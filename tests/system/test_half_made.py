"""A power cut at any step while a register is made or restored: afterwards all of it is there, or nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.engine import settings
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.registers.backups import back_up
from commune_desk.usecases.registers.opening import unlock
from commune_desk.usecases.registers.profile import HALF_MADE, REMOVED, WHOLE, FolderNotWritten, Profile
from tests.helpers.builders import make_person, save_all
from tests.system.maker import CUT_OFF, LOGIN, PASSPHRASE, Order, obey

Send = Callable[[Order], int]


@pytest.fixture(scope="module")
def send() -> Iterator[Send]:
    """Gives an order to the process of `tests.system.maker`; returns how it ended."""
    if not hasattr(os, "fork"):
        pytest.skip("each order is obeyed by a fork of one process, which Windows has not")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.system.maker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    orders, ends = process.stdin, process.stdout
    assert orders is not None
    assert ends is not None

    def give(order: Order) -> int:
        orders.write(msgspec.json.encode(order) + b"\n")
        orders.flush()
        return int(ends.readline())

    yield give
    orders.close()
    ends.close()
    process.wait(30)


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an enrolled desk."""
    folder = tmp_path_factory.mktemp("kept")
    obey(Order(str(folder)))
    desk = unlock(Profile(folder), LOGIN, PASSPHRASE, clock=SystemClock())

    def enrol(tx: Tx) -> None:
        own = msgspec.structs.replace(settings.identity(tx.connection), desk="7KQ2M9", is_training=False)
        settings.put(tx.connection, settings.IDENTITY, own)
        tx.topic("identity")

    desk.register.write(enrol).result()
    desk.register.write(save_all(make_person())).result()
    back_up(desk, folder / "a.cdbackup")
    desk.register.close()
    return folder / "a.cdbackup"


def cut_everywhere(send: Send, folder: Path, backup: str) -> Iterator[Profile]:
    """The profile after a cut at every second step, as the next start finds it."""
    for cut_at in range(2, 100, 2):
        profile = Profile(folder / str(cut_at))
        profile.folder.mkdir()
        ended = send(Order(str(profile.folder), backup, cut_at))
        if ended != CUT_OFF:
            assert cut_at - 2 <= ended - 100 < cut_at, "it ran to its end in so many steps"
            return
        profile.settle()
        yield profile


@pytest.mark.parametrize("is_restore", [False, True])
def test_a_register_is_made_or_restored_whole_or_not_at_all(
    send: Send, backup: Path, tmp_path: Path, is_restore: bool
) -> None:
    source = str(backup) if is_restore else ""
    outcomes = []
    for profile in cut_everywhere(send, tmp_path, source):
        outcomes.append(profile.has_register())
        if not profile.has_register():
            assert list(profile.folder.iterdir()) == [], "nothing stands in the way of the next try"
            continue
        desk = unlock(profile, LOGIN, PASSPHRASE, clock=SystemClock())
        own = desk.register.identity
        people = desk.register.reader.execute("SELECT count(*) FROM person").fetchone()[0]
        desk.register.close()
        assert (own.frozen, own.former, people) == (("restored", ("7KQ2M9",), 1) if is_restore else ("", (), 0))
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {False, True}


def test_without_settling_a_cut_would_leave_a_half(send: Send, tmp_path: Path) -> None:
    """The twin: what stands there before the next start settles it."""
    left = []
    for cut_at in (3, 4, 5):
        folder = tmp_path / str(cut_at)
        folder.mkdir()
        assert send(Order(str(folder), "", cut_at)) == CUT_OFF
        left += [path.name for path in folder.iterdir()]
    assert HALF_MADE in left


def test_a_register_without_keyfile_is_put_aside_and_its_log_with_it(tmp_path: Path, backup: Path) -> None:
    for name in ("register.db", "register.db-wal"):
        (tmp_path / name).write_bytes(b"what remains of another register")
    obey(Order(str(tmp_path), str(backup)))
    unlock(Profile(tmp_path), LOGIN, PASSPHRASE, clock=SystemClock()).register.close()
    aside = sorted(path.name for path in tmp_path.glob("aside-*"))
    assert aside == ["aside-register.db", "aside-register.db-wal"]


def test_what_was_put_aside_before_is_never_overwritten(tmp_path: Path, backup: Path) -> None:
    for again in range(3):
        (tmp_path / "register.db").write_bytes(b"register %d" % again)
        (tmp_path / "register.db-wal").write_bytes(b"log %d" % again)
        obey(Order(str(tmp_path), str(backup)))
        for made in (*tmp_path.glob("register.db*"), *tmp_path.glob("keyfile*")):
            made.unlink()
    kept = {path.name: path.read_bytes() for path in tmp_path.glob("aside-*")}
    for again, prefix in enumerate(("aside-", "aside-2-", "aside-3-")):
        assert kept.pop(f"{prefix}register.db") == b"register %d" % again
        assert kept.pop(f"{prefix}register.db-wal") == b"log %d" % again
    assert kept == {}


@pytest.mark.parametrize("log", [b"the mark that it was restored", b""])
def test_a_register_whose_log_could_not_be_folded_is_not_put_in_place(tmp_path: Path, log: bytes) -> None:
    half = Profile(tmp_path).begin()
    half.register.write_bytes(b"without what stands in its log")
    (half.folder / "register.db-wal").write_bytes(log)
    if log:
        with pytest.raises(FolderNotWritten):
            Profile(tmp_path).put_in_place()
    else:
        Profile(tmp_path).put_in_place()
    Profile(tmp_path).settle()
    assert [path.name for path in tmp_path.iterdir()] == ([] if log else ["register.db"])


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="which folder is written down is seen only on Linux")
def test_the_disk_keeps_the_new_names_before_the_old_ones_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, kept = os.fsync, []

    def fsync(handle: int) -> None:
        if Path(os.readlink(f"/proc/self/fd/{handle}")) == tmp_path:
            kept.append(sorted(path.name for path in tmp_path.iterdir()))
        real(handle)

    half = Profile(tmp_path).begin()
    half.register.touch()
    half.keyfile.touch()
    monkeypatch.setattr(os, "fsync", fsync)
    Profile(tmp_path).put_in_place()
    assert kept == [[HALF_MADE, "keyfile.json", "register.db"]]


def test_a_folder_that_is_not_marked_whole_is_taken_away(tmp_path: Path) -> None:
    half = Profile(tmp_path).begin()
    (half.folder / "register.db").touch()
    assert not (half.folder / WHOLE).exists()
    Profile(tmp_path).settle()
    assert list(tmp_path.iterdir()) == []


def test_what_is_whole_comes_into_its_place_before_anything_is_begun_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that another program holds open keeps it on its way; then somebody presses the button once more."""
    real, profile = Path.replace, Profile(tmp_path)
    half = profile.begin()
    half.register.write_bytes(b"register")
    half.keyfile.write_bytes(b"its keyfile")

    def held(path: Path, target: Path) -> Path:
        if path == half.keyfile:
            raise PermissionError
        return real(path, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", held)
        with pytest.raises(FolderNotWritten):
            profile.put_in_place()
    profile.begin()
    assert profile.keyfile.read_bytes() == b"its keyfile"


def test_a_folder_that_cannot_be_taken_away_is_put_in_place_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Put in place once more with each start, it would take back what was ordered and met since."""
    monkeypatch.setattr("shutil.rmtree", lambda *_args, **_kwargs: None)
    profile = Profile(tmp_path)
    half = profile.begin()
    half.register.touch()
    profile.put_in_place()
    (tmp_path / REMOVED).write_bytes(b"ordered since")
    profile.note_damage()
    profile.settle()
    assert profile.is_removed
    assert profile.is_damaged
