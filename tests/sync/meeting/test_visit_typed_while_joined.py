"""A visit is typed while a colleague's joining of the child's two records arrives: it counts as any other visit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.child.visit_form import VisitForm
from commune_desk.store.pages.children import file_of
from commune_desk.store.pages.visits import standing_visits
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.joined import join
from tests.sync.actors.colleagues import Colleague, two_colleagues
from tests.sync.actors.real_province import OFFICE


class Meeting:
    """The child's two records, of which `old` is joined to `kept` here while the colleague there types."""

    def __init__(self, here: Colleague, there: Colleague) -> None:
        self.here, self.there = here, there
        (kept, file), (old, other) = (make_child("Chìu Văn Sáng", risk_level="low") for _ in range(2))
        self.kept, self.old = kept.id, old.id
        self.visit: RecordId = (visit := make_visit(old.id, "2026-11-20", risk_level="low")).id
        here.workplace.write(save_all(kept, file, old, other, visit))
        self.sync()

    def sync(self) -> None:
        for one in (self.here, self.there, self.here):
            one.sync()

    def joined(self) -> None:
        self.here.workplace.write(lambda tx: join(tx, self.old, self.kept))
        self.sync()

    def risks(self) -> list[str | None]:
        files = (one.workplace.read(lambda c: file_of(c, self.kept)) for one in (self.here, self.there))
        return [file.risk_level for file in files if file]


@pytest.fixture
def meeting(tmp_path: Path) -> Iterator[Meeting]:
    with two_colleagues(tmp_path, OFFICE) as (here, there):
        yield Meeting(here, there)


def test_the_risk_that_it_finds_is_the_childs(meeting: Meeting) -> None:
    form = VisitForm(meeting.there.workplace, meeting.old)
    meeting.joined()
    meeting.there.save(form, visited_on="25/11/2026", risk_level="high", observations="Cháu bị đánh.")
    meeting.sync()
    assert meeting.risks() == ["high", "high"]


def test_a_form_opened_after_the_joining_does_so(meeting: Meeting) -> None:
    """The twin."""
    meeting.joined()
    form = VisitForm(meeting.there.workplace, meeting.old)
    meeting.there.save(form, visited_on="25/11/2026", risk_level="high", observations="Cháu bị đánh.")
    meeting.sync()
    assert meeting.risks() == ["high", "high"]


def test_a_correction_is_saved(meeting: Meeting) -> None:
    form = VisitForm(meeting.there.workplace, amends=meeting.visit)
    meeting.joined()
    meeting.there.save(form, risk_level="high", observations="Cháu bị đánh.")
    meeting.sync()
    for one in (meeting.here, meeting.there):
        (stands,) = one.workplace.read(lambda c: standing_visits(c, meeting.kept, 5))
        assert stands.observations == "Cháu bị đánh."
    assert meeting.risks() == ["high", "high"]
