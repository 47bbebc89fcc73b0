"""A province in this process with desks that can be made to misbehave, and one as a real process on loopback TLS."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import requests
from sqlalchemy import Connection, Select, func, select, update

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.time.clock import HybridClock
from sync import framing, protocol, seal
from sync.change import GENESIS, Change, Line, Wire, next_head, sign, write
from sync.client.signing import RequestSigner
from sync.server.__main__ import main
from sync.server.edge.app import Service
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE, Work
from sync.server.identity import desks
from sync.server.identity.province import epoch_of, open_province
from sync.server.identity.scopes import ensure_key, ensure_scope
from sync.server.lifecycle.founding import found
from tests.helpers.store_engine import engine
from tests.helpers.workplaces import HandClock

COMMUNE, OTHER, SHELTER = "C:06838", "C:06841", "S:AD01"
M = TypeVar("M")
FOUNDED_AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


class Reply(msgspec.Struct, frozen=True):
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> bytes:
        return framing.inflate(self.raw)

    def read(self, message: type[M]) -> M:
        return protocol.decode(self.body, message)

    @property
    def code(self) -> str:
        return self.read(protocol.Problem).code


class World:
    """The province in a folder, founded if there is none. Give `service` its guards to test what they guard."""

    def __init__(self, folder: Path, **guards: Any) -> None:
        self.clock = HandClock(FOUNDED_AT)
        data, key = folder / "data", folder / "key.json"
        if data.exists():
            self.province = open_province(data, key, clock=self.clock)
        else:
            self.province = found(
                data, key, name="Quảng Ninh", hosts=["127.0.0.1"], clock=self.clock, where=engine.new()
            )
            self.write(_begin_places)
        self.service = Service(self.province, **guards)
        self.app = self.service.app()
        self._runner = asyncio.Runner()

    @property
    def epoch(self) -> str:
        return self.province.database.read(epoch_of, WHOLE_PROVINCE)

    def close(self) -> None:
        self._runner.close()
        self.province.close()

    def call(self, path: str, body: bytes, headers: Sequence[tuple[str, str]] = (), method: str = "POST") -> Reply:
        return self._runner.run(ask(self.app, method, path, body, headers))

    def hello(self) -> protocol.Hello:
        request = protocol.HelloRequest(nonce="bm9uY2U=")
        return self.call("/v1/hello", framing.deflate(protocol.encode(request))).read(protocol.Hello)

    def desk(self, grants: Mapping[str, Role] | None = None) -> ServerDesk:
        """A desk that is enrolled already, without the quarter of a second that a code takes."""
        granted = dict(grants or {COMMUNE: Role.COMMUNE_OFFICER})
        made = ServerDesk(self)
        made.id = self.write(lambda connection: self._enrolled(connection, made, granted))
        return made

    def _enrolled(self, connection: Connection, made: ServerDesk, granted: dict[str, Role]) -> str:
        for scope in granted:
            ensure_key(connection, scope, escrow_public=self.province.escrow_public)
        name = desks.expect(connection, label="test", grants=granted)
        connection.execute(
            update(tables.desk)
            .where(tables.desk.c.id == name)
            .values(
                status=desks.ACTIVE,
                sign_public=made.key.public,
                doorbell_public=made.bell.public,
                box_public=made.box.public,
                enrolled_at=self.province.now(),
            )
        )
        desks.certify(connection, self.province, name)
        return name

    def write(self, work: Work[M]) -> M:
        """Something done at the province itself."""
        return self.province.database.write(work, WHOLE_PROVINCE)

    def read(self, work: Work[M]) -> M:
        return self.province.database.read(work, WHOLE_PROVINCE)

    def rows(self, statement: Select[Any]) -> Sequence[Any]:
        """What the whole province holds."""
        return self.read(lambda connection: connection.execute(statement).all())

    def count(self, table: str) -> int:
        ((number,),) = self.rows(select(func.count()).select_from(tables.metadata.tables[table]))
        return int(number)

    def row(self, kind: str, record: str) -> dict[str, Any]:
        table = tables.RECORDS[kind]
        (row,) = self.rows(select(table).where(table.c.id == record))
        return dict(row._mapping)

    def open_conflicts(self) -> Sequence[Any]:
        table = tables.conflict
        return self.rows(select(table).where(table.c.closed_by.is_(None)).order_by(table.c.theirs))


def _begin_places(connection: Connection) -> None:
    """The places of the tests are the province's, whether a desk is enrolled there or not."""
    for scope in (COMMUNE, OTHER, SHELTER):
        ensure_scope(connection, scope)


class ServerDesk:
    """A desk's keys and journal, and every way to send something that is not quite right."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.id = ""
        self.key, self.bell = seal.SigningKey.generate(), seal.SigningKey.generate()
        self.box = seal.BoxKey.generate()
        self.officer = uuid7()
        self.n, self.head = 0, GENESIS
        self.clock = HybridClock(world.clock)
        self._ticket, self._counter = "", 0

    def change(self, kind: str, record: str, values: Mapping[str, Wire], **more: Any) -> Line:
        """Write the next change. `more` overrides any member of Change; `signing` is another key, or None for no
        signature: a signed head has to prove it."""
        signing = more.pop("signing", self.key)
        self.n += 1
        sealed = more.get("data", 1) >= 2
        facts: dict[str, Any] = {
            "id": uuid7(),
            "desk": self.id,
            "n": self.n,
            "officer": self.officer,
            "stamp": self.clock.tick(),
            "schema": 1,
            "scope": COMMUNE,
            "kind": kind,
            "record": record,
            "data": 1,
            "seal" if sealed else "set": dict(values),
        }
        change = Change(**facts | more)
        line = write(change) if signing is None else sign(change, signing)
        self.head = next_head(self.head, line.digest)
        return line

    def body(self, lines: Sequence[Line | bytes], **header: Any) -> bytes:
        head = protocol.b64(self.head)
        statement = msgspec.json.encode([self.id, self.n, head])
        facts: dict[str, Any] = {
            "desk": self.id,
            "epoch": self.world.epoch,
            "first_n": self.n - len(lines) + 1,
            "last_n": self.n,
            "head": head,
            "head_signature": protocol.b64(self.key.sign(seal.HEAD, statement)),
        }
        encoded = [line if isinstance(line, bytes) else line.encode() for line in lines]
        return b"\n".join([protocol.encode(protocol.PushHeader(**facts | header)), *encoded])

    def push(self, *lines: Line | bytes, **header: Any) -> Reply:
        return self.post("/v1/push", self.body(lines, **header))

    def results(self, *lines: Line | bytes) -> list[tuple[str, str]]:
        """Status and code of each line of a push that is taken in."""
        reply = self.push(*lines)
        assert reply.status == 200, reply.code
        return [(result.status, result.code) for result in reply.read(protocol.Receipt).results]

    def send(self, kind: str, record: str, values: Mapping[str, Wire], **more: Any) -> str:
        """Write and push one change; its id. Fails the test unless it is merged."""
        line = self.change(kind, record, values, **more)
        ((status, code),) = self.results(line)
        assert status != "quarantined", code
        return line.change.id

    def pull(self, **cursors: int) -> Reply:
        return self.pull_from({scope.replace("_", ":"): seq for scope, seq in cursors.items()})

    def pull_from(self, cursors: Mapping[str, int], **more: Any) -> Reply:
        request = protocol.PullRequest(**{"epoch": self.world.epoch, "cursors": dict(cursors)} | more)
        return self.post("/v1/pull", protocol.encode(request))

    def post(self, path: str, body: bytes, **how: Any) -> Reply:
        deflated = framing.deflate(body)
        return self.world.call(path, deflated, self.headers(path, deflated, **how))

    def headers(
        self, path: str, body: bytes, *, key: seal.SigningKey | None = None, keyid: str = "", nonce: str = ""
    ) -> list[tuple[str, str]]:
        """The headers of a signed request."""
        request = requests.Request("POST", f"https://province{path}", data=body).prepare()
        request.headers["Content-Type"] = framing.CONTENT_TYPE
        RequestSigner(keyid or self.id, key or self.key).sign(request, body, nonce or self.nonce())
        return list(request.headers.items())

    def nonce(self) -> str:
        if not self._ticket:
            self._ticket = self.world.hello().ticket
        self._counter += 1
        return f"{self._ticket}.{self._counter}"


async def ask(app: Any, method: str, path: str, body: bytes, headers: Sequence[tuple[str, str]] = ()) -> Reply:
    """One request to an ASGI application."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 443),
        "state": {},
    }
    incoming: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return incoming.pop() if incoming else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    found_headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return Reply(sent[0]["status"], found_headers, b"".join(message.get("body", b"") for message in sent[1:]))


@contextmanager
def province_in(folder: Path, **guards: Any) -> Iterator[World]:
    """A province in this process."""
    world = World(folder, **guards)
    try:
        yield world
    finally:
        world.close()


class Done(msgspec.Struct, frozen=True):
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


def command(folder: Path, *words: str) -> Done:
    """Run a command of `commune-desk-server` in English, in this process, on the province in `folder`."""
    name, *rest = words
    inner = [rest.pop(0)] if name in ("desk", "bundle") else []
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key.json")]
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        code = main(["--lang", "en", name, *inner, *places, *rest])
    return Done(code, out.getvalue(), err.getvalue())


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A province founded in `folder` and served by a real process; yields its address."""
    made = command(folder, "init", "--name", "Quảng Ninh", "--host", "127.0.0.1", "localhost", *engine.init_words())
    assert made.returncode == 0, made.stderr
    with served(folder) as address:
        yield address


@contextmanager
def served(folder: Path, *program: str) -> Iterator[str]:
    """The province in `folder` served by a real process; yields its address. `program`: another than the server's."""
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key.json")]
    words = program or ("sync.server",)
    line = [sys.executable, "-m", *words, "serve", *places, "--host", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline().split()
            assert ready[:1] == ["ready"], process.stderr.read() if process.stderr else ""
            yield ready[1]
        finally:
            process.terminate()
            process.wait(timeout=30)
