"""A desk's session: order, batches, repeats, and everything a hostile or troubled province may send back."""

from __future__ import annotations

import errno
from collections.abc import Callable

import msgspec
import pytest

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.words.errors import Fault
from sync import framing, protocol, seal
from sync.change import Line
from sync.client import errors
from sync.client.session import Session
from tests.sync.actors.memory_replica import Identity, MemoryReplica
from tests.sync.actors.scripted_province import SCOPE, Raw, ScriptedProvince


def _session(province: ScriptedProvince, desk: MemoryReplica) -> Session:
    return Session(province.transport(), desk)


def _type(desk: MemoryReplica, count: int) -> None:
    for _ in range(count):
        desk.record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Thử"})


def test_a_sync_says_hello_pushes_everything_and_pulls_until_there_is_no_more() -> None:
    province = ScriptedProvince()
    desk, other = province.desk("AAAAAA"), province.desk("BBBBBB")
    _type(desk, 1234)
    outcome = _session(province, desk).sync()
    assert [path for path, _ in province.asked if path != "/v1/push"] == ["/v1/hello", *["/v1/pull"] * 3]
    assert (outcome.pushed, outcome.pulled, outcome.quarantined) == (1234, 1234, 0)
    assert outcome.receipt_at == "2026-11-24T01:00:01Z"
    assert desk.accepted_n == 1234
    assert sum(desk.applied_sizes) == 1234
    assert _session(province, other).sync().pulled == 1234
    assert [line.raw for _, line in other.applied] == [line.raw for line in desk.lines]


def test_a_second_sync_sends_and_takes_nothing() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 3)
    session = _session(province, desk)
    session.sync()
    outcome = session.sync()
    assert (outcome.pushed, outcome.pulled) == (0, 0)
    assert len(desk.applied) == 3


def test_the_push_header_carries_the_signed_head_of_the_desks_chain() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 2)
    _session(province, desk).sync()
    body = next(body for path, body in province.asked if path == "/v1/push")
    header = protocol.decode(body.split(b"\n")[0], protocol.PushHeader)
    assert protocol.unb64(header.head) == desk.chain_head(2)
    signed = msgspec.json.encode(["AAAAAA", 2, header.head])
    assert seal.verify(desk.me.signing_key.public, seal.HEAD, signed, protocol.unb64(header.head_signature))


def test_a_lost_reply_is_made_good_by_sending_again() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 5)
    honest = province.push

    def lose(body: bytes) -> Raw:
        honest(body)
        return Raw(502, b"<html>", {"Content-Type": "text/html"})

    province.pranks["/v1/push"] = lose
    with pytest.raises(errors.ServerTrouble):
        _session(province, desk).sync()
    assert desk.accepted_n == 0
    province.pranks.clear()
    _session(province, desk).sync()
    assert desk.accepted_n == len(province.held["AAAAAA"]) == len(desk.applied) == 5
    assert desk.receipts[-1].results == [], "in brief, nothing is said of what is there already"


def test_too_large_halves_the_batch_until_it_fits() -> None:
    province = ScriptedProvince()
    province.most_changes = 60
    desk = province.desk("AAAAAA")
    _type(desk, 300)
    _session(province, desk).sync()
    assert desk.accepted_n == len(province.held["AAAAAA"]) == 300


def test_one_change_too_large_is_kept_and_said() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 1)
    province.pranks["/v1/push"] = lambda _: province.problem(413, "too_large")
    with pytest.raises(errors.ChangeTooLarge):
        _session(province, desk).sync()
    assert len(desk.pending(0, 10, 10**6)) == 1


def test_a_gap_is_filled_from_where_the_province_says() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 8)
    desk.accepted_n = 6
    _session(province, desk).sync()
    assert len(province.held["AAAAAA"]) == desk.accepted_n == 8


def test_a_gap_that_cannot_be_filled_ends_the_sync() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 2)
    province.pranks["/v1/push"] = lambda _: province.problem(409, "gap", expect_n=1)
    with pytest.raises(errors.ChangesMissing):
        _session(province, desk).sync()


@pytest.mark.parametrize(("code", "fault"), [("fork", errors.Forked), ("epoch", errors.ProvinceRestored)])
def test_a_signed_halt_freezes_the_desk_and_keeps_every_change(code: str, fault: type[Fault]) -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 2)
    province.pranks["/v1/push"] = lambda _: province.problem(409, code)
    with pytest.raises(fault):
        _session(province, desk).sync()
    assert desk.frozen == [code]
    assert len(desk.pending(0, 10, 10**6)) == 2


@pytest.mark.parametrize("code", ["fork", "gap"])
def test_a_province_that_takes_every_number_ends_the_sync(code: str) -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 2)
    head = protocol.b64(bytes(32))
    province.pranks["/v1/push"] = lambda _: province.problem(409, code, expect_n=1, head=head)
    with pytest.raises(errors.NumbersTaken):
        _session(province, desk).sync()
    assert desk.told_behind == [(0, bytes(32))] * 3
    assert desk.frozen == ["fork"]
    assert len(desk.pending(0, 10, 10**6)) == 2


@pytest.mark.parametrize("code", ["fork", "gap"])
def test_where_another_desk_may_go_on_is_nobody_elses(code: str) -> None:
    """A refusal of another desk, or of this one under its former name, played back."""
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 2)
    head = protocol.b64(bytes(32))
    province.pranks["/v1/push"] = lambda _: province.problem(409, code, desk="BBBBBB", expect_n=1, head=head)
    with pytest.raises(errors.Unproven):
        _session(province, desk).sync()
    assert (desk.told_behind, desk.frozen) == ([], [])


def test_a_revoked_desk_is_told_so_and_frozen() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    province.pranks["/v1/pull"] = lambda _: province.problem(401, "revoked")
    with pytest.raises(errors.DeskRevoked):
        _session(province, desk).sync()
    assert desk.frozen == ["revoked"]


def test_an_unsigned_no_never_freezes() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 1)
    forged = framing.deflate(protocol.encode(protocol.Problem(code="fork", text="No.")))
    province.pranks["/v1/push"] = lambda _: Raw(409, forged)
    with pytest.raises(errors.ServerTrouble):
        _session(province, desk).sync()
    stranger = protocol.b64(seal.SigningKey.generate().sign(seal.HELLO, framing.inflate(forged)))
    province.pranks["/v1/push"] = lambda _: Raw(409, forged, {protocol.SIGNATURE_HEADER: stranger})
    with pytest.raises(errors.Unproven):
        _session(province, desk).sync()
    assert desk.frozen == []


def test_a_province_that_says_that_it_was_put_back_is_followed_and_gets_everything_again() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 3)
    _session(province, desk).sync()
    province.epoch, province.held["AAAAAA"], province.feed, province.runs = "e2", [], {}, []
    desk.places.clear()
    _session(province, desk).sync()
    assert (desk.frozen, desk.me.epoch, len(province.held["AAAAAA"])) == ([], "e2", 3)


def _recorded_hello(province: ScriptedProvince) -> Callable[[bytes], Raw]:
    recording = province.hello(protocol.encode(protocol.HelloRequest(nonce="AAAA")))
    return lambda _: recording


def _always(reply: Raw) -> Callable[[bytes], Raw]:
    return lambda _: reply


PAGES_OF_OTHERS: dict[str, tuple[Raw, type[Fault]]] = {
    "captive portal": (Raw(200, b"<html>", {"Content-Type": "text/html"}), errors.CaptivePortal),
    "portal without a type": (Raw(200, b"<!DOCTYPE html><p>Wi-Fi"), errors.CaptivePortal),
    "redirect": (Raw(302, b"", {"Location": "http://login.test"}), errors.CaptivePortal),
    "trouble": (Raw(500, b"<h1>500</h1>", {"Content-Type": "text/html"}), errors.ServerTrouble),
    "trouble in JSON": (Raw(500, b"{}", {"Content-Type": "application/json"}), errors.ServerTrouble),
    "garbage": (Raw(200, bytes(range(1, 200))), protocol.Malformed),
    "nothing": (Raw(200, b""), errors.Unproven),
    "compressed": (Raw(200, b"\x1f\x8b", {"Content-Encoding": "gzip"}), protocol.Malformed),
    "bomb": (Raw(200, framing.deflate(bytes(protocol.MAX_INFLATED + 1))), protocol.Malformed),
    "endless": (Raw(200, bytes(3 * protocol.MAX_BODY)), errors.TooLarge),
    "declared endless": (Raw(200, b"a", {"Content-Length": str(1 << 40)}), errors.TooLarge),
    "half a page": (Raw(200, b"a", {"Content-Length": "100"}), errors.HalfPage),
    "unknown": (Raw(404, b""), errors.ServerTrouble),
    "busy, as a page": (Raw(429, b"<h1>429</h1>", {"Content-Type": "text/html"}), errors.Busy),
}


@pytest.mark.parametrize("name", PAGES_OF_OTHERS)
@pytest.mark.parametrize("path", ["/v1/hello", "/v1/push", "/v1/pull"])
def test_whatever_answers_in_the_provinces_place_costs_nothing(path: str, name: str) -> None:
    reply, fault = PAGES_OF_OTHERS[name]
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 3)
    province.pranks[path] = lambda _: reply
    with pytest.raises(fault):
        _session(province, desk).sync()
    assert (desk.applied, desk.places, desk.frozen) == ([], {}, [])
    province.pranks.clear()
    _session(province, desk).sync()
    assert len(province.held["AAAAAA"]) == len(desk.applied) == 3


def test_a_recorded_hello_is_not_the_province() -> None:
    province = ScriptedProvince()
    province.pranks["/v1/hello"] = _recorded_hello(province)
    with pytest.raises(errors.Unproven):
        _session(province, province.desk("AAAAAA")).sync()


def test_no_line_is_said_as_such() -> None:
    province = ScriptedProvince()
    province.line_down = OSError(errno.ENETUNREACH, "Network is unreachable")
    with pytest.raises(errors.NoLine):
        _session(province, province.desk("AAAAAA")).sync()


def test_a_receipt_for_another_desk_is_not_ours() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 1)
    receipt = protocol.Receipt(desk="BBBBBB", accepted_n=9, durable_n=0, at="", results=[])
    province.pranks["/v1/push"] = lambda _: province.signed(receipt, seal.RECEIPT)
    with pytest.raises(errors.Unproven):
        _session(province, desk).sync()
    assert desk.receipts == []


def _filled() -> tuple[ScriptedProvince, MemoryReplica]:
    """A province with five changes of another desk, and a desk that has not pulled yet."""
    province = ScriptedProvince()
    other = province.desk("BBBBBB")
    _type(other, 5)
    _session(province, other).sync()
    return province, province.desk("AAAAAA")


def _pull_with(province: ScriptedProvince, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Let the province sign a page that is not honest."""

    def prank(body: bytes) -> Raw:
        lines = province.page(protocol.decode(body, protocol.PullRequest)).split(b"\n")
        return province.signed(b"\n".join(change(lines)), seal.FEED)

    province.pranks["/v1/pull"] = prank


def _swap(lines: list[bytes], a: int, b: int) -> list[bytes]:
    lines[a], lines[b] = lines[b], lines[a]
    return lines


WRONG_PAGES: dict[str, tuple[Callable[[list[bytes]], list[bytes]], type[Fault]]] = {
    "without its trailer": (lambda lines: lines[:-1], protocol.Malformed),
    "with an event missing": (lambda lines: lines[:2] + lines[3:], errors.HistoryRewritten),
    "with two events swapped": (lambda lines: _swap(lines, 2, 3), errors.HistoryRewritten),
    "with an event twice": (lambda lines: [*lines[:2], lines[1], *lines[2:]], errors.HistoryRewritten),
    "with its last event missing": (lambda lines: [*lines[:-2], lines[-1]], protocol.Malformed),
    "promising more for ever": (
        lambda lines: [lines[0], b'{"cursors":{},"more":true,"heads":{}}'],
        protocol.Malformed,
    ),
    "of a scope that is not granted": (
        lambda lines: [lines[0].replace(b"C:06838", b"C:00001"), *lines[1:]],
        errors.Unproven,
    ),
    "of another epoch": (lambda lines: [lines[0].replace(b'"e1"', b'"e2"'), *lines[1:]], errors.ProvinceRestored),
}


@pytest.mark.parametrize("name", WRONG_PAGES)
def test_a_page_that_is_not_whole_and_in_order_counts_for_nothing(name: str) -> None:
    change, fault = WRONG_PAGES[name]
    province, desk = _filled()
    _pull_with(province, change)
    with pytest.raises(fault):
        _session(province, desk).sync()
    assert (desk.applied, desk.places, desk.certs) == ([], {}, {})


def _forge(province: ScriptedProvince) -> None:
    """A change in the other desk's name, signed by somebody else, put into the feed with a right chain."""
    forger = MemoryReplica(Identity("BBBBBB", "e1", seal.SigningKey.generate(), province.authority.public))
    province.publish(forger.record(SCOPE, "person", uuid7(), {"full_name": "Giả Mạo"}))


def test_a_forged_author_is_refused() -> None:
    province, desk = _filled()
    _forge(province)
    with pytest.raises(errors.Unproven):
        _session(province, desk).sync()
    assert desk.applied == []


def test_without_the_check_of_signatures_the_forgery_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    province, desk = _filled()
    _forge(province)
    monkeypatch.setattr(Line, "signed_by", lambda *_: True)
    _session(province, desk).sync()
    assert len(desk.applied) == 6


def test_a_certificate_of_another_authority_is_refused() -> None:
    province, desk = _filled()
    stranger = seal.SigningKey.generate()
    certs = [province.cert("BBBBBB", stranger.public, stranger)]

    def prank(body: bytes) -> Raw:
        request = protocol.decode(body, protocol.PullRequest)
        return province.signed(province.page(request, certs), seal.FEED)

    province.pranks["/v1/pull"] = prank
    with pytest.raises(errors.Unproven):
        _session(province, desk).sync()
    assert (desk.applied, desk.certs) == ([], {})


def test_a_rewritten_history_is_found_by_its_chain() -> None:
    province, desk = _filled()
    _session(province, desk).sync()
    other = province.desk("BBBBBB")
    province.feed[SCOPE] = []
    _type(other, 6)
    for line in other.lines:
        province.publish(line)
    with pytest.raises(errors.HistoryRewritten):
        _session(province, desk).sync()
    desk.chains[SCOPE], desk.anew = protocol.unb64(province.head(SCOPE, desk.places[SCOPE]).chain), []
    _session(province, desk).sync()
    assert len(desk.applied) == 6, "without the chain kept at the cursor nobody would have noticed"


def test_a_feed_shorter_than_what_was_seen_is_noticed() -> None:
    province, desk = _filled()
    _session(province, desk).sync()
    del province.feed[SCOPE][3:]
    with pytest.raises(Fault):
        _session(province, desk).sync()
    assert len(desk.applied) == 5


def test_an_old_page_played_again_changes_nothing() -> None:
    province, desk = _filled()
    old = province.signed(province.page(protocol.PullRequest(epoch="e1", cursors={})), seal.FEED)
    _session(province, desk).sync()
    province.pranks["/v1/pull"] = lambda _: old
    with pytest.raises(errors.HistoryRewritten):
        _session(province, desk).sync()
    assert len(desk.applied) == 5


def test_a_flipped_bit_anywhere_in_a_page_is_refused() -> None:
    province, desk = _filled()
    honest = province.page(protocol.PullRequest(epoch="e1", cursors={}))
    signature = protocol.b64(province.authority.sign(seal.FEED, honest))
    for place in range(0, len(honest), 97):
        flipped = bytearray(honest)
        flipped[place] ^= 1
        reply = Raw(200, framing.deflate(bytes(flipped)), {protocol.SIGNATURE_HEADER: signature})
        province.pranks["/v1/pull"] = _always(reply)
        with pytest.raises(errors.Unproven):
            _session(province, desk).sync()
    assert desk.applied == []
