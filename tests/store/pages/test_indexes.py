"""The lists that grow with the years are searched by index: how the engine answers the statements that pages run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from commune_desk.store.engine.database import Connection
from commune_desk.store.pages.children import child_record
from commune_desk.store.pages.history import child_history
from commune_desk.store.pages.placements import tasks_due
from commune_desk.store.pages.tasks import open_tasks_of
from commune_desk.store.pages.today import count_open_tasks, open_tasks
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_child, save_all
from tests.helpers.workplaces import asked_by_the_screen, make_workplace

PERSON, FILE = make_child("Đặng Thị Hoà", case_number="QN-06838-2026-0001")
Query = Callable[[Connection], Any]
BY_INDEX: dict[str, tuple[Query, str]] = {
    "of a person": (lambda c: open_tasks_of(c, PERSON.id), "task_person"),
    "of the day": (lambda c: open_tasks(c, 5), "task_due"),
    "how many": (count_open_tasks, "task_due"),
    "of the house": (lambda c: tasks_due(c, "2026-11-23"), "task_due"),
    "a child's page": (lambda c: child_record(c, PERSON.id), "placement_notice_case_code"),
    "a child's history": (lambda c: child_history(c, PERSON.id), "placement_notice_case_code"),
}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Workplace]:
    made = make_workplace(tmp_path)
    made.write(save_all(PERSON, FILE))
    yield made
    made.register.close()


def plan_of(own: Workplace, query: Query) -> list[str]:
    """How the engine goes about each statement of a read."""
    with asked_by_the_screen(own) as asked:
        own.read(query)
    found = []
    for sql in asked:
        steps = own.register.reader.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
        found += [step[3] for step in steps]
    return found


@pytest.mark.parametrize("name", BY_INDEX)
def test_what_grows_with_the_years_is_searched_by_index(own: Workplace, name: str) -> None:
    query, index = BY_INDEX[name]
    assert any(f"INDEX {index} " in step for step in plan_of(own, query)), plan_of(own, query)
