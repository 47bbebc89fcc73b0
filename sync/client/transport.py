"""One request to the province at a time: bounded in bytes and in time, and every failure a sentence.

No proxy or CA of the environment, no redirects, no HTTP compression; TLS as in `tls`.
"""

from __future__ import annotations

import errno
import io
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError
from urllib3.exceptions import TimeoutError as LibraryTimeout
from urllib3.util import SKIP_HEADER

from commune_desk.domain.time.clock import monotonic
from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_
from sync import framing, protocol, seal
from sync.client import errors
from sync.client.backoff import CAP_SECONDS, wait_said
from sync.client.signing import RequestSigner
from sync.client.tls import PinnedAdapter, PinnedContext

# Its warnings quote what came over the line.
logging.getLogger("urllib3").setLevel(logging.ERROR)

TOO_LARGE = 413
"""The status of what is too large: whoever says so, the province or somebody on the way, gets less."""
_SIGN_IN_FIRST = 511
"""What RFC 6585 has a network say that asks for a sign-in: it is never said by who is behind that network."""
_CHUNK = 64 * 1024
_PIECE = 256 * 1024
"""Bytes that are kept at a time of something that comes in parts."""
_DIGITS = 19
"""Of a length that can be one; Python reads no number of thousands of digits."""
_LONGEST_LABEL = 63
"""Letters between two dots of a name; the resolver asks for no longer ones."""
_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}
_SPEAKS_NO_TLS = "WRONG_VERSION_NUMBER"
"""How OpenSSL names an answer without TLS, as networks that ask for a sign-in give it to whoever is not let through."""
_GARBLED = "BAD_RECORD"
"""How it names bytes that were changed or said twice on the way, by whichever side that is noticed."""


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
class Reply:
    """What came back: the inflated body, and the signature that should be the province's (empty if none)."""

    status: int
    body: bytes
    signature: str
    retry_after: float


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
        is_page = _is_page(response, raw)
        if is_page or response.status_code != 200:
            raise _no_answer(response, is_page=is_page)
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
        return _read_reply(response, raw, self._limits.inflated_bytes)

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
        raise _no_answer(response, is_page=True)
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


def read_address(text: str) -> str:
    """`https://host[:port]` from what a person typed: a host, with or without port and `https://`. Raises Invalid."""
    typed = text.strip().removesuffix("/")
    wrong = Invalid(N_("The province's address should look like a name or numbers, for example 10.0.0.5:8443."))
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        _ = parts.port  # read here because it is checked when it is read
        is_host = _is_host(parts.netloc)
    except ValueError:
        raise wrong from None
    beside = parts.path or parts.username or parts.query or parts.fragment
    if parts.scheme != "https" or not is_host or beside:
        raise wrong
    return f"https://{parts.netloc}"


def _is_host(typed: str) -> bool:
    """Whether a request can go there, and a name can be asked for: each of its parts has 1 to 63 letters."""
    request = requests.PreparedRequest()
    try:
        request.prepare_url(f"https://{typed}", None)
    except requests.exceptions.RequestException:
        return False
    host = urlsplit(str(request.url)).hostname or ""
    return ":" in host or all(0 < len(part) <= _LONGEST_LABEL and "%" not in part for part in host.split("."))


def fault_of(error: BaseException) -> errors.SyncFault:
    """The sentence for a failure below HTTP, told from what the libraries wrapped."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, (socket.gaierror, NameResolutionError)):
            return _name_fault(causes)
        if isinstance(cause, (ConnectTimeoutError, ConnectionRefusedError)):
            return errors.NotAnswering()
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
            return _tls_fault(str(cause))
        if isinstance(cause, OSError) and cause.errno in _NO_ROUTE:
            return errors.NoLine()
    if any(isinstance(cause, (TimeoutError, LibraryTimeout)) for cause in causes):
        return errors.TooSlow()
    return errors.HalfPage()


def _tls_fault(said: str) -> errors.SyncFault:
    if _SPEAKS_NO_TLS in said:
        return errors.CaptivePortal()
    return errors.HalfPage() if _GARBLED in said else errors.WrongCertificate()


def _name_fault(causes: list[BaseException]) -> errors.SyncFault:
    """Without any line the resolver says "try again"; with one it says that the name does not exist."""
    is_offline = any(isinstance(c, socket.gaierror) and c.errno == socket.EAI_AGAIN for c in causes)
    return errors.NoLine() if is_offline else errors.NameNotFound()


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything it wraps: as cause, context, `reason` or first argument. Innermost causes come late."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [getattr(one, "reason", None), *one.args, one.__cause__, one.__context__]


def _read_reply(response: requests.Response, raw: bytes, most: int) -> Reply:
    status, retry_after = response.status_code, _retry_after(response)
    if _is_page(response, raw):
        if status == TOO_LARGE:  # as front ends say it: whoever sends in batches sends less
            return Reply(status, b"", "", retry_after)
        raise _no_answer(response, is_page=True)
    signature = response.headers.get(protocol.SIGNATURE_HEADER, "")
    if not signature and status != 200:
        return Reply(status, b"", "", retry_after)
    return Reply(status, framing.inflate(raw, most), signature, retry_after)


def _is_page(response: requests.Response, raw: bytes) -> bool:
    """Whether it is a page for people, or leads to one: nothing that the province says."""
    is_html = "html" in response.headers.get("Content-Type", "").lower() or raw[:1] == b"<"
    return is_html or 300 <= response.status_code < 400


def _no_answer(response: requests.Response, *, is_page: bool) -> errors.SyncFault:
    """What somebody says in the province's place."""
    status = response.status_code
    if status in (429, 503):
        return errors.Busy(_retry_after(response))
    if (is_page and status < 400) or status == _SIGN_IN_FIRST:
        return errors.CaptivePortal()
    return errors.ServerTrouble(status=status)


def _retry_after(response: requests.Response) -> float:
    """Seconds, as far as they are anybody's to ask: nobody signs a header, and a report waits twelve hours at most."""
    return min(wait_said(response.headers.get("Retry-After", ""), response.headers.get("Date", "")), CAP_SECONDS)
