"""The listening process: TLS 1.3 only, one process for one data folder, a graceful end."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import FrameType

import uvicorn
from litestar import Litestar

from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from sync.server.edge.app import Service
from sync.server.edge.daily import daily_roots, erased_noted, snapshots_ahead
from sync.server.edge.listening import ListeningSocket
from sync.server.edge.patience import PatientLoop, PatientProtocol
from sync.server.engine.private_files import refuse_unwritable
from sync.server.identity.only_process import only_process
from sync.server.identity.province import CERT_FILE, KEY_FILE, Province
from sync.server.reasons import reason_of

_GRACE_SECONDS = 10
_MOST_CONNECTIONS = 400
_COLLECT_AFTER = 100_000
"""Objects: more than a push of 500 changes has at once, which keeps none; a search amid it would find all alive."""


def serve(
    province: Province, host: str, port: int, *, ready: Callable[[str], None], settle: Callable[[], object]
) -> None:
    """Serve until SIGTERM or SIGINT. `ready` is told the address once the port listens; `settle` keeps the list of what
    was erased.

    Raises Refusal when another process serves this folder, Fault when it cannot be written or the port or certificate
    cannot be had.
    """
    refuse_unwritable(province.data)
    with only_process(province):
        service = Service(province)
        stand_at(
            (host, port), service.app(), province, ready=ready, beside=lambda: _by_itself(province, service, settle)
        )


@contextmanager
def _by_itself(province: Province, service: Service, settle: Callable[[], object]) -> Iterator[None]:
    """What a serving process does without being asked."""
    with daily_roots(province), snapshots_ahead(province, service.snapshots), erased_noted(province, settle):
        yield


def stand_at(
    place: tuple[str, int],
    app: Litestar,
    province: Province,
    *,
    ready: Callable[[str], None],
    beside: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> None:
    """Answer with `app` at a host and port until told to end; `beside`: what is at work meanwhile. Raises Fault."""
    host, port = place
    with _listening(host, port) as listener:
        config = _config(app, province)
        _harden(config, province.data)
        address = f"https://{_shown(host)}:{listener.getsockname()[1]}"
        _collect_seldom()
        with beside(), asyncio.Runner(loop_factory=PatientLoop) as runner:
            runner.run(_Server(config, lambda: ready(address)).serve(sockets=[listener]))


def _collect_seldom() -> None:
    """What has been made on the way to the first request is never garbage: nobody looks through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)


def _config(app: Litestar, province: Province) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="off",
        http=PatientProtocol,
        ws="none",
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ssl_certfile=province.data / CERT_FILE,
        ssl_keyfile=str(province.data / KEY_FILE),
        ssl_keyfile_password=province.keys.tls_password,
    )


class _Server(uvicorn.Server):
    """Ends quietly with exit code 0 when it is told to."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        def stop(number: int, frame: FrameType | None) -> None:
            self.should_exit = True

        former = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)


def _harden(config: uvicorn.Config, data: Path) -> None:
    try:
        config.load()
    except (OSError, ssl.SSLError):
        raise Fault(N_("The certificate in {path} cannot be read; run: commune-desk-server renew"), path=data) from None
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_3
        config.ssl.num_tickets = 0  # no desk resumes: half a KiB before the first answer for nothing


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with ListeningSocket(family) as listener:
        # What is accepted takes this over; a reply would wait until its beginning is acknowledged. asyncio itself asks
        # for it only where a socket says that it is TCP, and what Windows accepts never does.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise Fault(
                N_("The address {host}:{port} cannot be used: {reason}. Name another port or end the other program."),
                host=host,
                port=str(port),
                reason=reason_of(error),
            ) from None
        yield listener


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
