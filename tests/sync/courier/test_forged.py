"""A bundle counts for nothing unless its sender, its recipient and every part of it are proven."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.pages.sync_status import sync_facts
from sync import bundle, protocol, seal
from sync.bundle import PartKind
from sync.client import errors
from sync.server.edge import courier
from sync.server.edge.courier_answer import Answer
from sync.server.intake.admission import Admission
from tests.sync.actors.couriers import Office, bring, couriers, refusal
from tests.sync.actors.real_province import real_province
from tests.sync.client.test_kept_as_it_came import NO_INSTANTS

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def office() -> Iterator[Office]:
    with couriers() as made:
        yield made


def test_another_provinces_bundle_is_left_alone(office: Office, tmp_path: Path) -> None:
    office.visit(0)
    (data,) = office.write_out(0)
    with real_province(tmp_path) as other:
        assert "another province" in refusal(courier.open_arrived, other.province, data)
    assert courier.open_arrived(office.province, data).header.sender == office.id_of(0), "the twin"


def test_a_reply_for_another_desk_is_left_alone(office: Office) -> None:
    office.visit(0)
    (reply,) = bring(office.province, *office.write_out(0))
    assert "bundles in that folder is for this PC" in refusal(office.read_in, 1, reply)
    assert office.read_in(0, reply).files == 1, "the twin"


def resigned(office: Office, data: bytes, key: seal.SigningKey, **other: Any) -> bytes:
    """The same bundle for the province, its header changed and signed by somebody's key."""
    arrived = bundle.open_bundle(data, office.province.keys.courier, protocol.PROVINCE_DESK)
    header = msgspec.structs.replace(arrived.header, **other)
    return bundle.write_bundle(header, arrived.contents, key, office.province.keys.courier.public)


def test_only_a_desk_of_the_province_is_believed(office: Office) -> None:
    office.visit(0)
    (data,) = office.write_out(0)
    own = seal.SigningKey.from_bytes(office.desks[0].register.identity.signing)
    stranger, other = seal.SigningKey.generate(), seal.SigningKey.from_bytes(office.desks[1].register.identity.signing)
    for key in (stranger, other):
        assert "No desk enrolled here" in refusal(courier.open_arrived, office.province, resigned(office, data, key))
    unknown = resigned(office, data, own, sender="AAAAAA")
    assert "No desk enrolled here" in refusal(courier.open_arrived, office.province, unknown)
    assert courier.open_arrived(office.province, resigned(office, data, own)).contents, "the twin"


def test_a_push_of_another_desk_inside_ones_own_bundle_is_refused(office: Office) -> None:
    office.visit(0)
    (data,) = office.write_out(0)
    key = seal.SigningKey.from_bytes(office.desks[1].register.identity.signing)
    before = office.held_n(0)
    answer = Answer(office.id_of(1))
    arrived = courier.open_arrived(office.province, resigned(office, data, key, sender=office.id_of(1)))
    courier.take_in_bundle(office.province, arrived, answer, admission=Admission(), label="")
    assert answer.refused == ["not_found"]
    assert office.held_n(0) == before


def forged_reply(office: Office, desk: int, data: bytes, key: seal.SigningKey, **other: Any) -> bytes:
    box = seal.BoxKey.from_bytes(office.desks[desk].register.identity.box)
    arrived = bundle.open_bundle(data, box, office.id_of(desk))
    header = msgspec.structs.replace(arrived.header, **other)
    return bundle.write_bundle(header, arrived.contents, key, box.public)


def test_a_desk_believes_only_the_authority_that_it_pinned(office: Office) -> None:
    office.visit(0)
    (reply,) = bring(office.province, *office.write_out(0))
    authority = office.province.keys.authority
    for forged in (
        forged_reply(office, 0, reply, seal.SigningKey.generate()),
        forged_reply(office, 0, reply, authority, sender=office.id_of(1)),
        forged_reply(office, 0, reply, authority, epoch="0000", answers=[]),
    ):
        read = office.read_in(0, forged)
        assert (read.files, len(read.faults), read.signed_for) == (0, 1, 0)
    assert office.waiting(0) == 1
    assert office.read_in(0, forged_reply(office, 0, reply, authority)).signed_for == office.last_n(0), "the twin"


@pytest.mark.parametrize("kind", [PartKind.RECEIPT, PartKind.PAGE])
def test_each_part_carries_its_own_signature(office: Office, kind: PartKind) -> None:
    """Whoever writes bundles in the province's name still cannot make up a receipt or a page."""
    office.visit(0)
    (reply,) = bring(office.province, *office.write_out(0))
    box = seal.BoxKey.from_bytes(office.desks[0].register.identity.box)
    parts = bundle.open_bundle(reply, box, office.id_of(0)).header.parts
    forged = [
        msgspec.structs.replace(one, signature=protocol.b64(bytes(64))) if one.kind == kind else one for one in parts
    ]
    read = office.read_in(0, forged_reply(office, 0, reply, office.province.keys.authority, parts=forged))
    assert isinstance(read.faults[0], errors.Unproven)
    assert office.desks[0].ask("SELECT count(*) FROM change WHERE seq IS NOT NULL")[0][0] == office.cursor(0)


def said_at(office: Office, at: str) -> bytes:
    """A reply of the province that says it was made then."""
    (reply,) = bring(office.province, *office.write_out(0))
    own, authority = office.desks[0].register.identity, office.province.keys.authority
    box = seal.BoxKey.from_bytes(own.box)
    arrived = bundle.open_bundle(reply, box, own.desk)
    header = msgspec.structs.replace(arrived.header, at=at)
    return bundle.write_bundle(header, arrived.contents, authority, box.public)


@pytest.mark.parametrize("instant", ["", *NO_INSTANTS])
def test_a_reply_of_no_time_at_all_is_left(office: Office, instant: str) -> None:
    before = office.desks[0].register.read(sync_facts).last_contact
    read = office.read_in(0, said_at(office, instant))
    assert [type(fault) for fault in read.faults] == [protocol.Malformed]
    assert office.desks[0].register.read(sync_facts).last_contact == before
    assert office.read_in(0, said_at(office, "2026-12-01T01:00:00Z")).faults == [], "the twin"


def test_kept_as_it_came_it_would_keep_the_program_from_starting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr("sync.client.courier.is_instant", lambda text: True)
    assert office.read_in(0, said_at(office, "then")).faults == []
    with pytest.raises(ValueError, match="then"):
        office.desks[0].restart()
    monkeypatch.setattr("commune_desk.store.changes.ledger.from_iso", lambda text: SystemClock().now())
    office.reopen(0)  # so that it can be closed
