"""The routes of `/v1`: each reads its body in bounded memory and time, proves its caller, and signs what it answers."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

import anyio.to_thread
import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from commune_desk.domain.records.kinds import SCHEMA_VERSION
from commune_desk.domain.words.errors import Fault
from sync import seal
from sync.carried_wire import MAX_CARRIED, ROUTE
from sync.checksums import RangesRequest, RecordsRequest
from sync.enrolment_wire import MAX_ENROLMENT, Proven
from sync.file_wire import MAX_MESSAGE
from sync.framing import CONTENT_TYPE, DICTIONARY_TYPE, NEWEST_DICTIONARY, deflate, inflate
from sync.protocol import (
    MAX_BODY,
    MAX_INFLATED,
    PROTOCOL,
    SEALED_PUSH,
    SIGNATURE_HEADER,
    Hello,
    HelloRequest,
    Malformed,
    PullRequest,
    b64,
    decode,
    encode,
)
from sync.purge_wire import PurgeRequest
from sync.server.answers.doorbell import ring
from sync.server.answers.files import Files
from sync.server.answers.pull import page, refuse_stopped
from sync.server.answers.schema import declared
from sync.server.answers.snapshots import Snapshots, read_part
from sync.server.answers.sums import Sums, standing_ranges
from sync.server.edge.carried import hand_on
from sync.server.edge.enrolment import enrol
from sync.server.edge.gate import WHAT_A_FORGERY_BREAKS, Gate, Headers, Signed
from sync.server.edge.limits import BUSY_SECONDS, Limits
from sync.server.edge.tickets import LIFE_SECONDS, Tickets
from sync.server.engine.database import NO_SCOPE, StoreFault
from sync.server.identity import desks
from sync.server.identity.province import Province, epoch_of
from sync.server.intake.admission import Admission
from sync.server.intake.desk_health import keep_health
from sync.server.intake.purge_statements import keep_purges
from sync.server.intake.push import take_in
from sync.server.intake.sealed_push import opened
from sync.server.problems import Refused
from sync.snapshot import SnapshotRequest

_MAX_SMALL = 16 * 1024
_MOST_OF_A_SNAPSHOT = 4 << 20
"""Bytes of it in one answer."""
_LENGTH = re.compile(r"[0-9]{1,12}")
_RANGE = re.compile(r"bytes=([0-9]{1,12})-")
_log = logging.getLogger(__name__)

Asgi = Request[Any, Any, Any]
Unsigned = tuple[bytes, bytes]
"""The body of a reply, not yet deflated, and the domain that it is to be signed under."""


class Service:
    """The province behind the routes. The parts that guard it are handed in, so that a test can take one out."""

    def __init__(
        self,
        province: Province,
        *,
        tickets: Tickets | None = None,
        gate: Gate | None = None,
        admission: Admission | None = None,
        limits: Limits | None = None,
        files: Files | None = None,
    ) -> None:
        self.province = province
        self.tickets = tickets or Tickets()
        self.gate = gate or Gate(self.tickets)
        self.admission = admission or Admission()
        self.limits = limits or Limits()
        self.snapshots = Snapshots()
        self.sums = Sums()
        self.files = files or Files()

    def app(self) -> Litestar:
        """The ASGI application."""
        return Litestar(
            route_handlers=[
                self._open("/v1/hello", self._hello),
                self._open("/v1/enrol", self._enrol, most=MAX_ENROLMENT),
                self._signed("/v1/push", self._push, most=MAX_BODY),
                self._signed("/v1/pull", self._pull),
                self._signed("/v1/report", self._report),
                self._signed("/v1/snapshot", self._snapshot),
                self._snapshot_bytes(),
                self._signed("/v1/ranges", self._ranges),
                self._signed("/v1/records", self._records),
                self._signed("/v1/doorbell", self._doorbell, bell=True),
                self._signed(SEALED_PUSH, self._sealed_push, bell=True, most=MAX_BODY),
                self._signed("/v1/files/offset", self._file_offset),
                self._signed("/v1/files/put", self._file_put, most=MAX_MESSAGE),
                self._signed("/v1/files/get", self._file_get),
                self._signed(ROUTE, self._carried, most=MAX_CARRIED),
                self._authority(),
                self._schema(),
            ],
            exception_handlers={HTTPException: self._unknown, Exception: self._bug},
            openapi_config=None,
            logging_config=None,
        )

    def _authority(self) -> HTTPRouteHandler:
        @get("/v1/ca", sync_to_thread=False, media_type="application/x-pem-file")
        def authority() -> bytes:
            return self.province.ca

        return authority

    def _schema(self) -> HTTPRouteHandler:
        """What is declared, the same for everybody: it names no place and nobody, and is kept by its version."""
        body = declared()
        named = f'"{SCHEMA_VERSION}.{seal.sha256(body).hex()[:16]}"'

        @get("/v1/schema", sync_to_thread=False)
        def schema(request: Asgi) -> Response[bytes]:
            try:
                self.limits.count(_address(request), "/v1/schema")
            except Refused as refused:
                return self._refusal(request, refused)
            is_known = request.headers.get("if-none-match", "") == named
            signature = b64(self.province.keys.authority.sign(seal.SCHEMA, body))
            said = {SIGNATURE_HEADER: signature, "ETag": named, "Cache-Control": "public, max-age=86400"}
            return Response(
                b"" if is_known else body,
                status_code=304 if is_known else 200,
                media_type="application/json",
                headers=said,
            )

        return schema

    def _snapshot_bytes(self) -> HTTPRouteHandler:
        """Bytes of a snapshot, from wherever the line broke: encrypted, under a name that cannot be guessed."""

        @get("/v1/snapshots/{token:str}", sync_to_thread=False)
        def part(request: Asgi) -> Response[bytes]:
            try:
                self.limits.count(_address(request), "/v1/snapshots")
                start = _range_start(request.headers.get("range", ""))
                token = request.path_params["token"]
                data, size = read_part(self.province.data, token, start, _MOST_OF_A_SNAPSHOT)
            except Refused as refused:
                return self._refusal(request, refused)
            place = f"{start}-{start + len(data) - 1}" if data else "*"
            said = {"Content-Range": f"bytes {place}/{size}", "Cache-Control": "no-store"}
            status = 206 if data else 416
            return Response(data, status_code=status, media_type="application/octet-stream", headers=said)

        return part

    def _open(self, path: str, work: Callable[[bytes], Unsigned], *, most: int = _MAX_SMALL) -> HTTPRouteHandler:
        """A route that anybody may call, as often as its limit allows; `work` is told only the inflated body."""

        @post(path, status_code=200)
        async def handler(request: Asgi) -> Response[bytes]:
            async def answer() -> Unsigned:
                self.limits.count(_address(request), path)
                body = await self._read(request, most=most)
                return await anyio.to_thread.run_sync(lambda: work(inflate(body, most)))

            return await self._answered(request, answer)

        return handler

    def _signed(
        self,
        path: str,
        work: Callable[[desks.DeskState, bytes], Unsigned],
        *,
        bell: bool = False,
        most: int = _MAX_SMALL,
    ) -> HTTPRouteHandler:
        """A route for desks only: its work runs only after the gate has named the desk."""

        @post(path, status_code=200, request_max_body_size=None)  # `_read` says how much; Litestar knows 10 MB for all
        async def handler(request: Asgi) -> Response[bytes]:
            async def answer() -> Unsigned:
                body = await self._read(request, most=most)
                signed = Signed(path, Headers(request.scope["headers"]), body)
                inside = MAX_INFLATED if most == MAX_BODY else most
                return await anyio.to_thread.run_sync(lambda: self._work_for_desk(signed, work, bell, inside))

            return await self._answered(request, answer)

        return handler

    def _work_for_desk(
        self, signed: Signed, work: Callable[[desks.DeskState, bytes], Unsigned], bell: bool, most: int
    ) -> Unsigned:
        """`most`: bytes of the body, inflated only once its sender is known."""
        caller = self._admitted(signed, bell)
        try:
            with self.limits.at_work(caller.id, most):
                return work(caller, inflate(signed.body, most))
        except Refused as refused:
            raise refused.to(caller.id) from None

    def _admitted(self, signed: Signed, bell: bool) -> desks.DeskState:
        try:
            return self.gate.admit(self.province, signed, bell=bell)
        except (Refused, StoreFault):
            raise
        except WHAT_A_FORGERY_BREAKS as error:
            _log.warning("refused at the gate: %s", type(error).__name__)
            raise Refused(401, "signature") from None

    async def _read(self, request: Asgi, *, most: int) -> bytes:
        """The body as sent. Raises Refused when it is larger than `most` bytes or takes too long."""
        announced = request.headers.get("content-length", "0")
        if not _LENGTH.fullmatch(announced) or int(announced) > most:
            raise Refused(413, "too_large")
        body = bytearray()
        try:
            with self.limits.on_the_way(_address(request)) as more:
                async with asyncio.timeout(self.limits.seconds_for(most)):
                    async for part in request.stream():
                        more(len(part))
                        body += part
                        if len(body) > most:
                            raise Refused(413, "too_large")
        except TimeoutError:
            raise Refused(408, "slow") from None
        return bytes(body)

    async def _answered(self, request: Asgi, answer: Callable[[], Awaitable[Unsigned]]) -> Response[bytes]:
        try:
            body, domain = await answer()
        except Refused as refused:
            return self._refusal(request, refused)
        except Malformed:
            return self._refusal(request, Refused(400, "malformed"))
        except StoreFault as fault:
            _log.error("the database refused: %s", fault)
            return self._refusal(request, Refused(503, "busy", retry_after=BUSY_SECONDS))
        except Fault as fault:
            _log.error("the disk refused: %s", fault)
            return self._refusal(request, Refused(503, "busy", retry_after=BUSY_SECONDS))
        return self._reply(request, 200, body, domain)

    def _reply(
        self, request: Asgi, status: int, body: bytes, domain: bytes, extra: dict[str, str] | None = None
    ) -> Response[bytes]:
        """Framed with the dictionary for who asked so. Nobody keeps an answer to a POST: no header need forbid it."""
        signature = b64(self.province.keys.authority.sign(domain, body))
        headers = {SIGNATURE_HEADER: signature} | (extra or {})
        knows = request.headers.get("content-type", "") == DICTIONARY_TYPE
        framed = DICTIONARY_TYPE if knows else CONTENT_TYPE
        return Response(deflate(body, framed), status_code=status, media_type=framed, headers=headers)

    def _refusal(self, request: Asgi, refused: Refused) -> Response[bytes]:
        wait = refused.problem.retry_after
        extra = {"Retry-After": str(wait)} if wait else None
        problem = msgspec.structs.replace(refused.problem, at=self.province.now())
        return self._reply(request, refused.status, encode(problem), seal.HELLO, extra)

    def _unknown(self, request: Asgi, error: HTTPException) -> Response[bytes]:
        """Whatever is not a route of ours looks the same."""
        return self._refusal(request, Refused(404, "not_found"))

    def _bug(self, request: Asgi, error: Exception) -> Response[bytes]:
        """The last resort: the log gets the type alone, for its text may hold personal data."""
        _log.error("a request failed: %s", type(error).__name__)
        return self._refusal(request, Refused(500, "bug", retry_after=BUSY_SECONDS))

    def _hello(self, body: bytes) -> Unsigned:
        hello = Hello(
            nonce=decode(body, HelloRequest).nonce,
            time=self.province.now(),
            epoch=self.province.database.read(epoch_of, NO_SCOPE),
            protocols=(PROTOCOL, PROTOCOL),
            schema=SCHEMA_VERSION,
            ticket=self.tickets.issue(),
            ticket_seconds=LIFE_SECONDS,
            dictionary=NEWEST_DICTIONARY,
        )
        return encode(hello), seal.HELLO

    def _enrol(self, body: bytes) -> Unsigned:
        return encode(enrol(self.province, decode(body, Proven), most_tries=self.limits.code_tries)), seal.HELLO

    def _push(self, caller: desks.DeskState, body: bytes) -> Unsigned:
        self.limits.weigh(caller.id, len(body))
        return encode(take_in(self.province, caller, body, self.admission)), seal.RECEIPT

    def _sealed_push(self, caller: desks.DeskState, body: bytes) -> Unsigned:
        return self._push(caller, opened(self.province, body))

    def _carried(self, caller: desks.DeskState, body: bytes) -> Unsigned:
        refuse_stopped(caller)
        self.limits.count(caller.id, ROUTE)
        return hand_on(self.province, caller, body, admission=self.admission, limits=self.limits), seal.CARRIED

    def _pull(self, caller: desks.DeskState, body: bytes) -> Unsigned:
        return page(self.province, caller, decode(body, PullRequest)), seal.FEED

    def _report(self, caller: desks.DeskState, body: bytes) -> Unsigned:
        request = decode(body, PurgeRequest)
        reply = keep_purges(self.province, caller, request)
        keep_health(self.province, caller, request)
        return encode(reply), seal.HELLO

    def _snapshot(self, caller: desks.DeskState, body: bytes) -> Unsigned:
        refuse_stopped(caller)
        return encode(self.snapshots.offer(self.province, caller, decode(body, SnapshotRequest))), seal.FEED

    def _ranges(self, caller: desks.DeskState, body: bytes) -> Unsigned:
        refuse_stopped(caller)
        return encode(self.sums.answer(self.province, caller, decode(body, RangesRequest))), seal.FEED

    def _records(self, caller: desks.DeskState, body: bytes) -> Unsigned:
        refuse_stopped(caller)
        return standing_ranges(self.province, caller, decode(body, RecordsRequest)), seal.FEED

    def _doorbell(self, caller: desks.DeskState, body: bytes) -> Unsigned:
        return encode(ring(self.province, caller, decode(body, HelloRequest).nonce)), seal.HELLO

    def _file_offset(self, caller: desks.DeskState, body: bytes) -> Unsigned:
        return self.files.offset(self.province, caller, body), seal.FILE

    def _file_put(self, caller: desks.DeskState, body: bytes) -> Unsigned:
        return self.files.put(self.province, caller, body), seal.FILE

    def _file_get(self, caller: desks.DeskState, body: bytes) -> Unsigned:
        return self.files.get(self.province, caller, body), seal.FILE


def _address(request: Asgi) -> str:
    return request.client.host if request.client else ""


def _range_start(header: str) -> int:
    """From which byte on: `bytes=N-`, or from the first."""
    found = _RANGE.fullmatch(header)
    return int(found[1]) if found else 0
