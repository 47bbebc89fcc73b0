"""PCs are lost for good with what they had not sent; some turn up weeks later, and what they send is set aside."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commune_desk.store.desk import removal
from commune_desk.store.intake import incoming
from sync.server.answers import files
from sync.server.identity import desks
from sync.server.intake import push
from sync.server.intake.admission import Admission
from sync.server.intake.incoming import Incoming
from sync.server.intake.push import _admission_code
from tests.simulator.courses import played
from tests.simulator.seeds import fresh, kept
from tests.simulator.wandering import LOST

pytestmark = pytest.mark.usefixtures("store_engine")

LONG, CHUNKS = 10, range(4)
SOME = range(1, 12)
"""Seeds within which it is found that a control was taken out."""


@pytest.mark.parametrize("seed", kept(LOST.name))
def test_what_came_in_time_stands_and_the_rest_is_set_aside(seed: int) -> None:
    played(LOST.name, seed)


def test_a_fresh_course_of_lost_pcs_holds() -> None:
    for seed in fresh(1, chunk=0):
        played(LOST.name, seed)


@pytest.mark.long
@pytest.mark.parametrize("chunk", CHUNKS)
def test_many_courses_of_lost_pcs_hold(chunk: int) -> None:
    for seed in fresh(LONG, chunk=chunk + 1):
        played(LOST.name, seed)


def test_work_that_comes_late_and_is_merged_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: admission asks of a withdrawn PC what it asks of any other."""

    def unasked(item: Incoming, caller: desks.DeskState, admission: Admission) -> str | None:
        return _admission_code(item, replace(caller, status=desks.ACTIVE), admission)

    monkeypatch.setattr(push, "_admission_code", unasked)
    assert any(map(LOST.breaks, SOME))


def test_a_register_that_went_before_its_last_work_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: nobody looks whether something was typed while the last work left."""
    monkeypatch.setattr(removal, "is_all_sent", lambda _connection: True)
    assert any(map(LOST.breaks, SOME))


def test_a_photo_that_went_with_its_register_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the province takes no photo of which only what was set aside speaks."""
    monkeypatch.setattr(files, "size_set_aside", lambda *_: None)
    assert any(map(LOST.breaks, kept(LOST.name)))


def test_what_stands_at_one_desk_alone_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: what people are asked about is taken for what a province that was put back has lost."""
    monkeypatch.setattr(incoming, "named_by", lambda _steps: set())
    monkeypatch.setattr(incoming.Incoming, "_is_lost", lambda *_: True)  # or the comparison would put it right
    assert any(map(LOST.breaks, kept(LOST.name)[1:]))
