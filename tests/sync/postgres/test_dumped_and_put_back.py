"""A backup by PostgreSQL's own pg_dump, in the words of the manual, is put back into an empty database and holds."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from sync.protocol import encode
from sync.server.engine import address, tables
from sync.server.engine.address import ADDRESS_FILE
from sync.server.engine.roles import OWNER
from sync.server.lifecycle.chains import first_break
from tests.helpers.postgres_cluster import PostgresCluster, database_of
from tests.sync.actors.server_fixtures import World, command, province_in
from tests.sync.moves.test_server_moves import Child

pytestmark = pytest.mark.usefixtures("on_postgres")
MANUAL = Path(__file__).resolve().parents[3] / "docs" / "province.md"
NAMES = [table.name for table in tables.metadata.sorted_tables]


def _as_written(cluster: PostgresCluster, database: str) -> bytes:
    """What the manual's line writes; the name of the database is another here, and it is reached by a socket."""
    found = re.search(r'PGOPTIONS="([^"]+)" (pg_dump .+) province$', MANUAL.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    program, *words = shlex.split(found[2])
    return _run(cluster, program, *words, database, PGOPTIONS=found[1])


def _run(cluster: PostgresCluster, program: str, *words: str, given: bytes = b"", **variables: str) -> bytes:
    line = [str(cluster._bin / program), "-h", str(cluster._folder), *words]
    environment = {**os.environ, **variables}
    done = subprocess.run(line, capture_output=True, input=given, env=environment, user=cluster._user)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _live(world: World, folder: Path) -> None:
    """A child who stays, and one who is erased."""
    desk = world.desk()
    stays, gone = Child(desk), Child(desk)
    for child in (stays, gone):
        child.visit(desk)
    assert command(folder, "erase", gone.person, "--who", "x", "--why", "y", "--yes").returncode == 0


def test_it_holds_all_of_its_moment(tmp_path: Path, on_postgres: PostgresCluster) -> None:
    with province_in(tmp_path) as world:
        _live(world, tmp_path)
        where = address.remembered(world.province.data)
        assert where is not None
        dump = _as_written(on_postgres, database_of(where))
        held = {name: world.count(name) for name in NAMES}
    beside = on_postgres.empty()
    _run(on_postgres, "pg_restore", "-U", OWNER, "-d", database_of(beside), given=dump)
    (tmp_path / "data" / ADDRESS_FILE).write_bytes(encode(beside))
    assert command(tmp_path, "status").returncode == 0
    with province_in(tmp_path) as world:
        assert {name: world.count(name) for name in NAMES} == held
        assert held["change"] > held["erasure"] > 0
        assert world.read(first_break) == ""
    assert command(tmp_path, "restored").returncode == 0
    on_postgres.drop(beside)
