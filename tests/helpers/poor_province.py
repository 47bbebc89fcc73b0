"""A province that never comes to the end of an answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from commune_desk.domain.time.clock import SystemClock
from commune_desk.usecases.locked.doorbell import DoorbellCard
from sync.seal import SigningKey
from sync.server.identity.authority import make_authority
from tests.sync.actors.tls_server import tls_server


@contextmanager
def dripping(folder: Path, card: DoorbellCard) -> Iterator[DoorbellCard]:
    """The card of a desk with such a province, which serves meanwhile."""
    authority = make_authority("Province of tests", clock=SystemClock())
    ends = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not ends.wait(0.05):
            connection.sendall(b" ")

    with tls_server(folder, authority, drip) as port:
        yield msgspec.structs.replace(
            card,
            address=f"https://127.0.0.1:{port}",
            ca_pem=authority.certificate,
            desk="ABC234",
            key=SigningKey.generate().to_bytes(),
            authority_public=SigningKey.generate().public,
        )
        ends.set()
