"""Where all records are through and a photo is not, the sync page says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from commune_desk.presenters.sync.page import sync_page
from commune_desk.usecases.sync.agent import SyncStatus
from sync.client.errors import NoLine, ServerTrouble
from sync.client.session import SyncOutcome
from tests.presenters.sync.test_page import QUIET, facts

BROKEN_OFF = SyncOutcome(
    pushed=2, pulled=0, quarantined=0, conflicts=0, at="", receipt_at="", file_fault=ServerTrouble(status=413)
)


def test_why_a_photo_does_not_get_through_is_said_though_all_words_did() -> None:
    status = replace(QUIET, last_outcome=BROKEN_OFF, next_try_at=datetime(2026, 11, 23, 0, 58, tzinfo=UTC))
    line = sync_page(facts(waiting_files=1), status).line[0]
    assert line.text == "Hồ sơ đã gửi và nhận xong, còn ảnh và bản quét thì chưa"
    assert "413" in line.detail
    assert line.detail.endswith("Tự thử lại lúc 07:58.")
    assert (line.tone, line.icon) == ("warning", "paperclip")


@pytest.mark.parametrize("still", [{"is_paused": True}, {"is_held": True}])
def test_nor_is_a_photo_said_to_be_tried_again_where_nothing_goes_by_itself(still: dict[str, Any]) -> None:
    line = sync_page(facts(waiting_files=1), replace(QUIET, last_outcome=BROKEN_OFF, **still)).line[0]
    assert "413" in line.detail
    assert "thử lại" not in line.detail


@pytest.mark.parametrize("status", [QUIET, replace(QUIET, last_outcome=BROKEN_OFF, failure=NoLine())])
def test_nothing_is_said_of_photos_that_are_through_or_wait_for_the_line_itself(status: SyncStatus) -> None:
    still = replace(status, last_outcome=BROKEN_OFF)
    assert all("ảnh" not in line.text for line in sync_page(facts(waiting_files=0), still).line)
    assert all("ảnh" not in line.text for line in sync_page(facts(waiting_files=1), status).line)
