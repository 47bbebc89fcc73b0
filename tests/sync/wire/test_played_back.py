"""What the province once signed, played back to somebody else or at another time by whoever holds its TLS key."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.words.errors import Fault
from sync import protocol, seal
from sync.client import errors
from sync.client.session import Session
from sync.server.identity import desks
from tests.sync.actors.memory_replica import MemoryReplica
from tests.sync.actors.scripted_province import SCOPE, Raw, ScriptedProvince
from tests.sync.actors.server_fixtures import COMMUNE, province_in

pytestmark = pytest.mark.usefixtures("store_engine")

HALTS: dict[str, type[Fault]] = {
    "fork": errors.Forked,
    "epoch": errors.ProvinceRestored,
    "revoked": errors.DeskRevoked,
    "resync": errors.HistoryRewritten,
}


def _told(code: str, *, desk: str) -> tuple[type[BaseException], MemoryReplica]:
    """What a desk AAAAAA makes of a refusal that names `desk`."""
    province = ScriptedProvince()
    us = province.desk("AAAAAA")
    refusal = province.problem(410, code, desk=desk)
    province.pranks["/v1/pull"] = lambda _: refusal
    with pytest.raises(Fault) as told:
        Session(province.transport(), us).sync()
    return told.type, us


@pytest.mark.parametrize("code", HALTS)
def test_another_desks_refusal_decides_nothing(code: str) -> None:
    """A desk that was revoked holds a signed refusal: it must not be able to stop all others with it."""
    for other in ("BBBBBB", ""):
        fault, us = _told(code, desk=other)
        assert fault is errors.Unproven
        assert us.frozen == []


@pytest.mark.parametrize("code", HALTS)
def test_ones_own_does(code: str) -> None:
    """The twin: the same refusal, naming this desk, is the province's word."""
    assert _told(code, desk="AAAAAA")[0] is HALTS[code]


def test_the_province_names_whom_it_refuses(tmp_path: Path) -> None:
    with province_in(tmp_path) as world:
        desk = world.desk()
        desk.send("person", uuid7(), {"full_name": "Lò Thị Thử"})
        for reply in (desk.pull_from({}, epoch="another"), desk.pull_from({COMMUNE: 7})):
            assert reply.read(protocol.Problem).desk == desk.id
        assert world.call("/v1/pull", b"").read(protocol.Problem).desk == "", "nobody, as nobody was proven"
        world.write(lambda connection: desks.revoke(connection, world.province, desk.id))
        assert desk.pull_from({}).read(protocol.Problem).desk == desk.id


def test_an_old_receipt_moves_nothing() -> None:
    province = ScriptedProvince()
    us = province.desk("AAAAAA")
    us.record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Thử"})
    kept: list[Raw] = []

    def record(body: bytes) -> Raw:
        kept.append(province.push(body))
        return kept[0]

    province.pranks["/v1/push"] = record
    Session(province.transport(), us).sync()
    us.record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Sau"})
    province.pranks["/v1/push"] = lambda _: kept[0]
    with pytest.raises(errors.Unproven):
        Session(province.transport(), us).sync()
    assert len(us.pending(0, 10, 10**6)) == 1


def test_a_signature_for_one_purpose_is_none_for_another() -> None:
    """A page signed as a hello, a hello as a receipt: the domain is part of what is signed."""
    province = ScriptedProvince()
    us = province.desk("AAAAAA")
    page = province.page(protocol.PullRequest(epoch="e1", cursors={}))
    for domain in set(seal.DOMAINS) - {seal.FEED}:
        reply = province.signed(page, domain)
        province.pranks["/v1/pull"] = lambda _, reply=reply: reply  # type: ignore[misc]
        with pytest.raises(errors.Unproven):
            Session(province.transport(), us).sync()
