"""A command that is given as another account of the machine than the province's is refused with a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.store_engine import engine
from tests.sync.actors.server_fixtures import province_in

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there a file has the rights of its folder")
_NOBODY = 65534
_AS_NOBODY = f"""
import os, sys
import sync.server.commands.commands
from sync.server.__main__ import main
if os.getuid() == 0:
    os.setgroups([]), os.setgid({_NOBODY}), os.setuid({_NOBODY})
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with engine.chosen(None), province_in(tmp_path):
        return tmp_path


def _refused(folder: Path, *words: str) -> str:
    places = ["--data", str(folder / "data"), "--key-file", str(folder / "key.json")]
    (folder / "data").chmod(0o700 if os.getuid() == 0 else 0)
    try:
        line = [sys.executable, "-c", _AS_NOBODY, "--lang", "en", *words, *places]
        done = subprocess.run(line, capture_output=True, text=True)
    finally:
        (folder / "data").chmod(0o700)
    assert done.returncode == 2, done.stderr
    return done.stderr


@pytest.mark.parametrize("words", [("status",), ("desk", "list"), ("erasures",), ("upgrade",)])
def test_that_it_may_not_is_said_and_not_that_there_is_no_province(folder: Path, words: tuple[str, ...]) -> None:
    said = _refused(folder, *words)
    assert str(folder / "data") in said
    assert said.count("\n") == 1
    assert "cannot be read" in said
    assert "init" not in said
