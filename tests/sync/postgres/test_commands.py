"""The command line on PostgreSQL: how it is named, who may connect, what goes wrong in a sentence, several servers."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select, text

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.words.errors import Refusal
from sync.server.engine import address, postgres, tables
from sync.server.engine.address import ADDRESS_FILE, PostgresAddress, read_url
from sync.server.engine.database import WHOLE_PROVINCE, StoreFault
from sync.server.engine.postgres import PostgresDatabase
from sync.server.lifecycle import founding
from tests.helpers.postgres_cluster import PostgresCluster, database_of
from tests.sync.actors.server_fixtures import Done, World, command

pytestmark = pytest.mark.usefixtures("on_postgres")
HOSTS = ("--name", "Quảng Ninh", "--host", "127.0.0.1")


@pytest.fixture
def empty(on_postgres: PostgresCluster) -> Iterator[PostgresAddress]:
    """A database without any table."""
    made = on_postgres.empty()
    yield made
    on_postgres.drop(made)


def _init(folder: Path, url: str, *words: str) -> Done:
    return command(folder, "init", *HOSTS, "--database", url, *words)


def _as_owner(where: PostgresAddress, statement: str) -> None:
    with psycopg.connect(where.owner_url, autocommit=True) as connection:
        connection.execute(statement)


def _where(world: World) -> PostgresAddress:
    found = address.remembered(world.province.data)
    assert found is not None
    return found


def test_a_province_is_founded_on_a_server_and_found_again(tmp_path: Path, empty: PostgresAddress) -> None:
    made = _init(tmp_path, empty.url)
    assert made.returncode == 0, made.stderr
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == [
        "ca.crt", ADDRESS_FILE, "server.crt", "server.key",
    ]  # fmt: skip
    told = command(tmp_path, "status")
    assert (told.returncode, "Quảng Ninh" in told.stdout) == (0, True), told.stderr
    coded = command(tmp_path, "enrol-code", "--scope", "C:06838")
    assert coded.returncode == 0, coded.stderr


def test_a_second_province_is_not_put_over_the_first(tmp_path: Path, empty: PostgresAddress) -> None:
    assert _init(tmp_path / "one", empty.url).returncode == 0
    second = _init(tmp_path / "two", empty.url)
    assert (second.returncode, "nothing was overwritten" in second.stderr) == (2, True)
    assert not (tmp_path / "two").exists()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://desk:secret@127.0.0.1/province", "No password in the address"),
        ("postgresql://127.0.0.1/province?password=secret", "No password in the address"),
        ("mysql://127.0.0.1/province", "is named like postgresql://"),
        ("postgresql://127.0.0.1", "is named like postgresql://"),
        ("nonsense", "is named like postgresql://"),
        ("postgresql://127.0.0.1:1/province", "line to the database is gone"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(tmp_path: Path, url: str, sentence: str) -> None:
    done = _init(tmp_path, url)
    assert (done.returncode, sentence in done.stderr) == (2, True), done.stderr
    assert "secret" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_of_two_who_found_one_at_the_same_time_the_second_is_refused(
    tmp_path: Path, empty: PostgresAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It saw an empty database when it began."""
    real, second = founding.write_certificates, tmp_path / "second"

    def meanwhile(*args: Any, **how: Any) -> None:
        monkeypatch.undo()
        assert _init(second, empty.url).returncode == 0
        real(*args, **how)

    monkeypatch.setattr(founding, "write_certificates", meanwhile)
    refused = _init(tmp_path / "first", empty.url)
    assert (refused.returncode, "holds a province already" in refused.stderr) == (2, True), refused
    assert command(second, "status").returncode == 0
    assert not (tmp_path / "first" / "key.json").exists()


def test_a_missing_database_or_role_is_told_apart(tmp_path: Path, empty: PostgresAddress) -> None:
    missing = _init(tmp_path, empty.url.replace("test_", "no_test_"))
    assert (missing.returncode, "no such database" in missing.stderr) == (2, True), missing.stderr
    owner = _init(tmp_path, empty.url, "--owner", "nobody_knows")
    serving = _init(tmp_path, empty.url.replace("commune_desk@", "nobody_knows@"))
    for stranger in (owner, serving):
        assert (stranger.returncode, "does not let this account in" in stranger.stderr) == (2, True), stranger.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_role_that_may_not_come_to_the_database_is_told_so(
    tmp_path: Path, empty: PostgresAddress, on_postgres: PostgresCluster
) -> None:
    on_postgres.superuser(f"REVOKE CONNECT ON DATABASE {database_of(empty)} FROM PUBLIC")
    refused = _init(tmp_path, empty.url)
    assert (refused.returncode, "does not let this account in" in refused.stderr) == (2, True), refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_role_that_sees_every_row_does_not_serve(
    tmp_path: Path, empty: PostgresAddress, on_postgres: PostgresCluster
) -> None:
    administrator = _init(tmp_path, empty.url.replace("commune_desk@", "postgres@"))
    assert (administrator.returncode, "sees every row" in administrator.stderr) == (2, True)
    same = _init(tmp_path, empty.url, "--owner", "commune_desk")
    assert (same.returncode, "must not own the tables" in same.stderr) == (2, True)
    on_postgres.superuser("CREATE ROLE member LOGIN IN ROLE commune_desk_owner")
    member = _init(tmp_path, empty.url.replace("commune_desk@", "member@"))
    assert (member.returncode, "sees every row" in member.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []
    assert _init(tmp_path, empty.url).returncode == 0, "the plain role has its rights, whoever was tried before"


def test_a_role_that_may_make_no_temporary_tables_does_not_serve(
    tmp_path: Path, empty: PostgresAddress, on_postgres: PostgresCluster
) -> None:
    """A long push is copied into one: asked at the start, for the sentence."""
    on_postgres.superuser(f"REVOKE TEMPORARY ON DATABASE {database_of(empty)} FROM PUBLIC")
    refused = _init(tmp_path, empty.url)
    assert (refused.returncode, "no temporary tables" in refused.stderr) == (2, True), refused
    on_postgres.superuser(f"GRANT TEMPORARY ON DATABASE {database_of(empty)} TO commune_desk")
    assert _init(tmp_path, empty.url).returncode == 0


def test_the_folder_remembers_an_address_without_a_password(world: World) -> None:
    said = (world.province.data / ADDRESS_FILE).read_text()
    assert "commune_desk@" in said
    with pytest.raises(Refusal):
        read_url(_where(world).url.replace("commune_desk@", "commune_desk:secret@"))
    assert (world.province.data / ADDRESS_FILE).stat().st_mode & 0o077 == 0


def test_a_schema_of_another_version_is_not_served(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = world.province.data.parent
    with monkeypatch.context() as patch:
        patch.setattr(ScriptDirectory, "get_current_head", lambda self: "9999")
        older = command(folder, "status")
    assert (older.returncode, "commune-desk-server upgrade" in older.stderr) == (2, True)
    assert command(folder, "upgrade").returncode == 0
    _as_owner(_where(world), "UPDATE alembic_version SET version_num = '9999'")
    for name in ("status", "upgrade"):
        newer = command(folder, name)
        assert (newer.returncode, "newer version" in newer.stderr) == (2, True)


def test_two_processes_serve_one_store(world: World) -> None:
    """Each with its own tickets: a desk says hello and stays with the one that its connection reached."""
    folder = world.province.data.parent
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key.json")]
    line = [sys.executable, "-m", "sync.server", "serve", *places, "--host", "127.0.0.1", "--port", "0"]
    servers = [subprocess.Popen(line, stdout=subprocess.PIPE, text=True, encoding="utf-8") for _ in range(2)]
    try:
        said = [server.stdout.readline().split() for server in servers if server.stdout]
        assert [one[0] for one in said] == ["ready", "ready"]
        assert said[0][1] != said[1][1]
    finally:
        for server in servers:
            server.terminate()
            server.wait(timeout=30)
            if server.stdout:
                server.stdout.close()


def test_a_standby_is_told_so_and_pushes_wait(world: World, caplog: pytest.LogCaptureFixture) -> None:
    desk = world.desk()
    _as_owner(_where(world), f"ALTER DATABASE {_name(world)} SET default_transaction_read_only = on")
    world.province.database.close()
    reply = desk.push(desk.change("person", uuid7(), {"full_name": "x"}))
    assert (reply.status, reply.code) == (503, "busy")
    assert "standby" in caplog.text
    caplog.clear()


def _name(world: World) -> str:
    ((name,),) = world.rows(select(text("current_database()")))
    return str(name)


def test_a_line_that_breaks_within_a_transaction_is_told_so(world: World, on_postgres: PostgresCluster) -> None:
    def broken(connection: Connection) -> None:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        on_postgres.superuser(f"SELECT pg_terminate_backend({pid})")
        connection.execute(tables.meta.select())

    with pytest.raises(StoreFault, match="line to the database is gone"):
        world.write(broken)
    assert world.count("meta") > 0, "the next one has a new line"


def test_a_row_that_another_holds_too_long_is_told_as_busy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgres._LIMITS, "lock_timeout", "100ms")
    locked, done = threading.Event(), threading.Event()
    row = select(tables.meta).with_for_update()

    def hold(connection: Connection) -> None:
        connection.execute(row)
        locked.set()
        assert done.wait(20)

    holding = threading.Thread(target=lambda: world.write(hold))
    holding.start()
    try:
        assert locked.wait(20)
        with closing(PostgresDatabase(_where(world))) as another, pytest.raises(StoreFault, match="busy"):
            another.write(lambda connection: connection.execute(row), WHOLE_PROVINCE)
    finally:
        done.set()
        holding.join()


SURROUNDINGS = [
    "42704",
    "08006",
    "57P01",
    "53100",
    "53200",
    "53300",
    "25006",
    "28P01",
    "3D000",
    "55P03",
    "57014",
    "58030",
    "XX001",
    "XX002",
    "40001",
]
BUGS = ["42601", "42501", "22P02", "23502", "XX000"]


@pytest.mark.parametrize("code", [*SURROUNDINGS, *BUGS])
def test_what_the_surroundings_do_has_a_sentence_and_a_bug_stays_one(code: str) -> None:
    database = PostgresDatabase(read_url("postgresql://127.0.0.1/province"))
    named = database._named(psycopg.errors.lookup(code)())
    assert (named is not None) == (code in SURROUNDINGS)


def test_who_only_reads_cannot_write(world: World) -> None:
    with pytest.raises(StoreFault, match="only be read"):
        world.read(lambda connection: connection.execute(tables.desk.update().values(label="x")))
