"""What a failure below HTTP means to a person, told from what the libraries wrapped."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

from urllib3.exceptions import ConnectTimeoutError, NameResolutionError
from urllib3.exceptions import TimeoutError as LibraryTimeout

from sync.client import errors

_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}
_SPEAKS_NO_TLS = "WRONG_VERSION_NUMBER"
"""How OpenSSL names an answer without TLS, as networks that ask for a sign-in give it to whoever is not let through."""
_GARBLED = "BAD_RECORD"
"""How it names bytes that were changed or said twice on the way, by whichever side that is noticed."""


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
