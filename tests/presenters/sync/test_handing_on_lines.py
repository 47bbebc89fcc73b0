"""What is said of a stick that is handed on: what is done, what is not, and where the stick goes."""

from __future__ import annotations

import pytest

from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import set_language
from commune_desk.presenters.sync.handing_on import handed_on_lines, not_handed_on_lines
from commune_desk.usecases.sync.handing_on import HandedOn, HandingOnStopped, ReplyNotWritten
from commune_desk.usecases.sync.stick import StickGone
from sync.client.errors import NoLine, TakesNoBundles, TooSlow

STAYS = "Phần được giữ là của máy này"
PRINT = "XHPEV-F5ZT0"


@pytest.fixture(autouse=True)
def _in_vietnamese() -> None:
    set_language("vi")


def texts(done: HandedOn) -> list[str]:
    return [line.text for line in handed_on_lines(done)]


def test_what_is_missing_is_said_with_its_numbers() -> None:
    done = HandedOn(files=1, taken=0, replies=[PRINT], missing=[(310, 355)])
    assert "Tỉnh còn thiếu thay đổi 310 đến 355 của máy đó" in texts(done)
    assert not any("310" in text for text in texts(HandedOn(files=1, taken=3, replies=[PRINT]))), "the twin"


def test_of_a_stick_of_before_a_restore_nothing_is_called_lost() -> None:
    lines = handed_on_lines(HandedOn(files=1, replies=[PRINT], of_another_time=1))
    (said,) = [line for line in lines if "khôi phục" in line.text]
    assert said.detail.startswith("Không mất gì cả")


def test_what_is_done_is_not_called_undone_where_the_line_breaks_later() -> None:
    said = texts(HandedOn(files=1, taken=2, replies=[PRINT], stopped_by=TooSlow()))
    assert said[0] == "Đã chuyển 1 gói lên tỉnh"
    assert "Phần còn lại chưa chuyển được" in said
    assert not any("nguyên như cũ" in text for text in said)


@pytest.mark.parametrize("error", [HandingOnStopped(), ReplyNotWritten(), StickGone(), TakesNoBundles()])
def test_only_of_a_line_that_is_gone_it_is_said_that_the_stick_does_not_go_by_itself(error: DeskError) -> None:
    assert not any(STAYS in line.text for line in not_handed_on_lines(error))
    assert any(STAYS in line.text for line in not_handed_on_lines(NoLine())), "the twin"
