"""What a desk sends while nobody has unlocked it: protocol.md, section 24."""

from __future__ import annotations

import json
import os

from .desk import RECEIPT, Desk
from .frames import pack
from .sealing import hpke_seal
from .spelling import Message, b64, compact, need, unb
from .wire import Wire

BLOCK = 4096


def bell_of(desk: Desk) -> Wire:
    """The line of the doorbell key, which opens two routes alone."""
    return desk.wire.as_another(f"{desk.enrolled.desk}.bell", desk.enrolled.bell)


def ring(bell: Wire) -> Message:
    """How many reports wait."""
    nonce = b64(os.urandom(16))
    said: Message = json.loads(bell.ask("/v1/doorbell", compact({"nonce": nonce}), b"cd-hello-v1")[0])
    need(said["nonce"] == nonce, "an old answer was played back")
    return said


def box_of(desk: Desk) -> bytes:
    """A push of what no receipt proves, made at lock; nothing on this side opens it."""
    words = pack(desk.journal.push_from(desk.journal.accepted + 1, desk.epoch)) + b"\x80"
    words += bytes(-len(words) % BLOCK)
    return hpke_seal(unb(desk.enrolled.told["courier_public"]), b"cd-locked-push-v1", words)


def carry(bell: Wire, box: bytes) -> Message:
    """The receipt; a desk that is unlocked again takes it to its journal."""
    said: Message = json.loads(bell.ask("/v1/sealed-push", box, RECEIPT)[0])
    return said
