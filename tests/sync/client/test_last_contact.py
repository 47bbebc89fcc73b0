"""When the province was there: by its own no too, if that is signed, says when, and is no older than what was heard."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.words.errors import Fault
from sync import framing, protocol, seal
from sync.client import errors
from sync.client.session import Session
from tests.sync.actors.scripted_province import SCOPE, Raw, ScriptedProvince

EARLIER, LATER = "2026-11-23T01:00:00Z", "2026-11-24T02:00:00Z"


def contact_after(refuse: Raw, province: ScriptedProvince) -> str:
    """What a desk that needed no hello makes of a refused page."""
    session = Session(province.transport(), province.desk("AAAAAA"))
    session.sync()
    said_hello = len(province.asked)
    province.pranks["/v1/pull"] = lambda _: refuse
    with pytest.raises(Fault):
        session.sync()
    assert "/v1/hello" not in [path for path, _ in province.asked[said_hello:]]
    return session.so_far.at


@pytest.mark.parametrize(("status", "code"), [(410, "revoked"), (401, "signature"), (409, "full"), (503, "busy")])
def test_a_proven_no_was_said_by_a_province_that_was_there(status: int, code: str) -> None:
    province = ScriptedProvince()
    assert contact_after(province.problem(status, code, at=LATER), province) == LATER


def test_so_is_one_that_the_session_makes_another_fault_of() -> None:
    """A single change is too large."""
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    session = Session(province.transport(), desk)
    session.sync()
    desk.record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Thử"})
    province.pranks["/v1/push"] = lambda _: province.problem(413, "too_large", at=LATER)
    with pytest.raises(errors.ChangeTooLarge):
        session.sync()
    assert session.so_far.at == LATER


def test_an_old_no_that_is_played_back_is_no_contact() -> None:
    province = ScriptedProvince()
    assert contact_after(province.problem(410, "revoked", at=EARLIER), province) == ""


def test_nor_is_one_that_decides_for_another_desk() -> None:
    province = ScriptedProvince()
    assert contact_after(province.problem(410, "revoked", desk="BBBBBB", at=LATER), province) == ""


def test_nor_is_one_that_says_no_time() -> None:
    """As a province of an older program does."""
    province = ScriptedProvince()
    assert contact_after(province.problem(410, "revoked"), province) == ""


@pytest.mark.parametrize("signs", [False, True])
def test_nor_is_one_that_the_province_did_not_sign(signs: bool) -> None:
    """The twin: a proxy's, or another authority's."""
    body = protocol.encode(protocol.Problem(code="busy", text="No.", desk="AAAAAA", at=LATER))
    forged = protocol.b64(seal.SigningKey.generate().sign(seal.HELLO, body))
    headers = {protocol.SIGNATURE_HEADER: forged} if signs else {}
    assert contact_after(Raw(503, framing.deflate(body), headers), ScriptedProvince()) == ""
