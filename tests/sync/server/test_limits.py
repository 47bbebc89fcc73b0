"""Bodies that are too large, too slow, too deep or that explode cost nothing and stop nobody."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from commune_desk.domain.model.ids import uuid7
from sync import framing, protocol
from sync.server.edge.limits import Limits
from tests.sync.actors.server_fixtures import ServerDesk, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with province_in(tmp_path, limits=Limits(body_seconds=0.2)) as made:
        yield made


def _post(desk: ServerDesk, path: str, body: bytes) -> tuple[int, str]:
    reply = desk.world.call(path, body, desk.headers(path, body))
    return reply.status, reply.code


def test_a_body_over_the_limit_is_refused(world: World) -> None:
    desk = world.desk()
    assert _post(desk, "/v1/push", b"x" * (protocol.MAX_BODY + 1)) == (413, "too_large")
    assert _post(desk, "/v1/pull", b"x" * (1 << 17)) == (413, "too_large")
    assert world.call("/v1/hello", b"x" * (1 << 17)).status == 413
    announced = [("Content-Length", str(1 << 40))]
    assert world.call("/v1/hello", b"", announced).status == 413
    assert world.call("/v1/hello", b"", [("Content-Length", "many")]).status == 413


def _peak_kib() -> int:
    """The most memory that this process ever held; Windows is not asked, and 0 there."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_a_bomb_is_refused_in_little_memory(world: World) -> None:
    desk = world.desk()
    compressor = zstandard.ZstdCompressor(level=19).compressobj()
    bomb = b"".join(compressor.compress(bytes(1 << 20)) for _ in range(1024)) + compressor.flush()
    assert len(bomb) < protocol.MAX_BODY
    before = _peak_kib()
    assert _post(desk, "/v1/push", bomb) == (400, "malformed")
    assert _peak_kib() - before < 100_000


def test_small_requests_stay_small_inside_too(world: World) -> None:
    """A few hundred bytes that grow to megabytes: what a pull or a doorbell says fits in 16 KiB."""
    desk = world.desk()
    pull = protocol.encode(protocol.PullRequest(epoch=world.epoch, cursors={}))
    bell = protocol.encode(protocol.HelloRequest(nonce="YQ=="))

    def asked(path: str, body: bytes, spaces: int, **how: Any) -> int:
        packed = zstandard.compress(body + b" " * spaces)
        return world.call(path, packed, desk.headers(path, packed, **how)).status

    own, doorbell = {"key": desk.key}, {"key": desk.bell, "keyid": f"{desk.id}.bell"}
    assert [asked("/v1/pull", pull, spaces, **own) for spaces in (900, 20_000, 6 << 20)] == [200, 400, 400]
    assert [asked("/v1/doorbell", bell, spaces, **doorbell) for spaces in (900, 20_000, 6 << 20)] == [200, 400, 400]


def test_the_bomb_would_go_off_without_the_cap() -> None:
    """The twin of the test above: the same kind of bomb grows past the cap when nobody caps it."""
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(32 << 20))
    with pytest.raises(protocol.Malformed):
        framing.inflate(bomb)
    assert len(framing.inflate(bomb, limit=64 << 20)) == 32 << 20


@pytest.mark.parametrize(
    "body", [b"", b"\x28\xb5\x2f\xfd", b"<html>", zstandard.compress(b"[" * 200_000), zstandard.compress(b"\xff" * 9)]
)
def test_what_is_no_message_is_malformed(world: World, body: bytes) -> None:
    desk = world.desk()
    for path in ("/v1/push", "/v1/pull"):
        assert _post(desk, path, body) == (400, "malformed")
    assert world.call("/v1/hello", body).status == 400


def test_more_changes_than_agreed_are_sent_back_to_be_halved(world: World) -> None:
    desk = world.desk()
    lines = [desk.change("person", uuid7(), {"full_name": "x"}) for _ in range(protocol.MAX_CHANGES + 1)]
    reply = desk.push(*lines)
    assert (reply.status, reply.code) == (413, "too_large")
    assert world.count("change") == 0


def test_a_body_that_drips_is_cut_off(world: World) -> None:
    async def drip() -> int:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0.05)
            return {"type": "http.request", "body": b"x", "more_body": True}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "https",
            "path": "/v1/hello", "raw_path": b"/v1/hello", "root_path": "", "query_string": b"", "headers": [],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 443), "state": {},
        }  # fmt: skip
        app: Any = world.app
        await app(scope, receive, send)
        return int(sent[0]["status"])

    assert asyncio.run(drip()) == 408


def test_a_bug_says_its_type_and_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    from sync.server.intake.admission import Admission

    class Broken(Admission):
        def fault(self, *args: object, **more: object) -> str | None:
            raise ZeroDivisionError("Đặng Thị Hoà")

    with province_in(tmp_path, admission=Broken()) as world:
        desk = world.desk()
        reply = desk.push(desk.change("person", uuid7(), {"full_name": "Hoà"}))
        assert (reply.status, reply.code) == (500, "bug")
        assert b"Ho" not in reply.body
    assert "ZeroDivisionError" in caplog.text
    assert "Hoà" not in caplog.text
    assert all(record.levelno < logging.CRITICAL for record in caplog.records)
    caplog.clear()


async def _half_bodies(world: World, *addresses: str) -> list[int]:
    """What is answered to bodies of which half a mebibyte came and no more, from these addresses: 0 for nothing yet."""
    ended = asyncio.Event()
    app: Any = world.app

    async def ask_from(address: str) -> int:
        parts = [{"type": "http.request", "body": bytes(512 << 10), "more_body": True}]
        said: list[int] = []

        async def receive() -> dict[str, Any]:
            if parts:
                return parts.pop()
            await ended.wait()
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            said.append(message.get("status", 0))

        scope = {"type": "http", "method": "POST", "path": "/v1/push", "raw_path": b"/v1/push", "query_string": b""}
        more = {"headers": [], "client": (address, 1), "http_version": "1.1", "scheme": "https", "root_path": ""}
        task = asyncio.create_task(app({**scope, **more, "asgi": {"version": "3.0"}}, receive, send))
        await asyncio.sleep(0.02)
        waiting.append(task)
        return said[0] if said else 0

    waiting: list[asyncio.Task[None]] = []
    answers = [await ask_from(address) for address in addresses]
    ended.set()
    await asyncio.gather(*waiting)
    return answers


def test_bodies_that_never_end_take_so_much_memory_and_no_more(tmp_path: Path) -> None:
    """Anybody may begin one: whose it is, its signature says when it is whole."""
    with province_in(tmp_path, limits=Limits(on_the_way=4 << 20)) as world:
        stranger, other = ["10.0.0.1"] * 5, ["10.0.0.2"] * 5
        for _ in range(2):  # what has ended counts no more
            answers = world._runner.run(_half_bodies(world, *stranger, *other, "10.0.0.3"))
            assert answers == [0, 0, 0, 0, 503, 0, 0, 0, 0, 503, 503]


def test_uncounted_they_would_take_all_there_is(world: World) -> None:
    """The twin: with as much room as there is by itself."""
    assert world._runner.run(_half_bodies(world, *["10.0.0.1"] * 20)) == [0] * 20
