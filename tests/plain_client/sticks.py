"""What goes on a USB stick: protocol.md, section 23."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .desk import FEED, RECEIPT, Desk
from .feed import read_page
from .frames import pack, unpack
from .sealing import hpke_open, hpke_seal
from .spelling import Message, b64, check, compact, need, sha, unb
from .wire import Wire

MAGIC = b"CDSYNC1\n"
BLOCK = 65_536
AROUND = len(MAGIC) + 2 + 8 + 32 + 16
BUNDLE = b"cd-bundle-v1"
MOST = 15 << 20


class Opened(NamedTuple):
    header: Message
    words: bytes
    """Of the header, as signed."""
    signature: bytes
    body: bytes

    def parts(self) -> Iterator[tuple[Message, bytes]]:
        at = 0
        for part in self.header.get("parts", ()):
            yield part, self.body[at : at + part.get("size", 0)]
            at += part.get("size", 0)


def tag_of(public: bytes, encapsulated: bytes) -> bytes:
    return sha(b"cd-bundle-tag-v1" + public + encapsulated)[:8]


def sealed(public: bytes, key: Ed25519PrivateKey, header: Message, body: bytes) -> bytes:
    """A file for the recipient with this key."""
    words = compact(header)
    content = b64(key.sign(BUNDLE + words)).encode() + b" " + words + b"\n" + pack(body) + b"\x80"
    blocks = -(-(len(content) + AROUND) // BLOCK)
    start = MAGIC + blocks.to_bytes(2, "big")
    box = hpke_seal(public, start, content + bytes(blocks * BLOCK - AROUND - len(content)))
    return start + tag_of(public, box[:32]) + box


def opened(public: bytes, private: bytes, file: bytes) -> Opened:
    """What is inside of a file for this key; who signed it is still to be checked."""
    need(file[:8] == MAGIC and len(file) == int.from_bytes(file[8:10], "big") * BLOCK, "no bundle, or a piece of one")
    need(file[10:18] == tag_of(public, file[18:50]), "for somebody else")
    padded = hpke_open(private, file[:10], file[18:])
    signature, _, rest = padded[: padded.rindex(b"\x80")].partition(b" ")
    words, _, frame = rest.partition(b"\n")
    header: Message = json.loads(words)
    body = unpack(frame, most=MOST)
    need(header["digest"] == b64(sha(body)), "another body")
    need(unb(header["key"]) == public, "sealed on to somebody else")
    return Opened(header, words, unb(signature.decode()), body)


def write(desk: Desk) -> bytes:
    """All that no receipt names, and the question what came since. It still waits, and may go by any way."""
    first, last = desk.journal.accepted + 1, len(desk.journal.changes)
    parts: list[tuple[Message, bytes]] = []
    if first <= last:
        push = desk.journal.push_from(first, desk.epoch)
        parts.append(({"kind": "push", "size": len(push), "first_n": first, "last_n": last}, push))
    for kind, words in (("pull", compact(desk.question())), ("begin", compact({"scopes": []}))):
        parts.append(({"kind": kind, "size": len(words)}, words))
    body = b"".join(words for _, words in parts)
    public = unb(desk.enrolled.told["courier_public"])
    header: Message = {
        "id": os.urandom(16).hex(), "from": desk.enrolled.desk, "to": "PROVINCE", "key": b64(public),
        "epoch": desk.epoch, "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "digest": b64(sha(body)),
        "parts": [part for part, _ in parts],
    }  # fmt: skip
    desk.carried.add(header["id"])
    return sealed(public, desk.enrolled.key, header, body)


def hand_on(carrier: Wire, file: bytes) -> tuple[Message, bytes]:
    """Over the line of another desk: what is said of it, and the file for who wrote it."""
    body, _ = carrier.ask("/v1/bundle", file, b"cd-carried-v1")
    line, _, answer = body.partition(b"\n")
    said: Message = json.loads(line)
    need(said["digest"] == b64(sha(file)), "what is said of another file")
    return said, answer


def read(desk: Desk, file: bytes) -> list[str]:
    """Take in an answer; gives the kinds of its parts in their order."""
    box = desk.enrolled.box
    answer = opened(box.public_key().public_bytes_raw(), box.private_bytes_raw(), file)
    header, authority = answer.header, desk.enrolled.authority
    check(authority, BUNDLE, answer.words, answer.signature)
    named = (header["from"], header["to"], header["epoch"])
    need(named == ("PROVINCE", desk.enrolled.desk, desk.epoch), "of another province, desk or time")
    need(set(header.get("answers", ())) & desk.carried, "no answer to what is remembered here")
    need(header["held_head"] == b64(desk.journal.head(header["held_n"])), "there is a copy of this desk")
    kinds = []
    for part, words in answer.parts():
        kinds.append(part["kind"])
        if part["kind"] == "receipt":
            check(authority, RECEIPT, words, unb(part["signature"]))
            desk.journal.take_receipt(json.loads(words))
        elif part["kind"] == "page":
            check(authority, FEED, words, unb(part["signature"]))
            desk.take(read_page(words))
    return kinds
