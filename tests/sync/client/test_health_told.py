"""How a PC stands reaches the province once a day, and its administrator sees which one somebody should look after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from commune_desk import __version__
from commune_desk.domain.records.kinds import SCHEMA_VERSION
from commune_desk.domain.time.clock import from_iso, to_iso
from commune_desk.store.exchange import health
from commune_desk.store.pages.sync_status import sync_facts
from sync import framing, protocol, purge_wire
from sync.client.errors import Forked
from sync.server.commands.console import Console
from sync.server.commands.desk_table import print_desks, warn_of_desks
from sync.server.commands.texts import Texts
from sync.server.engine import tables
from sync.server.identity import desks
from sync.server.lifecycle.status import DeskStatus, read_status
from tests.helpers.builders import make_person, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.workplaces import HandClock
from tests.sync.actors.in_process import InProcess
from tests.sync.actors.real_province import RealProvince, real_province
from tests.sync.actors.server_fixtures import ServerDesk, World

NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
NAME = "Chìu Văn Không Ai Biết"

pytestmark = pytest.mark.usefixtures("store_engine")


class Heard(InProcess):
    """The line, and which paths went over it with how many bytes."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.bodies: list[tuple[str, bytes]] = []

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.bodies.append((request.path_url, request.body.getvalue() if request.body is not None else b""))
        return super().send(request, *args, **kwargs)

    def reports(self) -> list[dict[str, Any]]:
        """What was reported since this was asked last."""
        said = [json.loads(framing.inflate(body)) for path, body in self.bodies if path == "/v1/report"]
        self.bodies.clear()
        return said


@pytest.fixture
def pc() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def there() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def real(tmp_path: Path, there: HandClock) -> Iterator[RealProvince]:
    with real_province(tmp_path, clock=there) as made:
        made.line.shut()
        made.line = Heard(made.line.app)
        yield made


@pytest.fixture
def line(real: RealProvince) -> Heard:
    assert isinstance(real.line, Heard)
    return real.line


@pytest.fixture
def desk(real: RealProvince, tmp_path: Path, pc: HandClock) -> Iterator[EnrolledDesk]:
    with closing(enrolled_desk(real, tmp_path / "pc", clock=pc)) as made:
        yield made


def status(real: RealProvince) -> DeskStatus:
    (one,) = read_status(real.province).desks
    return one


def shown(real: RealProvince) -> tuple[str, list[str]]:
    """The table of the PCs as one text, and the warnings below it."""
    listed, table, warned = read_status(real.province).desks, list[str](), list[str]()
    print_desks(listed, Console(Texts("en"), table.append, input, is_at_terminal=False))
    warn_of_desks(listed, Console(Texts("en"), warned.append, input, is_at_terminal=False), now=_now(real))
    return "\n".join(table), warned


def _now(real: RealProvince) -> datetime:
    return real.province.clock.now()


def days_pass(pc: HandClock, there: HandClock, days: int) -> None:
    pc.pass_by(days=days)
    there.pass_by(days=days)


def stop(real: RealProvince, desk: EnrolledDesk, state: str = desks.FROZEN) -> None:
    """Take the PC out of service at the province, as where a copy of its register has sent under its numbers."""
    real.write(lambda c: c.execute(update(tables.desk).where(tables.desk.c.id == desk.id).values(status=state)))


def test_it_is_told_at_the_first_sync_and_no_more_that_day(
    real: RealProvince, desk: EnrolledDesk, line: Heard, pc: HandClock, there: HandClock
) -> None:
    assert status(real).health is None
    assert status(real).program_version == "0", "as it was enrolled"
    desk.open.register.write(save_all(make_person(NAME))).result()
    desk.sync()
    (said,) = line.reports()
    assert said == {"program_version": __version__, "schema": SCHEMA_VERSION, "clock_ahead": 0}
    found = status(real)
    assert found.program_version == __version__
    assert found.health is not None
    assert (found.health.waiting, found.health.oldest_at, found.health.clock_ahead) == (0, "", 0)
    assert (found.health.said_at, found.health.schema) == (to_iso(NOW), SCHEMA_VERSION)
    desk.restart()
    for _again in range(3):
        desk.sync()
    assert line.reports() == [], "a routine sync makes no request for it"
    days_pass(pc, there, 1)
    desk.sync()
    assert len(line.reports()) == 1
    assert status(real).health is not None
    assert status(real).health.said_at == to_iso(NOW + timedelta(days=1))  # type: ignore[union-attr]


def test_after_an_update_it_is_told_at_once(
    real: RealProvince, desk: EnrolledDesk, line: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sync()
    line.reports()
    monkeypatch.setattr(health, "__version__", "99.1")
    desk.sync()
    desk.sync()
    assert [said["program_version"] for said in line.reports()] == ["99.1"]
    assert status(real).program_version == "99.1"
    assert " 99.1 " in shown(real)[0]
    monkeypatch.setattr(health, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    desk.sync()
    assert [said["schema"] for said in line.reports()] == [SCHEMA_VERSION + 1]


def test_a_pc_that_is_stopped_says_for_how_long_its_words_have_waited(
    real: RealProvince, desk: EnrolledDesk, line: Heard, pc: HandClock, there: HandClock
) -> None:
    desk.sync()
    stop(real, desk)
    desk.open.register.write(save_all(make_person(NAME), make_person("Chìu Thị Hai"))).result()
    written = to_iso(pc.now())
    with pytest.raises(Forked):
        desk.sync()
    assert shown(real)[1] == [], "told today already"
    days_pass(pc, there, 8)
    line.reports()
    with pytest.raises(Forked):
        desk.sync()
    ((said,), (_, warned)) = line.reports(), shown(real)
    assert (said["waiting"], said["oldest_waiting_at"]) == (2, written)
    assert NAME not in str(said)
    assert len(warned) == 1
    assert all(part in warned[0] for part in (desk.id, "2 changes", "09:00 26/11/2026"))
    with pytest.raises(Forked):
        desk.sync()
    assert line.reports() == [], "a refused sync makes no request for it every time either"
    stop(real, desk, desks.REVOKED)
    assert shown(real)[1] == [], "nobody looks after a PC that was withdrawn"


def test_of_what_waits_for_a_week_at_most_nobody_is_warned(
    real: RealProvince, desk: EnrolledDesk, pc: HandClock, there: HandClock
) -> None:
    """The twin."""
    desk.sync()
    stop(real, desk)
    desk.open.register.write(save_all(make_person(NAME))).result()
    days_pass(pc, there, 7)
    with pytest.raises(Forked):
        desk.sync()
    assert status(real).health.waiting == 1  # type: ignore[union-attr]
    assert shown(real)[1] == []


def test_without_a_line_nothing_is_noted_as_told(desk: EnrolledDesk, line: Heard) -> None:
    line.down_at = "/v1/report"
    desk.sync()
    assert desk.open.register.read(sync_facts).is_proven_whole, "that nobody heard how it stands fails no sync"
    line.down_at = ""
    line.reports()
    desk.sync()
    assert len(line.reports()) == 1


@pytest.mark.parametrize(
    ("off", "words"), [(timedelta(hours=3), "180 minutes ahead"), (-timedelta(minutes=11), "11 minutes behind")]
)
def test_a_clock_that_is_off_is_named(
    real: RealProvince, desk: EnrolledDesk, pc: HandClock, off: timedelta, words: str
) -> None:
    pc.at = NOW + off
    desk.sync()
    assert status(real).health.clock_ahead == off.total_seconds()  # type: ignore[union-attr]
    table, (warned,) = shown(real)
    assert f"{round(off.total_seconds()):+d} s" in table
    assert words in warned


def test_a_clock_that_is_off_by_ten_minutes_is_not(real: RealProvince, desk: EnrolledDesk, pc: HandClock) -> None:
    """The twin."""
    pc.at = NOW + timedelta(minutes=10)
    desk.sync()
    assert status(real).health.clock_ahead == 600  # type: ignore[union-attr]
    assert shown(real)[1] == []


def test_an_empty_battery_keeps_no_sync_from_going_through(
    real: RealProvince, desk: EnrolledDesk, pc: HandClock
) -> None:
    pc.at = datetime(1970, 1, 1, 1, 0, tzinfo=UTC)
    desk.open.register.write(save_all(make_person(NAME))).result()
    desk.sync()
    assert status(real).health.clock_ahead == (pc.at - NOW).total_seconds()  # type: ignore[union-attr]


def test_what_no_province_takes_is_brought_within_its_bounds() -> None:
    wild = purge_wire.Health(
        oldest_waiting_at="9999-01-01T00:00:00Z", clock_ahead=-(1 << 52), program_version="1" * 90, waiting=3
    )
    said = purge_wire.bounded(wild)
    assert protocol.decode(protocol.encode(said), purge_wire.Health) == said
    assert (said.oldest_waiting_at, said.clock_ahead, len(said.program_version)) == ("", -purge_wire.MOST_AHEAD, 20)


def _say(desk: ServerDesk, **told: object) -> int:
    return desk.post("/v1/report", msgspec.json.encode({"program_version": "2.0", **told})).status


@pytest.mark.parametrize(
    "told",
    [
        {"waiting": -1},
        {"waiting": 1 << 53},
        {"waiting": "12"},
        {"oldest_waiting_at": "yesterday"},
        {"oldest_waiting_at": "2026-02-30T00:00:00Z"},
        {"clock_ahead": purge_wire.MOST_AHEAD + 1},
        {"clock_ahead": -purge_wire.MOST_AHEAD - 1},
        {"clock_ahead": 1.5},
        {"schema": -1},
        {"schema": 10**30},
        {"program_version": 2},
    ],
)
def test_numbers_out_of_range_are_refused_and_nothing_of_them_kept(world: World, told: dict[str, object]) -> None:
    desk = world.desk()
    assert _say(desk, waiting=4) == 200
    assert _say(desk, **told) == 400
    ((kept,),) = world.rows(select(tables.desk_health.c.waiting))
    assert kept == 4


def test_a_pc_speaks_for_itself_alone_and_its_words_are_harmless(world: World) -> None:
    one, other = world.desk(), world.desk()
    assert _say(other, waiting=1) == 200
    assert (
        _say(one, waiting=0, oldest_waiting_at="2020-01-01T00:00:00Z", program_version="\x1b[2J\x00" + "9" * 90) == 200
    )
    listed = {found.desk: found for found in read_status(world.province).desks}
    assert listed[other.id].health.waiting == 1  # type: ignore[union-attr]
    assert listed[one.id].health.oldest_at == "", "nothing waits there"  # type: ignore[union-attr]
    assert len(listed[one.id].program_version) == 20
    lines: list[str] = []
    print_desks(list(listed.values()), Console(Texts("en"), lines.append, input, is_at_terminal=False))
    assert "\x1b" not in "".join(lines)


def test_a_desk_of_an_older_program_says_nothing_and_what_it_said_before_stays(world: World) -> None:
    desk = world.desk()
    assert desk.post("/v1/report", b"{}").status == 200
    assert world.count("desk_health") == 0
    assert _say(desk, waiting=2) == 200
    assert desk.post("/v1/report", b'{"purges":[],"waiting":9}').status == 200
    ((kept, said_at),) = world.rows(select(tables.desk_health.c.waiting, tables.desk_health.c.said_at))
    assert (kept, from_iso(said_at)) == (2, world.province.clock.now())


def test_a_province_of_an_older_program_reads_it_as_what_it_knew(desk: EnrolledDesk, line: Heard) -> None:
    class Former(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
        purges: list[purge_wire.SignedPurge] = []
        waiting: protocol.Count = 0
        oldest_waiting_at: str = ""
        program_version: str = ""

    desk.sync()
    (said,) = line.reports()
    assert protocol.decode(msgspec.json.encode(said), Former).purges == []
