"""Children move between two communes in any course of events: each has one home, and nothing is left behind or lost.

Real registers, the real session, the real province. What must come out is told by a model of its own (`moving_model`).
Invariants I10, I11, I12 and I14.
"""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.helpers.examples import examples
from tests.helpers.store_engine import EMBEDDED, StoreEngine
from tests.sync.actors.children_on_the_move import MovingChildren, two_communes

pytestmark = pytest.mark.usefixtures("store_engine")

OLD, LATE, NEW = 0, 1, 2
"""Two desks of the commune where the child is registered, and one of the other."""


def test_whatever_happens_each_child_has_one_home_and_nothing_stays_behind(store_engine: StoreEngine) -> None:
    most = 8 if store_engine.name == EMBEDDED else 4
    of = settings(max_examples=examples(most), stateful_step_count=20, deadline=None, phases=_phases())
    run_state_machine_as_test(MovingChildren, settings=of)


def _phases() -> list[Phase]:
    """A landing says what failed as it was found: to make it small takes minutes, and is done at a desk."""
    is_landing = settings.get_current_profile_name() == "landing"
    return [one for one in Phase if not (is_landing and one is Phase.shrink)]


def test_a_number_typed_before_the_move_was_heard_is_asked_about_where_the_child_lives() -> None:
    with two_communes() as office:
        office.telephone(LATE, 0)
        office.visit(LATE, 0)
        office.move(OLD, 0)
        office.sync(LATE)
        assert [known.asked for known in office.truth.known.values()] == [{"0900000001"}]


def test_what_is_asked_about_goes_along_and_is_nobodys_question_here_any_more() -> None:
    with two_communes() as office:
        office.telephone(OLD, 0)
        office.telephone(LATE, 0)
        for desk in (OLD, LATE, OLD):
            office.sync(desk)
        office.move(OLD, 0)


def test_of_two_who_move_a_child_back_and_forth_one_is_told_that_it_had_left() -> None:
    with two_communes() as office:
        office.move(LATE, 0, at_once=False)
        office.move(OLD, 0)
        office.sync(LATE)
        assert len(office.truth.set_aside) == 1
        office.sync(NEW)
        office.move(NEW, 0)
        office.sync(OLD)
        office.move(OLD, 0)


def test_a_visit_typed_while_the_leave_is_on_its_way_keeps_the_child_until_it_is_sent() -> None:
    with two_communes() as office:
        office.move(OLD, 0)
        office.sync_while_the_officer_writes(LATE, 0, typed=False)
        assert office.models[LATE].staying
        office.begin_anew(LATE)
        office.sync_on_a_line_that_fails(LATE, ("lose_reply_of", "/v1/push"))


def test_erased_while_one_desk_types_on_and_another_begins_anew() -> None:
    with two_communes() as office:
        office.visit(LATE, 0)
        office.telephone(LATE, 0)
        office.begin_anew(OLD)
        office.erase_by_law(0)
        office.sync_on_a_line_that_fails(LATE, ("down_at", "/v1/pull"))
