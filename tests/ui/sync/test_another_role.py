"""A PC gets another role with its new enrolment, while its window stands open: what it offers is the new role's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.dialogs import enrol
from commune_desk.ui.dialogs.enrol import EnrolDialog
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.pages.register import RegisterPage
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.registers.enrolment import EnrolTries, Invitation, take_up
from commune_desk.usecases.registers.opening import OpenDesk
from commune_desk.working_desk import WorkingDesk
from tests.helpers.builders import make_child, save_all
from tests.helpers.dialogs import when_asked
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.keys import top_of
from tests.helpers.typing_vietnamese import commit_text
from tests.sync.actors.real_province import OFFICE, real_province

CHAIR = dict.fromkeys(OFFICE, Role.CHAIR)
TYPED = "Cháu khoẻ"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[EnrolledDesk]:
    with real_province(tmp_path) as province:
        yield enrolled_desk(province, tmp_path / "desk")


def at_work(qapp: QApplication, desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch, becomes: Role) -> WorkingDesk:
    """A desk with its window shown, that becomes another role's when it is enrolled anew."""
    enrolment = desk.province.enrol(dict.fromkeys(OFFICE, becomes))

    def answered(desk: OpenDesk, invitation: Invitation, _tries: EnrolTries) -> ChangeSet:
        return take_up(desk, enrolment, invitation.label)

    monkeypatch.setattr(enrol, "enrol_anew", answered)
    working = WorkingDesk(qapp, desk.open)
    working.window.show(QSize(1366, 768))
    return working


def enrol_anew(qtbot: QtBot, working: WorkingDesk) -> None:
    def type_code(dialog: EnrolDialog) -> None:
        dialog.code.set_value("7ZK2M")
        dialog.submit()
        qtbot.waitUntil(lambda: not dialog.isVisible())

    when_asked(EnrolDialog, type_code)
    working.window._enrol_anew()
    qtbot.waitUntil(lambda: working.tasks.is_idle)


def offers_new_child(qtbot: QtBot, working: WorkingDesk) -> bool:
    working.window.navigate(Route("register"))
    page = working.window.shell.page("register")
    assert isinstance(page, RegisterPage)
    qtbot.waitUntil(lambda: working.tasks.is_idle)
    return page.new.isVisible()


def says(working: WorkingDesk) -> list[str]:
    return [text.text() for text in working.window.shell.top.findChildren(Text)]


def test_who_may_write_now_is_offered_to(
    qtbot: QtBot, qapp: QApplication, desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was a chair's, who only reads: nobody could enter a child there before the next lock."""
    desk.enrol_anew(CHAIR)
    working = at_work(qapp, desk, monkeypatch, Role.COMMUNE_OFFICER)
    assert not offers_new_child(qtbot, working)
    enrol_anew(qtbot, working)
    assert offers_new_child(qtbot, working)
    assert "Cán bộ bảo vệ trẻ em" in says(working)
    working.put_away()


def test_who_only_reads_now_is_offered_nothing_and_what_was_typed_is_kept(
    qtbot: QtBot, qapp: QApplication, desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, file = make_child()
    desk.open.register.write(save_all(person, file)).result()
    working = at_work(qapp, desk, monkeypatch, Role.CHAIR)
    assert offers_new_child(qtbot, working)
    working.window.navigate(Route("child", person.id, "visit"))
    form = top_of(working.window)
    assert isinstance(form, EntryPage)
    commit_text(form.fields["observations"], TYPED)
    enrol_anew(qtbot, working)
    qtbot.waitUntil(lambda: isinstance(top_of(working.window), EntryPage) and top_of(working.window) is not form)
    again = top_of(working.window)
    assert isinstance(again, EntryPage)
    assert again.presenter.payload()["observations"] == TYPED
    assert "Chủ tịch UBND cấp xã" in says(working)
    assert not offers_new_child(qtbot, working)
    working.put_away()
