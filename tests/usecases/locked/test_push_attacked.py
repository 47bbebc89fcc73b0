"""What a locked desk leaves beside the register opens nothing and proves nothing, in whosever hands it is."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.pages.sync_status import SyncFacts
from commune_desk.usecases.locked import push as locked_push
from commune_desk.usecases.locked.files import find_file, leave_file
from commune_desk.usecases.locked.push import (
    KeptReceipt,
    KeptReceipts,
    SealedPushes,
)
from sync import framing, protocol, seal
from sync.client.exchange import push_body
from sync.server.identity import desks
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.locked_desks import (
    FIRST,
    MOST,
    NAME,
    carried_by,
    deliver,
    held,
    left,
    lock,
    put_courier,
    the_box,
    unlock,
    write,
)


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
                found.append(framing.inflate(seal.open_for_province(seal.BoxKey.from_bytes(key), box)))
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
    assert NAME.encode() in opened_by(desk, [courier.to_bytes()])[0]


def test_sealed_to_a_key_of_the_pc_the_same_search_would_find_the_name(desk: EnrolledDesk) -> None:
    """The twin."""
    own = seal.BoxKey.from_bytes(desk.open.register.identity.box)
    put_courier(desk, own.public)
    write(desk)
    lock(desk)
    assert NAME.encode() in opened_by(desk, keys_on_the_pc(desk))[0]


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

    def sealed_by(identity: object) -> bytes:
        body = push_body(replica, identity, replica.pending(0, 10, 10**6))  # type: ignore[arg-type]
        return seal.seal_for_province(courier.public, framing.deflate(body))

    assert carried_by(desk, sealed_by(forged), desk) == "refused"
    assert carried_by(desk, seal.seal_for_province(courier.public, b"no push"), desk) == "refused"
    assert carried_by(desk, b"no box", desk) == "refused"
    assert held(desk) == held(desk, "quarantine") == 0
    assert carried_by(desk, sealed_by(honest), desk) == "taken", "the twin: under the desk's own signature"


def test_a_revoked_desk_is_heard_and_set_aside(desk: EnrolledDesk) -> None:
    write(desk)
    lock(desk)
    desk.province.write(lambda connection: desks.revoke(connection, desk.province.province, desk.id))
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
