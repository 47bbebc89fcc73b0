"""The form of the first start: what stands in its fields is what is done."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from commune_desk.presenters.window.opening import ENROL, RESTORE, SECRETS, TRAINING, FirstRun
from commune_desk.store.engine.database import DiskFull
from commune_desk.ui.opening.first_run import BackupPicker, FirstRunPage
from commune_desk.ui.widgets.fields import LineEdit, PasswordField
from commune_desk.usecases.registers import training_register
from commune_desk.usecases.registers.opening import unlock
from commune_desk.usecases.registers.profile import LOG, Profile
from sync.spelling import spell
from tests.helpers.workplaces import HandClock

PASSPHRASE = "bon con meo di bien"


def shown_path(page: FirstRunPage) -> str:
    assert page.fields is not None
    picker = page.fields.row("backup").editor
    assert isinstance(picker, BackupPicker)
    return picker.path.value()


def test_a_backup_that_was_chosen_before_is_shown_again(qtbot: QtBot, tmp_path: Path) -> None:
    """Restored would be what nobody sees: the form has kept it."""
    page = FirstRunPage(FirstRun(Profile(tmp_path), HandClock(), RESTORE))
    qtbot.addWidget(page)
    page.form.edit("backup", "of-last-year.cdbackup")
    for way in (TRAINING, RESTORE):
        page.choose(way)
    assert shown_path(page) == page.form.values["backup"]


def test_a_way_that_is_passed_with_the_arrow_keys_loses_no_passphrase(qtbot: QtBot, tmp_path: Path) -> None:
    """To restore takes none twice: the other was to be typed again."""
    page = FirstRunPage(FirstRun(Profile(tmp_path), HandClock(), TRAINING))
    qtbot.addWidget(page)
    page.show()
    assert page.fields is not None
    for name in SECRETS:
        editor = page.fields.row(name).editor
        assert isinstance(editor, PasswordField)
        QTest.keyClicks(editor, PASSPHRASE)
    page.ways.buttons[TRAINING].setFocus()
    for key, way in ((Qt.Key.Key_Right, RESTORE), (Qt.Key.Key_Left, TRAINING)):
        QTest.keyClick(page.ways.focusWidget(), key)
        assert page.form.way == way
    shown = [page.fields.row(name).editor for name in SECRETS]
    assert [field.value() for field in shown if isinstance(field, PasswordField)] == [PASSPHRASE] * 2


def test_enter_in_the_path_of_a_backup_goes_on_as_in_every_other_field(qtbot: QtBot, tmp_path: Path) -> None:
    page = FirstRunPage(FirstRun(Profile(tmp_path), HandClock(), RESTORE))
    qtbot.addWidget(page)
    page.choose(RESTORE)
    assert page.fields is not None
    picker = page.fields.row("backup").editor
    assert isinstance(picker, BackupPicker)
    QTest.keyClicks(picker.path, "of-last-year.cdbackup")
    QTest.keyClick(picker.path, Qt.Key.Key_Return)
    assert page.fields.row("login").error, "what is missing is said"


def test_a_training_register_that_cannot_be_filled_is_not_left_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_given: object) -> None:
        raise DiskFull("The disk is full.")

    form = FirstRun(Profile(tmp_path), HandClock(), TRAINING)
    for name, text in (("display_name", "Cán bộ Thử"), ("login", "hoa")):
        form.edit(name, text)
    monkeypatch.setattr(training_register, "fill_commune", refused)
    with pytest.raises(DiskFull) as caught:
        form.submit({"passphrase": PASSPHRASE, "again": PASSPHRASE})()
    assert caught.tb, "who shows the error has all that it came through"
    assert not (tmp_path / LOG).exists(), "its log is folded in"
    unlock(Profile(tmp_path), "hoa", PASSPHRASE, clock=HandClock()).register.close()


def test_what_is_mistyped_of_the_invitation_is_said_beside_it_and_is_where_one_types_next(
    qtbot: QtBot, tmp_path: Path
) -> None:
    page = FirstRunPage(FirstRun(Profile(tmp_path), HandClock(), ENROL))
    qtbot.addWidget(page)
    page.show()
    assert page.fields is not None
    typed = {"address": "nhà số 10", "code": spell(bytes(10)), "label": "Máy 1", "display_name": "Cán bộ Thử"}
    for name, text in {**typed, "login": "hoa"}.items():
        page.form.edit(name, text)
    for name in SECRETS:
        editor = page.fields.row(name).editor
        assert isinstance(editor, LineEdit)
        editor.setText(PASSPHRASE)
    page.submit()
    qtbot.waitUntil(lambda: not page._work.is_busy, timeout=30_000)
    assert "10.0.0.5:8443" in page.fields.row("address").error
    assert page.fields.row("code").error == ""
    assert page.trouble is None, "it is said once"
    assert page.focusWidget() is page.fields.row("address").editor


@pytest.mark.parametrize("way", [ENROL, TRAINING, RESTORE])
def test_the_button_is_spoken_as_it_is_read(qtbot: QtBot, tmp_path: Path, way: str) -> None:
    page = FirstRunPage(FirstRun(Profile(tmp_path), HandClock(), way))
    qtbot.addWidget(page)
    texts = {ENROL: "Đăng ký", TRAINING: "Bắt đầu", RESTORE: "Khôi phục"}
    assert (page.button.text(), page.button.accessibleName()) == (texts[way], texts[way])
    page._set_busy(True)
    assert page.button.accessibleName() == page.button.text() == "Xin chờ…"
