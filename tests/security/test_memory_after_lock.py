"""Lock means that the process ends: the one that shows the unlock page never held a name, the passphrase or the key."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope
from commune_desk.domain.time.clock import SystemClock
from commune_desk.usecases.registers.opening import make_training_register
from commune_desk.usecases.registers.profile import LOCK_FILE, NewOfficer, Profile
from tests.helpers.builders import make_child, save_all
from tests.security.clear_text import written_forms
from tests.story.handle import DeskProcess

LOGIN, PASSPHRASE = "may1", "bốn con Mèo Quẫng đi biển"
CHILD, OFFICER, TYPED = "Đặng Thị Nghiễng", "Cán bộ Thoắng", "Cháu kể chuyện Lưỡng Tuyềnh"
FORMS = ("NFC utf-8", "NFC utf-16-le", "folded utf-8")
"""How Python, Qt and the search keep text in memory."""
PIECE, OVERLAP = 8 << 20, 256


@pytest.fixture
def profile(tmp_path: Path) -> tuple[Path, dict[str, set[bytes]]]:
    """A profile with a child in it, and what must be nowhere after the lock."""
    officer = NewOfficer(LOGIN, OFFICER, PASSPHRASE)
    scope = Scope("C:06838")
    desk = make_training_register(
        Profile(tmp_path), officer, scope=scope, role=Role.COMMUNE_OFFICER, clock=SystemClock()
    )
    desk.register.write(save_all(*make_child(CHILD, birth_date="2018-02-03"))).result()
    desk.register.close()
    secrets = {word: {written_forms(word)[form] for form in FORMS} for word in (PASSPHRASE, CHILD, OFFICER, TYPED)}
    return tmp_path, secrets | {"key": {desk.key.raw, desk.key.hex.encode()}}


def pieces(pid: int) -> Iterator[bytes]:
    """What a process holds in memory. Skips the test where that may not be read."""
    try:
        with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for line in maps:
                place, rights, *_rest = line.split()
                if rights.startswith("rw"):  # the rest are the program's own files
                    yield from _piece(memory.fileno(), *(int(end, 16) for end in place.split("-")))
    except PermissionError:
        pytest.skip("the memory of a process may not be read here")


def _piece(memory: int, start: int, end: int) -> Iterator[bytes]:
    for place in range(start, end, PIECE):
        with suppress(OSError):  # a page that is mapped and not there
            yield os.pread(memory, min(PIECE + OVERLAP, end - place), place)


def held(pid: int, secrets: dict[str, set[bytes]]) -> set[str]:
    """Which of the secrets stand in a process's memory in any form."""
    return {name for piece in pieces(pid) for name, forms in secrets.items() if any(form in piece for form in forms)}


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def holder(profile: Path) -> int:
    """The process that has the profile."""
    with suppress(OSError, ValueError, IndexError):
        return int((profile / LOCK_FILE).read_text("utf-8").splitlines()[0])
    return 0


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="memory can be read only on Linux")
def test_after_the_lock_no_process_holds_what_was_open(profile: tuple[Path, dict[str, set[bytes]]]) -> None:
    folder, secrets = profile
    desk = DeskProcess(folder)
    try:
        desk.do("unlock", login=LOGIN, passphrase=PASSPHRASE)
        desk.do("search", typed=CHILD)
        desk.do("type_half", child=CHILD, values={"observations": TYPED})
        assert held(desk.pid, secrets) >= {CHILD, TYPED, "key"}, "the twin: while it is open they are found"
        desk.do("lock_for_good")
        assert desk.ended() == 0
    except BaseException:
        desk.kill()
        raise
    until(lambda: holder(folder) not in (0, desk.pid))
    fresh = holder(folder)
    try:
        assert not Path(f"/proc/{desk.pid}").exists()
        assert b"--announce" in Path(f"/proc/{fresh}/cmdline").read_bytes()
        assert held(fresh, secrets) == set()
    finally:
        os.kill(fresh, signal.SIGTERM)
    until(lambda: not Path(f"/proc/{fresh}").exists() or " Z " in Path(f"/proc/{fresh}/stat").read_text())
