"""What a killed writer of bundles leaves on a stick goes with the next bundle, on either side; nothing else goes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from commune_desk.usecases.sync import stick
from sync import bundle
from sync.server.commands.courier_commands import write_bundle

CUT_OFF = 9
HALF_AN_HOUR, TWO_HOURS = 30 * 60, 2 * 60 * 60
Write = Callable[[Path, bytes], object]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the writer is killed in a fork of this process")
both = pytest.mark.parametrize("write", [stick.put, write_bundle], ids=["desk", "province"])


def killed(write: Write, folder: Path, monkeypatch: pytest.MonkeyPatch, *, age: float) -> Path:
    """What a process leaves that is killed before the file has its name, and how long ago."""
    child = os.fork()
    if not child:
        monkeypatch.setattr(os, "fsync", lambda _handle: os._exit(CUT_OFF))
        try:
            write(folder, b"killed amid this one")
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == CUT_OFF
    (left,) = folder.iterdir()
    then = left.stat().st_mtime - age
    os.utime(left, (then, then))
    return left


@both
@pytest.mark.parametrize(("age", "is_cleared"), [(HALF_AN_HOUR, False), (TWO_HOURS, True)])
def test_what_a_killed_writer_left_goes_once_it_is_old(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: float, is_cleared: bool
) -> None:
    left = killed(write, tmp_path, monkeypatch, age=age)
    assert left.suffix != bundle.SUFFIX
    write(tmp_path, b"the next one")
    assert left.exists() != is_cleared
    assert (tmp_path / bundle.file_name(b"the next one")).read_bytes() == b"the next one"


@both
@pytest.mark.parametrize("name", ["letters.part", "0123456789.cdsync", ".0123456789.new", "x0123456789.cdsync.part"])
def test_what_is_somebody_elses_stays(write: Write, tmp_path: Path, name: str) -> None:
    """The twin: however old it is."""
    theirs = tmp_path / name
    theirs.write_bytes(b"")
    os.utime(theirs, (0, 0))
    write(tmp_path, b"the next one")
    assert theirs.exists()
