"""Which members of the wire's declared messages occur in a recording."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.inspect import DictType, ListType, StructType, UnionType, type_info

from sync import carried_wire, checksums, enrolment_wire, file_wire, framing, protocol, purge_wire, snapshot
from sync.change import Change
from sync.erased import ErasedLine, read_erased
from tests.traces.trace import Exchange

Said = set[tuple[str, str]]
"""(message, member)."""
ASKED: dict[str, type[msgspec.Struct]] = {
    "/v1/hello": protocol.HelloRequest,
    "/v1/pull": protocol.PullRequest,
    "/v1/report": purge_wire.PurgeRequest,
    "/v1/snapshot": snapshot.SnapshotRequest,
    "/v1/ranges": checksums.RangesRequest,
    "/v1/records": checksums.RecordsRequest,
    "/v1/doorbell": protocol.HelloRequest,
    "/v1/files/offset": file_wire.FileAsked,
    "/v1/files/put": file_wire.FilePut,
    "/v1/files/get": file_wire.FileGet,
}
ANSWERED: dict[str, type[msgspec.Struct]] = {
    "/v1/hello": protocol.Hello,
    "/v1/push": protocol.Receipt,
    protocol.SEALED_PUSH: protocol.Receipt,
    carried_wire.ROUTE: carried_wire.Carried,
    "/v1/report": purge_wire.PurgeReply,
    "/v1/snapshot": snapshot.SnapshotOffer,
    "/v1/ranges": checksums.RangesReply,
    "/v1/doorbell": protocol.DoorbellReply,
    "/v1/files/offset": file_wire.FileOffset,
    "/v1/files/put": file_wire.FileOffset,
    "/v1/files/get": file_wire.FilePiece,
}
BY_THE_LINE: dict[str, tuple[type[msgspec.Struct], type[msgspec.Struct]]] = {
    "/v1/pull": (protocol.PullHeader, protocol.PullTrailer),
    "/v1/records": (snapshot.SnapshotHead, snapshot.SnapshotEnd),
}


def declared() -> Said:
    """Every member of every message that goes over the line, and of what is within it."""
    roots = {*ASKED.values(), *ANSWERED.values(), *(one for pair in BY_THE_LINE.values() for one in pair)}
    roots |= {protocol.Event, protocol.PushHeader, protocol.Problem, Change, ErasedLine}
    roots |= {enrolment_wire.Proven, enrolment_wire.EnrolRequest, enrolment_wire.Enrolled}
    found: Said = set()
    for root in roots:
        found |= _declared(type_info(root))
    return found


def _declared(info: Any) -> Said:
    found: Said = set()
    for inner in _within(info):
        found |= _declared(inner)
    if isinstance(info, StructType):
        found |= {(info.cls.__name__, one.encode_name) for one in info.fields}
    return found


def _within(info: Any) -> list[Any]:
    if isinstance(info, StructType):
        return [one.type for one in info.fields]
    if isinstance(info, UnionType):
        return list(info.types)
    return [info.item_type] if isinstance(info, ListType) else [info.value_type] if isinstance(info, DictType) else []


def said_in(exchange: Exchange) -> Said:
    """The members that a request and its answer have."""
    found: Said = set()
    for root, text in _messages(exchange):
        found |= _said(type_info(root), msgspec.json.decode(text))
    return found


def _said(info: Any, value: Any) -> Said:
    found: Said = set()
    if isinstance(info, StructType) and isinstance(value, dict):
        for one in [one for one in info.fields if one.encode_name in value]:
            found |= {(info.cls.__name__, one.encode_name)} | _said(one.type, value[one.encode_name])
        return found
    for inner in _within(info) if not isinstance(info, StructType) else []:
        of_more = value if isinstance(value, list) else [*value.values()] if isinstance(value, dict) else []
        for one in [value] if isinstance(info, UnionType) else of_more:
            found |= _said(inner, one)
    return found


def _messages(exchange: Exchange) -> Iterator[tuple[type[msgspec.Struct], bytes]]:
    path = exchange.path
    if exchange.method != "POST":
        return
    received = framing.inflate(exchange.received)
    if exchange.status != 200:
        yield protocol.Problem, received
        return
    if path == "/v1/enrol":
        yield from _enrolled(exchange)
    elif path not in (protocol.SEALED_PUSH, carried_wire.ROUTE):
        yield from _asked(path, framing.inflate(exchange.sent))
    if path in BY_THE_LINE:
        first, last = BY_THE_LINE[path]
        head, *events, end = received.rstrip(b"\n").split(b"\n")
        yield first, head
        yield last, end
        for one in events:
            yield protocol.Event, one.partition(b"\t")[0]
    elif path in ANSWERED:
        yield ANSWERED[path], received.partition(b"\n")[0]


def _enrolled(exchange: Exchange) -> Iterator[tuple[type[msgspec.Struct], bytes]]:
    bodies = (enrolment_wire.EnrolRequest, exchange.sent), (enrolment_wire.Enrolled, exchange.received)
    for inside, packed in bodies:
        text = framing.inflate(packed)
        yield enrolment_wire.Proven, text
        yield inside, protocol.unb64(protocol.decode(text, enrolment_wire.Proven).body)


def _asked(path: str, sent: bytes) -> Iterator[tuple[type[msgspec.Struct], bytes]]:
    if path == "/v1/push":
        head, *lines = sent.split(b"\n")
        yield protocol.PushHeader, head
        for line in lines:
            yield (Change, line.partition(b" ")[2]) if read_erased(line) is None else (ErasedLine, line)
    elif path in ASKED:
        yield ASKED[path], sent.partition(b"\n")[0]
