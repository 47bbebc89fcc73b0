"""What waits at lock reaches the province while the desk is locked, once, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.usecases.locked import push as locked_push
from commune_desk.usecases.locked.doorbell import take_card
from commune_desk.usecases.locked.files import find_file, leave_file
from commune_desk.usecases.locked.push import SealedPushes
from commune_desk.usecases.registers.opening import unlock as open_register
from sync import protocol, seal
from sync.client.exchange import go_on_in
from sync.server.edge import app
from sync.server.problems import Refused
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.enrolled_desks import LOGIN, PASSPHRASE, EnrolledDesk
from tests.helpers.locked_desks import (
    FIRST,
    MOST,
    NAME,
    deliver,
    delivery,
    facts,
    held,
    left,
    lock,
    put_courier,
    unlock,
    write,
)


def test_a_visit_saved_just_before_lock_reaches_the_province_while_locked(desk: EnrolledDesk) -> None:
    person, file = make_child(NAME)
    desk.open.register.write(save_all(person, file, make_visit(person.id))).result()
    waiting = facts(desk).waiting_changes
    lock(desk)
    desk.open.register.close()
    assert held(desk) == 0, "the twin: a lock alone sends nothing"
    deliver(desk)
    assert held(desk) == waiting
    assert left(desk.open.profile) == ["doorbell.receipts"]
    desk.open = open_register(desk.open.profile, LOGIN, PASSPHRASE, clock=desk.open.register.clock)
    assert facts(desk).waiting_changes == waiting, "the receipt is not read yet"
    told = unlock(desk)
    assert (told.waiting_changes, told.proven_changes) == (0, FIRST + waiting)
    assert told.proven_at != ""
    assert left(desk.open.profile) == []
    assert any(news.touches("sync") for news in desk.heard)
    desk.sync()
    assert held(desk) == waiting


def test_its_size_tells_little_and_is_bounded(desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    for _more in range(3):
        write(desk)
        lock(desk)
        sizes.append(desk.open.profile.sealed.stat().st_size)
    assert len(set(sizes)) == 1
    monkeypatch.setattr(protocol, "USUAL_CHANGES", 2)
    for _more in range(12):
        write(desk)
    lock(desk)
    sealed = find_file(desk.open.profile.sealed, SealedPushes, most=MOST)
    assert sealed is not None
    assert len(sealed.boxes) == locked_push.MOST_PUSHES
    deliver(desk)
    assert held(desk) == 2 * locked_push.MOST_PUSHES, "the oldest, without a gap"
    assert unlock(desk).waiting_changes == 7


def test_where_nothing_waits_or_nothing_may_go_nothing_lies_there(desk: EnrolledDesk) -> None:
    lock(desk)
    assert left(desk.open.profile) == []
    write(desk)
    lock(desk)
    assert left(desk.open.profile) == ["doorbell.sealed"]
    RegisterReplica(desk.open.register, desk.heard.append).freeze("fork")
    lock(desk)
    assert left(desk.open.profile) == []


def test_the_desk_may_send_the_same_itself(desk: EnrolledDesk) -> None:
    write(desk)
    lock(desk)
    desk.sync()
    deliver(desk)
    assert held(desk) == 1
    assert unlock(desk).proven_changes == FIRST + 1
    desk.sync()
    assert held(desk) == 1


@pytest.fixture
def two_boxes(desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch) -> EnrolledDesk:
    monkeypatch.setattr(protocol, "USUAL_CHANGES", 1)
    write(desk)
    write(desk)
    lock(desk)
    return desk


class Killed(BaseException):
    """The process ends here, whatever it was about to do."""


def killed_at(step: int) -> Callable[..., None]:
    """`leave_file` that ends the process in place of its `step`-th writing."""
    done = iter(range(100))

    def writing(path: Path, content: msgspec.Struct) -> None:
        if next(done) == step:
            raise Killed
        leave_file(path, content)

    return writing


@pytest.mark.parametrize("step", [0, 1, 2])
def test_killed_in_the_middle_nothing_is_lost_and_nothing_twice(
    two_boxes: EnrolledDesk, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Before the first receipt is kept, between it and the box that goes, before the second receipt is kept."""
    with monkeypatch.context() as patch:
        patch.setattr(locked_push, "leave_file", killed_at(step))
        with pytest.raises(Killed):
            deliver(two_boxes)
    assert held(two_boxes) == (2 if step == 2 else 1)
    deliver(two_boxes)
    assert held(two_boxes) == 2
    told = unlock(two_boxes)
    assert (told.waiting_changes, told.proven_changes) == (0, FIRST + 2)


def test_a_reply_that_is_lost_is_asked_for_again(desk: EnrolledDesk) -> None:
    write(desk)
    lock(desk)
    desk.province.line.lose_reply_of = protocol.SEALED_PUSH
    deliver(desk)
    assert (held(desk), left(desk.open.profile)) == (1, ["doorbell.sealed"])
    desk.province.line.lose_reply_of = ""
    deliver(desk)
    assert unlock(desk).waiting_changes == 0


def test_after_a_failure_it_waits_and_after_a_refusal_it_leaves_it_to_the_open_desk(desk: EnrolledDesk) -> None:
    write(desk)
    lock(desk)
    card = take_card(desk.open.profile)
    assert card is not None
    desk.province.line.down = True
    trying = delivery(desk)
    assert trying.is_due
    for _try in range(8):
        trying.deliver(card)
    assert not trying.is_due, "it waits a while"
    desk.province.line.down = False
    put_courier(desk, seal.BoxKey.generate().public)
    lock(desk)
    refused = delivery(desk)
    refused.deliver(card)
    assert not refused.is_due
    assert left(desk.open.profile) == ["doorbell.sealed"]
    assert unlock(desk).waiting_changes == 1
    desk.sync()
    assert held(desk) == 1


def test_a_ticket_that_another_process_gave_is_no_refusal(desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several processes of the province's server know nothing of each other's: what was sealed goes a little later."""

    def spent(*_asked: object) -> object:
        raise Refused(401, "ticket")

    write(desk)
    lock(desk)
    card = take_card(desk.open.profile)
    assert card is not None
    trying = delivery(desk)
    with monkeypatch.context() as patch:
        patch.setattr(app, "opened", spent)
        trying.deliver(card)
    assert not trying.is_refused
    trying.deliver(card)
    assert held(desk) == 1


def test_a_receipt_from_before_a_new_epoch_signs_for_nothing(desk: EnrolledDesk) -> None:
    """It lay beside the register, by a disk that refused, while a stick told of a province that was put back."""
    write(desk)
    lock(desk)
    deliver(desk)
    waiting = facts(desk).waiting_changes
    go_on_in(RegisterReplica(desk.open.register, desk.heard.append), "next" * 8, from_n=1)
    assert unlock(desk).waiting_changes == waiting + FIRST
    assert not left(desk.open.profile)


def test_a_delivery_broken_off_carries_nothing(desk: EnrolledDesk) -> None:
    write(desk)
    lock(desk)
    card = take_card(desk.open.profile)
    assert card is not None
    trying = delivery(desk)
    trying.abort()
    trying.deliver(card)
    assert held(desk) == 0
    assert left(desk.open.profile) == ["doorbell.sealed"]


def test_a_disk_that_refuses_leaves_what_was_there(desk: EnrolledDesk) -> None:
    write(desk)
    desk.open.profile.sealed.with_name("doorbell.sealed.part").mkdir()
    with pytest.raises(OSError, match="doorbell"):
        lock(desk)
    desk.open.profile.sealed.with_name("doorbell.sealed.part").rmdir()
    lock(desk)
    desk.open.profile.receipts.with_name("doorbell.receipts.part").mkdir()
    deliver(desk)
    assert (held(desk), left(desk.open.profile)) == (1, ["doorbell.sealed"]), "it is sent, and not proven here yet"


def test_a_new_enrolment_forgets_the_former_provinces_key(desk: EnrolledDesk) -> None:
    desk.enrol_anew()
    write(desk)
    lock(desk)
    assert left(desk.open.profile) == []
