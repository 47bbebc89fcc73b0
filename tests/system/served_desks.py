"""A province served by a process and desks with registers of their own that reach it by whatever line a test makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from commune_desk.domain.model.access import Role
from commune_desk.domain.time.clock import SystemClock
from sync.client.enrol import enrol
from sync.client.transport import Limits, Transport
from sync.server.lifecycle.founding import found
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.store_engine import engine
from tests.story.province import Province
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import OFFICE, RealProvince


@contextmanager
def served(
    folder: Path, host: str = "127.0.0.1", more: Sequence[Mapping[str, Role]] = ()
) -> Iterator[tuple[Province, list[str]]]:
    """A province that serves, named as reached at `host`, and codes for two desks of one commune and `more`."""
    made = Province(folder)
    founded = found(
        made.data, made.key_file, name="Tests", hosts=["127.0.0.1", host], clock=SystemClock(), where=engine.new()
    )
    codes = [RealProvince(founded).code(grants).code for grants in (OFFICE, OFFICE, *more)]
    founded.close()
    try:
        yield made, codes
    finally:
        made.kill()


def join(folder: Path, name: str, address: str, code: str) -> ServedDesk:
    """A desk that enrols at `address`."""
    enrolment = enrol(address, code, name, program_version="0")
    make_register(folder / f"{name}.db", enrolment)
    return ServedDesk(folder / f"{name}.db", address, enrolment.ca_pem)


class ServedDesk(RealDesk):
    """Syncs at `address`, which a test may move, within `limits`."""

    def __init__(self, path: Path, address: str, ca_pem: bytes) -> None:
        self.address = address
        self.limits = Limits()
        super().__init__(path, SystemClock(), lambda: Transport(self.address, ca_pem=ca_pem, limits=self.limits))

    def write(self, children: int, visits: int = 4) -> None:
        """Much that the province lacks."""
        for _ in range(children):
            person, file = make_child()
            self.register.write(save_all(person, file, *(make_visit(person.id) for _ in range(visits)))).result()

    def changes(self) -> list[tuple[str, int]]:
        """Desk and number of every change the register holds, in order."""
        return [(desk, n) for desk, n in self.ask("SELECT desk, n FROM change ORDER BY desk, n")]
