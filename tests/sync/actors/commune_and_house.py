"""A desk of a commune and one of the house at one province, between which a child's record is shared."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from commune_desk.domain.model.access import Role
from commune_desk.domain.time.clock import SystemClock
from sync.server.identity.scopes import ensure_communes
from tests.helpers.store_engine import engine
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import HOUSE, OFFICE, RealProvince, copied_province, real_province

_PLACES = {"house": HOUSE, "office": OFFICE}


def _made() -> Path:
    """Both as every test begins with them."""
    folder = Path(tempfile.mkdtemp(prefix="both-"))
    with real_province(folder) as real:
        escrow = real.province.escrow_public
        real.write(lambda connection: ensure_communes(connection, escrow_public=escrow))
        for name, grants in _PLACES.items():
            make_register(folder / f"{name}.db", real.enrol(grants))
    return folder


class Both:
    """A desk of a commune and a desk of the house."""

    def __init__(self, folder: Path, real: RealProvince) -> None:
        self.real, self._folder = real, folder
        self.desks: dict[str, RealDesk] = {}
        self.house, self.office = (self._open(name) for name in _PLACES)

    def join(self, name: str, grants: Mapping[str, Role]) -> RealDesk:
        """One more desk, enrolled now."""
        make_register(self._folder / f"{name}.db", self.real.enrol(grants))
        return self._open(name)

    def _open(self, name: str) -> RealDesk:
        self.desks[name] = RealDesk(self._folder / f"{name}.db", SystemClock(), self.real.transport)
        return self.desks[name]

    def sync(self) -> None:
        for desk in (*self.desks.values(), *self.desks.values()):
            desk.sync()


@contextmanager
def commune_and_house(folder: Path) -> Iterator[Both]:
    """They and their province; every register is closed behind them."""
    engine.copy(engine.kept("both", _made), folder)
    with copied_province(folder) as real:
        made = Both(folder, real)
        yield made
        for desk in made.desks.values():
            desk.register.close()
