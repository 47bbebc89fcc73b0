"""The opening window with real widgets: first start, unlock, refusals; all of it by keyboard."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope
from commune_desk.domain.time.clock import to_iso
from commune_desk.presenters.window.opening import ENROL, RESTORE, TRAINING, FirstRun
from commune_desk.ui.opening.first_run import FirstRunPage
from commune_desk.ui.opening.frame import Work
from commune_desk.ui.opening.recovery import RecoveryPage
from commune_desk.ui.opening.unlock import Doorbell, UnlockPage
from commune_desk.ui.opening.window import OpeningWindow
from commune_desk.ui.platform.line import LineWatch
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.usecases.locked.doorbell import DoorbellCard, leave_card
from commune_desk.usecases.locked.files import leave_file
from commune_desk.usecases.locked.push import KeptReceipts, SealedPushes
from commune_desk.usecases.registers.officers import recover
from commune_desk.usecases.registers.opening import OpenDesk, make_training_register, unlock
from commune_desk.usecases.registers.profile import NewOfficer, Profile
from tests.helpers.poor_province import dripping
from tests.helpers.typing_vietnamese import commit_text
from tests.helpers.workplaces import MORNING, HandClock
from tests.ui.samples.opened import opened_windows

PASSPHRASE = "bon con meo di bien"


def window(qtbot: QtBot, folder: Path) -> OpeningWindow:
    shown = OpeningWindow(Profile(folder), HandClock())
    qtbot.addWidget(shown)
    shown.show()
    return shown


def made(folder: Path) -> Profile:
    profile = Profile(folder)
    officer = NewOfficer("hoa", "Cán bộ Thử", PASSPHRASE)
    desk = make_training_register(
        profile, officer, scope=Scope("C:06838"), role=Role.COMMUNE_OFFICER, clock=HandClock()
    )
    desk.register.close()
    return profile


def editor(page: FirstRunPage, name: str) -> LineEdit:
    assert page.fields is not None
    found = page.fields.row(name).editor
    assert isinstance(found, LineEdit)
    return found


@pytest.mark.parametrize("instead", [False, True])
def test_no_part_of_the_first_start_flashes_up_as_a_window(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, instead: bool
) -> None:
    with opened_windows(qapp) as names:
        qtbot.addWidget(FirstRunPage(FirstRun(Profile(tmp_path), HandClock(), way=RESTORE, instead=instead)))
    assert names == []


def test_an_empty_first_start_names_every_field_and_begins_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    shown = window(qtbot, tmp_path)
    page = shown.page
    assert isinstance(page, FirstRunPage)
    page.submit()
    assert page.fields is not None
    assert all(page.fields.row(name).error for name in page.form.fields)
    assert list(tmp_path.iterdir()) == []


def test_a_training_register_is_made_with_children_and_a_typed_vietnamese_name(qtbot: QtBot, tmp_path: Path) -> None:
    shown = window(qtbot, tmp_path)
    page = shown.page
    assert isinstance(page, FirstRunPage)
    page.ways.set_value(TRAINING)
    page.choose(TRAINING)
    commit_text(editor(page, "display_name"), "Cán bộ Thử")
    for name, text in (("login", "hoa"), ("passphrase", PASSPHRASE), ("again", PASSPHRASE)):
        QTest.keyClicks(editor(page, name), text)
    with qtbot.waitSignal(shown.opened, timeout=30_000) as opened:
        QTest.keyClick(editor(page, "again"), Qt.Key.Key_Return)
    desk = opened.args[0]
    assert isinstance(desk, OpenDesk)
    count = desk.register.reader.execute("SELECT count(*) FROM child_index").fetchone()[0]
    desk.register.close()
    assert count == 60


def test_the_button_of_the_first_start_says_what_it_does(qtbot: QtBot, tmp_path: Path) -> None:
    page = window(qtbot, tmp_path).page
    assert isinstance(page, FirstRunPage)
    said = []
    for way in (ENROL, RESTORE, TRAINING):
        page.choose(way)
        said.append(page.button.text())
    assert said == ["Đăng ký", "Khôi phục", "Bắt đầu"]
    assert page.fields is not None
    assert page.fields.row("display_name").hint.isHidden(), "nobody else ever sees the name in a training register"


@pytest.mark.parametrize("way", [ENROL, RESTORE, TRAINING])
def test_tab_goes_from_the_choice_through_the_fields_to_the_button(qtbot: QtBot, tmp_path: Path, way: str) -> None:
    shown = window(qtbot, tmp_path)
    page = shown.page
    assert isinstance(page, FirstRunPage)
    for chosen in (TRAINING, way):
        page.ways.buttons[chosen].click()
    page.ways.buttons[way].setFocus()
    QApplication.processEvents()
    assert page.fields is not None
    names: list[str] = []
    for _step in range(12):
        before = page.focusWidget()
        assert before is not None
        QTest.keyClick(before, Qt.Key.Key_Tab)
        focused = page.focusWidget()
        if focused is page.button:
            break
        names += [name for name in page.fields.names if page.fields.row(name).isAncestorOf(focused)]
    assert list(dict.fromkeys(names)) == list(page.form.fields)
    assert page.focusWidget() is page.button


def test_two_different_passphrases_are_told_apart(qtbot: QtBot, tmp_path: Path) -> None:
    shown = window(qtbot, tmp_path)
    page = shown.page
    assert isinstance(page, FirstRunPage)
    page.choose(TRAINING)
    commit_text(editor(page, "display_name"), "Cán bộ Thử")
    for name, text in (("login", "hoa"), ("passphrase", PASSPHRASE), ("again", "another passphrase")):
        QTest.keyClicks(editor(page, name), text)
    page.submit()
    assert page.fields is not None
    assert page.fields.row("again").error == "Hai lần gõ không giống nhau."


def test_the_unlock_page_opens_with_the_passphrase_and_enter(qtbot: QtBot, tmp_path: Path) -> None:
    made(tmp_path)
    shown = window(qtbot, tmp_path)
    page = shown.page
    assert isinstance(page, UnlockPage)
    qtbot.waitUntil(lambda: page.login.value() == "hoa")
    QTest.keyClicks(page.passphrase, PASSPHRASE)
    with qtbot.waitSignal(shown.opened, timeout=30_000) as opened:
        QTest.keyClick(page.passphrase, Qt.Key.Key_Return)
    opened.args[0].register.close()
    assert page.passphrase.text() == ""


def test_a_wrong_passphrase_is_said_beside_the_field_and_the_page_goes_on(qtbot: QtBot, tmp_path: Path) -> None:
    made(tmp_path)
    shown = window(qtbot, tmp_path)
    page = shown.page
    assert isinstance(page, UnlockPage)
    qtbot.waitUntil(lambda: page.login.value() == "hoa")
    QTest.keyClicks(page.passphrase, "something else entirely")
    page.unlock()
    qtbot.waitUntil(lambda: page.row.error != "", timeout=30_000)
    assert page.button.isEnabled()
    assert page.passphrase.text() == ""


def test_a_forgotten_passphrase_of_a_training_register_says_that_nobody_can_help(qtbot: QtBot, tmp_path: Path) -> None:
    made(tmp_path)
    shown = window(qtbot, tmp_path)
    shown.show_recovery("hoa")
    page = shown.page
    assert isinstance(page, RecoveryPage)
    qtbot.waitUntil(lambda: not page.button.isEnabled())
    assert page.request.plain


def test_a_damaged_keyfile_is_a_sentence_and_no_crash(qtbot: QtBot, tmp_path: Path) -> None:
    profile = made(tmp_path)
    for path in tmp_path.glob("keyfile*"):
        path.write_bytes(b"{}")
    shown = window(qtbot, tmp_path)
    page = shown.page
    assert isinstance(page, UnlockPage)
    qtbot.waitUntil(lambda: page.row.error != "")
    assert not page.button.isEnabled()
    assert profile.register.exists()


def test_a_clock_that_ran_out_while_the_pc_slept_rings_when_it_wakes(qtbot: QtBot, tmp_path: Path) -> None:
    made(tmp_path)
    desk = unlock(Profile(tmp_path), "hoa", PASSPHRASE, clock=HandClock())
    leave_card(desk, [MORNING + timedelta(minutes=5)])
    desk.register.close()
    clock = HandClock()
    bell = Doorbell(Profile(tmp_path), clock)
    qtbot.addWidget(bell)
    rings: list[bool] = []
    bell.rang.connect(lambda: rings.append(True))
    qtbot.waitUntil(lambda: "08:05" in bell.sentence.plain)
    assert (rings, bell.tone) == ([], Tone.WARNING)
    clock.pass_by(hours=9)
    bell.listen()
    assert rings == [True]
    bell.listen()
    assert rings == [True], "once"
    assert (bell.sentence.plain, bell.tone) == ("Có 1 thời hạn đã đến hoặc đã quá hạn", Tone.DANGER)
    assert bell.accessibleName() == bell.sentence.plain


def test_a_clock_that_ran_out_before_anybody_listened_rings_too(qtbot: QtBot, tmp_path: Path) -> None:
    made(tmp_path)
    desk = unlock(Profile(tmp_path), "hoa", PASSPHRASE, clock=HandClock())
    leave_card(desk, [MORNING + timedelta(minutes=5)])
    desk.register.close()
    bell = Doorbell(Profile(tmp_path), HandClock(MORNING + timedelta(hours=1)))
    qtbot.addWidget(bell)
    with qtbot.waitSignal(bell.rang):
        bell.listen()


def test_a_bell_at_rest_waits_for_no_answer(qtbot: QtBot, tmp_path: Path) -> None:
    """The program ends, or its page is left: the process is not kept alive by a province that drips."""
    with dripping(tmp_path, DoorbellCard(due=(), left_at=to_iso(MORNING))) as card:
        profile = Profile(tmp_path)
        profile.doorbell.write_bytes(msgspec.json.encode(card))
        bell = Doorbell(profile, HandClock())
        qtbot.addWidget(bell)
        bell.listen()
        qtbot.wait(300)
        assert bell._work.is_busy, "the twin: left alone, it still waits"
        bell.rest()
        qtbot.waitUntil(lambda: not bell._work.is_busy)


def test_the_locked_page_says_how_what_was_sealed_stands(qtbot: QtBot, tmp_path: Path) -> None:
    profile = made(tmp_path)
    leave_file(profile.doorbell, DoorbellCard(due=(), left_at=to_iso(MORNING)))
    page = UnlockPage(profile, HandClock())
    qtbot.addWidget(page)
    page.bell.listen()
    assert not page.carried.isVisibleTo(page), "nothing was left, nothing is said"
    leave_file(profile.sealed, SealedPushes("ABC234", (b"a box",)))
    page.bell.listen()
    assert "chờ" in page.carried.plain
    qtbot.waitUntil(lambda: not page.bell._carrying.is_busy)
    profile.sealed.unlink()
    leave_file(profile.receipts, KeptReceipts(()))
    page.bell.listen()
    assert "Tỉnh đã ký nhận" in page.carried.plain


class PaidLine(LineWatch):
    @property
    def is_metered(self) -> bool:
        return True


@pytest.mark.parametrize("is_spared", [True, False])
def test_on_a_paid_line_nothing_is_carried_unless_it_was_allowed(qtbot: QtBot, tmp_path: Path, is_spared: bool) -> None:
    with dripping(tmp_path, DoorbellCard(due=(), left_at=to_iso(MORNING), spares_metered=is_spared)) as card:
        profile = Profile(tmp_path)
        leave_file(profile.doorbell, card)
        leave_file(profile.sealed, SealedPushes(card.desk, (b"a box",)))
        bell = Doorbell(profile, HandClock(), line=PaidLine())
        qtbot.addWidget(bell)
        with qtbot.waitSignal(bell.carried) as said:
            bell.listen()
        assert ("tính tiền" in said.args[0]) is is_spared
        assert bell._carrying.is_busy is not is_spared
        bell.rest()
        qtbot.waitUntil(lambda: not bell._carrying.is_busy and not bell._work.is_busy)


def test_a_delivery_is_broken_off_when_the_page_is_left(qtbot: QtBot, tmp_path: Path) -> None:
    with dripping(tmp_path, DoorbellCard(due=(), left_at=to_iso(MORNING))) as card:
        profile = Profile(tmp_path)
        leave_file(profile.doorbell, card)
        leave_file(profile.sealed, SealedPushes(card.desk, (b"a box",)))
        bell = Doorbell(profile, HandClock())
        qtbot.addWidget(bell)
        bell.listen()
        qtbot.wait(300)
        assert bell._carrying.is_busy, "the twin: left alone, it still waits"
        bell.rest()
        qtbot.waitUntil(lambda: not bell._carrying.is_busy and not bell._work.is_busy)


@pytest.mark.usefixtures("dressed")
def test_what_comes_home_to_a_page_that_is_gone_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    before, work, gate = set(threading.enumerate()), Work(), threading.Event()
    work.start(gate.wait)
    (thread,) = set(threading.enumerate()) - before
    delete(work)
    del work
    gate.set()
    thread.join(30)
    assert not thread.is_alive()
    assert caplog.messages == []


class BrokenClock:
    """A bug that nobody foresaw."""

    def now(self) -> datetime:
        raise ZeroDivisionError


def test_after_a_bug_at_unlocking_one_can_try_again(qtbot: QtBot, tmp_path: Path) -> None:
    made(tmp_path)
    page = UnlockPage(Profile(tmp_path), BrokenClock())
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.login.value() == "hoa")
    QTest.keyClicks(page.passphrase, PASSPHRASE)
    with qtbot.capture_exceptions() as bugs:
        page.unlock()
        assert not page.button.isEnabled()
        assert not page.forgotten.isEnabled(), "a register that opens for a page that was left stays open"
        qtbot.waitUntil(lambda: len(bugs) == 1, timeout=30_000)
    assert page.button.isEnabled()
    assert page.forgotten.isEnabled()
    assert page.button.text() == "Mở khóa"


def test_after_a_bug_at_the_first_start_one_can_try_again(qtbot: QtBot, tmp_path: Path) -> None:
    page = FirstRunPage(FirstRun(Profile(tmp_path), BrokenClock(), TRAINING))
    qtbot.addWidget(page)
    commit_text(editor(page, "display_name"), "Cán bộ Thử")
    for name, text in (("login", "hoa"), ("passphrase", PASSPHRASE), ("again", PASSPHRASE)):
        QTest.keyClicks(editor(page, name), text)
    with qtbot.capture_exceptions() as bugs:
        page.submit()
        assert not any(one.isEnabled() for one in (page.button, page.back, page.forgotten, page.ways))
        qtbot.waitUntil(lambda: len(bugs) == 1, timeout=30_000)
    assert all(one.isEnabled() for one in (page.button, page.back, page.forgotten, page.ways))


def test_a_refused_first_start_is_tried_again_with_enter_and_only_the_field_has_kept_the_passphrase(
    qtbot: QtBot, tmp_path: Path
) -> None:
    page = FirstRunPage(FirstRun(Profile(tmp_path), HandClock(), RESTORE))
    qtbot.addWidget(page)
    page.form.edit("backup", str(tmp_path / "none.cdbackup"))
    for name, text in (("login", "hoa"), ("passphrase", PASSPHRASE)):
        QTest.keyClicks(editor(page, name), text)
    for _try in range(2):
        with qtbot.waitSignal(page._work.refused, timeout=30_000):
            QTest.keyClick(editor(page, "passphrase"), Qt.Key.Key_Return)
        assert page.trouble is not None
        assert PASSPHRASE not in repr(page.form)
    page.choose(TRAINING)
    assert editor(page, "passphrase").value() == PASSPHRASE, "it goes with the person to another way to begin"


def test_the_form_of_the_first_start_takes_no_passphrase_to_keep(tmp_path: Path) -> None:
    form = FirstRun(Profile(tmp_path), HandClock())
    with pytest.raises(ValueError, match="passphrase"):
        form.edit("passphrase", PASSPHRASE)


def test_a_weak_new_passphrase_is_said_beside_the_passphrase(qtbot: QtBot, tmp_path: Path) -> None:
    profile = made(tmp_path)
    page = RecoveryPage(profile, "hoa", partial(recover, profile, clock=HandClock()))
    qtbot.addWidget(page)
    page.answer.set_value("AAAAA")
    for field in (page.passphrase, page.again):
        field.setText("ngan")
    QTest.keyClick(page.again, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.form.row("passphrase").error != "", timeout=30_000)
    assert page.form.row("answer").error == ""


def test_no_title_ever_carries_a_name(qtbot: QtBot, tmp_path: Path) -> None:
    assert window(qtbot, tmp_path).windowTitle() == "Sổ Ánh Dương"
