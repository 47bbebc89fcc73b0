"""A home visit on the disk: through the use case, against the plain row in a plain database on the same disk."""

from __future__ import annotations

import sqlite3
import time
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlcipher3 import dbapi2

from bench.measure import Samples
from bench.registers import workplace
from bench.workbench import Workbench
from commune_desk.domain.ids import RecordId, Scope, new_record_id
from commune_desk.domain.kinds import KINDS
from commune_desk.domain.visits import HomeVisit, suggested_next_visit
from commune_desk.store.database import OTHER_CACHE_KIB, Connection
from commune_desk.store.schema import SELECT, to_column
from commune_desk.usecases.visits import record_visit
from commune_desk.usecases.workplace import Workplace

_SAVES = 800
_SEEN = "Cháu ở nhà, sức khoẻ bình thường. Cháu đi học đều, tuần này không nghỉ buổi nào. Bà ngoại chăm sóc chu đáo."
_KIND = KINDS["home_visit"]


def save_visit(bench: Workbench) -> Samples:
    """Microseconds a save, against Python's own SQLite."""
    return _saves(bench, sqlite3)


def save_visit_same_engine(bench: Workbench) -> Samples:
    """The same against the register's engine without a key.

    Its wheel waits for the disk with `fsync`, Python's SQLite with the cheaper `fdatasync`: this row takes that
    difference out and leaves what the program and the encryption cost.
    """
    return _saves(bench, dbapi2)


def _saves(bench: Workbench, engine: ModuleType) -> Samples:
    """One after the other in turn; the first tenth is a warm-up."""
    desk = bench.office().open()
    try:
        work = workplace(desk)
        plain = _plain_database(desk.profile.folder / f"{engine.__name__}.db", work.register.reader, engine)
        values, floors = [], []
        for person, risk in _children(work.register.reader):
            visit, row = _visit(work, person, risk), _row(_visit(work, person, risk))
            begun = time.perf_counter()
            work.write(partial(record_visit, visit=visit))
            between = time.perf_counter()
            plain.execute(_insert(), row)
            values.append((between - begun) * 1e6)
            floors.append((time.perf_counter() - between) * 1e6)
        plain.close()
    finally:
        desk.register.close()
    return Samples(values[_SAVES // 10 :], floors[_SAVES // 10 :])


def _children(reader: Connection) -> list[tuple[RecordId, str]]:
    sql = "SELECT i.person, f.risk_level FROM child_index i JOIN child_file f ON f.id=i.file ORDER BY random() LIMIT ?"
    return reader.execute(sql, (_SAVES,)).fetchall()


def _visit(work: Workplace, person: RecordId, risk: str) -> HomeVisit:
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


def _plain_database(path: Path, source: Connection, engine: ModuleType) -> Any:
    """A connection to the same table with the same rows and index, plain, committed as durably."""
    plain = engine.connect(path, isolation_level=None, cached_statements=128)
    plain.execute("PRAGMA journal_mode=WAL")
    plain.execute("PRAGMA synchronous=FULL")
    plain.execute(f"PRAGMA cache_size=-{OTHER_CACHE_KIB}")
    for name in ("home_visit", "home_visit_person"):
        plain.execute(source.execute("SELECT sql FROM sqlite_master WHERE name=?", (name,)).fetchone()[0])
    plain.execute("BEGIN")
    plain.executemany(_insert(), source.execute(SELECT["home_visit"]))
    plain.execute("COMMIT")
    return plain


def _insert() -> str:
    names = ["id", "scope", "writers", *_KIND.fields]
    return f"INSERT INTO home_visit ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


def _row(visit: HomeVisit) -> list[Any]:
    return [visit.id, visit.scope, "", *(to_column(getattr(visit, name)) for name in _KIND.fields)]
