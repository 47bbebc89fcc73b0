"""The USB card with a stick of another PC in it: handed on by keyboard, while everything else can be worked with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.store.engine.settings import Pins
from commune_desk.ui.pages.courier_card import CourierCard
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.widgets.tab_order import stops
from commune_desk.usecases.sync.courier import Courier
from commune_desk.usecases.sync.handing_on import HandingOn
from sync import bundle
from sync.carried_wire import ROUTE
from sync.client.handing_on import OF_BUNDLES
from sync.client.transport import Transport
from tests.helpers.builders import make_child, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.story.cut_texts import cut_texts
from tests.sync.actors.real_province import RealProvince
from tests.ui.sync.test_courier import card_of, desk, finish, page, province, said

__all__ = ["desk", "page", "province"]


@pytest.fixture
def village(province: RealProvince, tmp_path: Path) -> Iterator[EnrolledDesk]:
    """The PC that has no line, and has written."""
    made = enrolled_desk(province, tmp_path / "village")
    made.open.register.write(save_all(*make_child("Bàn Thị Xa"))).result()
    yield made
    made.close()


@pytest.fixture
def stick(village: EnrolledDesk, tmp_path: Path) -> Path:
    folder = tmp_path / "usb"
    folder.mkdir()
    Courier(village.open.register, lambda _changes: None).write_out(folder)
    return folder


@pytest.fixture
def card(page: SyncPage, desk: EnrolledDesk, province: RealProvince) -> CourierCard:
    def connect(pins: Pins) -> Transport:
        return Transport(pins.address, ca_pem=pins.ca_pem, limits=OF_BUNDLES, adapter=province.line)

    found = card_of(page)
    found.handing_on = partial(HandingOn, desk.open.register, connect=connect)
    return found


def offered(qtbot: QtBot, card: CourierCard, stick: Path) -> None:
    card.read_from(stick)
    finish(qtbot, card)
    assert card.hand_on_button is not None
    qtbot.waitUntil(card.hand_on_button.isVisible)


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_stick_of_another_pc_is_offered_to_be_handed_on_by_keyboard(
    qtbot: QtBot, card: CourierCard, stick: Path, village: EnrolledDesk
) -> None:
    (brought,) = names_in(stick)
    offered(qtbot, card, stick)
    assert "không có gói nào dành cho máy này" in said(card)[0]
    assert "có 1 gói do máy khác ghi để gửi tỉnh" in said(card)[1]
    assert card.hand_on_button is not None
    assert card.hand_on_button in stops(card)
    card.read_button.setFocus()
    QTest.keyClick(card.read_button, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is card.hand_on_button
    QTest.keyClick(card.hand_on_button, Qt.Key.Key_Space)
    finish(qtbot, card)
    assert said(card)[0].startswith("Đã chuyển 1 gói lên tỉnh Tỉnh nay đã có 4 thay đổi")
    assert said(card)[1].startswith("Gói trả lời đã nằm trên USB: hãy mang USB về máy đã ghi")
    (reply,) = names_in(stick) - {brought}
    assert bundle.fingerprint((stick / reply).read_bytes()) in said(card)[-1]
    assert QApplication.focusWidget() is card.read_button
    assert cut_texts(card) == []
    read = Courier(village.open.register, lambda _changes: None).read_in(stick)
    assert read.signed_for == 4


def test_no_line_is_told_with_what_to_do_and_the_stick_is_as_it_was(
    qtbot: QtBot, card: CourierCard, stick: Path, province: RealProvince
) -> None:
    before = names_in(stick)
    offered(qtbot, card, stick)
    province.line.down = True
    assert card.hand_on_button is not None
    card.hand_on_button.click()
    finish(qtbot, card)
    assert said(card)[0].startswith("chưa xong Chưa chuyển được USB; mọi thứ trên USB vẫn nguyên như cũ")
    assert "đang không có mạng" in said(card)[0]
    assert "sẽ không tự được gửi" in said(card)[1]
    assert names_in(stick) == before
    assert cut_texts(card) == []
    province.line.down = False
    offered(qtbot, card, stick)
    card.hand_on_button.click()
    finish(qtbot, card)
    assert said(card)[0].startswith("Đã chuyển 1 gói"), "the twin: with the line back"


def test_saves_and_questions_do_not_wait_for_the_line_and_it_can_be_cancelled(
    qtbot: QtBot, page: SyncPage, card: CourierCard, stick: Path, province: RealProvince
) -> None:
    goes_on, is_there = threading.Event(), threading.Event()
    send = province.line.send

    def slow(request: object, *more: object, **named: object) -> object:
        if getattr(request, "path_url", "") == ROUTE:
            is_there.set()
            goes_on.wait(30)
        return send(request, *more, **named)  # type: ignore[arg-type]

    province.line.send = slow  # type: ignore[method-assign, assignment]
    offered(qtbot, card, stick)
    before = names_in(stick)
    assert card.hand_on_button is not None
    card.hand_on_button.click()
    assert is_there.wait(30)
    answers: list[str] = []
    page._tasks.run(lambda: "saved", answers.append)
    page._tasks.query(lambda: "asked", answers.append)
    qtbot.waitUntil(lambda: sorted(answers) == ["asked", "saved"])
    assert card._progress is not None
    assert not card.read_button.isEnabled()
    assert QApplication.focusWidget() is card._progress.cancel
    QTest.keyClick(card._progress.cancel, Qt.Key.Key_Space)
    goes_on.set()
    finish(qtbot, card)
    assert said(card)[0].startswith(("chưa xong Đã dừng", "Đã chuyển 1 gói"))
    if "Đã dừng" in said(card)[0]:
        assert names_in(stick) == before


def test_a_register_that_closes_breaks_it_off(
    qtbot: QtBot, page: SyncPage, card: CourierCard, stick: Path, province: RealProvince
) -> None:
    offered(qtbot, card, stick)
    assert card.hand_on_button is not None
    card.hand_on_button.click()
    page.break_off()
    page._tasks.end_errands()
    qtbot.waitUntil(lambda: card.write_button.isEnabled())
    assert said(card)[0].startswith(("chưa xong Đã dừng", "Đã chuyển 1 gói"))


def test_a_province_that_refuses_says_why(qtbot: QtBot, card: CourierCard, stick: Path) -> None:
    (path,) = stick.iterdir()
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    offered(qtbot, card, stick)
    assert card.hand_on_button is not None
    card.hand_on_button.click()
    finish(qtbot, card)
    assert said(card) == [
        "chưa xong Gói bị hỏng hoặc bị sửa trên đường đi. Tỉnh chưa nhận gì từ gói; hãy nhờ ghi lại ở chính máy đã tạo "
        "gói."
    ]
