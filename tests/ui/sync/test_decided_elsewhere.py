"""What was chosen or typed on a card that goes, or is shown anew, while somebody works at it."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.presenters.sync.conflict_page import decision
from commune_desk.store.intake.conflicts import note_late, open_conflicts
from commune_desk.ui.pages import sync
from commune_desk.ui.pages.decision_card import DecisionCard
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.toggles import Dot
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.in_conflict import in_conflict
from tests.helpers.keys import focused
from tests.helpers.pages import bars, show
from tests.helpers.typing_vietnamese import commit_text, compose
from tests.helpers.workplaces import be_another


@pytest.fixture
def page(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> SyncPage:
    in_conflict(workplace, "0987111223", "0366404505")
    made = SyncPage(workplace, tasks)
    show(qtbot, made)
    return made


def typed(card: DecisionCard, text: str) -> None:
    assert card.write is not None
    QTest.keyClick(card.write, Qt.Key.Key_Space)
    commit_text(card.other, text)


def decided_by_a_colleague(workplace: Workplace, page: SyncPage) -> None:
    """As a sync brings it: no button was pressed here."""
    (card,) = page.cards
    operation = decision(card.card, chosen=card.card.hands[0].key)
    assert not isinstance(operation, str)
    workplace.write(operation)
    page.refresh_conflicts()
    assert page.cards == []
    QApplication.processEvents()


@pytest.mark.parametrize("is_composed", [False, True])
def test_what_was_typed_when_a_colleague_decided_is_said_and_not_taken_away_in_silence(
    workplace: Workplace, page: SyncPage, is_composed: bool
) -> None:
    typed(page.cards[0], "0977")
    if is_composed:
        compose(page.cards[0].other, "0")
    decided_by_a_colleague(workplace, page)
    assert page.notice is not None
    assert page.notice.tone is Tone.WARNING
    (said,) = bars(page)
    assert "Điện thoại" in said
    assert "không còn cần quyết định" in said
    assert ("09770" if is_composed else "0977") in said


def test_what_was_chosen_is_said_to_count_no_more(workplace: Workplace, page: SyncPage) -> None:
    (card,) = page.cards
    card.table.choose("phone", card.card.hands[1].key)
    decided_by_a_colleague(workplace, page)
    (said,) = bars(page)
    assert "không còn cần quyết định" in said


def test_a_card_that_nobody_touched_goes_without_a_word(workplace: Workplace, page: SyncPage) -> None:
    decided_by_a_colleague(workplace, page)
    assert bars(page) == []


def test_an_officers_own_decision_is_no_news(qtbot: QtBot, workplace: Workplace, page: SyncPage, tasks: Tasks) -> None:
    typed(page.cards[0], "0977000999")
    QTest.keyClick(page.cards[0].other, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: workplace.read(open_conflicts) == [] and tasks.is_idle)
    qtbot.waitUntil(lambda: page.cards == [])
    assert bars(page) == []


def told_late(workplace: Workplace, page: SyncPage) -> DecisionCard:
    """The card says something else now, of the same field."""
    (former,) = page.cards
    workplace.write(lambda tx: note_late(tx, dict.fromkeys(former.card.conflict.ids, "2026-11-01T00:00:00Z")))
    page.refresh_conflicts()
    (card,) = page.cards
    assert card is not former
    QApplication.processEvents()
    return card


def test_what_is_being_typed_stays_where_the_card_is_shown_anew(workplace: Workplace, page: SyncPage) -> None:
    typed(page.cards[0], "0977")
    compose(page.cards[0].other, "0")
    card = told_late(workplace, page)
    assert card.other.isVisible()
    assert card.other.text() == "09770"
    assert focused() is card.other
    assert card.table.decision() == {}
    assert bars(page) == []


def test_what_is_chosen_stays_where_the_card_is_shown_anew(workplace: Workplace, page: SyncPage) -> None:
    theirs = page.cards[0].card.hands[1].key
    page.cards[0].table.choose("phone", theirs)
    card = told_late(workplace, page)
    assert card.table.decision() == {"phone": theirs}
    assert not card.other.isVisible()


def test_a_value_put_away_stays_put_away_and_comes_back_when_asked_for(workplace: Workplace, page: SyncPage) -> None:
    typed(page.cards[0], "0977000999")
    QTest.keyClick(page.cards[0].other, Qt.Key.Key_Escape)
    card = told_late(workplace, page)
    assert not card.other.isVisible()
    assert card.write is not None
    QTest.keyClick(card.write, Qt.Key.Key_Space)
    assert card.other.value() == "0977000999"


def test_the_keyboard_is_not_drawn_away_from_where_somebody_is(workplace: Workplace, page: SyncPage) -> None:
    typed(page.cards[0], "0977")
    page.pause.show()
    page.pause.setFocus()
    card = told_late(workplace, page)
    assert card.other.isVisible()
    assert focused() is page.pause


def test_ones_own_decision_under_way_is_not_told_as_a_colleagues_where_the_card_is_shown_anew(
    qtbot: QtBot, workplace: Workplace, page: SyncPage, tasks: Tasks
) -> None:
    typed(page.cards[0], "0977000999")
    late = dict.fromkeys(page.cards[0].card.conflict.ids, "2026-11-01T00:00:00Z")
    go_on = threading.Event()
    register = workplace.register
    register.write(lambda tx: note_late(tx, late)).result()
    busy = register.write(lambda tx: go_on.wait(10))  # a page that is being applied
    QTest.keyClick(page.cards[0].other, Qt.Key.Key_Return)
    page.refresh_conflicts()
    assert not page.cards[0].button.isEnabled(), "it is under way still"
    go_on.set()
    busy.result()
    qtbot.waitUntil(lambda: page.cards == [] and tasks.is_idle)
    QApplication.processEvents()
    assert bars(page) == []


def test_a_card_that_is_worked_at_stays_in_view_when_older_ones_come(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "_SHOWN_CONFLICTS", 1)
    in_conflict(workplace, "0987111223", "0366404505", after=10)
    page = SyncPage(workplace, tasks)
    show(qtbot, page)
    typed(page.cards[0], "0977")
    in_conflict(workplace, "0987111224", "0366404506")
    page.refresh_conflicts()
    QApplication.processEvents()
    assert bars(page) == []
    assert "0977" in [card.written for card in page.cards]


def test_a_value_that_is_another_one_now_is_chosen_anew(page: SyncPage, qtbot: QtBot) -> None:
    """Of a list the key is the change; what it would let stand depends on what stands."""
    before = page.cards[0].card
    now = replace(before, hands=(before.hands[0], replace(before.hands[1], text="another list")))
    former, anew, same = (page._card(card) for card in (before, now, before))
    for card in (former, anew, same):
        qtbot.addWidget(card)
    former.table.choose("phone", before.hands[1].key)
    anew.take_up(former)
    same.take_up(former)
    assert anew.table.decision() == {}
    assert same.table.decision() == former.table.decision() != {}


@pytest.mark.parametrize("role", ["chair", "commune_officer"])
def test_who_may_not_decide_reads_what_each_wrote_and_why(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, role: str
) -> None:
    """A chair who chose and pressed was told then that the role does not allow it."""
    in_conflict(workplace, "0987111223", "0366404505")
    workplace.write(lambda tx: be_another(tx, role=role))
    page = SyncPage(workplace, tasks)
    show(qtbot, page)
    (card,) = page.cards
    assert {"0987 111 223", "0366 404 505"} == {hand.text for hand in card.card.hands}
    assert card.button.isVisible() is (role != "chair")
    assert (card.write is None) is (role == "chair")
    assert ("hãy nhờ người có nhiệm vụ" in card.card.why_not) is (role == "chair")
    assert len(card.findChildren(Dot)) == (0 if role == "chair" else 2), "a choice that nothing can come of"
    first = page.first_focus()
    assert first is page if role == "chair" else first in card.findChildren(Dot)
