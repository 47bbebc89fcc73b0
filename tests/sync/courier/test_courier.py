"""The way by courier ends where the way over the line does, whatever order its bundles come in and however often."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sync.bundle import MAX_INSIDE, is_for
from sync.seal import BoxKey
from tests.helpers.examples import examples
from tests.sync.actors.couriers import DESKS, Office, bring, couriers

pytestmark = pytest.mark.usefixtures("store_engine")

EDITS = st.lists(
    st.tuples(st.sampled_from(DESKS), st.sampled_from(["visit", "0912000001", "0912000002", "0912000003"])),
    min_size=1,
    max_size=5,
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write_out"), st.tuples(st.sampled_from(DESKS), st.booleans())),
        st.tuples(st.just("edit"), EDITS),
        st.tuples(st.just("bring"), st.lists(st.integers(0, 20), min_size=1, max_size=3)),
        st.tuples(st.just("read_in"), st.integers(0, 20)),
        st.tuples(st.just("sync"), st.sampled_from(DESKS)),
    ),
    max_size=14,
)
Step = tuple[str, Any]


class Mail:
    """Bundles under way: nobody loses one, and any may be carried again."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.up: list[bytes] = []
        self.down: list[tuple[int, bytes]] = []

    def do(self, step: Step) -> None:
        getattr(self, step[0])(step[1])

    def edit(self, edits: Sequence[tuple[int, str]]) -> None:
        for desk, how in edits:
            if how == "visit":
                self.office.visit(desk)
            else:
                self.office.edit(desk, how)

    def write_out(self, how: tuple[int, bool]) -> None:
        desk, in_pieces = how
        self.up += self.office.write_out(desk, room=1 if in_pieces else MAX_INSIDE)

    def bring(self, which: Sequence[int]) -> None:
        chosen = [self.up[number % len(self.up)] for number in which if self.up]
        for reply in bring(self.office.province, *chosen):
            self.down.append((self._reader_of(reply), reply))

    def read_in(self, which: int) -> None:
        if self.down:
            self.office.read_in(*self.down[which % len(self.down)])

    def sync(self, desk: int) -> None:
        self.office.desks[desk].sync()

    def _reader_of(self, reply: bytes) -> int:
        boxes = [BoxKey.from_bytes(desk.register.identity.box) for desk in self.office.desks]
        return next(number for number in DESKS if is_for(reply, boxes[number].public))

    def settle(self) -> None:
        """By courier alone, until nothing waits and nothing is new."""
        for desk in (*DESKS, *DESKS):
            for reply in bring(self.office.province, *self.office.write_out(desk)):
                self.office.read_in(desk, reply)


def _the_same_over_the_line(copy: Office, order: list[tuple[str, int]], before: int) -> None:
    """Push in the order in which the changes came by courier, then let every desk sync."""
    numbers = {copy.id_of(desk): desk for desk in DESKS}
    for desk, run in groupby(order[before:], key=lambda one: one[0]):
        taken = [n for _, n in run]
        copy.push_over_the_line(numbers[desk], taken[0], taken[-1])
    for number in (*DESKS, *DESKS):
        copy.desks[number].sync()


@settings(max_examples=examples(8), deadline=None)
@given(edits=EDITS, steps=STEPS)
def test_any_order_and_any_repetition_end_as_the_line_does(edits: list[tuple[int, str]], steps: list[Step]) -> None:
    with couriers() as office, tempfile.TemporaryDirectory() as place:
        mail = Mail(office)
        mail.edit(edits)
        for step in steps:
            mail.do(step)
        mail.edit(edits)
        copy = office.copied(Path(place) / "copy")
        try:
            before = len(copy.order())
            mail.settle()
            for files in (list(reversed(mail.up)), mail.up):
                for data in files:
                    bring(office.province, data)
            for desk, reply in mail.down:
                office.read_in(desk, reply)
            _the_same_over_the_line(copy, office.order(), before)
            assert office.held() == copy.held()
            assert office.parked() == 0
            for desk in DESKS:
                assert office.kept(desk) == copy.kept(desk)
                assert office.waiting(desk) == 0
        finally:
            copy.close()


TROUBLE = st.lists(
    st.one_of(
        st.tuples(st.just("write_out"), st.tuples(st.sampled_from(DESKS), st.booleans())),
        st.tuples(st.just("edit"), EDITS),
        st.tuples(st.just("bring"), st.lists(st.integers(0, 20), min_size=1, max_size=3)),
        st.tuples(st.just("read_in"), st.integers(0, 20)),
        st.tuples(st.just("trip"), st.sampled_from(DESKS)),
        st.tuples(st.just("move"), st.tuples(st.sampled_from(DESKS), st.integers(0, 2))),
        st.tuples(st.sampled_from(["back_up", "put_back"]), st.none()),
        st.tuples(st.just("sync"), st.sampled_from(DESKS)),
    ),
    min_size=4,
    max_size=16,
)


class TroubledMail(Mail):
    """Bundles under way while children move away and the province is put back from its backup now and then.

    What is written and never brought is lost.
    """

    def trip(self, desk: int) -> None:
        files = self.office.write_out(desk)
        self.up += files
        for reply in bring(self.office.province, *files):
            self.down.append((desk, reply))
            self.office.read_in(desk, reply)

    def move(self, how: tuple[int, int]) -> None:
        self.office.move_away(*how)

    def back_up(self, _: None) -> None:
        self.office.back_up()

    def put_back(self, _: None) -> None:
        self.office.put_back()

    def settle(self) -> None:
        """Each desk by its own trips: into the present epoch, all sent, all begun, its words kept."""
        for desk in (*DESKS, *DESKS):
            for _ in range(4):
                self.trip(desk)


def _picture(office: Office, desk: int) -> dict[str, list[Any]]:
    """All that a register says, but when it heard of it: after a new epoch a change has the place that came with it."""
    return office.kept(desk) | {
        "words": sorted(office.desks[desk].ask("SELECT change, is_sent FROM purge_receipt")),
        "anew": list(office.desks[desk].replica().to_begin_anew()),
    }


LOST_MOVE: list[Step] = [
    ("back_up", None),
    ("edit", [(0, "0912000001"), (1, "0912000002")]),
    ("move", (0, 0)),
    ("trip", 0),
    ("trip", 0),
    ("trip", 1),
    ("write_out", (1, True)),
    ("put_back", None),
    ("bring", [0, 1]),
    ("move", (1, 1)),
    ("trip", 1),
]
"""A child moved, was removed and told of; then the province knows nothing of it, and one desk hears of that."""


@settings(max_examples=examples(6), deadline=None)
@given(steps=TROUBLE, edits=EDITS)
@example(steps=LOST_MOVE, edits=[(0, "visit"), (1, "0912000003")])
def test_restores_and_removals_end_as_the_line_does(steps: list[Step], edits: list[tuple[int, str]]) -> None:
    with couriers(movable=3) as office, tempfile.TemporaryDirectory() as place:
        mail = TroubledMail(office)
        for step in steps:
            mail.do(step)
        mail.edit(edits)
        copy = office.copied(Path(place) / "copy")
        try:
            mail.settle()
            for desk in (*DESKS, *DESKS):
                copy.desks[desk].sync()
            told = [_picture(office, desk) for desk in DESKS]
            for files in (list(reversed(mail.up)), mail.up):
                for data in files:
                    bring(office.province, data)
            for desk, reply in mail.down:
                office.read_in(desk, reply)
            assert [_picture(office, desk) for desk in DESKS] == told, "nothing that comes again changes anything"
            assert office.held() == copy.held()
            assert office.words_of_removal() == copy.words_of_removal()
            assert office.parked() == 0
            for desk in DESKS:
                assert _picture(office, desk) == _picture(copy, desk)
                assert office.waiting(desk) == 0
        finally:
            copy.close()
