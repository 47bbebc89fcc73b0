"""A crash leaves no picture of the memory on the disk, though the account's own settings would have one kept."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("a limit of POSIX systems", allow_module_level=True)

import resource

AS_IT_IS = "import sys; from commune_desk.__main__ import main; sys.exit(main())"
LEFT_OUT = "import commune_desk.app; commune_desk.app.leave_no_core = int; " + AS_IT_IS


@pytest.fixture
def keeps_cores() -> Iterator[int]:
    """An account whose crashes leave cores, as large as it may have them; one that may have none is not tested."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    if before[1] == 0:
        pytest.skip("this account may keep no cores at all")
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    yield before[1]
    resource.setrlimit(resource.RLIMIT_CORE, before)


def _largest_core(program: str, profile: Path) -> int:
    """Bytes of a core that the program would leave once its first page is shown; -1 for as many as there are."""
    command = [sys.executable, "-c", program, "--profile", str(profile), "--announce"]
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=surroundings) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"shown\n"
        allowed = resource.prlimit(process.pid, resource.RLIMIT_CORE)[0]
        process.kill()
    return allowed


def test_the_program_leaves_no_core(keeps_cores: int, tmp_path: Path) -> None:
    assert _largest_core(AS_IT_IS, tmp_path) == 0


def test_by_itself_the_system_would_keep_one(keeps_cores: int, tmp_path: Path) -> None:
    """The twin: names and the register's key lie in such a file."""
    assert _largest_core(LEFT_OUT, tmp_path) == keeps_cores
