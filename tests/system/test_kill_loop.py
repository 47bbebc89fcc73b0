"""A process that saves is killed at any moment: what it acknowledged is there, whole, and the register goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import pytest

from commune_desk.store.engine.database import connect
from commune_desk.vault.keys import RegisterKey
from tests.helpers.workplaces import make_register
from tests.system.register_check import faults
from tests.system.saver import AFTER, BEFORE

ROUNDS = 25
KEY = RegisterKey(bytes(range(32)))


class Saver:
    """The process of `tests.system.saver`. A context manager."""

    def __init__(self, register: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.system.saver", str(register), KEY.hex],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def save_and_die(self, when: str, *, saves: int, seconds: float) -> list[str]:
        """Let it acknowledge `saves` records, kill it `seconds` later; every id that it acknowledged."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{when}\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        told = [self._process.stdout.readline().strip() for _ in range(saves)]
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        while word := self._process.stdout.readline().strip():
            told.append(word)
        assert all(told), "the process ended by itself"
        return told

    def __enter__(self) -> Saver:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        self._process.wait(30)


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
