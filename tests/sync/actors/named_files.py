"""Files of a desk that may misbehave: content, the change that names it, and the three questions about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import msgspec

from commune_desk.domain.model.ids import uuid7
from sync import content
from sync.file_wire import FileAsked, FileGet, FileOffset, FilePut, with_bytes
from sync.protocol import encode
from tests.sync.actors.server_fixtures import COMMUNE, Reply, ServerDesk


@dataclass(frozen=True)
class NamedFile:
    """A file whose change a desk has pushed."""

    key: bytes
    plain: bytes
    cipher: bytes

    @property
    def digest(self) -> str:
        return content.digest_of(self.cipher)


def make_file(size: int = 300_000, seed: int = 1) -> NamedFile:
    """Content that no compression makes smaller, and its ciphertext."""
    key, plain = content.new_key(), Random(seed).randbytes(size)
    return NamedFile(key, plain, content.encrypted(key, plain))


def name_it(desk: ServerDesk, file: NamedFile, more: Mapping[str, object] | None = None, **facts: object) -> str:
    """Push the change that names the file, with `more` members of a change; the record's id."""
    record = uuid7()
    values = {"person": uuid7(), "document": "photo", "media_type": "image/jpeg", "size": len(file.cipher)}
    desk.send("attachment", record, values | {"sha256": file.digest} | facts, **(more or {}))  # type: ignore[arg-type]
    return record


def offset_of(desk: ServerDesk, file: NamedFile, scope: str = COMMUNE) -> Reply:
    return desk.post("/v1/files/offset", encode(FileAsked(scope=scope, file=file.digest)))


def put(desk: ServerDesk, file: NamedFile, offset: int, size: int = 256 * 1024, scope: str = COMMUNE) -> Reply:
    return put_bytes(desk, file, offset, file.cipher[offset : offset + size], scope)


def put_bytes(desk: ServerDesk, file: NamedFile, offset: int, data: bytes, scope: str = COMMUNE) -> Reply:
    header = FilePut(scope=scope, file=file.digest, offset=offset)
    return desk.post("/v1/files/put", with_bytes(header, data))


def get(desk: ServerDesk, file: NamedFile, offset: int = 0, scope: str = COMMUNE, most: int = 0) -> Reply:
    return desk.post("/v1/files/get", encode(FileGet(scope=scope, file=file.digest, offset=offset, max_bytes=most)))


def put_all(desk: ServerDesk, file: NamedFile) -> FileOffset:
    """Send what is left; the last reply."""
    told = offset_of(desk, file).read(FileOffset)
    while not told.done:
        told = put(desk, file, told.offset).read(FileOffset)
    return told


def bytes_of(reply: Reply) -> bytes:
    """The bytes of a piece that came down."""
    assert reply.status == 200, reply.code
    return reply.body.partition(b"\n")[2]


def as_json(reply: Reply) -> dict[str, object]:
    return msgspec.json.decode(reply.body.partition(b"\n")[0])  # type: ignore[no-any-return]
