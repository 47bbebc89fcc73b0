"""A home visit on the disk: through the use case, against the plain row in a plain database on the same disk."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from bench.measure import Samples
from bench.registers import workplace
from bench.workbench import Workbench
from commune_desk.domain.model.ids import RecordId, Scope, new_record_id
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.records.visits import HomeVisit, suggested_next_visit
from commune_desk.store.engine.database import OTHER_CACHE_KIB, Connection, connect
from commune_desk.store.engine.schema import SELECT, to_column
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.visits import record_visit
from commune_desk.vault.keys import RegisterKey

_SAVES = 800
_SEEN = "Cháu ở nhà, sức khoẻ bình thường. Cháu đi học đều, tuần này không nghỉ buổi nào. Bà ngoại chăm sóc chu đáo."
_KIND = KINDS["home_visit"]


def save_visit(bench: Workbench) -> Samples:
    """Microseconds a save, against Python's own SQLite as it comes: its rollback journal, `synchronous=FULL`."""
    return _beside_a_plain_row(bench, _through_the_use_case, _as_it_comes)


def save_visit_write_ahead(bench: Workbench) -> Samples:
    """The same against Python's own SQLite with a write-ahead log, as the register has one."""
    return _beside_a_plain_row(bench, _through_the_use_case, _write_ahead)


def save_visit_same_engine(bench: Workbench) -> Samples:
    """The same against the register's engine without a key: what is left is the program and the encryption."""
    return _beside_a_plain_row(bench, _through_the_use_case, _without_a_key)


def encrypted_row(bench: Workbench) -> Samples:
    """The plain row, encrypted: what no save can go below, whatever the program leaves out."""
    return _beside_a_plain_row(bench, _with_a_key, _write_ahead)


Put = Callable[[HomeVisit], Any]
"""Makes a visit durable."""


def _beside_a_plain_row(
    bench: Workbench, measured: Callable[[Workplace, Path], Put], floor: Callable[[Path], Any]
) -> Samples:
    """In turn, each as often first as second: a disk takes longer for the first. The first tenth is a warm-up."""
    desk = bench.office().open()
    try:
        work = workplace(desk)
        folder = desk.profile.folder
        plain = _into(_filled(floor(folder / "floor.db"), work.register.reader))
        put = measured(work, folder)
        values: list[float] = []
        floors: list[float] = []
        for number, (person, risk) in enumerate(some_children(work.register.reader)):
            turns = [(put, values), (plain, floors)]
            for save, took in turns if number % 2 else reversed(turns):
                visit = routine_visit(work, person, risk)
                begun = time.perf_counter()
                save(visit)
                took.append((time.perf_counter() - begun) * 1e6)
    finally:
        desk.register.close()
    return Samples(values[_SAVES // 10 :], floors[_SAVES // 10 :])


def _through_the_use_case(work: Workplace, _folder: Path) -> Put:
    return lambda visit: work.write(partial(record_visit, visit=visit))


def _with_a_key(work: Workplace, folder: Path) -> Put:
    keyed = connect(folder / "keyed.db", RegisterKey.generate())  # with a write-ahead log, as all its files
    return _into(_filled(keyed, work.register.reader))


def _as_it_comes(path: Path) -> Any:
    return sqlite3.connect(path, isolation_level=None)


def _write_ahead(path: Path) -> Any:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    return connection


def _without_a_key(path: Path) -> Any:
    connection = dbapi2.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    return connection


def _into(connection: Any) -> Put:
    return lambda visit: connection.execute(_insert(), _row(visit))


def some_children(reader: Connection) -> list[tuple[RecordId, str]]:
    sql = "SELECT i.person, f.risk_level FROM child_index i JOIN child_file f ON f.id=i.file ORDER BY random() LIMIT ?"
    return reader.execute(sql, (_SAVES,)).fetchall()


def routine_visit(work: Workplace, person: RecordId, risk: str) -> HomeVisit:
    """A routine visit of today."""
    today = work.today()
    return HomeVisit(
        id=new_record_id(),
        scope=Scope(work.register.identity.scope),
        person=person,
        visited_on=today.isoformat(),
        visited_at="09:30",
        officer=work.actor.officer,
        present=("child", "maternal_grandparents"),
        risk_level=risk,
        observations=_SEEN,
        next_visit_on=suggested_next_visit(today, risk).isoformat(),
    )


def _filled(connection: Any, source: Connection) -> Any:
    """The connection, with the same visits under the same index, committed as durably as the register."""
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA cache_size=-{OTHER_CACHE_KIB}")
    for name in ("home_visit", "home_visit_person"):
        connection.execute(source.execute("SELECT sql FROM sqlite_master WHERE name=?", (name,)).fetchone()[0])
    connection.execute("BEGIN")
    connection.executemany(_insert(), source.execute(SELECT["home_visit"]))
    connection.execute("COMMIT")
    return connection


def _insert() -> str:
    names = ["id", "scope", "writers", *_KIND.fields]
    return f"INSERT INTO home_visit ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


def _row(visit: HomeVisit) -> list[Any]:
    return [visit.id, visit.scope, "", *(to_column(getattr(visit, name)) for name in _KIND.fields)]
