"""A PC that is enrolled anew shows what the province signed for under its former name: so one that was put back learns
that it was, and nobody can make it believe so without its own signature."""

from __future__ import annotations

from os import urandom
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync import protocol, seal
from sync.enrolment_wire import MAX_ENROLMENT
from sync.protocol import MAX_RECEIPT
from sync.server.edge.enrolment import make_code
from sync.server.engine import tables
from sync.server.identity.province import begin_epoch
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.server_fixtures import COMMUNE, Reply, ServerDesk, World
from tests.sync.server.test_enrol import Applicant

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def former(world: World) -> ServerDesk:
    return world.desk()


@pytest.fixture
def receipt(former: ServerDesk) -> Reply:
    """For the desk's second change; the first has one of its own."""
    former.send("person", uuid7(), {"full_name": "Bàn Thị Một"})
    return former.push(former.change("person", uuid7(), {"full_name": "Bàn Thị Hai"}))


def applicant(world: World) -> Applicant:
    code = world.write(
        lambda connection: make_code(connection, world.province, {COMMUNE: Role.COMMUNE_OFFICER}, label="PC", hours=72)
    )
    return Applicant(world, code.code)


def epoch_after(world: World, receipt: Reply) -> str:
    """What the reply says to a PC that shows the receipt."""
    return applicant(world).enrolled(**shown(receipt)).epoch


def shown(receipt: Reply) -> dict[str, Any]:
    return {"receipt": protocol.b64(receipt.body), "receipt_signature": dict(receipt.headers)["cd-signature"]}


def forget(world: World, desk: ServerDesk) -> None:
    """As if the disk were of before the last push."""
    one = update(tables.desk).where(tables.desk.c.id == desk.id).values(last_n=1)
    world.write(lambda connection: connection.execute(one))


def test_what_it_remembers_changes_nothing(world: World, receipt: Reply) -> None:
    before = world.epoch
    assert epoch_after(world, receipt) == before == world.epoch


def test_who_shows_none_changes_nothing(world: World) -> None:
    before = world.epoch
    assert applicant(world).enrolled().epoch == before == world.epoch


def test_what_it_has_forgotten_begins_an_epoch_that_the_reply_names(
    world: World, former: ServerDesk, receipt: Reply
) -> None:
    before = world.epoch
    forget(world, former)
    assert epoch_after(world, receipt) == world.epoch != before


def test_the_same_question_once_more_begins_no_other(world: World, former: ServerDesk, receipt: Reply) -> None:
    """Its reply was lost on the line."""
    forget(world, former)
    asking = applicant(world)
    said = asking.enrolled(**shown(receipt))
    assert asking.enrolled(**shown(receipt)) == said
    assert world.epoch == said.epoch


def test_a_desk_that_it_does_not_know_at_all_is_forgotten_too(world: World, receipt: Reply) -> None:
    before = world.epoch
    of_a_stranger = signed(receipt, world.province.keys.authority, desk="7ZK2MQ")
    assert applicant(world).enrolled(**of_a_stranger).epoch == world.epoch != before


@pytest.fixture
def among_others(world: World, former: ServerDesk) -> list[Reply]:
    """The receipts of a desk of whose changes every second is set aside."""

    def pushed(place: int) -> Reply:
        elsewhere = {"scope": OTHER_COMMUNE} if place % 2 else {}
        return former.push(former.change("person", uuid7(), {"full_name": f"Bàn Thị {place}"}, **elsewhere))

    receipts = [pushed(place) for place in range(6)]
    assert world.count("quarantine") == 3
    return receipts


def test_a_receipt_names_the_chain_that_it_signs_for(former: ServerDesk) -> None:
    for name in ("Bàn Thị Một", "Bàn Thị Hai"):
        line = former.change("person", uuid7(), {"full_name": name})
        for again in (former.push(line), former.push(line)):
            assert protocol.unb64(again.read(protocol.Receipt).head) == former.head


def test_any_receipt_of_what_stands_there_changes_nothing(world: World, among_others: list[Reply]) -> None:
    before = world.epoch
    for receipt in among_others:
        assert epoch_after(world, receipt) == before == world.epoch


@pytest.mark.parametrize("place", [2, 3, 5])
def test_other_changes_under_the_numbers_begin_an_epoch(world: World, among_others: list[Reply], place: int) -> None:
    """Of the last ones of a name as of those before them."""
    before = world.epoch
    of_others = signed(among_others[place], world.province.keys.authority, head=protocol.b64(bytes(32)))
    assert applicant(world).enrolled(**of_others).epoch == world.epoch != before


def test_a_receipt_that_names_no_head_is_one_of_numbers(world: World, among_others: list[Reply]) -> None:
    before = world.epoch
    of_before = signed(among_others[3], world.province.keys.authority, head="")
    assert applicant(world).enrolled(**of_before).epoch == before == world.epoch


def test_a_receipt_of_another_epoch_says_nothing(world: World, former: ServerDesk, receipt: Reply) -> None:
    forget(world, former)
    begun = world.write(lambda connection: begin_epoch(connection, world.province, actor="admin"))
    assert epoch_after(world, receipt) == begun == world.epoch


def forged(receipt: Reply) -> dict[str, Any]:
    """For more than the province ever signed for, under a key that is not its own."""
    return signed(receipt, seal.SigningKey.generate(), accepted_n=900)


def signed(receipt: Reply, key: seal.SigningKey, **other: Any) -> dict[str, Any]:
    """The receipt, but for what is other in it."""
    body = protocol.encode(replace(receipt.read(protocol.Receipt), **other))
    return {"receipt": protocol.b64(body), "receipt_signature": protocol.b64(key.sign(seal.RECEIPT, body))}


def test_what_the_province_did_not_sign_says_nothing(world: World, receipt: Reply) -> None:
    before = world.epoch
    assert applicant(world).enrolled(**forged(receipt)).epoch == before == world.epoch


def test_taken_unproven_anybody_with_a_code_could_begin_an_epoch(
    world: World, receipt: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    before = world.epoch
    asking = applicant(world)
    monkeypatch.setattr(seal, "verify", lambda *_: True)
    assert asking.enrolled(**forged(receipt)).epoch == world.epoch != before


def test_without_the_code_a_true_receipt_begins_nothing(world: World, former: ServerDesk, receipt: Reply) -> None:
    before = world.epoch
    forget(world, former)
    assert applicant(world).ask(mac_key=bytes(32), **shown(receipt)).code == "code"
    assert world.epoch == before


@pytest.mark.parametrize("text", ["not base64", "AAAA"])
def test_what_is_no_receipt_is_no_trouble_for_the_code(world: World, text: str) -> None:
    asking = applicant(world)
    asked = asking.ask(receipt=text, receipt_signature="AAAA")
    assert asked.status in (200, 400)
    assert asking.ask().status == 200


def test_the_longest_that_a_desk_shows_is_read(world: World) -> None:
    """Which nothing makes shorter; here by nobody, so that it says nothing."""
    longest: dict[str, Any] = {
        "receipt": protocol.b64(urandom(MAX_RECEIPT)),
        "receipt_signature": protocol.b64(bytes(64)),
    }
    assert applicant(world).enrolled(**longest).epoch == world.epoch
    longer: dict[str, Any] = {"receipt": protocol.b64(urandom(MAX_ENROLMENT)), "receipt_signature": ""}
    assert applicant(world).ask(**longer).status == 413
