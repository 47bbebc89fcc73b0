"""The travelled office with a Sunshine House: two desks there, to which a commune's children are shared."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec

from commune_desk.domain.model.ids import RecordId, Scope, new_record_id
from commune_desk.domain.model.record import Value
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.placements import CareLogEntry, Placement
from commune_desk.domain.time.clock import to_iso
from commune_desk.store.pages.shares import sharing_of
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.shares import hand_back, share_child, take_back
from commune_desk.usecases.shelter.placements import Admission, admit_to_shelter, log_care
from commune_desk.usecases.sync.conflicts import decide_conflict
from sync.server.identity import desks
from sync.server.identity.province import open_province
from tests.helpers.store_engine import engine
from tests.sync.actors import travelled_office
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import HOUSE, SHELTER, RealProvince
from tests.sync.actors.travelled_office import TravelledOffice

THERE = Scope(SHELTER)


def admit(house: RealDesk, child: RecordId) -> RecordId:
    """The shared child gets a place in the house."""

    def run(tx: Tx) -> RecordId:
        person = tx.existing(Person, child)
        at = to_iso(tx.ledger.now())
        stay = Placement(id=new_record_id(), scope=THERE, alias="Hoa Sen", admitted_at=at, reason="isolation")
        return admit_to_shelter(tx, Admission(person=person, placement=stay))

    stay: RecordId = house.register.write(run).result()[0]
    return stay


def note(house: RealDesk, stay: RecordId, text: str) -> None:
    def run(tx: Tx) -> None:
        at = to_iso(tx.ledger.now())
        log_care(tx, CareLogEntry(id=new_record_id(), scope=THERE, placement=stay, logged_at=at, note=text))

    house.run(run)


def correct(desk: RealDesk, child: RecordId, **values: str) -> None:
    desk.run(lambda tx: tx.save(msgspec.structs.replace(tx.existing(Person, child), **values)))


def decide(desk: RealDesk, field: str, value: Value) -> None:
    """An officer decides all that waits of the field, record by record."""
    waits = desk.ask("SELECT id, kind, record FROM conflict WHERE state='open' AND field=?", field)
    for kind, record in sorted({row[1:] for row in waits}):
        ids = [row[0] for row in waits if row[2] == record]
        desk.run(partial(decide_conflict, kind=kind, record=record, field=field, ids=ids, value=value))


def asked(desk: RealDesk) -> list[tuple[str, str]]:
    """(record, field) of what waits for a person there."""
    return desk.ask("SELECT DISTINCT record, field FROM conflict WHERE state='open' ORDER BY 1, 2")


def held_by(desk: RealDesk, child: RecordId) -> list[str]:
    """The places that the desk says hold the record too."""
    read = desk.register.write(lambda tx: sorted(sharing_of(tx.connection, child).shares)).result()[0]
    return list(read)


HOUSES = ("house", "shift")


def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="sheltered-"))
    engine.copy(engine.kept("travelled", travelled_office.made), folder)
    real = RealProvince(open_province(folder / "province", folder / "key-file"))
    try:
        for name in HOUSES:
            make_register(folder / f"{name}.db", real.enrol(HOUSE))
    finally:
        real.line.shut()
        real.province.close()
    office = ShelteredOffice(folder)
    office.sync()
    office.close()
    return folder


class ShelteredOffice(TravelledOffice):
    """And `house` and `shift`, two desks of one house; all have been in touch with the province."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.house, self.shift = (self._open(name) for name in HOUSES)

    def sync(self, *names: str) -> None:
        super().sync(*(names or (*self.desks, *self.desks)))

    def share(self, child: RecordId, *, by: str = "ours") -> None:
        self.desks[by].run(lambda tx: share_child(tx, child, THERE, "protection"))
        self.sync()

    def take_back(self, child: RecordId, *, by: str = "ours") -> None:
        self.desks[by].run(lambda tx: take_back(tx, child, THERE))

    def hand_back(self, child: RecordId) -> None:
        self.house.run(lambda tx: hand_back(tx, child))

    def revoke(self, name: str) -> None:
        desk = self.desks[name].register.identity.desk
        self.real.write(lambda connection: desks.revoke(connection, self.real.province, desk))


@contextmanager
def sheltered_office(folder: Path) -> Iterator[ShelteredOffice]:
    """A fresh copy of the office, on the engine of the test."""
    engine.copy(engine.kept("sheltered", _made), folder)
    office = ShelteredOffice(folder)
    try:
        yield office
    finally:
        office.close()
