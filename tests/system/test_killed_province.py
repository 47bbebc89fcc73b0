"""The province's server is killed in the middle of pushes: what it signed for is there, nothing is there twice."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.exchange.replica import RegisterReplica
from sync import protocol
from sync.client.enrol import Enrolment, enrol
from sync.client.errors import SyncFault
from sync.client.replica import PendingReceipt
from sync.client.session import Session
from sync.client.transport import Transport
from sync.server.intake import push
from sync.server.lifecycle.founding import found
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.pushes import push_at_once
from tests.helpers.store_engine import engine
from tests.story.province import Province
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import RealProvince, real_province

pytestmark = pytest.mark.usefixtures("store_engine")
KILLS = 3
CHILDREN, VISITS = 5, 6
CHANGES_AT_ONCE = 8
Changes = set[tuple[str, int]]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Province, list[str]]]:
    """A province served by a process, and codes for two desks of one commune."""
    made = Province(tmp_path)
    founded = found(
        made.data, made.key_file, name="Tests", hosts=["127.0.0.1"], clock=SystemClock(), where=engine.new()
    )
    codes = [RealProvince(founded).code().code for _ in range(2)]
    founded.close()
    made.start()
    yield made, codes
    made.kill()


def join(path: Path, enrolment: Enrolment, connect: Callable[[], Transport]) -> RealDesk:
    make_register(path, enrolment)
    return RealDesk(path, SystemClock(), connect)


def join_served(province: Province, code: str, path: Path) -> RealDesk:
    enrolment = enrol(province.address, code, path.stem, program_version="0")
    return join(path, enrolment, lambda: Transport(province.address, ca_pem=enrolment.ca_pem))


def write_much(desk: RealDesk) -> None:
    for _ in range(CHILDREN):
        person, file = make_child()
        desk.register.write(save_all(person, file, *(make_visit(person.id) for _ in range(VISITS)))).result()


class Watched(RegisterReplica):
    """Has something struck a moment after its so many-th receipt: while the province takes in the next push."""

    receipts = 0

    def strike_after(self, receipts: int, seconds: float, strike: Callable[[], None]) -> threading.Timer:
        self.receipts = receipts
        self._timer = threading.Timer(seconds, strike)
        return self._timer

    def acknowledge(
        self, receipt: protocol.Receipt, up_to: int, receipt_bytes: bytes, signature: bytes
    ) -> PendingReceipt:
        kept = super().acknowledge(receipt, up_to, receipt_bytes, signature)
        self.receipts -= 1
        if self.receipts == 0:
            self._timer.start()
        return kept


def sync_until_struck(desk: RealDesk, strike: Callable[[], None], receipts: int, seconds: float) -> None:
    replica = Watched(desk.register, lambda changes: None)
    timer = replica.strike_after(receipts, seconds, strike)
    with pytest.raises(SyncFault):
        Session(desk.connect(), replica).sync()
    timer.join()


def signed_for(desk: RealDesk) -> Changes:
    rows = desk.ask("SELECT desk, n FROM change WHERE desk=? AND state='accepted'", desk_id(desk))
    return {(one, n) for one, n in rows}


def desk_id(desk: RealDesk) -> str:
    return desk.register.identity.desk


def changes_of(reader: RealDesk, author: RealDesk) -> list[tuple[str, int]]:
    return [(one, n) for one, n in reader.ask("SELECT desk, n FROM change WHERE desk=?", desk_id(author))]


def test_a_killed_province_loses_nothing_it_signed_for_and_takes_nothing_twice(
    tmp_path: Path, served: tuple[Province, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    push_at_once(monkeypatch, CHANGES_AT_ONCE)
    chance = random.Random(20261124)
    province, codes = served
    here, there = (join_served(province, code, tmp_path / f"{n}.db") for n, code in enumerate(codes))
    for turn in range(KILLS):
        write_much(here)
        sync_until_struck(here, province.kill, turn + 1, chance.random() * 0.015)
        proven = signed_for(here)
        assert proven < set(changes_of(here, here)), "it was killed before the last push"
        province.start()
        there.sync()
        assert proven <= set(changes_of(there, here))
    here.sync()
    there.sync()
    received = changes_of(there, here)
    assert sorted(received) == sorted(changes_of(here, here))
    assert len(set(received)) == len(received)
    assert there.ask("SELECT count(*) FROM home_visit") == [(KILLS * CHILDREN * VISITS,)]
    for desk in (here, there):
        desk.register.close()


def test_a_province_that_signed_before_its_commit_would_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the server's commits of pushes come to nothing, as if it had signed before writing."""
    with real_province(tmp_path) as province:
        here, there = (join(tmp_path / f"{n}.db", province.enrol(), province.transport) for n in range(2))
        write_much(here)
        with monkeypatch.context() as patch:
            patch.setattr(push, "_commit", undone(push._commit))
            here.sync()
        there.sync()
        assert signed_for(here) - set(changes_of(there, here))
        for desk in (here, there):
            desk.register.close()


def undone(commit: Callable[..., protocol.Receipt]) -> Callable[..., protocol.Receipt]:
    def commit_nothing(connection: Connection, *values: object) -> protocol.Receipt:
        inner = connection.begin_nested()
        receipt = commit(connection, *values)
        inner.rollback()
        return receipt

    return commit_nothing
