"""Somebody before the province lets no request of this size through, and signs nothing."""

from __future__ import annotations

from contextlib import suppress

import pytest

from commune_desk.domain.model.ids import uuid7
from sync.client import errors
from sync.client.session import Session
from tests.sync.actors.memory_replica import MemoryReplica
from tests.sync.actors.scripted_province import Raw, ScriptedProvince


def _wrote(province: ScriptedProvince, count: int) -> MemoryReplica:
    desk = province.desk("AAAAAA")
    for _ in range(count):
        desk.record("C:06838", "person", uuid7(), {"full_name": "Lò Thị Thử"})
    return desk


@pytest.mark.parametrize("is_page", [False, True])
@pytest.mark.parametrize("path", ["/v1/hello", "/v1/pull"])
def test_a_request_too_large_for_somebody_on_the_way_is_no_change_that_is(path: str, is_page: bool) -> None:
    """Nothing of this desk's may wait then: it is told as trouble, and of a push alone as a change too large."""
    province = ScriptedProvince()
    desk = _wrote(province, 3)
    page = Raw(413, b"<h1>413</h1>", {"Content-Type": "text/html"})
    province.pranks[path] = lambda _: page if is_page else Raw(413, b"")
    with pytest.raises(errors.LineFault) as told:
        Session(province.transport(), desk).sync()
    assert (told.value.text, told.value.params) == (errors.ServerTrouble.sentence, {"status": 413})


def test_a_page_that_says_too_large_halves_a_push() -> None:
    """As front ends say it. Told as a sign-in page, a batch too large for one of them would be sent for ever."""
    province = ScriptedProvince()
    desk = _wrote(province, 9)
    take_in = province.push
    asked: list[int] = []

    def small_ones(body: bytes) -> Raw:
        asked.append(len(body))
        return take_in(body) if len(body) < max(asked) / 2 else Raw(413, b"<h1>413</h1>", {"Content-Type": "text/html"})

    province.pranks["/v1/push"] = small_ones
    Session(province.transport(), desk).sync()
    assert len(province.held["AAAAAA"]) == 9


def test_a_push_that_took_longer_than_the_province_waits_goes_in_smaller_ones() -> None:
    """It waits a minute for a body, and the answer says so: in the same size it would take as long each time."""
    province = ScriptedProvince()
    desk = _wrote(province, 64)
    take_in = province.push
    asked: list[int] = []

    def in_time(body: bytes) -> Raw:
        asked.append(len(body))
        return take_in(body) if len(body) < max(asked) / 3 else province.problem(408, "slow")

    province.pranks["/v1/push"] = in_time
    session = Session(province.transport(), desk)
    for _syncs in range(12):
        with suppress(errors.TooSlow):
            session.sync()
    assert len(province.held["AAAAAA"]) == 64
