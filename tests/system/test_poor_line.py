"""A desk at a province over a line that is slow, late, cut, silent or listened to: all arrives, and once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from commune_desk.domain.words.errors import DeskError
from sync.client import errors
from sync.client.session import Session
from sync.client.transport import Limits
from tests.helpers.examples import examples
from tests.helpers.store_engine import StoreEngine
from tests.sync.actors.fault_proxy import FaultProxy, Toxics
from tests.system.served_desks import ServedDesk, join, served

pytestmark = pytest.mark.usefixtures("store_engine")

CUTS = [60, 400, 1200, 2500, 5000]
"""Within the handshake, the hello, a push and a page."""
ANY_BYTE, LAST_BYTE = 6, 6000
"""How many more cuts are drawn, and where the last may be: a sync of these desks says fewer bytes than that."""


@dataclass(frozen=True)
class Lines:
    """Two desks: `here` behind the bad line, `there` on a good one."""

    here: ServedDesk
    there: ServedDesk
    proxy: FaultProxy

    def all_arrived(self) -> None:
        """On a good line both end with the same changes, each of them once."""
        self.proxy.toxics = Toxics()
        for desk in (self.here, self.there, self.here):
            desk.sync()
        assert self.here.changes() == self.there.changes()
        assert len(set(self.here.changes())) == len(self.here.changes())


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory, store_engine: StoreEngine) -> Iterator[Lines]:
    """The same two desks for all: each test leaves them in step."""
    folder: Path = tmp_path_factory.mktemp("lines")
    with served(folder) as (province, codes):
        province.start()
        here, there = (join(folder, name, province.address, code) for name, code in zip("ab", codes, strict=True))
        with FaultProxy(("127.0.0.1", province.port)) as proxy:
            here.address = f"https://127.0.0.1:{proxy.port}"
            yield Lines(here, there, proxy)
        for desk in (here, there):
            desk.register.close()


def test_a_slow_and_late_line_is_enough(lines: Lines) -> None:
    """256 kbit/s, and a tenth of a second each way."""
    lines.there.write(5)
    lines.there.sync()
    lines.here.write(5)
    lines.proxy.toxics = Toxics(delay_seconds=0.1, bytes_per_second=32_000)
    outcome = lines.here.sync()
    assert (outcome.pushed, outcome.pulled) == (30, 60)
    lines.all_arrived()


@pytest.mark.parametrize("is_up", [True, False], ids=["up", "down"])
def test_a_line_cut_at_any_byte_loses_and_doubles_nothing(lines: Lines, is_up: bool) -> None:
    lines.there.write(3)
    lines.there.sync()
    for cut in CUTS:
        _cut(lines, cut, is_up=is_up)
    lines.all_arrived()


@settings(max_examples=examples(2), phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(cuts=st.lists(st.tuples(st.integers(1, LAST_BYTE), st.booleans()), min_size=ANY_BYTE, max_size=ANY_BYTE))
def test_nor_does_one_cut_at_bytes_that_chance_draws(lines: Lines, cuts: list[tuple[int, bool]]) -> None:
    lines.there.write(1)
    lines.there.sync()
    for cut, is_up in cuts:
        _cut(lines, cut, is_up=is_up)
    lines.all_arrived()


def _cut(lines: Lines, cut: int, *, is_up: bool) -> None:
    lines.here.write(1)
    lines.proxy.toxics = Toxics(cut_up_after=cut) if is_up else Toxics(cut_down_after=cut)
    with suppress(errors.LineFault):  # a cut beyond the last byte is none
        lines.here.sync()


@pytest.mark.parametrize("after", [0, 400])
def test_what_a_line_says_twice_is_heard_once(lines: Lines, after: int) -> None:
    """TLS tells that it was said before, and gives up the line: nothing of it counts a second time."""
    lines.there.write(2)
    lines.there.sync()
    lines.here.write(2)
    lines.proxy.toxics = Toxics(twice_down_after=after)
    with pytest.raises(errors.LineFault):
        lines.here.sync()
    lines.all_arrived()


def test_a_line_that_only_swallows_is_given_up_and_nothing_is_lost(lines: Lines) -> None:
    lines.here.write(2)
    lines.here.limits = Limits(connect_seconds=1, read_seconds=1, total_seconds=3)
    lines.proxy.toxics = Toxics(half_open=True)
    with pytest.raises(errors.LineFault):
        lines.here.sync()
    lines.here.limits = Limits()
    lines.all_arrived()


def test_what_somebody_recorded_and_sends_again_changes_nothing(lines: Lines) -> None:
    lines.here.write(2)
    lines.here.sync()
    before = lines.here.changes()
    for connection in range(len(lines.proxy.recorded)):
        assert lines.proxy.recorded[connection]
        lines.proxy.replay(connection)
    lines.all_arrived()
    assert lines.here.changes() == before


def test_a_desk_that_counted_its_changes_as_sent_would_be_found(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the line breaks, and the journal says all the same that the province has everything."""
    monkeypatch.setattr(Session, "_refuse_forgetful", lambda *_: None)  # a page would tell it of its error
    lines.here.write(2)
    lines.proxy.toxics = Toxics(cut_up_after=CUTS[1])
    with pytest.raises(DeskError):
        lines.here.sync()
    lines.here.ask("UPDATE change SET state='accepted'")
    with pytest.raises(AssertionError):
        lines.all_arrived()
    lines.here.replica().resend_from(1)
    lines.all_arrived()
