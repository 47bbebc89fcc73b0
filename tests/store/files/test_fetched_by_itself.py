"""What comes by itself is found without looking through every file that the register knows, at each piece of one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from commune_desk.domain.time.clock import local_day
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import SELECT_ONE, UPSERT
from commune_desk.store.files import file_queue, unfetched
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.workplaces import MORNING, make_workplace

SMALL, LARGE = 5_000, 500_000
DAY = local_day(MORNING)
ALL_NEW = (
    "SELECT a.sha256 FROM attachment a WHERE a.sha256 IS NOT NULL AND a.size BETWEEN 1 AND ?"
    " AND a.content_key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM file_queue q WHERE q.sha256=a.sha256)"
    " AND NOT EXISTS (SELECT 1 FROM attachment_withdrawal w WHERE w.attachment=a.id)"
)
"""What may come by itself, asked of everything."""


def digest(number: int) -> str:
    return f"{number:064x}"


def add(db: Connection, number: int, *, file: int | None = None, size: int = SMALL, key: str | None = "k") -> None:
    db.execute(
        "INSERT INTO attachment (id, scope, sha256, size, content_key, added_at) VALUES (?,'C:06838',?,?,?,?)",
        (f"a{number}", digest(number if file is None else file), size, key, f"2026-{number:06d}"),
    )


def fetched(db: Connection, number: int) -> None:
    """All of its content came."""
    db.execute(
        "INSERT OR IGNORE INTO file_queue (sha256, scope, size, direction, reached, state, code, asked, tries, at)"
        " VALUES (?,'C:06838',1,'down',1,'done','',0,0,'')",
        (digest(number),),
    )


def withdraw(db: Connection, number: int) -> None:
    db.execute(
        "INSERT OR REPLACE INTO attachment_withdrawal (id, scope, attachment) VALUES (?,'C:06838',?)",
        (f"w{number}", f"a{number}"),
    )


def write(workplace: Workplace, work: Callable[[Connection], Any]) -> Any:
    def run(tx: Tx) -> Any:
        return work(tx.connection)

    return workplace.write(run)[0]


def found(workplace: Workplace) -> str:
    """The file that is fetched next."""
    task = write(workplace, lambda db: file_queue.next_task(db, DAY))
    return "" if task is None else str(task.file)


def years_of_files(workplace: Workplace, count: int) -> None:
    def run(db: Connection) -> None:
        for number in range(count):
            add(db, number)
            fetched(db, number)

    write(workplace, run)


def plan_of_a_step(db: Connection) -> list[str]:
    """How the engine goes about each statement of a step."""
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    try:
        file_queue.next_task(db, DAY)
    finally:
        db.set_trace_callback(None)
    selects = [sql for sql in asked if sql.startswith("SELECT")]
    assert any(" attachment a" in sql for sql in selects)
    return [f"{row[3]}: {sql}" for sql in selects for row in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]


def through_all(steps: list[str]) -> list[str]:
    return [step for step in steps if step.startswith(("SCAN a", "SCAN q", "SCAN file_queue"))]


def test_a_step_reads_through_no_table_of_files(workplace: Workplace) -> None:
    years_of_files(workplace, 50)
    assert found(workplace) == ""
    assert through_all(write(workplace, plan_of_a_step)) == []


def test_one_that_did_would_be_seen(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: all files are asked anew at each step."""
    of_all = ALL_NEW.replace("a.sha256 FROM", "a.scope, a.sha256, 1, 'down', 0 FROM").replace("?", str(SMALL))
    monkeypatch.setattr(unfetched, "NEXT", of_all)
    years_of_files(workplace, 50)
    plan = write(workplace, plan_of_a_step)
    assert len(through_all(plan)) == 1


def _steps(db: Connection) -> int:
    """Of the engine, for one question."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    db.set_progress_handler(count, 10)
    try:
        file_queue.next_task(db, DAY)
    finally:
        db.set_progress_handler(None, 0)
    return counted


def test_a_step_costs_the_same_after_years(tmp_path: Path) -> None:
    cost = []
    for count in (10, 1_000):
        (tmp_path / str(count)).mkdir()
        workplace = make_workplace(tmp_path / str(count))
        with closing(workplace.register):
            years_of_files(workplace, count)
            found(workplace)
            cost.append(write(workplace, _steps))
    assert cost[1] <= cost[0] + 2, cost


def _change(db: Connection, chance: Random) -> None:
    """Something that happens to files."""
    number = chance.randrange(12)
    kind = chance.randrange(7)
    if kind == 0:
        db.execute("DELETE FROM attachment WHERE id=?", (f"a{number}",))
        size, key = chance.choice((SMALL, LARGE)), chance.choice(("k", None))
        add(db, number, file=chance.randrange(12), size=size, key=key)
    elif kind == 1:
        fetched(db, number)
    elif kind == 2:
        db.execute("DELETE FROM file_queue WHERE sha256=?", (digest(number),))
    elif kind == 3:
        withdraw(db, number)
    elif kind == 4:
        db.execute("DELETE FROM attachment_withdrawal WHERE id=?", (f"w{number}",))
    elif kind == 5:
        db.execute("UPDATE attachment SET content_key='k', size=? WHERE id=?", (SMALL, f"a{number}"))
    else:
        db.execute("DELETE FROM attachment WHERE id=?", (f"a{number}",))


def coming(db: Connection) -> set[str]:
    """All files that would be fetched one after the other."""
    got: set[str] = set()
    while task := file_queue.next_task(db, DAY, got):
        got.add(task.file)
    return got


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_to_files_the_same_ones_come(workplace: Workplace, seed: int) -> None:
    chance = Random(seed)
    found(workplace)
    for _number in range(120):
        write(workplace, lambda db: _change(db, chance))
        wanted = {row[0] for row in write(workplace, lambda db: db.execute(ALL_NEW, (SMALL,)).fetchall())}
        assert write(workplace, coming) == wanted


def test_the_latest_comes_first_also_one_that_came_since(workplace: Workplace) -> None:
    for number in (1, 3):
        write(workplace, partial(add, number=number))
    assert found(workplace) == digest(3)
    write(workplace, lambda db: add(db, 4))
    assert found(workplace) == digest(4)
    write(workplace, lambda db: withdraw(db, 4))
    write(workplace, lambda db: fetched(db, 3))
    assert found(workplace) == digest(1)


def write_again(db: Connection, number: int) -> None:
    """As the register writes the row of a record that it has, by whatever page it is told of once more."""
    row = db.execute(SELECT_ONE["attachment"], (f"a{number}",)).fetchone()
    db.execute(UPSERT["attachment"], row)


def test_a_file_that_is_to_come_may_be_told_of_again(workplace: Workplace) -> None:
    write(workplace, lambda db: add(db, 1))
    assert found(workplace) == digest(1)
    write(workplace, lambda db: write_again(db, 1))
    assert found(workplace) == digest(1)


def test_replaced_within_a_trigger_the_row_could_not_be_written(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what the firing statement says of a conflict stands above what its trigger says."""
    replacing = "INSERT OR REPLACE INTO unfetched SELECT a.id, a.added_at FROM attachment a WHERE a.id=new.id"
    trigger = f"CREATE TEMP TRIGGER unfetched_again AFTER UPDATE ON attachment BEGIN {replacing}; END"
    monkeypatch.setattr(unfetched, "_BEGIN", (*unfetched._BEGIN, trigger))
    write(workplace, lambda db: add(db, 1))
    assert found(workplace) == digest(1)
    with pytest.raises(dbapi2.IntegrityError):
        write(workplace, lambda db: write_again(db, 1))
