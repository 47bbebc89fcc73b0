"""Ten thousand changes to the province and from it: a real server process, TLS on loopback, real registers."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from ssl import SSLContext
from typing import Any

import msgspec
import zstandard
from requests import PreparedRequest, Response

from bench.measure import CannotMeasure, Samples
from bench.registers import LOGIN, PASSPHRASE, enter_batch, people_of
from bench.workbench import Workbench, end, read_line
from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.model.ids import Scope
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.desk.register import Register
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.usecases.registers.enrolment import Invitation, enrol_new_register
from commune_desk.usecases.registers.opening import OpenDesk
from commune_desk.usecases.registers.profile import NewOfficer, Profile
from sync.client.session import Session
from sync.client.tls import PinnedAdapter, PinnedContext, PinnedSocket
from sync.client.transport import Exchange, Transport
from sync.server.engine.address import PostgresAddress

CHANGES = 10_000
_SERVER = ("-m", "sync.server", "--lang", "en")
SEND_SECONDS = 15.0
_ROUNDS = 5


@dataclass(slots=True)
class _Way:
    """One direction: how many changes went how fast, and every exchange as (bytes sent, bytes received)."""

    changes: int
    seconds: float
    exchanges: list[tuple[bytes, int]]
    bare_seconds: float

    @property
    def bytes(self) -> int:
        return sum(len(sent) + received for sent, received in self.exchanges)


@dataclass(frozen=True, slots=True)
class _Trip:
    push: _Way
    pull: _Way
    plain_bytes: float
    """What the same values take, as JSON in one frame, for each change: no signatures, no ids of who and when."""


def push(bench: Workbench) -> Samples:
    return _rates(bench.shared("sync", _trip).push)


def pull(bench: Workbench) -> Samples:
    return _rates(bench.shared("sync", _trip).pull)


def push_bytes(bench: Workbench) -> Samples:
    trip = bench.shared("sync", _trip)
    return Samples([trip.push.bytes / trip.push.changes], [trip.plain_bytes])


def pull_bytes(bench: Workbench) -> Samples:
    trip = bench.shared("sync", _trip)
    return Samples([trip.pull.bytes / trip.pull.changes], [trip.plain_bytes])


def _rates(way: _Way) -> Samples:
    return Samples([way.changes / way.seconds], [way.changes / way.bare_seconds])


Exchanges = list[tuple[str, int, int]]
"""Path, bytes sent and bytes received of each request."""


class _CountingSocket(PinnedSocket):
    """Tells its context how much of HTTP goes through it, before TLS and after."""

    def sendall(self, data: Any, flags: int = 0) -> None:
        _counted(self.context, len(data))
        super().sendall(data, flags)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        received = super().recv_into(*args, **kwargs)
        _counted(self.context, received)
        return received


def _counted(context: SSLContext, count: int) -> None:
    assert isinstance(context, CountingContext)
    context.carried += count


class CountingContext(PinnedContext):
    """Counts the bytes of HTTP that its sockets carry both ways: request lines, headers and bodies."""

    sslsocket_class = _CountingSocket
    carried = 0


class _Listening(PinnedAdapter):
    """Counts what crosses the line."""

    def __init__(self, context: CountingContext) -> None:
        super().__init__(context)
        self._counts = context
        self.exchanges: list[tuple[bytes, int]] = []
        self.paths: Exchanges = []
        self._begun: list[int] = []

    @property
    def spoken(self) -> list[int]:
        """Bytes of HTTP of each of `paths`."""
        return [end - begin for begin, end in pairwise([*self._begun, self._counts.carried])]

    def begin(self) -> None:
        """Forget what was counted."""
        self.paths, self._begun = [], []

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        self._begun.append(self._counts.carried)
        body: Any = request.body
        sent = body.getvalue() if body is not None else b""
        response = super().send(request, *args, **kwargs)
        received = int(response.headers["Content-Length"])
        self.exchanges.append((sent, received))
        self.paths.append((request.path_url, len(sent), received))
        return response


def _trip(bench: Workbench) -> _Trip:
    folder = bench.folder / "sync"
    folder.mkdir()
    with province(bench, folder) as address, _bare_server(bench) as port:
        writer = enrolled_desk(bench, folder, "first", address)
        reader = enrolled_desk(bench, folder, "second", address)
        try:
            _sync(reader.register)  # what came before is no part of it
            made = make_changes(writer.register)
            push = _timed(writer.register, port)
            pull = _timed(reader.register, port)
            plain = _plain_bytes(writer.register)
        finally:
            writer.register.close()
            reader.register.close()
    if pull.changes < made:
        raise CannotMeasure(f"{made} changes were sent, {pull.changes} came back")
    return _Trip(push, pull, plain)


@contextmanager
def province(bench: Workbench, folder: Path, *, on: PostgresAddress | None = None) -> Iterator[str]:
    """A province that serves, as its address; `on`: in that database in place of the embedded one."""
    database = ("--database", on.url, "--owner", on.owner) if on else ()
    _command(bench, folder, "init", "--name", "Measurement", "--host", "127.0.0.1", *database)
    server = bench.start(*_SERVER, "serve", *places(folder), "--host", "127.0.0.1", "--port", "0")
    try:
        said = read_line(server)
        if not said.startswith("ready "):
            raise CannotMeasure(f"the province did not start: {said}")
        yield said.split()[1]
    finally:
        end(server)


def places(folder: Path) -> tuple[str, ...]:
    return "--data", str(folder / "data"), "--key-file", str(folder / "key.json")


def _command(bench: Workbench, folder: Path, name: str, *arguments: str) -> str:
    process = bench.start(*_SERVER, name, *places(folder), *arguments)
    said = process.communicate()[0]
    if process.returncode:
        raise CannotMeasure(f"commune-desk-server {name} ended with {process.returncode}")
    return said


def enrolled_desk(bench: Workbench, folder: Path, label: str, address: str) -> OpenDesk:
    """A new desk in the folder `label`, open."""
    made = _command(bench, folder, "enrol-code", "--scope", "C:06838", "--label", label, "--json")
    profile = Profile(folder / label)
    profile.folder.mkdir()
    officer = NewOfficer(LOGIN, "Measurement", PASSPHRASE)
    code = json.loads(made)["code"]
    return enrol_new_register(profile, officer, Invitation(address, code, label), clock=SystemClock())


def make_changes(register: Register, count: int = CHANGES) -> int:
    """Children with their families and visits until so many changes wait; how many."""
    scope = Scope(register.identity.scope)
    people = people_of(count)
    made = 0
    while made < count:
        batch = [(next(people), 5) for _ in range(50)]
        register.write(partial(enter_batch, scope=scope, batch=batch)).result()
        made = register.write(lambda tx: tx.connection.execute("SELECT count(*) FROM change").fetchone()[0]).result()[0]
    return made


def _sync(register: Register) -> tuple[int, int, list[tuple[bytes, int]]]:
    """(pushed, pulled, exchanges)."""
    pins = register.identity.pins
    assert pins is not None
    line = _Listening(CountingContext.trusting(pins.ca_pem, send_seconds=SEND_SECONDS))
    transport = Transport(pins.address, ca_pem=pins.ca_pem, adapter=line)
    outcome = Session(transport, RegisterReplica(register, lambda _changes: None)).sync()
    return outcome.pushed, outcome.pulled, line.exchanges


@dataclass(frozen=True, slots=True)
class Once:
    """What one sync did."""

    pulled: int
    exchanges: Exchanges
    spoken: list[int]
    """Of each of them the bytes of HTTP both ways, with request line, status and headers."""
    transactions: int
    """Of the register, as far as they changed anything."""
    receipt_after: float
    """Seconds until the last receipt was here; 0 where nothing was sent."""
    seconds: float
    """Until it was over."""


class DeskLine:
    """The way of an enrolled register to its province, and a session that goes on over several syncs."""

    def __init__(self, register: Register, *, port: int = 0) -> None:
        """`port`: of the line that it goes by."""
        pins = register.identity.pins
        assert pins is not None
        self._listening = _Listening(CountingContext.trusting(pins.ca_pem, send_seconds=SEND_SECONDS))
        address = f"https://127.0.0.1:{port}" if port else pins.address
        transport = Transport(address, ca_pem=pins.ca_pem, adapter=self._listening)
        transport.on_exchange = self._heard
        self._changed: list[ChangeSet] = []
        self._session = Session(transport, RegisterReplica(register, self._changed.append))
        self._begun = self._receipt_after = 0.0

    def sync(self) -> Once:
        """One whole sync."""
        self._changed.clear()
        self._listening.begin()
        self._receipt_after = 0.0
        self._begun = time.perf_counter()
        outcome = self._session.sync()
        seconds = time.perf_counter() - self._begun
        said = self._listening.paths, self._listening.spoken
        return Once(outcome.pulled, *said, len(self._changed), self._receipt_after, seconds)

    def _heard(self, one: Exchange) -> None:
        if one.path == "/v1/push":
            self._receipt_after = time.perf_counter() - self._begun


def sync_once(register: Register, *, port: int = 0) -> Once:
    """One whole sync of an enrolled register, as its first; `port`: of the line that it goes by."""
    return DeskLine(register, port=port).sync()


def _timed(register: Register, port: int) -> _Way:
    begun = time.perf_counter()
    pushed, pulled, exchanges = _sync(register)
    seconds = time.perf_counter() - begun
    bare = statistics.median(_bare_seconds(port, exchanges) for _ in range(_ROUNDS))
    return _Way(max(pushed, pulled), seconds, exchanges, bare)


@contextmanager
def _bare_server(bench: Workbench) -> Iterator[int]:
    server = bench.start("-m", "bench.child", "post")
    try:
        yield int(read_line(server))
    finally:
        end(server)


def _bare_seconds(port: int, exchanges: Sequence[tuple[bytes, int]]) -> float:
    """The same bytes there and back, one request after the other, with nothing done to them."""
    connection = HTTPConnection("127.0.0.1", port)
    begun = time.perf_counter()
    for sent, received in exchanges:
        connection.request("POST", "/", sent, {"Reply": str(received)})
        connection.getresponse().read()
    passed = time.perf_counter() - begun
    connection.close()
    return passed


def _plain_bytes(register: Register) -> float:
    raws = register.write(lambda tx: tx.connection.execute("SELECT raw FROM change ORDER BY id").fetchall()).result()[0]
    values = [msgspec.json.encode(msgspec.json.decode(bytes(raw))["set"]) for (raw,) in raws]
    return len(zstandard.compress(b"\n".join(values))) / len(values)
