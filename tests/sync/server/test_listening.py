"""Connections that never shake hands take no more than their share of the province's handles, and fill no log."""

from __future__ import annotations

import resource
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sync.server.edge.listening import ListeningSocket
from tests.sync.actors.server_fixtures import serving

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only here every address of 127.0.0.0/8 is this machine, and asyncio asks accept"
)
STRANGER, DESK = "127.0.0.1", "127.0.0.2"
QUESTION = b"GET /v1/ca HTTP/1.1\r\nHost: province\r\nConnection: close\r\n\r\n"


@contextmanager
def _silent(port: int, count: int) -> Iterator[None]:
    """So many connections from one address that say nothing."""
    with ExitStack() as open_ones:
        for _ in range(count):
            open_ones.enter_context(socket.create_connection((STRANGER, port), timeout=10))
        yield


def _answer(port: int) -> bytes:
    """What a desk of another address hears, over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(DESK, 0)) as bare,
        context.wrap_socket(bare) as line,
    ):
        line.sendall(QUESTION)
        return line.recv(12)


@contextmanager
def _served_with_few_handles(folder: Path) -> Iterator[int]:
    """A real process with a quarter of the handles that a Linux gives; its port."""
    given, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, most))
    try:
        with serving(folder) as address:
            resource.setrlimit(resource.RLIMIT_NOFILE, (given, most))
            yield int(address.rpartition(":")[2])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (given, most))


def test_a_stranger_who_never_shakes_hands_keeps_no_desk_out(tmp_path: Path) -> None:
    with _served_with_few_handles(tmp_path) as port, _silent(port, 400):
        assert _answer(port) == b"HTTP/1.1 200"


FEW_HANDLES = """
import asyncio, logging, resource, socket, sys, time
from sync.server.edge.listening import ListeningSocket

logging.basicConfig(level=logging.ERROR)
resource.setrlimit(resource.RLIMIT_NOFILE, (100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


async def stand(listener):
    listener.bind(("127.0.0.1", 0))
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, sock=listener, backlog=2048)
    print(listener.getsockname()[1], flush=True)
    await asyncio.sleep(2)
    busy = time.process_time()
    await asyncio.sleep(1)
    print(time.process_time() - busy, flush=True)
    server.close()


asyncio.run(stand({"doorway": ListeningSocket, "plain": socket.socket}[sys.argv[1]](socket.AF_INET)))
"""


def _written(kind: str) -> tuple[int, float]:
    """Bytes that a server with few handles writes down about 150 silent connections; seconds that one keeps it busy."""
    line = [sys.executable, "-c", FEW_HANDLES, kind]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with _silent(int(process.stdout.readline()), 150):
            said, complaints = process.communicate(timeout=60)
    return len(complaints), float(said)


def test_without_a_handle_nothing_is_written_down_nor_tried_again_without_rest() -> None:
    written, busy = _written("doorway")
    assert written == 0
    assert busy < 0.5


def test_asyncio_would_write_each_try_down() -> None:
    """The twin: two thousand tries for each who waits, and each of them tries again."""
    assert _written("plain")[0] > 1_000_000


class Narrow(ListeningSocket):
    most_inside = 5
    from_one_address = 3


def _let_in(kind: type[ListeningSocket], *visitors: str) -> list[bool]:
    """Who of these, one after another, stays inside; all of them go in the end, and one comes after them."""
    with kind(socket.AF_INET) as listening, ExitStack() as open_ones:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        inside = [open_ones.enter_context(socket.socket()) for _ in visitors]
        for guest, address in zip(inside, visitors, strict=True):
            guest.bind((address, 0))
            guest.connect(listening.getsockname())
        return [_comes_in(listening, open_ones) for _ in visitors]


def _comes_in(listening: ListeningSocket, open_ones: ExitStack) -> bool:
    try:
        open_ones.enter_context(listening.accept()[0])
    except BlockingIOError:
        return False
    return True


def test_one_address_has_its_share_and_all_together_what_there_is() -> None:
    assert _let_in(Narrow, *[STRANGER] * 4, DESK) == [True, True, True, False, True]
    many = [f"127.0.0.{last}" for last in range(1, 8)]
    assert _let_in(Narrow, *many) == [True] * 5 + [False] * 2
    assert all(_let_in(ListeningSocket, *[STRANGER] * 4, *many)), "the twin: with more room they come in"


def test_who_has_gone_counts_no_more() -> None:
    with Narrow(socket.AF_INET) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        for _ in range(10):
            with socket.create_connection(listening.getsockname()):
                listening.accept()[0].close()


def test_an_idle_doorway_holds_one_handle_beside_its_own() -> None:
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    with ListeningSocket(socket.AF_INET):
        assert len(list(Path("/proc/self/fd").iterdir())) == open_before + 2
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before
