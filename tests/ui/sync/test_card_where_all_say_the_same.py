"""Of what is sealed the province cannot see that two wrote the same: the card says so, and one button ends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.i18n import set_language
from commune_desk.program_files import code_book
from commune_desk.ui.pages.decision_card import DecisionCard
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.toggles import Dot
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.reports import record_measures
from tests.helpers.builders import make_report, save_all
from tests.helpers.pages import show
from tests.helpers.workplaces import let_the_lease_run_out
from tests.sync.actors.two_communes import Two, two_communes

WORDS, OTHER = "Đã đưa cháu tới bệnh viện, gặp bác sĩ Lan.", "Gọi điện cho gia đình."
ASKED = "SELECT state FROM conflict WHERE record=? AND field='measures'"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    set_language("en")
    with two_communes(tmp_path, Two) as made:
        yield made


def asked_between(two: Two, *said: str) -> RecordId:
    """Two officers wrote what was done about one report, unseen by each other."""
    made = make_report(received_at="2026-11-20T20:00:00Z", status="acknowledged")
    two.old.run(save_all(made))
    two.sync()
    for desk, words in zip((two.old, two.late), said, strict=True):
        desk.run(lambda tx, said=words: record_measures(tx, made.id, measures=said, acted_at="2026-11-20T21:00:00Z"))  # type: ignore[misc]
    two.sync()
    return made.id


def card_of(page: SyncPage) -> DecisionCard:
    (card,) = [one for one in page.cards if one.card.conflict.field == "measures"]
    return card


def test_nothing_is_chosen_and_one_button_ends_it_at_both(qtbot: QtBot, two: Two, tasks: Tasks) -> None:
    report = asked_between(two, WORDS, WORDS)
    page = SyncPage(Workplace(two.old.register, code_book()), tasks)
    show(qtbot, page)
    card = card_of(page)
    assert card.card.says_same
    assert card.card.note.startswith("All wrote the same here")
    assert (card.button.text(), card.table.findChildren(Dot)) == ("Let it stand", [])
    card.button.click()
    qtbot.waitUntil(lambda: tasks.is_idle)
    two.sync()
    assert [desk.ask(ASKED, report) for desk in (two.old, two.late)] == [[("closed",)]] * 2
    assert two.late.ask("SELECT measures FROM report WHERE id=?", report) == [(WORDS,)]


def test_different_values_are_chosen_between(qtbot: QtBot, two: Two, tasks: Tasks) -> None:
    report = asked_between(two, WORDS, OTHER)
    page = SyncPage(Workplace(two.old.register, code_book()), tasks)
    show(qtbot, page)
    card = card_of(page)
    assert not card.card.says_same
    card.button.click()
    assert (card.button.text(), len(card.table.findChildren(Dot))) == ("Decide", 2)
    assert two.old.ask(ASKED, report) == [("open",)]


def test_what_the_lease_hides_is_not_told_to_be_the_same(qtbot: QtBot, two: Two, tasks: Tasks) -> None:
    asked_between(two, WORDS, WORDS)
    workplace = Workplace(two.old.register, code_book())
    let_the_lease_run_out(workplace)
    page = SyncPage(workplace, tasks)
    show(qtbot, page)
    assert (card_of(page).card.is_hidden, card_of(page).card.says_same) == (True, False)
