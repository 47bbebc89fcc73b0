"""HTTP/1.1 over TLS that waits for nobody without end: who drips a handshake, a head or a body, or the reading of an
answer, is let go."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import Counter
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from sync.server.edge.seldom import FewWarnings

_log = logging.getLogger(__name__)
_log.addFilter(FewWarnings())
_MOST_OF_A_HEAD = 64 * 1024
"""Bytes of a request's head until it is whole."""


class _Counted(h11.Connection):
    """Bodies that say their length beforehand, as those of desks do.

    A chunk of one byte costs as much as one of a mebibyte: a stranger's few bytes would keep the one who reads for all
    of them busy for seconds.
    """

    _is_refused = False

    def next_event(self) -> Any:
        if self._is_refused:
            return h11.NEED_DATA  # what still comes until the connection is closed is not taken apart
        event = super().next_event()
        if isinstance(event, h11.Request) and any(name == b"transfer-encoding" for name, _ in event.headers):
            self._is_refused = True
            raise h11.RemoteProtocolError("a body says its length")
        return event


class PatientProtocol(H11Protocol):
    """A connection of the server, cut when a request's head or its whole course takes too long.

    uvicorn's own waits for ever: a few hundred connections that send nothing would keep all desks out.
    """

    head_seconds = 30.0
    """From the beginning, or from the answer before, to the next request's whole head."""
    exchange_seconds = 330.0
    """From a request's head to the end of its answer: more than a desk itself waits on a poor line."""
    from_one_address = 200
    """Connections at once: half of all, so that one stranger keeps nobody else out. A desk has one, and only while it
    syncs: all desks of a province may stand behind one address."""
    _limit: asyncio.TimerHandle | None = None
    _open: ClassVar[Counter[str]] = Counter()
    _address = ""

    def __init__(self, *how: Any, **named: Any) -> None:
        super().__init__(*how, **named)
        self.logger = _log  # uvicorn's own writes a line for each request that is none
        self.conn = self.reader()

    @staticmethod
    def reader() -> h11.Connection:
        """What takes the bytes of a connection apart."""
        return _Counted(h11.SERVER, _MOST_OF_A_HEAD)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self._open[self._address] += 1
        self._allow(self.head_seconds)
        if self._open[self._address] > self.from_one_address:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._open[self._address] -= 1
        if not self._open[self._address]:
            del self._open[self._address]
        self._allow(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._allow(self.exchange_seconds)

    def on_response_complete(self) -> None:
        before = self.cycle
        super().on_response_complete()
        self._allow(self.head_seconds if self.cycle is before else self.exchange_seconds)

    def _allow(self, seconds: float | None) -> None:
        """Let the connection live for `seconds` from now; None when it has ended."""
        if self._limit is not None:
            self._limit.cancel()
        self._limit = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)


if sys.platform == "win32":
    _Loop = asyncio.ProactorEventLoop
else:
    _Loop = asyncio.SelectorEventLoop


class PatientLoop(_Loop):
    """An event loop whose servers give a TLS handshake ten seconds; asyncio's own give it a minute.

    Nothing counts connections before they have shaken hands: who only opens them would soon hold every handle.
    """

    handshake_seconds = 10.0

    async def create_server(self, *where: Any, **how: Any) -> asyncio.Server:
        if how.get("ssl") is not None:
            how["ssl_handshake_timeout"] = self.handshake_seconds
        return await super().create_server(*where, **how)
