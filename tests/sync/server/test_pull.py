"""Handing out: any cut of the feed gives the same feed, and a page says honestly where it ends."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync import protocol, seal
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, ServerDesk, World

pytestmark = pytest.mark.usefixtures("store_engine")


def _read(reply_body: bytes) -> tuple[protocol.PullHeader, list[bytes], protocol.PullTrailer]:
    header, *events, trailer = reply_body.split(b"\n")
    return protocol.decode(header, protocol.PullHeader), events, protocol.decode(trailer, protocol.PullTrailer)


def _fill(desk: ServerDesk, count: int, scope: str = COMMUNE, size: int = 10) -> None:
    values = {"full_name": "Đặng Thị Hoà", "address": "x" * size}
    for _ in range(0, count, 250):
        desk.results(*(desk.change("person", uuid7(), values, scope=scope) for _ in range(min(count, 250))))


def test_pages_of_any_size_add_up_to_the_same_feed(world: World) -> None:
    desk = world.desk({COMMUNE: Role.COMMUNE_OFFICER, OTHER: Role.COMMUNE_OFFICER})
    _fill(desk, 750)
    _fill(desk, 250, OTHER)
    feeds = []
    for max_bytes in (1, 100_000, protocol.MAX_BODY, 10**9):
        cursors: dict[str, int] = {}
        events: list[bytes] = []
        more = True
        while more:
            reply = desk.pull_from(cursors, max_bytes=max_bytes)
            assert len(reply.raw) <= protocol.MAX_BODY
            _header, page, trailer = _read(reply.body)
            assert len(page) <= protocol.MAX_PAGE_EVENTS
            events += page
            cursors, more = {scope: place.seq for scope, place in trailer.cursors.items()}, trailer.more
        assert cursors == {COMMUNE: 750, OTHER: 250}
        feeds.append(events)
    assert all(feed == feeds[0] for feed in feeds)


def test_a_page_holds_at_least_one_event_and_never_more_than_it_may(world: World) -> None:
    desk = world.desk()
    values = {"observations": "ô" * 4000, "next_step": "x" * 500}
    desk.results(*(desk.change("home_visit", uuid7(), values) for _ in range(100)))
    _header, page, trailer = _read(desk.pull_from({}, max_bytes=0).body)
    assert 1 <= len(page) < 10
    assert trailer.more
    assert trailer.cursors[COMMUNE].seq == len(page)
    assert trailer.heads[COMMUNE].seq == 100


def test_pages_are_signed_as_pages_and_certificates_come_when_they_changed(world: World) -> None:
    desk = world.desk()
    reply = desk.pull_from({})
    authority = world.province.keys.authority.public
    assert seal.verify(authority, seal.FEED, reply.body, protocol.unb64(reply.headers["cd-signature"]))
    header, _events, _trailer = _read(reply.body)
    assert header.certs is not None
    for cert in header.certs:
        assert seal.verify(authority, seal.DESK_CERT, protocol.unb64(cert.body), protocol.unb64(cert.signature))
    again, _events, _trailer = _read(desk.pull_from({}, certs=header.certs_version).body)
    assert again.certs is None
    world.desk()
    third, _events, _trailer = _read(desk.pull_from({}, certs=header.certs_version).body)
    assert third.certs is not None
    assert len(third.certs) == len(header.certs) + 1


def test_a_cursor_that_the_province_never_gave_is_refused(world: World) -> None:
    desk = world.desk()
    _fill(desk, 1)
    for cursor, status in ((1, 200), (2, 410), (-1, 410)):
        assert desk.pull_from({COMMUNE: cursor}).status == status
    reply = desk.pull_from({}, epoch="another")
    assert (reply.status, reply.code) == (409, "epoch")


def test_the_doorbell_counts_what_waits_and_names_nobody(world: World) -> None:
    desk = world.desk()

    def ring() -> protocol.DoorbellReply:
        body = protocol.encode(protocol.HelloRequest(nonce="YQ=="))
        return desk.post("/v1/doorbell", body, key=desk.bell, keyid=f"{desk.id}.bell").read(protocol.DoorbellReply)

    assert (ring().waiting, ring().oldest_received_at, ring().newest) == (0, "", "")
    report = uuid7()
    desk.send("report", report, {"received_at": "2026-11-23T16:40:00Z"}, data=0)
    assert (ring().waiting, ring().oldest_received_at, ring().newest) == (1, "2026-11-23T16:40:00Z", report)
    desk.send("report", report, {"status": "acknowledged"}, data=0)
    assert (ring().nonce, ring().waiting) == ("YQ==", 0)
    later = uuid7()
    desk.send("report", later, {"received_at": "2026-11-23T16:30:00Z"}, data=0)
    assert (ring().waiting, ring().newest) == (1, later), "which came last, not which was received last"


def test_last_contact_is_noted(world: World) -> None:
    from sync.server.lifecycle.status import read_status

    desk = world.desk()
    desk.pull_from({})
    world.clock.pass_by(minutes=10)
    desk.pull_from({})
    (listed,) = read_status(world.province).desks
    assert listed.seen_at == "2026-11-24T01:10:00Z"
