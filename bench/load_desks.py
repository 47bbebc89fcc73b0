"""Light desks of many communes: the program's own sync over TLS, with a journal in memory in place of a register."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.load_model import Attempt
from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.time.clock import SystemClock
from sync.client.errors import SyncFault
from sync.client.session import Session
from sync.client.transport import Exchange, Transport
from sync.server.engine.address import PostgresAddress
from sync.server.lifecycle.founding import found
from tests.sync.actors.memory_replica import Identity, MemoryReplica
from tests.sync.actors.server_fixtures import ServerDesk, World, province_in

WRITES_EVERY = 900.0
"""Virtual seconds between two visits of an officer: four an hour, all day, is more than anybody makes."""
DESKS_PER_COMMUNE = 2
FIRST_COMMUNE = 10_000


class LightDesk:
    """A desk that writes a visit now and then and syncs when it is told to."""

    def __init__(self, own: ServerDesk, scope: str, transport: Transport) -> None:
        province = own.world.province
        identity = Identity(own.id, own.world.epoch, own.key, province.keys.authority.public)
        self.replica = MemoryReplica(identity)
        self._scope, self._person, self._written_at = scope, uuid7(), 0.0
        self._heard: list[Exchange] = []
        transport.on_exchange = lambda exchange: self._heard.append(exchange)
        self._session = Session(transport, self.replica)
        self.replica.record(scope, "person", self._person, {"full_name": "Đặng Thị Hoà"})

    @property
    def waiting(self) -> int:
        """Changes that no receipt names."""
        return len(self.replica.lines) - self.replica.accepted_n

    def sync(self, now: float) -> Attempt:
        while self._written_at + WRITES_EVERY <= now:
            self._written_at += WRITES_EVERY
            visit = {"visited_on": "2026-11-20", "risk_level": "low", "observations": "Cháu khoẻ, đi học đều."}
            self.replica.record(self._scope, "home_visit", uuid7(), {"person": self._person, **visit})
        self._heard = []
        try:
            self._session.sync()
        except SyncFault as fault:
            return Attempt(self._heard, fault)
        return Attempt(self._heard, None)


def desks_of(world: World, count: int) -> Iterator[tuple[ServerDesk, str]]:
    """So many enrolled desks, two to a commune, with their scopes."""
    for number in range(count):
        scope = f"C:{FIRST_COMMUNE + number // DESKS_PER_COMMUNE}"
        yield world.desk({scope: Role.COMMUNE_OFFICER}), scope


@contextmanager
def province_on(folder: Path, where: PostgresAddress) -> Iterator[World]:
    """A new province whose store is `where`, open here for what its own people do."""
    clock = SystemClock()
    found(
        folder / "data", folder / "key.json", name="Measurement", hosts=["127.0.0.1"], clock=clock, where=where
    ).close()
    with province_in(folder) as world:
        world.clock.at = clock.now()
        yield world
