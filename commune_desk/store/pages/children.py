"""Children as the register list and a child's page show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, cast

import msgspec

from commune_desk.domain.model.record import Record, kind_of
from commune_desk.domain.records.attachments import Attachment, AttachmentWithdrawal
from commune_desk.domain.records.children import ChildFile, GroupMembership
from commune_desk.domain.records.desks import Task
from commune_desk.domain.records.families import Household, Person, Relation
from commune_desk.domain.records.placements import PlacementNotice
from commune_desk.domain.records.reports import Report
from commune_desk.domain.records.visits import HomeVisit
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import read_many
from commune_desk.store.pages.tasks import open_tasks_of
from commune_desk.store.writing.erased import Order, orders_around
from commune_desk.store.writing.joined import kept_of, written
from commune_desk.store.writing.transaction import load

R = TypeVar("R", bound=Record)


class Carer(msgspec.Struct, frozen=True):
    """Who looks after a child, in a list: name, relation code, stored phone."""

    name: str
    relation: str
    phone: str | None


class ChildRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the register; `id` is the person's. Days are ISO days, `risk` is 0 for none up to 3 for high."""

    id: str
    file: str
    status: str
    name: str
    sex: str | None
    birth_date: str | None
    village: str | None
    groups: tuple[str, ...]
    risk: int
    last_visit_on: str | None
    next_visit_on: str | None
    carer: Carer | None


class Kin(msgspec.Struct, frozen=True):
    """A relative of a child; `has_file` when the relative is a child in the register too."""

    relation: Relation
    person: Person
    has_file: bool


class JoinedRecord(msgspec.Struct, frozen=True):
    """A second record of a child, which was joined to the one kept."""

    person: Person
    file: ChildFile | None


class ChildRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a child's page shows of the records; lists are oldest first."""

    person: Person
    file: ChildFile
    household: Household | None
    """None also where the file names one that is not in this register."""
    kin: tuple[Kin, ...]
    kin_of: tuple[Kin, ...]
    """Where the child stands as somebody's relative: `person` is the other, `relation` the child's part."""
    absent_kin: tuple[Relation, ...] = ()
    """Relations to somebody who is not in this register: they belong to another commune."""
    groups: tuple[GroupMembership, ...]
    visits: tuple[HomeVisit, ...]
    reports: tuple[Report, ...]
    notices: tuple[PlacementNotice, ...]
    tasks: tuple[Task, ...]
    attachments: tuple[Attachment, ...]
    withdrawals: tuple[AttachmentWithdrawal, ...]
    joined: tuple[JoinedRecord, ...] = ()
    """The other records of this child, whose history stands here too."""
    written_in: dict[str, str] = {}
    """Of a child with several records, by relation the person whose record of them it was written in."""
    orders: tuple[Order, ...]
    """By which something of the child was erased by law."""
    risk: int
    next_visit_on: str | None


_ROWS = (
    "SELECT i.person, i.file, i.status, i.name, p.sex, p.birth_date, p.village, i.groups, i.risk,"
    " i.last_visit_on, i.next_visit_on, i.carer, i.carer_relation, i.carer_phone"
    " FROM child_index i JOIN person p ON p.id=i.person WHERE i.person IN ({})"
)

_ABSENT_KIN = (
    "person=? AND relative IS NOT NULL AND relative NOT IN (SELECT id FROM person) ORDER BY ended_on IS NOT NULL, id"
)


def child_rows(connection: Connection, persons: Sequence[str]) -> list[ChildRow]:
    """The rows of at most some hundred persons, in any order; without those who have no child file."""
    marks = ",".join("?" * len(persons))
    return [
        ChildRow(
            id=row[0],
            file=row[1],
            status=row[2],
            name=row[3],
            sex=row[4],
            birth_date=row[5],
            village=row[6],
            groups=tuple(row[7].split()),
            risk=row[8],
            last_visit_on=row[9] or None,
            next_visit_on=row[10],
            carer=Carer(row[11], row[12] or "", row[13]) if row[11] else None,
        )
        for row in connection.execute(_ROWS.format(marks), persons)
    ]


def child_record(connection: Connection, person: str) -> ChildRecord | None:
    """A child's file with all that belongs to it, by either of two records that are one; None without a file here."""
    person = kept_of(connection, person)
    child = _one(connection, Person, person)
    file = file_of(connection, person)
    index = connection.execute("SELECT risk, next_visit_on FROM child_index WHERE person=?", (person,)).fetchone()
    if child is None or file is None:
        return None
    others = _joined(connection, person)
    return ChildRecord(
        person=child,
        file=file,
        household=_one(connection, Household, file.household) if file.household else None,
        kin=_kin(connection, "person", "relative", person),
        kin_of=_kin(connection, "relative", "person", person),
        absent_kin=read_many(connection, Relation, _ABSENT_KIN, person),
        groups=read_many(connection, GroupMembership, "person=? ORDER BY from_on, id", person),
        visits=read_many(connection, HomeVisit, "person=? ORDER BY visited_on, visited_at, id", person),
        reports=read_many(connection, Report, "person=? ORDER BY received_at, id", person),
        notices=_notices(connection, person, file),
        tasks=open_tasks_of(connection, person),
        attachments=read_many(connection, Attachment, "person=? ORDER BY added_at, id", person),
        withdrawals=read_many(connection, AttachmentWithdrawal, "person=? ORDER BY withdrawn_at, id", person),
        joined=others,
        written_in=_written_in(connection, person) if others else {},
        orders=orders_around(connection, person),
        risk=index[0] if index else 0,
        next_visit_on=index[1] if index else None,
    )


def _joined(connection: Connection, kept: str) -> tuple[JoinedRecord, ...]:
    rows = connection.execute("SELECT person FROM joined WHERE kept=? ORDER BY person", (kept,)).fetchall()
    people = [(_one(connection, Person, person), file_of(connection, person)) for (person,) in rows]
    return tuple(JoinedRecord(person, file) for person, file in people if person is not None)


def _written_in(connection: Connection, kept: str) -> dict[str, str]:
    rows = connection.execute("SELECT id, writers FROM relation WHERE person=?", (kept,)).fetchall()
    named = {relation: written(connection, relation, "person", by) for relation, by in rows}
    return {relation: person for relation, person in named.items() if isinstance(person, str)}


def person_named(connection: Connection, person: str) -> Person | None:
    """One person, or None."""
    return _one(connection, Person, person)


def file_of(connection: Connection, person: str) -> ChildFile | None:
    """The person's child file, the first if another desk opened a second one, or None."""
    return next(iter(read_many(connection, ChildFile, "person=? ORDER BY id", person)), None)


def open_memberships(connection: Connection, person: str) -> tuple[GroupMembership, ...]:
    """The groups a child belongs to that have no end yet."""
    return read_many(connection, GroupMembership, "person=? AND to_on IS NULL ORDER BY group_code, id", person)


def kin_of_child(connection: Connection, person: str) -> tuple[Kin, ...]:
    """The relatives of a child, carers first, those no longer so last."""
    return _kin(connection, "person", "relative", person)


def _kin(connection: Connection, own: str, other: str, person: str) -> tuple[Kin, ...]:
    relations = read_many(
        connection, Relation, f"{own}=? ORDER BY ended_on IS NOT NULL, is_caregiver DESC, is_guardian DESC, id", person
    )
    found = []
    for relation in relations:
        relative = getattr(relation, other)
        known = _one(connection, Person, relative) if relative else None
        if known is not None and relative != person:  # of two who were kin to each other, and are one
            has_file = connection.execute("SELECT 1 FROM child_file WHERE person=?", (relative,)).fetchone()
            found.append(Kin(relation, known, has_file is not None))
    return tuple(found)


def others_with_code(connection: Connection, file: ChildFile) -> list[Person]:
    """The other children here whose file has the same case code: two copies of one PC gave it twice."""
    if not file.case_number or not file.person:
        return []
    named = "id IN (SELECT person FROM child_file WHERE case_number=?) ORDER BY id"
    found = read_many(connection, Person, named, file.case_number)
    return [one for one in found if kept_of(connection, one.id) != kept_of(connection, file.person)]


def is_protected(connection: Connection, person: str) -> bool:
    """Whether a shelter's notice says that the child stays under protection."""
    file = file_of(connection, person)
    return file is not None and any(notice.status != "ended" for notice in _notices(connection, person, file))


def _notices(connection: Connection, person: str, file: ChildFile) -> tuple[PlacementNotice, ...]:
    rows = connection.execute(
        "SELECT case_number FROM child_file WHERE person IN (SELECT person FROM joined WHERE kept=?)", (person,)
    )
    codes = dict.fromkeys([file.case_number, *(row[0] for row in rows)])
    named = "case_code=? ORDER BY since_on, id"
    return tuple(one for code in codes if code for one in read_many(connection, PlacementNotice, named, code))


def _one(connection: Connection, struct: type[R], record_id: str) -> R | None:
    return cast("R | None", load(connection, kind_of(struct).name, record_id))
