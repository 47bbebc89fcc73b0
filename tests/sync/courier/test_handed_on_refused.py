"""What of a stick that another PC hands on is refused, to whom and how often, and what counts for nothing."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from sync import bundle, protocol, seal
from sync.carried_wire import split_reply, with_reply
from sync.client import errors
from sync.client import handing_on as client
from sync.client.channel import Channel
from sync.client.handing_on import OF_BUNDLES
from sync.server.edge import carried, parking
from sync.server.edge.app import Service
from sync.server.edge.limits import Limits
from sync.server.identity.province import Province
from sync.server.problems import Refused as NotTaken
from tests.sync.actors.couriers import Office, bring
from tests.sync.actors.real_province import real_province
from tests.sync.courier.test_forged import resigned
from tests.sync.courier.test_handed_on import CARRIER, SENDER, asked, channel_of, flipped, office, refused

__all__ = ["office"]

pytestmark = pytest.mark.usefixtures("store_engine")


def test_what_is_no_whole_bundle_for_the_province_is_refused_with_a_sentence(office: Office, tmp_path: Path) -> None:
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    (reply,) = bring(office.province, data)
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    before = office.held(), office.audited()
    with real_province(tmp_path) as other:
        assert _code_of(other.province, data) == "bundle_for_another"
    for odd, code in (
        (b"", "bundle_none"),
        (b"GIF89a" * 20_000, "bundle_none"),
        (data[:6] + b"9" + data[7:], "bundle_newer"),
        (data[:-1], "bundle_cut"),
        (data + bytes(bundle.BLOCK), "bundle_cut"),
        (flipped(data, 12), "bundle_for_another"),
        (reply, "bundle_for_another"),
        *((flipped(data, at), "bundle_damaged") for at in (60, 5_000, len(data) - 1)),
    ):
        assert refused(office, odd) == code
    assert (office.held(), office.audited()) == before
    assert asked(office, data)[0].taken == 2, "the twin"


def _code_of(province: Province, data: bytes) -> str:
    with pytest.raises(NotTaken) as told:
        carried._opened(province, data)
    return told.value.code


def test_who_is_not_enrolled_here_is_not_believed_whoever_brings_it(office: Office) -> None:
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    own, other = (seal.SigningKey.from_bytes(desk.register.identity.signing) for desk in office.desks)
    for key, more in ((seal.SigningKey.generate(), {}), (other, {}), (own, {"sender": "AAAAAA"})):
        assert refused(office, resigned(office, data, key, **more)) == "bundle_unknown"
    assert asked(office, resigned(office, data, own))[0].taken == 1, "the twin"


def test_a_bundle_larger_than_any_goes_nowhere(office: Office) -> None:
    """Nor does what only claims to be one: it is refused, in bounded memory, before anything is opened."""
    noise = Random(7).randbytes(bundle.MAX_FILE + 1)
    assert refused(office, noise) == "bundle_none"
    assert refused(office, bundle.MAGIC + noise[8:]) == "bundle_cut"
    with pytest.raises(errors.ServerTrouble):
        asked(office, noise + Random(8).randbytes(OF_BUNDLES.sent_bytes))


def test_a_desk_that_is_stopped_hands_nothing_on(office: Office) -> None:
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    office.revoke(CARRIER)
    with pytest.raises(errors.DeskRevoked):
        asked(office, data)
    assert office.held_n(SENDER) < office.last_n(SENDER)
    assert not office.desks[CARRIER].register.identity.frozen, "the round of its own sync says so"


def test_too_much_that_waits_is_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        office.visit(SENDER)
    _first, second = office.write_out(SENDER, room=1)
    monkeypatch.setattr(parking, "MOST_PUSHES", 0)
    assert refused(office, second) == "bundle_waits"


def test_a_reply_to_something_else_counts_for_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.visit(SENDER)
    former = office.write_out(SENDER)[0]
    played = with_reply(*asked(office, former))
    office.visit(SENDER)
    data = office.write_out(SENDER)[0]
    monkeypatch.setattr(Channel, "call", lambda *_: (played, b""))
    with pytest.raises(errors.Unproven):
        client.hand_on(channel_of(office, CARRIER), data)
    assert client.hand_on(channel_of(office, CARRIER), former)[0].taken == 1, "the twin"


def test_nobody_but_the_province_says_how_it_went(office: Office) -> None:
    """Under its own domain: what the province signed as something else is no word about a bundle."""
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    body = with_reply(*asked(office, data))
    authority = office.province.keys.authority
    assert split_reply(body)[0].taken == 1
    signature = authority.sign(seal.BUNDLE, body)
    assert not seal.verify(authority.public, seal.CARRIED, body, signature)
    for odd in (body.partition(b"\n")[0], body[:-1], body.partition(b"\n")[0] + b"\n<html>"):
        with pytest.raises(protocol.Malformed):
            split_reply(odd)


def test_a_province_of_an_earlier_program_is_told_as_that(office: Office) -> None:
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    with pytest.MonkeyPatch.context() as older:
        older.setattr("sync.server.edge.app.ROUTE", "/v1/of-later")
        office.real.line.app = Service(office.province).app()
    with pytest.raises(errors.TakesNoBundles):
        asked(office, data)
    office.real.restart()
    assert asked(office, data)[0].taken == 1, "the twin"


def test_what_is_brought_counts_for_who_brings_it(office: Office) -> None:
    """A desk cannot spend another's share by bringing its old sticks, nor get round its own by a stick of its own."""
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    _limited(office, pushed_a_day=100)
    with pytest.raises(errors.Busy):
        asked(office, data)
    assert office.held_n(SENDER) < office.last_n(SENDER)
    _limited(office)
    assert asked(office, data)[0].taken == 1, "the twin"


def _limited(office: Office, **limits: Any) -> Limits:
    made = Limits(**limits)
    office.real.line.app = Service(office.province, limits=made).app()
    return made


def test_one_is_taken_in_at_a_time_and_nothing_else_waits_for_it(office: Office) -> None:
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    limits = _limited(office)
    with limits.at_work("another", OF_BUNDLES.sent_bytes):
        with pytest.raises(errors.Busy):
            asked(office, data)
        office.desks[CARRIER].sync()
    assert asked(office, data)[0].taken == 1


def test_a_desk_may_bring_so_many_a_minute(office: Office) -> None:
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    _limited(office, clock=lambda: 0.0)
    for _ in range(30):
        asked(office, data)
    with pytest.raises(errors.Busy):
        asked(office, data)
    assert asked(office, data, desk=SENDER)[0].taken == 1, "another one still may"
