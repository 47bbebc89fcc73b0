"""The real province in process, and desks that enrol at it with the real client.

Where both halves are here, a code is stretched in a thousandth of the memory: nobody guesses at it, and each would take
half a second. What a code costs as it is shipped stands in `wire/test_seal.py`; whoever enrols by the program pays it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Select

from commune_desk.domain.model.access import Role
from commune_desk.domain.time.clock import Clock, SystemClock
from sync import seal
from sync.client.enrol import Credentials, Enrolment, enrol
from sync.client.transport import Transport
from sync.server.edge.app import Service
from sync.server.edge.enrolment import EnrolCode, make_code
from sync.server.engine.database import WHOLE_PROVINCE, Work
from sync.server.identity.province import Province, open_province
from sync.server.lifecycle.founding import found
from tests.helpers.store_engine import engine
from tests.sync.actors.in_process import InProcess
from tests.sync.actors.one_by_one import app_of

COMMUNE, OTHER_COMMUNE, SHELTER = "C:06838", "C:06839", "S:AD01"
OFFICE: Mapping[str, Role] = {COMMUNE: Role.COMMUNE_OFFICER}
HOUSE: Mapping[str, Role] = {SHELTER: Role.SHELTER_WORKER}

_QUICK_KIB = seal.CODE_MEMORY_KIB // 1024

T = TypeVar("T")


class RealProvince:
    """A founded province and the line to it."""

    def __init__(self, province: Province) -> None:
        self.province = province
        self.line = InProcess(app_of(Service(province)))

    def restart(self) -> None:
        """A new process on the same database: what it only remembered is gone."""
        self.line.app = app_of(Service(self.province))

    def write(self, work: Work[T]) -> T:
        """Something done at the province itself."""
        return self.province.database.write(work, WHOLE_PROVINCE)

    def scalars(self, statement: Select[Any]) -> list[Any]:
        """The first column of what the whole province holds."""
        return self.province.database.read(lambda connection: list(connection.scalars(statement)), WHOLE_PROVINCE)

    def transport(self, address: str = "province.test", ca_pem: bytes | None = None) -> Transport:
        return Transport(address, ca_pem=ca_pem, adapter=self.line)

    def code(self, grants: Mapping[str, Role] = OFFICE, *, hours: int = 72) -> EnrolCode:
        return self.write(
            lambda connection: make_code(connection, self.province, dict(grants), label="PC of tests", hours=hours)
        )

    def enrol(self, grants: Mapping[str, Role] = OFFICE, credentials: Credentials | None = None) -> Enrolment:
        with pytest.MonkeyPatch.context() as quick:
            quick.setattr(seal, "CODE_MEMORY_KIB", _QUICK_KIB)
            code = self.code(grants).code
            return enrol(
                "province.test",
                code,
                "PC of tests",
                program_version="0",
                credentials=credentials,
                connect=self.transport,
            )


@contextmanager
def real_province(folder: Path, *, clock: Clock | None = None) -> Iterator[RealProvince]:
    """A province under `folder`, closed at the end."""
    province = found(
        folder / "province",
        folder / "key-file",
        name="Tests",
        hosts=["province.test"],
        clock=clock or SystemClock(),
        where=engine.new(),
    )
    with _until_closed(province) as real:
        yield real


@contextmanager
def copied_province(folder: Path) -> Iterator[RealProvince]:
    """The province that was copied to `folder`, of one that `real_province` founded; closed at the end."""
    with _until_closed(open_province(folder / "province", folder / "key-file")) as real:
        yield real


@contextmanager
def _until_closed(province: Province) -> Iterator[RealProvince]:
    real = RealProvince(province)
    try:
        yield real
    finally:
        real.line.shut()
        real.province.close()  # the one that stands now: a test may have put another in its place
