"""Registers of any size for the measurements, filled with training people through the real write path."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope, commune_scope, new_record_id
from commune_desk.domain.model.record import Record
from commune_desk.domain.records.children import GroupMembership
from commune_desk.domain.records.families import Relation
from commune_desk.domain.time.clock import SystemClock
from commune_desk.program_files import code_book
from commune_desk.store.writing.transaction import Tx
from commune_desk.training.people import TrainingChild, training_children
from commune_desk.training.records import caregiver_of, file_of, home_visit, person_of
from commune_desk.training.visits import TrainingVisit, training_visits
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.registers.opening import OpenDesk, make_training_register, unlock
from commune_desk.usecases.registers.profile import NewOfficer, Profile

LOGIN, PASSPHRASE = "bench", "measured in one and the same run"
SEED = 20_260
_BATCH = 400
"""Children in one transaction."""


@dataclass(frozen=True)
class Filled:
    """A closed register on disk."""

    profile: Profile
    children: int
    visits: int

    def open(self) -> OpenDesk:
        return unlock(self.profile, LOGIN, PASSPHRASE, clock=SystemClock())


def workplace(desk: OpenDesk) -> Workplace:
    return Workplace(desk.register, code_book())


def empty_register(folder: Path) -> OpenDesk:
    """A new open training register of a commune."""
    folder.mkdir(parents=True)
    officer = NewOfficer(LOGIN, "Measurement", PASSPHRASE)
    return make_training_register(
        Profile(folder), officer, scope=commune_scope("06838"), role=Role.COMMUNE_OFFICER, clock=SystemClock()
    )


def filled_register(folder: Path, *, children: int, visits: int = 0) -> Filled:
    """Make a register with so many children and, spread over them, so many visits; half of one is taken away."""
    desk = empty_register(folder)
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        people = people_of(children)
        scope = Scope(desk.register.identity.scope)
        for first in range(0, children, _BATCH):
            batch = list(islice(people, _BATCH))
            shares = [_share(visits, children, first + place) for place in range(len(batch))]
            desk.register.write(partial(enter_batch, scope=scope, batch=list(zip(batch, shares, strict=True)))).result()
        desk.register.close()
        undo.pop_all()
    return Filled(Profile(folder), children, visits)


def people_of(count: int) -> Iterator[TrainingChild]:
    """The same people in every run on the same day."""
    return training_children(count, seed=SEED, today=date.today())  # noqa: DTZ011 - any day will do


def _share(visits: int, children: int, place: int) -> int:
    """How many visits the child at `place` has, so that they add up."""
    return (place + 1) * visits // children - place * visits // children


def enter_batch(tx: Tx, *, scope: Scope, batch: list[tuple[TrainingChild, int]]) -> None:
    """Save each child with its family, groups and so many of its last visits."""
    for child, visits in batch:
        for record in _family(scope, child, visits):
            tx.save(record)


def _family(scope: Scope, child: TrainingChild, visits: int) -> Iterator[Record]:
    person, carer = person_of(child, scope), caregiver_of(child, scope)
    yield person
    yield carer
    yield Relation(
        id=new_record_id(),
        scope=scope,
        person=person.id,
        relative=carer.id,
        relation=child.caregiver_relation,
        is_caregiver=True,
    )
    case_number = f"QN-06838-2026-TEST-{child.number:06}"
    yield file_of(child, person, opened_on=child.born, case_number=case_number)
    for code in child.groups:
        yield GroupMembership(
            id=new_record_id(), scope=scope, person=person.id, group_code=code, from_on=child.born.isoformat()
        )
    for visit in _last_visits(child, visits):
        yield home_visit(visit, scope, person.id)


def _last_visits(child: TrainingChild, count: int) -> list[TrainingVisit]:
    """The child's last `count` visits by its rhythm, as if the program had been here all the time."""
    today = date.today()  # noqa: DTZ011 - any day will do
    if not count:
        return []
    since = max(child.born, today - timedelta(days=40 * count))
    found = list(training_visits(child, seed=SEED, since=since, until=today))
    return [found[place % len(found)] for place in range(count)] if found else []
