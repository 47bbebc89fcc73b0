"""What is still to be done for a person."""

from __future__ import annotations

from commune_desk.domain.records.desks import Task
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import read_many


def open_tasks_of(connection: Connection, person: str) -> tuple[Task, ...]:
    """The nearest day first, those without a day last."""
    return read_many(connection, Task, "person=? AND status='open' ORDER BY due_on IS NULL, due_on, id", person)
