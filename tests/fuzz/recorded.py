"""A desk with a real register that hears the recorded answers of a province again, one of them changed and signed anew.

An input is a line that says which answer of which sync, with what status and headers, and then the answer's body.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from commune_desk.domain.time.clock import from_iso
from sync import framing, protocol, seal
from sync.change import GENESIS, next_chain
from sync.client import errors
from sync.client.channel import Channel
from sync.client.enrol import enrol
from sync.client.transport import Transport
from sync.server.identity import keyfile
from tests.fuzz.fuzzer import Target
from tests.helpers.workplaces import HandClock
from tests.sync.actors.file_office import Place
from tests.traces.altered import DOMAINS, as_it_was
from tests.traces.readers import make_reader, prepare
from tests.traces.trace import KEPT, Exchange, Playback, Trace

_NO_STEP = (protocol.Malformed, AttributeError, LookupError, TypeError)
"""What comes of something that is JSON, and no event."""


_WORDS = (errors.SyncFault, protocol.Malformed)
"""What a sync may end with; a sealed value that does not open is none of it: no feed stands still for one."""


class Which(msgspec.Struct, frozen=True, omit_defaults=True):
    """The first line of an input."""

    sync: int
    answer: int
    status: int = 200
    headers: dict[str, str] = {}


class RecordedDesk:
    """The desk of this name, before each of its syncs, in a folder of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.trace = Trace.read(KEPT / "0.1.0.trace")
        self.name, self._folder = name, folder
        self.trace.unpack(folder / "province")
        self.authority = keyfile.read(folder / "province/key.json", data=folder / "province/data").authority
        self.clock = HandClock()
        self.clock.at = from_iso(self.trace.begun_at)
        self.before: list[bytes] = []
        self._chains: list[dict[str, tuple[int, bytes]]] = []
        """Where the register's feeds stand before each sync."""
        self.written, self._said = set(self._lines()), set[bytes]()
        self._keys = self._signing_keys()
        self._play_all()

    def _signing_keys(self) -> dict[str, seal.SigningKey]:
        """By the desks' ids, as the certificates of the pages have them."""
        keys = keyfile.read(self._folder / "province/key.json", data=self._folder / "province/data")
        own = [kept.keys.signing for kept in self.trace.desks.values()]
        by_public = {protocol.b64(key.public): key for key in [*own, keys.province_desk]}
        found: dict[str, seal.SigningKey] = {}
        for one in self.trace.exchanges:
            if one.path == "/v1/pull" and one.status == 200:
                header = protocol.decode(framing.inflate(one.received).partition(b"\n")[0], protocol.PullHeader)
                certs = [protocol.decode(protocol.unb64(cert.body), protocol.DeskCert) for cert in header.certs or ()]
                found |= {cert.desk: by_public[cert.sign_public] for cert in certs if cert.sign_public in by_public}
        return found

    def _lines(self) -> Iterator[bytes]:
        """What anybody's desk wrote, as the recording has it."""
        for one in self.trace.exchanges:
            for body in (one.sent, one.received):
                with suppress(protocol.Malformed):
                    for line in framing.inflate(body).split(b"\n"):
                        yield line.rpartition(b"\t")[2].partition(b" ")[2]

    def _play_all(self) -> None:
        path = self._folder / "desk.db"
        enrolment = self._enrolled()
        make_reader(path, enrolment, self.clock).register.close()
        for sync in range(1, self.trace.syncs(self.name) + 1):
            self.before.append(path.read_bytes())
            self._chains.append(self._standing(path))
            self._sync(path, sync, self.trace.of(self.name, sync))

    def _standing(self, path: Path) -> dict[str, tuple[int, bytes]]:
        place = Place(path, self.clock, self.no_line)
        try:
            return {
                scope: (seq, bytes(chain)) for scope, seq, chain in place.ask("SELECT scope, seq, chain FROM cursor")
            }
        finally:
            place.register.close()

    @staticmethod
    def no_line() -> Transport:
        raise AssertionError("nobody asked for one")

    def _enrolled(self) -> Any:
        kept = self.trace.desks[self.name]
        line = Playback(self.trace.of(self.name, 0), as_it_was)
        return enrol(
            "province.test",
            kept.code,
            "PC",
            program_version="0",
            credentials=kept.keys,
            connect=lambda _address, ca_pem: Transport("province.test", ca_pem=ca_pem, adapter=line),
        )

    def _sync(self, path: Path, sync: int, exchanges: list[Exchange]) -> None:
        place = Place(path, self.clock, lambda: Transport("province.test", ca_pem=None, adapter=line))
        line = Playback(exchanges, as_it_was)
        try:
            prepare(place, self.name, sync)
            with self._saying_hello_as_then(sync):
                place.carry()
        finally:
            held = {bytes(raw) for (raw,) in place.ask("SELECT raw FROM change WHERE raw IS NOT NULL")}
            place.register.close()
        assert held <= self.written | self._said, "a change that nobody wrote came in"

    @contextmanager
    def _saying_hello_as_then(self, sync: int) -> Iterator[None]:
        """With the nonces of then, and no ticket of a process before: desks kept none yet."""
        hellos = [one for one in self.trace.of(self.name, sync) if one.path == "/v1/hello"]
        nonces = iter([protocol.decode(framing.inflate(one.sent), protocol.HelloRequest).nonce for one in hellos])
        token_bytes, resume = secrets.token_bytes, Channel.resume
        secrets.token_bytes = lambda nbytes=None: protocol.unb64(next(nonces, "AA=="))
        if hellos:
            Channel.resume = lambda *_ticket: None  # type: ignore[method-assign]
        try:
            yield
        finally:
            secrets.token_bytes, Channel.resume = token_bytes, resume  # type: ignore[method-assign]

    def seeds(self) -> list[bytes]:
        """Every recorded answer, and one refusal."""
        made = []
        for sync in range(1, self.trace.syncs(self.name) + 1):
            for answer, one in enumerate(self.trace.of(self.name, sync)):
                which = msgspec.json.encode(Which(sync, answer, one.status))
                made.append(which + b"\n" + (framing.inflate(one.received) if _is_signed(one) else one.received))
        problem = protocol.Problem(code="gap", text="No.", desk="AAAAAA", expect_n=1, head=protocol.b64(GENESIS))
        return [*made, msgspec.json.encode(Which(1, 1, 409)) + b"\n" + protocol.encode(problem)]

    def read(self, data: bytes) -> None:
        first, _, body = data.partition(b"\n")
        which = self._which(first)
        exchanges = self.trace.of(self.name, which.sync)
        exchanges[which.answer] = self._altered(exchanges[which.answer], which, body)
        path = self._folder / "again.db"
        path.write_bytes(self.before[which.sync - 1])
        self._sync(path, which.sync, exchanges)

    def _which(self, first: bytes) -> Which:
        """The answer that the line names, or one near by."""
        try:
            said = msgspec.json.decode(first, type=Which)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            said = Which(1, 1)
        sync = said.sync % len(self.before) or len(self.before)
        return msgspec.structs.replace(said, sync=sync, answer=said.answer % len(self.trace.of(self.name, sync)))

    def words_of_colleagues(self) -> list[bytes]:
        """Each page with changes, as an input for `hear`: without signatures, which are made when it is read."""
        made = []
        for sync in range(1, self.trace.syncs(self.name) + 1):
            for answer, one in enumerate(self.trace.of(self.name, sync)):
                if one.path == "/v1/pull":
                    lines = [_bare(line) for line in framing.inflate(one.received).split(b"\n")]
                    made.append(msgspec.json.encode(Which(sync, answer)) + b"\n" + b"\n".join(lines))
        return made

    def hear(self, data: bytes) -> None:
        """As `read`, but every change is signed by the desk that it names, and the chain goes over what is there."""
        first, _, body = data.partition(b"\n")
        chains = dict(self._chains[self._which(first).sync - 1])
        said, self._said = self._said, set()
        try:
            self.read(first + b"\n" + self._signed_anew(body, chains))
        finally:
            self._said = said

    def _signed_anew(self, body: bytes, chains: dict[str, tuple[int, bytes]]) -> bytes:
        header, *lines = body.split(b"\n")
        trailer = lines.pop() if lines else b""
        return b"\n".join([header, *(self._step(line, chains) for line in lines), _ending(trailer, chains)])

    def _step(self, line: bytes, chains: dict[str, tuple[int, bytes]]) -> bytes:
        event, tab, raw = line.partition(b"\t")
        self._said.add(raw)
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError, *_NO_STEP):
            said = msgspec.json.decode(event)
            seq, chain = chains.get(said["s"], (0, GENESIS))
            digest = seal.sha256(raw) if raw else protocol.unb64(said.get("d", ""))
            chains[said["s"]] = seq + 1, next_chain(chain, seq + 1, digest)
            event = msgspec.json.encode(said | {"q": seq + 1})
        return event + tab + (self._signature(raw) + b" " + raw if raw else b"")

    def _signature(self, raw: bytes) -> bytes:
        """Of the desk that the change names, where that is one of the recorded ones; else anybody's."""
        try:
            said = msgspec.json.decode(raw)
            key = self._keys.get(said.get("d"), self.authority)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, AttributeError, TypeError):
            key = self.authority
        return protocol.b64(key.sign(seal.CHANGE, raw)).encode()

    def _altered(self, exchange: Exchange, which: Which, body: bytes) -> Exchange:
        if not _is_signed(exchange):
            said = exchange.said | {"content-length": str(len(body))} | which.headers
            return msgspec.structs.replace(exchange, received=body, status=which.status, said=said)
        domain = DOMAINS.get(exchange.path, seal.HELLO) if which.status == 200 else seal.HELLO
        received = framing.deflate(body)
        signature = protocol.b64(self.authority.sign(domain, body))
        said = {**exchange.said, protocol.SIGNATURE_HEADER.lower(): signature, "content-length": str(len(received))}
        return msgspec.structs.replace(exchange, received=received, status=which.status, said=said | which.headers)


def _bare(line: bytes) -> bytes:
    """A step of a page without its change's signature; header and trailer as they are."""
    event, tab, rest = line.partition(b"\t")
    return event + tab + rest.partition(b" ")[2] if rest else line


def _ending(trailer: bytes, chains: dict[str, tuple[int, bytes]]) -> bytes:
    """The trailer with positions that are those of the steps, as far as it is one."""
    try:
        said = msgspec.json.decode(trailer)
        for scope, (seq, chain) in chains.items():
            head = {"seq": seq, "chain": protocol.b64(chain)}
            for part in ("cursors", "heads"):
                if scope in said[part]:
                    said[part][scope] = head
        said["runs"] = []
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, TypeError):
        return trailer
    return msgspec.json.encode(said)


def _is_signed(exchange: Exchange) -> bool:
    return protocol.SIGNATURE_HEADER.lower() in exchange.said


def answers(folder: Path, stack: ExitStack) -> Target:
    """What the province says to a desk that begins, goes on, begins anew from a snapshot, and fetches a file."""
    desk = RecordedDesk(folder, "newcomer")
    return Target("answers", desk.seeds(), desk.read, _WORDS, runs=50, shaped=True)


def answers_to_a_house(folder: Path, stack: ExitStack) -> Target:
    desk = RecordedDesk(folder, "shelter")
    return Target("answers-to-a-house", desk.seeds(), desk.read, _WORDS, runs=30, shaped=True)


def colleagues(folder: Path, stack: ExitStack) -> Target:
    """What other desks write and sign, however odd, comes to a register by a page that is in order."""
    desk = RecordedDesk(folder, "newcomer")
    return Target("colleagues", desk.words_of_colleagues(), desk.hear, _WORDS, runs=80, shaped=True)


def colleagues_of_a_house(folder: Path, stack: ExitStack) -> Target:
    desk = RecordedDesk(folder, "shelter")
    return Target("colleagues-of-a-house", desk.words_of_colleagues(), desk.hear, _WORDS, runs=40, shaped=True)
