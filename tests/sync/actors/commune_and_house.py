"""A desk of a commune and one of the house at one province, between which a child's record is shared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from commune_desk.domain.model.access import Role
from commune_desk.domain.time.clock import SystemClock
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.scopes import ensure_communes
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import HOUSE, OFFICE, RealProvince, real_province


class Both:
    """A desk of a commune and a desk of the house."""

    def __init__(self, folder: Path, real: RealProvince) -> None:
        self.real, self._folder, escrow = real, folder, real.province.escrow_public
        real.province.database.write(lambda c: ensure_communes(c, escrow_public=escrow), WHOLE_PROVINCE)
        self.desks: dict[str, RealDesk] = {}
        self.house = self.join("house", HOUSE)
        self.office = self.join("office", OFFICE)

    def join(self, name: str, grants: Mapping[str, Role]) -> RealDesk:
        """One more desk, enrolled now."""
        path = self._folder / f"{name}.db"
        make_register(path, self.real.enrol(grants))
        self.desks[name] = RealDesk(path, SystemClock(), self.real.transport)
        return self.desks[name]

    def sync(self) -> None:
        for desk in (*self.desks.values(), *self.desks.values()):
            desk.sync()


@contextmanager
def commune_and_house(folder: Path) -> Iterator[Both]:
    """They and their province; every register is closed behind them."""
    with real_province(folder) as real:
        made = Both(folder, real)
        yield made
        for desk in made.desks.values():
            desk.register.close()
