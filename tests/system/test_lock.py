"""A lock ends the process, whatever cannot be kept and whatever bug is met; names leave the screen before all else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot
from sqlcipher3.dbapi2 import ProgrammingError

from commune_desk import app
from commune_desk.app import Program
from commune_desk.domain.time.clock import SystemClock
from commune_desk.ui.dialogs.message import Message, question
from commune_desk.ui.forms.draft_keeper import DraftKeeper, Typed
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.usecases.locked.doorbell import take_card
from commune_desk.usecases.records.reports import acknowledge_report
from commune_desk.usecases.registers.profile import Profile
from commune_desk.usecases.sync.agent import SyncAgent
from commune_desk.working_desk import WorkingDesk
from sync.client.session import SyncOutcome
from tests.helpers.builders import make_child, make_report, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.typing_vietnamese import commit_text, compose
from tests.helpers.workplaces import be_another
from tests.sync.actors.real_province import real_province
from tests.system.at_work import TYPED, at_work, desk_of, drafts_left, made, opens_again
from tests.system.surroundings import fill_up, small_disk

pytestmark = pytest.mark.usefixtures("own_hooks")

NOTHING = Qt.KeyboardModifier.NoModifier


def test_what_cannot_be_left_beside_the_register_does_not_hold_up_the_lock(
    qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program = at_work(qtbot, tmp_path)
    qtbot.waitUntil(Profile(tmp_path).doorbell.exists)
    Profile(tmp_path).window_state.mkdir()
    Profile(tmp_path).doorbell.with_name("doorbell.json.part").mkdir()
    assert program.put_away()
    assert program.desk is None
    assert caplog.text.count("a step was left out") == 2
    caplog.clear()
    assert opens_again(tmp_path)
    assert drafts_left(tmp_path) == [TYPED]


def test_a_full_disk_does_not_hold_up_the_lock(qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with small_disk(tmp_path / "disk", kib=4000) as disk:
        program = at_work(qtbot, disk)
        film = fill_up(disk)
        assert program.put_away()
        assert program.desk is None
        caplog.clear()
        film.unlink()
        assert opens_again(disk)


def test_a_word_that_is_still_being_composed_is_kept_at_lock(qtbot: QtBot, tmp_path: Path) -> None:
    """The idle lock comes in the middle of a word: the letters that one saw on the screen come back."""
    program = at_work(qtbot, tmp_path)
    form = desk_of(program).window.shell.stack.currentWidget()
    assert isinstance(form, EntryPage)
    compose(form.fields["observations"], " rồi")
    program.put_away()
    assert drafts_left(tmp_path) == [f"{TYPED} rồi"]


def test_a_draft_that_waits_for_its_turn_is_not_written_over_what_was_typed_after_it(
    qtbot: QtBot, tmp_path: Path
) -> None:
    """The writer is busy, as with a list that is brought in on a slow disk, and one goes on typing until the lock."""
    program = at_work(qtbot, tmp_path)
    desk = desk_of(program)
    form = desk.window.shell.stack.currentWidget()
    assert isinstance(form, EntryPage)
    is_locking = threading.Event()
    desk.tasks.run(lambda: is_locking.wait(10))
    form.keeper.save()
    commit_text(form.fields["observations"], " rồi")
    threading.Timer(0.3, is_locking.set).start()
    program.put_away()
    assert drafts_left(tmp_path) == [f"{TYPED} rồi"]


def test_after_a_crash_the_doorbell_knows_what_to_ring_for(qtbot: QtBot, tmp_path: Path) -> None:
    program = at_work(qtbot, tmp_path)
    qtbot.waitUntil(lambda: take_card(Profile(tmp_path)) is not None)
    program.put_away()


def test_the_doorbell_knows_what_was_taken_up_just_before_the_lock(qtbot: QtBot, tmp_path: Path) -> None:
    program = at_work(qtbot, tmp_path)
    write, report = desk_of(program).workplace.write, make_report(from_province=True)
    write(save_all(report))
    write(lambda tx: tx.connection.execute("UPDATE change SET state='accepted', seq=stamp"))
    write(lambda tx: acknowledge_report(tx, report.id))
    program.put_away()
    card = take_card(Profile(tmp_path))
    assert card is not None
    assert card.taken == 1


def enrolled_at_work(folder: Path) -> tuple[Program, EnrolledDesk]:
    """The program with a desk that has been in touch with its province, and has saved a child since."""
    with real_province(folder) as province:
        desk = enrolled_desk(province, folder / "desk")
        desk.sync()
    desk.open.register.write(save_all(*make_child())).result()
    program = Program(QApplication.instance(), desk.open.profile)  # type: ignore[arg-type]
    assert program.take_profile()
    program.open_desk(desk.open)
    return program, desk


@pytest.mark.parametrize("is_disk_full", [False, True])
def test_what_waits_is_sealed_at_lock_and_a_disk_that_refuses_it_does_not_hold_it_up(
    qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture, is_disk_full: bool
) -> None:
    program, desk = enrolled_at_work(tmp_path)
    if is_disk_full:
        desk.open.profile.sealed.with_name("doorbell.sealed.part").mkdir()
    assert program.put_away()
    assert desk.open.profile.sealed.exists() is not is_disk_full
    assert ("a step was left out" in caplog.text) is is_disk_full
    caplog.clear()
    with pytest.raises(ProgrammingError):
        desk.open.register.reader.execute("SELECT 1")


def with_a_bug(desk: WorkingDesk) -> None:
    """A form whose draft cannot be written, for no reason that anybody foresaw."""
    states: Iterator[dict[str, object]] = iter([{}, {"observations": object()}])
    keeper = DraftKeeper(
        "visit", "", lambda: Typed("", next(states)), desk.workplace, desk.tasks, parent=QObject(desk.window.shell)
    )
    assert keeper in desk.window.keepers()


def test_a_bug_on_the_way_leaves_no_register_open_and_no_other_draft_behind(qtbot: QtBot, tmp_path: Path) -> None:
    program = at_work(qtbot, tmp_path)
    with_a_bug(desk_of(program))
    with pytest.raises(TypeError):
        program.put_away()
    assert program.desk is None
    assert opens_again(tmp_path)
    assert drafts_left(tmp_path) == [TYPED]


def test_the_process_ends_where_no_fresh_one_can_be_started(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = at_work(qtbot, tmp_path)
    with_a_bug(desk_of(program))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "moved away"))
    QTimer.singleShot(0, program.lock)
    too_long = QTimer(singleShot=True, interval=20_000)
    too_long.timeout.connect(lambda: QApplication.exit(9))
    too_long.start()
    with qtbot.capture_exceptions() as bugs:
        assert program.app.exec() == 0
    too_long.stop()  # the bugs hold it: it would end another test
    assert [kind for kind, _error, _trace in bugs] == [FileNotFoundError]
    assert isinstance(bugs[0][1].__context__, TypeError), "neither bug hides the other"
    assert opens_again(tmp_path)


def test_a_bug_at_opening_leaves_no_register_open(qtbot: QtBot, tmp_path: Path) -> None:
    program = Program(QApplication.instance(), Profile(tmp_path))  # type: ignore[arg-type]
    desk = made(tmp_path)
    desk.register.write(lambda tx: be_another(tx, role="a role that is none")).result()
    with pytest.raises(ValueError, match="a role that is none"):
        program.open_desk(desk)
    with pytest.raises(ProgrammingError):
        desk.register.reader.execute("SELECT 1")


def test_the_lock_of_the_system_is_the_lock_of_the_register(qtbot: QtBot, tmp_path: Path) -> None:
    program = at_work(qtbot, tmp_path)
    desk = desk_of(program)
    with qtbot.waitSignal(desk.lock_asked):
        desk.lock_asked.disconnect(program.lock)  # another process is not what this is about
        desk.session.left.emit()
    program.put_away()


def a_question(parent: QWidget) -> bool:
    return question(parent, Message("Remove the colleague?"), "Remove", is_dangerous=True).ask()


def a_file(parent: QWidget) -> bool:
    return bool(QFileDialog.getOpenFileName(parent, "Choose a file")[0])


def press_in_dialog(key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    """A key, in what has the screen to itself; a lock that does not come fails, and does not hang."""
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, QDialog)
    QTimer.singleShot(5_000, dialog, dialog.reject)
    QApplication.postEvent(dialog.windowHandle(), QKeyEvent(QEvent.Type.KeyPress, key, modifier))


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
@pytest.mark.parametrize("ask", [a_question, a_file])
@pytest.mark.parametrize(
    ("key", "modifier"), [(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier), (Qt.Key.Key_F12, NOTHING)]
)
def test_a_lock_key_in_a_dialog_locks_and_ends_the_dialog(
    qtbot: QtBot, tmp_path: Path, ask: Callable[[QWidget], bool], key: Qt.Key, modifier: Qt.KeyboardModifier
) -> None:
    program = at_work(qtbot, tmp_path)
    desk = desk_of(program)
    desk.lock_asked.disconnect(program.lock)
    desk.lock_asked.connect(program.put_away)
    QTimer.singleShot(100, lambda: press_in_dialog(key, modifier))
    with qtbot.waitSignal(desk.lock_asked):
        assert not ask(desk.window.shell)
    assert program.desk is None
    assert opens_again(tmp_path)
    assert drafts_left(tmp_path) == [TYPED]


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_lock_key_in_an_open_list_locks(qtbot: QtBot, tmp_path: Path) -> None:
    program = at_work(qtbot, tmp_path)
    desk = desk_of(program)
    asked: list[bool] = []
    desk.lock_asked.disconnect(program.lock)
    desk.lock_asked.connect(lambda: asked.append(True))
    menu = QMenu(desk.window.shell)
    menu.addAction("An entry")
    QTest.mousePress(desk.window.shell.windowHandle(), Qt.MouseButton.RightButton)  # what menus open on
    menu.popup(desk.window.shell.pos())
    qtbot.wait(10)
    QTest.keyClick(menu.windowHandle(), Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: bool(asked))
    menu.close()
    QTest.keyClick(desk.window.shell, Qt.Key.Key_F12)
    qtbot.wait(10)
    assert asked == [True, True], "once each, in the list and in the window"
    QTest.mouseRelease(desk.window.shell.windowHandle(), Qt.MouseButton.RightButton)  # no later test finds it held down
    program.put_away()


class LongLine:
    """A session that takes its time to break off; what is on the screen meanwhile is written down."""

    receipt_at = ""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def sync(self) -> SyncOutcome:
        raise NotImplementedError("it is never started here")

    def abort(self) -> None:
        self.seen += [type(one).__name__ for one in QApplication.topLevelWidgets() if one.isVisible()]


def test_nothing_is_on_the_screen_while_the_sync_is_broken_off(qtbot: QtBot, tmp_path: Path) -> None:
    program, session = at_work(qtbot, tmp_path), LongLine()
    desk = desk_of(program)
    desk.agent = SyncAgent(session, lambda _status: None, lambda: 0, clock=SystemClock())
    over = QDialog(desk.window.shell)
    over.open()
    session.abort()
    assert {"_ClosingShell", "QDialog"} <= set(session.seen), "the twin: before the lock they are"
    session.seen.clear()
    program.put_away()
    assert session.seen == []


WAITS = """
import os
from commune_desk.app import says_shown
reading, _writing = os.pipe()
print(says_shown(os.fdopen(reading, "rb", buffering=0), 0.05))
"""


def test_a_fresh_process_that_never_says_it_is_shown_does_not_keep_the_old_one_alive() -> None:
    ended = subprocess.run([sys.executable, "-c", WAITS], capture_output=True, timeout=60, check=True)
    assert (ended.stdout.strip(), ended.stderr) == (b"False", b"")


def test_a_fresh_process_outlives_the_one_that_waited_for_it_in_vain(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    monkeypatch.setattr(app, "OUTPUT", writing)
    program = Program(QApplication.instance(), Profile(tmp_path))  # type: ignore[arg-type]
    program.show_opening(announce=True)
    assert program.opening is not None
    qtbot.addWidget(program.opening)
    os.close(writing)
    assert program.opening.isVisible()
