"""The three desks again, while now and then one of them goes on under a new id with what it had not sent yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from commune_desk.domain.model.ids import uuid7
from commune_desk.store.exchange.staged import accept_new_desk, pulled_once, release_next
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.registers.enrolment import identity_of, scope_keys_of
from sync.change import Change
from tests.helpers.examples import examples
from tests.helpers.store_engine import EMBEDDED, StoreEngine
from tests.sync.actors.real_province import OFFICE
from tests.sync.actors.three_desks import DESKS, ThreeDesks

pytestmark = pytest.mark.usefixtures("store_engine")

_DESK = st.sampled_from(DESKS)
_MOST_ENROLMENTS = 3
"""In one example: each takes the time that stretching a code takes."""


class DesksEnrolledAnew(ThreeDesks):
    """Until its first pull, nothing that such a desk typed has a number; then all of it goes out, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.awaiting: set[int] = set()
        self.names = list(DESKS)
        """Under which name each desk sends; for the model the new desk is another one."""

    @precondition(lambda self: self.records and max(self.names) < len(DESKS) + _MOST_ENROLMENTS - 1)
    @rule(desk=_DESK)
    def enrol_anew(self, desk: int) -> None:
        """As after a copied disk: sync stopped, and the province gave a new code."""
        self.awaiting.add(desk)
        self.names[desk] = max(len(DESKS), max(self.names) + 1)
        one = self.desks[desk]
        one.replica().freeze("fork")
        enrolment = self.office.real.enrol(OFFICE)
        identity, keys = identity_of(enrolment, "PC of tests", uuid7()), scope_keys_of(enrolment)
        one.register.write(lambda tx: accept_new_desk(tx, identity, keys)).result()
        for place, edit in enumerate(self.journal[desk]):
            if edit is not None and place >= self.taken[desk]:
                self.journal[desk][place] = replace(edit, desk=self.names[desk])

    @rule(desk=_DESK)
    def first_round(self, desk: int) -> None:
        """One full pull, and only then numbers; what the officer sees does not move meanwhile."""
        if desk not in self.awaiting:
            return
        self.awaiting.discard(desk)
        one = self.desks[desk]
        assert one.sync().pushed == 0
        self.every_desk_shows_what_the_model_says()
        one.register.write(pulled_once).result()
        while one.register.write(lambda tx: release_next(tx, 2)).result()[0]:
            pass

    @rule(desk=_DESK)
    def sync(self, desk: int) -> None:
        self.first_round(desk)
        super().sync(desk)

    @rule(desk=_DESK, data=st.data())
    def sync_while_the_officer_types(self, desk: int, data: st.DataObject) -> None:
        self.first_round(desk)
        super().sync_while_the_officer_types(desk, data)

    @rule(desk=_DESK)
    def sync_whose_reply_is_lost(self, desk: int) -> None:
        self.first_round(desk)
        super().sync_whose_reply_is_lost(desk)

    @rule(desk=_DESK, place=st.sampled_from(["after acknowledge", "before apply", "after apply"]))
    def sync_that_crashes(self, desk: int, place: str, pieces: int = 0) -> None:
        self.first_round(desk)
        super().sync_that_crashes(desk, place, pieces)

    @rule(desk=_DESK)
    def everything_is_sent_again(self, desk: int) -> None:
        self.first_round(desk)
        super().everything_is_sent_again(desk)

    @rule(desk=_DESK)
    def sync_on_a_line_that_fails(self, desk: int, path: str = "/v1/push") -> None:
        self.first_round(desk)
        super().sync_on_a_line_that_fails(desk, path)

    def _settle(self) -> None:
        for desk in DESKS:
            self.first_round(desk)
        super()._settle()

    def _write(self, desk: int, name: str, operation: Callable[[Tx], object]) -> None:
        super()._write(desk, name, operation)
        edit = self.journal[desk][-1]
        assert edit is not None
        self.journal[desk][-1] = self.views[desk].own[-1] = replace(edit, desk=self.names[desk])

    def _changes_of(self, desk: int) -> list[Change]:
        """In the order made, under whichever name."""
        rows = self.desks[desk].ask("SELECT raw FROM change WHERE state<>'received' ORDER BY stamp, id")
        return [msgspec.json.decode(row[0], type=Change) for row in rows]


def test_three_desks_of_which_some_are_enrolled_anew_end_up_the_same(store_engine: StoreEngine) -> None:
    tried = examples(12 if store_engine.name == EMBEDDED else 4)
    of = settings(max_examples=tried, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(DesksEnrolledAnew, settings=of)


def test_what_has_no_number_yet_stays_in_sight_whatever_the_first_pull_brings() -> None:
    machine = DesksEnrolledAnew()
    try:
        machine.a_child_known_to_all([])
        machine.change(0, "occupation", "nông dân")
        machine.change(0, "disability_types", ("dt1",))
        machine.enrol_anew(0)
        machine.change(1, "occupation", "thợ mỏ")
        machine.change(1, "disability_types", ("dt2",))
        machine.sync(1)
        machine.change(0, "risk_level", "high")
        machine.first_round(0)
        machine.every_desk_shows_what_the_model_says()
    finally:
        machine.teardown()
