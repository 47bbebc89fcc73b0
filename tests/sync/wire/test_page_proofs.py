"""Each proof in a page stands by itself: what one of them alone would let through is refused by the others' side."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from commune_desk.domain.model.ids import uuid7
from sync import framing, protocol, seal
from sync.change import next_chain
from sync.client import errors
from sync.client.session import Session
from tests.sync.actors.memory_replica import Identity, MemoryReplica
from tests.sync.actors.scripted_province import SCOPE, Raw, ScriptedProvince

STRANGER = "CCCCCC"


def _world() -> tuple[ScriptedProvince, MemoryReplica]:
    """A province with two changes of a colleague, and a desk that has them."""
    province = ScriptedProvince()
    other, desk = province.desk("BBBBBB"), province.desk("AAAAAA")
    for _ in range(2):
        other.record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Thử"})
    for replica in (other, desk):
        Session(province.transport(), replica).sync()
    return province, desk


def _refused(province: ScriptedProvince, desk: MemoryReplica, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        Session(province.transport(), desk).sync()
    assert len(desk.applied) == 2


def _stranger(province: ScriptedProvince) -> MemoryReplica:
    """A desk that the province has never certified, with a key of its own."""
    return MemoryReplica(Identity(STRANGER, "e1", seal.SigningKey.generate(), province.authority.public))


def _pull_with(province: ScriptedProvince, page: Callable[[protocol.PullRequest], bytes]) -> None:
    def prank(body: bytes) -> Raw:
        return province.signed(page(protocol.decode(body, protocol.PullRequest)), seal.FEED)

    province.pranks["/v1/pull"] = prank


def test_a_change_of_a_desk_without_a_certificate_is_refused() -> None:
    province, desk = _world()
    province.publish(_stranger(province).record(SCOPE, "person", uuid7(), {"full_name": "Người Lạ"}))
    _refused(province, desk, errors.Unproven)


def test_a_certificate_that_the_authority_did_not_sign_certifies_nobody() -> None:
    """The forger's change holds under the forger's key; only that nobody vouches for the key keeps it out."""
    province, desk = _world()
    stranger = _stranger(province)
    province.publish(stranger.record(SCOPE, "person", uuid7(), {"full_name": "Giả Mạo"}))
    forged = province.cert(STRANGER, stranger.me.signing_key.public, stranger.me.signing_key)
    _pull_with(province, lambda request: province.page(request, [*province.certs(), forged]))
    _refused(province, desk, errors.Unproven)
    assert STRANGER not in desk.certs


def test_the_same_certificate_signed_by_the_authority_would_do() -> None:
    """The twin."""
    province, desk = _world()
    stranger = _stranger(province)
    province.publish(stranger.record(SCOPE, "person", uuid7(), {"full_name": "Người Mới"}))
    honest = province.cert(STRANGER, stranger.me.signing_key.public, province.authority)
    _pull_with(province, lambda request: province.page(request, [*province.certs(), honest]))
    Session(province.transport(), desk).sync()
    assert len(desk.applied) == 3


UNSEEN_BY_OTHER_CHECKS = {
    "/v1/hello": (seal.HELLO, b"2026-11-24", b"2027-11-24"),
    "/v1/push": (seal.RECEIPT, b'"durable_n":0', b'"durable_n":9'),
    "/v1/pull": (seal.FEED, b'"certs_version":"v1"', b'"certs_version":"v9"'),
}
"""By path: the domain of its signature, and a word whose change nothing but that signature tells."""


def _changed(path: str, *, is_signed: bool) -> Callable[[ScriptedProvince], None]:
    """Change one word of each reply; without `is_signed` the signature stays the honest one's."""
    domain, word, other = UNSEEN_BY_OTHER_CHECKS[path]

    def play(province: ScriptedProvince) -> None:
        def prank(body: bytes) -> Raw:
            honest: Raw = getattr(province, path.removeprefix("/v1/"))(body)
            inside = framing.inflate(honest.body)
            assert word in inside
            changed = inside.replace(word, other)
            if is_signed:
                return province.signed(changed, domain)
            return Raw(200, framing.deflate(changed), honest.headers)

        province.pranks[path] = prank

    return play


@pytest.mark.parametrize("path", UNSEEN_BY_OTHER_CHECKS)
def test_a_word_changed_on_the_way_is_told_by_the_provinces_signature_alone(path: str) -> None:
    province, desk = _world()
    desk.record(SCOPE, "person", uuid7(), {"full_name": "Bàn A Sáng"})
    desk.ticket = None  # it says hello
    _changed(path, is_signed=False)(province)
    _refused(province, desk, errors.Unproven)


@pytest.mark.parametrize("path", UNSEEN_BY_OTHER_CHECKS)
def test_the_same_word_would_be_believed_if_the_province_had_said_it(path: str) -> None:
    """The twin."""
    province, desk = _world()
    desk.record(SCOPE, "person", uuid7(), {"full_name": "Bàn A Sáng"})
    desk.ticket = None  # it says hello
    _changed(path, is_signed=True)(province)
    Session(province.transport(), desk).sync()
    assert len(desk.applied) == 3


def test_a_head_of_the_same_number_and_another_chain_is_another_history() -> None:
    """A split view: nothing new to show this desk, but what lies behind is not what it has seen."""
    province, desk = _world()

    def page(request: protocol.PullRequest) -> bytes:
        header = province.page(request).split(b"\n")[0]
        heads = {SCOPE: protocol.FeedHead(seq=2, chain=protocol.b64(bytes(32)))}
        trailer = protocol.PullTrailer(cursors={SCOPE: province.head(SCOPE, 2)}, more=False, heads=heads)
        return b"\n".join([header, protocol.encode(trailer)])

    _pull_with(province, page)
    _refused(province, desk, errors.HistoryRewritten)


def _ending_at(province: ScriptedProvince, chain: bytes) -> None:
    """The next page is honest but for the chain that its trailer names."""

    def page(request: protocol.PullRequest) -> bytes:
        *lines, last = province.page(request).split(b"\n")
        trailer = protocol.decode(last, protocol.PullTrailer)
        cursors = {SCOPE: msgspec.structs.replace(trailer.cursors[SCOPE], chain=protocol.b64(chain))}
        return b"\n".join([*lines, protocol.encode(msgspec.structs.replace(trailer, cursors=cursors, heads={}))])

    _pull_with(province, page)


def test_a_page_that_ends_elsewhere_than_its_chain_is_another_history() -> None:
    """What a desk had was another feed: the page goes on with numbers that fit, and its end gives it away."""
    province, desk = _world()
    province.publish(province.desk("BBBBBB").record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Thử"}, n=3))
    _ending_at(province, bytes(32))
    _refused(province, desk, errors.HistoryRewritten)


def test_a_page_that_ends_where_its_chain_does_would_do() -> None:
    """The twin."""
    province, desk = _world()
    province.publish(province.desk("BBBBBB").record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Thử"}, n=3))
    _ending_at(province, protocol.unb64(province.head(SCOPE, 3).chain))
    Session(province.transport(), desk).sync()
    assert len(desk.applied) == 3


def test_a_number_left_out_is_another_history_though_the_chain_fits_it() -> None:
    """The province itself may have lost an event: chain and signature are right, and still something is missing."""
    province, desk = _world()
    line = province.desk("BBBBBB").record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Thử"}, n=3)
    province.feed[SCOPE].append((protocol.Event(scope=SCOPE, seq=4), line))
    chain = next_chain(protocol.unb64(province.head(SCOPE, 2).chain), 4, line.digest)

    def page(request: protocol.PullRequest) -> bytes:
        *lines, _ = province.page(request).split(b"\n")
        end = protocol.FeedHead(seq=4, chain=protocol.b64(chain))
        trailer = protocol.PullTrailer(cursors={SCOPE: end}, more=False, heads={SCOPE: end})
        return b"\n".join([*lines, protocol.encode(trailer)])

    _pull_with(province, page)
    _refused(province, desk, errors.HistoryRewritten)


def test_a_feed_that_ends_before_the_desks_place_is_another_history() -> None:
    province, desk = _world()

    def page(request: protocol.PullRequest) -> bytes:
        header = province.page(request).split(b"\n")[0]
        heads = {SCOPE: province.head(SCOPE, 1)}
        trailer = protocol.PullTrailer(cursors={SCOPE: province.head(SCOPE, 2)}, more=False, heads=heads)
        return b"\n".join([header, protocol.encode(trailer)])

    _pull_with(province, page)
    _refused(province, desk, errors.HistoryRewritten)


def test_a_change_of_another_place_does_not_enter_by_a_feed_that_is_granted() -> None:
    province, desk = _world()
    colleague = province.desk("BBBBBB")
    colleague.lines = [*province.held["BBBBBB"]]
    line = colleague.record("S:AD01", "person", uuid7(), {"full_name": "Ở Nhà Khác"})
    province.feed[SCOPE].append((protocol.Event(scope=SCOPE, seq=3), line))
    _refused(province, desk, errors.Unproven)


def test_an_old_page_that_came_once_has_nobody_begin_anew() -> None:
    """A province that was put back says so again when it is asked again; a reply that came a second time does not."""
    province, desk = _world()
    old = [province.signed(province.page(protocol.PullRequest(epoch="e1", cursors={})), seal.FEED)]
    province.pranks["/v1/pull"] = lambda _: old.pop() if old else None
    Session(province.transport(), desk).sync()
    assert (len(desk.applied), desk.anew, desk.frozen) == (2, [], [])
    assert "/v1/snapshot" not in {path for path, _ in province.asked}
