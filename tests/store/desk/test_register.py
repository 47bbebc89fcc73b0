"""The register: what it refuses to open, what one save writes, what a failed one leaves behind."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from commune_desk.domain.model.ids import Scope
from commune_desk.domain.model.record import Record
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.store.changes.ledger import verify_audit
from commune_desk.store.desk.register import AUDIT_PURPOSE, Register
from commune_desk.store.engine.database import (
    Connection,
    NotEncrypted,
    RegisterDamaged,
    RegisterNewer,
    connect,
    transaction,
    translated,
)
from commune_desk.store.engine.migrate import migrate, steps
from commune_desk.store.engine.schema import declared_columns, table_sql
from commune_desk.store.writing.child_index import DERIVED_AS
from commune_desk.store.writing.transaction import Tx
from commune_desk.vault.keys import RegisterKey, subkey
from sync.change import GENESIS, Change, next_head
from sync.seal import sha256
from tests.helpers.builders import make_bed, make_child, make_person, make_report, make_visit, save_all
from tests.helpers.workplaces import OFFICER, HandClock, make_register

PAGE = 4096


@pytest.fixture
def key() -> RegisterKey:
    return RegisterKey.generate()


@pytest.fixture
def register(tmp_path: Path, key: RegisterKey) -> Iterator[Register]:
    made = make_register(tmp_path, key=key)
    yield made
    made.close()


def rows(register: Register, sql: str, *values: Any) -> list[Any]:
    return register.reader.execute(sql, values).fetchall()


def state(register: Register) -> tuple[int, ...]:
    """How many rows each part of a save has written."""
    counted = ("person", "change", "audit", "child_index", "child_search")
    return tuple(rows(register, f"SELECT count(*) FROM {table}")[0][0] for table in counted)


def save(register: Register, *records: Record) -> None:
    register.write(save_all(*records)).result()


def test_the_file_on_disk_is_not_readable_without_the_key(register: Register) -> None:
    save(register, make_person("Nguyễn Văn Bí Mật"))
    register.reader.execute("PRAGMA wal_checkpoint").fetchone()
    for file in register.path.parent.iterdir():
        data = file.read_bytes()
        assert not data.startswith(b"SQLite format 3\0")
        assert "Bí Mật".encode() not in data
        assert b"bi mat" not in data


def test_a_plain_database_is_refused(tmp_path: Path, key: RegisterKey) -> None:
    path = tmp_path / "register.db"
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE person (id TEXT)")
    plain.commit()
    plain.close()
    before = path.read_bytes()
    with pytest.raises(NotEncrypted):
        connect(path, key)
    assert path.read_bytes() == before


def test_a_wrong_key_opens_nothing(register: Register) -> None:
    with pytest.raises(RegisterDamaged):
        connect(register.path, RegisterKey.generate())


def test_a_damaged_page_is_told_as_one(tmp_path: Path, key: RegisterKey) -> None:
    made = make_register(tmp_path, key=key)
    save(made, *(make_person(f"Người Số {n}") for n in range(400)))
    made.close()
    data = bytearray(made.path.read_bytes())
    for page in range(len(data) // PAGE * 2 // 3, len(data) // PAGE):
        data[page * PAGE + 2000] ^= 1
    made.path.write_bytes(bytes(data))
    connection = connect(made.path, key)
    everything = "SELECT (SELECT sum(length(raw)) FROM change), (SELECT sum(length(full_name)) FROM person)"
    with pytest.raises(RegisterDamaged), translated():
        connection.execute(everything).fetchone()
    connection.close()


def test_a_register_of_a_newer_version_is_left_alone(tmp_path: Path, key: RegisterKey) -> None:
    made = make_register(tmp_path, key=key)
    made.close()
    connection = connect(made.path, key)
    connection.execute(f"PRAGMA user_version={len(steps()) + 1}")
    connection.close()
    with pytest.raises(RegisterNewer):
        Register(made.path, key, HandClock(), OFFICER)


def test_migrating_twice_changes_nothing(register: Register, key: RegisterKey) -> None:
    connection = connect(register.path, key)
    assert migrate(connection) == 0
    connection.close()


def columns_of(connection: Connection, table: str) -> list[tuple[str, str]]:
    return [(row[1], row[2]) for row in connection.execute(f"PRAGMA table_info({table})")]


def test_the_migrated_tables_are_those_that_the_records_declare(register: Register) -> None:
    for name, kind in KINDS.items():
        assert columns_of(register.reader, name) == declared_columns(kind), name


def test_a_column_that_is_not_declared_would_be_seen(tmp_path: Path, key: RegisterKey) -> None:
    connection = connect(tmp_path / "other.db", key)
    kind = KINDS["person"]
    connection.execute(table_sql(kind).replace("full_name TEXT", "full_name TEXT, extra TEXT"))
    assert columns_of(connection, "person") != declared_columns(kind)
    connection.close()


def test_one_save_writes_row_change_audit_and_keys_together(register: Register) -> None:
    person, file = make_child()
    _, changes = register.write(save_all(person, file)).result()
    # person: one class; file: one class; two audit rows; one row of keys
    assert state(register) == (1, 2, 2, 1, 1)
    assert changes.records == {"person": frozenset({person.id}), "child_file": frozenset({file.id})}
    assert rows(register, "SELECT name FROM child_index") == [(person.full_name,)]


def test_a_change_holds_only_what_changed_and_one_class_of_secrecy(register: Register) -> None:
    person = make_person()
    save(register, person)
    save(register, msgspec.structs.replace(person, phone="0912345678"), make_report())
    raws = [msgspec.json.decode(row[0], type=Change) for row in rows(register, "SELECT raw FROM change ORDER BY n")]
    assert raws[1].set == {"phone": "0912345678"}
    for change in raws:
        declared = KINDS[change.kind].fields
        assert {int(declared[name].data) for name in change.fields} == {change.data}
        assert bool(change.seal) is (change.data >= 2)


def test_an_unchanged_record_writes_no_change(register: Register) -> None:
    person = make_person()
    save(register, person)
    save(register, person)
    assert rows(register, "SELECT count(*) FROM change") == [(1,)]


def test_changes_are_numbered_without_gaps_and_chained(register: Register) -> None:
    person = make_person()
    for n in range(5):
        save(register, msgspec.structs.replace(person, phone=f"091234567{n}"))
    found = rows(register, "SELECT n, raw, head FROM change ORDER BY n")
    assert [row[0] for row in found] == [1, 2, 3, 4, 5]
    head = GENESIS
    for _n, raw, stored in found:
        head = next_head(head, sha256(raw))
        assert stored == head


def test_a_failed_operation_leaves_nothing_behind_not_even_a_number(register: Register) -> None:
    save(register, make_person())
    before = state(register)

    def fails(tx: Tx) -> None:
        tx.save(make_person("Trần Thị Hai"))
        tx.save(make_child()[1])
        raise Refusal("second thoughts")

    with pytest.raises(Refusal):
        register.write(fails).result()
    assert state(register) == before
    save(register, make_person("Lê Văn Ba"))
    assert rows(register, "SELECT n FROM change ORDER BY n") == [(1,), (2,)]
    assert verify_audit(register.reader, subkey_of(register)) is None


def test_another_role_or_place_is_refused_and_nothing_is_written(register: Register, tmp_path: Path) -> None:
    (tmp_path / "chair").mkdir()
    chair = make_register(tmp_path / "chair", role="chair")
    person, file = make_child()
    for where, record in (
        (chair, file),
        (register, make_bed()),
        (register, msgspec.structs.replace(person, scope=Scope("C:06841"))),
    ):
        with pytest.raises(Refusal):
            where.write(save_all(record)).result()
        assert state(where)[:3] == (0, 0, 0)
    chair.close()


def test_what_was_written_once_stays_as_it_was(register: Register) -> None:
    person, file = make_child()
    visit = make_visit(person.id)
    save(register, person, file, visit)
    with pytest.raises(Refusal):
        save(register, msgspec.structs.replace(visit, observations="Khác"))


def test_values_that_do_not_hold_are_refused(register: Register) -> None:
    with pytest.raises(Invalid) as caught:
        save(register, make_person(birth_date="2012-02-30", full_name="x" * 121))
    assert set(caught.value.fields) == {"birth_date", "full_name"}


def test_stamps_grow_though_the_clock_is_set_back(register: Register) -> None:
    clock = register.clock
    assert isinstance(clock, HandClock)
    person = make_person()
    for n in range(3):
        save(register, msgspec.structs.replace(person, phone=f"091234567{n}"))
        clock.at -= timedelta(hours=7)
    stamps = [row[0] for row in rows(register, "SELECT stamp FROM change ORDER BY n")]
    assert stamps == sorted(set(stamps))


def test_numbers_and_stamps_go_on_after_the_register_is_opened_again(tmp_path: Path, key: RegisterKey) -> None:
    made = make_register(tmp_path, key=key)
    save(made, make_person())
    made.close()
    again = Register(made.path, key, HandClock(), OFFICER)
    save(again, make_person("Trần Thị Hai"))
    assert rows(again, "SELECT n FROM change ORDER BY n") == [(1,), (2,)]
    assert verify_audit(again.reader, subkey(key, AUDIT_PURPOSE)) is None
    again.close()


def subkey_of(register: Register) -> bytes:
    return subkey(register._key, AUDIT_PURPOSE)


def test_the_audit_chain_holds(register: Register) -> None:
    for name in ("Một", "Hai", "Ba"):
        save(register, make_person(f"Lê Thị {name}"))
    assert verify_audit(register.reader, subkey_of(register)) is None


@pytest.mark.parametrize(
    ("tamper", "first_wrong"),
    [
        ("UPDATE audit SET action='read' WHERE seq=2", 2),
        ("DELETE FROM audit WHERE seq=2", 2),
        ("UPDATE audit SET at='2020-01-01T00:00:00Z' WHERE seq=1", 1),
    ],
)
def test_a_row_of_the_audit_that_was_touched_is_found(
    register: Register, key: RegisterKey, tamper: str, first_wrong: int
) -> None:
    for name in ("Một", "Hai", "Ba"):
        save(register, make_person(f"Lê Thị {name}"))
    other = connect(register.path, key)
    with transaction(other):
        other.execute(tamper)
    assert verify_audit(other, subkey_of(register)) == first_wrong
    other.close()


def test_without_its_key_the_chain_proves_nothing(register: Register) -> None:
    """The twin: the check rests on a key that somebody with the file alone does not have."""
    save(register, make_person())
    assert verify_audit(register.reader, b"\0" * 32) == 1


def test_the_reader_cannot_write(register: Register) -> None:
    with pytest.raises(Exception, match="readonly"):
        register.reader.execute("DELETE FROM person")


def test_a_page_sees_one_state_whatever_is_saved_while_it_reads(register: Register) -> None:
    """Twin: statements of the same connection outside `read` see what was saved between them."""

    def count_around_a_save(connection: Connection) -> list[int]:
        counts = []
        for _ in range(2):
            counts.append(connection.execute("SELECT count(*) FROM person").fetchone()[0])
            register.write(lambda tx: tx.save(make_person())).result()
        return counts

    assert register.read(count_around_a_save) == [0, 0]
    assert register.read_slowly(count_around_a_save).result() == [2, 2]
    assert count_around_a_save(register.reader) == [4, 5]


def test_rows_of_an_older_program_are_derived_anew_with_the_next_start(tmp_path: Path, key: RegisterKey) -> None:
    """Also where the start that brought the tables up was broken off before it came to that."""
    made = make_register(tmp_path, key=key)
    person, file = make_child()
    made.write(save_all(person, file)).result()

    def as_it_was(tx: Tx) -> None:
        tx.connection.execute("UPDATE child_search SET words='older'")
        tx.connection.execute("DELETE FROM setting WHERE name=?", (DERIVED_AS,))

    made.write(as_it_was).result()
    made.close()
    again = Register(made.path, key, made.clock, OFFICER)
    found = rows(again, "SELECT count(*) FROM child_search WHERE child_search MATCH 'older'")
    again.close()
    assert found == [(0,)]
