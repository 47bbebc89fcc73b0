"""Two desks answer one report or judge one child: the first answer stays, the graver one too, and people decide."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.records.families import Person
from commune_desk.domain.records.reports import Report
from commune_desk.domain.time.clock import to_iso
from commune_desk.i18n import set_language
from commune_desk.presenters.child.visit_form import VisitForm
from commune_desk.presenters.reports.form import MeasuresForm
from commune_desk.presenters.reports.page import LINK, ReportsPage
from commune_desk.presenters.sync.conflict_page import conflict_cards, decision
from commune_desk.store.pages.children import file_of
from commune_desk.store.pages.reports import report_view
from tests.helpers.builders import make_child, make_report, make_visit, save_all
from tests.sync.actors.colleagues import Colleague, from_draft, two_colleagues
from tests.sync.actors.real_province import OFFICE

pytestmark = pytest.mark.usefixtures("store_engine")

TODAY = datetime.now(UTC)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Colleague, Colleague]]:
    set_language("en")
    with two_colleagues(tmp_path, OFFICE) as both:
        yield both


@pytest.fixture
def report(office: tuple[Colleague, Colleague]) -> str:
    here, there = office
    made = make_report(received_at=to_iso(YESTERDAY), status="acknowledged")
    here.workplace.write(save_all(made))
    here.sync()
    there.sync()
    return made.id


def stored(at: Colleague, report: str) -> Report:
    view = at.workplace.read(lambda c: report_view(c, report))
    assert view is not None
    return view.record


@pytest.mark.parametrize("is_draft", [False, True], ids=["open", "draft"])
def test_what_two_did_about_a_report_is_kept_and_people_choose(
    office: tuple[Colleague, Colleague], report: str, is_draft: bool
) -> None:
    here, there = office
    form = MeasuresForm(here.workplace, report)
    form.edit("measures", "Đã gọi công an xã.")
    there.save(MeasuresForm(there.workplace, report), measures="Đã đưa cháu đến bệnh viện.")
    there.sync()
    here.sync()
    if is_draft:
        form = from_draft(form, MeasuresForm(here.workplace, report))
    here.save(form)
    here.sync()
    assert ("measures", ["Đã đưa cháu đến bệnh viện.", "Đã gọi công an xã."]) in here.conflicts()
    assert stored(here, report).measures == "Đã đưa cháu đến bệnh viện."
    detail = ReportsPage(here.workplace).again(report)
    assert detail is not None
    (lost,) = detail.kept
    assert "What was done at once: Đã gọi công an xã. (kept here, does not stand)" in lost.body
    assert lost.chip == "in conflict, to be decided"


def test_an_hour_that_nobody_touched_keeps_its_seconds(office: tuple[Colleague, Colleague], report: str) -> None:
    here, _there = office
    here.save(MeasuresForm(here.workplace, report), measures="Đã đến nhà.")
    first = stored(here, report)
    assert first.acted_at is not None
    exact = first.acted_at[:17] + "25Z"
    here.workplace.write(lambda tx: tx.save(msgspec.structs.replace(first, acted_at=exact)))
    here.save(MeasuresForm(here.workplace, report), measures="Đã đến nhà, cháu an toàn.")
    assert stored(here, report).acted_at == exact


def test_a_report_linked_by_two_is_decided_by_people(office: tuple[Colleague, Colleague], report: str) -> None:
    here, there = office
    (one, its_file), (other, other_file) = make_child("Bàn Văn Tài"), make_child("Chíu Thị Lan")
    here.workplace.write(save_all(one, its_file, other, other_file))
    here.sync()
    there.sync()
    page = ReportsPage(here.workplace)
    there.workplace.write(ReportsPage(there.workplace).operation(LINK, report, person=one.id))
    there.sync()
    here.sync()
    here.workplace.write(page.operation(LINK, report, person=other.id))
    here.sync()
    assert here.conflicts() == [("person", [one.id, other.id])]


def test_a_visit_does_not_lower_the_risk_that_came_meanwhile(office: tuple[Colleague, Colleague]) -> None:
    here, there = office
    person, file = make_child("Bàn Văn Tài", risk_level="low")
    here.workplace.write(save_all(person, file, make_visit(person.id, "2026-01-02", risk_level="low")))
    here.sync()
    there.sync()
    form = VisitForm(here.workplace, person.id)
    there.save(
        VisitForm(there.workplace, person.id),
        visited_on=f"{YESTERDAY:%d/%m/%Y}",
        risk_level="high",
        observations="Cháu bị đánh.",
    )
    there.sync()
    here.sync()
    here.save(form, risk_level="medium", observations="Cháu khoẻ.")
    here.sync()
    there.sync()
    for at in office:
        found = at.workplace.read(lambda c: file_of(c, person.id))
        assert found is not None
        assert found.risk_level == "high"
        assert at.conflicts() == [("risk_level", ["high", "medium"])]


def known_to_both(office: tuple[Colleague, Colleague], **values: str) -> Person:
    """A child that one colleague wrote down and both have."""
    person, file = make_child("Bàn Văn Tài", **values)
    office[0].workplace.write(save_all(person, file))
    for one in office:
        one.sync()
    return person


def visit(at: Colleague, person: str, risk: str) -> None:
    at.save(VisitForm(at.workplace, person), risk_level=risk, observations=f"Thấy {risk}.")


def test_a_graver_second_word_leaves_the_first_to_be_chosen(office: tuple[Colleague, Colleague]) -> None:
    here, there = office
    person = known_to_both(office, risk_level="low")
    visit(here, person.id, "medium")
    visit(there, person.id, "high")
    for one in (here, there, here):
        one.sync()
    for one in office:
        assert one.conflicts() == [("risk_level", ["high", "medium"])]


def test_who_judges_anew_overrules_no_colleague_unseen(office: tuple[Colleague, Colleague]) -> None:
    """High and then low, without a line; a colleague has said medium meanwhile: low stands, and people are asked."""
    here, there = office
    person = known_to_both(office, risk_level="low")
    visit(here, person.id, "medium")
    visit(there, person.id, "high")
    visit(there, person.id, "low")
    for one in (here, there, here):
        one.sync()
    for one in office:
        assert one.conflicts() == [("risk_level", ["low", "medium"])]
    (card,) = conflict_cards(here.workplace, most=9)[0]
    operation = decision(card, chosen=card.hands[1].key)
    assert not isinstance(operation, str)
    here.workplace.write(operation)
    for one in (here, there):
        one.sync()
    assert [one.conflicts() for one in office] == [[], []]
    found = there.workplace.read(lambda c: file_of(c, person.id))
    assert found is not None
    assert found.risk_level == "medium"


def test_a_value_that_was_cleared_can_be_read_on_the_card(office: tuple[Colleague, Colleague]) -> None:
    here, there = office
    person = known_to_both(office, village="Khe Lạc")
    for one, village in ((here, None), (there, "Nà Làng")):
        one.workplace.write(save_all(msgspec.structs.replace(person, village=village)))
    for one in (here, there, here):
        one.sync()
    (card,) = conflict_cards(here.workplace, most=9)[0]
    assert [hand.text for hand in card.hands] == ["(empty)", "Nà Làng"]
