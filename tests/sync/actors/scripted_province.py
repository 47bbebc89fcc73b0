"""A province in memory that can be told to misbehave: the session's counterpart where the real one never would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import requests
from requests.adapters import BaseAdapter

from sync import framing, protocol, purge_wire, seal
from sync.change import GENESIS, Line, next_chain, next_head, read_line
from sync.client.transport import Transport
from tests.sync.actors.in_process import body_of, response_of
from tests.sync.actors.memory_replica import Identity, MemoryReplica

SCOPE = "C:06838"


@dataclass(frozen=True)
class Raw:
    """A reply in bytes, however wrong."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


Prank = Callable[[bytes], Raw | None]


class ScriptedProvince(BaseAdapter):
    """Takes every change as applied, in the order it comes. `pranks` answer a path in its place (None: honestly)."""

    def __init__(self) -> None:
        super().__init__()
        self.authority = seal.SigningKey.generate()
        self.epoch = "e1"
        self.keys: dict[str, seal.SigningKey] = {}
        self.held: dict[str, list[Line]] = {}
        self.feed: dict[str, list[tuple[protocol.Event, Line]]] = {SCOPE: []}
        self.runs: list[protocol.Run] = []
        self.pranks: dict[str, Prank] = {}
        self.asked: list[tuple[str, bytes]] = []
        self.ticket_seconds = 900
        self.most_changes = protocol.MAX_CHANGES
        self.page_events = protocol.MAX_PAGE_EVENTS
        self.line_down: BaseException | None = None
        self.scope_keys: list[protocol.ScopeKey] = []

    def desk(self, name: str) -> MemoryReplica:
        """A desk that has enrolled here."""
        key = self.keys.setdefault(name, seal.SigningKey.generate())
        self.held.setdefault(name, [])
        return MemoryReplica(Identity(name, self.epoch, key, self.authority.public))

    def transport(self) -> Transport:
        return Transport("province.test", ca_pem=None, adapter=self)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if self.line_down is not None:
            raise requests.ConnectionError(self.line_down)
        body = framing.inflate(body_of(request))
        path = request.path_url
        self.asked.append((path, body))
        prank = self.pranks.get(path)
        reply = prank(body) if prank else None
        reply = reply or getattr(self, path.removeprefix("/v1/"))(body)
        return response_of(reply.status, reply.headers, reply.body)

    def close(self) -> None:
        """Nothing stays open."""

    def signed(self, message: msgspec.Struct | bytes, domain: bytes, status: int = 200) -> Raw:
        body = message if isinstance(message, bytes) else protocol.encode(message)
        signature = protocol.b64(self.authority.sign(domain, body))
        return Raw(status, framing.deflate(body), {protocol.SIGNATURE_HEADER: signature})

    def problem(self, status: int, code: str, *, desk: str = "AAAAAA", **more: Any) -> Raw:
        return self.signed(protocol.Problem(code=code, text="No.", desk=desk, **more), seal.HELLO, status)

    def hello(self, body: bytes) -> Raw:
        nonce = protocol.decode(body, protocol.HelloRequest).nonce
        return self.signed(
            protocol.Hello(
                nonce=nonce,
                time="2026-11-24T01:00:00Z",
                epoch=self.epoch,
                protocols=(1, 1),
                schema=1,
                ticket="ticket",
                ticket_seconds=self.ticket_seconds,
            ),
            seal.HELLO,
        )

    def push(self, body: bytes) -> Raw:
        head, *rest = body.split(b"\n")
        header = protocol.decode(head, protocol.PushHeader)
        held = self.held[header.desk]
        if len(rest) > self.most_changes:
            return self.problem(413, "too_large")
        if header.first_n > len(held) + 1:
            return self.problem(409, "gap", expect_n=len(held) + 1)
        before = len(held)
        results = [self._take(held, read_line(raw)) for raw in rest]
        told = [one for one in results if not header.brief or one.status not in ("ok", "dup")]
        self._keep_head(header, held, before)
        return self.signed(
            protocol.Receipt(
                desk=header.desk, accepted_n=len(held), durable_n=0, at="2026-11-24T01:00:01Z", results=told
            ),
            seal.RECEIPT,
        )

    def _take(self, held: list[Line], line: Line) -> protocol.Result:
        if line.change.n <= len(held):
            assert held[line.change.n - 1].digest == line.digest
            return protocol.Result(id=line.change.id, status="dup")
        held.append(line)
        self.publish(line)
        return protocol.Result(id=line.change.id, status="ok")

    def _keep_head(self, header: protocol.PushHeader, held: list[Line], known: int) -> None:
        """What proves the lines of a push that carry no signature; pushes are small here."""
        if header.last_n == len(held) > known:
            before = GENESIS
            for line in held[:known]:
                before = next_head(before, line.digest)
            run = protocol.Run(
                desk=header.desk,
                first_n=known + 1,
                last_n=header.last_n,
                before=protocol.b64(before),
                signature=header.head_signature,
            )
            self.runs.append(run)

    def _runs_for(self, events: list[tuple[protocol.Event, Line]]) -> list[protocol.Run]:
        unsigned = {(line.change.desk, line.change.n) for _, line in events if not line.signature}
        found = []
        for run in self.runs:
            numbers = range(run.first_n, run.last_n + 1)
            if any((run.desk, n) in unsigned for n in numbers):
                rest = [n for n in numbers if (run.desk, n) not in unsigned]
                absent = {n: protocol.b64(self.held[run.desk][n - 1].digest) for n in rest}
                found.append(msgspec.structs.replace(run, absent=absent))
        return found

    def publish(self, line: Line, **event: Any) -> None:
        """Append a change to its scope's feed."""
        scope = line.change.scope
        events = self.feed.setdefault(scope, [])
        events.append((protocol.Event(scope=scope, seq=len(events) + 1, **event), line))

    def snapshot(self, body: bytes) -> Raw:
        """This province begins nobody anew."""
        return self.problem(404, "not_found")

    def ranges(self, body: bytes) -> Raw:
        """Nor does it keep sums."""
        return self.problem(404, "not_found")

    def report(self, body: bytes) -> Raw:
        """Whatever a desk tells of itself is heard."""
        told = protocol.decode(body, purge_wire.PurgeRequest).purges
        changes = [protocol.decode(protocol.unb64(one.body), purge_wire.PurgeStatement).change for one in told]
        return self.signed(purge_wire.PurgeReply(purges=changes), seal.HELLO)

    def pull(self, body: bytes) -> Raw:
        return self.signed(self.page(protocol.decode(body, protocol.PullRequest)), seal.FEED)

    def page(self, request: protocol.PullRequest, certs: list[protocol.SignedCert] | None = None) -> bytes:
        """An honest page, as bytes that are not signed yet."""
        events, cursors, more = [], {}, False
        for scope, all_events in self.feed.items():
            cursor = request.cursors.get(scope, 0)
            fresh = all_events[cursor : cursor + self.page_events]
            events += fresh
            cursors[scope] = self.head(scope, cursor + len(fresh))
            more = more or cursors[scope].seq < len(all_events)
        header = protocol.PullHeader(
            epoch=self.epoch,
            grants=[protocol.Grant(scope=scope, role="commune_officer") for scope in self.feed],
            certs_version="v1",
            scope_keys=self.scope_keys,
            certs=self.certs() if certs is None and request.certs != "v1" else certs,
        )
        heads = {scope: self.head(scope, len(all_events)) for scope, all_events in self.feed.items() if all_events}
        trailer = protocol.PullTrailer(cursors=cursors, more=more, heads=heads, runs=self._runs_for(events))
        lines = [protocol.encode(event) + b"\t" + line.encode() for event, line in events]
        return b"\n".join([protocol.encode(header), *lines, protocol.encode(trailer)])

    def head(self, scope: str, seq: int) -> protocol.FeedHead:
        """Where a feed stands after `seq` events."""
        chain = GENESIS
        for place, (_, line) in enumerate(self.feed[scope][:seq], start=1):
            chain = next_chain(chain, place, line.digest)
        return protocol.FeedHead(seq=seq, chain=protocol.b64(chain))

    def certs(self) -> list[protocol.SignedCert]:
        return [self.cert(desk, key.public, self.authority) for desk, key in self.keys.items()]

    @staticmethod
    def cert(desk: str, public: bytes, authority: seal.SigningKey) -> protocol.SignedCert:
        body = protocol.encode(protocol.DeskCert(desk=desk, sign_public=protocol.b64(public), scopes=[SCOPE]))
        return protocol.SignedCert(
            body=protocol.b64(body), signature=protocol.b64(authority.sign(seal.DESK_CERT, body))
        )
