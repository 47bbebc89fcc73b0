"""Desks as the program makes them, with keyfile and register, enrolled at the real province in process."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.model.ids import RecordId, uuid7
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import Clock, SystemClock
from commune_desk.store.desk.register import Register
from commune_desk.store.engine.settings import Pins
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.usecases.registers.backups import back_up, restore
from commune_desk.usecases.registers.enrolment import identity_of, scope_keys_of, take_up, with_last_receipt
from commune_desk.usecases.registers.opening import OpenDesk, make_register, unlock
from commune_desk.usecases.registers.profile import NewOfficer, Profile
from commune_desk.usecases.sync.desk_sync import DeskSync
from sync.client.enrol import Credentials
from sync.client.session import Session, SyncOutcome
from sync.client.transport import Transport
from tests.helpers.builders import save_all
from tests.sync.actors.real_province import OFFICE, RealProvince

LOGIN, PASSPHRASE = "hoa", "bốn con mèo đi biển"
OFFICER = NewOfficer(LOGIN, "Cán bộ Thử", PASSPHRASE)


class EnrolledDesk:
    """An open desk and its province; `heard` is what sync announced to the pages."""

    def __init__(self, desk: OpenDesk, province: RealProvince) -> None:
        self.open = desk
        self.province = province
        self.heard: list[ChangeSet] = []
        self._going: tuple[Register, str, DeskSync] | None = None

    @property
    def id(self) -> str:
        return self.open.register.identity.desk

    def session(self) -> DeskSync:
        def connect(pins: Pins) -> Transport:
            return self.province.transport(pins.address, pins.ca_pem)

        return DeskSync(self.open.register, self.heard.append, connect=connect)

    def sync(self) -> SyncOutcome:
        """With the session of the sync before, as the program keeps it while the register is open as the same desk."""
        if self._going is None or self._going[0] is not self.open.register or self._going[1] != self.id:
            self._going = self.open.register, self.id, self.session()
        return self._going[2].sync()

    def only_pull(self) -> None:
        """A sync without the round that gives numbers to what has none."""
        Session(self.province.transport(), RegisterReplica(self.open.register, self.heard.append)).sync()

    def enrol_anew(self, grants: Mapping[str, Role] = OFFICE) -> None:
        shown = with_last_receipt(self.open.register, Credentials())
        take_up(self.open, self.province.enrol(grants, shown), "PC of tests")

    def ask(self, sql: str, *values: object) -> list[Any]:
        """Rows, read on the writer's own connection."""
        return self.open.register.write(lambda tx: tx.connection.execute(sql, values).fetchall()).result()[0]

    def edit(self, person: RecordId, **fields: Any) -> ChangeSet:
        before = self.open.register.write(lambda tx: tx.existing(Person, person)).result()[0]
        return self.open.register.write(save_all(msgspec.structs.replace(before, **fields))).result()[1]

    def shown(self, person: RecordId, field: str) -> object:
        rows = self.ask(f"SELECT {field} FROM person WHERE id=?", person)
        return rows[0][0] if rows else "no such person"

    def copied(self, folder: Path) -> EnrolledDesk:
        """Another PC with a copy of this one's disk."""
        clock = self.open.register.clock
        self.close()
        shutil.copytree(self.open.profile.folder, folder)
        self.open = unlock(self.open.profile, LOGIN, PASSPHRASE, clock=clock)
        return EnrolledDesk(unlock(Profile(folder), LOGIN, PASSPHRASE, clock=clock), self.province)

    def back_up(self, target: Path) -> None:
        back_up(self.open, target)

    def restored(self, source: Path, folder: Path) -> EnrolledDesk:
        """The desk that comes out of a backup."""
        folder.mkdir()
        clock = self.open.register.clock
        return EnrolledDesk(restore(Profile(folder), source, LOGIN, PASSPHRASE, clock=clock), self.province)

    def restart(self) -> None:
        clock = self.open.register.clock
        self.close()
        self.open = unlock(self.open.profile, LOGIN, PASSPHRASE, clock=clock)

    def close(self) -> None:
        self.open.register.close()


def enrolled_desk(
    province: RealProvince, folder: Path, *, clock: Clock | None = None, grants: Mapping[str, Role] = OFFICE
) -> EnrolledDesk:
    """A new desk in `folder`."""
    folder.mkdir()
    enrolment = province.enrol(grants)
    identity = identity_of(enrolment, "PC of tests", uuid7())
    keys = scope_keys_of(enrolment)
    return EnrolledDesk(make_register(Profile(folder), OFFICER, identity, keys, clock=clock or SystemClock()), province)
