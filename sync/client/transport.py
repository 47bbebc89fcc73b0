"""One request to the province at a time: bounded in bytes and in time, and every failure a sentence.

No proxy or CA of the environment, no redirects, no HTTP compression; TLS as in `tls`.
"""

from __future__ import annotations

import io
import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import requests
from requests.adapters import BaseAdapter
from urllib3.exceptions import HTTPError
from urllib3.util import SKIP_HEADER

from commune_desk.domain.time.clock import monotonic
from sync import framing, protocol, seal
from sync.client import errors
from sync.client.address import read_address
from sync.client.line_faults import fault_of
from sync.client.reply import Reply, is_page, no_answer, read_reply
from sync.client.signing import RequestSigner
from sync.client.tls import PinnedAdapter, PinnedContext

# Its warnings quote what came over the line.
logging.getLogger("urllib3").setLevel(logging.ERROR)

_CHUNK = 64 * 1024
_PIECE = 256 * 1024
"""Bytes that are kept at a time of something that comes in parts."""
_DIGITS = 19
"""Of a length that can be one; Python reads no number of thousands of digits."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes. `total_seconds` covers a whole request: a page on a poor line, never a drip without end."""

    connect_seconds: float = 3.0
    read_seconds: float = 15.0
    total_seconds: float = 300.0
    body_bytes: int = 2 * protocol.MAX_BODY
    sent_bytes: int = protocol.MAX_BODY
    inflated_bytes: int = protocol.MAX_INFLATED


@dataclass(frozen=True, slots=True)
class Exchange:
    """How one request went, and nothing of what was in it. Bytes are those of the bodies as they were on the line."""

    path: str
    status: int
    """HTTP's; 0 where no answer came."""
    sent: int
    received: int
    seconds: float


def _to_nobody(_exchange: Exchange) -> None:
    """Nobody measures the line."""


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Never follow, and never look: `requests` reads a redirect's whole body, however large, before it asks."""


class Transport:
    """The way to one province. Requests from one thread; `abort` from any."""

    def __init__(
        self,
        address: str,
        *,
        ca_pem: bytes | None,
        limits: Limits | None = None,
        adapter: BaseAdapter | None = None,
    ) -> None:
        """`ca_pem` None trusts anybody, for reading the authority's certificate only. Raises Invalid."""
        seal.digest_quickly()
        self.base = read_address(address)
        self._limits = limits or Limits()
        self._context = PinnedContext.trusting(ca_pem, send_seconds=self._limits.read_seconds)
        self._adapter = adapter or PinnedAdapter(self._context)
        self._session = _Session()
        self._session.trust_env = False
        self._session.adapters.clear()
        self._session.mount("https://", self._adapter)
        self._session.headers = requests.structures.CaseInsensitiveDict(
            {"Accept-Encoding": SKIP_HEADER, "User-Agent": SKIP_HEADER}  # asked for by nobody, and paid for each time
        )
        self._is_aborted = False
        self._came = 0
        """Bytes of the body that has come so far."""
        self.on_exchange: Callable[[Exchange], object] = _to_nobody
        """Is told of each request once it is over, however it ended, by the thread that made it."""

    def get(self, path: str) -> bytes:
        """The bytes at `path` as they are. Raises a SyncFault or Malformed."""
        response, raw = self._exchange(self._prepare("GET", path, b""))
        if is_page(response, raw) or response.status_code != 200:
            raise no_answer(response, is_page=is_page(response, raw))
        return raw

    def post(
        self,
        path: str,
        body: bytes,
        *,
        signer: RequestSigner | None = None,
        nonce: str = "",
        content_type: str = framing.CONTENT_TYPE,
    ) -> Reply:
        """Deflate and send `body`, give the inflated reply of status 200 or 4xx/503 with the province's own body.

        `content_type`: how it is framed, and its answer may be.

        Raises a SyncFault or Malformed.
        """
        packed = framing.deflate(body, content_type)
        if len(packed) > self._limits.sent_bytes:
            return Reply(413, b"", "", 0.0)
        request = self._prepare("POST", path, packed, content_type)
        if signer is not None:
            signer.sign(request, packed, nonce)
        response, raw = self._exchange(request)
        return read_reply(response, raw, self._limits.inflated_bytes)

    def fetch(self, path: str, start: int, keep: Callable[[bytes], None]) -> None:
        """The bytes at `path` from `start` on, handed over piece by piece, also those before a line that breaks.

        Raises a SyncFault; Gone when there is nothing under that name any more, or nothing from `start` on.
        """
        request = self._prepare("GET", path, b"")
        request.headers["Range"] = f"bytes={start}-"

        def counted(piece: bytes) -> None:
            self._came += len(piece)
            keep(piece)

        self._exchange(request, lambda response: _pieces(response, start, counted))

    def set_province_time(self, province_time: datetime) -> None:
        """Set the time by which certificates are judged to one that the province has just signed, later or earlier.

        Raises CertificateNotGoodThen, and closes the connection, when its certificate is not valid at that time.
        """
        try:
            self._context.set_time(province_time)
        except ssl.SSLError as error:
            self._adapter.close()
            raise errors.CertificateNotGoodThen from error

    def advance_province_time(self, province_time: datetime) -> None:
        """Move that time forward, never back: the next connections are judged by the latest that is known."""
        self._context.advance_time(province_time)

    @contextmanager
    def asking_time(self) -> Iterator[None]:
        """While the province is asked what time it is, no certificate is judged by what was known: that may be wrong.

        Unless it says so, no connection stays that nothing has judged.
        """
        known = self._context.forget_time()
        try:
            yield
        finally:
            if self._context.province_time is None:
                self._context.province_time = known
                self._adapter.close()

    def abort(self) -> None:
        """Break off what is under way and refuse what follows."""
        self._is_aborted = True
        self._context.cut()

    def rest(self) -> None:
        """Close idle connections between two syncs."""
        self._adapter.close()

    def _prepare(
        self, method: str, path: str, body: bytes, content_type: str = framing.CONTENT_TYPE
    ) -> requests.PreparedRequest:
        # A file-like body is sent in pieces, each with a timeout of its own; bytes would share a single one.
        data = io.BytesIO(body) if body else None
        headers = {"Content-Type": content_type} if body else {}
        return self._session.prepare_request(requests.Request(method, self.base + path, headers=headers, data=data))

    def _exchange(
        self, request: requests.PreparedRequest, read: Callable[[requests.Response], bytes] | None = None
    ) -> tuple[requests.Response, bytes]:
        self._context.resume()  # before looking: an `abort` from here on stays
        if self._is_aborted:
            raise errors.Stopped
        is_late = threading.Event()
        watchdog = threading.Timer(self._limits.total_seconds, self._give_up, (is_late,))
        watchdog.daemon = True
        watchdog.start()
        begun, status, self._came = monotonic(), 0, 0
        try:
            response = self._session.send(
                request,
                stream=True,
                allow_redirects=False,
                timeout=(self._limits.connect_seconds, self._limits.read_seconds),
            )
            with response:
                status = response.status_code
                body = (read or self._read)(response)
            self._came += len(body)
            return response, body
        except (requests.RequestException, HTTPError, OSError, errors.SyncFault) as error:
            # A socket cut by `abort` or by the watchdog fails in whatever way the moment happens to bring.
            if self._is_aborted:
                raise errors.Stopped from error
            if is_late.is_set():
                raise errors.TooSlow from error
            if isinstance(error, errors.SyncFault):
                raise
            raise fault_of(error) from error
        finally:
            watchdog.cancel()
            watchdog.join()  # one that has begun to cut must not meet the next exchange
            sent = int(request.headers.get("Content-Length", 0))
            self.on_exchange(Exchange(request.path_url, status, sent, self._came, monotonic() - begun))

    def _give_up(self, is_late: threading.Event) -> None:
        is_late.set()
        self._context.cut()

    def _read(self, response: requests.Response) -> bytes:
        limit = self._limits.body_bytes
        declared = response.headers.get("Content-Length", "")
        if declared.isdecimal() and (len(declared) > _DIGITS or int(declared) > limit):
            raise errors.TooLarge
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise protocol.Malformed
        received = bytearray()
        while chunk := response.raw.read1(_CHUNK, decode_content=False):
            received += chunk
            if len(received) > limit:
                raise errors.TooLarge
        # Without a length a cut line looks like an end. The province always says how long its answer is.
        is_chunked = response.headers.get("Transfer-Encoding", "").lower() == "chunked"
        if declared != str(len(received)) and not is_chunked:
            raise errors.HalfPage
        return bytes(received)


def _pieces(response: requests.Response, start: int, keep: Callable[[bytes], None]) -> bytes:
    """Read a part of something larger; nothing is left to return."""
    if response.status_code in (404, 416):
        raise errors.Gone
    if response.status_code != 206 or not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
        raise no_answer(response, is_page=True)
    piece = bytearray()
    try:
        while chunk := response.raw.read1(_CHUNK, decode_content=False):
            piece += chunk
            if len(piece) >= _PIECE:
                keep(bytes(piece))
                piece.clear()
    finally:
        if piece:
            keep(bytes(piece))
    return b""
