"""TLS to one province: version 1.3 or later, exactly the pinned authority, and sockets that can be cut from outside."""

from __future__ import annotations

import math
import socket
import ssl
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Self
from weakref import WeakSet

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPSConnection

from sync import protocol, seal
from sync.client.errors import WrongCertificate

_ANY_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME: the clock of an office PC says nothing about a certificate."""


class PinnedSocket(ssl.SSLSocket):
    """Known to its context from the handshake on."""

    def do_handshake(self, block: bool = False) -> None:
        context = self.context
        if isinstance(context, PinnedContext):
            context.begins(self)
        super().do_handshake(block)
        if isinstance(context, PinnedContext):
            # The connect timeout would otherwise also time each piece sent, too short for a poor line.
            self.settimeout(context.send_seconds)
            context.presented(self.getpeercert() or {})


class PinnedContext(ssl.SSLContext):
    """Trusts the given authority and nothing else; without one (`ca_pem` None) it checks nothing, for first contact.

    Whether a certificate has run out is told by the province's own time (`set_time`), not by this PC's clock: a PC
    whose battery died must still sync.
    """

    send_seconds: float
    _live: WeakSet[PinnedSocket]
    _guard: threading.Lock
    _is_cut: bool
    province_time: float | None
    _valid: tuple[float, float] | None
    sslsocket_class = PinnedSocket

    @classmethod
    def trusting(cls, ca_pem: bytes | None, *, send_seconds: float) -> Self:
        """Raises WrongCertificate when `ca_pem` is not one certificate and nothing else."""
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context._live, context._guard, context._is_cut = WeakSet(), threading.Lock(), False
        context.send_seconds = send_seconds
        context.province_time = None
        context._valid = None
        context.verify_flags |= _ANY_TIME
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        if ca_pem is None:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        try:
            context.load_verify_locations(cadata=seal.certificate_der(ca_pem))
        except (ssl.SSLError, ValueError) as error:
            raise WrongCertificate from error
        return context

    def presented(self, certificate: Mapping[str, Any]) -> None:
        """Note how long the peer's certificate is good. Raises SSLError when that is not now by the province's time."""
        if "notAfter" in certificate:
            start, end = (ssl.cert_time_to_seconds(certificate[name]) for name in ("notBefore", "notAfter"))
            self._valid = (start, end)
        self._check_time()

    def set_time(self, province_time: datetime) -> None:
        """Judge by this time from now on. Raises SSLError when the certificate at hand is not valid then."""
        self.province_time = province_time.timestamp()
        self._check_time()

    def advance_time(self, province_time: datetime) -> None:
        """Judge by this time from the next connection on, unless a later one is known."""
        self.province_time = max(province_time.timestamp(), self.province_time or -math.inf)

    def forget_time(self) -> float | None:
        """Judge by no time until one is told; what was known."""
        known, self.province_time = self.province_time, None
        return known

    def _check_time(self) -> None:
        if self._valid is None or self.province_time is None:
            return
        if not self._valid[0] <= self.province_time <= self._valid[1]:
            raise ssl.SSLCertVerificationError("the certificate is not good at the province's own time")

    def begins(self, connection: PinnedSocket) -> None:
        """Know a connection from its handshake on. Raises SSLError between a `cut` and the next `resume`."""
        with self._guard:
            self._live.add(connection)
            if self._is_cut:
                raise ssl.SSLError("broken off")

    def resume(self) -> None:
        """Let connections begin again after a `cut`."""
        with self._guard:
            self._is_cut = False

    def cut(self) -> None:
        """Break off every open connection, and those still being made; a thread that waits on one fails at once."""
        with self._guard:
            self._is_cut, live = True, list(self._live)
        for connection in live:
            with suppress(OSError):
                if sys.platform == "win32":  # there a shutdown wakes nobody, the end of the handle does
                    socket.close(connection.detach())
                else:
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)


class _FirstContact(HTTPSConnection):
    """Counts as verified, because the enrolment code says which authority it must bring."""

    def connect(self) -> None:
        super().connect()
        self.is_verified = True


class _FirstContactPool(HTTPSConnectionPool):
    ConnectionCls = _FirstContact


class PinnedAdapter(HTTPAdapter):
    """Uses the context as it is. `requests` itself would add the world's authorities to it."""

    def __init__(self, context: PinnedContext) -> None:
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        self.poolmanager = PoolManager(
            num_pools=connections, maxsize=maxsize, block=block, ssl_context=self._context, **kwargs
        )
        if self._context.verify_mode is ssl.CERT_NONE:
            classes = self.poolmanager.pool_classes_by_scheme
            self.poolmanager.pool_classes_by_scheme = {**classes, "https": _FirstContactPool}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to add: the context decides."""

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: bool | str, cert: str | tuple[str, str] | None = None
    ) -> tuple[Any, Any]:
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {}


def authority_fingerprint(ca_pem: bytes) -> bytes:
    """What the enrolment code names the authority by. Raises Malformed."""
    try:
        return seal.certificate_fingerprint(ca_pem)
    except ValueError:
        raise protocol.Malformed from None
