"""A program that is killed while it brings a register up leaves one that the next start brings up, whole."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from commune_desk.store.engine.database import Connection, connect
from commune_desk.store.engine.migrate import migrate, steps, version
from tests.migrations.make_kept import KEPT, KEY
from tests.migrations.test_kept_registers import rows, tables

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the process is copied just before it is killed")


def killed(path: Path, at: int) -> bool:
    """Whether a process that brings the register up comes to this statement; it is killed there."""
    child = os.fork()
    if child == 0:
        seen = 0

        def count(_statement: str) -> None:
            nonlocal seen
            seen += 1
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)

        connection = connect(path, KEY)
        connection.set_trace_callback(count)
        migrate(connection)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def brought_up(path: Path) -> Connection:
    connection = connect(path, KEY)
    migrate(connection)
    return connection


@pytest.mark.parametrize("kept", sorted(path.name for path in KEPT.glob("register-*.db")))
def test_at_whichever_statement(kept: str, tmp_path: Path) -> None:
    whole = Path(shutil.copyfile(KEPT / kept, tmp_path / "whole.db"))
    brought_up(whole).close()
    at = 1
    while True:
        path = Path(shutil.copyfile(KEPT / kept, tmp_path / "register.db"))
        was_killed = killed(path, at)
        connection = brought_up(path)
        assert version(connection) == len(steps())
        names = connection.execute("SELECT count(*), count(DISTINCT name) FROM _sqlite_migrations").fetchone()
        connection.close()
        assert names == (len(steps()), len(steps()))
        assert (tables(path), rows(path)) == (tables(whole), rows(whole)), at
        if not was_killed:
            break
        at += 7
    assert at > 7
