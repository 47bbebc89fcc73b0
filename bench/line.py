"""A line of a given width and length before a province: bytes leave one after the other and arrive later.

Between two processes on loopback. What is under way does not hold up what follows, as on a real line, so that a long
answer takes its bytes once and its way once. A new connection costs one way there and back, as TCP does.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue

_PIECE = 2048
"""Bytes: a little more than a packet."""


class Line:
    """Bytes a second in each direction, seconds there and back, and what went over it so far."""

    def __init__(self, bytes_per_second: float, round_trip: float) -> None:
        self.bytes_per_second = bytes_per_second
        self.round_trip = round_trip
        self.carried = 0
        self._lock = threading.Lock()

    def pass_on(self, source: socket.socket, sink: socket.socket, *, begins_at: float) -> None:
        """Read until the end of it; whoever reads the other side gets each byte when the line would bring it."""
        under_way: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
        arriving = threading.Thread(target=_arrive, args=(under_way, sink), daemon=True)
        arriving.start()
        free_at = begins_at
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                with self._lock:
                    self.carried += len(piece)
                free_at = max(free_at, time.monotonic()) + len(piece) / self.bytes_per_second
                under_way.put((free_at + self.round_trip / 2, piece))
                time.sleep(max(0.0, free_at - time.monotonic()))
        under_way.put((0.0, b""))
        arriving.join()


def _arrive(under_way: SimpleQueue[tuple[float, bytes]], sink: socket.socket) -> None:
    while (due := under_way.get())[1]:
        time.sleep(max(0.0, due[0] - time.monotonic()))
        with suppress(OSError):
            sink.sendall(due[1])
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def line_to(port: int, line: Line) -> Iterator[int]:
    """A port of loopback from which the line leads to `port`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, port, line), daemon=True).start()
        yield int(listener.getsockname()[1])


def _accept(listener: socket.socket, port: int, line: Line) -> None:
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        far = socket.create_connection(("127.0.0.1", port))
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begins_at = time.monotonic() + line.round_trip
        for source, sink in ((near, far), (far, near)):
            threading.Thread(
                target=line.pass_on, args=(source, sink), kwargs={"begins_at": begins_at}, daemon=True
            ).start()
