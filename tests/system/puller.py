"""Pulls what the province has for a register, until it is through or killed.

`python -m tests.system.puller REGISTER KEY ADDRESS CA_FILE` loads the program once; then each line on its standard
input, `HOW N`, forks a process that pulls. It kills itself before the register's so many-th statement, or never where
N is 0. HOW is `whole`, or `apart` (the twin): then the cursors move in a transaction of their own.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.desk.register import Register
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.intake.standing import Step
from commune_desk.vault.keys import RegisterKey
from sync.change import FeedPosition
from sync.client.session import Session
from sync.client.transport import Transport
from tests.helpers.workplaces import OFFICER
from tests.system.saver import say

WHOLE, APART = "whole", "apart"
AT_ONCE = 2
"""Events in a transaction: few, so that many deaths fall between them."""
_SMALL_PAGE = 2_000


class Apart(RegisterReplica):
    """Moves the cursors once the rows are there."""

    def apply(self, events: Sequence[Step], positions: Mapping[str, FeedPosition]) -> None:
        super().apply(events, {})
        super().apply((), positions)


def pull(register: Register, how: str, address: str, ca: Path) -> None:
    replica = (Apart if how == APART else RegisterReplica)(register, lambda changes: None)
    session = Session(Transport(address, ca_pem=ca.read_bytes()), replica, apply_at_once=AT_ONCE)
    session._page_bytes = _SMALL_PAGE
    session.sync()


def die_at(register: Register, statement: int) -> None:
    """Before that statement of the writer, counted from 1."""
    seen = 0

    def count(_statement: str) -> None:
        nonlocal seen
        seen += 1
        if seen == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    register._writer.set_trace_callback(count)


def run(how: str, statement: int) -> None:
    path, key, address, ca = sys.argv[1:]
    register = Register(Path(path), RegisterKey(bytes.fromhex(key)), SystemClock(), OFFICER)
    die_at(register, statement)
    pull(register, how, address, Path(ca))


def main() -> int:
    for line in sys.stdin:
        how, statement = line.split()
        child = os.fork()
        if child == 0:
            say(str(os.getpid()))
            try:
                run(how, int(statement))
            except BaseException:  # noqa: BLE001 - whatever it is, the process ends with it
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        say("killed" if os.WIFSIGNALED(status) else f"ended {os.WEXITSTATUS(status)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
