"""A conversation with the province: signed hello, tickets, and replies that count only when it signed them."""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from commune_desk.domain.time.clock import from_iso, monotonic
from sync import framing, protocol, seal
from sync.client import errors
from sync.client.backoff import CAP_SECONDS
from sync.client.reply import Reply
from sync.client.signing import RequestSigner
from sync.client.transport import Transport
from sync.protocol import BELL_SUFFIX
from sync.refusals import SENTENCES, UNHEARD_OF
from sync.ticket import KeptTicket

_TICKET = re.compile(r"[!#-\[\]-~]{1,200}")
"""What a header's quoted string may hold as it is."""
_SECONDS_TO_SPARE = 60.0
"""A ticket this near its end is not begun with."""
_MUCH = 128 * 1024
"""Bytes, not yet deflated, that try no ticket of a process before: a hello costs less than to send them twice."""
_LONGEST_SECONDS = 7 * 86_400
"""What a ticket of a process before may have lived, whatever the province allows."""
_LONGEST_CODE = 40
"""Letters of a code that are shown."""
_TOOK_TOO_LONG, _HAS_A_BUG = 408, 500
_COUNTED_A_SECOND = 1_000_000
"""Counters that a second has room for, more than any desk asks: a later process begins above all that were used."""


class Refused(errors.LineFault):
    """The province said no with a reason; the session knows what to do about most codes.

    Of a code this program says what it means: the sentence of a newer or an older province may be one that it cannot
    translate.
    """

    def __init__(self, status: int, problem: protocol.Problem) -> None:
        self.sentence = SENTENCES.get(problem.code, UNHEARD_OF)
        super().__init__(code=problem.code[:_LONGEST_CODE])
        self.status = status
        self.problem = problem


def _to_nobody(_hello: protocol.Hello) -> None:
    """Nobody keeps what a hello says."""


class Channel:
    """Requests under one key. Say `hello` first: it gives the ticket that names the requests after it.

    A ticket outlives a sync, and with `resume` a process: while `has_ticket` the next one needs no hello.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        key_id: str,
        key: seal.SigningKey,
        authority_public: bytes,
        greeted: Callable[[protocol.Hello], None] = _to_nobody,
    ) -> None:
        """`greeted` hears of each hello, also of one that a request needed."""
        self._transport = transport
        self._greeted = greeted
        self._signer = RequestSigner(key_id, key)
        self._authority = authority_public
        self._desk = key_id.removesuffix(BELL_SUFFIX)
        self._nonces: Iterator[str] = iter(())
        self._ends_at = monotonic()
        self._is_untried = False
        self._content_type = framing.CONTENT_TYPE

    @property
    def has_ticket(self) -> bool:
        """Whether the ticket will live long enough for another request, as far as this PC can tell."""
        return monotonic() < self._ends_at

    def hello(self) -> protocol.Hello:
        """Whether the province is there, proven by its signature over our nonce. Raises a SyncFault or Malformed."""
        nonce = protocol.b64(secrets.token_bytes(16))
        request = protocol.encode(protocol.HelloRequest(nonce=nonce))
        asked_at = monotonic()
        with self._transport.asking_time():
            reply = self._transport.post("/v1/hello", request)
            hello = protocol.decode(proven(reply, seal.HELLO, self._authority, self._desk), protocol.Hello)
            if hello.nonce != nonce:
                raise errors.Unproven
            self._transport.set_province_time(_instant(hello.time))
        if hello.retry_after > 0:
            raise errors.Busy(hello.retry_after)
        if not hello.protocols[0] <= protocol.PROTOCOL <= hello.protocols[1]:
            raise errors.AnotherVersion
        if not _TICKET.fullmatch(hello.ticket):
            raise protocol.Malformed
        self._ends_at = asked_at  # unless what it says is taken up, the next sync asks again
        self._greeted(hello)
        self._count_from(1, hello.ticket)
        self._content_type = _framed_for(hello.dictionary)
        self._ends_at = asked_at + hello.ticket_seconds - _SECONDS_TO_SPARE
        self._is_untried = False
        return hello

    def resume(self, kept: KeptTicket, age: float) -> None:
        """Go on with a ticket that came `age` seconds ago by this PC's clock; with none that is to end, or is to come.

        The clock may be wrong: the province knows how old the ticket is, and a counter that was used costs a hello.
        """
        left = min(kept.seconds, _LONGEST_SECONDS) - _SECONDS_TO_SPARE - age
        if age < 0 or left <= 0 or not _TICKET.fullmatch(kept.ticket):
            return
        self._transport.advance_province_time(_instant(kept.at) + timedelta(seconds=age))
        self._count_from(1 + int(age * _COUNTED_A_SECOND), kept.ticket)
        self._content_type = _framed_for(kept.dictionary)
        self._ends_at = monotonic() + left
        self._is_untried = True

    def _count_from(self, first: int, ticket: str) -> None:
        self._nonces = (f"{ticket}.{counter}" for counter in itertools.count(first))

    def call(self, path: str, body: bytes, domain: bytes) -> tuple[bytes, bytes]:
        """The reply's body and the province's signature over it. A spent ticket is renewed once.

        So is the time by which certificates are judged: what is known of it may be old, a new hello's is of now.
        """
        if self._is_untried and len(body) > _MUCH:
            self.hello()
        try:
            return self._call(path, body, domain)
        except (Refused, errors.WrongCertificate) as fault:
            if isinstance(fault, Refused) and fault.problem.code != "ticket":
                raise
        self.hello()
        return self._call(path, body, domain)

    def _call(self, path: str, body: bytes, domain: bytes) -> tuple[bytes, bytes]:
        reply = self._transport.post(
            path, body, signer=self._signer, nonce=next(self._nonces), content_type=self._content_type
        )
        inside = proven(reply, domain, self._authority, self._desk)
        self._is_untried = False
        return inside, protocol.unb64(reply.signature)


def _framed_for(dictionary: int) -> str:
    """How bodies are framed for a province that knows the dictionaries up to this number."""
    return framing.DICTIONARY_TYPE if dictionary >= framing.NEWEST_DICTIONARY else framing.CONTENT_TYPE


def _instant(text: str) -> datetime:
    try:
        return from_iso(text)
    except ValueError:
        raise protocol.Malformed from None


def proven(reply: Reply, domain: bytes, authority_public: bytes, desk: str) -> bytes:
    """The body of a good reply, once the authority's signature over it holds.

    Raises Refused for the province's own no, or the fault that an unsigned no stands for.
    """
    if reply.status != 200:
        raise _refusal(reply, authority_public, desk)
    if not seal.verify(authority_public, domain, reply.body, protocol.unb64(reply.signature)):
        raise errors.Unproven
    return reply.body


def _refusal(reply: Reply, authority_public: bytes, desk: str) -> errors.SyncFault:
    """An unsigned refusal (a proxy, a server in trouble) may delay sync, but never decides anything."""
    if not reply.signature:
        return _unsigned_refusal(reply)
    if not seal.verify(authority_public, seal.HELLO, reply.body, protocol.unb64(reply.signature)):
        return errors.Unproven()
    problem = protocol.decode(reply.body, protocol.Problem)
    # Another desk's refusal, played back, delays this one no longer than trouble on the line would.
    told = float(problem.retry_after)
    wait = max(reply.retry_after, told if problem.desk == desk else min(told, CAP_SECONDS))
    fault = _asks_for_patience(reply.status, wait) or refusal_of(problem, reply.status, desk)
    if not isinstance(fault, errors.Unproven):
        fault.said_at, fault.retry_after = problem.at, wait
    return fault


def _asks_for_patience(status: int, wait: float) -> errors.SyncFault | None:
    """The province has no time now, or has a bug, or a body took longer than it waits: then a smaller one is tried."""
    if status in (429, 503):
        return errors.Busy(wait)
    if status == _TOOK_TOO_LONG:
        return errors.TooSlow()
    return errors.ServerTrouble(status=status) if status == _HAS_A_BUG else None


def refusal_of(problem: protocol.Problem, status: int, desk: str) -> errors.SyncFault:
    """What the province's own, proven no means to this desk."""
    if problem.code in _DECIDED or problem.head:
        if problem.desk != desk:
            return errors.Unproven()
        if problem.code in _DECIDED:
            return _decided(problem)
    if problem.code != "ticket" and status in (401, 403, 404):
        unknown = errors.NotRecognised()
        unknown.status = status
        return unknown
    return Refused(status, problem)


_DECIDED: dict[str, type[errors.SyncFault]] = {
    "fork": errors.Forked,
    "epoch": errors.ProvinceRestored,
    "revoked": errors.DeskRevoked,
    "resync": errors.HistoryRewritten,
}


def _decided(problem: protocol.Problem) -> errors.SyncFault:
    if problem.code == errors.DeskRevoked.code and problem.removes:
        return errors.DeskRemoved()
    if problem.code == errors.Forked.code and problem.head:
        return numbers_taken(problem)
    return _DECIDED[problem.code]()


def numbers_taken(problem: protocol.Problem) -> errors.NumbersTaken:
    """What a refusal means that names a chain: this desk is out of service, and may go on behind it."""
    return errors.NumbersTaken(problem.expect_n - 1, protocol.unb64(problem.head))


def _unsigned_refusal(reply: Reply) -> errors.SyncFault:
    """Somebody else's no, whatever its number: the province signs also what it does not know and what is too large."""
    if reply.status in (429, 503):
        return errors.Busy(reply.retry_after)
    return errors.ServerTrouble(status=reply.status)
