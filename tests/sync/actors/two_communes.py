"""Desks of two communes at one province, between which a child moves."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.moves import move_child
from sync.server.identity.scopes import ensure_communes
from tests.helpers.builders import make_visit, save_all
from tests.helpers.store_engine import engine
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE, RealProvince, copied_province, real_province

THERE = Scope(OTHER_COMMUNE)


_PLACES = {"old": COMMUNE, "late": COMMUNE, "new": OTHER_COMMUNE}


def _made() -> Path:
    """The two communes as every test begins with them."""
    folder = Path(tempfile.mkdtemp(prefix="communes-"))
    with real_province(folder) as real:
        escrow = real.province.escrow_public
        real.write(lambda connection: ensure_communes(connection, escrow_public=escrow))
        for name, scope in _PLACES.items():
            make_register(folder / f"{name}.db", real.enrol({scope: Role.COMMUNE_OFFICER}))
    return folder


class Two:
    """Two desks of one commune and one of another."""

    def __init__(self, folder: Path, real: RealProvince) -> None:
        self.real = real
        self.desks = {name: RealDesk(folder / f"{name}.db", SystemClock(), real.transport) for name in _PLACES}
        self.old, self.late, self.new = self.desks.values()

    def sync(self) -> None:
        for desk in (*self.desks.values(), *self.desks.values()):
            desk.sync()


_Two = TypeVar("_Two", bound=Two)


@contextmanager
def two_communes(folder: Path, make: type[_Two]) -> Iterator[_Two]:
    """They and their province; every register is closed behind them."""
    engine.copy(engine.kept("communes", _made), folder)
    with copied_province(folder) as real:
        made = make(folder, real)
        yield made
        for desk in made.desks.values():
            desk.register.close()


def move(desk: RealDesk, child: RecordId) -> None:
    def run(tx: Tx) -> None:
        move_child(tx, child, THERE)

    desk.register.write(run).result()


def visit(desk: RealDesk, child: RecordId) -> RecordId:
    made = make_visit(child, scope=Scope(desk.register.identity.scope))
    desk.register.write(save_all(made)).result()
    return made.id


def words_in(desk: RealDesk) -> str:
    """Every value of every table of the register, whatever it is for."""
    found = []
    for (table,) in desk.ask("SELECT name FROM sqlite_master WHERE type='table' AND sql NOT LIKE 'CREATE VIRTUAL%'"):
        for row in desk.ask(f'SELECT * FROM "{table}"'):
            found += [cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell) for cell in row]
    return "\n".join(found)
