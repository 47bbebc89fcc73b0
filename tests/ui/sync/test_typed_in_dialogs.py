"""The dialogs of the province's address and code: what is typed is not lost by a key, what is wrong is said whole."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.i18n import _
from commune_desk.ui.dialogs.address import AddressDialog
from commune_desk.ui.dialogs.enrol import EnrolDialog
from commune_desk.ui.dialogs.message import MessageDialog
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.text import Text
from sync.refusals import SENTENCES
from tests.helpers.dialogs import answer
from tests.helpers.enrolled_desks import EnrolledDesk
from tests.helpers.keys import focused, press
from tests.helpers.typing_vietnamese import commit_text

Key = Qt.Key

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture(params=[EnrolDialog, AddressDialog])
def dialog(
    request: pytest.FixtureRequest, qtbot: QtBot, desk: EnrolledDesk, tasks: Tasks
) -> EnrolDialog | AddressDialog:
    """Each of the two, open, with the keyboard where one types."""
    made: EnrolDialog | AddressDialog = request.param(desk.open, tasks)
    qtbot.addWidget(made)
    activate(qtbot, made)
    return made


def activate(qtbot: QtBot, dialog: EnrolDialog | AddressDialog) -> None:
    """The dialog on the screen, with the keyboard."""
    with qtbot.waitActive(dialog):
        dialog.show()
        dialog.activateWindow()


def leave(qtbot: QtBot, key: Qt.Key) -> list[str]:
    """Press a key; the question that came of it, answered with no."""
    asked: list[str] = []

    def look() -> None:
        question = QApplication.activeModalWidget()
        if isinstance(question, MessageDialog):
            asked.append(question.accessibleName())
            question.reject()

    QTimer.singleShot(100, look)
    press(key)
    qtbot.wait(150)
    return asked


def test_escape_asks_before_it_loses_what_was_typed(qtbot: QtBot, dialog: EnrolDialog | AddressDialog) -> None:
    typed_into = focused()
    commit_text(typed_into, "S1HBB J4TD1")
    assert leave(qtbot, Key.Key_Escape) == ["Bỏ nội dung đã gõ?"]
    assert dialog.isVisible()
    assert dialog.focusWidget() is typed_into
    activate(qtbot, dialog)
    answer("accept")
    press(Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_escape_leaves_at_once_where_nothing_was_typed(qtbot: QtBot, dialog: EnrolDialog | AddressDialog) -> None:
    assert leave(qtbot, Key.Key_Escape) == []
    assert not dialog.isVisible()


def test_cancel_is_pressed_on_purpose(qtbot: QtBot, dialog: EnrolDialog | AddressDialog) -> None:
    commit_text(focused(), "S1HBB J4TD1")
    dialog.cancel.setFocus()
    assert leave(qtbot, Key.Key_Return) == []
    assert not dialog.isVisible()


def test_why_the_province_refuses_is_said_whole(qtbot: QtBot, desk: EnrolledDesk, tasks: Tasks) -> None:
    """The dialog kept the height of one line, and of some sentences the last words were cut."""
    for said in SENTENCES.values():
        dialog = EnrolDialog(desk.open, tasks)
        qtbot.addWidget(dialog)
        dialog.show()
        row = dialog.form.row("code")
        row.set_error(_(said))
        (shown,) = [text for text in row.findChildren(Text) if text.plain == row.error]
        qtbot.waitUntil(partial(stands_whole, shown), timeout=1000)
        dialog.close()


def stands_whole(text: Text) -> bool:
    return text.height() >= text.heightForWidth(text.width())
