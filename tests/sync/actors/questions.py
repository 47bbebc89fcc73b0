"""What can be asked on every route of the province: a question that its own desks are answered, about any place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.records.kinds import KINDS
from sync import bundle, carried_wire, file_wire, framing, protocol, purge_wire, seal
from sync.bundle import PartKind
from sync.checksums import RANGES, RangesRequest, RecordsRequest
from sync.snapshot import Begin, SnapshotRequest
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, Reply, ServerDesk, World

ROLES = {
    COMMUNE: (Role.COMMUNE_OFFICER, Role.CHAIR),
    OTHER: (Role.COMMUNE_OFFICER, Role.CHAIR),
    SHELTER: (Role.SHELTER_WORKER, Role.SHELTER_HEAD),
}
FIELDS = {name: list(kind.fields) for name, kind in KINDS.items()}
NOBODYS_FILE = "ab" * 32
Question = Callable[[World, ServerDesk, str], bytes]


def _push(world: World, desk: ServerDesk, scope: str) -> bytes:
    return desk.body([desk.change("person", uuid7(), {"full_name": "X"}, scope=scope)])


def _pull(world: World, desk: ServerDesk, scope: str) -> bytes:
    return protocol.encode(protocol.PullRequest(epoch=world.epoch, cursors={scope: 0}, snapshots=True))


def _report(world: World, desk: ServerDesk, scope: str) -> bytes:
    return protocol.encode(purge_wire.PurgeRequest())


def _snapshot(world: World, desk: ServerDesk, scope: str) -> bytes:
    return protocol.encode(SnapshotRequest(epoch=world.epoch, scope=scope, fresh=True))


def _ranges(world: World, desk: ServerDesk, scope: str) -> bytes:
    return protocol.encode(RangesRequest(epoch=world.epoch, scope=scope, fields=FIELDS, parts=True))


def _records(world: World, desk: ServerDesk, scope: str) -> bytes:
    return protocol.encode(RecordsRequest(epoch=world.epoch, scope=scope, ranges=list(range(RANGES))))


QUESTIONS: dict[str, Question] = {
    "/v1/push": _push,
    "/v1/pull": _pull,
    "/v1/report": _report,
    "/v1/snapshot": _snapshot,
    "/v1/ranges": _ranges,
    "/v1/records": _records,
}
"""What names a place, or tells of one."""


def _doorbell(world: World, desk: ServerDesk, scope: str) -> bytes:
    return protocol.encode(protocol.HelloRequest(nonce="YQ=="))


def _sealed_push(world: World, desk: ServerDesk, scope: str) -> bytes:
    courier = world.province.keys.courier
    return seal.seal_for_province(courier.public, framing.deflate(_push(world, desk, scope)))


def _offset(world: World, desk: ServerDesk, scope: str) -> bytes:
    return protocol.encode(file_wire.FileAsked(scope=scope, file=NOBODYS_FILE))


def _put(world: World, desk: ServerDesk, scope: str) -> bytes:
    return file_wire.with_bytes(file_wire.FilePut(scope=scope, file=NOBODYS_FILE, offset=0), b"x")


def _get(world: World, desk: ServerDesk, scope: str) -> bytes:
    return protocol.encode(file_wire.FileGet(scope=scope, file=NOBODYS_FILE, offset=0))


def _bundle(world: World, desk: ServerDesk, scope: str) -> bytes:
    asked = [
        bundle.part(PartKind.PUSH, _push(world, desk, scope)),
        bundle.part(PartKind.PULL, _pull(world, desk, scope)),
        bundle.part(PartKind.BEGIN, protocol.encode(Begin(scopes=[scope]))),
        bundle.part(PartKind.PURGES, _report(world, desk, scope)),
    ]
    return bundle_of(desk, asked)


def bundle_of(desk: ServerDesk, items: list[bundle.Item], **more: Any) -> bytes:
    """What a desk puts onto a stick. `more` overrides any member of the header."""
    courier, contents = desk.world.province.keys.courier.public, [content for _, content in items]
    facts: dict[str, Any] = {
        "id": uuid7(),
        "sender": desk.id,
        "to": protocol.PROVINCE_DESK,
        "key": protocol.b64(courier),
        "epoch": desk.world.epoch,
        "at": "2026-11-24T01:00:00Z",
        "digest": bundle.digest_of(contents),
        "parts": [part for part, _ in items],
    }
    return bundle.write_bundle(bundle.Header(**facts | more), contents, desk.key, courier)


BELLS: dict[str, Question] = {"/v1/doorbell": _doorbell, protocol.SEALED_PUSH: _sealed_push}
"""What a locked desk asks with its doorbell's key."""
SIGNED: dict[str, Question] = {
    **QUESTIONS,
    **BELLS,
    carried_wire.ROUTE: _bundle,
    "/v1/files/offset": _offset,
    "/v1/files/put": _put,
    "/v1/files/get": _get,
}
"""What only a desk may ask."""
OPEN = ("/v1/hello", "/v1/enrol", "/v1/ca", "/v1/schema", "/v1/snapshots/{token:str}")
"""What anybody may."""


def strangers(world: World, scope: str) -> Iterator[ServerDesk]:
    """A desk of every other place, in every role that there is one."""
    for place, roles in ROLES.items():
        for role in roles if place != scope else ():
            yield world.desk({place: role})


def told(reply: Reply) -> bytes:
    """What an answer says, unpacked."""
    return reply.body if reply.raw else b""
