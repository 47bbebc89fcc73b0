"""A TLS server of a few lines that answers every request with what a test hands it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from commune_desk.domain.time.clock import Clock, SystemClock
from sync.server.identity.authority import Identity, make_server

Answer = Callable[[socket.socket], None]


def http(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def says(raw: bytes) -> Answer:
    return lambda connection: connection.sendall(raw)


@contextmanager
def tls_server(
    folder: Path,
    authority: Identity,
    answer: Answer,
    *,
    names: tuple[str, ...] = ("127.0.0.1",),
    clock: Clock | None = None,
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
) -> Iterator[int]:
    """A TLS server that reads a request's head and body and then does as `answer` says; gives its port."""
    identity = make_server(authority, names, clock=clock or SystemClock())
    (folder / "server.pem").write_bytes(identity.certificate + identity.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = version
    context.load_cert_chain(folder / "server.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_accept, args=(listener, context, answer), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def _accept(listener: socket.socket, context: ssl.SSLContext, answer: Answer) -> None:
    while True:
        try:
            raw, _ = listener.accept()
        except OSError:
            return
        raw.settimeout(5)
        with raw, suppress(OSError), context.wrap_socket(raw, server_side=True) as connection:
            _read_request(connection)
            answer(connection)


def _read_request(connection: ssl.SSLSocket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    said = (h.split(b":")[1] for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:"))
    length = int(next(said, 0))
    while len(body) < length:
        body += _some(connection)


def _some(connection: ssl.SSLSocket) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise ConnectionError("the client went away")
    return part
