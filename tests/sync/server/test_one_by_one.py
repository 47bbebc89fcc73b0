"""Provinces that share their routes answer each for itself, and as they would by routes and threads of their own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import current_thread
from typing import Any

import pytest

from sync import framing, protocol
from sync.server.edge import app as routes
from sync.server.edge.app import Service
from tests.sync.actors.one_by_one import OneByOne, app_of
from tests.sync.actors.server_fixtures import World, ask, province_in


def _hello(world: World, app: Any) -> protocol.Hello:
    body = framing.deflate(protocol.encode(protocol.HelloRequest(nonce="bm9uY2U=")))
    return asyncio.run(ask(app, "POST", "/v1/hello", body)).read(protocol.Hello)


def test_each_answers_for_itself_whoever_was_asked_before(tmp_path: Path) -> None:
    with province_in(tmp_path / "one") as one, province_in(tmp_path / "other") as other:
        asked = [one.hello().epoch, other.hello().epoch, one.hello().epoch]
        assert asked == [one.epoch, other.epoch, one.epoch]
        assert one.epoch != other.epoch


def test_what_was_given_to_a_service_is_its_own(tmp_path: Path) -> None:
    with province_in(tmp_path / "one") as one, province_in(tmp_path / "other") as other:
        ticket = one.hello().ticket
        desk = other.desk()
        assert desk.post("/v1/pull", b"{}", nonce=f"{ticket}.1").status == 401
        assert desk.pull(C_06838=0).status == 200


@pytest.mark.parametrize("path", ["/v1/ca", "/v1/none", "/v1/hello", "/v1/push"])
def test_the_answers_are_those_of_its_own_routes(world: World, path: str) -> None:
    def answer(app: Any, method: str) -> tuple[int, dict[str, str]]:
        reply = asyncio.run(ask(app, method, path, b"no body"))
        return reply.status, {name: said for name, said in reply.headers.items() if name in ("content-type", "allow")}

    for method in ("GET", "POST"):
        assert answer(app_of(world.service), method) == answer(world.service.app(), method)


def test_a_service_that_a_test_changed_has_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    said = _hello(world, app_of(world.service))
    monkeypatch.setattr(Service, "_hello", lambda self, body: (b"{}", b"changed"))
    assert asyncio.run(ask(app_of(world.service), "POST", "/v1/hello", framing.deflate(b"{}"))).body == b"{}"
    monkeypatch.undo()
    monkeypatch.setattr(world.service, "_hello", lambda body: (b"[]", b"changed"))
    assert asyncio.run(ask(app_of(world.service), "POST", "/v1/hello", framing.deflate(b"{}"))).body == b"[]"
    monkeypatch.undo()
    assert _hello(world, app_of(world.service)).epoch == said.epoch


def test_alone_it_is_done_where_it_is_asked_and_otherwise_by_a_thread(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []
    inflate = framing.inflate

    def noted(*args: Any) -> bytes:
        threads.append(current_thread().name)
        return inflate(*args)

    monkeypatch.setattr(routes, "inflate", noted)
    world.hello()
    _hello(world, world.app)
    assert threads[0] == current_thread().name != threads[1]


def test_amid_a_request_another_one_is_answered(world: World) -> None:
    loop = OneByOne()

    async def amid() -> str:
        return world.hello().epoch

    assert loop.run(amid()) == world.epoch
    loop.close()
