"""A recorded exchange: the province it began with, each request as it was sent, each reply as it came."""

from __future__ import annotations

import shutil
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import requests
import sqlcipher3.dbapi2
import zstandard
from requests.adapters import BaseAdapter

from commune_desk.domain.time.clock import SystemClock, to_iso
from sync.client.enrol import Credentials
from sync.client.tls import PinnedAdapter, PinnedContext
from sync.client.transport import Transport
from sync.seal import BoxKey, SigningKey
from sync.server.engine.embedded import FILE
from sync.server.identity import keyfile
from tests.sync.actors.in_process import body_of, response_of

DATABASE = f"data/{FILE}"
KEPT = Path(__file__).parent / "kept"
SEND_SECONDS = 15.0
_LEVEL = 19
_KEPT_HEADERS = ("content-type", "content-digest", "signature-input", "signature", "range")


class Exchange(msgspec.Struct, frozen=True, array_like=True):
    """A request and its reply, bodies as they were on the line; `sync`: the how many-th of the desk, 0 to enrol."""

    at: str
    desk: str
    sync: int
    method: str
    path: str
    headers: dict[str, str]
    sent: bytes
    status: int
    said: dict[str, str]
    received: bytes


class Order(msgspec.Struct, frozen=True):
    """The province erased a person: the change by which it told each place, and before whose sync that was."""

    before: tuple[str, int]
    lines: list[bytes]


class KeptDesk(msgspec.Struct, frozen=True):
    """The code that made it a desk, and its secret keys."""

    code: str
    signing: bytes
    box: bytes
    doorbell: bytes

    @classmethod
    def fresh(cls, code: str) -> KeptDesk:
        keys = Credentials()
        return cls(code, keys.signing.to_bytes(), keys.box.to_bytes(), keys.doorbell.to_bytes())

    @property
    def keys(self) -> Credentials:
        return Credentials(
            SigningKey.from_bytes(self.signing), BoxKey.from_bytes(self.box), SigningKey.from_bytes(self.doorbell)
        )


Rows = dict[str, list[dict[str, Any]]]
"""Table by table, what a register holds."""


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """All that is kept of one recording."""

    version: str
    begun_at: str
    start: dict[str, bytes]
    """The province's folder before the first request: path and bytes of each file; its database without encryption."""
    desks: dict[str, KeptDesk]
    exchanges: list[Exchange]
    orders: list[Order]
    feeds: list[tuple[str, int, bytes]]
    """(scope, number, chain) of each event at the end."""
    registers: dict[str, list[Rows]]
    """What the desks with a register of their own held after each of their syncs."""
    file: str
    """The attachment that was fetched, and the SHA-256 of what was in it."""
    file_sha256: bytes

    def write(self, path: Path) -> None:
        path.write_bytes(zstandard.compress(msgspec.msgpack.encode(self), _LEVEL))

    @classmethod
    def read(cls, path: Path) -> Trace:
        return msgspec.msgpack.decode(zstandard.decompress(path.read_bytes()), type=cls)

    def of(self, desk: str, sync: int) -> list[Exchange]:
        return [one for one in self.exchanges if (one.desk, one.sync) == (desk, sync)]

    def syncs(self, desk: str) -> int:
        """How often the desk synced."""
        return max(one.sync for one in self.exchanges if one.desk == desk)

    def unpack(self, folder: Path) -> None:
        """Lay the province down in `folder` as it was at the beginning."""
        for name, content in self.start.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o600)
        _exported(folder / DATABASE, "", _key(folder))


def pack(folder: Path) -> dict[str, bytes]:
    """The files of a province that nobody serves. Encrypted, no compression would make its database smaller."""
    plain = folder / "plain.db"
    shutil.copyfile(folder / DATABASE, plain)
    _exported(plain, _key(folder), "")
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    return found | {DATABASE: found.pop(plain.name)}


def _key(folder: Path) -> str:
    return keyfile.read(folder / "key.json", data=folder / "data").database_key


def _exported(path: Path, before: str, after: str) -> None:
    """Exchange a database's key; an empty one is none."""
    target = path.with_name("exported")
    with closing(sqlcipher3.dbapi2.connect(str(path), isolation_level=None)) as connection:
        if before:
            connection.execute(f"PRAGMA key = \"x'{before}'\"")
        spelled = f"x'{after}'" if after else ""
        connection.execute("ATTACH DATABASE ? AS target KEY ?", (str(target), spelled))
        connection.execute("SELECT sqlcipher_export('target')")
        connection.execute("DETACH DATABASE target")
    target.replace(path)


class Tape:
    """Takes down what goes over the line; `scene` says whose sync it is."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.scene = ("", 0)

    def transport(self, address: str, ca_pem: bytes | None) -> Transport:
        adapter = _Recorder(PinnedContext.trusting(ca_pem, send_seconds=SEND_SECONDS), self)
        return Transport(address, ca_pem=ca_pem, adapter=adapter)

    def note(self, request: requests.PreparedRequest, sent: bytes, response: requests.Response, raw: bytes) -> None:
        self.exchanges.append(
            Exchange(
                to_iso(SystemClock().now()),
                *self.scene,
                str(request.method),
                request.path_url,
                {name.lower(): text for name, text in request.headers.items() if name.lower() in _KEPT_HEADERS},
                sent,
                response.status_code,
                {name.lower(): text for name, text in response.headers.items() if name.lower() != "date"},
                raw,
            )
        )


class _Recorder(PinnedAdapter):
    def __init__(self, context: PinnedContext, tape: Tape) -> None:
        super().__init__(context)
        self._tape = tape

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        body: Any = request.body
        sent = body.getvalue() if body is not None else b""
        response = super().send(request, *args, **kwargs)
        raw: bytes = response.raw.read(decode_content=False)
        self._tape.note(request, sent, response, raw)
        return response_of(response.status_code, dict(response.headers), raw)


class Playback(BaseAdapter):
    """The province as it answered then: the next reply of each path. What was never asked for, it does not know."""

    def __init__(self, exchanges: Sequence[Exchange], altered: Callable[[Exchange], Exchange]) -> None:
        super().__init__()
        self._next: dict[str, deque[Exchange]] = defaultdict(deque)
        for exchange in exchanges:
            self._next[exchange.path].append(altered(exchange))
        self.unknown: list[str] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        body_of(request)
        waiting = self._next[request.path_url]
        if not waiting:
            self.unknown.append(request.path_url)
            return response_of(404, {}, b"")
        exchange = waiting.popleft()
        return response_of(exchange.status, exchange.said, exchange.received)

    def close(self) -> None:
        """There is no line."""

    @property
    def left(self) -> list[str]:
        """Paths of replies that nobody asked for."""
        return [path for path, waiting in self._next.items() if waiting]
