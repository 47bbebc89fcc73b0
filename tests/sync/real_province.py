"""The real province in process, and desks that enrol at it with the real client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from commune_desk.domain.access import Role
from commune_desk.domain.clock import Clock, SystemClock
from sync.client.enrol import Enrolment, enrol
from sync.client.transport import Transport
from sync.server.app import Service
from sync.server.enrolment import EnrolCode, make_code
from sync.server.founding import found
from sync.server.province import Province
from tests.sync.in_process import InProcess

COMMUNE, OTHER_COMMUNE, SHELTER = "C:06838", "C:06839", "S:AD01"
OFFICE: Mapping[str, Role] = {COMMUNE: Role.COMMUNE_OFFICER}
HOUSE: Mapping[str, Role] = {SHELTER: Role.SHELTER_WORKER}


class RealProvince:
    """A founded province and the line to it."""

    def __init__(self, province: Province) -> None:
        self.province = province
        self.line = InProcess(Service(province).app())

    def restart(self) -> None:
        """A new process on the same database: what it only remembered is gone."""
        self.line.app = Service(self.province).app()

    def transport(self, address: str = "province.test", ca_pem: bytes | None = None) -> Transport:
        return Transport(address, ca_pem=ca_pem, adapter=self.line)

    def code(self, grants: Mapping[str, Role] = OFFICE, *, hours: int = 72) -> EnrolCode:
        with self.province.database.write() as connection:
            return make_code(connection, self.province, dict(grants), label="PC of tests", hours=hours)

    def enrol(self, grants: Mapping[str, Role] = OFFICE) -> Enrolment:
        code = self.code(grants).code
        return enrol("province.test", code, "PC of tests", program_version="0", connect=self.transport)


@contextmanager
def real_province(folder: Path, *, clock: Clock | None = None) -> Iterator[RealProvince]:
    """A province under `folder`, closed at the end."""
    province = found(
        folder / "province", folder / "key-file", name="Tests", hosts=["province.test"], clock=clock or SystemClock()
    )
    real = RealProvince(province)
    try:
        yield real
    finally:
        real.line.shut()
        province.close()
