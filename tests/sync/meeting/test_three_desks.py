"""Three desks edit one child at the same time, on bad lines, with crashes: nothing is lost and all end up the same.

Real registers, the real session, the real province. What must come out is told by a model of its own
(`convergence_model`), not by the desks agreeing with each other.
"""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.helpers.examples import examples
from tests.helpers.store_engine import EMBEDDED, StoreEngine
from tests.sync.actors.three_desks import DESKS, ThreeDesks, three_desks

pytestmark = pytest.mark.usefixtures("store_engine")


def test_three_desks_lose_nothing_and_end_up_the_same(store_engine: StoreEngine) -> None:
    most = 25 if store_engine.name == EMBEDDED else 8
    of = settings(max_examples=examples(most), stateful_step_count=25, deadline=None)
    run_state_machine_as_test(ThreeDesks, settings=of)


def test_an_author_who_moved_on_leaves_one_conflict_not_two() -> None:
    with three_desks() as office:
        office.change(0, "phone", "0912000001")
        office.change(1, "phone", "0912000002")
        office.change(1, "phone", "0912000003")
        office.sync(0)
        office.sync(1)
        assert len(office.model.truth.open) == 1
        assert office.model.truth.value["phone"] == "0912000001"


def test_two_who_write_the_same_agree_and_the_next_edit_builds_on_it() -> None:
    with three_desks() as office:
        office.change(0, "phone", "0912000001")
        office.change(1, "phone", "0912000001")
        office.change(1, "phone", "0912000002")
        office.sync(0)
        office.sync(1)
        assert office.model.truth.open == {}
        assert office.model.truth.value["phone"] == "0912000002"


def test_what_one_adds_while_a_page_is_on_its_way_is_shown_beside_what_it_brings() -> None:
    with three_desks() as office:
        office.change(1, "disability_types", ("dt1", "dt2"))
        office.sync(1)
        replica = office.desks[0].replica()
        replica.meantime = lambda: office.change(0, "disability_types", ("dt3",))
        office.desks[0].sync(replica)
        ((shown,),) = office.desks[0].ask("SELECT disability_types FROM child_file")
        assert shown == '["dt1", "dt2", "dt3"]'


def test_three_concurrent_edits_are_two_conflicts_that_one_decision_closes() -> None:
    with three_desks() as office:
        for desk, phone in enumerate(("0912000001", "0912000002", "0912000003")):
            office.change(desk, "phone", phone)
        for desk in (*DESKS, 0):
            office.sync(desk)
        assert len(office.model.truth.open) == 2
        office.decide_for(0, "phone", "0912000003")
        office.sync(0)
        assert office.model.truth.open == {}
        assert office.model.truth.value["phone"] == "0912000003"


def test_two_decisions_at_once_are_one_new_conflict_and_no_loop() -> None:
    with three_desks() as office:
        office.change(0, "phone", "0912000001")
        office.change(1, "phone", "0912000002")
        for desk in (0, 1, 0, 2):
            office.sync(desk)
        office.decide_for(0, "phone", "0912000001")
        office.decide_for(2, "phone", "0912000003")
        office.sync(0)
        office.sync(2)
        assert len(office.model.truth.open) == 1
        office.decide_for(2, "phone", "0912000003")
        office.sync(2)
        assert office.model.truth.open == {}


def test_what_one_adds_another_cannot_remove_unseen() -> None:
    with three_desks() as office:
        office.change(0, "disability_types", ("dt1",))
        for desk in DESKS:
            office.sync(desk)
        office.change(0, "disability_types", ())
        office.change(0, "disability_types", ("dt1", "dt2"))
        office.sync(0)
        office.change(1, "disability_types", ())
        office.sync(1)
        assert office.model.truth.members.keys() == {"dt1", "dt2"}
