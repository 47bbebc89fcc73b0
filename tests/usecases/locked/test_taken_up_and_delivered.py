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
from commune_desk.usecases.locked.doorbell import Bell, Waiting, leave_card, listen, take_card
from commune_desk.usecases.locked.push import leave_sealed
from commune_desk.usecases.records.reports import acknowledge_report
from commune_desk.usecases.registers.profile import Profile
from sync.client.doorbell import ring
from sync.protocol import DoorbellReply
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


def asked(desk: EnrolledDesk) -> Waiting:
    card = take_card(desk.open.profile)
    assert card is not None
    way, key = desk.province.transport(card.address, card.ca_pem), SigningKey.from_bytes(card.key)
    return Waiting.of(ring(way, desk=card.desk, doorbell_key=key, authority_public=card.authority_public))


def heard(desk: EnrolledDesk, waiting: Waiting, known: Waiting) -> Bell:
    card, now = take_card(desk.open.profile), desk.open.register.clock.now()
    assert card is not None
    return listen(card, waiting, now, known=known, since=now)


def take_up_and_lock(desk: EnrolledDesk) -> Waiting:
    """A report is taken up without a line; what a locked desk hears before it has sent that."""
    first = report(desk)
    desk.sync()
    desk.open.register.write(lambda tx: acknowledge_report(tx, first)).result()
    lock(desk)
    return asked(desk)


def another_takes_its_place(desk: EnrolledDesk) -> Waiting:
    """The delivery and a new report fall between two listenings."""
    deliver(desk)
    report(desk)
    return asked(desk)


def test_of_a_new_report_it_is_not_said_that_it_is_taken_up(desk: EnrolledDesk) -> None:
    before = take_up_and_lock(desk)
    bell = heard(desk, before, Waiting())
    assert (bell.waiting, bell.taken) == (1, 1)
    deliver(desk)
    none = asked(desk)
    assert none.count == 0
    report(desk)
    bell = heard(desk, asked(desk), none)
    assert (bell.waiting, bell.rings) == (1, True)
    assert bell.taken == 0, bell_text(bell, desk.open.register.clock.now())


def test_without_a_look_at_the_receipts_it_would_be_said(
    desk: EnrolledDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    take_up_and_lock(desk)
    waiting = another_takes_its_place(desk)
    monkeypatch.setattr(Profile, "receipts", property(lambda _: tmp_path / "nowhere"))
    assert heard(desk, waiting, Waiting()).taken == 1


def test_it_rings_though_the_first_was_delivered_since_it_was_asked_last(desk: EnrolledDesk) -> None:
    before = take_up_and_lock(desk)
    after = another_takes_its_place(desk)
    assert heard(desk, after, before).rings
    assert not heard(desk, after, after).rings, "once"


def test_by_the_count_alone_it_would_not_ring(desk: EnrolledDesk) -> None:
    """The twin."""
    before = take_up_and_lock(desk)
    after = another_takes_its_place(desk)
    assert not heard(desk, Waiting(after.count), Waiting(before.count)).rings


def test_a_province_that_names_no_newest_is_rung_for_by_its_oldest() -> None:
    told = DoorbellReply(nonce="YQ==", waiting=1, oldest_received_at="2026-11-24T01:00:00Z")
    assert Waiting.of(told) == Waiting(1, "2026-11-24T01:00:00Z")
