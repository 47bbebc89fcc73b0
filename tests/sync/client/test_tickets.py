"""Tickets: what of them is left spares a sync its hello, and a spent one costs a hello and nothing else."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import uuid7
from sync.client.channel import Refused
from sync.client.session import Session
from tests.sync.actors.memory_replica import MemoryReplica
from tests.sync.actors.scripted_province import SCOPE, ScriptedProvince


def _session(province: ScriptedProvince, desk: MemoryReplica) -> Session:
    return Session(province.transport(), desk)


def _type(desk: MemoryReplica, count: int) -> None:
    for _ in range(count):
        desk.record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Thử"})


def test_a_spent_ticket_is_renewed_once() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 1)
    refusals = [province.problem(401, "ticket")]
    province.pranks["/v1/push"] = lambda _: refusals.pop() if refusals else None
    _session(province, desk).sync()
    assert desk.accepted_n == 1
    province.pranks["/v1/pull"] = lambda _: province.problem(401, "ticket")
    with pytest.raises(Refused):
        _session(province, desk).sync()


def _hellos(province: ScriptedProvince) -> int:
    return sum(path == "/v1/hello" for path, _ in province.asked)


def test_a_ticket_that_is_left_spares_the_next_sync_its_hello() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    session = _session(province, desk)
    for _ in range(3):
        _type(desk, 1)
        assert session.sync().at
    assert (_hellos(province), desk.accepted_n) == (1, 3)


@pytest.mark.parametrize("seconds", [0, 60])
def test_a_ticket_near_its_end_is_not_begun_with(seconds: int) -> None:
    province = ScriptedProvince()
    province.ticket_seconds = seconds
    desk = province.desk("AAAAAA")
    session = _session(province, desk)
    for _ in range(3):
        session.sync()
    assert _hellos(province) == 3


def test_with_a_ticket_left_a_province_that_was_put_back_is_still_followed() -> None:
    """It says so by the epoch that it refuses; a process that was begun anew refuses the ticket besides."""
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 2)
    session = _session(province, desk)
    session.sync()
    province.epoch, province.held["AAAAAA"], province.feed, province.runs = "e2", [], {}, []
    desk.places.clear()
    refusals = [province.problem(409, "epoch"), province.problem(401, "ticket")]
    province.pranks["/v1/push"] = lambda _: refusals.pop() if refusals else None
    _type(desk, 1)
    session.sync()
    assert (desk.frozen, desk.me.epoch, len(province.held["AAAAAA"])) == ([], "e2", 3)
    assert refusals == []
