"""A child moves on to a third commune before everybody of the first has heard of the first move."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.time.clock import SystemClock
from commune_desk.usecases.records.moves import move_child
from sync.change import Verb
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import real_province
from tests.sync.moves import test_children_move as moving
from tests.sync.moves.test_children_move import Two, child, move, visit
from tests.sync.moves.test_joined_at_desks import again, joins
from tests.sync.moves.test_sealed_again import BOTH, moved_by_who_had_not_heard, reports

pytestmark = pytest.mark.usefixtures("store_engine")

THIRD = Scope("C:06840")
__all__ = ["again", "child"]


class Three(Two):
    """And one of a third commune."""

    def __init__(self, folder: Path, real: object) -> None:
        super().__init__(folder, real)  # type: ignore[arg-type]
        make_register(folder / "third.db", self.real.enrol({THIRD: Role.COMMUNE_OFFICER}))
        self.third = RealDesk(folder / "third.db", SystemClock(), self.real.transport)
        self.desks["third"] = self.third


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Three]:
    with real_province(tmp_path) as real:
        made = Three(tmp_path, real)
        yield made
        for desk in made.desks.values():
            desk.register.close()


def go_on(desk: RealDesk, child: RecordId) -> None:
    desk.run(lambda tx: move_child(tx, child, THIRD))


def test_a_visit_of_the_first_commune_follows_to_the_third(two: Three, child: RecordId) -> None:
    move(two.late, child)
    for desk in (two.late, two.new):
        desk.sync()
    go_on(two.new, child)
    two.new.sync()
    visit(two.old, child)
    two.old.sync()
    two.sync()
    assert two.third.ask("SELECT count(*) FROM home_visit") == [(1,)]


def test_what_was_joined_opens_in_the_third(two: Three, child: RecordId, again: RecordId) -> None:
    moved_by_who_had_not_heard(two, child, again)
    for desk in (two.late, two.new):
        desk.sync()
    go_on(two.new, child)
    two.new.sync()
    two.sync()
    two.sync()
    assert reports(two.third) == BOTH
