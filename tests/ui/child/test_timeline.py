"""The timeline: a long one shows its first screen at once, and the rest before anybody can scroll there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.presenters.frame.moments import Moment
from commune_desk.ui.pages.moments import entry_of
from commune_desk.ui.widgets.buttons import LinkButton
from commune_desk.ui.widgets.tab_order import stops
from commune_desk.ui.widgets.timeline import Entry, Timeline


def entries(count: int) -> list[Entry]:
    return [Entry(f"visit-{n}", f"Visit {n}", "02/03/2026", body="Seen at home.", link="Correct") for n in range(count)]


def shown(timeline: Timeline) -> list[str]:
    """What the links say, from top to bottom."""
    return [link.accessibleName() for row in timeline.rows for link in row.findChildren(LinkButton)]


def test_a_long_timeline_fills_the_screen_first_and_then_comes_whole_and_in_order(qtbot: QtBot) -> None:
    timeline = Timeline(entries(30))
    qtbot.addWidget(timeline)
    assert 0 < len(shown(timeline)) < 30
    timeline.show()
    qtbot.waitUntil(lambda: len(shown(timeline)) == 30)
    assert shown(timeline) == [f"Correct: Visit {n}, 02/03/2026" for n in range(30)]
    with qtbot.waitSignal(timeline.opened) as opened:
        timeline.findChildren(LinkButton)[-1].click()
    assert opened.args == ["visit-29"]


def test_read_again_it_is_as_long_as_before_at_once_so_that_nothing_jumps_under_the_eyes(qtbot: QtBot) -> None:
    timeline = Timeline(entries(30))
    qtbot.addWidget(timeline)
    timeline.show()
    qtbot.waitUntil(lambda: len(shown(timeline)) == 30)
    timeline.set_entries(entries(31))
    assert len(shown(timeline)) == 30
    qtbot.waitUntil(lambda: len(shown(timeline)) == 31)


def test_earlier_ones_of_very_many_come_when_one_asks_for_them(qtbot: QtBot) -> None:
    timeline = Timeline(entries(500))
    qtbot.addWidget(timeline)
    timeline.show()
    qtbot.waitUntil(lambda: timeline.earlier is not None)
    seen = [len(shown(timeline))]
    with qtbot.waitActive(timeline):
        timeline.activateWindow()
    while timeline.earlier is not None:
        assert stops(timeline)[-1] is timeline.earlier
        timeline.earlier.setFocus()
        QTest.keyClick(timeline.earlier, Qt.Key.Key_Space)
        focused = QApplication.focusWidget()
        assert isinstance(focused, LinkButton)
        assert focused.accessibleName() == f"Correct: Visit {seen[-1]}, 02/03/2026"
        seen.append(len(shown(timeline)))
    assert seen == [40, 80, 160, 320, 500]
    timeline.set_entries(entries(501))
    qtbot.waitUntil(lambda: len(shown(timeline)) == 501)


def test_entries_that_were_replaced_before_they_were_made_never_come(qtbot: QtBot) -> None:
    timeline = Timeline(entries(30))
    qtbot.addWidget(timeline)
    timeline.set_entries(entries(2))
    timeline.show()
    qtbot.wait(50)
    assert shown(timeline) == ["Correct: Visit 0, 02/03/2026", "Correct: Visit 1, 02/03/2026"]


def test_a_visit_of_the_timeline_has_its_correction_beside_the_heading() -> None:
    assert entry_of(Moment("2026", "Home visit", "", link="Correct", is_link_beside=True)).is_link_beside
