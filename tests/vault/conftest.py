"""One register with one officer, made once; each test gets a copy of its keyfile."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commune_desk.vault import recovery, vault
from commune_desk.vault.keyfile import spare_of
from commune_desk.vault.keys import RegisterKey
from sync.seal import BoxKey

PASSPHRASE = "bốn con mèo đi biển"
DB_ID = "0198c0de" * 4
DESK_ID = "7KQ2M9"


class Clock:
    """A PC whose two clocks are moved by hand."""

    def __init__(self) -> None:
        self.wall = 1_790_000_000.0
        self.up = 5_000.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.wall, UTC)

    def uptime(self) -> float:
        return self.up

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.up += seconds


@dataclass
class Desk:
    path: Path
    key: RegisterKey
    clock: Clock

    def unlock(self, login: str = "hoa", passphrase: str = PASSPHRASE) -> RegisterKey:
        return vault.unlock(self.path, login, passphrase, clock=self.clock, uptime=self.clock.uptime)


@pytest.fixture(scope="session")
def escrow() -> BoxKey:
    return BoxKey.generate()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, escrow: BoxKey) -> Desk:
    path = tmp_path_factory.mktemp("made") / "register.key"
    key = vault.create(path, login="hoa", officer_id="1" * 32, passphrase=PASSPHRASE, db_id=DB_ID)
    recovery.set_recovery(path, key, escrow_public=escrow.public, desk_id=DESK_ID)
    return Desk(path, key, Clock())


@pytest.fixture
def desk(made: Desk, tmp_path: Path) -> Desk:
    path = tmp_path / "register.key"
    shutil.copy(made.path, path)
    shutil.copy(spare_of(made.path), spare_of(path))
    return Desk(path, made.key, Clock())
