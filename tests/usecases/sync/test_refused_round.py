"""When the province was last there: also where all that it said was no, in a sync that needed no hello."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.time.clock import SystemClock, to_iso
from commune_desk.store.exchange.sync_history import Round, rounds
from commune_desk.store.pages.sync_status import sync_facts
from sync.client import errors
from sync.server.identity import desks
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.workplaces import HandClock
from tests.sync.actors.real_province import RealProvince, real_province


class Refused:
    """A desk that has synced, with a ticket left; the province's clock is an hour further since."""

    def __init__(self, province: RealProvince, desk: EnrolledDesk, clock: HandClock) -> None:
        self.province, self.desk = province, desk
        desk.sync()
        self.before = to_iso(clock.now())
        clock.pass_by(hours=1)
        self.now = to_iso(clock.now())

    def revoke(self) -> None:
        self.province.write(lambda connection: desks.revoke(connection, self.province.province, self.desk.id))

    def last_contact(self) -> str:
        return self.desk.open.register.read_slowly(sync_facts).result().last_contact

    def last_round(self) -> Round:
        return self.desk.open.register.read_slowly(rounds).result()[-1]


@pytest.fixture
def refused(tmp_path: Path) -> Iterator[Refused]:
    clock = HandClock(SystemClock().now())
    with real_province(tmp_path, clock=clock) as province:
        desk = enrolled_desk(province, tmp_path / "desk")
        yield Refused(province, desk, clock)
        desk.close()


def test_a_province_that_says_no_was_there(refused: Refused) -> None:
    assert refused.last_contact() == refused.before
    refused.revoke()
    with pytest.raises(errors.DeskRevoked):
        refused.desk.sync()
    noted = refused.last_round()
    assert (noted.code, noted.status, noted.province_at) == ("DeskRevoked", 410, refused.now)
    assert refused.last_contact() == refused.now
