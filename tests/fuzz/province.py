"""A province that holds what the recording ends with, and what a desk with keys of its own may send to it.

Its store goes on from input to input, and each desk that sends is a new one: a finding needs little of those before.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import anyio.to_thread
import msgspec
from sqlalchemy import update

from commune_desk.domain.words.errors import DeskError
from sync import bundle, framing, protocol, seal
from sync.change import GENESIS, next_head
from sync.server.edge import courier, courier_reply
from sync.server.edge.courier_answer import Answer
from sync.server.edge.limits import Limits
from sync.server.edge.tickets import Tickets
from sync.server.engine import tables
from sync.server.intake.admission import Admission
from tests.fuzz.fuzzer import Target
from tests.fuzz.keys import BOX
from tests.sync.actors.server_fixtures import Reply, ServerDesk, World
from tests.traces.trace import KEPT, Exchange, Trace

DESK = "DDDDDD"
"""In an input, the desk that sends it."""
_ASKED = ("/v1/pull", "/v1/report", "/v1/ranges", "/v1/records", "/v1/snapshot", "/v1/files/offset", "/v1/files/get")
_FREE = ("/v1/hello", "/v1/enrol")


class Answered(DeskError):
    """With a refusal of its own; `code` is why."""


class _Tickets(Tickets):
    """Takes the tickets of a server that runs no more: the recording is played as it was."""

    def spend(self, keyid: str, nonce: str) -> bool:
        return True


async def _at_once(work: Callable[..., Any], *args: Any, **_how: Any) -> Any:
    """In this thread, whose lines are followed."""
    return work(*args)


class _Faults(logging.Handler):
    """What the province's own program stumbled over."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.exc_info[1] if record.exc_info else RuntimeError(record.getMessage())


class RecordedProvince:
    """The province of the recording, behind everything that happened there."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.trace = Trace.read(KEPT / "0.1.0.trace")
        self.trace.unpack(folder)
        self.world = World(folder, tickets=_Tickets(), limits=Limits(clock=count(0, 3600).__next__))
        stack.callback(self.world.close)
        for one in self.trace.exchanges:
            self.world.call(one.path, one.sent, list(one.headers.items()), one.method)
        self._faults = _Faults()
        stack.callback(setattr, anyio.to_thread, "run_sync", anyio.to_thread.run_sync)
        anyio.to_thread.run_sync = _at_once  # type: ignore[assignment]
        log = logging.getLogger("sync")
        log.addHandler(self._faults)
        log.propagate = False
        stack.callback(setattr, log, "propagate", True)
        stack.callback(log.removeHandler, self._faults)

    def _judged(self, reply: Reply) -> None:
        """Raises what the program stumbled over, or Answered for a refusal."""
        stumbled, self._faults.last = self._faults.last, None
        if stumbled is not None:
            raise stumbled
        assert reply.status < 500, reply.code
        if reply.status != 200:
            raise Answered(f"{reply.status} {reply.code}")

    def pushes(self) -> list[bytes]:
        """What each desk sent, as a new one might: its header, and the changes without signatures."""
        return [_as_anybody(one) for one in self.trace.exchanges if one.path == "/v1/push" and one.sync]

    def push(self, data: bytes) -> None:
        """Signed by the desk, with a head that is right: nothing but what it says can stop it."""
        desk = self.world.desk()
        header, *raws = data.replace(DESK.encode(), desk.id.encode()).split(b"\n")
        lines = [protocol.b64(desk.key.sign(seal.CHANGE, raw)).encode() + b" " + raw for raw in raws]
        self._judged(desk.post("/v1/push", b"\n".join([_headed(desk, header, raws), *lines])))
        honest = self.world.desk()
        honest.send("person", secrets.token_hex(16), {"full_name": "Bàn A Sáng"})

    def questions(self) -> list[bytes]:
        """What else desks asked, with the route in the first line."""
        asked = [one for one in self.trace.exchanges if one.path in (*_ASKED, *_FREE)]
        bodies = {one.path.encode() + b"\n" + framing.inflate(one.sent) for one in asked}
        return sorted(bodies, key=lambda one: (one.partition(b"\n")[0], len(one)))[::3]

    def ask(self, data: bytes) -> None:
        path, _, body = data.partition(b"\n")
        route = path.decode("latin-1")
        if route in _FREE:
            self._judged(self.world.call(route, framing.deflate(body)))
            return
        if route not in _ASKED:
            raise Answered("no such route")
        self._judged(self.world.desk().post(route, body.replace(DESK.encode(), b"")))

    def sticks(self) -> list[bytes]:
        """A push, a report and a question, part by part: the kind in a line of its own before each."""
        push = self.pushes()[0]
        pull = protocol.encode(protocol.PullRequest(epoch=self.world.epoch, cursors={"C:06838": 3}))
        return [b"push\n" + push + b"\x1e" + b"pull\n" + pull + b"\x1e" + b"begin\n{}", b"purges\n{}\x1epull\n" + pull]

    def bring(self, data: bytes) -> None:
        """A bundle that the desk signed and sealed to the province, and the answer to it."""
        desk = self._desk_with_a_box()
        items = [_part(desk, piece) for piece in data.replace(DESK.encode(), desk.id.encode()).split(b"\x1e")]
        contents = [content for _, content in items]
        public = self.world.province.keys.courier.public
        header = bundle.Header(
            id=secrets.token_hex(16),
            sender=desk.id,
            to=protocol.PROVINCE_DESK,
            key=protocol.b64(public),
            epoch=self.world.epoch,
            at="2026-11-24T01:00:00Z",
            digest=bundle.digest_of(contents),
            parts=[part for part, _ in items],
        )
        file = bundle.write_bundle(header, contents, desk.key, public)
        answer = Answer(desk.id)
        arrived = courier.open_arrived(self.world.province, file)
        courier.take_in_bundle(self.world.province, arrived, answer, admission=Admission(), label="stick")
        for _ in courier_reply.reply(self.world.province, answer):
            pass

    def _desk_with_a_box(self) -> ServerDesk:
        """One that a bundle can be sealed to."""
        desk = self.world.desk()
        table = tables.desk
        self.world.write(
            lambda connection: connection.execute(
                update(table).where(table.c.id == desk.id).values(box_public=BOX.public)
            )
        )
        return desk


def _headed(desk: ServerDesk, header: bytes, raws: list[bytes]) -> bytes:
    """The header with the desk's own chain over what follows, if it is one."""
    head = GENESIS
    for raw in raws:
        head = next_head(head, seal.sha256(raw))
    try:
        said: Any = msgspec.json.decode(header)
        last = said["last_n"]
        statement = msgspec.json.encode([desk.id, last, protocol.b64(head)])
        said["head"], said["epoch"] = protocol.b64(head), said.get("epoch") or desk.world.epoch
        said["head_signature"] = protocol.b64(desk.key.sign(seal.HEAD, statement))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, TypeError, AttributeError):
        return header
    return msgspec.json.encode(said)


def _part(desk: ServerDesk, piece: bytes) -> bundle.Item:
    kind, _, body = piece.partition(b"\n")
    if kind == b"push":
        header, *raws = body.split(b"\n")
        lines = [protocol.b64(desk.key.sign(seal.CHANGE, raw)).encode() + b" " + raw for raw in raws]
        body = b"\n".join([_headed(desk, header, raws), *lines])
    known = [one for one in bundle.PartKind if one.value.encode() == kind]
    return bundle.part(known[0] if known else bundle.PartKind.BEGIN, body, n=(1, 1) if kind == b"push" else (0, 0))


def _as_anybody(exchange: Exchange) -> bytes:
    """A recorded push with its numbers counted from 1, by a desk that is said when it is sent."""
    _, *lines = framing.inflate(exchange.sent).split(b"\n")
    raws = list(_counted(lines))
    said = {"desk": DESK, "epoch": "", "first_n": 1, "last_n": len(raws)}
    return b"\n".join([msgspec.json.encode(said), *raws])


def _counted(lines: list[bytes]) -> Iterator[bytes]:
    for n, line in enumerate((one for one in lines if not one.startswith(b"{")), start=1):
        raw = line.partition(b" ")[2]
        raw = re.sub(rb'"d":"[^"]+"', b'"d":"' + DESK.encode() + b'"', raw, count=1)
        raw = re.sub(rb'"n":\d+', b'"n":%d' % n, raw, count=1)
        yield re.sub(rb'"id":"[0-9a-f]{8}', b'"id":"ffff%04x' % n, raw, count=1)


def pushes(folder: Path, stack: ExitStack) -> Target:
    province = RecordedProvince(folder, stack)
    return Target("pushes", province.pushes(), province.push, (Answered,), runs=40, shaped=True)


def questions(folder: Path, stack: ExitStack) -> Target:
    province = RecordedProvince(folder, stack)
    return Target("questions", province.questions(), province.ask, (Answered,), runs=100, shaped=True)


def sticks(folder: Path, stack: ExitStack) -> Target:
    province = RecordedProvince(folder, stack)
    return Target("sticks", province.sticks(), province.bring, runs=30, shaped=True)
