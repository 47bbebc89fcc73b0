"""Desks that are locked, carried for and unlocked again, with the real province in process."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from commune_desk.domain.records.families import Person
from commune_desk.store.engine import settings
from commune_desk.store.pages.sync_status import SyncFacts, sync_facts
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.locked.doorbell import DoorbellCard, leave_card, take_card
from commune_desk.usecases.locked.files import find_file, leave_file
from commune_desk.usecases.locked.push import (
    Delivery,
    SealedPushes,
    leave_sealed,
    take_receipts,
)
from commune_desk.usecases.registers.profile import Profile
from sync.client.transport import Transport
from sync.server.engine import tables
from tests.helpers.builders import make_person, save_all
from tests.helpers.enrolled_desks import EnrolledDesk

NAME = "Lò Thị Khoá"
MOST = 1 << 24
FIRST = 2
"""Changes of a first sync: the officer and the desk."""


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
    of = tables.quarantine if table == "quarantine" else tables.change
    return len(desk.province.scalars(select(of.c.id).where(of.c.desk == desk.id, of.c.n > FIRST)))


def left(profile: Profile) -> list[str]:
    return sorted(path.name for path in (profile.sealed, profile.receipts) if path.exists())


def put_courier(desk: EnrolledDesk, public: bytes) -> None:
    """Pin this key, whatever it is, in the place of the one that the province named."""

    def put(tx: Tx) -> None:
        own = settings.identity(tx.connection)
        assert own.pins is not None
        pins = msgspec.structs.replace(own.pins, courier_public=public)
        settings.put(tx.connection, settings.IDENTITY, msgspec.structs.replace(own, pins=pins))
        tx.topic("identity")

    desk.open.register.write(put).result()


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
