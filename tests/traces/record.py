"""Records the exchanges of this release: `python -m tests.traces.record`. Once for each.

A real server is asked over TLS by the program's own sync: enrolment, pushes with every verb, a conflict and its
decision, a child that moves, what only a later version knows, a file up and down, a child that the province erases,
a snapshot, what a locked desk sends and asks, records whose sums differ, a stick that is handed on, a desk that is
enrolled anew. It stays in `kept/`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from commune_desk.domain.model.ids import RecordId, uuid7
from commune_desk.domain.model.record import Record
from commune_desk.domain.records.kinds import KINDS, SCHEMA_VERSION
from commune_desk.domain.time.clock import SystemClock, to_iso
from commune_desk.domain.words.errors import DeskError
from sync import framing, protocol, seal
from sync.change import JOINED_TO, Line, Verb, Wire
from sync.checksums import RANGES, RangesRequest, RecordsRequest
from sync.client.channel import Channel
from sync.client.courier import outgoing
from sync.client.doorbell import ring
from sync.client.enrol import Enrolment, enrol
from sync.client.exchange import push_body
from sync.client.handing_on import hand_on
from sync.client.sealed_push import carry
from sync.client.session import Session
from sync.client.transport import Transport
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import open_province
from tests.helpers.attached import add_child, add_file, scan
from tests.helpers.builders import make_visit, save_all
from tests.sync.actors.file_office import Place
from tests.sync.actors.memory_replica import Identity, MemoryReplica
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, command, served
from tests.traces.feeds import FEED, feeds_of
from tests.traces.orders import give
from tests.traces.readers import BEGINS_ANEW, READERS, make_reader, prepare, rows_of
from tests.traces.trace import KEPT, KeptDesk, Order, Rows, Tape, Trace, pack

SCOPES = {
    "writer": COMMUNE,
    "colleague": COMMUNE,
    "shelter": SHELTER,
    "neighbour": OTHER,
    "photographer": COMMUNE,
    "newcomer": COMMUNE,
    "locked": COMMUNE,
    "successor": COMMUNE,
}
"""The desks in the order they enrol; the first two and the last two keep no register, only the lines that they wrote.
`locked` speaks by its doorbell; `successor` is what the writer is called once it was enrolled anew, at the end."""
FILE_BYTES = 6_000
MUCH_LATER = 1_000
"""A schema that no release will reach: a field that it brought is unknown for ever."""


class Stage:
    """The province that serves, its desks, and the tape that runs."""

    def __init__(self, province: Path, folder: Path, address: str, desks: dict[str, KeptDesk]) -> None:
        self.tape = Tape()
        self.orders: list[Order] = []
        self._province, self._folder, self._syncs = province, folder, dict.fromkeys(desks, 0)
        self._address, self._desks = address, desks
        self.enrolments = {name: self._enrol(name) for name in desks if name != "successor"}
        self.held: dict[str, list[Rows]] = {name: [] for name in READERS}
        self.writer, self.colleague, self.locked = (self._light(name) for name in ("writer", "colleague", "locked"))
        self.places = {name: self._place(name) for name in (*READERS, "photographer")}

    def _enrol(self, name: str, shown: tuple[bytes, bytes] = (b"", b"")) -> Enrolment:
        self.tape.scene, kept = (name, self._syncs[name]), self._desks[name]
        keys = replace(kept.keys, receipt=shown[0], receipt_signature=shown[1])
        connect = self.tape.transport
        return enrol(self._address, kept.code, f"PC {name}", program_version="0", credentials=keys, connect=connect)

    def enrol_anew(self) -> None:
        """The writer goes on as another desk, and shows what was signed for last under its former name."""
        self._turn("successor")
        self._enrol("successor", self.writer.receipt)

    def _light(self, name: str) -> MemoryReplica:
        mine = self.enrolments[name]
        return MemoryReplica(Identity(mine.desk, mine.epoch, mine.signing_key, mine.authority_public))

    def _place(self, name: str) -> Place:
        return make_reader(self._folder / f"{name}.db", self.enrolments[name], SystemClock())

    def _turn(self, name: str) -> int:
        self._syncs[name] += 1
        self.tape.scene = name, self._syncs[name]
        return self._syncs[name]

    def sync(self, name: str) -> None:
        """A sync of a desk without a register."""
        self._turn(name)
        mine = self.enrolments[name]
        replica: MemoryReplica = getattr(self, name)
        Session(self.tape.transport(mine.address, mine.ca_pem), replica).sync()

    def carry(self, name: str) -> None:
        """A sync of a desk with one."""
        place = self._at(name)
        place.carry()
        if name in self.held:
            self.held[name].append(rows_of(place))

    def by_the_bell(self) -> None:
        """A locked desk has what it wrote carried, and asks whether a report waits."""
        self._turn("locked")
        mine, replica = self.enrolments["locked"], self.locked
        batch = replica.pending(0, protocol.USUAL_CHANGES, protocol.MAX_SEALED_PUSH)
        body = framing.deflate(push_body(replica, replica.identity(), batch))
        box = seal.seal_for_province(mine.courier_public, body)
        own: dict[str, Any] = {"desk": mine.desk, "doorbell_key": mine.doorbell_key}
        own |= {"authority_public": mine.authority_public}
        carry(self._line(mine), [box], lambda _receipt, _signature: None, **own)
        ring(self._line(mine), **own)

    def ask_for_records(self) -> None:
        """As a desk does whose sums differ."""
        channel, mine = self._channel("locked"), self.enrolments["locked"]
        known = {name: list(kind.fields) for name, kind in KINDS.items()}
        sums = RangesRequest(epoch=mine.epoch, scope=COMMUNE, fields=known, parts=True)
        channel.call("/v1/ranges", protocol.encode(sums), seal.FEED)
        asked = RecordsRequest(epoch=mine.epoch, scope=COMMUNE, ranges=list(range(RANGES)))
        channel.call("/v1/records", protocol.encode(asked), seal.FEED)

    def be_refused(self) -> None:
        """A push that leaves a number out, and a place in a feed that the province never gave."""
        channel, replica = self._channel("locked"), self.locked
        batch = replica.pending(0, protocol.USUAL_CHANGES, protocol.MAX_SEALED_PUSH)
        pull = protocol.PullRequest(epoch=replica.me.epoch, cursors={COMMUNE: 1_000_000}, max_bytes=4_096)
        for path, body, domain in (
            ("/v1/push", push_body(replica, replica.identity(), batch[-1:]), seal.RECEIPT),
            ("/v1/pull", protocol.encode(pull), seal.FEED),
        ):
            with suppress(DeskError):
                channel.call(path, body, domain)

    def show_a_receipt(self) -> None:
        """The writer sends with what was signed for last, as to a province that seems to have forgotten it."""
        channel, replica = self._channel("locked", "writer"), self.writer
        batch = replica.pending(0, protocol.USUAL_CHANGES, protocol.MAX_SEALED_PUSH)
        channel.call("/v1/push", push_body(replica, replica.identity(), batch, shows_receipt=True), seal.RECEIPT)

    def hand_on_a_stick(self) -> None:
        """What the writer put onto a stick goes over another desk's line, which asks what is declared, too."""
        mine = self.enrolments["writer"]
        (written,) = outgoing(self.writer, mine.courier_public, at=to_iso(SystemClock().now()))
        hand_on(self._channel("locked"), written.data)
        self._line(mine).get("/v1/schema")

    def _channel(self, scene: str, desk: str = "") -> Channel:
        self._turn(scene)
        mine = self.enrolments[desk or scene]
        channel = Channel(
            self._line(mine), key_id=mine.desk, key=mine.signing_key, authority_public=mine.authority_public
        )
        channel.hello()
        return channel

    def _line(self, mine: Enrolment) -> Transport:
        return self.tape.transport(mine.address, mine.ca_pem)

    def write_while_it_syncs(self, name: str, record: Record) -> None:
        """Saved between push and pull, so that it is still to be sent when the page comes."""
        place = self._at(name)
        replica = place.replica()
        replica.meantime = lambda: place.write(save_all(record))
        place.sync(replica)

    def _at(self, name: str) -> Place:
        place, mine = self.places[name], self.enrolments[name]
        prepare(place, name, self._turn(name))
        place.connect = lambda: self.tape.transport(mine.address, mine.ca_pem)
        return place

    def erase(self, record: str, before: str) -> None:
        """The province erases the record; the desk that is named is the next to sync."""
        self.orders.append(give(self._province, record, (before, self._syncs[before] + 1)))

    def key(self, scope: str) -> protocol.ScopeKey:
        keys = [key for mine in self.enrolments.values() for key in mine.scope_keys if key.scope == scope]
        return keys[0]

    def close(self) -> None:
        for place in self.places.values():
            place.register.close()


class Story:
    """What happens, in order."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.child, self.sister, self.friend, self.report = (uuid7() for _ in range(4))

    def tell(self) -> RecordId:
        """The whole story; the file that was attached."""
        self._a_family()
        self._two_who_write_one_field()
        self._a_stay()
        self._a_move()
        self._one_child_twice()
        self._a_later_version()
        file = self._a_file()
        self._an_erasure()
        self.stage.locked.record(COMMUNE, "person", uuid7(), {"full_name": "Đặng Thị Hoà"})
        self.stage.by_the_bell()
        self.stage.ask_for_records()
        for name in ("Bàn Thị Một", "Bàn Thị Hai"):
            self.stage.locked.record(COMMUNE, "person", uuid7(), {"full_name": name}, import_id=uuid7())
        self.stage.be_refused()
        self._write("person", uuid7(), {"full_name": "Bàn Thị Ba"})
        self.stage.show_a_receipt()
        self._write("person", uuid7(), {"full_name": "Bàn Thị Bốn"})
        self.stage.hand_on_a_stick()
        self.stage.enrol_anew()
        return file

    def _write(self, kind: str, record: str, values: dict[str, Wire], **more: Any) -> Line:
        return self.stage.writer.record(COMMUNE, kind, record, values, **more)

    def _a_family(self) -> None:
        self.name = self._write("person", self.child, {"full_name": "Chìu Văn Sáng", "phone": "0912000000"})
        self._write("person", self.sister, {"full_name": "Chìu Thị Mây"})
        self._write("person", self.friend, {"full_name": "Bàn Văn Tài"})
        self._write("child_file", uuid7(), {"person": self.child, "case_number": "QN-1"}, data=0)
        self._write("relation", uuid7(), {"person": self.child, "relative": self.sister, "relation": "sibling"})
        visit: dict[str, Wire] = {"person": self.child, "visited_on": "2026-11-20", "observations": "Nhà đóng cửa."}
        self._write("home_visit", uuid7(), visit)
        group = uuid7()
        said: dict[str, Wire] = {"person": self.child, "source": "person"}
        self._write("report", self.report, said, group=group)
        self._write("report", self.report, {"received_at": "2026-11-22T15:40:00Z"}, data=0, group=group)
        self.sealed = self._seal(COMMUNE, group=group)
        for name in ("writer", "colleague", "neighbour"):
            (self.stage.carry if name in READERS else self.stage.sync)(name)

    def _seal(self, scope: str, **more: Any) -> Line:
        key = self.stage.key(scope)
        public = protocol.unb64(key.public)
        told = seal.seal_value(public, "Bị đánh", scope=scope, record=self.report, field="description")
        return self._write("report", self.report, {}, data=2, seal={"description": told}, key=key.key, **more)

    def _two_who_write_one_field(self) -> None:
        base: dict[str, str | None] = {"phone": self.name.change.id}
        ours = self._write("person", self.child, {"phone": "0912000111"}, base=base)
        colleague = self.stage.colleague
        colleague.record(COMMUNE, "person", self.child, {"phone": "0912000222"}, base=base)
        self.stage.sync("writer")
        self.stage.sync("colleague")
        (conflict,) = [one for event, _ in colleague.applied for one in event.opened]
        colleague.record(
            COMMUNE,
            "person",
            self.child,
            {"phone": "0912000222"},
            verb=Verb.RESOLVE.value,
            base={"phone": ours.change.id},
            resolves={"phone": [conflict.id]},
        )
        self.stage.sync("colleague")
        self.stage.sync("writer")

    def _a_stay(self) -> None:
        for verb in (Verb.SHARE, Verb.UNSHARE):
            self._write("person", self.sister, {}, verb=verb.value, to=SHELTER, data=0)
            self.stage.sync("writer")
            self.stage.carry("shelter")

    def _a_move(self) -> None:
        self._write("person", self.child, {}, verb=Verb.MOVE.value, to=OTHER, data=0)
        self._seal(OTHER, verb=Verb.RESEAL.value, to=OTHER, base={"description": self.sealed.change.id})
        late: dict[str, Wire] = {"full_name": "Chìu Văn Sang"}
        self.stage.colleague.record(COMMUNE, "person", self.child, late, base={"full_name": self.name.change.id})
        for name in ("writer", "colleague"):
            self.stage.sync(name)
        self.stage.carry("neighbour")

    def _one_child_twice(self) -> None:
        """A second record of the friend, with a file as the first, is joined to it; a colleague who does not know yet
        edits it."""
        twin = uuid7()
        name = self._write("person", twin, {"full_name": "Bàn Văn Tài", "village": "Khe Lạc"})
        for person, number in ((self.friend, "QN-2"), (twin, "QN-3")):
            self._write("child_file", uuid7(), {"person": person, "case_number": number}, data=0)
        self.stage.sync("writer")
        self._write("person", twin, {JOINED_TO: self.friend}, verb=Verb.ALIAS.value, data=0, schema=SCHEMA_VERSION)
        late: dict[str, Wire] = {"full_name": "Bàn Văn Tai"}
        self.stage.colleague.record(COMMUNE, "person", twin, late, base={"full_name": name.change.id})
        for desk in ("writer", "colleague", "writer"):
            self.stage.sync(desk)

    def _a_later_version(self) -> None:
        """A field, a kind, and a member of the change itself that this version does not know."""
        later = MUCH_LATER
        self._write("person", self.friend, {"village": "Khe Lạc", "clan_name": "Chìu"}, schema=later)
        self._write("rainfall", uuid7(), {"person": self.friend, "millimetres": 40}, schema=later)
        writer = self.stage.writer
        plain = self._write("person", self.friend, {"occupation": "làm ruộng"}, schema=later)
        raw = msgspec.json.encode(msgspec.json.decode(plain.raw) | {"weather": {"rain": [1, 2]}})
        writer.lines[-1] = Line(plain.change, raw, writer.me.signing_key.sign(seal.CHANGE, raw))
        self.stage.sync("writer")

    def _a_file(self) -> RecordId:
        place = self.stage.places["photographer"]
        file = add_file(place.register, add_child(place.register), scan(FILE_BYTES))
        self.stage.carry("photographer")
        return file.id

    def _an_erasure(self) -> None:
        """Of a child whom the commune and the house hold; of two desks that still had a word, one sends its digest."""
        child = RecordId(uuid7())
        phone = self._write("person", child, {"full_name": "Tằng A Páo", "phone": "0912000333"})
        self._write("child_file", uuid7(), {"person": child, "case_number": "QN-4"}, data=0)
        self._write("home_visit", uuid7(), {"person": child, "visited_on": "2026-11-23", "observations": "Cháu ốm."})
        self._write("person", child, {}, verb=Verb.SHARE.value, to=SHELTER, data=0)
        self.stage.sync("writer")
        for name in ("shelter", "photographer", "newcomer"):
            self.stage.carry(name)
        late: dict[str, Wire] = {"phone": "0912000444"}
        self.stage.colleague.record(COMMUNE, "person", child, late, base={"phone": phone.change.id})
        self.stage.erase(child, before="colleague")
        self.stage.sync("colleague")
        self.stage.write_while_it_syncs("photographer", make_visit(child))
        for name in ("photographer", "shelter", *["newcomer"] * (BEGINS_ANEW - 1)):
            self.stage.carry(name)


def record(folder: Path) -> Trace:
    """Found a province in `folder`, tell the story at it; what there is to keep of that."""
    made = command(folder, "init", "--name", "Quảng Ninh", "--host", "127.0.0.1")
    assert made.returncode == 0, made.stderr
    desks = {name: KeptDesk.fresh(_code(folder, scope)) for name, scope in SCOPES.items()}
    start = pack(folder)
    begun_at = to_iso(SystemClock().now())
    with served(folder) as address, tempfile.TemporaryDirectory() as registers:
        stage = Stage(folder, Path(registers), address, desks)
        file = Story(stage).tell()
        content = stage.places["newcomer"].content(file)
        stage.close()
    return Trace(
        version=version("commune-desk"),
        begun_at=begun_at,
        start=start,
        desks=desks,
        exchanges=stage.tape.exchanges,
        orders=stage.orders,
        feeds=_feeds(folder),
        registers=stage.held,
        file=file,
        file_sha256=seal.sha256(content),
    )


def _code(folder: Path, scope: str) -> str:
    named = ("--name", "Ngôi nhà Ánh Dương") if scope == SHELTER else ()
    made = command(folder, "enrol-code", "--scope", scope, *named, "--json")
    assert made.returncode == 0, made.stderr
    return str(json.loads(made.stdout)["code"])


def _feeds(folder: Path) -> list[tuple[str, int, bytes]]:
    province = open_province(folder / "data", folder / "key.json")
    try:
        return feeds_of(province.database.read(lambda c: c.execute(FEED).all(), WHOLE_PROVINCE))
    finally:
        province.close()


def main() -> int:
    target = KEPT / f"{version('commune-desk')}.trace"
    if target.exists():
        sys.stderr.write(f"{target.name} is kept already and stays as it is.\n")
        return 1
    with tempfile.TemporaryDirectory() as name:
        trace = record(Path(name))
    KEPT.mkdir(exist_ok=True)
    trace.write(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
