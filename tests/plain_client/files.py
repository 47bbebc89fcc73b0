"""The content of files: protocol.md, section 26.2."""

from __future__ import annotations

import json

from .desk import Desk
from .spelling import Message, compact, need, sha

FILE = b"cd-file-v1"
PIECE = 262_144


def _place(desk: Desk, file: str, **more: int) -> bytes:
    return compact({"scope": desk.scope, "file": file, **more})


def state(desk: Desk, file: str) -> Message:
    said: Message = json.loads(desk.wire.ask("/v1/files/offset", _place(desk, file), FILE)[0])
    return said


def send(desk: Desk, data: bytes, piece: int = PIECE) -> Message:
    """The ciphertext, piece by piece, from where the province has it."""
    file = sha(data).hex()
    said = state(desk, file)
    while not said.get("done"):
        at = said.get("offset", 0)
        words = _place(desk, file, offset=at) + b"\n" + data[at : at + piece]
        said = json.loads(desk.wire.ask("/v1/files/put", words, FILE)[0])
        need(said.get("done") or said.get("offset", 0) > at, "the province has no more of it than before")
    return said


def receive(desk: Desk, file: str, piece: int = PIECE) -> bytes:
    """The ciphertext of a file that is whole at the province."""
    held, size = b"", 1
    while len(held) < size:
        question = _place(desk, file, offset=len(held), max_bytes=piece)
        header, _, part = desk.wire.ask("/v1/files/get", question, FILE)[0].partition(b"\n")
        said = json.loads(header)
        need((said["file"], said.get("offset", 0)) == (file, len(held)) and part, "another piece than was asked for")
        size = said["size"]
        held += part
    need(sha(held).hex() == file, "not the file that was asked for")
    return held
