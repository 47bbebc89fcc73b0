"""Tasks that officers set themselves: written down, done, or taken up again."""

from __future__ import annotations

import msgspec

from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.desks import TASK_STEPS, Task
from commune_desk.domain.vietnamese.text import tidy
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.writing.transaction import Tx


def add_task(tx: Tx, title: str, due_on: str | None = None, person: str | None = None) -> RecordId:
    """Write down something to be done, by an ISO day if there is one. Raises Invalid without words."""
    if not tidy(title):
        raise Invalid(N_("Some fields do not hold."), fields={"title": N_("Please fill this in.")})
    task = Task(
        id=new_record_id(),
        scope=tx.actor.scope,
        title=tidy(title),
        due_on=due_on,
        person=RecordId(person) if person else None,
        officer=tx.actor.officer,
    )
    tx.save(task)
    return task.id


def finish_task(tx: Tx, task_id: str) -> None:
    """Say that a task is done; done twice it stays done. Raises Refusal when it was dropped meanwhile."""
    task = tx.existing(Task, task_id)
    if task.status == "done":
        return
    if "done" not in TASK_STEPS[task.status]:
        raise Refusal(N_("This task is in another state by now."))
    tx.save(msgspec.structs.replace(task, status="done"))
