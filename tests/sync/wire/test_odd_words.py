"""What the province says in words of its own: what no header can hold, and what is shown to a person."""

from __future__ import annotations

import msgspec
import pytest

from commune_desk.domain.words.errors import Fault
from commune_desk.i18n import translate_error
from sync import framing, protocol, seal
from sync.client.session import Session
from tests.sync.actors.scripted_province import Raw, ScriptedProvince


@pytest.mark.parametrize("ticket", ["", "a\nb", "é", 'a"b', "x" * 201])
def test_a_ticket_that_no_header_can_hold_is_no_hello(ticket: str) -> None:
    province = ScriptedProvince()

    def odd(body: bytes) -> Raw:
        hello = protocol.decode(framing.inflate(province.hello(body).body), protocol.Hello)
        return province.signed(msgspec.structs.replace(hello, ticket=ticket), seal.HELLO)

    province.pranks["/v1/hello"] = odd
    with pytest.raises(protocol.Malformed):
        Session(province.transport(), province.desk("AAAAAA")).sync()


def test_a_sentence_of_the_provinces_is_not_shown_and_its_code_is() -> None:
    """It is in the language of its program, and may say anything."""
    province = ScriptedProvince()
    text = "Thư mục {a.b} đầy { " + "x" * 1000
    province.pranks["/v1/pull"] = lambda _: province.signed(
        protocol.Problem(code="{full", text=text, desk="AAAAAA"), seal.HELLO, 409
    )
    with pytest.raises(Fault) as caught:
        Session(province.transport(), province.desk("AAAAAA")).sync()
    told = translate_error(caught.value)
    assert ("({full)" in told, "Thư mục" in told) == (True, False)
