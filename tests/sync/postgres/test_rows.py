"""What PostgreSQL itself sees to: each transaction reaches its own scopes, and nobody rewrites what was taken in."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from psycopg.sql import SQL
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync.change import write
from sync.server.answers.roots import make_due
from sync.server.engine import postgres, tables
from sync.server.engine.address import PostgresAddress, remembered
from sync.server.engine.appending import amend, without_waiting
from sync.server.engine.database import StoreFault, reach_of
from sync.server.engine.roles import APP, OWNER
from sync.server.intake.records import RecordPage
from sync.server.lifecycle.erasing import Ordered, erase
from tests.helpers.postgres_cluster import PostgresCluster
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, World, province_in

pytestmark = pytest.mark.usefixtures("on_postgres")
NAMES = {COMMUNE: "Bàn Thị Một", OTHER: "Lò Văn Hai"}
BY_SCOPE = {"change", "feed", "conflict", "scope_key", "scope_writer", *(f"record_{kind}" for kind in tables.RECORDS)}
GLOBAL = {
    "meta",
    "desk",
    "desk_grant",
    "enrol_code",
    "audit",
    "alembic_version",
    "change_key",
    "record_key",
    "root",
    "erasure",
}
"""What belongs to no scope. A new table is named here, or its rows are held to a scope."""


@contextmanager
def _filled(folder: Path) -> Iterator[World]:
    """A province with a child, an edit that meets another and a change set aside in each of two communes."""
    with province_in(folder) as made:
        for scope, name in NAMES.items():
            a, b = (made.desk({scope: Role.COMMUNE_OFFICER}) for _ in range(2))
            person = uuid7()
            first = a.send("person", person, {"full_name": name, "phone": "0912000000"}, scope=scope)
            for desk, phone in ((a, "0912000001"), (b, "0912000002")):
                desk.send("person", person, {"phone": phone}, scope=scope, base={"phone": first})
            a.results(a.change("robot", uuid7(), {"full_name": name}, scope=scope))
            a.results(write(a.change("person", person, {"village": "Khe Lạc"}, scope=scope).change))
            a.send("person", other := uuid7(), {"full_name": "Lý"}, scope=scope)
            made.write(lambda c, other=other: erase(c, made.province, "person", other, Ordered("x", "y")))  # type: ignore[misc]
        make_due(made.province)
        yield made


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, on_postgres: PostgresCluster) -> Iterator[World]:
    """For tests that change no row of the two communes and nothing of the schema."""
    with _filled(tmp_path_factory.mktemp("province")) as made:
        yield made


@pytest.fixture
def altered(tmp_path: Path) -> Iterator[World]:
    """For tests that take a control away."""
    with _filled(tmp_path) as made:
        yield made


def _address(world: World) -> PostgresAddress:
    found = remembered(world.province.data)
    assert found is not None
    return found


def _asked(url: str, statement: str, scopes: str = "", desk: str = "") -> list[Any]:
    """What a role reads within a reach, without any of the server's code."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('commune_desk.scopes', %s, true)", [scopes])
        connection.execute("SELECT set_config('commune_desk.desk', %s, true)", [desk])
        return connection.execute(SQL(statement)).fetchall()


def _as_owner(world: World, statement: str) -> None:
    with psycopg.connect(_address(world).owner_url, autocommit=True) as connection:
        connection.execute(SQL(statement))


def _partitions(world: World, table: str) -> list[str]:
    asked = f"SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = '{table}'::regclass"
    return sorted(name for (name,) in _asked(_address(world).url, asked))


@pytest.mark.parametrize("table", sorted(BY_SCOPE))
def test_a_transaction_reads_only_the_scopes_it_reaches(world: World, table: str) -> None:
    url, asked = _address(world).url, f"SELECT DISTINCT scope FROM {table}"
    everything = set(_asked(url, asked, "*"))
    if table in ("change", "feed", "conflict", "scope_key", "scope_writer", "record_person"):
        assert everything == {(COMMUNE,), (OTHER,)}
    assert set(_asked(url, asked, COMMUNE)) == everything & {(COMMUNE,)}
    assert _asked(url, asked) == []


def test_so_it_is_with_what_has_no_scope_column(world: World) -> None:
    url, aside = _address(world).url, "SELECT DISTINCT desk FROM quarantine"
    ours, theirs = _asked(url, aside, desk="*")
    assert _asked(url, aside, scopes="*") == []
    assert _asked(url, aside, desk=ours[0]) == [ours]
    assert theirs != ours
    outcomes = "SELECT change FROM outcome"
    assert len(_asked(url, outcomes, "*")) == 2 * len(_asked(url, outcomes, COMMUNE)) > 0
    assert _asked(url, "SELECT id FROM scope", OTHER) == [(OTHER,)]


@pytest.mark.parametrize("table", ["change", "feed"])
def test_a_partition_read_directly_shows_no_other_scope(altered: World, table: str) -> None:
    """Policies of the parent do not cover its partitions: each has its own, even where somebody grants the reading."""
    url = _address(altered).url
    for partition in _partitions(altered, table):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            _asked(url, f"SELECT scope FROM {partition}", COMMUNE)
        _as_owner(altered, f"GRANT SELECT ON {partition} TO {APP}")
    seen = [row for one in _partitions(altered, table) for row in _asked(url, f"SELECT scope FROM {one}", COMMUNE)]
    assert set(seen) == {(COMMUNE,)}


def test_without_the_partitions_own_policies_it_would(altered: World) -> None:
    """The twin: the parent's policy stands, and a direct read passes it by."""
    url = _address(altered).url
    for partition in _partitions(altered, "change"):
        _as_owner(altered, f"GRANT SELECT ON {partition} TO {APP}")
        _as_owner(altered, f"ALTER TABLE {partition} DISABLE ROW LEVEL SECURITY")
    seen = [row for one in _partitions(altered, "change") for row in _asked(url, f"SELECT scope FROM {one}", COMMUNE)]
    assert (OTHER,) in seen
    assert set(_asked(url, "SELECT scope FROM change", COMMUNE)) == {(COMMUNE,)}


def test_nothing_is_written_into_a_scope_out_of_reach(world: World) -> None:
    row = {"id": uuid7(), "scope": OTHER, "born": "", "writers": "{}", "tags": "{}", "stamps": "{}", "extra": "{}"}
    person, database = tables.RECORDS["person"], world.province.database
    with pytest.raises(DBAPIError, match="row-level security"):
        database.write(lambda c: c.execute(person.insert().values(row)), reach_of("AAAAAA", [COMMUNE]))
    moved = person.update().where(person.c.scope == OTHER).values(full_name="x")
    assert database.write(lambda c: c.execute(moved).rowcount, reach_of("AAAAAA", [COMMUNE])) == 0


@pytest.mark.parametrize("beside", [nullcontext, without_waiting])
def test_no_row_out_of_reach_is_amended_without_a_word(
    world: World, beside: Callable[[Connection], AbstractContextManager[None]]
) -> None:
    """An UPDATE passes over it: who meant to write there hears that it was not written, and nothing else was."""
    person, database = tables.RECORDS["person"], world.province.database
    held = world.rows(select(person.c.id, person.c.scope))
    assert {row.scope for row in held} == {*NAMES}

    def amended(connection: Connection) -> None:
        with beside(connection):
            amend(connection, person, [{"id": row.id, "village": "Nà Lạc"} for row in held])

    with pytest.raises(LookupError):
        database.write(amended, reach_of("AAAAAA", [COMMUNE]))
    assert "Nà Lạc" not in world.read(lambda c: c.scalars(select(person.c.village)).all())


def test_a_reach_ends_with_its_transaction(world: World) -> None:
    """A pooled connection goes from one desk to the next."""
    database = world.province.database
    asked = text("SELECT count(*), pg_backend_pid() FROM change")
    ours = database.read(lambda c: c.execute(asked).one(), reach_of("AAAAAA", [COMMUNE]))
    theirs = database.read(lambda c: c.execute(asked).one(), reach_of("BBBBBB", []))
    assert ours[0] == 6
    assert theirs == (0, ours[1]), "the same connection"


def test_every_table_is_held_to_a_scope_or_named_as_belonging_to_none(world: World) -> None:
    asked = """SELECT relname, relrowsecurity AND relforcerowsecurity AND EXISTS (
            SELECT FROM pg_policy WHERE polrelid = c.oid
        ) FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"""
    held = dict(_asked(_address(world).url, asked))
    assert {name for name, guarded in held.items() if not guarded} == GLOBAL
    assert held.keys() > BY_SCOPE
    assert {"change", "feed", *_partitions(world, "change"), *_partitions(world, "feed")} < held.keys()


def test_the_serving_role_owns_nothing_and_takes_nothing_away(world: World) -> None:
    url = _address(world).url
    owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    assert _asked(url, owners) == [(OWNER,)]
    rights = f"""SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND (has_table_privilege('{APP}', oid, 'TRUNCATE') OR has_table_privilege('{APP}', oid, 'DELETE'))
        ORDER BY relname COLLATE "C" ASC"""
    assert _asked(url, rights) == [(name,) for name in sorted((*tables.REMOVED_FROM, *tables.LOSES_ERASED))]
    forbidden = (f"SET ROLE {OWNER}", "ALTER TABLE change DISABLE ROW LEVEL SECURITY", "SELECT note_keys()")
    for statement in forbidden:
        with pytest.raises(psycopg.errors.Error):
            _asked(url, statement)


@pytest.mark.parametrize("table", [*tables.APPEND_ONLY, "change_key"])
def test_not_even_the_owner_rewrites_what_was_taken_in(world: World, table: str) -> None:
    column = tables.metadata.tables[table].c[0].name if table != "change_key" else "id"
    everything = "SET commune_desk.scopes = '*'; SET commune_desk.desk = '*'; "
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            _as_owner(world, everything + statement)
    for partition in _partitions(world, table):
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            _as_owner(world, f"TRUNCATE {partition}")


def _differences(connection: Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection), tables.metadata))


def test_the_migrated_schema_is_the_declared_one(world: World) -> None:
    """But for what a partitioned table cannot have: a key without its scope. `change_key` has it instead."""
    found = {_named(one) for one in world.read(_differences) if not _is_of_a_partition(one)}
    assert found == {
        ("remove_table", "change_key"),
        ("remove_table", "record_key"),
        ("add_constraint", "change"),
        ("remove_index", "feed_by_change"),
        ("add_index", "feed_by_change"),
    }


def _is_of_a_partition(difference: Any) -> bool:
    return difference[0] in ("remove_index", "remove_table") and difference[1].name.startswith(("change_p", "feed_p"))


def _named(difference: Any) -> tuple[str, str]:
    verb, what = difference[0], difference[1]
    return verb, what.table.name if verb == "add_constraint" else what.name


def test_one_id_is_no_record_of_two_kinds_even_unasked(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the server forgot to ask, the database refuses: two desks may have written at the same moment."""
    monkeypatch.setattr(RecordPage, "kind_of", lambda *_: None)
    desk, record = world.desk(), uuid7()
    desk.send("person", record, {"full_name": "x"})
    assert desk.push(desk.change("household", record, {"village": "y"})).status == 500
    caplog.clear()


def test_a_nul_in_a_text_is_shown_and_breaks_nothing(world: World) -> None:
    desk = world.desk()
    assert desk.results(desk.change("person", "a\x00b", {"full_name": "x"}, id="\x00")) == [("quarantined", "form")]
    asked = select(tables.quarantine.c.id).where(tables.quarantine.c.desk == desk.id)
    assert [tuple(row) for row in world.rows(asked)] == [("\ufffd",)]


def test_a_used_id_is_told_apart_from_one_that_is_out_of_reach(world: World) -> None:
    """Both are out of this desk's sight; what it is told is what the embedded engine would tell it."""
    ((used,),) = world.rows(select(tables.change.c.id).where(tables.change.c.scope == OTHER).limit(1))
    ((record,),) = world.rows(select(tables.RECORDS["person"].c.id).where(tables.RECORDS["person"].c.scope == OTHER))
    desk = world.desk()
    again = desk.change("person", uuid7(), {"full_name": "x"}, id=used)
    moved = desk.change("person", record, {"full_name": "x"})
    assert desk.results(again, moved) == [("quarantined", "id"), ("quarantined", "moved")]


def test_an_unused_connection_that_broke_is_replaced(world: World, on_postgres: PostgresCluster) -> None:
    world.count("desk")
    on_postgres.superuser(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{APP}'")
    assert world.count("desk") > 0


def test_after_a_rest_it_is_asked_though_it_said_nothing(
    world: World, on_postgres: PostgresCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_was_spoken_to", lambda connection: False)
    monkeypatch.setattr(postgres, "_REST_SECONDS", 0.0)
    world.count("desk")
    on_postgres.superuser(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{APP}'")
    assert world.count("desk") > 0


def test_neither_asked_nor_listened_to_a_broken_one_would_be_worked_with(
    world: World, on_postgres: PostgresCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(postgres, "_was_spoken_to", lambda connection: False)
    world.count("desk")
    on_postgres.superuser(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{APP}'")
    with pytest.raises(StoreFault):
        world.count("desk")


def test_where_a_socket_is_no_file_it_connects_all_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows: none goes to this machine alone, and what duplicates files knows no sockets."""

    def dup(descriptor: int) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    world.province.database.close()
    monkeypatch.delattr(socket, "AF_UNIX")
    monkeypatch.setattr(os, "dup", dup)
    assert world.count("desk") > 0
