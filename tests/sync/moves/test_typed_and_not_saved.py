"""A visit lies as a draft while a colleague hands the child over: what was typed is not gone without a word."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.time.clock import from_iso
from commune_desk.presenters.child.visit_form import CORRECTION, FORM
from commune_desk.store.intake import unsaved
from commune_desk.store.intake.unsaved import STAYS, Unsaved
from commune_desk.store.writing.drafts import REPORT
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.drafts import drop_draft, open_drafts, save_draft
from commune_desk.usecases.records.visits import record_visit
from tests.helpers.builders import make_visit
from tests.sync.actors.real_desks import OFFICER
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice

WORDS = "Cháu có vết bầm ở tay."


@pytest.fixture
def child(office: TravelledOffice) -> RecordId:
    """About whom a visit is typed while a colleague hands the child over, and that is heard here."""
    child = office.child("Chìu Văn Sáng")
    typed = {"person": child, "observations": WORDS}
    office.ours.run(lambda tx: save_draft(tx, FORM, child, "observations", typed))
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    return child


def drafts(office: TravelledOffice) -> list[str]:
    found = office.ours.register.write(lambda tx: open_drafts(tx.connection, OFFICER)).result()[0]
    return [one.payload["observations"] for one in found]


def told(office: TravelledOffice) -> list[Unsaved]:
    return office.ours.register.write(lambda tx: unsaved.unsaved(tx.connection, OFFICER)).result()[0]


def leaving(office: TravelledOffice) -> int:
    return int(office.ours.ask("SELECT count(*) FROM departure WHERE is_gone=0")[0][0])


def test_it_is_still_among_the_drafts(office: TravelledOffice, child: RecordId) -> None:
    assert drafts(office) == [WORDS]
    assert office.ours.shown(child, "full_name") == "Chìu Văn Sáng", "or nobody could save it"
    assert office.colleague.shown(child, "full_name") is None


def test_its_officer_is_told_until_when_it_can_be_saved(office: TravelledOffice, child: RecordId) -> None:
    (one,) = told(office)
    assert (one.form, one.record, one.name, one.moved_to) == (FORM, child, "Chìu Văn Sáng", OTHER_COMMUNE)
    assert from_iso(one.until) - office.ours.register.clock.now() > STAYS - timedelta(minutes=5)


def test_saved_it_follows_the_child_and_then_nothing_stays(office: TravelledOffice, child: RecordId) -> None:
    def save(tx: Tx) -> None:
        record_visit(tx, make_visit(child, "2020-01-02", observations=WORDS, scope=COMMUNE))
        drop_draft(tx, FORM, child)

    office.ours.run(save)
    office.sync()
    office.sync()
    assert office.there.ask("SELECT observations FROM home_visit WHERE person=?", child) == [(WORDS,)]
    assert office.ours.ask("SELECT 1 FROM home_visit UNION ALL SELECT 1 FROM draft") == []
    assert office.ours.shown(child, "full_name") is None
    assert office.unrest() == {}


def test_thrown_away_nothing_keeps_the_child(office: TravelledOffice, child: RecordId) -> None:
    office.ours.run(lambda tx: drop_draft(tx, FORM, child))
    office.sync("ours")
    assert (leaving(office), told(office), office.ours.shown(child, "full_name")) == (0, [], None)


def test_what_nobody_saves_goes_with_the_child_in_the_end(
    office: TravelledOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.sync("ours")
    assert leaving(office) > 0, "with whoever left with it"
    monkeypatch.setattr(unsaved, "STAYS", timedelta(0))
    office.sync("ours")
    assert (leaving(office), drafts(office), told(office)) == (0, [], [])
    assert office.ours.shown(child, "full_name") is None
    assert WORDS not in office.ours.words()


@pytest.mark.parametrize("form", [CORRECTION, REPORT])
def test_so_it_is_with_whatever_can_still_be_saved(office: TravelledOffice, form: str) -> None:
    child = office.child("Chìu Văn Sáng")
    visit = office.visit("ours", child)
    typed = {"person": child, "observations": WORDS}
    office.ours.run(lambda tx: save_draft(tx, form, visit if form == CORRECTION else "", "", typed))
    office.sync()
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    assert drafts(office) == [WORDS]
    assert [(one.form, one.name) for one in told(office)] == [(form, "Chìu Văn Sáng")]


def test_an_edit_of_the_file_keeps_nobody(office: TravelledOffice) -> None:
    """It could not be saved any more."""
    child = office.child("Chìu Văn Sáng")
    office.ours.run(lambda tx: save_draft(tx, "child", child, "", {"full_name": "Chìu Văn"}))
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    assert (leaving(office), drafts_of_any_form(office)) == (0, 0)


def drafts_of_any_form(office: TravelledOffice) -> int:
    return int(office.ours.ask("SELECT count(*) FROM draft")[0][0])


def test_without_a_hold_it_is_gone(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(unsaved, "holds", lambda _tx, _move, _leaving: False)
    child = office.child("Chìu Văn Sáng")
    office.ours.run(lambda tx: save_draft(tx, FORM, child, "", {"person": child, "observations": WORDS}))
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    assert drafts(office) == []
