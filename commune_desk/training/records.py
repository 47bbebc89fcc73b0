"""The records that a training child, its family and its visits are entered as; each with a new id."""

from __future__ import annotations

from datetime import date

from commune_desk.domain.model.ids import RecordId, Scope, new_record_id
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Household, Person
from commune_desk.domain.records.visits import HomeVisit
from commune_desk.training.people import TrainingChild
from commune_desk.training.visits import TrainingVisit


def person_of(child: TrainingChild, scope: Scope) -> Person:
    """The child as a person."""
    return Person(
        id=new_record_id(),
        scope=scope,
        full_name=child.full_name,
        sex=child.sex,
        birth_date=child.born.isoformat(),
        ethnicity=child.ethnicity,
        id_number=child.id_number,
        village=child.village,
    )


def caregiver_of(child: TrainingChild, scope: Scope) -> Person:
    """Who looks after the child."""
    return Person(id=new_record_id(), scope=scope, full_name=child.caregiver_name, phone=child.phone)


def household_of(child: TrainingChild, scope: Scope) -> Household:
    """The home."""
    return Household(id=new_record_id(), scope=scope, head_name=child.household_head, village=child.village)


def file_of(child: TrainingChild, person: Person, *, opened_on: date, case_number: str | None = None) -> ChildFile:
    """The child's file, with a case number or still without."""
    return ChildFile(
        id=new_record_id(),
        scope=person.scope,
        person=person.id,
        opened_on=opened_on.isoformat(),
        case_number=case_number,
        risk_level=child.risk_level,
    )


def home_visit(visit: TrainingVisit, scope: Scope, person: RecordId) -> HomeVisit:
    """A visit to the child who is `person`."""
    return HomeVisit(
        id=new_record_id(),
        scope=scope,
        person=person,
        visited_on=visit.visited_on.isoformat(),
        visited_at=visit.visited_at,
        present=visit.present,
        risk_level=visit.risk_level,
        observations=visit.observations,
        needs=visit.needs,
        next_step=visit.next_step,
        next_visit_on=visit.next_visit_on.isoformat(),
    )
