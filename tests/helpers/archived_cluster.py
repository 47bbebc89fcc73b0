"""A PostgreSQL that is put back to a moment of its past, as its own tools do it: a base backup and the archived log."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.helpers.postgres_cluster import PostgresCluster

_PATIENCE = 60.0
_ARCHIVED = {
    "wal_level": "replica",
    "archive_mode": "on",
    "archive_command": "mkdir -p ../archive && cp %p ../archive/%f.half && mv ../archive/%f.half ../archive/%f",
}
"""A piece has its name once it is whole: the server may be gone while it copies."""
_RECOVERY = """
restore_command = 'cp ../archive/%f %p'
recovery_target_name = '{moment}'
recovery_target_action = 'promote'
"""


class ArchivedCluster(PostgresCluster):
    """`moment` names now; `put_back` leads there again, from the base backup that was made before."""

    def __init__(self, installed: Path) -> None:
        super().__init__(installed, settings=_ARCHIVED)

    def back_up(self) -> None:
        """A base backup of the server at work."""
        self._run("pg_basebackup", "-h", str(self._folder), "-U", "postgres", "-D", str(self._base), "-X", "stream")

    def moment(self, name: str) -> None:
        self._ask(f"SELECT pg_create_restore_point('{name}')")

    def put_back(self, moment: str) -> None:
        """Everything is as it was at that moment. Nobody is connected."""
        piece = self._ask("SELECT pg_walfile_name(pg_switch_wal())")
        self._until(lambda: (self._folder / "archive" / piece).exists())
        self._server.communicate(timeout=30)
        shutil.rmtree(self._data)
        subprocess.run(["cp", "-a", str(self._base), str(self._data)], check=True, user=self._user)
        with (self._data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
            settings.write(_RECOVERY.format(moment=moment))
        (self._data / "recovery.signal").touch()
        if self._user is not None:
            shutil.chown(self._data / "recovery.signal", self._user)
        self._server = self._started()
        self._wait()
        self._until(lambda: not self._ask("SELECT pg_is_in_recovery()"))

    @property
    def _base(self) -> Path:
        return self._folder / "base"

    def _ask(self, question: str) -> Any:
        with psycopg.connect(f"postgresql://postgres@/postgres?host={self._folder}", autocommit=True) as connection:
            row = connection.execute(question).fetchone()
        assert row is not None
        return row[0]

    def _until(self, condition: Any) -> None:
        end = time.monotonic() + _PATIENCE
        while not condition():
            assert time.monotonic() < end, (self._folder / "log").read_text()
            time.sleep(0.05)
