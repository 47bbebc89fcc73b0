"""The register list is the same on both desks, whatever came first and whichever day a change arrived."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.i18n import set_language
from commune_desk.presenters.child.page import ChildPage
from commune_desk.presenters.child.register_page import RegisterPage, RowText
from commune_desk.presenters.child.visit_form import VisitForm
from commune_desk.program_files import code_book
from commune_desk.store.writing import child_index
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.children import join_group
from tests.helpers.builders import make_child, make_group, make_visit, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.workplaces import HandClock
from tests.sync.actors.colleagues import Colleague, two_colleagues
from tests.sync.actors.real_province import OFFICE, real_province

pytestmark = pytest.mark.usefixtures("store_engine")


class Office:
    """Two desks and one clock."""

    def __init__(self, desks: tuple[EnrolledDesk, EnrolledDesk], clock: HandClock) -> None:
        self.desks, self.clock = desks, clock
        self.here, self.there = (Workplace(desk.open.register, code_book()) for desk in desks)

    def sync(self) -> None:
        for _ in range(2):
            for desk in self.desks:
                desk.sync()

    def rows(self, who: str = "") -> list[list[RowText]]:
        pages = [RegisterPage(one) for one in (self.here, self.there)]
        for page in pages:
            page.who = who
        return [page.rows(page.view().ids) for page in pages]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    set_language("en")
    clock = HandClock()
    with real_province(tmp_path, clock=clock) as province:
        ours, theirs = (enrolled_desk(province, tmp_path / name, clock=clock) for name in ("ours", "theirs"))
        yield Office((ours, theirs), clock)
        ours.close()
        theirs.close()


def test_who_left_a_group_is_in_it_no_more_at_once_and_on_later_days(office: Office) -> None:
    person, file = make_child()
    group = make_group(person.id, "HCDB01")
    office.here.write(save_all(person, file, group))
    office.sync()
    assert [len(rows) for rows in office.rows("special")] == [1, 1]
    page = ChildPage(office.here, person.id)
    office.here.write(page.leave_group(group.id))
    assert [len(rows) for rows in office.rows("special")] == [0, 1]
    office.clock.pass_by(days=2)
    office.sync()
    assert office.rows("special") == [[], []]
    view = page.view()
    assert view is not None
    assert "Lost both parents" not in [chip.text for chip in view.chips]


def test_by_the_day_of_the_end_the_list_of_yesterday_would_stay(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the last day counted, as one may read the dates of a membership."""
    monkeypatch.setattr(
        child_index, "_GROUPS", child_index._GROUPS.replace("IS NULL", "IS NULL OR to_on>='2026-11-23'")
    )
    person, file = make_child()
    group = make_group(person.id, "HCDB01")
    office.here.write(save_all(person, file, group))
    office.here.write(ChildPage(office.here, person.id).leave_group(group.id))
    office.clock.pass_by(days=2)
    assert len(office.rows("special")[0]) == 1


def test_a_group_that_two_joined_is_shown_once(office: Office) -> None:
    person, file = make_child()
    office.here.write(save_all(person, file))
    office.sync()
    for one in (office.here, office.there):
        one.write(lambda tx: join_group(tx, person.id, "HCDB01", from_on="2026-11-23"))
    office.sync()
    assert [[row.groups for row in rows] for rows in office.rows()] == [[("Lost both parents",)]] * 2
    view = ChildPage(office.here, person.id).view()
    assert view is not None
    assert [chip.text for chip in view.chips].count("Lost both parents") == 1


@pytest.mark.parametrize("is_here_first", [True, False])
def test_of_two_visits_of_one_day_both_desks_read_the_same_next_day(tmp_path: Path, is_here_first: bool) -> None:
    set_language("en")
    with two_colleagues(tmp_path, OFFICE) as both:
        here, there = both if is_here_first else both[::-1]
        person, file = make_child(risk_level="low")
        here.workplace.write(save_all(person, file))
        for one in (here, there, here):
            one.sync()
        days = ("2026-12-01", "2026-12-24")
        visits = [make_visit(person.id, "2026-11-20", risk_level="low", next_visit_on=day) for day in days]
        for one, visit in zip((here, there), visits, strict=True):
            one.workplace.write(save_all(visit))
        for one in (here, there, here):
            one.sync()
        last = max(visits, key=lambda visit: visit.id)  # within a millisecond their ids are in no order
        assert [next_visits(one) for one in (here, there)] == [[last.next_visit_on]] * 2
        assert VisitForm(here.workplace, person.id).state() == VisitForm(there.workplace, person.id).state()


def next_visits(at: Colleague) -> list[str]:
    return [day for (day,) in at.desk.ask("SELECT next_visit_on FROM child_index")]
