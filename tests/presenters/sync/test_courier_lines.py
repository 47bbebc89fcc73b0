"""What is said of a stick: what came, what is missing in numbers, and what to do next."""

from __future__ import annotations

import pytest

from commune_desk.i18n import set_language
from commune_desk.presenters.sync.courier import read_lines, wipe_label, written_lines
from commune_desk.store.pages.sync_status import StaysHere
from commune_desk.usecases.sync.courier import WroteOut
from commune_desk.usecases.sync.leaving import Removal
from commune_desk.usecases.sync.stick import StickFull
from commune_desk.usecases.sync.stick_bundles import ReadIn
from sync.client.errors import DeskRevoked


def wrote(**other: object) -> WroteOut:
    facts: dict[str, object] = {
        "fingerprints": ["7ZK2M-0Q4TD"],
        "changes": 1200,
        "first_n": 1,
        "last_n": 1200,
        "bytes": 131072,
        "stays": StaysHere(),
    }
    return WroteOut(**facts | other)  # type: ignore[arg-type]


def said(read: ReadIn) -> list[tuple[str, str]]:
    return [(line.text, line.tone) for line in read_lines(read)]


def test_after_writing_the_numbers_the_fingerprint_and_the_way_on_are_said() -> None:
    lines = written_lines(wrote())
    assert lines[0].text == "Đã ghi 1.200 thay đổi ra USB: từ 1 đến 1.200"
    assert lines[0].detail == "1 gói · 128,0 KB"
    assert "7ZK2M-0Q4TD" in lines[1].text
    assert "chưa gửi" in lines[2].detail, "a bundle that was written proves nothing"


def test_a_bundle_that_only_asks_says_so() -> None:
    set_language("en")
    assert "asks the province" in written_lines(wrote(changes=0, first_n=0, last_n=0))[0].text


@pytest.mark.parametrize(
    ("stays", "said_of_it"),
    [
        (StaysHere(held=2), "2 thay đổi không có trên USB: còn chờ tỉnh cập nhật chương trình"),
        (StaysHere(later=2), "2 thay đổi chưa có trên USB"),
        (StaysHere(files=2), "2 ảnh hoặc bản quét chờ có mạng; không gửi được bằng USB"),
    ],
)
def test_what_no_stick_takes_along_is_said_and_nothing_else_is_called_sent(stays: StaysHere, said_of_it: str) -> None:
    lines = written_lines(wrote(changes=0, first_n=0, last_n=0, stays=stays))
    assert [(line.text, line.tone) for line in lines[:2]] == [
        ("Gói này hỏi tỉnh có gì mới", "good"),
        (said_of_it, "warning"),
    ]
    assert said_of_it in [line.text for line in written_lines(wrote(stays=stays))], "beside changes that did go, too"
    alone = written_lines(wrote(changes=0, first_n=0, last_n=0))
    assert (alone[0].text, len(alone)) == ("Không còn gì chờ gửi; gói này hỏi tỉnh có gì mới", 3), "the twin"


def test_many_fingerprints_are_not_all_listed() -> None:
    prints = [f"AAAAA-0000{n}" for n in range(9)]
    assert "5 mã khác" in written_lines(wrote(fingerprints=prints))[1].text


def test_what_is_missing_is_said_in_numbers() -> None:
    read = ReadIn(files=1, missing=[(310, 355)], lacking={"C:06838": (1, 6000)}, more=True)
    texts = [text for text, tone in said(read) if tone == "warning"]
    assert texts[:2] == ["Tỉnh còn thiếu thay đổi 310 đến 355", "Cần đọc mục 1 đến 6.000 của C:06838 trước"]
    assert len(texts) == 3


def test_nothing_is_called_proven_without_a_receipt() -> None:
    assert not any("ký nhận" in text for text, _ in said(ReadIn(files=1, events=3)))
    assert ("Tỉnh đã ký nhận mọi thay đổi đến số 309", "good") in said(ReadIn(files=1, signed_for=309))


def test_what_was_refused_and_what_failed_is_said_once_each() -> None:
    read = ReadIn(faults=[StickFull(), StickFull()], refusal=DeskRevoked(), files=1, unremembered=1, quarantined=2)
    danger = [text for text, tone in said(read) if tone == "danger"]
    assert len(danger) == 2
    assert len([text for text, tone in said(read) if tone == "warning"]) == 2


def test_the_offer_to_take_away_says_how_many() -> None:
    assert wipe_label(2) == "Xóa 2 gói đã xong khỏi USB"


def test_a_province_that_was_restored_is_followed_and_the_way_on_is_said() -> None:
    (line,) = [line for line in read_lines(ReadIn(files=1, has_followed=True)) if "khôi phục" in line.text]
    assert line.tone == "warning"
    assert "ghi ra USB lần nữa" in line.detail


def test_what_is_still_to_be_done_until_a_register_may_go_is_said() -> None:
    waits = [line for line in read_lines(ReadIn(removal=Removal(is_decided=False))) if line.tone == "warning"]
    assert "ghi ra USB lần nữa" in waits[0].detail
    held = read_lines(ReadIn(removal=Removal(is_decided=False, files=3)))
    assert "3 ảnh hoặc bản quét chỉ gửi được qua mạng" in held[-1].text
    assert read_lines(ReadIn(removal=Removal(is_decided=True))) == [], "it goes now"


def test_what_a_place_lacks_until_it_is_begun_is_said() -> None:
    read = ReadIn(files=1, half={"C:06838": (4 << 20, 9 << 20)}, to_begin=["S:AD01"], begun=["C:06839"])
    texts = said(read)
    assert ("C:06839 đã được dựng lại từ dữ liệu hiện có ở tỉnh", "good") in texts
    assert ("Dữ liệu hiện có ở tỉnh của C:06838 mới về 4,0 MB trên 9,0 MB", "warning") in texts
    assert ("S:AD01 cần được dựng lại từ dữ liệu hiện có ở tỉnh", "warning") in texts
