"""A backup is restored although nobody knows its passphrase any more: with the province's spoken answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.domain.time.clock import SystemClock
from commune_desk.presenters.window.opening import RESTORE
from commune_desk.ui.opening.first_run import FirstRunPage
from commune_desk.ui.opening.recovery import RecoveryPage
from commune_desk.ui.opening.window import OpeningWindow
from commune_desk.usecases.registers.opening import OpenDesk, unlock
from commune_desk.usecases.registers.profile import Profile
from sync.seal import answer_recovery
from tests.helpers.builders import make_person, save_all
from tests.helpers.enrolled_desks import LOGIN, EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import RealProvince, real_province

NEW = "hai con trâu xuống núi"


@pytest.fixture
def province(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path) as made:
        yield made


@pytest.fixture
def lost(tmp_path: Path, province: RealProvince) -> EnrolledDesk:
    """A desk whose PC is gone; its backup is `a.cdbackup`."""
    desk = enrolled_desk(province, tmp_path / "lost")
    desk.open.register.write(save_all(make_person("Đặng Thị Hoà"))).result()
    desk.back_up(tmp_path / "a.cdbackup")
    desk.close()
    return desk


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> OpeningWindow:
    (tmp_path / "new").mkdir()
    shown = OpeningWindow(Profile(tmp_path / "new"), SystemClock())
    qtbot.addWidget(shown)
    shown.show()
    return shown


def asks_for_recovery(qtbot: QtBot, window: OpeningWindow, backup: Path) -> RecoveryPage:
    form = window.page
    assert isinstance(form, FirstRunPage)
    assert not form.forgotten.isVisibleTo(form)
    form.choose(RESTORE)
    assert form.forgotten.isVisibleTo(form)
    form.form.edit("backup", str(backup))
    form.form.edit("login", LOGIN)
    form.forgotten.click()
    qtbot.waitUntil(lambda: isinstance(window.page, RecoveryPage))
    page = window.page
    assert isinstance(page, RecoveryPage)
    qtbot.waitUntil(lambda: page.request.plain != "")
    return page


def test_a_backup_opens_with_the_provinces_answer_as_a_desk_that_must_enrol_anew(
    qtbot: QtBot, tmp_path: Path, province: RealProvince, lost: EnrolledDesk, window: OpeningWindow
) -> None:
    page = asks_for_recovery(qtbot, window, tmp_path / "a.cdbackup")
    assert not Profile(tmp_path / "new").has_register(), "nothing is in place before it opens"
    desk, answer = answer_recovery(province.province.keys.escrow.to_bytes(), "".join(page.request.plain.split()))
    assert desk == lost.id
    page.passphrase.setText(NEW)
    page.again.setText(NEW)
    page.answer.set_value("A" * len(answer))
    page.submit()
    qtbot.waitUntil(lambda: page.form.row("answer").error != "", timeout=30_000)
    page.answer.set_value(answer)
    with qtbot.waitSignal(window.opened, timeout=30_000) as opened:
        page.submit()
    restored = opened.args[0]
    assert isinstance(restored, OpenDesk)
    assert restored.profile.folder == tmp_path / "new"
    assert restored.register.identity.desk == ""
    assert restored.register.reader.execute("SELECT full_name FROM person").fetchall() == [("Đặng Thị Hoà",)]
    restored.register.close()
    unlock(Profile(tmp_path / "new"), LOGIN, NEW, clock=SystemClock()).register.close()


@pytest.mark.usefixtures("lost")
def test_who_goes_back_leaves_nothing_behind(qtbot: QtBot, tmp_path: Path, window: OpeningWindow) -> None:
    page = asks_for_recovery(qtbot, window, tmp_path / "a.cdbackup")
    page.left.emit()
    form = window.page
    assert isinstance(form, FirstRunPage)
    assert form.form.values["backup"] == str(tmp_path / "a.cdbackup")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_file_that_is_no_backup_is_said_on_the_page(qtbot: QtBot, tmp_path: Path, window: OpeningWindow) -> None:
    (tmp_path / "x.cdbackup").write_bytes(b"no backup")
    form = window.page
    assert isinstance(form, FirstRunPage)
    form.choose(RESTORE)
    form.forgotten.click()
    assert form.fields is not None
    assert form.fields.row("backup").error, "a file must be chosen first"
    form.form.edit("backup", str(tmp_path / "x.cdbackup"))
    form.forgotten.click()
    qtbot.waitUntil(lambda: form.trouble is not None)
    assert window.page is form


def test_the_request_is_copied_with_the_keyboard_alone(
    qtbot: QtBot, tmp_path: Path, lost: EnrolledDesk, window: OpeningWindow
) -> None:
    page = asks_for_recovery(qtbot, window, tmp_path / "a.cdbackup")
    qtbot.waitUntil(lambda: page.copy.isVisible())
    page.again.setFocus()
    for one in (page.back, page.copy):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        assert window.focusWidget() is one
    QTest.keyClick(page.copy, Qt.Key.Key_Return)
    assert QApplication.clipboard().text() == page.request.plain != ""
