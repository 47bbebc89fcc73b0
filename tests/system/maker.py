"""Makes or restores registers in processes that end without warning at the so many-th step on the disk.

`python -m tests.system.maker` loads the program once; each line on its standard input is a JSON `Order`, for which a
process is forked. It answers with the number of steps that were done, and whether the work came to its end.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope
from commune_desk.domain.time.clock import SystemClock
from commune_desk.usecases.registers.backups import restore
from commune_desk.usecases.registers.opening import make_training_register
from commune_desk.usecases.registers.profile import NewOfficer, Profile

LOGIN, PASSPHRASE = "hoa", "bốn con mèo đi biển"
STEPS = ("os.rename", "os.mkdir", "os.rmdir", "os.remove")
CUT_OFF = 9


class Order(msgspec.Struct, frozen=True):
    """Make a register in `folder`, or restore `backup` there; end at step `cut_at`, counted from 1."""

    folder: str
    backup: str = ""
    cut_at: int = 0


def obey(order: Order) -> int:
    """Returns how many steps it took."""
    done = 0

    def count(event: str, _arguments: object) -> None:
        nonlocal done
        if event in STEPS:
            done += 1
            if done == order.cut_at:
                os._exit(CUT_OFF)

    profile = Profile(Path(order.folder))
    sys.addaudithook(count)
    if order.backup:
        desk = restore(profile, Path(order.backup), LOGIN, PASSPHRASE, clock=SystemClock())
    else:
        officer = NewOfficer(LOGIN, "Cán bộ Thử", PASSPHRASE)
        scope = Scope("C:06838")
        desk = make_training_register(profile, officer, scope=scope, role=Role.COMMUNE_OFFICER, clock=SystemClock())
    steps = done
    desk.register.close()
    return steps


def main() -> int:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(100 + obey(msgspec.json.decode(line, type=Order)))
        _pid, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
