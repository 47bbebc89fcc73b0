"""Two who decide two things of the policy at the same time: both stand."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sync.server.commands import policy_commands
from sync.server.identity import policy
from tests.sync.actors.server_fixtures import command, province_in

pytestmark = pytest.mark.usefixtures("store_engine")

_SECONDS = 3.0
"""In which another command is over that nobody keeps waiting."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with province_in(tmp_path):
        yield tmp_path


def test_neither_undoes_what_the_other_decided(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key.json")]
    line = [sys.executable, "-m", "sync.server", "policy", *places, "--conflict-days", "3"]
    beside: list[subprocess.Popen[bytes]] = []

    def decide(*args: Any) -> None:
        beside.append(subprocess.Popen(line, stdout=subprocess.DEVNULL))
        with suppress(subprocess.TimeoutExpired):
            beside[0].wait(_SECONDS)
        policy.decide(*args)

    with monkeypatch.context() as patch:
        patch.setattr(policy_commands, "decide", decide)
        assert command(folder, "policy", "--lease-days", "60").returncode == 0
    assert beside[0].wait(60) == 0
    said = msgspec.json.decode(command(folder, "policy", "--json").stdout)
    assert (said["lease_days"], said["conflict_days"]) == (60, 3)
