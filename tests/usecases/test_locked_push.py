"""What waits at lock reaches the province while the desk is locked, and nothing that lies there opens anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.families import Person
from commune_desk.store import settings
from commune_desk.store.replica import RegisterReplica
from commune_desk.store.sync_status import SyncFacts, sync_facts
from commune_desk.usecases import locked_push
from commune_desk.usecases.doorbell import DoorbellCard, leave_card, take_card
from commune_desk.usecases.locked_files import find_file, leave_file
from commune_desk.usecases.locked_push import (
    Delivery,
    KeptReceipt,
    KeptReceipts,
    SealedPushes,
    leave_sealed,
    take_receipts,
)
from commune_desk.usecases.opening import unlock as open_register
from commune_desk.usecases.profile import Profile
from sync import protocol, seal
from sync.client.push_body import push_body
from sync.client.transport import Transport
from sync.server import desks
from tests.helpers.builders import make_child, make_person, make_visit, save_all
from tests.helpers.enrolled_desks import LOGIN, PASSPHRASE, EnrolledDesk, enrolled_desk
from tests.sync.real_province import RealProvince, real_province

NAME = "Lò Thị Khoá"
MOST = 1 << 24
FIRST = 2
"""Changes of a first sync: the officer and the desk."""


@pytest.fixture
def province(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path) as made:
        yield made


@pytest.fixture
def desk(province: RealProvince, tmp_path: Path) -> Iterator[EnrolledDesk]:
    """Enrolled, and in touch once: it has the province's courier key."""
    made = enrolled_desk(province, tmp_path / "desk")
    made.sync()
    yield made
    made.close()


def write(desk: EnrolledDesk, name: str = NAME) -> Person:
    person = make_person(name)
    desk.open.register.write(save_all(person)).result()
    return person


def lock(desk: EnrolledDesk) -> None:
    """What a lock leaves beside the register."""
    leave_card(desk.open, [])
    leave_sealed(desk.open)


def delivery(desk: EnrolledDesk) -> Delivery:
    def connect(card: DoorbellCard) -> Transport:
        return desk.province.transport(card.address, card.ca_pem)

    return Delivery(desk.open.profile, connect)


def deliver(desk: EnrolledDesk) -> None:
    """As the locked process does: with the profile's files alone."""
    card = take_card(desk.open.profile)
    assert card is not None
    delivery(desk).deliver(card)


def unlock(desk: EnrolledDesk) -> SyncFacts:
    take_receipts(desk.open, desk.heard.append)
    return facts(desk)


def facts(desk: EnrolledDesk) -> SyncFacts:
    return desk.open.register.write(lambda tx: sync_facts(tx.connection)).result()[0]


def held(desk: EnrolledDesk, table: str = "change") -> int:
    """How many of the changes the province has that are not of the first sync."""
    with desk.province.province.database.read() as connection:
        found = connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE desk=? AND n>?", (desk.id, FIRST))
        return int(found.scalar_one())


def left(profile: Profile) -> list[str]:
    return sorted(path.name for path in (profile.sealed, profile.receipts) if path.exists())


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


def keys_on_the_pc(desk: EnrolledDesk) -> list[bytes]:
    """Every secret that the register, the keyfile and the doorbell's card hold."""
    own = desk.open.register.identity
    private = [bytes(row[0]) for row in desk.ask("SELECT private FROM scope_key WHERE private IS NOT NULL")]
    return [own.signing, own.box, own.doorbell, bytes.fromhex(desk.open.key.hex), *private]


def opened_by(desk: EnrolledDesk, keys: list[bytes]) -> list[bytes]:
    """What those keys open of what lies there."""
    sealed = find_file(desk.open.profile.sealed, SealedPushes, most=MOST)
    assert sealed is not None
    found = []
    for box in sealed.boxes:
        for key in keys:
            try:
                found.append(protocol.inflate(seal.open_for_province(seal.BoxKey.from_bytes(key), box)))
            except seal.SealBroken:
                continue
    return found


def test_what_lies_there_opens_with_nothing_on_the_pc(desk: EnrolledDesk) -> None:
    write(desk)
    lock(desk)
    keys = keys_on_the_pc(desk)
    assert len(keys) > 4
    assert opened_by(desk, keys) == []
    raw = desk.open.profile.sealed.read_bytes() + desk.open.profile.doorbell.read_bytes()
    assert not any(key in raw or protocol.b64(key).encode() in raw for key in keys if key != keys[2])
    courier = desk.province.province.keys.courier
    assert courier is not None
    assert NAME.encode() in opened_by(desk, [courier.to_bytes()])[0]


def test_sealed_to_a_key_of_the_pc_the_same_search_would_find_the_name(desk: EnrolledDesk) -> None:
    """The twin."""
    own = seal.BoxKey.from_bytes(desk.open.register.identity.box)
    put_courier(desk, own.public)
    write(desk)
    lock(desk)
    assert NAME.encode() in opened_by(desk, keys_on_the_pc(desk))[0]


def put_courier(desk: EnrolledDesk, public: bytes) -> None:
    desk.open.register.write(
        lambda tx: settings.put(tx.connection, settings.COURIER_PUBLIC, protocol.b64(public))
    ).result()


def test_its_size_tells_little_and_is_bounded(desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    for _more in range(3):
        write(desk)
        lock(desk)
        sizes.append(desk.open.profile.sealed.stat().st_size)
    assert len(set(sizes)) == 1
    monkeypatch.setattr(protocol, "MAX_CHANGES", 2)
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


def carried_by(desk: EnrolledDesk, box: bytes, carrier: EnrolledDesk) -> str:
    """What becomes of a box in another hand: the carrier's file with this box in it."""
    leave_card(carrier.open, [])
    leave_file(carrier.open.profile.sealed, SealedPushes(carrier.id, (box,)))
    deliver(carrier)
    return "taken" if not carrier.open.profile.sealed.exists() else "refused"


def the_box(desk: EnrolledDesk) -> bytes:
    sealed = find_file(desk.open.profile.sealed, SealedPushes, most=MOST)
    assert sealed is not None
    return sealed.boxes[0]


def test_a_thief_who_plays_it_again_changes_nothing(desk: EnrolledDesk, tmp_path: Path) -> None:
    write(desk)
    lock(desk)
    box = the_box(desk)
    for _again in range(3):
        assert carried_by(desk, box, desk) == "taken"
    assert held(desk) == 1
    other = enrolled_desk(desk.province, tmp_path / "other")
    assert carried_by(desk, box, other) == "refused"
    assert held(other) == 0
    other.close()


def test_who_has_only_the_doorbells_key_can_make_the_province_take_nothing(desk: EnrolledDesk) -> None:
    """Whoever takes the locked PC has the card and the courier's public key, and may seal whatever they like."""
    write(desk)
    lock(desk)
    replica = RegisterReplica(desk.open.register, desk.heard.append)
    honest = replica.identity()
    forged = msgspec.structs.replace(
        honest, signing_key=seal.SigningKey.from_bytes(desk.open.register.identity.doorbell)
    )
    courier = desk.province.province.keys.courier
    assert courier is not None

    def sealed_by(identity: object) -> bytes:
        body = push_body(replica, identity, replica.pending(0, 10, 10**6))  # type: ignore[arg-type]
        return seal.seal_for_province(courier.public, protocol.deflate(body))

    assert carried_by(desk, sealed_by(forged), desk) == "refused"
    assert carried_by(desk, seal.seal_for_province(courier.public, b"no push"), desk) == "refused"
    assert carried_by(desk, b"no box", desk) == "refused"
    assert held(desk) == held(desk, "quarantine") == 0
    assert carried_by(desk, sealed_by(honest), desk) == "taken", "the twin: under the desk's own signature"


def test_a_revoked_desk_is_heard_and_set_aside(desk: EnrolledDesk) -> None:
    write(desk)
    lock(desk)
    with desk.province.province.database.write() as connection:
        desks.revoke(connection, desk.province.province, desk.id)
    deliver(desk)
    assert (held(desk), held(desk, "quarantine")) == (0, 1)
    told = unlock(desk)
    assert (told.waiting_changes, told.set_aside) == (0, 1)


def test_a_receipt_that_the_province_did_not_sign_counts_for_nothing(
    desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write(desk)
    change = desk.ask("SELECT id FROM change WHERE state='waiting'")[0][0]
    body = protocol.encode(
        protocol.Receipt(
            desk=desk.id,
            accepted_n=FIRST + 1,
            durable_n=0,
            at="2026-11-23T00:42:00Z",
            results=[protocol.Result(id=change, status="ok")],
        )
    )

    def forge() -> SyncFacts:
        signature = seal.SigningKey.generate().sign(seal.RECEIPT, body)
        leave_file(desk.open.profile.receipts, KeptReceipts((KeptReceipt(body, signature),)))
        return unlock(desk)

    assert forge().waiting_changes == 1
    assert "is not the province's" in caplog.text
    caplog.clear()
    monkeypatch.setattr(locked_push, "verify", lambda *_what: True)
    assert forge().waiting_changes == 0, "the twin: without the control it would have counted"


def test_a_receipt_for_another_copy_of_this_register_says_nothing_here(desk: EnrolledDesk, tmp_path: Path) -> None:
    """The copy wrote and sent a change under the number that this one has given to another."""
    copy = desk.copied(tmp_path / "copy")
    write(copy)
    lock(copy)
    deliver(copy)
    receipts = find_file(copy.open.profile.receipts, KeptReceipts, most=MOST)
    assert receipts is not None
    write(desk, "Bàn Văn Chưa")
    leave_file(desk.open.profile.receipts, receipts)
    assert unlock(desk).waiting_changes == 1
    assert unlock(copy).waiting_changes == 0, "the twin: where it belongs it counts"
    copy.close()


def test_what_somebody_put_there_is_no_reason_not_to_unlock(desk: EnrolledDesk) -> None:
    profile = desk.open.profile
    for raw in (b"", b"{}", b"\xff", b'{"receipts":[7]}', b" " * (1 << 24)):
        profile.receipts.write_bytes(raw)
        unlock(desk)
        assert left(profile) == []
    write(desk)
    lock(desk)
    for raw in (b"", b'{"desk":"X","boxes":[7]}', b" " * (1 << 24)):
        profile.sealed.write_bytes(raw)
        deliver(desk)
    assert held(desk) == 0


@pytest.fixture
def two_boxes(desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch) -> EnrolledDesk:
    monkeypatch.setattr(protocol, "MAX_CHANGES", 1)
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
