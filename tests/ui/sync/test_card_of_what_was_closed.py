"""A card with a sealed value stands on the Sync page while the lease runs out: it closes as every page does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.reports import Report
from commune_desk.program_files import code_book
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.reports import record_measures
from tests.helpers.builders import make_report, save_all
from tests.helpers.pages import show
from tests.helpers.workplaces import let_the_lease_run_out
from tests.sync.actors.two_communes import Two, two_communes

FIRST, SECOND = "Đã đưa cháu tới bệnh viện, gặp bác sĩ Lan.", "Gọi điện cho gia đình."


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    with two_communes(tmp_path, Two) as made:
        yield made


def asked_between(two: Two) -> RecordId:
    """Two officers wrote what was done about one report."""
    made: Report = make_report(received_at="2026-11-20T20:00:00Z", status="acknowledged")
    two.old.run(save_all(made))
    two.sync()
    for desk, words in ((two.old, FIRST), (two.late, SECOND)):
        desk.run(lambda tx, said=words: record_measures(tx, made.id, measures=said, acted_at="2026-11-20T21:00:00Z"))  # type: ignore[misc]
    two.sync()
    return made.id


def test_it_closes(qtbot: QtBot, two: Two, tasks: Tasks) -> None:
    report = asked_between(two)
    workplace = Workplace(two.old.register, code_book())
    page = SyncPage(workplace, tasks)
    show(qtbot, page)
    shown = [one for one in page.cards if one.card.conflict.field == "measures"]
    assert len(shown) == 1
    assert {FIRST, SECOND} == {hand.text for hand in shown[0].card.hands}
    let_the_lease_run_out(workplace)
    tasks.run(lambda: workplace.write(lambda tx: tx.topic("lease")), owner=page)
    qtbot.waitUntil(lambda: tasks.is_idle)
    page.hide()
    page.show()
    for _ in range(3):
        QApplication.processEvents()
        qtbot.wait(50)
    (card,) = [one for one in page.cards if one.card.conflict.field == "measures"]
    assert card.card.is_hidden
    assert FIRST not in {hand.text for hand in card.card.hands}
    card.submit()
    assert two.old.ask("SELECT state FROM conflict WHERE record=? AND field='measures'", report) == [("open",)]
