"""A ticket outlives the process of its desk: the first sync of a day says no hello, and whatever is wrong costs one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from commune_desk.domain.records.kinds import SCHEMA_VERSION
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.desk import versions
from commune_desk.store.engine import settings
from commune_desk.store.exchange import tickets
from commune_desk.store.exchange.replica import RegisterReplica
from sync import protocol, seal
from sync.client import channel, errors
from sync.server.edge.tickets import LIFE_SECONDS
from tests.helpers.builders import make_person, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import RealProvince, real_province

pytestmark = pytest.mark.usefixtures("store_engine")

REFUSED_ONCE = [("/v1/push", 401), ("/v1/hello", 200), ("/v1/push", 200)]


class Pc:
    """A PC's clock that goes on, from wherever a test sets it."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return SystemClock().now() + self.ahead


class Wire:
    """What is asked of the province, and its answer's status."""

    def __init__(self, province: RealProvince) -> None:
        self._province = province
        self.seen: list[tuple[str, int]] = []
        self.watch()

    def watch(self) -> None:
        app = self._province.line.app

        async def watched(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
            async def told(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    self.seen.append((scope["path"], message["status"]))
                await send(message)

            await app(scope, receive, told)

        self._province.line.app = watched

    def begin_anew(self) -> None:
        """A new process of the province: it knows no ticket any more."""
        self._province.restart()
        self.watch()

    @property
    def hellos(self) -> int:
        return sum(path == "/v1/hello" for path, _ in self.seen)

    @property
    def refused(self) -> int:
        return sum(status != 200 for _, status in self.seen)


class Office:
    """A desk that was in touch the day before, and is opened anew for each sync of a test."""

    def __init__(self, desk: EnrolledDesk, pc: Pc, wire: Wire) -> None:
        self.desk, self.pc, self.wire = desk, pc, wire
        self._names = 0
        self.morning()

    def morning(self, **later: float) -> list[tuple[str, int]]:
        """The PC's clock stands so much later; a new process sends what was written. What went over the line."""
        self.pc.ahead += timedelta(**later)
        self._names += 1
        self.desk.restart()
        self.desk.open.register.write(save_all(make_person(f"Người {self._names}"))).result()
        self.wire.seen.clear()
        self.desk.session().sync()
        assert self.desk.ask("SELECT count(*) FROM change WHERE state='waiting'") == [(0,)]
        return self.wire.seen

    def all_there_once(self) -> bool:
        """Whether the register says of each name that it stands, and the province holds each change once."""
        ((held, places),) = self.desk.ask("SELECT count(*), count(DISTINCT seq) FROM change WHERE state='accepted'")
        return bool(held == places > self._names)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    pc = Pc()
    with real_province(tmp_path) as province:
        desk = enrolled_desk(province, tmp_path / "desk", clock=pc)
        yield Office(desk, pc, Wire(province))
        desk.close()


@pytest.mark.parametrize("hours", [0, 15, 63])
def test_the_first_sync_of_a_day_sends_its_visits_at_once(
    office: Office, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a night and after a weekend."""
    assert office.morning(hours=hours)[0] == ("/v1/push", 200)
    assert (office.wire.hellos, office.wire.refused) == (0, 0)
    with monkeypatch.context() as patch:
        patch.setattr(RegisterReplica, "kept_ticket", lambda self: None)
        assert office.morning()[0] == ("/v1/hello", 200), "the twin: without the kept ticket"
    assert office.all_there_once()


def test_a_province_that_was_begun_anew_over_night_costs_a_hello(office: Office) -> None:
    office.wire.begin_anew()
    assert office.morning(hours=15)[:3] == REFUSED_ONCE
    assert (office.wire.hellos, office.wire.refused) == (1, 1)
    assert office.morning()[0] == ("/v1/push", 200), "the new ticket is kept"
    assert office.all_there_once()


def test_without_saying_hello_again_it_would_send_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    office.wire.begin_anew()
    monkeypatch.setattr(channel.Channel, "call", channel.Channel._call)
    with pytest.raises(channel.Refused):
        office.morning(hours=15)


def test_a_sync_that_broke_off_is_gone_on_with(office: Office) -> None:
    """The power went out after the province had taken a push: its receipt never came, its counter is used."""
    line = office.desk.province.line
    line.lose_reply_of = "/v1/push"
    with pytest.raises(errors.HalfPage):
        office.morning(hours=15)
    line.lose_reply_of = ""
    assert office.morning()[0] == ("/v1/push", 200)
    assert (office.wire.hellos, office.wire.refused) == (0, 0)
    assert office.all_there_once()


def test_a_process_that_counted_from_the_start_again_would_be_refused_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(channel, "_COUNTED_A_SECOND", 0)
    assert office.morning(hours=15)[:3] == REFUSED_ONCE
    assert office.all_there_once()


def test_a_clock_that_went_back_behind_the_ticket_asks_for_another(office: Office) -> None:
    assert office.morning(days=-900)[:2] == [("/v1/hello", 200), ("/v1/push", 200)]
    assert office.morning(days=2000)[:2] == [("/v1/hello", 200), ("/v1/push", 200)], "nor forward by years"
    assert office.wire.refused == 0
    assert office.all_there_once()


def test_a_clock_that_went_back_to_counters_that_are_used_costs_a_hello(office: Office) -> None:
    assert office.morning(hours=2)[0] == ("/v1/push", 200)
    assert office.morning(hours=-1)[:3] == REFUSED_ONCE
    assert office.wire.refused == 1
    assert office.morning()[0] == ("/v1/push", 200)
    assert office.all_there_once()


def test_a_ticket_near_its_end_is_not_begun_with(office: Office) -> None:
    assert office.morning(seconds=LIFE_SECONDS - 59)[:2] == [("/v1/hello", 200), ("/v1/push", 200)]
    assert office.wire.refused == 0


def _kept(office: Office) -> tickets.Kept:
    def read(tx: Any) -> tickets.Kept | None:
        return settings.get(tx.connection, tickets.TICKET, tickets.Kept | None, None)  # type: ignore[arg-type]

    found = office.desk.open.register.write(read).result()[0]
    assert found is not None
    return found


def _put(office: Office, setting: str, value: object) -> None:
    office.desk.open.register.write(lambda tx: settings.put(tx.connection, setting, value)).result()


def test_an_older_copy_of_the_register_costs_a_hello_at_most(office: Office) -> None:
    """Its ticket is that of a province that was begun anew since."""
    older = _kept(office)
    office.wire.begin_anew()
    office.morning(hours=15)
    assert _kept(office).ticket.ticket != older.ticket.ticket
    _put(office, tickets.TICKET, older)
    assert office.morning()[:3] == REFUSED_ONCE
    assert office.wire.refused == 1
    assert office.all_there_once()


@pytest.mark.parametrize("of", ["another desk", "another epoch", "an older program"])
def test_a_ticket_of_something_else_is_not_begun_with(office: Office, of: str) -> None:
    kept = _kept(office)
    if of == "an older program":
        _put(office, versions.OWN_SCHEMA, SCHEMA_VERSION - 1)
    else:
        other = {"desk": "ZZZZZZ"} if of == "another desk" else {"epoch": "0" * 32}
        not_its_own = msgspec.structs.replace(kept.ticket, **other)
        _put(office, tickets.TICKET, msgspec.structs.replace(kept, ticket=not_its_own))
    assert office.morning()[:2] == [("/v1/hello", 200), ("/v1/push", 200)]
    _put(office, tickets.TICKET, kept)
    assert office.morning()[0] == ("/v1/push", 200), "the twin: as it was kept"


def test_a_desk_that_is_enrolled_anew_says_hello_under_its_new_id(office: Office) -> None:
    former = office.desk.id
    office.desk.enrol_anew()
    assert office.morning()[0] == ("/v1/hello", 200)
    assert _kept(office).ticket.desk == office.desk.id != former


def test_a_kept_ticket_is_worth_nothing_without_the_key(office: Office) -> None:
    """Somebody has it, and signs with a key of their own."""
    kept, own = _kept(office).ticket, office.desk.open.register.identity
    pins = own.pins
    assert pins is not None

    def answered(key: seal.SigningKey) -> str:
        line = channel.Channel(
            office.desk.province.transport(), key_id=own.desk, key=key, authority_public=pins.authority_public
        )
        line.resume(kept, 3600.0)
        request = protocol.PullRequest(epoch=own.epoch, cursors={})
        try:
            line.call("/v1/pull", protocol.encode(request), seal.FEED)
        except errors.NotRecognised:
            return "refused"
        return "a page"

    assert answered(seal.SigningKey.generate()) == "refused"
    assert answered(seal.SigningKey.from_bytes(own.signing)) == "a page", "the twin: with the desk's key"


def test_what_is_kept_is_read_however_far_the_clock_is_off(office: Office) -> None:
    """Nor does a clock in the year 9999, with a province that lets tickets live for ever, break anything."""
    kept = _kept(office)
    for_ever = msgspec.structs.replace(kept.ticket, seconds=2**52)
    _put(office, tickets.TICKET, msgspec.structs.replace(kept, ticket=for_ever))
    office.pc.ahead = datetime(9999, 6, 1, tzinfo=UTC) - SystemClock().now()
    assert office.morning()[0] == ("/v1/hello", 200)
