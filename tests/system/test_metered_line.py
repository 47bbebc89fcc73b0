"""A line that is paid by volume: nothing goes by itself until a person asks, or allows it for good."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.app import Program
from commune_desk.ui.pages.metered import MeteredCard
from commune_desk.ui.platform.line import LineWatch, SystemLine, watch_line
from commune_desk.usecases.sync.agent import SyncAgent
from commune_desk.working_desk import WorkingDesk
from tests.helpers.enrolled_desks import enrolled_desk
from tests.sync.actors.real_province import real_province
from tests.system.at_work import desk_of

pytestmark = pytest.mark.usefixtures("own_hooks")


class FakeLine(LineWatch):
    """A line that is as a test says."""

    def __init__(self) -> None:
        super().__init__()
        self.is_paid = False

    @property
    def is_metered(self) -> bool:
        return self.is_paid

    def become(self, *, paid: bool) -> None:
        self.is_paid = paid
        self.metered.emit()


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[WorkingDesk]:
    with real_province(tmp_path) as province:
        made = enrolled_desk(province, tmp_path / "desk")
    program = Program(QApplication.instance(), made.open.profile)  # type: ignore[arg-type]
    assert program.take_profile()
    program.open_desk(made.open)
    yield desk_of(program)
    qtbot.waitUntil(lambda: program.desk is not None and program.desk.tasks.is_idle)
    program.put_away()


def agent_of(desk: WorkingDesk) -> SyncAgent:
    assert desk.agent is not None
    return desk.agent


def test_a_paid_line_holds_the_syncs_back_until_it_is_allowed_or_over(qtbot: QtBot, desk: WorkingDesk) -> None:
    line = FakeLine()
    desk.follow_line(line)
    line.become(paid=True)
    qtbot.waitUntil(lambda: agent_of(desk).status.is_held)
    assert agent_of(desk).status.next_try_at is None
    card = MeteredCard(desk.workplace, desk.tasks)
    qtbot.addWidget(card)
    assert not card.tick.isChecked()
    card.tick.click()
    qtbot.waitUntil(lambda: not agent_of(desk).status.is_held)
    card.tick.click()
    qtbot.waitUntil(lambda: agent_of(desk).status.is_held)
    line.become(paid=False)
    qtbot.waitUntil(lambda: not agent_of(desk).status.is_held)


def test_the_choice_is_remembered(qtbot: QtBot, desk: WorkingDesk) -> None:
    card = MeteredCard(desk.workplace, desk.tasks)
    qtbot.addWidget(card)
    card.tick.click()
    qtbot.waitUntil(lambda: desk.tasks.is_idle)
    again = MeteredCard(desk.workplace, desk.tasks)
    qtbot.addWidget(again)
    assert again.tick.isChecked()


def test_the_line_of_this_system_can_be_asked(qapp: QApplication) -> None:
    """Where the system says nothing, a line counts as free."""
    line = watch_line()
    assert line.is_metered in (False, True)
    assert isinstance(line, SystemLine) or not line.is_metered
