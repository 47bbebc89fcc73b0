"""Two desks of a house admit one child without a line; one of the two stays is ended, and the child is there still."""

from __future__ import annotations

from commune_desk.domain.model.ids import new_record_id
from commune_desk.domain.records.desks import Task
from commune_desk.domain.time.clock import to_iso
from commune_desk.store.pages.placements import active_stays, stay_record
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter.placements import Leaving, discharge
from tests.helpers.builders import SHELTER_SCOPE, make_person, make_placement, save_all

REVIEW = "Rà soát ngày 30"


def test_what_is_to_be_done_for_the_child_stays_to_be_done(house: Workplace) -> None:
    person = make_person(scope=SHELTER_SCOPE)
    mistaken, stays = (make_placement(person.id, alias=alias) for alias in ("Hoa Mai", "Hoa Ban"))
    task = Task(id=new_record_id(), scope=SHELTER_SCOPE, title=REVIEW, due_on="2026-12-21", person=person.id)
    house.write(save_all(person, mistaken, stays, task))

    def end(tx: Tx) -> None:
        discharge(tx, Leaving(stay=mistaken.id, at=to_iso(tx.ledger.now()), reason="left"))

    house.write(end)
    assert [stay.id for stay in house.read(active_stays)] == [stays.id]
    record = house.read(lambda c: stay_record(c, stays.id))
    assert record is not None
    assert [one.title for one in record.tasks] == [REVIEW]
