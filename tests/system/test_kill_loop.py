"""A process that saves is killed at any moment: what it acknowledged is there, whole, and the register goes on."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from commune_desk.store.engine.database import connect
from commune_desk.vault.keys import RegisterKey
from tests.helpers.workplaces import make_register
from tests.system.forked import Forked
from tests.system.register_check import faults
from tests.system.saver import AFTER, BEFORE

ROUNDS = 25
KEY = RegisterKey(bytes(range(32)))


class Saver(Forked):
    """The process of `tests.system.saver`."""

    def __init__(self, register: Path) -> None:
        super().__init__("tests.system.saver", str(register), KEY.hex)

    def save_and_die(self, when: str, *, saves: int, seconds: float) -> list[str]:
        """Let it acknowledge `saves` records, kill it `seconds` later; every id that it acknowledged."""
        pid = self.begin(when)
        told = [self.heard() for _ in range(saves)]
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        while word := self.heard():
            told.append(word)
        assert all(told), "the process ended by itself"
        return told


@pytest.fixture
def register(tmp_path: Path) -> Path:
    made = make_register(tmp_path, key=KEY)
    made.close()
    return made.path


def test_no_acknowledged_save_is_lost_wherever_the_process_dies(register: Path) -> None:
    chance = random.Random(20261123)
    acknowledged: list[str] = []
    with Saver(register) as saver:
        for turn in range(ROUNDS):
            seconds = chance.random() * 0.02
            told = saver.save_and_die(AFTER, saves=chance.choice((0, 0, 1, 2, 5, 9, 40)), seconds=seconds)
            acknowledged += told
            assert faults(register, KEY, acknowledged) == [], f"round {turn}"
    assert len(acknowledged) > ROUNDS * 3


def test_acknowledging_before_the_commit_would_be_found(register: Path) -> None:
    with Saver(register) as saver:
        acknowledged = [one for _ in range(8) for one in saver.save_and_die(BEFORE, saves=3, seconds=0)]
    found = faults(register, KEY, acknowledged)
    assert found
    assert all(fault.endswith("was acknowledged and is lost") for fault in found)


@pytest.mark.parametrize(
    "loss",
    [
        "DELETE FROM home_visit WHERE id=(SELECT min(id) FROM home_visit)",
        "DELETE FROM change WHERE n=2",
        "DELETE FROM audit WHERE seq=3",
        "DELETE FROM child_index WHERE row=(SELECT min(row) FROM child_index)",
        "UPDATE change SET head=zeroblob(32) WHERE n=1",
    ],
)
def test_any_half_of_a_save_that_is_missing_would_be_found(register: Path, loss: str) -> None:
    with Saver(register) as saver:
        told = saver.save_and_die(AFTER, saves=5, seconds=0)
    assert faults(register, KEY, told) == []
    connection = connect(register, KEY)
    connection.execute(loss)
    connection.close()
    assert faults(register, KEY, told) != []
