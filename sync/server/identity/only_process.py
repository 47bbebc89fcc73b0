"""The lock of a data folder: one process serves the embedded engine's file, and none while it moves."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from commune_desk.domain.words.errors import Fault, Refusal
from commune_desk.domain.words.labels import N_
from sync.server.identity.province import Province
from sync.server.reasons import reason_of

LOCK_FILE = "serve.lock"


@contextmanager
def only_process(province: Province) -> Iterator[None]:
    """Hold the folder's lock: a second server on one file would order changes behind the first one's back.

    A PostgreSQL store knows row locks: any number of processes may serve it. Raises Refusal, or Fault for the folder.
    """
    if province.database.is_shared:
        yield
        return
    with only_here(province.data):
        yield


@contextmanager
def only_here(data: Path) -> Iterator[None]:
    """Hold the lock of a folder of the embedded engine, also where no province opens yet. Raises Refusal or Fault."""
    try:
        handle = os.open(data / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Fault(N_("The folder {path} cannot be written: {reason}."), path=data, reason=reason_of(error)) from None
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Refusal(N_("This province is being served already by another process; nothing was started.")) from None
