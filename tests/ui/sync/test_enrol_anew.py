"""Enrolling anew with real widgets: the dialog while the province is asked, and the sync that follows."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.ui.dialogs import enrol
from commune_desk.ui.dialogs.enrol import EnrolDialog
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.registers.enrolment import EnrolTries, Invitation, take_up
from commune_desk.usecases.registers.opening import OpenDesk
from commune_desk.working_desk import WorkingDesk
from sync.client.enrol import Credentials
from sync.client.errors import NotAnswering
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import real_province


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[EnrolledDesk]:
    with real_province(tmp_path) as province:
        yield enrolled_desk(province, tmp_path / "desk")


class SlowProvince:
    """Answers an enrolment when it is let."""

    def __init__(self, desk: EnrolledDesk) -> None:
        self._enrolment = desk.province.enrol()
        self.answers = threading.Event()
        self.asked = 0

    def enrol_anew(self, desk: OpenDesk, invitation: Invitation, _tries: EnrolTries) -> ChangeSet:
        self.asked += 1
        assert self.answers.wait(10)
        return take_up(desk, self._enrolment, invitation.label)


def test_while_the_province_is_asked_the_dialog_stays_and_then_every_page_is_told(
    qtbot: QtBot, desk: EnrolledDesk, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closed in between, it would have left an enrolled PC whose sync stayed off."""
    province = SlowProvince(desk)
    monkeypatch.setattr(enrol, "enrol_anew", province.enrol_anew)
    heard: list[ChangeSet] = []
    tasks.register_changed.connect(heard.append)
    dialog = EnrolDialog(desk.open, tasks)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.focusWidget() is dialog.code, "the address is known already"
    dialog.code.set_value("7ZK2M")
    dialog.label.set_value("Máy mới")
    for _press in range(2):
        QTest.keyClick(dialog.code, Qt.Key.Key_Return)
    assert not dialog.cancel.isEnabled()
    dialog.reject()
    assert dialog.isVisible()
    province.answers.set()
    qtbot.waitUntil(lambda: dialog.result() == QDialog.DialogCode.Accepted)
    assert any(changes.touches("identity") for changes in heard)
    assert province.asked == 1
    assert desk.open.register.identity.label == "Máy mới"
    desk.close()


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that lets itself be called and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def test_a_line_that_hangs_is_broken_off_and_the_same_code_tried_again(
    qtbot: QtBot, desk: EnrolledDesk, tasks: Tasks, monkeypatch: pytest.MonkeyPatch, silent: str
) -> None:
    monkeypatch.setattr(enrol, "_PATIENCE_MS", 300)
    tries, code = EnrolTries(), desk.province.code().code
    dialog = EnrolDialog(desk.open, tasks, tries=tries)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.address.set_value(silent)
    dialog.code.set_value(code)
    keys = tries.keys(code)
    for _twice in range(2):
        dialog.submit()
        assert not dialog.cancel.isEnabled()
        qtbot.waitUntil(dialog.cancel.isEnabled)
        dialog.cancel.click()
        assert dialog.isVisible()
        qtbot.waitUntil(lambda: "Đã ngắt" in dialog.form.row("code").error)
        assert tries.keys(code) is keys
    dialog.cancel.click()
    assert not dialog.isVisible()
    desk.close()


def test_a_mistyped_address_is_said_beside_the_address(qtbot: QtBot, desk: EnrolledDesk, tasks: Tasks) -> None:
    dialog = EnrolDialog(desk.open, tasks)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.address.set_value("nhà số 10")
    dialog.code.set_value(desk.province.code().code)
    dialog.submit()
    qtbot.waitUntil(lambda: "10.0.0.5:8443" in dialog.form.row("address").error)
    assert dialog.form.row("code").error == ""
    desk.close()


def test_a_dialog_that_asks_nobody_can_be_left(qtbot: QtBot, desk: EnrolledDesk, tasks: Tasks) -> None:
    dialog = EnrolDialog(desk.open, tasks)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.cancel.click()
    assert not dialog.isVisible()
    desk.close()


def test_after_an_enrolment_the_desk_syncs_under_its_new_id(
    qtbot: QtBot, qapp: QApplication, desk: EnrolledDesk
) -> None:
    """Whoever enrolled, and whether a dialog was still there: the register says so to all."""
    working = WorkingDesk(qapp, desk.open)
    former = working.agent
    assert former is not None
    working.tasks.announce(take_up(desk.open, desk.province.enrol(), "PC of tests"))
    qtbot.waitUntil(lambda: working.agent is not former)
    assert working.agent is not None
    qtbot.waitUntil(lambda: working.tasks.is_idle)
    working.put_away()


def test_a_code_whose_answer_was_lost_is_tried_with_the_same_keys_when_the_dialog_is_opened_once_more(
    qtbot: QtBot, qapp: QApplication, desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for the line works meanwhile, and to work one must leave the dialog: the code would be lost."""
    tried: list[Credentials] = []

    def lost(_desk: OpenDesk, invitation: Invitation, tries: EnrolTries) -> ChangeSet:
        tried.append(tries.keys(invitation.code))
        raise NotAnswering

    monkeypatch.setattr(enrol, "enrol_anew", lost)
    working = WorkingDesk(qapp, desk.open)
    said: list[str] = []

    def try_and_leave() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, EnrolDialog):
            return
        said.append(dialog.form.row("code").error)
        if said[-1]:
            dialog.reject()
        elif not dialog._is_busy:
            dialog.code.set_value("7ZK2M")
            dialog.submit()

    timer = QTimer()
    timer.timeout.connect(try_and_leave)
    timer.start(20)
    for _twice in range(2):
        working.window._enrol_anew()
    timer.stop()
    working.put_away()
    assert len(tried) == 2
    assert tried[0] is tried[1]
