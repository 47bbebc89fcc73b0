"""What says that HTTP packed it is not unpacked, however small it is on the line: on either side."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from commune_desk.domain.time.clock import SystemClock
from sync import protocol
from sync.client.transport import Transport
from sync.server.identity.authority import Identity, make_authority
from tests.sync.actors.server_fixtures import World
from tests.sync.actors.tls_server import http, says, tls_server

INSIDE, MUCH = 256 << 20, 16 << 20
"""What a quarter of a megabyte grows to, and what memory it may take: bytes."""
AS_GZIP = "Content-Encoding: gzip\r\n"


@pytest.fixture(scope="module")
def bomb() -> bytes:
    packed = gzip.compress(bytes(INSIDE))
    assert len(packed) < protocol.MAX_BODY
    return packed


@pytest.fixture(scope="module")
def authority() -> Identity:
    return make_authority("Province of tests", clock=SystemClock())


@contextmanager
def taking_little(most: int = MUCH) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def test_of_an_answer_no_desk_unpacks_it(tmp_path: Path, authority: Identity, bomb: bytes) -> None:
    with tls_server(tmp_path, authority, says(http(bomb, headers=AS_GZIP))) as port:
        transport = Transport(f"127.0.0.1:{port}", ca_pem=authority.certificate)
        with taking_little(), pytest.raises(protocol.Malformed):
            transport.post("/v1/hello", b"{}")
        transport.rest()


def test_requests_alone_would(tmp_path: Path, authority: Identity, bomb: bytes) -> None:
    """The twin."""
    (tmp_path / "ca.pem").write_bytes(authority.certificate)
    with tls_server(tmp_path, authority, says(http(bomb, headers=AS_GZIP))) as port:
        answer = requests.get(f"https://127.0.0.1:{port}/", verify=str(tmp_path / "ca.pem"), timeout=20)
        assert len(answer.content) == INSIDE


@pytest.mark.parametrize("path", ["/v1/hello", "/v1/enrol", "/v1/push", "/v1/pull"])
def test_of_a_request_the_province_does_not_either(world: World, bomb: bytes, path: str) -> None:
    desk = world.desk()
    headers = [*desk.headers(path, bomb), ("Content-Encoding", "gzip")]
    with taking_little():
        assert world.call(path, bomb, headers).status in (400, 413)
