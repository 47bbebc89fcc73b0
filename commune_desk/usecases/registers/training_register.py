"""Fills a register with children who do not exist, for training and for showing the program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

from commune_desk.domain.model.batches import batched
from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.kinds import Bed, CareLogEntry, Placement, Report
from commune_desk.domain.time.clock import local_day, to_iso
from commune_desk.store.desk.register import Register
from commune_desk.store.writing.transaction import Tx
from commune_desk.training.people import TrainingChild, training_children
from commune_desk.training.records import caregiver_of, file_of, home_visit, household_of, person_of
from commune_desk.training.visits import training_visits
from commune_desk.usecases.records.children import ChildEntry, KinEntry, register_child
from commune_desk.usecases.records.reports import record_report
from commune_desk.usecases.records.visits import record_visit
from commune_desk.usecases.shelter.placements import Admission, admit_to_shelter, log_care

SEED = 2026
FOLLOWED_SPECIAL, FOLLOWED_AT_RISK = 0.35, 0.4
"""A register holds the children whom a commune follows, so most are in a group."""
VISIT_DAYS = 120
FOLLOWED_DAYS = 700
"""Files were opened before the first visit that is known, over so many days."""
PER_TRANSACTION = 50

_BEDS = (("A1", "standard"), ("A2", "standard"), ("A3", "standard"), ("B1", "standard"), ("B2", "standard"))
_BEDS_SPECIAL = (("C1", "sickroom"), ("D1", "mother_child"), ("D2", "mother_child"))

FillProgress = Callable[[int, int], None]
"""Called with (children done, children in all)."""


def fill_commune(register: Register, children: int, progress: FillProgress | None = None) -> int:
    """Enter `children` training children with their visits; returns how many visits. Runs in batches on the writer."""
    today = local_day(register.clock.now())
    people = training_children(children, seed=SEED, today=today, special=FOLLOWED_SPECIAL, at_risk=FOLLOWED_AT_RISK)
    visits = done = 0
    for batch in batched(people, PER_TRANSACTION):
        ids = register.write(partial(_enter_children, batch=batch)).result()[0]
        visits += register.write(partial(_enter_visits, batch=list(zip(ids, batch, strict=True)))).result()[0]
        done += len(batch)
        if progress is not None:
            progress(done, children)
    register.write(_report).result()
    return visits


def _enter_children(tx: Tx, batch: Sequence[TrainingChild]) -> list[RecordId]:
    people = [person_of(child, tx.actor.scope) for child in batch]
    return [register_child(tx, _entry(tx, child, person)) for child, person in zip(batch, people, strict=True)]


def _enter_visits(tx: Tx, batch: list[tuple[RecordId, TrainingChild]]) -> int:
    today = local_day(tx.ledger.now())
    since = today - timedelta(days=VISIT_DAYS)
    visits = [
        home_visit(visit, tx.actor.scope, person)
        for person, child in batch
        for visit in training_visits(child, seed=SEED, since=since, until=today)
    ]
    for visit in reversed(visits):  # the latest first: an earlier one changes the child's risk level no more
        record_visit(tx, visit)
    return len(visits)


def _entry(tx: Tx, child: TrainingChild, person: Person) -> ChildEntry:
    carer = caregiver_of(child, tx.actor.scope)
    today = local_day(tx.ledger.now())
    opened = max(child.born, today - timedelta(days=VISIT_DAYS + child.number * 7 % FOLLOWED_DAYS))
    return ChildEntry(
        person=person,
        file=file_of(child, person, opened_on=opened),
        household=household_of(child, tx.actor.scope),
        kin=(KinEntry(person=carer, relation=child.caregiver_relation, is_caregiver=True, is_guardian=True),),
        groups=child.groups,
    )


def _report(tx: Tx) -> None:
    received = tx.ledger.now() - timedelta(hours=3, minutes=40)
    record_report(
        tx,
        Report(
            id=new_record_id(),
            scope=tx.actor.scope,
            received_at=to_iso(received),
            source="neighbour",
            place="Thôn Nà Ếch",
            child_age=9,
            child_sex="female",
            description="Hàng xóm nghe tiếng trẻ khóc nhiều đêm liền, thấy cháu có vết bầm ở tay.",
        ),
    )


def fill_shelter(register: Register) -> None:
    """Set up the beds of a training shelter and admit two residents."""
    register.write(_furnish).result()


def _furnish(tx: Tx) -> None:
    scope = tx.actor.scope
    beds = [
        Bed(id=new_record_id(), scope=scope, label=label, bed_kind=kind) for label, kind in (*_BEDS, *_BEDS_SPECIAL)
    ]
    for bed in beds:
        tx.save(bed)
    now = tx.ledger.now()
    sen = _admit(tx, beds[0], "Sen", "2012-02-03", hours=52, isolation=local_day(now) - timedelta(days=2))
    mai = _admit(tx, beds[1], "Mai", "1998", hours=30, isolation=None)
    for stay, hours, kind, note in (
        (sen, 49, "health", "Bầm ở tay trái, không sốt. Ăn được nửa suất."),
        (sen, 26, "counselling", "Tư vấn lần 1. Cháu bắt đầu nói chuyện, muốn gọi cho bà ngoại."),
        (mai, 25, "daily", "Ăn tối hết suất, ngủ yên."),
    ):
        at = to_iso(now - timedelta(hours=hours))
        log_care(
            tx, CareLogEntry(id=new_record_id(), scope=scope, placement=stay, logged_at=at, entry_kind=kind, note=note)
        )


def _admit(tx: Tx, bed: Bed, name: str, born: str, *, hours: int, isolation: date | None) -> RecordId:
    scope, alias = bed.scope, f"Hoa {name}"
    person = Person(id=new_record_id(), scope=scope, sex="female", full_name=f"Mẫu Thị {name}", birth_date=born)
    return admit_to_shelter(
        tx,
        Admission(
            person=person,
            placement=Placement(
                id=new_record_id(),
                scope=scope,
                bed=bed.id,
                alias=alias,
                admitted_at=to_iso(tx.ledger.now() - timedelta(hours=hours)),
                reason="domestic_violence",
                isolation_from=isolation.isoformat() if isolation else None,
            ),
        ),
    )
