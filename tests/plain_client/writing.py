"""What a desk writes: its changes, its chain and its pushes. protocol.md, sections 4 and 8."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .spelling import Message, b64, compact, head_words, need, new_id, next_head

SCHEMA = 4
"""What the first lines of the data dictionary name."""
RUN = 64


Bases = Mapping[str, str | None]


class Record(NamedTuple):
    """Which record a change is about, and of which class the fields are that it writes."""

    scope: str
    kind: str
    id: str
    data_class: int = 1


class Written(NamedTuple):
    id: str
    raw: bytes
    signature: str

    @property
    def line(self) -> bytes:
        return self.signature.encode() + b" " + self.raw


class Journal:
    """All changes of one desk in their order, and where its chain stands after each."""

    def __init__(self, desk: str, key: Ed25519PrivateKey, officer: str) -> None:
        self.desk = desk
        self.officer = officer
        self.accepted = 0
        self.changes: list[Written] = []
        self._key = key
        self._heads = [bytes(32)]
        self._stamp = 0

    def head(self, n: int) -> bytes:
        return self._heads[n]

    def write(
        self,
        record: Record,
        fields: Mapping[str, object],
        base: Bases | None = None,
        **more: object,
    ) -> str:
        """One change, signed by itself unless `signed` is false. `more`: other members of it. Gives its id."""
        signed = more.pop("signed", True)
        self._stamp = max(self._stamp + 1, time.time_ns() // 1_000_000 * 1000)
        change: Message = {
            "id": new_id(), "d": self.desk, "n": len(self.changes) + 1, "u": self.officer, "at": self._stamp,
            "sv": SCHEMA, "s": record.scope, "t": record.kind, "r": record.id, "dc": record.data_class,
        }  # fmt: skip
        change |= {name: value for name, value in more.items() if value}
        if base:
            change["base"] = dict(base)
        if fields:
            change["seal" if record.data_class > 1 else "set"] = dict(fields)
        raw = compact(change)
        signature = b64(self._key.sign(b"cd-change-v1" + raw)) if signed else ""
        self.changes.append(Written(change["id"], raw, signature))
        self._heads.append(next_head(self._heads[-1], raw))
        return str(change["id"])

    def push_from(self, first: int, epoch: str, *, brief: bool = False) -> bytes:
        """A push of all from number `first` on."""
        last = len(self.changes)
        header: Message = {
            "desk": self.desk, "epoch": epoch, "first_n": first, "last_n": last, "head": b64(self._heads[last]),
            "head_signature": self._signed_head(last), "brief": brief,
            "marks": [{"n": n, "signature": self._signed_head(n)} for n in range(first - 1 + RUN, last, RUN)],
        }  # fmt: skip
        return b"\n".join([compact(header), *(one.line for one in self.changes[first - 1 : last])])

    def take_receipt(self, receipt: Message) -> None:
        """Only what the receipt proves counts as sent."""
        need(receipt["desk"] == self.desk, "another desk's receipt")
        accepted = receipt["accepted_n"]
        need(self.accepted <= accepted <= len(self.changes), "a receipt for what was not sent")
        head = receipt.get("head")
        need(not head or head == b64(self._heads[accepted]), "a receipt of another chain")
        self.accepted = accepted

    def is_own(self, n: int, raw: bytes) -> bool:
        return 0 < n <= len(self.changes) and self.changes[n - 1].raw == raw

    def _signed_head(self, n: int) -> str:
        return b64(self._key.sign(b"cd-head-v1" + head_words(self.desk, n, self._heads[n])))
