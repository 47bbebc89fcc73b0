"""The province's file: its schema is the declared one, its key stays outside, and the wrong file is not opened."""

from __future__ import annotations

import errno
import os
import sqlite3
import ssl
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.words.errors import DeskError, Fault, Refusal
from sync import protocol, seal
from sync.server.engine import tables
from sync.server.engine.database import NO_SCOPE, StoreFault
from sync.server.engine.embedded import FILE, EmbeddedDatabase
from sync.server.identity import keyfile
from sync.server.identity.province import open_province
from sync.server.lifecycle import founding
from sync.server.lifecycle.founding import found
from tests.helpers.workplaces import HandClock
from tests.sync.actors.server_fixtures import World, command, province_in


def _shape(connection: Connection) -> dict[str, Any]:
    names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
    shape: dict[str, Any] = {}
    for name in set(names) - {"alembic_version"}:
        indexes = connection.execute(text(f'PRAGMA index_list("{name}")')).all()
        shape[name] = (
            sorted(tuple(row[1:]) for row in connection.execute(text(f'PRAGMA table_xinfo("{name}")'))),
            {row[1] if row[3] == "c" else row[3]: (row[2], _columns(connection, row[1])) for row in indexes},
        )
    return shape


def _columns(connection: Connection, index: str) -> list[str]:
    return [row[2] for row in connection.execute(text(f'PRAGMA index_info("{index}")'))]


def test_the_migrated_schema_is_the_declared_one(world: World) -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as declared:
        tables.metadata.create_all(declared)
        assert world.read(_shape) == _shape(declared)
    engine.dispose()
    assert world.read(_differences) == []


def _differences(connection: Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection), tables.metadata))


def test_every_kind_has_a_table_and_every_append_only_table_its_triggers(world: World) -> None:
    assert {f"record_{kind}" for kind in KINDS} <= set(tables.metadata.tables)
    rows = world.read(lambda c: c.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all())
    rewriting = [f"{table}_no_{verb}" for table in tables.APPEND_ONLY for verb in ("update", "delete")]
    erasing = [f"{table}_only_erased" for table in tables.LOSES_ERASED if table not in tables.APPEND_ONLY]
    assert sorted(name for (name,) in rows) == sorted((*rewriting, *erasing))


def test_no_name_lies_in_clear_in_the_folder(world: World, tmp_path: Path) -> None:
    name = "Đặng Thị Hoà Canary"
    world.desk().send("person", uuid7(), {"full_name": name})
    written = [path.read_bytes() for path in (tmp_path / "data").iterdir()]
    assert any(len(content) > 10_000 for content in written)
    for needle in (name.encode(), name.encode("utf-16-le"), b"Canary"):
        assert not any(needle in content for content in written)


def test_a_plain_file_would_show_the_name(tmp_path: Path) -> None:
    """The twin of the test above: the same scan finds a name that nobody encrypted."""
    with sqlite3.connect(tmp_path / "plain.db") as plain:
        plain.execute("CREATE TABLE t (name TEXT)")
        plain.execute("INSERT INTO t VALUES ('Canary')")
    plain.close()
    assert b"Canary" in (tmp_path / "plain.db").read_bytes()


def test_a_plain_database_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / FILE
    with sqlite3.connect(path) as plain:
        plain.execute("CREATE TABLE t (x)")
    plain.close()
    with pytest.raises(Fault, match="not encrypted"):
        EmbeddedDatabase(path, "0" * 64)


@pytest.mark.parametrize("key", ["", "0" * 63, "0" * 65, "g" * 64, "A" * 64])
def test_only_sixty_four_hex_digits_are_a_key(tmp_path: Path, key: str) -> None:
    database = EmbeddedDatabase(tmp_path / FILE, key)
    with pytest.raises(ValueError, match="64 hex"):
        database.read(lambda connection: None, NO_SCOPE)


def _province(folder: Path) -> tuple[Path, Path]:
    data, key = folder / "data", folder / "key.json"
    found(data, key, name="Quảng Ninh", hosts=["localhost"], clock=HandClock()).close()
    return data, key


def test_a_disk_that_fills_while_the_key_file_is_written_leaves_nothing_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    key = tmp_path / "key.json"
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(Fault, match="cannot be written"):
            keyfile.create(key, ca_key=b"a key")
    assert not key.exists()
    keyfile.create(key, ca_key=b"a key")
    assert keyfile.read(key, data=tmp_path / "data").database_key


def test_the_wrong_key_file_is_told_apart_from_damage(tmp_path: Path) -> None:
    data, _key = _province(tmp_path)
    (tmp_path / "other").mkdir()
    _data, other = _province(tmp_path / "other")
    with pytest.raises(StoreFault, match="does not open with this key-file"):
        open_province(data, other)


def test_a_key_file_inside_the_data_folder_is_refused(tmp_path: Path) -> None:
    data, key = _province(tmp_path)
    (data / "key.json").write_bytes(key.read_bytes())
    with pytest.raises(Refusal, match="must not lie in the data folder"):
        open_province(data, data / "key.json")
    with pytest.raises(Refusal):
        found(tmp_path / "new", tmp_path / "new" / "key.json", name="x", hosts=["a"], clock=HandClock())
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"database":"x","authority":"","province_desk":""}'])
def test_a_damaged_key_file_is_told_so(tmp_path: Path, content: bytes) -> None:
    data, key = _province(tmp_path)
    key.write_bytes(content)
    with pytest.raises(Fault, match="damaged"):
        open_province(data, key)


def test_a_newer_database_is_not_touched(tmp_path: Path) -> None:
    data, key = _province(tmp_path)
    province = open_province(data, key)
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    province.database.write(lambda connection: connection.execute(newer), NO_SCOPE)
    province.close()
    before = (data / FILE).read_bytes()
    with pytest.raises(Refusal, match="newer version"):
        open_province(data, key)
    assert (data / FILE).read_bytes() == before


def test_a_damaged_page_is_a_sentence(tmp_path: Path) -> None:
    data, key = _province(tmp_path)
    content = bytearray((data / FILE).read_bytes())
    for place in range(100, len(content), 4096):
        content[place] ^= 1
    (data / FILE).write_bytes(content)
    with pytest.raises(DeskError):
        open_province(data, key)


def test_founding_overwrites_nothing(tmp_path: Path) -> None:
    data, key = _province(tmp_path)
    before = {path.name: path.read_bytes() for path in data.iterdir()} | {"key": key.read_bytes()}
    with pytest.raises(Refusal, match="not empty"):
        found(data, tmp_path / "key2.json", name="x", hosts=["a"], clock=HandClock())
    with pytest.raises(Refusal, match="exists already"):
        found(tmp_path / "data2", key, name="x", hosts=["a"], clock=HandClock())
    assert {path.name: path.read_bytes() for path in data.iterdir()} | {"key": key.read_bytes()} == before


@pytest.mark.skipif(os.name == "nt", reason="Windows gives a file the rights of the folder it lies in")
def test_secrets_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    data, key = _province(tmp_path)
    province = open_province(data, key)

    def look(connection: Connection) -> None:
        connection.execute(tables.meta.select())
        assert {"province.db-wal", "province.db-shm"} < {path.name for path in data.iterdir()}
        for path in (key, *data.iterdir()):
            assert path.stat().st_mode & 0o077 == 0, path.name

    province.database.write(look, NO_SCOPE)
    province.close()
    stored = msgspec.json.decode(key.read_bytes())
    for secret in (stored["escrow"], stored["database"], stored["ca_key"]):
        assert not any(secret.encode() in path.read_bytes() for path in data.iterdir())


def _answers_with(data: Path, password: str) -> bool:
    """Whether the files of a data folder serve TLS in the province's name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(data / "server.crt", data / "server.key", password)
    except ssl.SSLError:
        return False
    return True


def test_every_copy_of_a_key_file_comes_to_one_courier_key(tmp_path: Path) -> None:
    """One lies in a safe without the recovery key, another is a credential of the system: none is ever written to."""
    data, key = _province(tmp_path)
    before = key.read_bytes()
    stored = msgspec.json.decode(before)
    del stored["escrow"]
    (tmp_path / "safe").mkdir()
    copy = tmp_path / "safe" / "key.json"
    copy.write_bytes(msgspec.json.encode(stored))
    here, there = keyfile.read(key, data=data).courier, keyfile.read(copy, data=data).courier
    assert key.read_bytes() == before
    assert seal.open_for_province(there, seal.seal_for_province(here.public, b"a push")) == b"a push"
    other = keyfile.read(_province(tmp_path / "other")[1], data=data).courier
    assert other.public != here.public, "the twin: another province's is another"


def test_a_copy_without_the_line_of_the_recovery_key_is_whole_but_for_it(tmp_path: Path) -> None:
    """As the manual has it made: with an editor, or with grep."""
    data, key = _province(tmp_path)
    lines = key.read_text().splitlines(keepends=True)
    key.write_text("".join(line for line in lines if "escrow" not in line))
    keys = keyfile.read(key, data=data)
    with pytest.raises(Refusal, match="without the recovery key"):
        _ = keys.escrow


def test_pages_name_the_courier_key(tmp_path: Path) -> None:
    with province_in(tmp_path) as world:
        header = protocol.decode(world.desk().pull_from({}).body.split(b"\n")[0], protocol.PullHeader)
        assert protocol.unb64(header.courier_public) == world.province.keys.courier.public


@pytest.mark.parametrize("renewed", [False, True])
def test_a_copied_data_folder_does_not_answer_in_the_provinces_name(tmp_path: Path, renewed: bool) -> None:
    data, key = _province(tmp_path)
    if renewed:
        assert command(tmp_path, "renew").returncode == 0
    assert not _answers_with(data, "")
    assert _answers_with(data, keyfile.read(key, data=data).tls_password)


def test_a_key_left_as_it_is_made_would_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(founding, "under_password", lambda key, _password: key)
    data, _key = _province(tmp_path)
    assert _answers_with(data, "")


def test_the_audit_log_is_one_chain(world: World) -> None:
    from sync.change import GENESIS
    from sync.server.identity import desks

    desk = world.desk()
    world.write(lambda connection: desks.revoke(connection, world.province, desk.id))
    rows = world.rows(tables.audit.select().order_by(tables.audit.c.seq))
    chain = GENESIS
    for row in rows:
        body = "\x1f".join((str(row.seq), row.at, row.actor, row.action, row.subject)).encode()
        chain = seal.sha256(chain + body)
        assert row.chain == chain
    assert [row.action for row in rows] == ["init", "desk-revoke"]
