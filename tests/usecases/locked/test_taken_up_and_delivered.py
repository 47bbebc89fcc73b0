"""A report taken up without a line is sent while the desk is locked: the next one is not said to be taken up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from commune_desk.domain.model.record import Value
from commune_desk.domain.time.clock import to_iso
from commune_desk.presenters.window.doorbell import bell_text
from commune_desk.store.pages.reports import count_taken_unsent
from commune_desk.usecases.locked.doorbell import Bell, leave_card, listen, take_card
from commune_desk.usecases.locked.push import leave_sealed
from commune_desk.usecases.records.reports import acknowledge_report
from sync.client.doorbell import ring
from sync.seal import SigningKey
from sync.server.intake.reports_in import hand_down
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.locked_desks import deliver
from tests.sync.actors.real_province import COMMUNE, real_province


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[EnrolledDesk]:
    with real_province(tmp_path) as province:
        made = enrolled_desk(province, tmp_path / "desk")
        yield made
        made.close()


def report(desk: EnrolledDesk) -> str:
    at = desk.province.province
    told: dict[str, Value] = {
        "received_at": to_iso(at.clock.now() - timedelta(hours=1)),
        "source": "111",
        "place": "Khe Lạc",
        "description": "Hàng xóm nghe cháu khóc.",
    }
    (made,) = hand_down(at, [(COMMUNE[2:], told)])
    return made.record


def lock(desk: EnrolledDesk) -> None:
    taken = desk.open.register.write(lambda tx: count_taken_unsent(tx.connection)).result()[0]
    assert taken == 1
    leave_card(desk.open, [], taken)
    leave_sealed(desk.open)


def heard(desk: EnrolledDesk, known: int) -> Bell:
    card = take_card(desk.open.profile)
    assert card is not None
    way, key = desk.province.transport(card.address, card.ca_pem), SigningKey.from_bytes(card.key)
    reply = ring(way, desk=card.desk, doorbell_key=key, authority_public=card.authority_public)
    now = desk.open.register.clock.now()
    return listen(card, reply.waiting, now, known=known, since=now)


def test_of_a_new_report_it_is_not_said_that_it_is_taken_up(desk: EnrolledDesk) -> None:
    first = report(desk)
    desk.sync()
    desk.open.register.write(lambda tx: acknowledge_report(tx, first)).result()
    lock(desk)
    before = heard(desk, 0)
    assert (before.waiting, before.taken) == (1, 1)
    deliver(desk)
    assert heard(desk, before.waiting).waiting == 0
    report(desk)
    bell = heard(desk, 0)
    assert (bell.waiting, bell.rings) == (1, True)
    assert bell.taken == 0, bell_text(bell, desk.open.register.clock.now())


def test_it_rings_though_the_first_was_delivered_since_it_was_asked_last(desk: EnrolledDesk) -> None:
    first = report(desk)
    desk.sync()
    desk.open.register.write(lambda tx: acknowledge_report(tx, first)).result()
    lock(desk)
    before = heard(desk, 0)
    deliver(desk)
    report(desk)
    assert heard(desk, before.waiting).rings
