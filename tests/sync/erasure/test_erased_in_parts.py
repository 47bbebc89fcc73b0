"""A new record about somebody erased: none of its parts is taken in, whichever of them names whom it is about."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync.server.engine import tables
from sync.server.intake import ordering
from tests.sync.actors.server_fixtures import OTHER, World
from tests.sync.erasure.test_server_erasure import erased
from tests.sync.moves.test_server_moves import Child

pytestmark = pytest.mark.usefixtures("store_engine")

ERASED, OK = ("quarantined", "erased"), ("ok", "")


@pytest.fixture
def child(world: World) -> Child:
    return Child(world.desk())


def test_what_comes_with_a_later_push_is_refused_as_well(world: World, child: Child) -> None:
    late, record = world.desk(), uuid7()
    erased(world, child.person)
    names = late.change("report", record, {"person": child.person, "source": "111"})
    assert late.results(names) == [ERASED]
    assert late.results(late.change("report", record, {"status": "waiting"}, data=0)) == [ERASED]
    assert world.count("record_report") == 0


def test_not_written_down_it_would_be_taken_in(world: World, child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(ordering, "keep_erased", lambda *_: None)
    late, record = world.desk(), uuid7()
    erased(world, child.person)
    assert late.results(late.change("report", record, {"person": child.person, "source": "111"})) == [ERASED]
    assert late.results(late.change("report", record, {"status": "waiting"}, data=0)) == [OK]


def test_a_record_that_is_there_is_not_erased_by_who_ties_it_to_the_child(world: World, child: Child) -> None:
    """Nor anything else, by naming it beside them."""
    late, record = world.desk(), uuid7()
    late.send("report", record, {"status": "waiting"}, data=0)
    erased(world, child.person)
    assert late.results(late.change("report", record, {"person": child.person})) == [ERASED]
    assert late.results(late.change("report", record, {"source": "111"})) == [OK]
    assert [row.record for row in world.rows(tables.erasure.select()) if row.kind == "report"] == []


def test_who_may_not_write_there_erases_nothing(world: World, child: Child) -> None:
    """What admission refuses is kept for its digest alone, and no more comes of it."""
    record, desk = uuid7(), world.desk()
    erased(world, child.person)
    stranger = world.desk({OTHER: Role.COMMUNE_OFFICER})
    assert stranger.results(stranger.change("report", record, {"person": child.person})) == [ERASED]
    assert desk.results(desk.change("report", record, {"source": "111"})) == [OK]
