"""The sync page says only what a receipt proves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from commune_desk.domain.errors import Fault
from commune_desk.presenters.sync_page import sync_chip, sync_page
from commune_desk.store.comparing import Comparison
from commune_desk.store.sync_status import SyncFacts, Waiting
from commune_desk.usecases.sync_agent import SyncStatus
from sync.client.errors import NoLine, NotRecognised, WrongCertificate

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
    set_aside=0,
    proven_changes=1284,
    proven_at="2026-11-23T00:42:00Z",
    last_contact="2026-11-23T00:42:00Z",
    behind=0,
    open_conflicts=0,
)
QUIET = SyncStatus()


def facts(**changed: Any) -> SyncFacts:
    return msgspec.structs.replace(PROVEN, **changed)


def test_green_needs_a_receipt_and_nothing_that_waits() -> None:
    assert sync_chip(PROVEN, QUIET) == ("Tỉnh đã nhận đủ · 07:42", "good")


@pytest.mark.parametrize(
    "changed",
    [
        {"waiting": (Waiting("home_visit", 2, 2, 900),), "oldest_waiting": "2026-11-23T00:00:00Z"},
        {"last_contact": "", "proven_at": ""},
        {"behind": 3},
        {"frozen": "fork"},
        {"is_training": True},
    ],
)
def test_nothing_else_is_green(changed: dict[str, Any]) -> None:
    assert sync_chip(facts(**changed), QUIET)[1] != "good"


def test_a_failed_try_is_not_green_even_when_nothing_waits() -> None:
    assert sync_chip(PROVEN, replace(QUIET, failure=Fault("no line")))[1] == "warning"


def test_what_waits_is_counted_by_kind_with_its_size() -> None:
    waiting = (Waiting("home_visit", 2, 2, 900), Waiting("report", 1, 3, 1200))
    state = sync_page(facts(waiting=waiting, oldest_waiting="2026-11-23T00:00:00Z"), QUIET)
    assert state.waiting[0].text == "3 bản ghi"
    assert [(line.text, line.detail) for line in state.waiting[1:]] == [
        ("Thăm hộ", "2"),
        ("Phiếu tiếp nhận thông tin", "1"),
    ]


def test_why_a_try_failed_is_said_with_the_next_try() -> None:
    status = replace(
        QUIET, failure=Fault("The text is too long."), next_try_at=datetime(2026, 11, 23, 0, 58, tzinfo=UTC)
    )
    trouble = sync_page(PROVEN, status).trouble
    assert trouble is not None
    assert (trouble.text, trouble.detail) == ("Nội dung quá dài.", "Tự thử lại lúc 07:58.")


def test_a_training_register_offers_no_sync() -> None:
    state = sync_page(facts(is_training=True, is_enrolled=False), SyncStatus())
    assert not state.can_sync
    assert state.waiting == ()


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
    assert sync_chip(stopped, QUIET) == ("Đã ngừng đồng bộ: cần đăng ký lại", "danger")
    assert sync_page(stopped, QUIET).can_enrol


@pytest.mark.parametrize("failure", [NotRecognised(), WrongCertificate()])
def test_a_province_that_knows_this_pc_no_more_may_be_asked_for_a_code(failure: Fault) -> None:
    assert sync_page(PROVEN, replace(QUIET, failure=failure)).can_enrol


def test_a_line_that_is_down_is_no_reason_to_enrol() -> None:
    assert not sync_page(PROVEN, replace(QUIET, failure=NoLine())).can_enrol


def _tones(**found: int) -> list[tuple[str, str]]:
    compared = Comparison(at="2026-11-23T00:00:00Z", **found)
    return [(line.text, line.tone) for line in sync_page(facts(compared=compared), QUIET).proven[2:]]


def test_what_a_comparison_found_is_said_and_only_the_same_is_good() -> None:
    assert _tones() == [("Hai bên khớp nhau", "good")]
    assert _tones(put_right=2) == [("2 bản ghi đã được sửa lại cho đúng", "warning")]
    assert _tones(put_right=1, only_here=3, unlike=1) == [
        ("1 bản ghi đã được sửa lại cho đúng", "warning"),
        ("3 bản ghi chỉ có ở máy này", "warning"),
        ("1 bản ghi vẫn còn khác", "warning"),
    ]
    assert len(sync_page(PROVEN, QUIET).proven) == 2, "without a comparison nothing is claimed"


def test_a_province_that_contradicts_itself_is_told_and_enrolling_is_not_offered() -> None:
    stopped = facts(frozen="split", contradicted_at="2026-11-23T00:00:00Z")
    state = sync_page(stopped, QUIET)
    assert (state.proven[-1].tone, state.can_enrol, state.can_sync) == ("danger", False, True)
    assert sync_chip(stopped, QUIET) == ("Đã ngừng đồng bộ: báo cho tỉnh", "danger")
