"""What stands in a scope, in one piece: protocol.md, section 12."""

from __future__ import annotations

import json

from .desk import FEED, Desk
from .feed import Place, prove, read_events
from .frames import unpack
from .sealing import decrypt_content, hpke_open
from .spelling import Message, compact, need, sha, unb
from .standing import Standing

INFLATED = 1 << 30


def offer(desk: Desk) -> Message:
    question = {"epoch": desk.epoch, "scope": desk.scope, "certs": desk.certificates.version, "fresh": True}
    said: Message = json.loads(desk.wire.ask("/v1/snapshot", compact(question), FEED)[0])
    need(said["scope"] == desk.scope and said["header"]["epoch"] == desk.epoch, "of another scope")
    return said


def fetch(desk: Desk, offered: Message, cut_after: int = 0) -> bytes:
    """All its bytes; the line breaks once after so many, and the rest is asked for on another."""
    held = b""
    while len(held) < offered["size"]:
        reply = desk.wire.get(f"/v1/snapshots/{offered['token']}", len(held))
        need(reply.status == 206, f"answered {reply.status}")
        if cut_after:
            held += reply.read(cut_after)
            desk.wire.hang_up()
            cut_after = 0
        else:
            held += reply.read()
    need(sha(held) == unb(offered["sha256"]), "not what was offered")
    return held


def read(desk: Desk, offered: Message, data: bytes) -> tuple[Place, Standing]:
    """Where the scope stood and what stood in it, proven."""
    desk.certificates.take(offered["header"], offered["header"].get("certs", ()))
    private = desk.enrolled.opens[desk.scope]
    key = hpke_open(private, compact(["cd-snapshot-v1", desk.scope]), unb(offered["box"]))
    lines = unpack(decrypt_content(key, data), most=INFLATED).split(b"\n")
    first, events, last = json.loads(lines[0]), read_events(lines[1:-1]), json.loads(lines[-1])
    need((first["epoch"], first["scope"]) == (desk.epoch, desk.scope), "of another scope")
    need(last.get("events", 0) == len(events), "a piece of a snapshot")
    prove(events, last.get("runs", ()), desk.certificates)
    made = Standing()
    for told in events:
        made.apply(told)
    return Place(first["at"]["seq"], unb(first["at"]["chain"])), made
