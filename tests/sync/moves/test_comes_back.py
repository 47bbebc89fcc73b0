"""A child that comes back takes along who was held in the other commune for its sake alone: a mother who had stayed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope, uuid7
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.moves import move_child
from sync.server.engine import tables
from sync.server.intake import relocating
from tests.helpers.builders import make_person, make_relation, save_all
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.server_fixtures import OTHER, province_in
from tests.sync.actors.two_communes import Two, move
from tests.sync.moves.test_server_moves import Child, relocation

pytestmark = pytest.mark.usefixtures("store_engine")


def mother_of(two: Two) -> RecordId:
    ((mother,),) = two.old.ask("SELECT id FROM person WHERE full_name='Chìu Thị Mây'")
    return RecordId(mother)


def related(desk: RealDesk, name: str, mother: RecordId) -> None:
    """Another child of hers, known at that desk."""
    other = make_person(name, scope=Scope(desk.register.identity.scope))
    kin = make_relation(other.id, mother, scope=Scope(desk.register.identity.scope))
    desk.register.write(save_all(other, kin)).result()


def there_and_back(two: Two, child: RecordId, *, needed_there: bool = False) -> RecordId:
    """The mother, who stayed with the child's brother."""
    mother = mother_of(two)
    related(two.old, "Lò Văn Minh", mother)
    two.sync()
    move(two.old, child)
    two.sync()
    person = tables.RECORDS["person"]
    assert two.real.scalars(select(person.c.scope).where(person.c.id == mother)) == [COMMUNE]
    assert two.new.ask("SELECT full_name FROM person WHERE id=?", mother) == [("Chìu Thị Mây",)]
    if needed_there:
        related(two.new, "Lò Văn Bảy", mother)

    def back(tx: Tx) -> None:
        move_child(tx, child, Scope(COMMUNE))

    two.new.register.write(back).result()
    two.sync()
    assert sums_here(two.new, OTHER_COMMUNE).whole == sums_there(two.real, OTHER_COMMUNE).whole
    assert sums_here(two.old, COMMUNE).whole == sums_there(two.real, COMMUNE).whole
    return mother


def test_a_mother_who_was_shared_for_its_sake_leaves_with_it(two: Two, child: RecordId) -> None:
    mother = there_and_back(two, child)
    assert two.new.ask("SELECT full_name FROM person") == []
    for desk in (two.old, two.late):
        assert desk.ask("SELECT full_name FROM person WHERE id=?", mother) == [("Chìu Thị Mây",)]


def test_who_is_needed_there_too_stays_a_guest(two: Two, child: RecordId) -> None:
    mother = there_and_back(two, child, needed_there=True)
    assert two.new.ask("SELECT full_name FROM person WHERE id=?", mother) == [("Chìu Thị Mây",)]


def test_not_asked_why_she_is_there_she_would_stay_for_good(
    two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(relocating, "_came_along", lambda *_: False)
    mother = there_and_back(two, child)
    assert two.new.ask("SELECT id FROM person") == [(mother,)]


@pytest.mark.parametrize("is_shared", [False, True])
def test_who_was_shared_for_their_own_sake_stays(tmp_path: Path, is_shared: bool) -> None:
    """By a `share` of hers, and not by the child's move."""
    with province_in(tmp_path) as world:
        old, new = world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
        family, brother = Child(old), uuid7()
        old.send("person", brother, {"full_name": "Lò Văn Minh"})
        old.send("relation", uuid7(), {"person": brother, "relative": family.mother, "relation": "mother"})
        if is_shared:
            assert old.results(relocation(old, family.mother, "share", OTHER)) == [("ok", "")]
        family.move(OTHER)
        family.move(COMMUNE, new, scope=OTHER)
        held = select(tables.guest.c.scope).where(tables.guest.c.record == family.mother)
        assert [tuple(row) for row in world.rows(held)] == ([(OTHER,)] if is_shared else [])
