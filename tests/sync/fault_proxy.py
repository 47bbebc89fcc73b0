"""A TCP proxy that breaks connections on purpose: cut after so many bytes, delay, trickle, or never answer."""

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
    half_open: bool = False
    """Take what comes and pass nothing on."""


class FaultProxy:
    """Listens on a free port of loopback and passes everything on to `target`. A context manager."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.toxics = Toxics()
        self.connections = 0
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
            self._begin(self._pump, near, far, self.toxics.cut_up_after)
            self._begin(self._pump, far, near, self.toxics.cut_down_after)

    def _pump(self, source: socket.socket, sink: socket.socket, budget: int | None) -> None:
        size = 1 if self.toxics.trickle_seconds else _PIECE
        with suppress(OSError):
            while piece := source.recv(size):
                self._is_closing.wait(self.toxics.trickle_seconds or self.toxics.delay_seconds)
                if self.toxics.half_open:
                    continue
                if budget is not None:
                    piece, budget = piece[:budget], budget - len(piece[:budget])
                sink.sendall(piece)
                if budget == 0:
                    time.sleep(0.01)
                    break
        _close(source)
        _close(sink)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
