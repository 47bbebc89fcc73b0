"""Tickets name requests, so that a recorded request is worth nothing the second time; no clock of a PC is involved."""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable

from commune_desk.domain.time.clock import monotonic
from sync import seal

LIFE_SECONDS = 72 * 3600
"""A night and a weekend: a desk keeps its ticket, and the first sync of its day says no hello, which on a poor line
would be a quarter of its time. What is recorded grows stale sooner: with the next request of the same ticket."""
_KEPT_PER_KEY = 8
_MOMENT, _OWN, _PROOF = 6, 6, 12
"""Bytes of a ticket: when it was issued, what is its alone, and what proves it."""


class Tickets:
    """Hands out tickets and spends each `ticket.counter` once. Safe to call from several threads.

    A ticket carries its own proof, so that a flood of hellos fills no memory; only desks whose signature was
    right leave a trace here. A restart ends all tickets: desks say hello again.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._guard = threading.Lock()
        self._counters: dict[str, OrderedDict[str, int]] = defaultdict(OrderedDict)
        self._too_old: dict[str, int] = {}

    def issue(self) -> str:
        body = int(self._clock() * 1000).to_bytes(_MOMENT) + secrets.token_bytes(_OWN)
        return self.canonical(body + self._proof(body))

    def _proof(self, body: bytes) -> bytes:
        """Short, for every request carries it: whoever made one up would still need a desk's key to use it."""
        return seal.mac(self._secret, body)[:_PROOF]

    def spend(self, keyid: str, nonce: str) -> bool:
        """Whether this request of `keyid`, already known to be its own, is fresh. True only once."""
        ticket, dot, counter = nonce.partition(".")
        issued = self._issued(ticket)
        if not dot or issued is None or not (counter.isascii() and counter.isdigit() and len(counter) < 16):
            return False
        if int(self._clock() * 1000) - issued > LIFE_SECONDS * 1000:
            return False
        with self._guard:
            return issued > self._too_old.get(keyid, -1) and self._grows(keyid, ticket, int(counter))

    def _grows(self, keyid: str, ticket: str, counter: int) -> bool:
        counters = self._counters[keyid]
        if counter <= counters.get(ticket, 0):
            return False
        counters[ticket] = counter
        counters.move_to_end(ticket)
        if len(counters) > _KEPT_PER_KEY:
            forgotten, _ = counters.popitem(last=False)
            self._too_old[keyid] = max(self._too_old.get(keyid, -1), self._issued(forgotten) or 0)
        return True

    def _issued(self, ticket: str) -> int | None:
        """When this process issued `ticket` (its own milliseconds), or None for a foreign one."""
        try:
            raw = base64.urlsafe_b64decode(ticket + "=" * (-len(ticket) % 4))
        except (binascii.Error, ValueError):
            return None
        body, proof = raw[: _MOMENT + _OWN], raw[_MOMENT + _OWN :]
        genuine = self.canonical(raw) == ticket and seal.same(proof, self._proof(body))
        return int.from_bytes(body[:_MOMENT]) if genuine else None

    @staticmethod
    def canonical(raw: bytes) -> str:
        """The one spelling of a ticket: another spelling of the same bytes would be a second use."""
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
