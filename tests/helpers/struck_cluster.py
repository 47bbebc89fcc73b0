"""A PostgreSQL that ends badly and is begun again on the same data folder; its commits wait for the disk."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from sync.server.engine.roles import APP
from tests.helpers.postgres_cluster import PostgresCluster, programs

_PATIENCE = 30.0
_SERVING = f"SELECT pid FROM pg_stat_activity WHERE usename = '{APP}' ORDER BY state = 'idle' LIMIT 1"


class StruckCluster(PostgresCluster):
    """Each way to strike comes back when it is over; `start_again` plays what the log holds."""

    def quit(self) -> None:
        """All of it ends at once and writes nothing more, as at an immediate shutdown."""
        end_at_once(self.postmaster)

    def kill(self) -> None:
        """No process of it is told, as where the machine dies. The first one is held, so that it begins no others."""
        first = self.postmaster
        os.kill(first, signal.SIGSTOP)
        others = _children(first)
        for process in (first, *others):
            _kill(process)
        for process in (first, *others):
            _wait_until_gone(process)

    def kill_one(self) -> None:
        """The process that works for the province, as where memory ran out: PostgreSQL then begins again by itself."""
        with psycopg.connect(f"postgresql://postgres@/postgres?host={self._folder}", autocommit=True) as connection:
            row = connection.execute(_SERVING).fetchone()
        if row is not None:
            _kill(row[0])
            _wait_until_gone(row[0])

    def start_again(self) -> None:
        """Nothing is done where it still runs, or does so again."""
        if _is_gone(self.postmaster):
            self._server.communicate(timeout=_PATIENCE)
            self._server = self._started()
        self._wait()

    @contextmanager
    def recovering(self) -> Iterator[None]:
        """It plays its log and comes to no end, as a standby does that nobody may ask."""
        settings, signal_file = self._settings, self._data / "standby.signal"
        self.quit()
        self._server.communicate(timeout=_PATIENCE)
        self._settings = {**settings, "hot_standby": "off"}
        signal_file.touch()
        self._server = self._started()
        try:
            self._until_it_says("the database system is")
            yield
        finally:
            self._settings = settings
            self.quit()
            signal_file.unlink()
            self.start_again()

    def _until_it_says(self, words: str) -> None:
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                self.superuser("SELECT 1")
            except psycopg.OperationalError as error:
                if words in str(error):
                    return
            assert time.monotonic() < until, (self._folder / "log").read_text()
            time.sleep(0.01)

    def own(self, folder: Path) -> None:
        """Let the server write there."""
        if self._user is not None:
            shutil.chown(folder, self._user)

    @contextmanager
    def log_on(self, folder: Path) -> Iterator[None]:
        """Its log lies in `folder`, which is not there yet, as an administrator puts it on a disk of its own."""
        log = self._data / "pg_wal"
        self._move(log, folder)
        try:
            yield
        finally:
            self._move(folder, log)

    def _move(self, source: Path, target: Path) -> None:
        self.quit()
        if target.is_symlink():
            target.unlink()
        subprocess.run(["cp", "-a", str(source), str(target)], check=True)
        shutil.rmtree(source)
        if self._data == source.parent:
            source.symlink_to(target)
        self.start_again()

    def wait_until_it_ended(self) -> None:
        """By itself."""
        _wait_until_gone(self.postmaster)

    @property
    def postmaster_file(self) -> Path:
        """Its first line is the id of the first process, also when that is gone."""
        return self._data / "postmaster.pid"

    @property
    def postmaster(self) -> int:
        return first_process(self.postmaster_file) if self.postmaster_file.exists() else self._last

    _last = 0

    def _wait(self) -> None:
        super()._wait()
        self._last = first_process(self.postmaster_file)


@contextmanager
def struck_cluster() -> Iterator[StruckCluster]:
    """Skips the test where there is no PostgreSQL, or nothing tells which processes are its own."""
    installed = programs()
    if installed is None:
        pytest.skip("there is no PostgreSQL on this machine")
    if not Path("/proc/self/stat").exists():
        pytest.skip("nothing tells here which processes are PostgreSQL's")
    cluster = StruckCluster(installed, is_lasting=True)
    try:
        yield cluster
    finally:
        cluster.stop()


def first_process(file: Path) -> int:
    return int(file.read_text().partition("\n")[0])


def end_at_once(postmaster: int) -> None:
    os.kill(postmaster, signal.SIGQUIT)
    _wait_until_gone(postmaster)


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def _children(parent: int) -> list[int]:
    everyone = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
    return [process for process in everyone if _stat(process)[1:2] == [str(parent)]]


def _stat(process: int) -> list[str]:
    """State and parent, and what follows; nothing of a process that is no more."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def _is_gone(process: int) -> bool:
    """Or nobody has asked yet how it ended."""
    return _stat(process)[:1] in ([], ["Z"])


def _wait_until_gone(process: int) -> None:
    until = time.monotonic() + _PATIENCE
    while not _is_gone(process):
        assert time.monotonic() < until, f"process {process} does not end"
        time.sleep(0.002)
