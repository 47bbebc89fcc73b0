"""A province that never comes to the end of an answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from commune_desk.domain.time.clock import SystemClock, monotonic
from commune_desk.usecases.locked.doorbell import DoorbellCard
from sync.seal import SigningKey
from sync.server.identity.authority import Identity, make_authority
from tests.sync.actors.tls_server import tls_server


@contextmanager
def dripping_at(folder: Path, authority: Identity, seconds: float = 600.0) -> Iterator[tuple[str, threading.Event]]:
    """The address of such a province of `authority`, which serves meanwhile; and whether it came to its end after all.

    One that is listened to for so many `seconds` gives up.
    """
    ends, is_over = threading.Event(), threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        until = monotonic() + seconds
        while not ends.wait(0.05) and monotonic() < until:
            connection.sendall(b" ")
        is_over.set()

    with tls_server(folder, authority, drip) as port:
        yield f"https://127.0.0.1:{port}", is_over
        ends.set()


@contextmanager
def dripping(folder: Path, card: DoorbellCard) -> Iterator[DoorbellCard]:
    """The card of a desk with such a province."""
    authority = make_authority("Province of tests", clock=SystemClock())
    with dripping_at(folder, authority) as (address, _is_over):
        yield msgspec.structs.replace(
            card,
            address=address,
            ca_pem=authority.certificate,
            desk="ABC234",
            key=SigningKey.generate().to_bytes(),
            authority_public=SigningKey.generate().public,
        )
