"""Desks that never have a line, at a province on either engine: all they send and hear goes on a stick."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.time.clock import SystemClock
from commune_desk.usecases.sync.courier import Courier
from commune_desk.usecases.sync.stick_bundles import ReadIn
from sync import bundle
from sync.server.engine import tables
from sync.server.engine.database import NO_SCOPE
from sync.server.identity.province import epoch_of, open_province
from sync.server.lifecycle.restoring import begin
from tests.helpers.builders import make_person, save_all
from tests.helpers.store_engine import engine
from tests.sync.actors.couriers import bring, empty
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import OFFICE, RealProvince


class Islands:
    """The province and its desks, none of which has pulled yet."""

    def __init__(self, folder: Path, real: RealProvince) -> None:
        self.folder, self.real = folder, real
        self.desks: list[RealDesk] = []
        self._stick = folder / "stick"
        self._stick.mkdir()

    def desk(self, grants: Mapping[str, Role] = OFFICE) -> RealDesk:
        path = self.folder / f"island{len(self.desks)}.db"
        make_register(path, self.real.enrol(grants))
        self.desks.append(RealDesk(path, SystemClock(), self.real.transport))
        self.desks[-1].sync()
        return self.desks[-1]

    def close(self) -> None:
        for desk in self.desks:
            desk.register.close()

    def save(self, desk: RealDesk, *names: str) -> None:
        for name in names:
            desk.register.write(save_all(make_person(name))).result()

    def write_out(self, desk: RealDesk, *, room: int = bundle.MAX_INSIDE) -> list[bytes]:
        with empty(self._stick):
            wrote = Courier(desk.register, lambda changes: None, room=room).write_out(self._stick)
            return [(self._stick / bundle.named(one)).read_bytes() for one in wrote.fingerprints]

    def read_in(self, desk: RealDesk, *files: bytes) -> ReadIn:
        with empty(self._stick):
            for data in files:
                (self._stick / bundle.file_name(data)).write_bytes(data)
            return Courier(desk.register, lambda changes: None).read_in(self._stick)

    def bring(self, *files: bytes) -> list[bytes]:
        """The stick at the province; what it takes back."""
        return bring(self.real.province, *files)

    def trip(self, desk: RealDesk) -> ReadIn:
        """There and back."""
        return self.read_in(desk, *self.bring(*self.write_out(desk)))

    def begin_epoch(self) -> None:
        """As the command does after another tool put a copy back."""
        begin(self.real.province)

    def back_up(self) -> None:
        """The province as it stands now."""
        self._reopen(lambda data: engine.copy(data, self.folder / "backup"))

    def put_back(self) -> None:
        """The backup stands again, and its people say so."""
        self._reopen(lambda data: engine.put_back(self.folder / "backup", data))
        self.begin_epoch()

    def _reopen(self, meanwhile: Callable[[Path], object]) -> None:
        data = self.real.province.data
        self.real.province.close()
        meanwhile(data)
        self.real.province = open_province(data, self.folder / "key-file")
        self.real.restart()

    @property
    def epoch(self) -> str:
        return self.real.province.database.read(epoch_of, NO_SCOPE)

    def held(self, desk: RealDesk) -> list[int]:
        """The numbers of the desk's changes that the province has merged."""
        named = desk.register.identity.desk
        return sorted(self.real.scalars(select(tables.change.c.n).where(tables.change.c.desk == named)))

    def set_aside(self, desk: RealDesk) -> list[int]:
        named = desk.register.identity.desk
        return sorted(self.real.scalars(select(tables.quarantine.c.n).where(tables.quarantine.c.desk == named)))


def people(desk: RealDesk) -> list[str]:
    return sorted(row[0] for row in desk.ask("SELECT full_name FROM person"))


def waiting(desk: RealDesk) -> int:
    return int(desk.ask("SELECT count(*) FROM change WHERE state='waiting'")[0][0])
