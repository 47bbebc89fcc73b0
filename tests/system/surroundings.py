"""Surroundings that fail on purpose: a small disk, a folder that refuses, a page that was damaged."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534
PAGE = 4096


@contextmanager
def small_disk(folder: Path, kib: int) -> Iterator[Path]:
    """A disk of `kib` KiB mounted on `folder`. Skips the test where that is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_up(folder: Path) -> Path:
    """A file that takes all the room that is left."""
    path = folder / "film.mp4"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(PAGE))
        except OSError:
            return path


@contextmanager
def refusing(folder: Path) -> Iterator[None]:
    """Nobody may write into `folder` or its files, the superuser included: it gives up its rights meanwhile."""
    if sys.platform == "win32":
        pytest.skip("a folder that is read-only refuses nothing on Windows")
    paths = [folder, *folder.iterdir()]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        for path in paths:
            if path.exists():
                path.chmod(0o700)


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every account can reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def flip(page: bytes) -> bytes:
    """One bit in the middle is another."""
    middle = len(page) // 2
    return page[:middle] + bytes([page[middle] ^ 0x20]) + page[middle + 1 :]


def blank(page: bytes) -> bytes:
    """As a sector that the disk gave up."""
    return bytes(len(page))


def damage(path: Path, page: int, harm: Callable[[bytes], bytes]) -> None:
    """Do harm to a page, counted from 0."""
    with path.open("r+b") as file:
        file.seek(page * PAGE)
        content = file.read(PAGE)
        file.seek(page * PAGE)
        file.write(harm(content))
