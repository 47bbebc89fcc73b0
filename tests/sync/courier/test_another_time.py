"""A province put back from a backup: a desk that never has a line goes on with it, by stick alone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from commune_desk.store.exchange.replica import RegisterReplica
from sync import bundle, protocol, seal
from sync.client import courier as client
from sync.client import errors
from sync.server.engine import tables
from sync.server.identity import desks
from tests.sync.actors.islands import Islands, people, waiting
from tests.sync.actors.real_desks import RealDesk

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def desk(islands: Islands) -> RealDesk:
    """A desk that has a person at the province and one on the way when the new epoch begins."""
    made = islands.desk()
    islands.save(made, "Đã gửi")
    islands.trip(made)
    islands.save(made, "Đang đi")
    return made


def epoch_of_register(desk: RealDesk) -> str:
    return desk.register.identity.epoch


def test_the_answer_tells_the_present_epoch_and_the_next_bundle_brings_all(islands: Islands, desk: RealDesk) -> None:
    files, before = islands.write_out(desk), islands.held(desk)
    islands.begin_epoch()
    replies = islands.bring(*files)
    assert islands.held(desk) == before, "of another time: nothing of it is taken in"
    read = islands.read_in(desk, *replies)
    assert read.has_followed
    assert (read.faults, read.signed_for, waiting(desk)) == ([], 0, 1)
    assert epoch_of_register(desk) == islands.epoch
    read = islands.trip(desk)
    assert (read.has_followed, read.faults, waiting(desk)) == (False, [], 0)
    assert islands.held(desk) == list(range(1, desk.replica().last_n() + 1))


def test_an_answer_from_before_the_new_epoch_decides_nothing(islands: Islands, desk: RealDesk) -> None:
    """Each answer of each time, read again in any order, leaves the register where it is."""
    early = islands.bring(*islands.write_out(desk))
    islands.begin_epoch()
    first = islands.bring(*islands.write_out(desk))
    islands.begin_epoch()
    second = islands.bring(*islands.write_out(desk))
    islands.read_in(desk, *second)
    assert epoch_of_register(desk) == islands.epoch
    for reply in (*first, *early, *second, *first):
        islands.read_in(desk, reply)
        assert epoch_of_register(desk) == islands.epoch
    islands.trip(desk)
    for reply in (*first, *early, *second):
        islands.read_in(desk, reply)
        assert (epoch_of_register(desk), waiting(desk)) == (islands.epoch, 0)


def test_believed_without_a_bundle_of_ours_an_old_answer_would_lead_back(
    islands: Islands, desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    islands.begin_epoch()
    first = islands.bring(*islands.write_out(desk))
    former = islands.epoch
    islands.begin_epoch()
    islands.read_in(desk, *islands.bring(*islands.write_out(desk)))
    assert epoch_of_register(desk) == islands.epoch

    def gullible(replica: Any, header: bundle.Header, brought: Any) -> None:
        replica.follow(header.epoch)

    monkeypatch.setattr(client, "_follow", gullible)
    islands.read_in(desk, *first)
    assert epoch_of_register(desk) == former != islands.epoch


def test_an_older_bundle_brought_once_more_changes_nothing(islands: Islands, desk: RealDesk) -> None:
    files = islands.write_out(desk)
    islands.begin_epoch()
    islands.read_in(desk, *islands.bring(*files))
    islands.trip(desk)
    held = islands.held(desk)
    (again,) = islands.bring(*files)
    assert islands.held(desk) == held
    read = islands.read_in(desk, again)
    assert (read.has_followed, read.faults, waiting(desk)) == (False, [], 0)
    assert epoch_of_register(desk) == islands.epoch


def test_an_old_and_a_new_bundle_on_one_stick_are_both_answered(islands: Islands, desk: RealDesk) -> None:
    old = islands.write_out(desk)
    islands.begin_epoch()
    islands.read_in(desk, *islands.bring(*old))
    replies = islands.bring(*old, *islands.write_out(desk))
    read = islands.read_in(desk, *replies)
    assert (read.signed_for, waiting(desk)) == (desk.replica().last_n(), 0)


def test_what_was_lost_with_the_backup_goes_up_with_the_next_bundle(islands: Islands, desk: RealDesk) -> None:
    """Of a province that holds less than it signed for, the answer says how much, and this register's chain there."""
    islands.trip(desk)
    last = desk.replica().last_n()
    lose_all(islands, desk)
    files = islands.write_out(desk)
    islands.begin_epoch()
    read = islands.read_in(desk, *islands.bring(*files))
    assert read.missing == [(1, last)]
    assert waiting(desk) == last


def lose_all(islands: Islands, desk: RealDesk) -> None:
    """The province holds none of the desk's changes any more, as far as its count says."""
    table, named = tables.desk, desk.register.identity.desk
    nothing = update(table).where(table.c.id == named).values(last_n=0, head=bytes(32))
    islands.real.write(lambda connection: connection.execute(nothing))


def test_a_register_that_exists_twice_does_not_follow(islands: Islands, desk: RealDesk) -> None:
    table, named = tables.desk, desk.register.identity.desk
    files = islands.write_out(desk)
    another = update(table).where(table.c.id == named).values(head=b"\x07" * 32)
    islands.real.write(lambda connection: connection.execute(another))
    islands.begin_epoch()
    read = islands.read_in(desk, *islands.bring(*files))
    assert [type(fault) for fault in read.faults] == [errors.Forked]
    assert desk.register.identity.frozen == "fork"
    assert epoch_of_register(desk) != islands.epoch


def test_a_bundle_from_before_is_heard_of_a_withdrawn_desk_in_two_trips(islands: Islands, desk: RealDesk) -> None:
    files = islands.write_out(desk)
    named = desk.register.identity.desk
    islands.begin_epoch()
    islands.real.write(lambda connection: desks.revoke(connection, islands.real.province, named))
    assert islands.read_in(desk, *islands.bring(*files)).has_followed
    read = islands.trip(desk)
    assert isinstance(read.refusal, errors.DeskRevoked)
    assert islands.set_aside(desk) == [desk.replica().last_n()]


class CutOff(Exception):
    """The power went out."""


def test_cut_off_before_it_follows_it_follows_the_next_time(
    islands: Islands, desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the province lacks waits before the new epoch stands: the other way round it would be forgotten."""
    lose_all(islands, desk)
    files = islands.write_out(desk)
    islands.begin_epoch()
    replies = islands.bring(*files)

    def cut(*_: object) -> None:
        raise CutOff

    with monkeypatch.context() as patch:
        patch.setattr(RegisterReplica, "follow", cut)
        with pytest.raises(CutOff):
            islands.read_in(desk, *replies)
    last = desk.replica().last_n()
    assert (waiting(desk), epoch_of_register(desk) == islands.epoch) == (last, False)
    assert islands.trip(desk).has_followed
    assert waiting(desk) == last


def test_the_header_of_the_answer_is_what_tells_it(islands: Islands, desk: RealDesk) -> None:
    """Signed, for this desk, naming the bundle; no page and no receipt goes with it."""
    files = islands.write_out(desk)
    islands.begin_epoch()
    (reply,) = islands.bring(*files)
    box = seal.BoxKey.from_bytes(desk.register.identity.box)
    opened = bundle.open_bundle(reply, box, desk.register.identity.desk)
    asked = bundle.open_bundle(files[0], islands.real.province.keys.courier, protocol.PROVINCE_DESK)
    assert (opened.header.epoch, opened.header.parts) == (islands.epoch, [])
    assert opened.header.answers == [asked.header.id]


def test_people_are_there_afterwards_as_before(islands: Islands, desk: RealDesk) -> None:
    other = islands.desk()
    islands.save(other, "Của máy kia")
    other.sync()
    before = people(desk)
    islands.begin_epoch()
    islands.trip(desk)
    assert people(desk) == before
