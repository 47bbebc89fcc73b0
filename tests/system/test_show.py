"""The demonstration goes on under the unlock page: the province is there until the program is closed."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QLockFile

from commune_desk.usecases.registers.profile import Profile
from tests.story.show import until_left


def test_it_ends_when_the_program_is_closed_and_not_before(tmp_path: Path) -> None:
    locked, relaunched = (QLockFile(str(Profile(tmp_path).lock_file)) for _run in range(2))
    assert locked.tryLock(0)
    waiting = threading.Thread(target=until_left, args=(Profile(tmp_path), 0.5), daemon=True)
    waiting.start()
    locked.unlock()
    assert relaunched.tryLock(1000)
    waiting.join(1.5)
    assert waiting.is_alive()
    relaunched.unlock()
    waiting.join(30)
    assert not waiting.is_alive()
