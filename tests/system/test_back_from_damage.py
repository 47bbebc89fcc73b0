"""A register that cannot be opened any more: the unlock page offers a backup in its place, and nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.app import Program
from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope
from commune_desk.domain.time.clock import SystemClock, to_iso
from commune_desk.ui.dialogs.message import MessageDialog
from commune_desk.ui.hooks import BugHook
from commune_desk.ui.main_window import Shell
from commune_desk.ui.opening.first_run import FirstRunPage
from commune_desk.ui.opening.unlock import UnlockPage
from commune_desk.ui.opening.window import OpeningWindow
from commune_desk.ui.widgets.fields import PasswordField
from commune_desk.usecases.locked.doorbell import DoorbellCard, leave_card
from commune_desk.usecases.locked.files import leave_file
from commune_desk.usecases.locked.push import SealedPushes, leave_sealed, take_receipts
from commune_desk.usecases.registers.backups import back_up, restore
from commune_desk.usecases.registers.opening import OpenDesk, make_training_register, unlock
from commune_desk.usecases.registers.profile import NewOfficer, Profile
from tests.helpers.builders import make_child, save_all
from tests.helpers.dressed import dress
from tests.system.surroundings import blank, damage

LOGIN, PASSPHRASE = "hoa", "bốn con mèo đi biển"
Harm = Callable[[Profile], None]


def fill_in(page: FirstRunPage, backup: Path) -> None:
    assert page.fields is not None
    page.form.edit("backup", str(backup))
    page.form.edit("login", LOGIN)
    secret = page.fields.row("passphrase").editor
    assert isinstance(secret, PasswordField)
    secret.setText(PASSPHRASE)


def emptied(profile: Profile) -> None:
    profile.register.write_bytes(b"")


def cut_short(profile: Profile) -> None:
    profile.register.write_bytes(profile.register.read_bytes()[:8192])


def missing(profile: Profile) -> None:
    profile.register.unlink()


def keyfiles_blank(profile: Profile) -> None:
    for path in profile.folder.glob("keyfile.json*"):
        path.write_bytes(bytes(500))


def keyfiles_gone(profile: Profile) -> None:
    for path in profile.folder.glob("keyfile.json*"):
        path.unlink()


@pytest.fixture
def kept(qapp: QApplication, tmp_path: Path) -> tuple[Profile, Path]:
    """A profile with a child in it, closed, and a backup of it elsewhere."""
    dress(qapp)
    profile = Profile(tmp_path / "profile")
    profile.folder.mkdir()
    officer = NewOfficer(LOGIN, "Cán bộ Thử", PASSPHRASE)
    desk = make_training_register(
        profile, officer, scope=Scope("C:06838"), role=Role.COMMUNE_OFFICER, clock=SystemClock()
    )
    desk.register.write(save_all(*make_child("Đặng Thị Hoà"))).result()
    back_up(desk, tmp_path / "a.cdbackup")
    desk.register.close()
    return profile, tmp_path / "a.cdbackup"


def unlock_page(qtbot: QtBot, profile: Profile) -> tuple[OpeningWindow, UnlockPage]:
    window = OpeningWindow(profile, SystemClock())
    qtbot.addWidget(window)
    window.show()
    page = window.page
    assert isinstance(page, UnlockPage)
    qtbot.waitUntil(lambda: bool(page.login.value() or page.row.error))
    return window, page


def try_passphrase(qtbot: QtBot, page: UnlockPage, passphrase: str) -> None:
    if page.row.error:
        return  # nobody can be chosen: the keyfile itself does not hold
    page.passphrase.setText(passphrase)
    page.unlock()
    qtbot.waitUntil(lambda: page.row.error != "", timeout=30_000)


@pytest.mark.parametrize(
    "harm", [emptied, cut_short, missing, keyfiles_blank, keyfiles_gone], ids=lambda harm: harm.__name__
)
def test_a_backup_takes_the_place_of_what_cannot_be_opened(
    qtbot: QtBot, kept: tuple[Profile, Path], harm: Harm
) -> None:
    profile, backup = kept
    harm(profile)
    remains = {path.read_bytes() for path in (profile.register, profile.keyfile) if path.exists()}
    window, page = unlock_page(qtbot, profile)
    try_passphrase(qtbot, page, PASSPHRASE)
    assert {path.read_bytes() for path in (profile.register, profile.keyfile) if path.exists()} == remains
    assert page.restore.isVisibleTo(page)
    page.restore.click()
    form = window.page
    assert isinstance(form, FirstRunPage)
    assert not form.ways.isVisibleTo(form)
    fill_in(form, backup)
    with qtbot.waitSignal(window.opened, timeout=30_000) as opened:
        form.submit()
    desk = opened.args[0]
    assert isinstance(desk, OpenDesk)
    assert desk.register.reader.execute("SELECT full_name FROM person").fetchall() == [("Đặng Thị Hoà",)]
    desk.register.close()
    assert remains <= {path.read_bytes() for path in profile.folder.glob("aside-*")}
    unlock(profile, LOGIN, PASSPHRASE, clock=SystemClock()).register.close()


def test_what_was_sealed_for_the_province_is_put_aside_with_its_register(kept: tuple[Profile, Path]) -> None:
    """What that register could not send may be nowhere else: a lock of the one in its place would write over it."""
    profile, backup = kept
    leave_file(profile.doorbell, DoorbellCard(due=(), left_at=to_iso(SystemClock().now()), desk="ABC234"))
    leave_file(profile.sealed, SealedPushes("ABC234", (b"of the last days",)))
    left = {path.read_bytes() for path in (profile.doorbell, profile.sealed)}
    cut_short(profile)
    desk = restore(profile, backup, LOGIN, PASSPHRASE, clock=SystemClock(), instead=True)
    take_receipts(desk, lambda _changes: None)
    leave_card(desk, [])
    leave_sealed(desk)
    desk.register.close()
    assert left <= {path.read_bytes() for path in profile.folder.glob("aside-*")}


def test_a_wrong_passphrase_alone_offers_no_way_around_the_register(qtbot: QtBot, kept: tuple[Profile, Path]) -> None:
    profile, _backup = kept
    _window, page = unlock_page(qtbot, profile)
    try_passphrase(qtbot, page, "năm chú vịt ra đồng")
    assert not page.restore.isVisibleTo(page)


def test_one_may_go_back_and_nothing_was_touched(qtbot: QtBot, kept: tuple[Profile, Path]) -> None:
    profile, _backup = kept
    cut_short(profile)
    before = {path.name: path.read_bytes() for path in profile.folder.iterdir()}
    window, _page = unlock_page(qtbot, profile)
    window.show_restore()
    form = window.page
    assert isinstance(form, FirstRunPage)
    form.left.emit()
    assert isinstance(window.page, UnlockPage)
    assert {path.name: path.read_bytes() for path in profile.folder.iterdir()} == before


def harmed(profile: Profile, *names: str) -> None:
    """Zero the first page of each of these tables and indexes, as sectors that the disk gave up."""
    desk = unlock(profile, LOGIN, PASSPHRASE, clock=SystemClock())
    asked = "SELECT rootpage FROM sqlite_master WHERE name=?"
    roots = [desk.register.reader.execute(asked, (name,)).fetchone()[0] for name in names]
    desk.register.close()
    for root in roots:
        damage(profile.register, root - 1, blank)


def program_at(qtbot: QtBot, profile: Profile) -> Program:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    program = Program(app, profile)
    assert program.take_profile()
    program.show_opening()
    return program


def unlock_at(qtbot: QtBot, program: Program) -> None:
    assert program.opening is not None
    page = program.opening.page
    assert isinstance(page, UnlockPage)
    qtbot.waitUntil(lambda: bool(page.login.value()))
    page.passphrase.setText(PASSPHRASE)
    page.unlock()


@pytest.mark.usefixtures("own_hooks")
def test_a_register_that_opens_but_cannot_be_worked_with_is_closed_again_and_a_backup_is_offered(
    qtbot: QtBot, kept: tuple[Profile, Path], caplog: pytest.LogCaptureFixture
) -> None:
    profile, backup = kept
    harmed(profile, "child_index", "child_index_name", "child_index_next_visit")
    program = program_at(qtbot, profile)
    assert program.opening is not None
    for _twice in range(2):
        first = program.opening.page
        unlock_at(qtbot, program)
        qtbot.waitUntil(lambda first=first: program.opening.page is not first, timeout=30_000)  # type: ignore[misc]
        page = program.opening.page
        assert isinstance(page, UnlockPage)
        assert "bản sao lưu" in page.row.error
        assert page.restore.isVisibleTo(page)
        assert program.opening.isVisible()
        assert program.desk is None
        assert [w for w in QApplication.topLevelWidgets() if isinstance(w, Shell) and w.isVisible()] == []
    program.opening.show_restore()
    form = program.opening.page
    assert isinstance(form, FirstRunPage)
    fill_in(form, backup)
    form.submit()
    qtbot.waitUntil(lambda: program.desk is not None, timeout=30_000)
    assert not profile.is_damaged
    assert program.put_away()
    caplog.clear()


@pytest.mark.usefixtures("own_hooks")
def test_damage_met_at_work_leads_to_a_backup_after_the_lock(
    qtbot: QtBot, kept: tuple[Profile, Path], caplog: pytest.LogCaptureFixture
) -> None:
    profile, _backup = kept
    harmed(profile, "child_search_data")
    program = program_at(qtbot, profile)
    hook = BugHook()
    hook.install()
    hook.met.connect(program.heed)
    unlock_at(qtbot, program)
    qtbot.waitUntil(lambda: program.desk is not None, timeout=30_000)
    assert program.desk is not None
    told: list[str] = []

    def close() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, MessageDialog):
            told.append(dialog.accessibleDescription())
            dialog.accept()

    closing = QTimer()
    closing.timeout.connect(close)
    closing.start(20)
    shell = program.desk.window.shell
    QTimer.singleShot(0, lambda: shell.search_changed.emit("hoa"))
    qtbot.waitUntil(lambda: profile.is_damaged and bool(told))
    closing.stop()
    assert told == ["Hãy khóa sổ: trang mở khóa sẽ có đường khôi phục bản sao lưu."]
    assert program.put_away()
    caplog.clear()
    _window, page = unlock_page(qtbot, profile)
    assert page.restore.isVisibleTo(page)
