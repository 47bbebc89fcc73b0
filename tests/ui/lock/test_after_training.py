"""From the unlock page of a training register one comes to work; from that of any other one does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from commune_desk.domain.time.clock import SystemClock
from commune_desk.presenters.window.opening import RESTORE, TRAINING
from commune_desk.ui.opening.first_run import FirstRunPage
from commune_desk.ui.opening.unlock import UnlockPage
from commune_desk.ui.opening.window import OpeningWindow
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.usecases.registers.opening import OpenDesk
from commune_desk.usecases.registers.profile import Profile
from tests.helpers.enrolled_desks import enrolled_desk
from tests.sync.actors.real_province import real_province
from tests.system.at_work import PASSPHRASE, made


def unlock_page(qtbot: QtBot, folder: Path) -> tuple[OpeningWindow, UnlockPage]:
    window = OpeningWindow(Profile(folder), SystemClock())
    qtbot.addWidget(window)
    window.show()
    page = window.page
    assert isinstance(page, UnlockPage)
    qtbot.waitUntil(lambda: bool(page.login.value()))
    return window, page


@pytest.mark.usefixtures("dressed")
def test_a_pc_that_was_trained_on_is_set_up_anew(qtbot: QtBot, tmp_path: Path) -> None:
    made(tmp_path).register.close()
    window, page = unlock_page(qtbot, tmp_path)
    page.anew.click()
    form = window.page
    assert isinstance(form, FirstRunPage)
    assert form.ways.isVisibleTo(form), "all ways to begin are open"
    form.back.click()
    page = window.page  # type: ignore[assignment]
    assert isinstance(page, UnlockPage)
    window.show_anew()
    form = window.page
    assert isinstance(form, FirstRunPage)
    form.choose(RESTORE)
    form.choose(TRAINING)
    for name, text in (("display_name", "Cán bộ Hai"), ("login", "quang")):
        form.form.edit(name, text)
    assert form.fields is not None
    for name in ("passphrase", "again"):
        editor = form.fields.row(name).editor
        assert isinstance(editor, LineEdit)
        editor.setText(PASSPHRASE)
    with qtbot.waitSignal(window.opened, timeout=30_000) as opened:
        form.submit()
    desk = opened.args[0]
    assert isinstance(desk, OpenDesk)
    assert desk.login == "quang"
    desk.register.close()
    assert (tmp_path / "aside-register.db").exists()


@pytest.mark.usefixtures("dressed")
def test_a_register_that_is_worked_with_shows_no_way_past_it(qtbot: QtBot, tmp_path: Path) -> None:
    with real_province(tmp_path) as province:
        enrolled_desk(province, tmp_path / "desk").close()
    _window, page = unlock_page(qtbot, tmp_path / "desk")
    assert not page.anew.isVisibleTo(page)
