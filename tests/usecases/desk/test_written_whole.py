"""A file that an officer asked for is clear text: what a killed process left of one does not lie there for ever."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from commune_desk.usecases.desk.written_whole import write_whole

CUT_OFF = 9
TWO_HOURS = 2 * 60 * 60


def killed_write(target: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What a process leaves that is killed before the file has its name."""
    child = os.fork()
    if not child:
        monkeypatch.setattr(os, "fsync", lambda _handle: os._exit(CUT_OFF))
        try:
            write_whole(target, b"a child's photo", "")
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == CUT_OFF
    return list(target.parent.iterdir())


def aged(path: Path, seconds: float) -> Path:
    then = path.lstat().st_mtime - seconds
    os.utime(path, (then, then), follow_symlinks=os.utime not in os.supports_follow_symlinks)
    return path


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the write is killed in a fork of this process")
def test_what_a_killed_write_left_goes_with_the_next_once_it_is_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (left,) = killed_write(tmp_path / "a.jpg", monkeypatch)
    write_whole(tmp_path / "b.jpg", b"another", "")
    assert left.exists(), "somebody may be writing it yet"
    aged(left, TWO_HOURS)
    write_whole(tmp_path / "b.jpg", b"another", "")
    assert [path.name for path in tmp_path.iterdir()] == ["b.jpg"]


def test_nothing_else_goes(tmp_path: Path) -> None:
    others = [".a.part", "a.part", ".abcd1234.part", ".commune-desk-.part", ".commune-desk-abcd1234.part.txt"]
    for name in others:
        (tmp_path / name).write_bytes(b"kept")
        aged(tmp_path / name, TWO_HOURS)
    (tmp_path / ".commune-desk-abcd1234.part").mkdir()
    aged(tmp_path / ".commune-desk-abcd1234.part", TWO_HOURS)
    write_whole(tmp_path / "b.jpg", b"another", "")
    assert {path.name for path in tmp_path.iterdir()} == {*others, ".commune-desk-abcd1234.part", "b.jpg"}
