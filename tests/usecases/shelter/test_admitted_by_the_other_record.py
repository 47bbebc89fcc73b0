"""A commune shares both records of a child with the house and joins them: who is in the house by the one is not
admitted once more by the other."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import new_record_id
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.placements import Placement
from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.errors import Refusal
from commune_desk.store.pages.placements import active_stays
from commune_desk.store.writing.joining import join
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter.placements import Admission, admit_to_shelter
from tests.helpers.builders import SHELTER_SCOPE, make_person, save_all


def admit(tx: Tx, person: Person, alias: str) -> None:
    at = to_iso(tx.ledger.now())
    stay = Placement(id=new_record_id(), scope=SHELTER_SCOPE, alias=alias, admitted_at=at, reason="isolation")
    admit_to_shelter(tx, Admission(person=person, placement=stay))


def test_it_is_refused_as_for_anybody_who_is_here(house: Workplace) -> None:
    old, kept = (make_person(scope=SHELTER_SCOPE) for _ in range(2))
    house.write(save_all(old, kept))
    house.write(lambda tx: admit(tx, kept, "Hoa Mai"))
    house.write(lambda tx: join(tx, old, kept))
    with pytest.raises(Refusal):
        house.write(lambda tx: admit(tx, old, "Hoa Ban"))
    assert [stay.alias for stay in house.read(active_stays)] == ["Hoa Mai"]
