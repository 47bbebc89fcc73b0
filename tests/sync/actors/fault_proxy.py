"""A TCP proxy that breaks connections on purpose: cut, slow, late, trickling, silent, recorded."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

_PIECE = 16 * 1024


@dataclass(slots=True)
class Toxics:
    """What happens to the bytes of each direction. `None` and 0 leave them alone."""

    cut_down_after: int | None = None
    """Close the connection after this many bytes towards the client."""
    cut_up_after: int | None = None
    """Close it after this many bytes towards the server."""
    delay_seconds: float = 0.0
    trickle_seconds: float = 0.0
    """Let one byte through, wait, let the next through: a line that is alive and useless."""
    bytes_per_second: int | None = None
    half_open: bool = False
    """Take what comes and pass nothing on."""
    twice_down_after: int | None = None
    """Pass on twice each piece of what the server says behind this many bytes."""


class FaultProxy:
    """Listens on a free port of loopback and passes everything on to `target`. A context manager."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.toxics = Toxics()
        self.connections = 0
        self.recorded: list[bytearray] = []
        """What each connection sent towards the server."""
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._is_closing = threading.Event()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> FaultProxy:
        self._begin(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in self._open:
            _close(end)
        for thread in self._threads:
            thread.join(10)

    def _begin(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._is_closing.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                far = socket.create_connection(self._target)
            except OSError:  # whoever stands behind is being started anew
                _close(near)
                continue
            self._open += [near, far]
            self.recorded.append(bytearray())
            self._begin(self._pump, near, far, self.toxics.cut_up_after, self.recorded[-1])
            self._begin(self._pump, far, near, self.toxics.cut_down_after, bytearray(), self.toxics.twice_down_after)

    def replay(self, connection: int) -> None:
        """Send the server once more, on a connection of its own, all that a former one sent; wait for it to hang up."""
        with socket.create_connection(self._target, timeout=10) as again, suppress(OSError):
            again.sendall(self.recorded[connection])
            again.shutdown(socket.SHUT_WR)
            while again.recv(_PIECE):
                pass

    def _pump(
        self,
        source: socket.socket,
        sink: socket.socket,
        budget: int | None,
        record: bytearray,
        twice_after: int | None = None,
    ) -> None:
        size = 1 if self.toxics.trickle_seconds else _PIECE
        with suppress(OSError):
            while piece := source.recv(size):
                record += piece
                self._is_closing.wait(self._seconds(len(piece)))
                if self.toxics.half_open:
                    continue
                if budget is not None:
                    piece, budget = piece[:budget], budget - len(piece[:budget])
                sink.sendall(piece)
                if twice_after is not None and len(record) > twice_after:
                    sink.sendall(piece)
                if budget == 0:
                    time.sleep(0.01)
                    break
        _close(source)
        _close(sink)

    def _seconds(self, size: int) -> float:
        """How long a piece takes."""
        rate = self.toxics.bytes_per_second
        return self.toxics.trickle_seconds or self.toxics.delay_seconds + (size / rate if rate else 0.0)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
