"""The settings page with real widgets on a real profile: officers, passphrase, language, backup."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import DeskError
from commune_desk.ui.pages import settings
from commune_desk.ui.pages.emergency_hours import EmergencyHoursCard
from commune_desk.ui.pages.settings import SettingsPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import SecondaryButton
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.forms import Form
from commune_desk.ui.widgets.tab_order import stops
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.registers.backups import restore
from commune_desk.usecases.registers.officers import add_officer, colleagues
from commune_desk.usecases.registers.opening import OpenDesk, make_training_register, unlock
from commune_desk.usecases.registers.profile import NewOfficer, Profile
from tests.helpers.dialogs import answer
from tests.helpers.pages import show
from tests.helpers.typing_vietnamese import commit_text
from tests.helpers.workplaces import HandClock, logins

PASSPHRASE = "bon con meo di bien"
ANOTHER = "nam chu vit ra dong"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OpenDesk]:
    officer = NewOfficer("hoa", "Cán bộ Thử", PASSPHRASE)
    (tmp_path / "desk").mkdir()
    made = make_training_register(
        Profile(tmp_path / "desk"), officer, scope=Scope("C:06838"), role=Role.COMMUNE_OFFICER, clock=HandClock()
    )
    yield made
    made.register.close()


@pytest.fixture
def page(qtbot: QtBot, desk: OpenDesk, tasks: Tasks) -> SettingsPage:
    made = SettingsPage(desk, tasks)
    show(qtbot, made)
    return made


def fill(form: Form, **values: str) -> None:
    for name, value in values.items():
        editor = form.row(name).editor
        assert isinstance(editor, LineEdit)
        editor.clear()
        commit_text(editor, value)


def until_said(qtbot: QtBot, page: SettingsPage) -> str:
    qtbot.waitUntil(lambda: page.notice is not None, timeout=20_000)
    assert page.notice is not None
    return page.notice.sentence.text()


def opens(desk: OpenDesk, login: str, passphrase: str) -> bool:
    """Whether the passphrase opens a copy of the register: the register itself is open here."""
    copy = Profile(Path(tempfile.mkdtemp(dir=desk.profile.folder.parent)))
    for path in (desk.profile.keyfile, desk.profile.register):
        (copy.folder / path.name).write_bytes(path.read_bytes())
    try:
        unlock(copy, login, passphrase, clock=HandClock()).register.close()
    except DeskError:
        return False
    return True


def test_a_colleague_gets_a_slot_of_their_own(qtbot: QtBot, page: SettingsPage, desk: OpenDesk) -> None:
    fill(page.officer_fields, display_name="Bàn Thị Thử", login="mui", passphrase=ANOTHER, again=ANOTHER)
    QTest.keyClick(page.add_button, Qt.Key.Key_Space)
    until_said(qtbot, page)
    assert logins(desk.profile) == ["hoa", "mui"]
    assert colleagues(desk) == [("hoa", "Cán bộ Thử"), ("mui", "Bàn Thị Thử")]
    assert opens(desk, "mui", ANOTHER)


def test_the_page_says_what_of_it_is_sent(qtbot: QtBot, page: SettingsPage, desk: OpenDesk) -> None:
    fill(page.officer_fields, display_name="Bàn Thị Thử", login="mui", passphrase=ANOTHER, again=ANOTHER)
    QTest.keyClick(page.add_button, Qt.Key.Key_Space)
    until_said(qtbot, page)
    raw = desk.register.write(lambda tx: tx.connection.execute("SELECT raw FROM change ORDER BY n DESC").fetchone()[0])
    assert "Bàn Thị Thử".encode() in raw.result()[0], "what the province gets"
    assert "chỉ tên cán bộ được gửi" in page.subtitle.plain


@pytest.mark.parametrize("field", ["display_name", "again"])
def test_enter_in_any_field_adds_the_colleague_once(
    qtbot: QtBot, page: SettingsPage, desk: OpenDesk, field: str
) -> None:
    fill(page.officer_fields, display_name="Bàn Thị Thử", login="mui", passphrase=ANOTHER, again=ANOTHER)
    for _press in range(2):
        QTest.keyClick(page.officer_fields.row(field).editor, Qt.Key.Key_Return)
    assert until_said(qtbot, page) == "Đồng nghiệp đã có thể mở khóa."
    qtbot.waitUntil(page.add_button.isEnabled)
    assert page.notice is not None
    assert page.notice.tone is Tone.GOOD
    assert logins(desk.profile) == ["hoa", "mui"]


def test_enter_changes_the_passphrase(qtbot: QtBot, page: SettingsPage, desk: OpenDesk) -> None:
    fields = page.passphrase_fields
    fill(fields, **dict(zip(fields.names, (PASSPHRASE, ANOTHER, ANOTHER), strict=True)))
    QTest.keyClick(fields.row(fields.names[-1]).editor, Qt.Key.Key_Enter)
    until_said(qtbot, page)
    assert opens(desk, "hoa", ANOTHER)


@pytest.mark.parametrize("pressed", ["back up", "add a colleague", "change the passphrase"])
def test_what_came_of_a_button_is_seen_by_whoever_pressed_it_with_the_keyboard(
    qtbot: QtBot, page: SettingsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pressed: str
) -> None:
    """The keyboard comes back to the button, and the page had followed it down there."""
    page.resize(1158, 300)
    target = tmp_path / "so.cdbackup"
    monkeypatch.setattr(settings, "ask_where_to", lambda *_asked: target)
    fill(page.officer_fields, display_name="Bàn Thị Thử", login="mui", passphrase=ANOTHER, again=ANOTHER)
    fields = page.passphrase_fields
    fill(fields, **dict(zip(fields.names, (PASSPHRASE, ANOTHER, ANOTHER), strict=True)))
    buttons = {"back up": page.backup_button, "add a colleague": page.add_button}
    button = buttons.get(pressed, page.change_button)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    until_said(qtbot, page)
    qtbot.wait(100)
    assert page.notice is not None
    assert page.notice.visibleRegion().boundingRect().height() == page.notice.height()
    assert page.focusWidget() is button


def test_what_is_missing_is_named_and_nothing_is_made(page: SettingsPage, desk: OpenDesk) -> None:
    fill(page.officer_fields, display_name="Bàn Thị Thử", login="mui", passphrase=ANOTHER, again=PASSPHRASE)
    QTest.keyClick(page.add_button, Qt.Key.Key_Space)
    assert page.officer_fields.row("again").error == "Hai lần gõ không giống nhau."
    assert logins(desk.profile) == ["hoa"]


def test_a_slot_is_taken_away_only_after_a_question(qtbot: QtBot, page: SettingsPage, desk: OpenDesk) -> None:
    add_officer(desk, NewOfficer("mui", "Bàn Thị Thử", ANOTHER))
    page.show_officers()
    (remove,) = page.officers.findChildren(SecondaryButton)
    qtbot.waitUntil(remove.isVisible)
    asked = answer("reject")
    QTest.keyClick(remove, Qt.Key.Key_Space)
    assert asked == ["Gỡ Bàn Thị Thử (mui) khỏi máy này?"]
    assert logins(desk.profile) == ["hoa", "mui"]
    answer("accept")
    QTest.keyClick(remove, Qt.Key.Key_Space)
    assert until_said(qtbot, page) == "Bàn Thị Thử (mui) không còn mở khóa được ở đây."
    assert logins(desk.profile) == ["hoa"]


def test_a_new_passphrase_replaces_the_old(qtbot: QtBot, page: SettingsPage, desk: OpenDesk) -> None:
    fill(page.passphrase_fields, old=PASSPHRASE, passphrase=ANOTHER, again=ANOTHER)
    QTest.keyClick(page.change_button, Qt.Key.Key_Space)
    until_said(qtbot, page)
    assert opens(desk, "hoa", ANOTHER)
    assert not opens(desk, "hoa", PASSPHRASE)


def test_a_wrong_present_passphrase_changes_nothing(qtbot: QtBot, page: SettingsPage, desk: OpenDesk) -> None:
    fill(page.passphrase_fields, old=ANOTHER, passphrase="mot hai ba bon nam", again="mot hai ba bon nam")
    QTest.keyClick(page.change_button, Qt.Key.Key_Space)
    until_said(qtbot, page)
    assert opens(desk, "hoa", PASSPHRASE)


def test_a_language_is_chosen(qtbot: QtBot, page: SettingsPage) -> None:
    with qtbot.waitSignal(page.language_chosen) as chosen:
        page.languages.buttons["en"].click()
    assert chosen.args == ["en"]


def test_a_backup_is_written_that_can_be_restored(
    qtbot: QtBot, page: SettingsPage, desk: OpenDesk, tmp_path: Path
) -> None:
    target = tmp_path / "so.cdbackup"
    page.back_up(target)
    until_said(qtbot, page)
    assert page.backup_button.isEnabled()
    (tmp_path / "back").mkdir()
    back = restore(Profile(tmp_path / "back"), target, "hoa", PASSPHRASE, clock=HandClock())
    back.register.close()


def test_a_backup_that_cannot_be_written_is_a_sentence(qtbot: QtBot, page: SettingsPage, tmp_path: Path) -> None:
    page.back_up(tmp_path / "not there" / "so.cdbackup")
    said = until_said(qtbot, page)
    assert said.endswith(".")
    assert page.backup_button.isEnabled()


def test_a_list_of_deeds_that_was_touched_is_told_with_the_backup(
    qtbot: QtBot, page: SettingsPage, desk: OpenDesk, tmp_path: Path
) -> None:
    desk.register.write(lambda tx: tx.audit(AuditAction.OPEN, "child_file")).result()
    desk.register.write(lambda tx: tx.connection.execute("UPDATE audit SET officer='' WHERE seq=2") and None).result()
    page.back_up(tmp_path / "so.cdbackup")
    assert "mục 2" in until_said(qtbot, page)


def test_a_card_put_first_comes_before_the_language_for_tab_too(
    page: SettingsPage, workplace: Workplace, tasks: Tasks
) -> None:
    card = EmergencyHoursCard(workplace, tasks)
    page.add_first(card)
    order = stops(page)
    assert order.index(page.change_button) < order.index(card.hours)
    assert order.index(card.hours) < order.index(page.languages.buttons["vi"]) < order.index(page.backup_button)
