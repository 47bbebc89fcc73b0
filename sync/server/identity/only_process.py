"""The locks of a data folder: one process serves the engine's file, none while it moves, and one backs it up."""

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

LOCK_FILE, BACKUP_LOCK_FILE = "serve.lock", "backup.lock"


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
    with _held(data, LOCK_FILE, N_("This province is being served already by another process; nothing was started.")):
        yield


@contextmanager
def only_backup(data: Path) -> Iterator[None]:
    """Hold the lock of a folder's backups: each clears away and writes what the other is writing too.

    Raises Refusal or Fault.
    """
    with _held(data, BACKUP_LOCK_FILE, N_("Another backup is being made just now; this one was not begun.")):
        yield


@contextmanager
def _held(data: Path, name: str, taken: str) -> Iterator[None]:
    try:
        handle = os.open(data / name, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Fault(N_("The folder {path} cannot be written: {reason}."), path=data, reason=reason_of(error)) from None
    try:
        if not _lock(handle):
            raise Refusal(taken)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    """Whether nobody else has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
