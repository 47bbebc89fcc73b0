"""The old server of a province that was moved is started again from a copy of its disk, which knows of no move."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.errors import DeskError
from sync.server.answers import roots
from sync.server.answers.roots import make_due
from tests.sync.actors.moving_office import MovingOffice
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE


def sync_each(moving: MovingOffice, *names: str) -> list[str]:
    """The faults that stopped somebody."""
    stopped = []
    for name in names:
        try:
            moving.office.desks[name].go()
        except DeskError as fault:
            stopped.append(type(fault).__name__)
    return stopped


def met_between(moving: MovingOffice, child: RecordId, goes: RecordId, *first: str) -> list[RecordId]:
    """Desks work at the new store, then at the old one, then at the new one again; the visits."""
    office = moving.office
    assert moving.move().returncode == 0
    visits = [office.visit("ours", child)]
    office.sync("ours", "colleague")
    moving.serve(moving.old)
    visits += [office.visit("ours", child), office.visit("colleague", child)]
    office.move("colleague", goes, OTHER_COMMUNE)
    assert sync_each(moving, *first, "ours", "colleague", "there") == []
    moving.serve(office.folder / "new")
    visits.append(office.visit("colleague", child))
    return visits


@pytest.mark.parametrize("first", ["ours", "colleague", "there"])
@pytest.mark.parametrize("has_root", [False, True])
def test_desks_that_meet_it_between_lose_nothing(moving: MovingOffice, first: str, has_root: bool) -> None:
    """Each of the two stores finds out by what it signed that it lacks something, and begins an epoch."""
    office = moving.office
    child, goes = office.child("Chìu Văn Sáng"), office.child("Bàn Thị Một")
    if has_root:
        make_due(office.real.province)
        office.sync()
    visits = met_between(moving, child, goes, first)
    assert sync_each(moving, "colleague", "ours", "there", "colleague", "ours", "there") == []
    assert office.homes("home_visit") == dict.fromkeys(visits, COMMUNE)
    assert office.homes("person") == {child: COMMUNE, goes: OTHER_COMMUNE}
    assert office.unrest() == {}


def test_shown_a_root_of_the_former_epoch_they_would_take_it_for_a_forgery(
    moving: MovingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    office = moving.office
    child, goes = office.child("Chìu Văn Sáng"), office.child("Bàn Thị Một")
    before, shown = make_due(office.real.province).statement.epoch, roots.shown
    monkeypatch.setattr(roots, "shown", lambda c, scope, known, epoch: shown(c, scope, known, epoch=before))
    with pytest.raises(AssertionError, match="Unproven"):
        met_between(moving, child, goes)
