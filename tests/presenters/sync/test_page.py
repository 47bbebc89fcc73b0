"""The sync page says only what a receipt proves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from commune_desk.domain.time.skew import ClockSkew
from commune_desk.domain.words.errors import Fault
from commune_desk.presenters.sync.page import sync_chip, sync_page
from commune_desk.store.engine.database import DiskFull
from commune_desk.store.intake.comparing import Comparison
from commune_desk.store.pages.sync_status import Held, SyncFacts, Waiting
from commune_desk.usecases.sync.agent import SyncStatus
from sync.client.errors import (
    AnotherVersion,
    Busy,
    CaptivePortal,
    CertificateNotGoodThen,
    Gone,
    NameNotFound,
    NoLine,
    NotAnswering,
    NotRecognised,
    ServerTrouble,
    SyncFault,
    TooSlow,
    WrongCertificate,
)
from sync.protocol import Malformed

PROVEN = SyncFacts(
    is_training=False,
    is_enrolled=True,
    frozen="",
    desk="7KQ2M9",
    label="Máy 1",
    address="https://may-chu",
    province="Tỉnh Quảng Ninh",
    waiting=(),
    oldest_waiting="",
    waiting_files=0,
    set_aside_codes=(),
    proven_changes=1284,
    proven_at="2026-11-23T00:42:00Z",
    own_changes=1284,
    last_contact="2026-11-23T00:42:00Z",
    knows_heads=True,
    heard_at="2026-11-23T00:42:00Z",
    heard_changes=1284,
    behind=0,
    open_conflicts=0,
    line_rate=0.0,
)
HOURS_OFF = ClockSkew("2026-11-23T00:42:00Z", 3 * 3600)
QUIET = SyncStatus()
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 0, 58, tzinfo=UTC)


def facts(**changed: Any) -> SyncFacts:
    return msgspec.structs.replace(PROVEN, **changed)


def test_green_needs_a_receipt_and_nothing_that_waits() -> None:
    assert sync_chip(PROVEN, QUIET, NOW) == ("Tỉnh đã nhận đủ · 07:42", "good")


def test_an_hour_of_another_day_is_told_with_its_day() -> None:
    """A PC that heard nothing for a week must not look as if it had a minute ago."""
    later, failed = datetime(2026, 11, 30, 1, 0, tzinfo=UTC), replace(QUIET, failure=NoLine())
    assert sync_chip(PROVEN, failed, later)[0] == "Mất liên lạc từ 07:42 23/11"
    assert sync_chip(PROVEN, failed, NOW)[0] == "Mất liên lạc từ 07:42"
    waiting = facts(waiting=(Waiting("home_visit", 2, 2, 900),))
    assert "07:42 23/11" in sync_chip(waiting, QUIET, later)[0]
    assert sync_chip(PROVEN, QUIET, datetime(2026, 11, 23, 18, 0, tzinfo=UTC))[0] == "Tỉnh đã nhận đủ · 07:42 hôm qua"


@pytest.mark.parametrize(
    "changed",
    [
        {"waiting": (Waiting("home_visit", 2, 2, 900),), "oldest_waiting": "2026-11-23T00:00:00Z"},
        {"last_contact": "", "proven_at": ""},
        {"behind": 3},
        {"last_contact": ""},
        {"knows_heads": False},
        {"heard_at": ""},
        {"waiting_files": 1},
        {"heard_changes": 1283},
        {"proven_changes": 1283},
        {"proven_changes": 0, "proven_at": ""},
        {"set_aside_codes": (("grant", 1),)},
        {"compared": Comparison(at="2026-11-23T00:42:00Z", only_here=1)},
        {"compared": Comparison(at="2026-11-23T00:42:00Z", unlike=1)},
        {"frozen": "fork"},
        {"is_training": True},
    ],
)
def test_nothing_else_is_green(changed: dict[str, Any]) -> None:
    assert sync_chip(facts(**changed), QUIET, NOW)[1] != "good"


def test_files_that_the_province_refused_are_not_said_to_be_under_way() -> None:
    assert sync_chip(facts(waiting_files=2), QUIET, NOW) == ("Tệp chưa xong: 2", "warning")


def test_what_differs_from_the_province_is_told_at_the_top() -> None:
    """What was put right is the same again."""
    found = Comparison(at="2026-11-23T00:42:00Z", put_right=4, only_here=2, unlike=1)
    assert sync_chip(facts(compared=found), QUIET, NOW) == ("Khác với tỉnh: 3 bản ghi", "warning")
    assert not facts(compared=found).is_proven_whole
    found = msgspec.structs.replace(found, only_here=0, unlike=0)
    assert sync_chip(facts(compared=found), QUIET, NOW)[1] == "good"


def test_a_failed_try_is_not_green_even_when_nothing_waits() -> None:
    assert sync_chip(PROVEN, replace(QUIET, failure=Fault("no line")), NOW)[1] == "warning"


@pytest.mark.parametrize(
    ("status", "said"),
    [(replace(QUIET, is_paused=True), "tạm dừng"), (replace(QUIET, is_held=True), "chưa tự đồng bộ")],
)
def test_what_rests_is_not_green_and_says_why(status: SyncStatus, said: str) -> None:
    text, tone = sync_chip(PROVEN, status, NOW)
    assert (said in text, tone) == (True, "warning")
    state = sync_page(PROVEN, status)
    assert state.line[0].tone == "warning"
    assert state.line[0].detail, "and what to do"
    assert state.can_sync


def test_a_pause_is_told_before_what_it_keeps_from_moving_and_what_waits_stays_told() -> None:
    """It may have been forgotten for days: a chip that names what waits alone would not say why."""
    paused = replace(QUIET, is_paused=True)
    waits = facts(waiting=(Waiting("home_visit", 2, 2, 900),), oldest_waiting="2026-11-20T00:00:00Z")
    assert sync_chip(waits, paused, NOW) == ("Đang tạm dừng · chờ gửi: 2 bản ghi", "warning")
    assert sync_page(waits, paused).waiting[0].tone == "warning"
    assert sync_chip(facts(last_contact="", heard_at=""), paused, NOW) == ("Đang tạm dừng đồng bộ", "warning")
    assert "tạm dừng" in sync_chip(facts(behind=3), paused, NOW)[0]
    assert sync_chip(facts(frozen="fork"), paused, NOW)[1] == "danger", "what a person must decide goes before"


def test_on_a_metered_line_it_is_said_that_no_report_comes_by_itself_either() -> None:
    """A report has twelve hours: whoever reads that nothing is sent would still wait for it."""
    held = replace(QUIET, is_held=True)
    detail = sync_page(PROVEN, held).line[0].detail
    assert "không tự gửi" in detail
    assert "không tự nhận" in detail
    assert "111" in detail
    waits = facts(waiting=(Waiting("home_visit", 2, 2, 900),))
    assert sync_chip(waits, held, NOW) == ("Mạng tính tiền · chờ gửi: 2 bản ghi", "warning")
    assert sync_chip(waits, QUIET, NOW)[0].startswith("Chờ gửi: 2 bản ghi"), "the twin"


def test_a_full_disk_is_no_lost_contact() -> None:
    text, tone = sync_chip(PROVEN, replace(QUIET, failure=DiskFull("The disk is full.")), NOW)
    assert ("Đồng bộ chưa xong" in text, tone) == (True, "warning")
    for failure in (NoLine(), Malformed()):
        assert "Mất liên lạc" in sync_chip(PROVEN, replace(QUIET, failure=failure), NOW)[0], "the twin"


def test_a_desk_that_has_written_nothing_needs_no_receipt_to_be_green() -> None:
    assert sync_chip(facts(own_changes=0, proven_changes=0, proven_at=""), QUIET, NOW)[1] == "good"


@pytest.mark.parametrize(
    ("raw", "rate", "said"),
    [
        (900, 0.0, "chưa được đo"),
        (900, 5000.0, "vài giây"),
        (250_000, 5000.0, "khoảng 20 giây"),
        (2_500_000, 5000.0, "khoảng 4 phút"),
        (250_000_000, 5000.0, "khoảng 6 giờ"),
    ],
)
def test_how_long_it_takes_is_said_only_of_a_line_that_was_measured(raw: int, rate: float, said: str) -> None:
    waiting = facts(waiting=(Waiting("home_visit", 2, 2, raw),), line_rate=rate)
    assert said in sync_page(waiting, QUIET).waiting[0].detail


def test_without_a_line_nothing_is_said_of_how_long_this_line_takes() -> None:
    waiting = facts(waiting=(Waiting("home_visit", 2, 5, 2560),), line_rate=5000.0)
    down = sync_page(waiting, replace(QUIET, failure=NoLine())).waiting[0].detail
    assert down == "5 thay đổi · gửi khoảng 1,0 KB"
    assert "mất vài giây trên mạng này" in sync_page(waiting, QUIET).waiting[0].detail, "the twin"


def test_records_changes_and_bytes_are_told_apart() -> None:
    waiting = facts(waiting=(Waiting("home_visit", 2, 5, 2560),), oldest_waiting="2026-11-23T00:00:00Z")
    first = sync_page(waiting, QUIET).waiting[0]
    assert first.text == "2 bản ghi"
    assert first.detail.startswith("5 thay đổi · gửi khoảng 1,0 KB · ")


def test_nothing_waits_is_said_only_where_no_file_waits_either() -> None:
    """How many there are stands in the card of files."""
    (line,) = sync_page(facts(files_to_send=3, waiting_files=3), QUIET).waiting
    assert (line.text, line.tone) == ("Chỉ còn ảnh hoặc bản quét chờ gửi", "warning")
    (line,) = sync_page(facts(waiting_files=3), QUIET).waiting
    assert (line.text, line.tone) == ("Không còn gì chờ gửi", "good"), "the twin: files that come wait for nobody here"


def test_a_receipt_is_named_with_its_number_and_the_provinces_time() -> None:
    line = sync_page(PROVEN, QUIET).proven[0]
    assert ("1.284" in line.text, "07:42 23/11/2026" in line.detail) == (True, True)
    assert sync_page(facts(proven_changes=0, proven_at=""), QUIET).proven[0].tone != "good"


def test_why_something_was_set_aside_is_said_in_words() -> None:
    lines = sync_page(facts(set_aside_codes=(("grant", 1), ("revoked", 2))), QUIET).proven
    assert lines[1].text.startswith("3 thay đổi được tỉnh để riêng")
    why = "Máy này hoặc vai trò này không được ghi ở nơi đó. Khi máy này gửi, tỉnh đã ngừng cho máy kết nối."
    assert lines[1].detail.startswith(why)
    assert "revoked" not in lines[1].detail


def test_what_waits_is_counted_by_kind_with_its_size() -> None:
    waiting = (Waiting("home_visit", 2, 2, 900), Waiting("report", 1, 3, 1200))
    state = sync_page(facts(waiting=waiting, oldest_waiting="2026-11-23T00:00:00Z"), QUIET)
    assert state.waiting[0].text == "3 bản ghi"
    assert [(line.text, line.count) for line in state.waiting[1:]] == [
        ("Thăm hộ", "2"),
        ("Phiếu tiếp nhận thông tin", "1"),
    ]


def test_what_happened_is_bold_and_what_was_kept_stands_below_it() -> None:
    trouble = sync_page(PROVEN, replace(QUIET, failure=NoLine())).line[0]
    assert trouble.text == "Máy này đang không có mạng"
    assert trouble.detail == "Mọi dữ liệu vẫn được giữ trên máy và sẽ được gửi khi có mạng trở lại."


def test_why_a_try_failed_is_said_with_the_next_try() -> None:
    status = replace(QUIET, failure=Fault("The text is too long."), next_try_at=LATER)
    trouble = sync_page(PROVEN, status).line[0]
    assert (trouble.text, trouble.detail) == ("Nội dung quá dài.", "Tự thử lại lúc 07:58.")
    assert trouble.icon, "never by colour alone"


def test_a_training_register_offers_no_sync() -> None:
    state = sync_page(facts(is_training=True, is_enrolled=False), SyncStatus())
    assert not state.can_sync
    assert not state.has_history


def test_a_training_register_tells_what_stands_there_in_a_real_one_and_nothing_green() -> None:
    state = sync_page(facts(is_training=True, is_enrolled=False), SyncStatus())
    for lines in (state.waiting, state.proven, state.line):
        assert [(line.tone, line.detail.startswith("Ở sổ thật")) for line in lines] == [("quiet", True)]


def test_a_restored_register_asks_for_a_new_enrolment() -> None:
    state = sync_page(facts(frozen="restored", is_enrolled=False, desk=""), SyncStatus())
    assert state.can_enrol
    assert not state.can_sync


@pytest.mark.parametrize("code", ["fork", "revoked", "epoch", "resync"])
def test_whatever_stopped_sync_the_way_on_is_offered(code: str) -> None:
    state = sync_page(facts(frozen=code), QUIET)
    assert state.can_enrol
    assert not state.can_sync
    assert "mã mới" in state.subtitle


@pytest.mark.parametrize("code", ["fork", "revoked", "epoch", "resync", "restored"])
def test_the_header_asks_for_what_the_page_offers(code: str) -> None:
    stopped = facts(frozen=code)
    assert sync_chip(stopped, QUIET, NOW) == ("Đã ngừng đồng bộ: cần đăng ký lại", "danger")
    assert sync_page(stopped, QUIET).can_enrol


@pytest.mark.parametrize("failure", [NotRecognised(), WrongCertificate()])
def test_a_province_that_knows_this_pc_no_more_may_be_asked_for_a_code(failure: Fault) -> None:
    assert sync_page(PROVEN, replace(QUIET, failure=failure)).can_enrol


def test_a_line_that_is_down_is_no_reason_to_enrol() -> None:
    assert not sync_page(PROVEN, replace(QUIET, failure=NoLine())).can_enrol


def _tones(**found: int) -> list[tuple[str, str]]:
    compared = Comparison(at="2026-11-23T00:00:00Z", **found)
    return [(line.text, line.tone) for line in sync_page(facts(compared=compared), QUIET).proven[1:]]


def test_what_a_comparison_found_is_said_and_only_the_same_is_good() -> None:
    assert _tones() == [("Hai bên khớp nhau", "good")]
    assert _tones(put_right=2) == [("2 bản ghi đã được sửa lại cho đúng", "warning")]
    assert _tones(put_right=1, only_here=3, unlike=1) == [
        ("1 bản ghi đã được sửa lại cho đúng", "warning"),
        ("3 bản ghi chỉ có ở máy này", "warning"),
        ("1 bản ghi vẫn còn khác", "warning"),
    ]
    assert len(sync_page(PROVEN, QUIET).proven) == 1, "without a comparison nothing is claimed"


@pytest.mark.parametrize(
    "left_out", [{"waiting": (Waiting("person", 1, 1, 400),)}, {"set_aside_codes": (("grant", 1),)}]
)
def test_beside_what_no_comparison_looks_at_nothing_is_green_but_the_receipt(left_out: dict[str, Any]) -> None:
    changed = facts(compared=Comparison(at="2026-11-23T00:00:00Z"), **left_out)
    line = sync_page(changed, QUIET).proven[-1]
    assert (line.text, line.tone) == ("Phần còn lại khớp nhau ở lần đối chiếu gần nhất", "quiet")
    assert line.detail == "đối chiếu 07:00 23/11/2026"


@pytest.mark.parametrize(
    "changed",
    [
        {"compared": Comparison(at="2026-11-23T00:00:00Z")},
        {"compared": Comparison(at="2026-11-23T00:00:00Z", put_right=1, only_here=3, unlike=1)},
        {"frozen": "split", "contradicted_at": "2026-11-23T00:00:00Z"},
        {"set_aside_codes": (("grant", 1),), "behind": 3},
    ],
)
def test_what_is_good_or_asks_for_somebody_has_a_sign(changed: dict[str, Any]) -> None:
    """The page draws a line's tone on its sign: without one a contradiction looks like any other line."""
    state = sync_page(facts(**changed), QUIET)
    toned = [line for line in (*state.waiting, *state.proven, *state.line) if line.tone != "quiet"]
    assert len(toned) > 2
    assert [line.text for line in toned if not line.icon] == []


def test_a_province_that_contradicts_itself_is_told_and_enrolling_is_not_offered() -> None:
    stopped = facts(frozen="split", contradicted_at="2026-11-23T00:00:00Z")
    state = sync_page(stopped, QUIET)
    assert (state.proven[-1].tone, state.can_enrol, state.can_sync) == ("danger", False, True)
    assert sync_chip(stopped, QUIET, NOW) == ("Đã ngừng đồng bộ: báo cho tỉnh", "danger")


@pytest.mark.parametrize(
    "failure", [Busy(), ServerTrouble(status=502), NotAnswering(), CertificateNotGoodThen(), Malformed()]
)
def test_that_it_is_tried_again_is_said_once_with_the_hour(failure: Fault) -> None:
    trouble = sync_page(PROVEN, replace(QUIET, failure=failure, next_try_at=LATER)).line[0]
    assert trouble.detail.casefold().count("thử lại") == 1
    assert trouble.detail.endswith("Tự thử lại lúc 07:58.")


@pytest.mark.parametrize("still", [{"is_paused": True}, {"is_held": True}])
def test_what_failed_is_not_said_to_be_tried_again_where_nothing_goes_by_itself(still: dict[str, Any]) -> None:
    for failure, promised in ((TooSlow(), "gửi tiếp"), (Gone(), "tự tải lại")):
        failed = replace(QUIET, failure=failure)
        assert any(promised in line.detail for line in sync_page(PROVEN, failed).line)
        (trouble, *_rest) = sync_page(PROVEN, replace(failed, **still)).line
        assert promised not in trouble.detail
        assert "vẫn" in trouble.detail, "what was kept is said"


@pytest.mark.parametrize("still", [{"is_paused": True}, {"is_held": True}])
@pytest.mark.parametrize(
    "fault", [CaptivePortal(), NameNotFound(), WrongCertificate(), NotRecognised(), AnotherVersion()]
)
def test_what_a_person_can_do_about_it_is_said_there_too(still: dict[str, Any], fault: SyncFault) -> None:
    trouble = sync_page(PROVEN, replace(QUIET, failure=fault, **still)).line[0]
    assert trouble == sync_page(PROVEN, replace(QUIET, failure=fault)).line[0]


def test_what_is_held_back_is_told_with_why_and_promises_no_time() -> None:
    waiting = (Waiting("home_visit", 2, 2, 900),)
    all_held = sync_page(facts(waiting=waiting, held=Held(2, 2, 900), line_rate=900.0), QUIET).waiting
    assert "trên mạng này" not in all_held[0].detail
    assert all_held[-1].text == "Trong đó 2 bản ghi chờ tỉnh cập nhật chương trình", "they are in the total above"
    assert "tự gửi" in all_held[-1].detail
    some = sync_page(facts(waiting=waiting, held=Held(1, 1, 450), line_rate=900.0), QUIET).waiting
    assert "trên mạng này" in some[0].detail
    assert [
        line.text for line in sync_page(facts(waiting=waiting), QUIET).waiting if "tỉnh cập nhật" in line.text
    ] == []


def test_a_clock_that_is_little_off_and_one_of_another_pc_are_not_told_of() -> None:
    """The twins; the register that came out of a backup was measured on the PC that made it."""
    for changed in (facts(clock=ClockSkew("2026-11-23T00:42:00Z", -600)), facts(frozen="restored", clock=HOURS_OFF)):
        assert "Đồng hồ" not in " ".join(line.text for line in sync_page(changed, QUIET).line)
    assert "Đồng hồ" in sync_page(facts(frozen="fork", clock=HOURS_OFF), QUIET).line[-1].text
