"""A province put back from an older backup: what it had signed for since comes back from the desks by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.writing.transaction import Tx
from sync import seal
from sync.client.channel import Channel
from sync.client.exchange import push_body
from sync.client.replica import Replica
from sync.client.session import Session
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import begin_epoch, epoch_of, open_province
from tests.helpers.builders import make_person, save_all
from tests.helpers.store_engine import engine
from tests.sync.actors.real_desks import FragileReplica, RealDesk, make_register
from tests.sync.actors.real_province import RealProvince, real_province

pytestmark = pytest.mark.usefixtures("store_engine")


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
        self._reopen(lambda data: engine.copy(data, self._folder / "backup"))

    def restore(self) -> None:
        self._reopen(lambda data: engine.put_back(self._folder / "backup", data))

    def _reopen(self, meanwhile: object) -> None:
        data = self.real.province.data
        self.real.province.close()
        assert callable(meanwhile)
        meanwhile(data)
        self.real.province = open_province(data, self._folder / "key-file")
        self.real.restart()

    @property
    def epoch(self) -> str:
        return self.real.province.database.read(epoch_of, WHOLE_PROVINCE)

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
    """A desk whose control is taken out: it never sends again what was signed for."""

    def resend_from(self, n: int) -> None:
        """Nothing is sent again."""


def test_without_sending_again_it_would_stay_lost(office: Office) -> None:
    """The twin."""
    _lose_three_days(office)
    desk = office.desks[0]
    forgetful: Replica = Forgetful(desk.register, lambda changes: None)
    Session(office.real.transport(), forgetful).sync()
    assert len(office.lacks()) == 3


def test_two_desks_that_were_both_ahead_lose_nothing_and_go_on_together(office: Office) -> None:
    """They come back in another order, and everybody ends with the same."""
    for desk in (0, 1):
        office.save(desk)
        office.desks[desk].sync()
    office.back_up()
    for desk in (0, 1, 0):
        office.save(desk)
        office.desks[desk].sync()
    office.restore()
    for desk in (1, 0, 1):
        office.desks[desk].sync()
    assert office.lacks() == set()
    people = [desk.ask("SELECT id, full_name FROM person ORDER BY id") for desk in office.desks]
    assert len(people[0]) == 5
    assert people[0] == people[1]
    places = [desk.ask("SELECT seq, chain, head_seq FROM cursor") for desk in office.desks]
    assert places[0] == places[1]
    assert all(desk.ask("SELECT count(*) FROM change WHERE state='waiting'") == [(0,)] for desk in office.desks)


def test_the_receipt_that_a_desk_shows_begins_a_new_epoch_and_only_one(office: Office) -> None:
    for desk in (0, 1):
        office.save(desk)
        office.desks[desk].sync()
    office.back_up()
    for desk in (0, 1):
        office.save(desk)
        office.desks[desk].sync()
    before = office.epoch
    office.restore()
    for desk in (0, 1, 0, 1):
        office.desks[desk].sync()
    after = office.epoch
    assert after != before
    assert {desk.register.identity.epoch for desk in office.desks} == {after}
    begun = select(tables.audit.c.actor).where(tables.audit.c.action == "epoch")
    assert office.real.scalars(begun) == [office.desks[0].register.identity.desk]


def test_an_edit_that_another_desk_made_since_comes_back_and_nothing_shows_an_older_value_for_good(
    office: Office,
) -> None:
    """A value that only the lost days knew: its author brings it back, and every desk shows it."""
    office.save(0)
    office.desks[0].sync()
    office.desks[1].sync()
    ((person,),) = office.desks[0].ask("SELECT id FROM person")
    office.back_up()

    def rename(tx: Tx) -> None:
        tx.save(msgspec.structs.replace(tx.existing(Person, person), phone="0912000111"))

    office.desks[1].register.write(rename).result()
    office.desks[1].sync()
    office.desks[0].sync()
    office.restore()
    for desk in (0, 1, 0):
        office.desks[desk].sync()
    assert [desk.ask("SELECT phone FROM person") for desk in office.desks] == [[("0912000111",)]] * 2


def push_showing(office: Office, shown: tuple[bytes, bytes]) -> None:
    """Push what waits at the first desk, and this receipt with it. Raises what the session would be refused with."""
    replica = office.desks[0].replica()
    replica.last_receipt = lambda: shown  # type: ignore[method-assign]
    identity = replica.identity()
    pushed = push_body(replica, identity, replica.pending(0, 10, 1 << 20), shows_receipt=True)
    channel = Channel(
        office.real.transport(),
        key_id=identity.desk,
        key=identity.signing_key,
        authority_public=identity.authority_public,
    )
    channel.hello()
    channel.call("/v1/push", pushed, seal.RECEIPT)


def test_a_forged_receipt_begins_nothing(office: Office) -> None:
    office.save(0)
    office.desks[0].sync()
    office.save(0)
    before = office.epoch
    body, signature = office.desks[0].replica().last_receipt()
    forged = body.replace(b'"accepted_n":1', b'"accepted_n":9')
    assert forged != body
    push_showing(office, (forged, signature))
    assert office.epoch == before


def test_a_receipt_of_before_the_restore_begins_no_second_epoch(office: Office) -> None:
    office.save(0)
    office.desks[0].sync()
    office.back_up()
    office.save(0)
    office.desks[0].sync()
    shown = office.desks[0].replica().last_receipt()
    office.restore()
    after = office.real.write(lambda connection: begin_epoch(connection, office.real.province, actor="admin"))
    replica = office.desks[0].replica()
    replica.follow(after)
    replica.resend_from(2)
    push_showing(office, shown)
    assert office.epoch == after
