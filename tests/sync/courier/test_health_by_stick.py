"""How a PC that goes by stick stands, as its province is shown it: true whatever arrived, and in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select, update

from commune_desk import __version__
from commune_desk.domain.records.kinds import SCHEMA_VERSION
from commune_desk.domain.time.clock import to_iso
from commune_desk.usecases.sync.courier import Courier
from sync import bundle, protocol, purge_wire
from sync.bundle import PartKind
from sync.client import courier as client
from sync.server.commands.console import Console
from sync.server.commands.desk_table import print_desks, warn_of_desks
from sync.server.commands.texts import Texts
from sync.server.edge.courier import existing
from sync.server.engine import tables
from sync.server.engine.database import NO_SCOPE
from sync.server.identity import desks
from sync.server.intake.desk_health import keep_carried
from sync.server.lifecycle.status import DeskHealth, read_status
from tests.helpers.builders import make_person, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.workplaces import HandClock
from tests.sync.actors.couriers import bring, empty
from tests.sync.actors.real_province import RealProvince, real_province
from tests.sync.actors.server_fixtures import World

NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("store_engine")


class Island:
    """A PC that had a line once, to learn what it seals for, and its sticks; both clocks go by hand."""

    def __init__(self, real: RealProvince, desk: EnrolledDesk, pc: HandClock, there: HandClock, stick: Path) -> None:
        self.real, self.desk, self.pc, self.there, self._stick = real, desk, pc, there, stick
        stick.mkdir()

    def save(self, *names: str) -> None:
        self.desk.open.register.write(save_all(*map(make_person, names))).result()

    def write_out(self, *, room: int = bundle.MAX_INSIDE) -> list[bytes]:
        with empty(self._stick):
            wrote = Courier(self.desk.open.register, lambda changes: None, room=room).write_out(self._stick)
            return [(self._stick / bundle.named(one)).read_bytes() for one in wrote.fingerprints]

    def read_in(self, *files: bytes) -> None:
        with empty(self._stick):
            for data in files:
                (self._stick / bundle.file_name(data)).write_bytes(data)
            Courier(self.desk.open.register, lambda changes: None).read_in(self._stick)

    def bring(self, *files: bytes) -> list[bytes]:
        return bring(self.real.province, *files)

    def days_pass(self, days: int) -> None:
        self.pc.pass_by(days=days)
        self.there.pass_by(days=days)

    @property
    def health(self) -> DeskHealth | None:
        (one,) = read_status(self.real.province).desks
        return one.health

    @property
    def waiting(self) -> tuple[int, str]:
        assert self.health is not None
        return self.health.waiting, self.health.oldest_at

    def shown(self) -> tuple[str, list[str]]:
        """The table of the PCs as one text, and the warnings below it."""
        listed, table, warned = read_status(self.real.province).desks, list[str](), list[str]()
        print_desks(listed, Console(Texts("en"), table.append, input, is_at_terminal=False))
        console = Console(Texts("en"), warned.append, input, is_at_terminal=False)
        warn_of_desks(listed, console, now=self.there.now())
        return "\n".join(table), warned


@pytest.fixture
def island(tmp_path: Path) -> Iterator[Island]:
    pc, there = HandClock(NOW), HandClock(NOW)
    with real_province(tmp_path, clock=there) as real, closing(enrolled_desk(real, tmp_path / "pc", clock=pc)) as desk:
        real.line.down_at = "/v1/report"
        desk.sync()
        real.line.down_at = ""
        yield Island(real, desk, pc, there, tmp_path / "stick")


def test_a_stick_tells_it(island: Island) -> None:
    assert island.health is None
    island.save("Chìu Văn Một", "Chìu Thị Hai")
    files = island.write_out()
    island.there.pass_by(days=2)
    island.bring(*files)
    assert island.health == DeskHealth(
        said_at=to_iso(NOW), waiting=0, oldest_at="", clock_ahead=None, schema=SCHEMA_VERSION
    )
    assert f" {__version__} " in island.shown()[0]
    assert island.shown()[1] == []


def test_each_stick_tells_it_anew_and_one_brought_again_changes_nothing(island: Island) -> None:
    island.save("Chìu Văn Một")
    first = island.write_out()
    island.days_pass(3)
    island.save("Chìu Thị Hai")
    *_, second = island.write_out(room=1)
    island.bring(second)
    assert island.waiting == (1, to_iso(NOW)), "what comes before is missing here: that alone waits there"
    island.bring(*first)
    assert island.waiting == (0, "")
    assert island.health is not None
    assert island.health.said_at == to_iso(NOW + timedelta(days=3)), "the older one says nothing any more"
    island.bring(*first, second)
    assert (island.waiting, island.health.said_at) == ((0, ""), to_iso(NOW + timedelta(days=3)))


def test_of_a_stick_that_was_lost_the_next_trip_tells(island: Island) -> None:
    """Of several files only the last arrives, and nobody brings the others."""
    island.save("Chìu Văn Một", "Chìu Thị Hai", "Chìu Văn Ba")
    *_lost, last = island.write_out(room=1)
    assert _lost
    island.bring(last)
    count, since = island.waiting
    assert (count, since) == (2, to_iso(NOW)), "the last is here, and waits for the others"
    island.days_pass(8)
    (warned,) = island.shown()[1]
    assert all(part in warned for part in (island.desk.id, "2 changes", "09:00 26/11/2026"))
    island.bring(*island.write_out())
    assert (island.waiting, island.shown()[1]) == ((0, ""), [])


def test_what_stays_behind_is_told(island: Island) -> None:
    """What the province's program does not know yet has no number: no bundle brings it."""
    island.save("Chìu Văn Một")
    island.bring(*island.write_out())
    island.desk.open.register.write(
        lambda tx: tx.connection.execute("UPDATE change SET state='staged', code='9999' WHERE state='waiting'")
    ).result()
    (said,) = _told(island, island.write_out())
    assert (said.waiting, said.oldest_waiting_at, said.carried_since) == (1, to_iso(NOW), "")
    island.bring(*island.write_out())
    assert island.waiting == (1, to_iso(NOW))


def _told(island: Island, files: list[bytes]) -> list[purge_wire.PurgeRequest]:
    key = island.real.province.keys.courier
    opened = [bundle.open_bundle(data, key, protocol.PROVINCE_DESK) for data in files]
    return [protocol.decode(body, purge_wire.PurgeRequest) for one in opened for _, body in one.parts(PartKind.PURGES)]


def test_what_is_heard_over_a_line_stands_until_a_later_stick(island: Island) -> None:
    island.save("Chìu Văn Một")
    old = island.write_out()
    island.days_pass(2)
    island.desk.sync()
    island.bring(*old)
    over_the_line = island.health
    assert over_the_line is not None
    assert (over_the_line.said_at, over_the_line.clock_ahead) == (to_iso(NOW + timedelta(days=2)), 0)
    island.days_pass(1)
    island.bring(*island.write_out())
    assert island.health is not None
    assert island.health.said_at == to_iso(NOW + timedelta(days=3)), "the twin"


def test_a_clock_that_went_back_hides_no_later_stick(island: Island) -> None:
    island.save("Chìu Văn Một")
    island.bring(*island.write_out())
    island.pc.at = NOW - timedelta(days=40)
    island.save("Chìu Thị Hai")
    *_, last = island.write_out(room=1)
    island.there.pass_by(days=1)
    island.bring(last)
    assert island.health is not None
    assert island.health.said_at == to_iso(NOW - timedelta(days=40)), "by that PC's clock"


def test_a_clock_that_is_surely_ahead_is_named(island: Island) -> None:
    island.pc.at = NOW + timedelta(hours=3)
    island.bring(*island.write_out())
    assert island.health is not None
    assert (island.health.said_at, island.health.clock_ahead) == (to_iso(NOW), 3 * 3600)
    assert "180 minutes ahead" in island.shown()[1][0]


def test_a_stick_of_another_time_tells_it_too(island: Island) -> None:
    """Its changes are not taken in: it is said that they wait."""
    from sync.server.lifecycle.restoring import begin

    island.save("Chìu Văn Một")
    files = island.write_out()
    begin(island.real.province)
    replies = island.bring(*files)
    assert island.waiting == (1, to_iso(NOW))
    island.read_in(*replies)
    island.bring(*island.write_out())
    assert island.waiting == (0, ""), "the twin: the next one brings them"


def test_who_is_stopped_is_seen_to_wait(island: Island) -> None:
    table = tables.desk
    island.real.write(
        lambda c: c.execute(update(table).where(table.c.id == island.desk.id).values(status=desks.FROZEN))
    )
    island.save("Chìu Văn Một")
    island.bring(*island.write_out())
    island.days_pass(8)
    assert len(island.shown()[1]) == 1


def test_of_an_older_program_a_stick_says_nothing_and_what_was_said_stays(
    island: Island, monkeypatch: pytest.MonkeyPatch
) -> None:
    island.save("Chìu Văn Một")
    island.bring(*island.write_out())
    told = island.health
    island.save("Chìu Thị Hai")
    monkeypatch.setattr(client, "_standing", lambda _: [bundle.part(PartKind.PURGES, b"{}")])
    island.bring(*island.write_out())
    assert island.health == told is not None


def test_nor_is_anything_kept_of_one_that_never_sent_a_change(world: World) -> None:
    desk = world.desk()
    caller = existing_desk(world, desk.id)
    keep_carried(world.province, caller, purge_wire.Health(), to_iso(NOW))
    assert world.count("desk_health") == 0
    keep_carried(world.province, caller, purge_wire.Health(program_version="2.0"), to_iso(NOW))
    assert world.count("desk_health") == 1, "the twin"


def existing_desk(world: World, desk: str) -> desks.DeskState:
    return world.province.database.read(lambda connection: existing(connection, desk), NO_SCOPE)


def test_a_province_of_an_older_program_reads_the_part_as_what_it_knew(island: Island) -> None:
    class Former(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
        purges: list[purge_wire.SignedPurge] = []

    island.save("Chìu Văn Một")
    (said,) = _told(island, island.write_out())
    assert protocol.decode(protocol.encode(said), Former).purges == []
    assert island.real.scalars(select(tables.desk_health.c.desk)) == []
