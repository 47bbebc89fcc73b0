"""What is to be done for a resident, as a stay ends or goes on after all.

Every change of one end carries the same group, and each follow-up an id that any desk gives it: whoever decides that
the stay goes on finds what its end left off, and two desks that end it write one set of follow-ups.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import msgspec

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.desks import Task
from commune_desk.domain.records.placements import ACTIVE, Placement, follow_up_id
from commune_desk.store.changes import writers
from commune_desk.store.engine.database import Connection
from commune_desk.store.pages.placements import active_stays, stays_of
from commune_desk.store.pages.tasks import open_tasks_of
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.shelter.same_person import ENTERED_TWICE
from sync.change import Change

NO_FOLLOW_UP = ("died", ENTERED_TWICE)
"""Reasons for discharge after which nobody asks how it goes."""
_MOST_FOLLOW_UPS = 9
_WRITERS = "SELECT writers FROM {} WHERE id=?"
_CAME_BACK = "SELECT 1 FROM placement WHERE person=? AND admitted_at>?"


class Reminder(msgspec.Struct, frozen=True):
    """Something to be done about a resident by an ISO day."""

    title: str
    due_on: str


def end_tasks(tx: Tx, stay: Placement, reminders: Sequence[Reminder], group: str) -> None:
    """Nothing of the stay is to be done any more but to ask how it goes; of who is here by another stay all is.

    Then it is written down as left off what would be asked: a colleague may have ended that other stay meanwhile.
    """
    if stay.person is None:
        return
    is_here = _is_here(tx.connection, stay.person)
    for task in () if is_here else open_tasks_of(tx.connection, stay.person):
        tx.save(msgspec.structs.replace(task, status="dropped"), group=group)
    for number, reminder in enumerate(reminders):
        task_id = follow_up_id(stay.id, number)
        task = Task(id=task_id, scope=tx.actor.scope, person=stay.person)
        said = msgspec.structs.replace(tx.get(Task, task_id) or task, title=reminder.title, due_on=reminder.due_on)
        tx.save(msgspec.structs.replace(said, status="dropped" if is_here else "open"), group=group)


def ask_after_all(tx: Tx, stays: Collection[str]) -> None:
    """Of whom several PCs let go, each by another stay, the last end is asked about that says where to.

    `stays` are those that were heard of. What people left off since, or did, is left alone.
    """
    heard = (tx.get(Placement, one) for one in stays)
    for person in sorted({stay.person for stay in heard if stay is not None and stay.person}):
        ends = stays_of(tx.connection, person)
        asked = [one for one in ends if one.discharge_reason not in NO_FOLLOW_UP]
        if not asked or any(one.is_active or one.discharge_reason == "died" for one in ends):
            continue
        last = RecordId(max(asked, key=lambda one: (one.discharged_at or "", one.id)).id)
        end = end_of(tx.connection, last)
        for task in _follow_ups(tx, last):
            if end and task.status == "dropped" and _group_of(tx.connection, "task", task.id) == end:
                tx.save(msgspec.structs.replace(task, status="open"))


def end_of(connection: Connection, stay: RecordId) -> str:
    """The group of the changes by which a stay that has ended was ended; empty where they had none."""
    return _group_of(connection, "placement", stay)


def follow_decision(tx: Tx, before: Placement, after: Placement, end: str) -> None:
    """People decided whether a stay has ended; `end` is what `end_of` said of it before."""
    if before.status == "ended" and after.status in ACTIVE:
        _take_up_again(tx, after, end)
    elif before.status in ACTIVE and after.status == "ended":
        _end_again(tx, after)
    elif after.status == "ended" and after.discharge_reason not in NO_FOLLOW_UP:
        _ask_again(tx, after)


def _take_up_again(tx: Tx, stay: Placement, end: str) -> None:
    """The stay goes on: nobody asks how it goes, and what its `end` left off is to be done."""
    for task in _follow_ups(tx, stay.id):
        if task.status == "open":
            tx.save(msgspec.structs.replace(task, status="dropped"))
    dropped = "SELECT id FROM task WHERE person=? AND status='dropped' ORDER BY id"
    own = {task.id for task in _follow_ups(tx, stay.id)}
    for (task_id,) in tx.connection.execute(dropped, (stay.person,)).fetchall() if end else ():
        if task_id not in own and _group_of(tx.connection, "task", task_id) == end:
            tx.save(msgspec.structs.replace(tx.existing(Task, task_id), status="open"))


def _end_again(tx: Tx, stay: Placement) -> None:
    """The stay has ended after all, though people had decided that it goes on."""
    follow_ups = list(_follow_ups(tx, stay.id))
    end_tasks(tx, stay, [Reminder(one.title, one.due_on or "") for one in follow_ups], "")


def _ask_again(tx: Tx, stay: Placement) -> None:
    """It has ended as it stood; a province that was put back may have heard what a former decision left off behind
    that end. Of who came back since, the later stay is what is asked about."""
    came_back = tx.connection.execute(_CAME_BACK, (stay.person, stay.admitted_at)).fetchone() is not None
    if came_back or _is_here(tx.connection, stay.person):
        return
    for task in _follow_ups(tx, stay.id):
        if task.status == "dropped":
            tx.save(msgspec.structs.replace(task, status="open"))


def _is_here(connection: Connection, person: str | None) -> bool:
    return any(stay.person == person for stay in active_stays(connection))


def _follow_ups(tx: Tx, stay: RecordId) -> Iterator[Task]:
    ids = (follow_up_id(stay, number) for number in range(_MOST_FOLLOW_UPS))
    yield from filter(None, (tx.get(Task, one) for one in ids))


def _group_of(connection: Connection, kind: str, record: str) -> str:
    row = connection.execute(_WRITERS.format(kind), (record,)).fetchone()
    writer = writers.parse(row[0]).get("status", "") if row else ""
    change = connection.execute("SELECT raw FROM change WHERE id=? AND length(raw)>0", (writer,)).fetchone()
    return msgspec.json.decode(change[0], type=Change).group if change else ""
