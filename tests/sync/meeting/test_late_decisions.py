"""A decision about a conflict that somebody closed meanwhile is asked about again: it never wins by coming last."""

from __future__ import annotations

import pytest

from tests.sync.actors.three_desks import DESKS, three_desks

pytestmark = pytest.mark.usefixtures("store_engine")


def test_a_decision_on_what_was_closed_meanwhile_becomes_a_conflict_of_its_own() -> None:
    """The first decision had not seen the newest value, the second had; neither overrules the other unseen."""
    with three_desks() as office:
        office.change(0, "phone", "0912000001")
        office.change(1, "phone", "0912000002")
        for desk in (0, 1, *DESKS):
            office.sync(desk)
        office.change(2, "phone", "0912000003")
        office.sync(2)
        office.sync(1)
        office.decide_for(0, "phone", "0912000002")
        office.sync(0)
        office.decide_for(1, "phone", "0912000001")
        office.sync(1)
        assert office.model.truth.value["phone"] == "0912000003"
        assert len(office.model.truth.open) == 2
        office.sync(2)
        office.decide_for(2, "phone", "0912000001")
        office.sync(2)
        assert office.model.truth.open == {}
