"""Several replies on one stick: what the province lacks is what its latest answer says, and nothing unasked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from commune_desk.store.exchange.courier import forget_written
from sync.server.edge import courier_reply
from sync.server.edge.courier_answer import Answer
from tests.helpers.workplaces import HandClock
from tests.sync.actors.couriers import Office, bring, couriers, empty

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def office() -> Iterator[Office]:
    with couriers() as made:
        yield made


@pytest.fixture
def hours(office: Office) -> HandClock:
    """What the province goes by: each of its replies below is made an hour after the one before."""
    clock = HandClock(office.province.clock.now())
    office.province = replace(office.province, clock=clock)
    return clock


def three_written(office: Office) -> list[bytes]:
    for _ in range(3):
        office.visit(0)
    return office.write_out(0, room=1)


def answered(office: Office, hours: HandClock, *files: bytes) -> list[bytes]:
    hours.pass_by(hours=1)
    return bring(office.province, *files)


def unasked(office: Office, hours: HandClock) -> list[bytes]:
    """What the province writes of itself."""
    hours.pass_by(hours=1)
    return list(courier_reply.reply(office.province, Answer(office.id_of(0))))


def test_what_an_answer_says_is_missing_stays_said_beside_a_later_bundle_that_answers_nothing(
    office: Office, hours: HandClock
) -> None:
    before = office.last_n(0)
    _first, _second, third = three_written(office)
    replies = answered(office, hours, third) + unasked(office, hours)
    read = office.read_in(0, *replies)
    assert (read.files, read.missing) == (2, [(before + 1, before + 2)])


def test_nor_does_an_answer_to_what_nobody_remembers_take_it_back(office: Office, hours: HandClock) -> None:
    before = office.last_n(0)
    (forgotten,) = office.write_out(0)
    office.desks[0].register.write(forget_written).result()
    _first, _second, third = three_written(office)
    replies = answered(office, hours, third) + answered(office, hours, forgotten)
    read = office.read_in(0, *replies)
    assert (read.unremembered, read.missing) == (1, [(before + 1, before + 2)])


@pytest.mark.parametrize("is_turned", [False, True])
def test_of_several_answers_the_latest_counts(office: Office, hours: HandClock, is_turned: bool) -> None:
    """The twin: it lies before the other or after it, by its name."""
    before = office.last_n(0)
    first, _second, third = three_written(office)
    replies = answered(office, hours, third) + answered(office, hours, first)
    names = ("0.cdsync", "1.cdsync")
    with empty(office.stick):
        for name, data in zip(names, reversed(replies) if is_turned else replies, strict=True):
            (office.stick / name).write_bytes(data)
        read = office.courier(0).read_in(office.stick)
    assert (read.signed_for, read.missing) == (before + 1, [(before + 2, before + 2)])


def test_nothing_is_missing_any_more_once_the_latest_says_so(office: Office, hours: HandClock) -> None:
    first, second, third = three_written(office)
    replies = answered(office, hours, third) + answered(office, hours, first, second) + unasked(office, hours)
    read = office.read_in(0, *replies)
    assert (read.missing, read.signed_for) == ([], office.last_n(0))
