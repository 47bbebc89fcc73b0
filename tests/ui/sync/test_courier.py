"""The USB card of the sync page: two buttons, a stick there and back, and a sentence whenever it fails."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from commune_desk.program_files import code_book
from commune_desk.ui import theme
from commune_desk.ui.pages.courier_card import CourierCard
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.tab_order import stops
from commune_desk.usecases.desk.workplace import Workplace
from sync import bundle
from sync.server.identity import desks
from tests.helpers.builders import make_child, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.story.cut_texts import cut_texts
from tests.sync.actors.couriers import bring
from tests.sync.actors.real_province import RealProvince, real_province


@pytest.fixture
def province(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path) as made:
        yield made


@pytest.fixture
def desk(province: RealProvince, tmp_path: Path) -> Iterator[EnrolledDesk]:
    made = enrolled_desk(province, tmp_path / "desk")
    made.open.register.write(save_all(*make_child("Lò Thị Thử"))).result()
    yield made
    made.close()


@pytest.fixture
def page(qtbot: QtBot, desk: EnrolledDesk) -> Iterator[SyncPage]:
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        tasks = Tasks(writer, slow)
        made = SyncPage(Workplace(desk.open.register, code_book()), tasks)
        qtbot.addWidget(made)
        made.resize(theme.SMALLEST_WINDOW.width() - 210, 640)
        with qtbot.waitActive(made):
            made.show()
            made.activateWindow()
        yield made
        qtbot.waitUntil(lambda: tasks.is_idle)


def card_of(page: SyncPage) -> CourierCard:
    assert page.courier is not None
    return page.courier


def said(card: CourierCard) -> list[str]:
    return [line.accessibleName() for line in card.lines]


def finish(qtbot: QtBot, card: CourierCard) -> None:
    qtbot.waitUntil(lambda: card.write_button.isEnabled() and bool(card.lines), timeout=20_000)


def choose(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))


def test_a_stick_goes_there_and_back_by_keyboard(
    qtbot: QtBot, page: SyncPage, province: RealProvince, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, stick = card_of(page), tmp_path / "usb"
    choose(monkeypatch, stick)
    assert {card.write_button, card.read_button} <= set(stops(card))
    card.write_button.setFocus()
    QTest.keyClick(card.write_button, Qt.Key.Key_Space)
    finish(qtbot, card)
    assert said(card)[0].startswith("Đã ghi 4 thay đổi ra USB: từ 1 đến 4")
    (sent,) = stick.iterdir()
    assert bundle.fingerprint(sent.read_bytes()) in said(card)[1]
    assert QApplication.focusWidget() is card.write_button
    for reply in bring(province.province, sent.read_bytes()):
        (stick / bundle.file_name(reply)).write_bytes(reply)
    card.read_button.setFocus()
    QTest.keyClick(card.read_button, Qt.Key.Key_Space)
    finish(qtbot, card)
    assert any("Tỉnh đã ký nhận mọi thay đổi đến số 4" in line for line in said(card))
    assert card.wipe_button is not None
    qtbot.waitUntil(card.wipe_button.isVisible)
    assert QApplication.focusWidget() is card.read_button
    QTest.keyClick(card.read_button, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is card.wipe_button
    QTest.keyClick(card.wipe_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: said(card) == ["Đã xóa 2 gói khỏi USB"])
    assert list(stick.iterdir()) == []
    assert QApplication.focusWidget() is card.read_button, "what had the keyboard is gone"


def test_a_failure_is_a_sentence_and_the_buttons_are_there_again(qtbot: QtBot, page: SyncPage, tmp_path: Path) -> None:
    card = card_of(page)
    card.write_to(tmp_path / "nowhere")
    assert not card.read_button.isEnabled()
    finish(qtbot, card)
    assert "Không đọc ghi được thư mục hoặc USB" in said(card)[0]
    (tmp_path / "usb").mkdir()
    card.read_from(tmp_path / "usb")
    finish(qtbot, card)
    assert "không có gói nào. Chưa thay đổi gì; hãy chọn đúng thư mục" in said(card)[0]
    card.write_to(tmp_path / "usb")
    finish(qtbot, card)
    assert said(card)[0].startswith("Đã ghi 4"), "the twin: with a stick that is there"


def test_a_stick_without_a_reply_is_told_with_what_lies_on_it_and_what_to_do(
    qtbot: QtBot, page: SyncPage, province: RealProvince, tmp_path: Path
) -> None:
    """The officer's own bundle read again, and a reply whose copying was cut before a byte of it was there."""
    card, stick = card_of(page), tmp_path / "usb"
    stick.mkdir()
    card.write_to(stick)
    finish(qtbot, card)
    (own,) = stick.iterdir()
    (reply,) = bring(province.province, own.read_bytes())
    (stick / bundle.file_name(reply)).touch()
    card.read_from(stick)
    finish(qtbot, card)
    assert said(card)[0].startswith("chưa xong Trong thư mục đó có 2 gói, không gói nào dành cho máy này")
    assert "do máy này ghi ra" in said(card)[0]
    assert "chép chưa xong" in said(card)[0]
    assert "hãy nhờ tỉnh ghi gói trả lời vào USB, hoặc chép lại" in said(card)[0]
    (stick / bundle.file_name(reply)).write_bytes(reply)
    card.read_from(stick)
    finish(qtbot, card)
    assert said(card)[0].startswith("Đã đọc 1 gói"), "the twin: with the reply whole"


def test_a_reader_who_chooses_nothing_changes_nothing(page: SyncPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    card = card_of(page)
    card.write_button.click()
    assert card.write_button.isEnabled()
    assert card.lines == []


def test_every_line_can_be_read_to_its_end_in_the_smallest_window(qtbot: QtBot, page: SyncPage, tmp_path: Path) -> None:
    card = card_of(page)
    card.write_to(tmp_path / "nowhere")
    finish(qtbot, card)
    QApplication.processEvents()
    assert cut_texts(card) == []
    first = card.lines[0]
    top = first.mapTo(page, first.rect().topLeft()).y()
    assert 0 <= top < page.height()


def test_breaking_off_ends_what_is_under_way(qtbot: QtBot, page: SyncPage, tmp_path: Path) -> None:
    card = card_of(page)
    (tmp_path / "usb").mkdir()
    card.write_to(tmp_path / "usb")
    page.break_off()
    finish(qtbot, card)
    assert said(card)[0].startswith(("Đã dừng", "chưa xong Đã dừng", "Đã ghi 4"))


def test_a_training_register_has_no_such_card(qtbot: QtBot, workplace: Workplace) -> None:
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        training = SyncPage(workplace, Tasks(writer, slow))
        qtbot.addWidget(training)
        assert training.courier is None


def test_a_withdrawn_pc_is_locked_once_its_word_is_kept(
    qtbot: QtBot, page: SyncPage, desk: EnrolledDesk, province: RealProvince, tmp_path: Path
) -> None:
    named, card, stick = desk.id, card_of(page), tmp_path / "usb"
    province.write(lambda connection: desks.revoke(connection, province.province, named, removes=True))
    stick.mkdir()
    _there_and_back(qtbot, card, province, stick)
    assert any("ghi ra USB lần nữa" in line for line in said(card)), "the twin: nothing goes before its word is kept"
    assert not desk.open.profile.is_removed
    with qtbot.waitSignal(page.lock_asked, timeout=20_000):
        _there_and_back(qtbot, card, province, stick)
    assert desk.open.profile.is_removed


def _there_and_back(qtbot: QtBot, card: CourierCard, province: RealProvince, stick: Path) -> None:
    for path in stick.iterdir():
        path.unlink()
    card.write_to(stick)
    finish(qtbot, card)
    for reply in bring(province.province, *(path.read_bytes() for path in stick.iterdir())):
        (stick / bundle.file_name(reply)).write_bytes(reply)
    card.read_from(stick)
    finish(qtbot, card)
