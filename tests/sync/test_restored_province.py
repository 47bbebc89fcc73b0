"""A province put back from an older backup: what it had signed for since comes back from the desks by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.clock import SystemClock
from sync.client import errors
from sync.client.replica import Replica
from sync.client.session import Session
from sync.server import tables
from sync.server.province import open_province
from tests.helpers.builders import make_person, save_all
from tests.sync.real_desks import FragileReplica, RealDesk, make_register
from tests.sync.real_province import RealProvince, real_province


class Office:
    """Two desks, and a province that can be put back to where it was."""

    def __init__(self, folder: Path, real: RealProvince) -> None:
        self._folder, self.real = folder, real
        self.desks = []
        for number in range(2):
            make_register(folder / f"{number}.db", real.enrol())
            self.desks.append(RealDesk(folder / f"{number}.db", SystemClock(), real.transport))

    def save(self, desk: int, count: int = 1) -> None:
        for number in range(count):
            self.desks[desk].register.write(save_all(make_person(f"Người {number}"))).result()

    def back_up(self) -> None:
        self._reopen(lambda data: shutil.copytree(data, self._folder / "backup"))

    def restore(self) -> None:
        def put_back(data: Path) -> None:
            shutil.rmtree(data)
            shutil.copytree(self._folder / "backup", data)

        self._reopen(put_back)

    def _reopen(self, meanwhile: object) -> None:
        data = self.real.province.data
        self.real.province.close()
        assert callable(meanwhile)
        meanwhile(data)
        self.real.province = open_province(data, self._folder / "key-file")
        self.real.restart()

    def lacks(self) -> set[str]:
        """Changes that a desk has a receipt for and the province does not hold."""
        held = set(self.real.scalars(select(tables.change.c.id)))
        proven = "SELECT id FROM change WHERE state='accepted'"
        return {row[0] for desk in self.desks for row in desk.ask(proven)} - held


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with real_province(tmp_path) as real:
        made = Office(tmp_path, real)
        yield made
        for desk in made.desks:
            desk.register.close()


def _lose_three_days(office: Office) -> None:
    office.save(0)
    office.desks[0].sync()
    office.back_up()
    office.save(0, 3)
    office.desks[0].sync()
    office.restore()
    assert len(office.lacks()) == 3


def test_what_it_had_signed_for_comes_back_though_nothing_new_was_typed(office: Office) -> None:
    _lose_three_days(office)
    office.desks[0].sync()
    assert office.lacks() == set()
    office.desks[1].sync()
    assert office.desks[1].ask("SELECT count(*) FROM person") == [(4,)]


def test_what_it_had_signed_for_comes_back_with_what_is_new(office: Office) -> None:
    _lose_three_days(office)
    office.save(0)
    office.desks[0].sync()
    assert office.lacks() == set()
    assert office.desks[0].ask("SELECT count(*) FROM change WHERE state='waiting'") == [(0,)]


class Forgetful(FragileReplica):
    """A desk whose control is taken out: it does not offer its last change."""

    def last_n(self) -> int:
        return 1 << 40


def test_without_the_offer_it_would_stay_lost(office: Office) -> None:
    """The twin."""
    _lose_three_days(office)
    desk = office.desks[0]
    forgetful: Replica = Forgetful(desk.register, lambda changes: None)
    with pytest.raises(errors.HistoryRewritten):
        Session(office.real.transport(), forgetful).sync()
    assert len(office.lacks()) == 3


def test_two_desks_that_were_both_ahead_lose_nothing_and_say_so(office: Office) -> None:
    """They come back in another order: nobody's work is lost or hidden, and the reason is told until people act."""
    for desk in (0, 1):
        office.save(desk)
        office.desks[desk].sync()
    office.back_up()
    for desk in (0, 1, 0):
        office.save(desk)
        office.desks[desk].sync()
    office.restore()
    seen = [desk.ask("SELECT id FROM person ORDER BY id") for desk in office.desks]
    for desk in (1, 0, 1):
        with pytest.raises(errors.HistoryRewritten):
            office.desks[desk].sync()
    assert office.lacks() == set()
    assert [desk.ask("SELECT id FROM person ORDER BY id") for desk in office.desks] == seen
    assert all(desk.ask("SELECT count(*) FROM change WHERE state='waiting'") == [(0,)] for desk in office.desks)
