"""Files over a real line that breaks at any byte, to a real server that is killed: they go on, and end up whole."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.exchange.file_replica import RegisterFiles
from sync.client.enrol import enrol
from sync.client.errors import LineFault
from sync.client.transport import Transport
from sync.file_wire import FileTask
from sync.server.lifecycle.founding import found
from tests.helpers.attached import add_child, add_file, scan
from tests.helpers.store_engine import engine
from tests.story.province import Province
from tests.sync.actors.fault_proxy import FaultProxy, Toxics
from tests.sync.actors.file_office import Place
from tests.sync.actors.real_desks import make_register
from tests.sync.actors.real_province import RealProvince

pytestmark = pytest.mark.usefixtures("store_engine")

SIZE = 1_500_000
SEED = 20261126
MOST_SYNCS = 80


class Served:
    """A province served by a process, a proxy before it that breaks, and two desks that know only the proxy."""

    def __init__(self, folder: Path) -> None:
        self.province = Province(folder)
        founded = found(
            self.province.data,
            self.province.key_file,
            name="Tests",
            hosts=["127.0.0.1"],
            clock=SystemClock(),
            where=engine.new(),
        )
        codes = [RealProvince(founded).code().code for _ in range(2)]
        founded.close()
        self.province.start()
        self.proxy = FaultProxy(("127.0.0.1", self.province.port))
        self.here, self.there = (self._join(code, folder / f"{n}.db") for n, code in enumerate(codes))

    def _join(self, code: str, path: Path) -> Place:
        enrolment = enrol(self.province.address, code, path.stem, program_version="0")
        make_register(path, enrolment)
        address = f"https://127.0.0.1:{self.proxy.port}"
        return Place(path, SystemClock(), lambda: Transport(address, ca_pem=enrolment.ca_pem))

    def add(self) -> RecordId:
        return add_file(self.here.register, add_child(self.here.register), scan(SIZE)).id


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    with made.proxy:
        yield made
    for desk in (made.here, made.there):
        desk.register.close()
    made.province.kill()


def carry_until_done(served: Served, desk: Place, file: RecordId, toxics: list[Toxics]) -> int:
    """Sync on a line that breaks another way each time; how many syncs it took. What is over never grows less."""
    reached = 0
    for turn in range(MOST_SYNCS):
        served.proxy.toxics = toxics[turn % len(toxics)]
        with suppress(LineFault):
            desk.carry()
        state, _code, now = desk.state(file)
        assert now >= reached
        reached = now
        if state == "done":
            return turn + 1
    raise AssertionError(f"{reached} bytes after {MOST_SYNCS} syncs")


def test_a_file_goes_up_and_comes_down_over_a_line_cut_at_any_byte(served: Served) -> None:
    chance = random.Random(SEED)
    file = served.add()
    cuts = [Toxics(cut_up_after=chance.randrange(15_000, 500_000)) for _ in range(20)]
    assert carry_until_done(served, served.here, file, cuts) > 3
    served.proxy.toxics = Toxics()
    served.there.carry()
    served.there.ask_for(file)
    cuts = [Toxics(cut_down_after=chance.randrange(15_000, 500_000)) for _ in range(20)]
    assert carry_until_done(served, served.there, file, cuts) > 3
    assert served.there.content(file) == scan(SIZE)


def test_a_province_that_is_killed_has_what_it_acknowledged_and_goes_on_from_there(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(SEED)
    file = served.add()
    sent = RegisterFiles.sent
    acknowledged: list[int] = []
    regressions: list[tuple[int, int]] = []
    left = [0]
    killers: list[threading.Timer] = []

    def watch(self: RegisterFiles, task: FileTask, reached: int, at: str, spent: int) -> None:
        if acknowledged and reached < acknowledged[-1]:
            regressions.append((acknowledged[-1], reached))
        acknowledged.append(reached)
        sent(self, task, reached, at, spent)
        left[0] -= 1
        if left[0] == 0:
            killers.append(threading.Timer(chance.random() * 0.02, served.province.kill))
            killers[-1].start()

    monkeypatch.setattr(RegisterFiles, "sent", watch)
    for turn in range(3):
        left[0] = turn + 2
        with suppress(LineFault):
            served.here.carry()
        killers[-1].join()
        served.province.start()
    left[0] = 0
    assert served.here.carry().file_fault is None
    assert len(killers) == 3
    assert regressions == []
    served.there.carry()
    served.there.ask_for(file)
    served.there.carry()
    assert served.there.content(file) == scan(SIZE)
