"""With a screen: founds a province, enrols a desk, fills its commune, and opens the program on it."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QLockFile

from commune_desk.domain.time.clock import SystemClock
from commune_desk.usecases.registers.enrolment import Invitation, enrol_new_register
from commune_desk.usecases.registers.profile import NewOfficer, Profile
from commune_desk.usecases.registers.training_register import fill_commune
from tests.story.province import Province

PASSPHRASE = "bon con meo di bien"
LOGIN = "desk.1"
CHILDREN = 400


def prepare(folder: Path, province: Province) -> Profile:
    """A desk of Xã Bình Liêu, enrolled at the province and filled."""
    profile = Profile(folder / "desk-1")
    profile.folder.mkdir(mode=0o700)
    officer = NewOfficer(LOGIN, "Cán bộ Một", PASSPHRASE)
    code = province.enrol_code("C:06838", "Máy 1", "Xã Bình Liêu")
    desk = enrol_new_register(profile, officer, Invitation(province.address, code, "Máy 1"), clock=SystemClock())
    fill_commune(desk.register, CHILDREN, lambda done, total: print(f"  {done} of {total} children", flush=True))
    desk.register.close()
    return profile


def until_left(profile: Profile, pause: float = 1.0) -> None:
    """Wait until nobody has the profile, twice in a row: a lock ends the process that was started, not the program."""
    times_free = 0
    while times_free < 2:
        lock = QLockFile(str(profile.lock_file))
        lock.setStaleLockTime(0)
        times_free = times_free + 1 if lock.tryLock(0) else 0
        lock.unlock()
        time.sleep(pause)


def main() -> int:
    parser = argparse.ArgumentParser(prog="desk.py demo", description=__doc__)
    parser.add_argument("--lang", choices=("vi", "en"), default="vi")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        province = Province(Path(folder))
        print("The province is being founded …", flush=True)
        province.found()
        province.start()
        print(f"The province serves at {province.address}. A commune is being filled …", flush=True)
        try:
            profile = prepare(Path(folder), province)
            print(f"\n  Login:      {LOGIN}\n  Passphrase: {PASSPHRASE}\n", flush=True)
            print("All of it is training and is deleted when the program is closed.", flush=True)
            command = [sys.executable, "-m", "commune_desk", "--profile", str(profile.folder), "--lang", given.lang]
            ended = subprocess.run(command).returncode
            until_left(profile)
            return ended
        finally:
            province.stop()


if __name__ == "__main__":
    sys.exit(main())
