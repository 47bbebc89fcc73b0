"""The lock comes between the press on Save and its end: what was saved is not asked for once more, what was not is."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.domain.time.clock import SystemClock
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.forms.field_editors import show_value
from commune_desk.usecases.registers.opening import unlock
from commune_desk.usecases.registers.profile import Profile
from commune_desk.working_desk import WorkingDesk
from tests.helpers.keys import top_of
from tests.system.at_work import PASSPHRASE, TYPED, at_work, desk_of

pytestmark = pytest.mark.usefixtures("own_hooks")


def saved_at_lock(qtbot: QtBot, folder: Path, *, is_refused: bool) -> None:
    """Save is pressed while something else is written, as a page of a sync, and the lock comes before its turn."""
    program = at_work(qtbot, folder)
    desk = desk_of(program)
    form = top_of(desk.window)
    assert isinstance(form, EntryPage)
    show_value(form.fields["risk_level"], "low")
    is_locking = threading.Event()

    def take_time() -> None:
        is_locking.wait(10)
        if is_refused:
            desk.workplace.write(lambda tx: tx.connection.execute("DELETE FROM child_file").rowcount)
            desk.workplace.write(lambda tx: tx.connection.execute("DELETE FROM person").rowcount)

    desk.tasks.run(take_time)
    form.submit()
    assert not form.save.isEnabled(), "it is on its way"
    threading.Timer(0.3, is_locking.set).start()
    program.put_away()
    QCoreApplication.removePostedEvents(desk.tasks)  # the process has ended: nothing comes home any more


def unlocked(qtbot: QtBot, app: QApplication, folder: Path) -> tuple[QWidget, int]:
    """What is shown after the lock, and how many visits are in the register."""
    working = WorkingDesk(app, unlock(Profile(folder), "hoa", PASSPHRASE, clock=SystemClock()))
    working.start(QSize(1366, 768))
    qtbot.wait(100)
    shown = top_of(working.window)
    (visits,) = working.workplace.read(lambda c: c.execute("SELECT count(*) FROM home_visit").fetchone())
    qtbot.waitUntil(lambda: working.tasks.is_idle)
    working.put_away()
    return shown, visits


def test_what_was_saved_is_not_asked_for_once_more(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """An empty form of a visit would be taken for one that the lock had lost, and be filled in again."""
    saved_at_lock(qtbot, tmp_path, is_refused=False)
    shown, visits = unlocked(qtbot, qapp, tmp_path)
    assert visits == 1
    assert not isinstance(shown, EntryPage)


def test_what_was_refused_comes_back_in_its_form(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    saved_at_lock(qtbot, tmp_path, is_refused=True)
    shown, visits = unlocked(qtbot, qapp, tmp_path)
    assert visits == 0
    assert isinstance(shown, EntryPage)
    assert shown.presenter.payload()["observations"] == TYPED
