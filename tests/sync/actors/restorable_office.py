"""Desks of two communes at a province that can be backed up and put back while they go on."""

from __future__ import annotations

from pathlib import Path

import msgspec
from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope
from commune_desk.domain.time.clock import SystemClock
from sync.server.engine import tables
from sync.server.lifecycle import backups
from sync.server.lifecycle.backups import back_up
from tests.helpers.builders import make_person, save_all
from tests.sync.actors import kept_provinces
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE, RealProvince


class Office:
    """Two desks of a commune, one of another, and a province with backups."""

    def __init__(self, folder: Path, real: RealProvince) -> None:
        self.folder, self.real = folder, real
        self.desks = []
        for number, scope in enumerate((COMMUNE, COMMUNE, OTHER_COMMUNE)):
            path = folder / f"{number}.db"
            make_register(path, real.enrol({scope: Role.COMMUNE_OFFICER}))
            self.desks.append(RealDesk(path, SystemClock(), real.transport))

    def save(self, desk: int, name: str) -> None:
        register = self.desks[desk].register
        scope = Scope(register.identity.scope)
        register.write(save_all(msgspec.structs.replace(make_person(name), scope=scope))).result()

    def sync(self, *order: int) -> None:
        for number in order or (0, 1, 2):
            self.desks[number].sync()

    def back_up(self, name: str = "backup") -> backups.Backup:
        """By the command, which is the embedded engine's alone."""
        return back_up(self.real.province, self.folder / name)

    def restore(self, name: str = "backup", *, older: bool = False) -> None:
        kept_provinces.put_back(self.real, self.folder / "key-file", self.folder / name, older=older)

    def lacks(self) -> set[str]:
        """What a desk made that the province holds nowhere."""
        held = {one for table in (tables.change, tables.quarantine) for one in self.real.scalars(select(table.c.id))}
        made = "SELECT id FROM change WHERE desk=? AND n IS NOT NULL"
        return {row[0] for desk in self.desks for row in desk.ask(made, desk.register.identity.desk)} - held

    def people(self, desk: int) -> list[tuple[str, str]]:
        return self.desks[desk].ask("SELECT id, full_name FROM person ORDER BY id")

    def durable(self) -> list[int]:
        ids = [desk.register.identity.desk for desk in self.desks]
        return [self.real.scalars(select(tables.desk.c.durable_n).where(tables.desk.c.id == one))[0] for one in ids]
