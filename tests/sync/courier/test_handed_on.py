"""A stick that another PC hands on over its line: the province has the same, and whoever carried it learns nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from commune_desk.usecases.sync import stick
from commune_desk.usecases.sync.handing_on import HandedOn, HandingOn, HandingOnStopped, ReplyNotWritten
from sync import bundle, seal
from sync.carried_wire import ROUTE, Carried, digest_of
from sync.client import errors
from sync.client import handing_on as client
from sync.client.channel import Channel, Refused
from sync.client.handing_on import OF_BUNDLES
from sync.client.transport import Transport
from tests.sync.actors.couriers import Office, bring, couriers, empty

pytestmark = pytest.mark.usefixtures("store_engine")

PHONE = "0912000999"
SENDER, CARRIER = 0, 1


@pytest.fixture
def office() -> Iterator[Office]:
    with couriers() as made:
        yield made


def handing(office: Office, desk: int = CARRIER) -> HandingOn:
    def connect(_pins: object) -> Transport:
        return Transport("province.test", ca_pem=None, limits=OF_BUNDLES, adapter=office.real.line)

    return HandingOn(office.desks[desk].register, connect=connect)


def handed_on(office: Office, *files: bytes, desk: int = CARRIER) -> tuple[HandedOn, list[bytes]]:
    """What came of it, and the replies that lie on the stick then; the bundles still do."""
    with empty(office.stick):
        for data in files:
            (office.stick / bundle.file_name(data)).write_bytes(data)
        names = office.courier(desk).read_in(office.stick).to_hand_on
        assert names == sorted(bundle.file_name(data) for data in files), "they are offered"
        done = handing(office, desk).hand_on(office.stick, names)
        left = {path.name: path.read_bytes() for path in office.stick.iterdir()}
    assert all(left.pop(bundle.file_name(data)) == data for data in files)
    assert sorted(map(bundle.named, done.replies)) == sorted(left)
    return done, list(left.values())


def asked(office: Office, data: bytes, desk: int = CARRIER) -> tuple[Carried, bytes]:
    """The route itself, as this desk asks it. Raises a SyncFault."""
    return client.hand_on(channel_of(office, desk), data)


def channel_of(office: Office, desk: int) -> Channel:
    own = office.desks[desk].register.identity
    assert own.pins is not None
    transport = Transport("province.test", ca_pem=None, limits=OF_BUNDLES, adapter=office.real.line)
    key, authority = seal.SigningKey.from_bytes(own.signing), own.pins.authority_public
    channel = Channel(transport, key_id=own.desk, key=key, authority_public=authority)
    channel.hello()
    return channel


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def refused(office: Office, data: bytes) -> str:
    with pytest.raises(Refused) as told:
        asked(office, data)
    return told.value.problem.code


def test_a_stick_goes_there_and_back_over_another_pcs_line(office: Office) -> None:
    office.edit(SENDER, PHONE)
    office.visit(SENDER)
    done, (reply,) = handed_on(office, *office.write_out(SENDER))
    assert (done.files, done.taken, done.missing, done.faults) == (1, 2, [], [])
    assert office.held_n(SENDER) == office.last_n(SENDER)
    assert office.waiting(SENDER) == 2, "until its reply is read in"
    read = office.read_in(SENDER, reply)
    assert (read.signed_for, office.waiting(SENDER)) == (office.last_n(SENDER), 0)
    office.desks[CARRIER].sync()
    assert office.shown(CARRIER) == PHONE


def _by_stick(office: Office, data: bytes) -> list[bytes]:
    return bring(office.province, data)


def _over_the_carriers_line(office: Office, data: bytes) -> list[bytes]:
    return handed_on(office, data)[1]


def _over_its_own_line(office: Office, data: bytes) -> list[bytes]:
    office.desks[SENDER].sync()
    return []


@pytest.mark.parametrize("way", [_over_the_carriers_line, _over_its_own_line])
def test_carried_or_by_stick_or_over_its_own_line_it_ends_the_same(
    office: Office, tmp_path: Path, way: Callable[[Office, bytes], list[bytes]]
) -> None:
    """I24: also where it is handed on twice, and behind a colleague's edit of the same field."""
    office.edit(SENDER, PHONE)
    office.visit(SENDER)
    office.edit(CARRIER, "0912000111")
    office.desks[CARRIER].sync()
    (data,) = office.write_out(SENDER)
    other = office.copied(tmp_path / "other")
    try:
        ends = []
        for one, goes in ((office, _by_stick), (other, way)):
            for _ in range(2):
                replies = goes(one, data)
            if replies:
                one.read_in(SENDER, *replies)
            one.desks[SENDER].sync()
            one.desks[CARRIER].sync()
            ends.append((one.held(), one.order(), one.kept(SENDER)["conflict"], one.waiting(SENDER)))
        assert ends[0] == ends[1]
        assert ends[0][2], "the twin: there was something to differ in"
    finally:
        other.close()


def test_who_keeps_a_copy_can_open_neither(office: Office) -> None:
    office.edit(SENDER, PHONE)
    (data,) = office.write_out(SENDER)
    _done, (reply,) = handed_on(office, data)
    own = office.desks[CARRIER].register.identity
    for kept in (data, reply):
        with pytest.raises(bundle.ForAnother):
            bundle.open_bundle(kept, seal.BoxKey.from_bytes(own.box), own.desk)
        assert PHONE.encode() not in kept
        assert office.id_of(SENDER).encode() not in kept
    sender = office.desks[SENDER].register.identity
    opened = bundle.open_bundle(reply, seal.BoxKey.from_bytes(sender.box), sender.desk)
    assert any(PHONE.encode() in content for content in opened.contents), "the twin: it is in there"


def test_all_that_is_told_is_numbers(office: Office) -> None:
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    said, _reply = asked(office, data)
    assert said == Carried(digest=digest_of(data), taken=1)
    assert asked(office, data)[0] == said, "a second time it says the same: dup"
    assert set(Carried.__struct_fields__) == {"digest", "taken", "missing", "another_time"}


def test_its_reply_is_for_the_sender_alone_whoever_asks(office: Office) -> None:
    """Also a desk that hands on its own: the same answer, sealed to itself."""
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    _said, reply = asked(office, data, desk=SENDER)
    assert office.read_in(SENDER, reply).signed_for == office.last_n(SENDER)


def test_what_a_withdrawn_pc_sends_is_set_aside_however_it_comes(office: Office) -> None:
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    office.revoke(SENDER)
    done, (reply,) = handed_on(office, data)
    assert (done.files, done.faults) == (1, [])
    assert office.held()["quarantine"], "with the command it is so, too"
    read = office.read_in(SENDER, reply)
    assert isinstance(read.refusal, errors.DeskRevoked)
    assert office.waiting(SENDER) == 0


def test_what_comes_too_early_waits_and_whoever_brought_it_is_told_what_is_missing(office: Office) -> None:
    for _ in range(3):
        office.visit(SENDER)
    first, second, third = office.write_out(SENDER, room=1)
    start = office.held_n(SENDER)
    done, _ = handed_on(office, third)
    assert (done.taken, done.missing) == (0, [(start + 1, start + 2)])
    done, _ = handed_on(office, second, first)
    assert (done.taken, done.missing, office.parked()) == (3, [], 0)
    assert office.held_n(SENDER) == office.last_n(SENDER)


def test_of_a_province_that_was_put_back_it_is_told(office: Office) -> None:
    office.back_up()
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    office.put_back()
    done, (reply,) = handed_on(office, data)
    assert (done.taken, done.of_another_time) == (0, 1)
    assert office.read_in(SENDER, reply).has_followed
    done, (reply,) = handed_on(office, *office.write_out(SENDER))
    assert done.taken == 1
    assert office.read_in(SENDER, reply).signed_for == office.last_n(SENDER)


def test_without_a_line_nothing_is_lost_and_the_stick_is_as_it_was(office: Office) -> None:
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    path = office.stick / bundle.file_name(data)
    path.write_bytes(data)
    office.real.line.down = True
    with pytest.raises(errors.NoLine):
        handing(office).hand_on(office.stick, [path.name])
    office.real.line.down, office.real.line.lose_reply_of = False, ROUTE
    with pytest.raises(errors.LineFault):
        handing(office).hand_on(office.stick, [path.name])
    assert [one.read_bytes() for one in office.stick.iterdir()] == [data]
    assert office.held_n(SENDER) == office.last_n(SENDER), "it was taken in; only the word of it was lost"
    office.real.line.lose_reply_of = ""
    assert handing(office).hand_on(office.stick, [path.name]).taken == 1
    path.unlink()


def test_a_full_stick_or_one_that_is_gone_is_told_and_it_goes_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    path = office.stick / bundle.file_name(data)
    path.write_bytes(data)
    for fault in (stick.StickFull, stick.StickGone):
        with monkeypatch.context() as once:
            once.setattr(stick, "put", partial(_raise, fault))
            with pytest.raises(ReplyNotWritten):
                handing(office).hand_on(office.stick, [path.name])
    done = handing(office).hand_on(office.stick, [path.name])
    assert (done.taken, len(done.replies)) == (1, 1)
    path.unlink()
    with pytest.raises(stick.StickGone):
        handing(office).hand_on(office.stick, [path.name])


def _raise(fault: type[Exception], *_: object) -> None:
    raise fault


def test_what_is_broken_off_says_what_was_done(office: Office) -> None:
    office.visit(SENDER)
    first = office.write_out(SENDER)[0]
    office.visit(SENDER)
    second = office.write_out(SENDER)[0]
    names = [bundle.file_name(one) for one in (first, second)]
    for name, data in zip(names, (first, second), strict=True):
        (office.stick / name).write_bytes(data)
    under_way = handing(office)
    done = under_way.hand_on(office.stick, names, lambda _done, _of: under_way.stop())
    assert (done.files, type(done.stopped_by)) == (1, HandingOnStopped)
    with pytest.raises(HandingOnStopped):
        under_way.hand_on(office.stick, names)
    with empty(office.stick):
        pass


def test_a_bundle_that_is_refused_keeps_no_other_back(office: Office) -> None:
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    broken = flipped(data, len(data) - 1)
    done, replies = handed_on(office, data, broken)
    assert [getattr(fault, "code", fault.params["code"]) for fault in done.faults] == ["bundle_damaged"]
    assert (done.files, len(replies)) == (1, 1)


def test_whoever_is_asked_for_patience_has_some(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    answers = [errors.Busy(0.01), errors.Busy(0.01)]

    def busy(channel: Channel, file: bytes) -> Any:
        if answers:
            raise answers.pop()
        return client_hand_on(channel, file)

    client_hand_on = client.hand_on
    monkeypatch.setattr(client, "hand_on", busy)
    assert handed_on(office, data)[0].taken == 1
    answers.append(errors.Busy(7200))
    with pytest.raises(errors.Busy):
        handed_on(office, data)


def test_ones_own_and_what_is_for_others_is_not_offered(office: Office) -> None:
    """Its own goes over its line by itself; a reply for somebody is no bundle for the province."""
    office.visit(SENDER)
    office.visit(CARRIER)
    (others,), (own,) = office.write_out(SENDER), office.write_out(CARRIER)
    (reply,) = bring(office.province, others)
    assert office.read_in(CARRIER, others, own, reply).to_hand_on == [bundle.file_name(others)]
    (for_own,) = bring(office.province, own)
    read = office.read_in(CARRIER, others, for_own)
    assert (read.files, read.to_hand_on) == (1, [bundle.file_name(others)]), "beside what is for this PC"


def test_the_provinces_log_says_who_brought_it(office: Office) -> None:
    office.visit(SENDER)
    (data,) = office.write_out(SENDER)
    _done, (reply,) = handed_on(office, data)
    brought, answered = office.audited()[-2:]
    assert brought == ("bundle-in", f"{office.id_of(SENDER)} {bundle.fingerprint(data)} by {office.id_of(CARRIER)}")
    assert answered == ("bundle-out", f"{office.id_of(SENDER)} {bundle.fingerprint(reply)}")
    logged = office.desks[CARRIER].ask("SELECT detail FROM audit WHERE action='courier_carried'")
    assert [msgspec.json.decode(row[0]) for row in logged] == [
        {"bundle": bundle.fingerprint(data), "reply": bundle.file_name(reply).removesuffix(bundle.SUFFIX)}
    ]


def test_the_register_of_who_carries_is_not_touched(office: Office) -> None:
    office.edit(SENDER, PHONE)
    (data,) = office.write_out(SENDER)
    before = office.kept(CARRIER)
    handed_on(office, data)
    assert office.kept(CARRIER) == before
    office.desks[CARRIER].sync()
    assert office.kept(CARRIER) != before, "the twin: its own sync brings it"
