"""Another language while one works: nothing typed is lost, the window of before hears of nothing, the choice stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QSize
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.words.errors import Refusal
from commune_desk.i18n import translate_error
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.usecases.desk.pausing import choose_pause
from commune_desk.usecases.registers.profile import Profile
from commune_desk.working_desk import WorkingDesk
from tests.helpers.builders import make_person, save_all
from tests.helpers.enrolled_desks import enrolled_desk
from tests.sync.actors.real_province import real_province
from tests.system.at_work import TYPED, at_work, desk_of

pytestmark = pytest.mark.usefixtures("own_hooks")


def test_the_form_is_there_again_in_english_and_a_save_tells_no_window_that_is_gone(
    qtbot: QtBot, tmp_path: Path
) -> None:
    program = at_work(qtbot, tmp_path)
    desk = desk_of(program)
    former = desk.window
    former.language_asked.emit("en")
    qtbot.waitUntil(
        lambda: isinstance(desk.window.shell.stack.currentWidget(), EntryPage) and desk.window is not former
    )
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    form = desk.window.shell.stack.currentWidget()
    assert isinstance(form, EntryPage)
    assert form.fields["observations"].value() == TYPED
    assert desk.window.shell.windowTitle() == "Sunshine Register"
    assert QLocale().language() == QLocale.Language.English
    qtbot.waitUntil(lambda: Profile(tmp_path).kept_language() == "en")
    with qtbot.capture_exceptions() as bugs, qtbot.waitSignal(desk.tasks.register_changed):
        desk.tasks.run(lambda: desk.workplace.write(save_all(make_person("Lý A Tài"))))
    with qtbot.capture_exceptions() as more:
        desk.tasks.announce(ChangeSet.of({}, {"sync"}))
        desk.tasks.failed.emit(Refusal("This record is no longer in the register."))
        qtbot.wait(20)
    assert [*bugs, *more] == []
    program.put_away()


def test_a_call_goes_on_in_the_other_language_and_its_end_is_seen(qtbot: QtBot, tmp_path: Path) -> None:
    program = at_work(qtbot, tmp_path)
    desk = program.desk
    assert desk is not None
    former = desk.window
    former.shell.top.call.click()
    former.language_asked.emit("en")
    qtbot.waitUntil(
        lambda: isinstance(desk.window.shell.stack.currentWidget(), EntryPage) and desk.window is not former
    )
    assert desk.window.shell.top.call.isChecked()
    desk._idle.hold(False)
    assert not desk.window.shell.top.call.isChecked()
    program.put_away()


def test_a_paused_sync_can_be_resumed_in_the_other_language(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    with real_province(tmp_path) as province:
        enrolled = enrolled_desk(province, tmp_path / "desk")
    enrolled.open.register.write(lambda tx: choose_pause(tx, is_on=True)).result()
    desk = WorkingDesk(qapp, enrolled.open)
    desk.start(QSize(1366, 768))
    agent = desk.agent
    assert agent is not None
    qtbot.waitUntil(lambda: agent.status.is_paused and desk.tasks.is_idle)
    qtbot.wait(300)  # what it still had to say is said
    former = desk.window
    former.language_asked.emit("en")
    qtbot.waitUntil(lambda: desk.window is not former and desk.tasks.is_idle)
    desk.window.navigate(Route("sync"))
    page = desk.window.shell.page("sync")
    assert isinstance(page, SyncPage)
    assert page.pause.text() == "Resume"
    desk.put_away()


def test_why_the_last_sync_failed_is_told_in_the_other_language(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    """The agent, which said it to the window of before, has nothing new to say for a while."""
    with real_province(tmp_path) as province:
        enrolled = enrolled_desk(province, tmp_path / "desk")
    desk = WorkingDesk(qapp, enrolled.open)
    desk.start(QSize(1366, 768))
    agent = desk.agent
    assert agent is not None
    qtbot.waitUntil(
        lambda: agent.status.failure is not None and not agent.status.is_running and desk.tasks.is_idle, timeout=20_000
    )
    qtbot.wait(300)  # what it still had to say is said
    former = desk.window
    former.language_asked.emit("en")
    qtbot.waitUntil(lambda: desk.window is not former and desk.tasks.is_idle)
    desk.window.navigate(Route("sync"))
    assert agent.status.failure is not None
    what, _stop, _kept = translate_error(agent.status.failure).partition(". ")
    assert what in [label.text() for label in desk.window.shell.page("sync").findChildren(QLabel)]
    desk.put_away()
