"""What desks of every release sent is taken in by today's province, and what provinces answered by today's desk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import from_iso
from commune_desk.store.intake import erasing as desk_erasing
from sync import file_wire, framing, protocol, seal
from sync.carried_wire import ROUTE, split_reply
from sync.change import Change, Line, Verb, needed_schema, read_line
from sync.client.enrol import Enrolment, enrol
from sync.client.errors import Unproven
from sync.client.page import read_page
from sync.client.session import Session
from sync.client.transport import Transport
from sync.erased import read_erased
from sync.server.edge.tickets import Tickets
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.intake import ordering
from sync.server.lifecycle.erasure_status import erasures
from sync.snapshot import SnapshotOffer, read_body
from tests.helpers.store_engine import StoreEngine
from tests.helpers.workplaces import HandClock
from tests.sync.actors.memory_replica import Identity, MemoryReplica
from tests.sync.actors.server_fixtures import Reply, World, command, province_in
from tests.traces.altered import LaterDesk, LaterProvince, as_it_was
from tests.traces.feeds import FEED, feeds_of
from tests.traces.orders import give_again
from tests.traces.readers import READERS, make_reader, prepare, rows_of
from tests.traces.record import MUCH_LATER
from tests.traces.trace import KEPT, Exchange, Playback, Trace

Altered = Callable[[Exchange], Exchange]
_AT_ANOTHER_TIME = {"/v1/ranges"}
"""What a desk of then asked, and one of today asks with another sync."""


@pytest.fixture(params=sorted(path.name for path in KEPT.glob("*.trace")))
def trace(request: pytest.FixtureRequest) -> Trace:
    return Trace.read(KEPT / request.param)


class RecordedTickets(Tickets):
    """Takes the tickets of a server that runs no more: a request is played as it was, its own signature with it."""

    def spend(self, keyid: str, nonce: str) -> bool:
        return True


class TodaysProvince:
    """The recorded province in the hands of today's program."""

    def __init__(self, trace: Trace, world: World) -> None:
        self.trace, self.world = trace, world
        self._tokens: dict[str, str] = {}
        self._orders = list(trace.orders)

    def play(self, altered: Altered) -> list[str]:
        """Every request in order; how the answers differ from those of then."""
        return [said for exchange in self.trace.exchanges if (said := self._play(exchange, altered(exchange)))]

    def _play(self, exchange: Exchange, sent: Exchange) -> str:
        while self._orders and self._orders[0].before == (exchange.desk, exchange.sync):
            give_again(self.world, self._orders.pop(0))
        self.world.clock.at = from_iso(exchange.at)
        path = exchange.path
        for then, now in self._tokens.items():
            path = path.replace(then, now)
        reply = self.world.call(path, sent.sent, list(sent.headers.items()), sent.method)
        where = f"{exchange.desk} {exchange.sync} {exchange.path}: "
        if reply.status != exchange.status:
            return f"{where}{reply.status} instead of {exchange.status}"
        if exchange.path == "/v1/snapshot":
            self._tokens[reply_of(exchange).read(SnapshotOffer).token] = reply.read(SnapshotOffer).token
        if reply.status >= 400:
            then, now = reply_of(exchange).code, reply.code
        else:
            then, now = essence(exchange.path, reply_of(exchange)), essence(exchange.path, reply)
        return "" if then == now else f"{where}{now} instead of {then}"

    def feeds(self) -> list[tuple[str, int, bytes]]:
        return feeds_of(self.world.province.database.read(lambda c: c.execute(FEED).all(), WHOLE_PROVINCE))


def reply_of(exchange: Exchange) -> Reply:
    return Reply(exchange.status, exchange.said, exchange.received)


def essence(path: str, reply: Reply) -> Any:
    """What of an answer may never differ; times, tickets and what is sealed to somebody do."""
    if path == "/v1/ca":
        return reply.raw
    if path == "/v1/hello":
        return reply.read(protocol.Hello).epoch
    if path in ("/v1/push", protocol.SEALED_PUSH):
        receipt = reply.read(protocol.Receipt)
        return receipt.accepted_n, [(one.id, one.status, one.code) for one in receipt.results]
    if path == "/v1/pull":
        page = read_page(reply.body)
        return [_step(event, line) for event, line in page.steps], page.trailer.cursors, page.trailer.heads
    if path == "/v1/records":
        return [line.encode() for _, line in read_body(reply.body).events]
    if path == "/v1/files/get":
        return file_wire.split_bytes(reply.body, file_wire.FilePiece)
    if path.startswith("/v1/files/"):
        offset = reply.read(file_wire.FileOffset)
        return offset.file, offset.offset, offset.done
    return _OTHERS[path](reply) if path in _OTHERS else None


_OTHERS: dict[str, Callable[[Reply], Any]] = {
    ROUTE: lambda reply: split_reply(reply.body)[0],
    "/v1/snapshot": lambda reply: reply.read(SnapshotOffer).at,
}


def _step(event: protocol.Event, line: Line | None) -> tuple[Any, ...]:
    opened = [(one.id, one.field, one.base, one.ours, one.theirs) for one in event.opened]
    return event.scope, event.seq, event.outcomes, event.entered, event.left, opened, line.encode() if line else None


@pytest.fixture
def province(trace: Trace, tmp_path: Path, store_engine: StoreEngine) -> Iterator[TodaysProvince]:
    """On either engine: every release has begun on the embedded one, and may be moved."""
    trace.unpack(tmp_path)
    if where := store_engine.new():
        new = tmp_path / "moved"
        moved = command(
            tmp_path, "migrate-store", "--to", where.url, "--owner", where.owner, "--new-data", str(new / "data")
        )
        assert moved.returncode == 0, moved.stderr
        tmp_path = shutil.copyfile(tmp_path / "key.json", new / "key.json").parent
    with province_in(tmp_path, tickets=RecordedTickets()) as world:
        yield TodaysProvince(trace, world)


def who_is_erased(trace: Trace) -> set[str]:
    return {read_line(line).change.record for order in trace.orders for line in order.lines}


def signing_keys(trace: Trace, province: TodaysProvince) -> dict[str, seal.SigningKey]:
    """By desk id, once the desks are enrolled."""
    by_public = {kept.keys.signing.public: kept.keys for kept in trace.desks.values()}
    desk = tables.desk
    rows = province.world.rows(tables.desk.select().where(desk.c.sign_public.is_not(None)))
    own = {row.id: by_public[bytes(row.sign_public)] for row in rows if bytes(row.sign_public) in by_public}
    bells = {desk + protocol.BELL_SUFFIX: keys.doorbell for desk, keys in own.items()}
    return {desk: keys.signing for desk, keys in own.items()} | bells


def test_todays_province_answers_every_recorded_request_as_it_was_answered_then(province: TodaysProvince) -> None:
    assert province.play(as_it_was) == []
    assert province.feeds() == province.trace.feeds


def test_requests_with_members_of_a_later_version_are_answered_no_otherwise(
    trace: Trace, province: TodaysProvince
) -> None:
    enrolling = msgspec.structs.replace(trace, exchanges=[one for one in trace.exchanges if one.sync == 0])
    talking = msgspec.structs.replace(trace, exchanges=[one for one in trace.exchanges if one.sync > 0])
    province.trace = enrolling
    assert province.play(as_it_was) == []
    province.trace = talking
    assert province.play(LaterDesk(signing_keys(trace, province))) == []
    assert province.feeds() == trace.feeds


def test_a_province_that_forgot_a_kind_would_be_found(
    province: TodaysProvince, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: a kind's name is a promise."""
    monkeypatch.delitem(KINDS, "home_visit")
    found = province.play(as_it_was)
    assert any("/v1/push" in one and "quarantined" in one for one in found)
    assert province.feeds() != province.trace.feeds


def test_todays_province_erases_whom_it_erased_then_and_takes_in_that_the_desks_did(province: TodaysProvince) -> None:
    assert province.play(as_it_was) == []
    erased, told = who_is_erased(province.trace), province.world.read(erasures)
    assert not erased & {row.id for row in province.world.rows(select(tables.RECORDS["person"].c.id))}
    assert [one.record for one in told] == sorted(erased)
    keys, desks = signing_keys(province.trace, province), province.trace.desks
    signed = {keys[desk].public for one in told for desk in one.signed}
    assert signed == {desks[name].keys.signing.public for name in ("shelter", "newcomer", "photographer")}


def test_a_province_that_takes_words_about_the_erased_would_be_found(
    province: TodaysProvince, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what a desk that did not know yet sends late is set aside, and merges with nothing."""
    monkeypatch.setattr(ordering, "speaking_of_erased", lambda *_: set())
    first, *_ = province.play(as_it_was)
    today, then = first.split(" instead of ")
    assert "/v1/push" in today
    assert ["'erased'" in told for told in (today, then)] == [False, True]


class TodaysDesk:
    """A desk of today's program whose province is the recorded one."""

    def __init__(self, trace: Trace, name: str, folder: Path, altered: Altered) -> None:
        self.trace, self.name, self._folder, self._altered = trace, name, folder, altered
        self.clock = HandClock()
        self.clock.at = from_iso(trace.begun_at)
        self.unknown: list[str] = []

    def enrol(self) -> Enrolment:
        kept, line = self.trace.desks[self.name], self._line(0)
        return enrol(
            "province.test",
            kept.code,
            "PC",
            program_version="0",
            credentials=kept.keys,
            connect=lambda _address, ca_pem: Transport("province.test", ca_pem=ca_pem, adapter=line),
        )

    def _line(self, sync: int) -> Playback:
        return Playback(self.trace.of(self.name, sync), self._altered)

    @contextmanager
    def _connected(self, sync: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Transport]:
        """A line on which everything that was answered is asked for, and says hello with the nonces of then."""
        line = self._line(sync)
        hellos = [one for one in self.trace.of(self.name, sync) if one.path == "/v1/hello"]
        nonces = iter([protocol.decode(framing.inflate(one.sent), protocol.HelloRequest).nonce for one in hellos])
        with monkeypatch.context() as patch:
            patch.setattr("sync.client.channel.secrets.token_bytes", lambda _count: protocol.unb64(next(nonces)))
            if hellos:  # no ticket was left, or desks kept none yet
                patch.setattr("sync.client.channel.Channel.resume", lambda *_ticket: None)
            yield Transport("province.test", ca_pem=None, adapter=line)
        self.unknown += line.unknown
        assert set(line.left) <= _AT_ANOTHER_TIME

    def registers(self, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
        """What the register holds after each sync."""
        place = make_reader(self._folder / f"{self.name}.db", self.enrol(), self.clock)
        held = []
        for sync in range(1, self.trace.syncs(self.name) + 1):
            prepare(place, self.name, sync)
            with self._connected(sync, monkeypatch) as transport:
                place.connect = lambda transport=transport: transport  # type: ignore[misc]
                place.carry()
            held.append(rows_of(place))
        if self.name == "newcomer":
            assert seal.sha256(place.content(RecordId(self.trace.file))) == self.trace.file_sha256
            raws = [bytes(row[0]) for row in place.ask("SELECT raw FROM change")]
            assert any(b"clan_name" in raw for raw in raws), "kept for the version that knows it"
        place.register.close()
        return held

    def receipts(self, monkeypatch: pytest.MonkeyPatch) -> MemoryReplica:
        """A desk that wrote, and believes what it was answered; it keeps no register."""
        mine = self.enrol()
        replica = MemoryReplica(Identity(mine.desk, mine.epoch, mine.signing_key, mine.authority_public))
        for sync in range(1, self.trace.syncs(self.name) + 1):
            replica.lines += lines_of(self.trace.of(self.name, sync))
            with self._connected(sync, monkeypatch) as transport:
                Session(transport, replica).sync()
        return replica


def lines_of(exchanges: list[Exchange]) -> list[Line]:
    """What the desk wrote before that sync, and had not erased."""
    return [read_line(line) for line in _pushed(exchanges) if read_erased(line) is None]


def _pushed(exchanges: list[Exchange]) -> list[bytes]:
    taken = [one for one in exchanges if (one.path, one.status) == ("/v1/push", 200)]
    pushes = [framing.inflate(one.sent).split(b"\n") for one in taken]
    return [line for _header, *lines in pushes for line in lines]


@pytest.fixture(params=["then", "later"])
def altered(request: pytest.FixtureRequest, trace: Trace, tmp_path: Path) -> Altered:
    """Replies as they were, or with members that only a later version knows."""
    if request.param == "then":
        return as_it_was
    trace.unpack(tmp_path)
    with province_in(tmp_path) as world:
        return LaterProvince(world.province.keys.authority)


@pytest.mark.parametrize("name", READERS)
def test_todays_desk_comes_to_the_register_of_then(
    trace: Trace, name: str, altered: Altered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = TodaysDesk(trace, name, tmp_path, altered).registers(monkeypatch)
    assert [missing(then, now) for then, now in zip(trace.registers[name], held, strict=True)] == [[]] * len(held)


@pytest.mark.parametrize("name", ["shelter", "newcomer"])
def test_a_desk_that_kept_who_was_erased_would_be_found(
    trace: Trace, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what the order of then names goes from the register. Comparing would find it too, before the end."""
    monkeypatch.setattr(desk_erasing, "_erase", lambda *_: None)
    monkeypatch.setattr("sync.client.session.compare", lambda *_: None)
    held = TodaysDesk(trace, name, tmp_path, as_it_was).registers(monkeypatch)
    found = [missing(then, now) for then, now in zip(trace.registers[name], held, strict=True)]
    assert any(said.startswith("person: ") for sync in found for said in sync)


def missing(then: dict[str, list[dict[str, Any]]], now: dict[str, list[dict[str, Any]]]) -> list[str]:
    """What the register of then held and today's does not; tables and columns that came since may hold anything."""
    found = [
        f"{table}: {len(now.get(table, []))} rows" for table in then if len(now.get(table, [])) != len(then[table])
    ]
    for table, rows in then.items():
        for row, other in zip(rows, now.get(table, []), strict=False):
            found += [f"{table}.{name}" for name, value in row.items() if other.get(name, ...) != value]
    return found


@pytest.mark.parametrize("name", ["writer", "colleague"])
def test_todays_desk_believes_the_receipts_of_then(
    trace: Trace, name: str, altered: Altered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replica = TodaysDesk(trace, name, tmp_path, altered).receipts(monkeypatch)
    assert replica.accepted_n == len(replica.lines) > 0


def test_a_domain_of_signatures_that_changed_would_be_found(
    trace: Trace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what a signature is made over is a promise."""
    monkeypatch.setattr(seal, "RECEIPT", b"cd-receipt-v2")
    with pytest.raises(Unproven):
        TodaysDesk(trace, "writer", tmp_path, as_it_was).receipts(monkeypatch)


def test_the_recording_has_every_verb_and_every_outcome_and_what_this_version_does_not_know(trace: Trace) -> None:
    """But for the order to erase, which no desk sends, and verbs that came after the release."""
    written, told = lines_of(trace.exchanges), outcomes(trace)
    plain = next(line.change for line in written if line.change.kind == "person")
    then = max(line.change.schema for line in written if line.change.schema < MUCH_LATER)
    known = {verb.value for verb in Verb if needed_schema(msgspec.structs.replace(plain, verb=verb.value)) <= then}
    assert len(known) >= 7
    assert {change.verb for change, status, _ in told if status != "quarantined"} >= known - {Verb.ERASE}
    assert all(any(word in line.raw for line in written) for word in (b"clan_name", b"weather", b"rainfall"))
    statuses = {(status, code) for _, status, code in told}
    assert statuses >= {("ok", ""), ("conflict", ""), ("late", ""), ("quarantined", "kind"), ("quarantined", "erased")}
    paths = {one.path.rsplit("/", 1)[0] if one.method == "GET" else one.path for one in trace.exchanges}
    assert paths >= {"/v1", "/v1/snapshots", "/v1/enrol", "/v1/files/put", "/v1/files/get", "/v1/report", "/v1/ranges"}


def test_the_recording_has_an_order_to_erase_that_two_places_heard(trace: Trace) -> None:
    """Of words that were not sent yet, one desk sends the words, for it does not know yet, and one the digest."""
    erased = who_is_erased(trace)
    assert erased
    assert all(len(order.lines) >= 2 for order in trace.orders)
    for name in ("shelter", "newcomer"):
        held = [erased & {row["id"] for row in rows.get("person", [])} for rows in trace.registers[name]]
        assert erased in held, "it was there"
        assert held[-1] == set(), "and went"
    assert [change.record for change, _, code in outcomes(trace) if code == "erased"] == sorted(erased)
    digests = [told[0] for line in _pushed(trace.exchanges) if (told := read_erased(line))]
    assert [named_in_receipts(trace)[change] for change in digests] == [("quarantined", "erased")]


def outcomes(trace: Trace) -> list[tuple[Change, str, str]]:
    """Each change that was sent, its status and its code."""
    named = named_in_receipts(trace)
    return [(line.change, *named.get(line.change.id, ("ok", ""))) for line in lines_of(trace.exchanges)]


def named_in_receipts(trace: Trace) -> dict[str, tuple[str, str]]:
    """By id, what was told of a change; a brief receipt names none that was plainly taken."""
    taken = [one for one in trace.exchanges if (one.path, one.status) == ("/v1/push", 200)]
    receipts = [reply_of(one).read(protocol.Receipt) for one in taken]
    return {result.id: (result.status, result.code) for receipt in receipts for result in receipt.results}
