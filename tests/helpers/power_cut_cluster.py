"""A PostgreSQL whose data folder lies on a disk of its own: a power cut takes all that no sync brought there."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.helpers.postgres_cluster import programs
from tests.helpers.struck_cluster import StruckCluster

_DISK_MIB = 600
_BY_SYNC_ALONE = "loop,commit=300"
"""Nothing but a sync makes this file system write its own log within the time of a test."""


class PowerCutCluster(StruckCluster):
    """The image file is the disk: what a program wrote and nobody synced lies in memory, and never in the image."""

    _image = Path()

    def _run(self, program: str, *words: str) -> None:
        if program == "initdb":
            self._mount_new_disk()
        super()._run(program, *words)
        if program == "initdb":  # the tests' clusters are made without waiting for a disk
            self._sync()

    def settle(self) -> None:
        """What was done until now is on the disk, whatever the server is told of waiting."""
        self.superuser("CHECKPOINT")
        self._sync()

    def _sync(self) -> None:
        subprocess.run(["sync", "-f", str(self._data)], check=True)

    def _mount_new_disk(self) -> None:
        self._image = self._folder.with_name(f"{self._folder.name}.disk")
        with self._image.open("wb") as file:
            file.truncate(_DISK_MIB << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", str(self._image)], check=True)
        self._data.mkdir()
        self._mount()
        shutil.rmtree(self._data / "lost+found")
        self.own(self._data)

    def _mount(self) -> None:
        mounted = subprocess.run(
            ["mount", "-o", _BY_SYNC_ALONE, str(self._image), str(self._data)], capture_output=True
        )
        if mounted.returncode != 0:
            pytest.skip("mounting a disk is not allowed here")

    def cut_power(self) -> None:
        """Every process is gone at once, and with it whatever had not reached the disk."""
        self.kill()
        cut = self._image.with_suffix(".cut")
        subprocess.run(["cp", "--sparse=always", str(self._image), str(cut)], check=True)
        subprocess.run(["umount", "-l", str(self._data)], check=True)
        self._image.unlink()
        self._image = cut.rename(self._image)
        self._mount()

    def stop(self) -> None:
        with suppress(ProcessLookupError, FileNotFoundError):
            self.quit()
        subprocess.run(["umount", "-l", str(self._data)], check=False)
        self._image.unlink(missing_ok=True)
        super().stop()


@contextmanager
def power_cut_cluster(settings: Mapping[str, str]) -> Iterator[PowerCutCluster]:
    """Skips the test where there is no PostgreSQL, or no disk can be made and mounted."""
    installed = programs()
    if installed is None:
        pytest.skip("there is no PostgreSQL on this machine")
    if shutil.which("mkfs.ext4") is None or shutil.which("mount") is None:
        pytest.skip("no disk can be made here")
    cluster = PowerCutCluster(installed, is_lasting=True, settings=settings)
    try:
        yield cluster
    finally:
        cluster.stop()
