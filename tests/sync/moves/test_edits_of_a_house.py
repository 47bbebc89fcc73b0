"""A house edits a child who has moved to another commune since it was shared: the new commune hears it, and goes on."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.store.desk.versions import begin_all_anew
from commune_desk.usecases.records.moves import move_child
from commune_desk.usecases.records.shares import hand_back, take_back
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.commune_and_house import Both
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.real_province import OTHER_COMMUNE, SHELTER
from tests.sync.actors.sheltered_office import correct
from tests.sync.moves.test_children_shared import child, share

pytestmark = pytest.mark.usefixtures("store_engine")

__all__ = ["child"]
PHONES = "SELECT phone FROM person WHERE full_name='Chìu Văn Sáng'"


@pytest.fixture
def new(both: Both) -> RealDesk:
    """A desk of the commune to which the child moves."""
    made = both.join("new", {OTHER_COMMUNE: Role.COMMUNE_OFFICER})
    both.sync()
    return made


def _move(both: Both, child: RecordId) -> None:
    both.office.run(lambda tx: move_child(tx, child, Scope(OTHER_COMMUNE)))
    both.office.sync()
    both.sync()


def _is_as_the_province(both: Both, desk: RealDesk) -> None:
    both.sync()
    assert sums_here(desk, OTHER_COMMUNE) == sums_there(both.real, OTHER_COMMUNE)
    desk.register.write(begin_all_anew).result()
    desk.sync()
    assert sums_here(desk, OTHER_COMMUNE) == sums_there(both.real, OTHER_COMMUNE)


def test_what_the_house_writes_after_the_move(both: Both, child: RecordId, new: RealDesk) -> None:
    share(both, child)
    _move(both, child)
    correct(both.house, child, phone="0912000222")
    both.sync()
    assert new.ask(PHONES) == [("0912000222",)]
    _is_as_the_province(both, new)


def test_that_it_hands_the_child_back_then(both: Both, child: RecordId, new: RealDesk) -> None:
    share(both, child)
    _move(both, child)
    both.house.run(lambda tx: hand_back(tx, child))
    both.sync()
    assert both.house.ask("SELECT count(*) FROM person") == [(0,)]
    correct(new, child, phone="0912000333")
    _is_as_the_province(both, new)


def test_what_it_wrote_before_it_heard_that_the_share_had_ended(both: Both, child: RecordId, new: RealDesk) -> None:
    """Too late for the place that ended it, which has handed the child on since."""
    share(both, child)
    both.office.run(lambda tx: take_back(tx, child, Scope(SHELTER)))
    both.office.sync()
    correct(both.house, child, phone="0912000222")
    _move(both, child)
    assert new.ask("SELECT field, state FROM conflict") == [("phone", "open")]
    _is_as_the_province(both, new)
