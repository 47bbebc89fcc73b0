"""Serves a province on PostgreSQL, and is struck, or has PostgreSQL struck, before a statement of a push.

`python -m tests.sync.postgres.struck_server POSTMASTER_FILE LOG` loads the program once; then each line on its standard
input, `HOW N PORT DATA KEY_FILE`, forks a process that serves. Before its so many-th statement of pushes, counted from
1, it kills itself (`dies`) or ends PostgreSQL at once and goes on (`quits`); never where N is 0. What is done when a
push is committed and nobody was told counts as one more; `untold-dies` and `untold-quits` count nothing else.
`early-dies` and `early-quits` (the twins): the receipt goes out before the commit, and the commits are counted.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection

from sync.protocol import Receipt
from sync.server.__main__ import main as serve
from sync.server.commands import commands
from sync.server.edge import app
from sync.server.engine.database import Reach, Work
from sync.server.engine.postgres import PostgresDatabase
from tests.helpers.struck_cluster import end_at_once, first_process
from tests.system.saver import say

DIES, QUITS, UNTOLD, EARLY = "dies", "quits", "untold-", "early-"
LATER = 0.5
"""Seconds: for the receipt to be at its desk."""
_here = threading.local()


class Strike:
    """Counts, and strikes once."""

    def __init__(self, how: str, at: int, postmaster: Path) -> None:
        self._act = self._quit if how.endswith(QUITS) else self._die
        self._left, self._postmaster = at, postmaster

    def count(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._act()

    def _die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def _quit(self) -> None:
        end_at_once(first_process(self._postmaster))
        say("struck")


def strike_behind_pushes(strike: Strike) -> None:
    """When one is over."""
    take_in: Callable[..., Receipt] = vars(app)["take_in"]

    def pushed(*values: Any) -> Receipt:
        _here.is_push = True
        try:
            receipt = take_in(*values)
            strike.count()
        finally:
            _here.is_push = False
        return receipt

    vars(app)["take_in"] = pushed


def strike_within_pushes(strike: Strike) -> None:
    """Before each statement and each commit, and when it is over."""
    strike_behind_pushes(strike)
    for owner, name in ((psycopg.Cursor, "execute"), (psycopg.Cursor, "copy"), (psycopg.Connection, "commit")):
        setattr(owner, name, _counted(getattr(owner, name), strike))


def _counted(honest: Callable[..., Any], strike: Strike) -> Callable[..., Any]:
    def counted(*values: Any, **named: Any) -> Any:
        if getattr(_here, "is_push", False):
            strike.count()
        return honest(*values, **named)

    return counted


def answer_before_the_commit(strike: Strike) -> None:
    """Each transaction that makes a receipt is committed a moment after that is given."""

    def write(self: PostgresDatabase, work: Work[Any], reach: Reach) -> Any:
        connection = self.engine.connect()
        transaction = connection.begin()
        try:
            self.confine(connection, reach)
            made = work(connection)
        except BaseException:
            connection.close()
            raise
        if not isinstance(made, Receipt):
            transaction.commit()
            connection.close()
            return made
        threading.Timer(LATER, _commit, (strike, connection)).start()
        return made

    PostgresDatabase._write = write  # type: ignore[method-assign]


def _commit(strike: Strike, connection: Connection) -> None:
    strike.count()
    with suppress(Exception):
        connection.get_transaction().commit()  # type: ignore[union-attr]
        connection.close()


_WAYS = {"": strike_within_pushes, UNTOLD: strike_behind_pushes, EARLY: answer_before_the_commit}


def _serve(how: str, at: str, port: str, data: str, key_file: str) -> None:
    postmaster, log = sys.argv[1:]
    sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - as long as the process
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    strike = Strike(how, int(at), Path(postmaster))
    _WAYS[how.removesuffix(DIES).removesuffix(QUITS)](strike)
    serve(["--lang", "en", "serve", "--data", data, "--key-file", key_file, "--host", "127.0.0.1", "--port", port])


def main() -> int:
    assert commands.COMMANDS, "loaded before the forks"
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            say(str(os.getpid()))
            try:
                _serve(*line.split())
            except BaseException:  # noqa: BLE001 - whatever it is, the process ends with it
                traceback.print_exc()
            sys.stderr.flush()
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        say("killed" if os.WIFSIGNALED(status) else "ended")
    return 0


if __name__ == "__main__":
    sys.exit(main())
