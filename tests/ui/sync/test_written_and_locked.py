"""A value that is being written in place of those to decide between, and a lock: it is there again, for its officer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.sync.conflict_page import decision
from commune_desk.store.intake.conflicts import open_conflicts
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui.pages import sync
from commune_desk.ui.pages.decision_card import DecisionCard
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import open_drafts
from tests.helpers.in_conflict import in_conflict
from tests.helpers.pages import show
from tests.helpers.typing_vietnamese import commit_text, compose
from tests.helpers.workplaces import OFFICER


@pytest.fixture
def page(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> SyncPage:
    in_conflict(workplace, "0987111223", "0366404505")
    made = SyncPage(workplace, tasks)
    show(qtbot, made)
    return made


def write_other(card: DecisionCard, text: str) -> None:
    assert card.write is not None
    QTest.keyClick(card.write, Qt.Key.Key_Space)
    commit_text(card.other, text)


def lock(workplace: Workplace, page: SyncPage) -> None:
    for card in page.cards:
        kept = card.keeper.last()
        if kept is not None:
            workplace.write(kept)


def unlocked(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> DecisionCard:
    again = SyncPage(workplace, tasks)
    show(qtbot, again)
    (card,) = again.cards
    return card


def drafts(workplace: Workplace) -> int:
    return len(workplace.read(lambda db: open_drafts(db, OFFICER)))


def test_what_was_written_is_there_again(qtbot: QtBot, workplace: Workplace, page: SyncPage, tasks: Tasks) -> None:
    write_other(page.cards[0], "0977000")
    compose(page.cards[0].other, "9")
    lock(workplace, page)
    card = unlocked(qtbot, workplace, tasks)
    assert (card.written, card.other.isVisible(), card.table.decision()) == ("09770009", True, {})


def test_what_was_put_away_is_not(qtbot: QtBot, workplace: Workplace, page: SyncPage, tasks: Tasks) -> None:
    write_other(page.cards[0], "0977000")
    lock(workplace, page)
    QTest.keyClick(page.cards[0].other, Qt.Key.Key_Escape)
    lock(workplace, page)
    assert (unlocked(qtbot, workplace, tasks).written, drafts(workplace)) == ("", 0)


def test_a_colleague_does_not_see_it(qtbot: QtBot, workplace: Workplace, page: SyncPage, tasks: Tasks) -> None:
    write_other(page.cards[0], "0977000")
    lock(workplace, page)
    workplace.write(lambda tx: tx.connection.execute("UPDATE draft SET officer=?", ("0198c0df" * 4,)).rowcount)
    card = unlocked(qtbot, workplace, tasks)
    assert (card.written, card.other.isVisible()) == ("", False)


def test_once_decided_nothing_is_left_of_it(qtbot: QtBot, workplace: Workplace, page: SyncPage, tasks: Tasks) -> None:
    write_other(page.cards[0], "0977000999")
    lock(workplace, page)
    QTest.keyClick(page.cards[0].other, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: workplace.read(open_conflicts) == [] and tasks.is_idle)
    assert drafts(workplace) == 0


def test_refused_it_is_kept_on(
    qtbot: QtBot, workplace: Workplace, page: SyncPage, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_tx: Tx) -> None:
        raise Refusal("Sync first, then decide.")

    monkeypatch.setattr(sync, "decision", lambda *_card, **_chosen: refuse)
    write_other(page.cards[0], "0977000999")
    QTest.keyClick(page.cards[0].other, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tasks.is_idle and page.cards[0].button.isEnabled())
    lock(workplace, page)
    assert unlocked(qtbot, workplace, tasks).written == "0977000999"


def test_decided_by_a_colleague_nothing_is_left_of_it(
    qtbot: QtBot, workplace: Workplace, page: SyncPage, tasks: Tasks
) -> None:
    write_other(page.cards[0], "0977000999")
    lock(workplace, page)
    operation = decision(page.cards[0].card, chosen=page.cards[0].card.hands[0].key)
    assert not isinstance(operation, str)
    workplace.write(operation)
    page.refresh_conflicts()
    qtbot.waitUntil(lambda: tasks.is_idle)
    assert drafts(workplace) == 0
