"""Connections that drip or say nothing are let go, so that a few hundred of them keep no desk out."""

from __future__ import annotations

import asyncio
import logging
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from sync.server.edge import patience, seldom
from sync.server.edge.patience import PatientLoop, PatientProtocol
from sync.server.edge.seldom import FewWarnings

HELLO = b"POST /v1/hello HTTP/1.1\r\nHost: province\r\nContent-Length: 2\r\n\r\n{}"


LONG = 64 << 20
"""Bytes of an answer that fits into no buffer on the way."""


class Impatient(PatientProtocol):
    head_seconds = 0.3
    exchange_seconds = 0.6


async def _answers(scope: Any, receive: Any, send: Any) -> None:
    """An application that answers at once, with more than any buffer holds when asked for `/long`."""
    size = LONG if scope["path"] == "/long" else 2
    headers = [(b"content-length", str(size).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": bytes(size)})


async def _never_answers(scope: Any, receive: Any, send: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@asynccontextmanager
async def _listening(kind: type[H11Protocol], app: Any = _answers) -> AsyncIterator[int]:
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none", timeout_keep_alive=3600)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: kind(config=config, server_state=state, app_state={}), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    for connection in list(state.connections):
        connection.transport.abort()
    await asyncio.sleep(0)


Stranger = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _drip(writer: asyncio.StreamWriter, data: bytes = b"x" * 1000) -> None:
    for byte in data:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def _says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _drips_its_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _drip(writer, b"POST /v1/hello HTTP/1.1\r\nX: " + b"x" * 1000)


async def _drips_a_second_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HELLO)
    await reader.readuntil(b"\r\n\r\n")
    await _drip(writer, b"POST /v1/hello HTTP/1.1\r\nX: " + b"x" * 1000)


async def _drips_what_nobody_waits_for(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The answer came already; the body it was not waiting for goes on and on."""
    writer.write(b"POST /v1/hello HTTP/1.1\r\nHost: province\r\nContent-Length: 100000\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    await _drip(writer)


STRANGERS = [_says_nothing, _drips_its_head, _drips_a_second_head, _drips_what_nobody_waits_for]


async def _outlasts(kind: type[H11Protocol], stranger: Stranger) -> bool:
    """Whether the stranger still holds the connection after more than three times its measure."""
    async with _listening(kind) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            async with asyncio.timeout(2):
                await stranger(reader, writer)
        except TimeoutError:
            return True
        except ConnectionError:
            return False
        finally:
            writer.transport.abort()
        return False


@pytest.mark.parametrize("stranger", STRANGERS)
def test_who_drips_is_let_go(stranger: Stranger) -> None:
    assert not asyncio.run(_outlasts(Impatient, stranger))


@pytest.mark.parametrize("stranger", STRANGERS)
def test_without_patience_running_out_they_would_stay(stranger: Stranger) -> None:
    """The twin: the same strangers at uvicorn's own protocol."""
    assert asyncio.run(_outlasts(H11Protocol, stranger))


async def _unread(kind: type[H11Protocol]) -> bool:
    """Whether a long answer is still being kept for somebody who reads nothing of it."""
    async with _listening(kind) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"POST /long HTTP/1.1\r\nHost: province\r\nContent-Length: 2\r\n\r\n{}")
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(1.5)
        received = 0
        try:
            while received < LONG and (part := await reader.read(1 << 20)):
                received += len(part)
        except ConnectionError:
            return False
        finally:
            writer.transport.abort()
        return received == LONG


def test_an_answer_that_nobody_reads_is_not_kept() -> None:
    assert not asyncio.run(_unread(Impatient))
    assert asyncio.run(_unread(H11Protocol)), "the twin: uvicorn's own keeps it"


def test_an_answer_that_takes_for_ever_is_given_up() -> None:
    async def waits() -> bytes:
        async with _listening(Impatient, _never_answers) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HELLO)
            try:
                return await reader.read()
            except ConnectionError:
                return b""
            finally:
                writer.transport.abort()

    assert asyncio.run(waits()) == b""


def test_a_desk_that_asks_one_thing_after_another_is_served() -> None:
    """Longer in all than a head may take, each request in time."""

    async def asks() -> int:
        async with _listening(Impatient) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            served = 0
            for _ in range(5):
                writer.write(HELLO)
                await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(2)
                served += 1
                await asyncio.sleep(0.15)
            writer.transport.abort()
            return served

    assert asyncio.run(asks()) == 5


class ImpatientLoop(PatientLoop):
    handshake_seconds = 0.3


def _never_shakes_hands(loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> bool:
    """Whether somebody who opened a connection to a TLS server and says nothing still holds it."""

    async def holds() -> bool:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0, ssl=context)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        try:
            async with asyncio.timeout(1.5):
                await reader.read()
        except TimeoutError:
            return True
        except ConnectionError:
            return False
        finally:
            writer.transport.abort()
            server.close()
        return False

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(holds())


def test_a_handshake_that_never_comes_is_not_waited_for() -> None:
    assert not _never_shakes_hands(ImpatientLoop)
    assert _never_shakes_hands(asyncio.new_event_loop), "the twin: asyncio's own waits a minute"


class Crowded(PatientProtocol):
    from_one_address = 3


async def _held(kind: type[H11Protocol], count: int) -> tuple[int, bool]:
    """How many of so many silent connections from one address stay, and whether another address is answered."""
    async with _listening(kind) as port:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
        await asyncio.sleep(0.1)
        held = sum(not reader.at_eof() and reader.exception() is None for reader, _writer in silent)
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
        writer.write(HELLO)
        answered = (await reader.read(12)).startswith(b"HTTP/1.1 200")
        for _reader, one in [*silent, (reader, writer)]:
            one.transport.abort()
        await asyncio.sleep(0.1)
        return held, answered


@pytest.mark.skipif(sys.platform != "linux", reason="only here every address of 127.0.0.0/8 is this machine")
def test_one_address_has_its_share_of_the_connections_and_no_more() -> None:
    assert asyncio.run(_held(Crowded, 10)) == (3, True)
    assert asyncio.run(_held(Crowded, 3)) == (3, True), "what was let go counts no more"
    assert asyncio.run(_held(PatientProtocol, 10)) == (10, True), "the twin: with a larger share they stay"


async def _crumbles(kind: type[H11Protocol]) -> bytes:
    """What is answered to a body in chunks of one byte that says no length."""
    async with _listening(kind) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /v1/push HTTP/1.1\r\nHost: province\r\nTransfer-Encoding: Chunked\r\n\r\n")
        writer.write(b"1\r\nA\r\n" * 2000 + b"0\r\n\r\n")
        answer = await reader.readline()
        writer.transport.abort()
        return answer


def test_a_body_that_crumbles_is_not_gathered(caplog: pytest.LogCaptureFixture) -> None:
    """Each crumb costs as much as a whole body: four strangers had everybody wait for ten seconds."""
    assert asyncio.run(_crumbles(PatientProtocol)) == b"HTTP/1.1 400 Bad Request\r\n"
    caplog.clear()  # it is said that the request was none


def test_uvicorn_would_gather_it() -> None:
    """The twin."""
    assert asyncio.run(_crumbles(H11Protocol)) == b"HTTP/1.1 200 OK\r\n"


NONSENSE = (
    b"POST / HTTP/1.1\r\nHost: province\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 2\r\n\r\n{}",
    b"\x00 nonsense\r\n\r\n",
)


async def _talks_nonsense(kind: type[H11Protocol], often: int) -> None:
    """So many requests that are none, each on a connection of its own."""
    async with _listening(kind) as port:
        for number in range(often):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(NONSENSE[number % 2])
            await reader.readline()
            writer.transport.abort()


def _said(caplog: pytest.LogCaptureFixture) -> list[str]:
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    caplog.clear()
    return said


def test_nonsense_fills_no_log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may send it, as often as they like; once an hour it is told, with how often it came."""
    now = 0.0
    monkeypatch.setattr(seldom, "monotonic", lambda: now)
    monkeypatch.setattr(patience, "_log", heard := logging.getLogger("of this test"))
    heard.addFilter(FewWarnings())
    asyncio.run(_talks_nonsense(PatientProtocol, 40))
    first = _said(caplog)
    asyncio.run(_talks_nonsense(PatientProtocol, 40))
    assert (len(first), len(set(first)), _said(caplog)) == (3, 3, [])
    now = seldom.SECONDS + 1.0
    asyncio.run(_talks_nonsense(PatientProtocol, 2))
    assert "Invalid HTTP request received. (39 more since)" in _said(caplog)


def test_uvicorn_would_write_a_line_for_each(caplog: pytest.LogCaptureFixture) -> None:
    """The twin."""
    asyncio.run(_talks_nonsense(H11Protocol, 40))
    assert len(_said(caplog)) == 60


def test_what_went_wrong_in_the_program_is_told_each_time(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("of this other test")
    log.addFilter(FewWarnings())
    for _ in range(3):
        log.error("it failed: %s", "ValueError")
        log.warning("refused")
    assert _said(caplog) == ["it failed: ValueError", "refused", *["it failed: ValueError"] * 2]
