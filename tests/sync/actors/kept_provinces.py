"""A province's backups and what is put back from them, on whichever engine it stands.

On the embedded engine the commands do both. On PostgreSQL its own tools copy the store and put it back, the data folder
stays as it is, and the program is told, as the commands `durable` and `restored` tell it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from commune_desk.domain.time.clock import from_iso, to_iso
from sync.server.engine.address import ADDRESS_FILE
from sync.server.identity.province import open_province
from sync.server.lifecycle import backups, restoring
from tests.helpers.store_engine import engine
from tests.sync.actors.real_province import RealProvince

_LATER = timedelta(days=1)
"""Nothing was received between the copy and the word that there is one."""


def back_up(real: RealProvince, key_file: Path, target: Path) -> None:
    """One moment of the province at `target`, and desks will hear of it."""
    if not real.province.database.is_shared:
        backups.back_up(real.province, target)
        return
    reopened(real, key_file, lambda data: engine.copy(data, target))
    province = real.province

    def told(connection: Connection) -> None:
        instant = to_iso(from_iso(province.now()) + _LATER)
        numbers = backups.received_until(connection, instant, now=province.now())
        backups.raise_durable(connection, province, numbers)

    real.write(told)


def put_back(real: RealProvince, key_file: Path, source: Path, *, older: bool = False) -> None:
    """The province as it was then, in an epoch of its own; a server's own tools never ask whether it is older."""
    if not real.province.database.is_shared:
        clock = real.province.clock

        def restore(data: Path) -> None:
            restoring.restore(data, key_file, source, clock=clock, older=older)

        reopened(real, key_file, restore)
        return
    reopened(real, key_file, lambda data: _store_put_back(source, data))
    restoring.begin(real.province)
    real.restart()


def reopened(real: RealProvince, key_file: Path, meanwhile: Callable[[Path], object]) -> None:
    """Nobody serves the province while this is done with its data folder; then another process does."""
    data, clock = real.province.data, real.province.clock
    real.province.close()
    try:
        meanwhile(data)
    finally:
        real.province = open_province(data, key_file, clock=clock)
        real.restart()


def discard(backup: Path) -> None:
    """Away with a backup, whatever it consists of, if there is one."""
    if backup.is_dir():
        engine.forget(backup)
        shutil.rmtree(backup)
    else:
        backup.unlink(missing_ok=True)


def _store_put_back(source: Path, data: Path) -> None:
    """The store alone: of what else lies in the folder the server knows nothing."""
    kept = {path.name: path.read_bytes() for path in data.iterdir() if path.is_file() and path.name != ADDRESS_FILE}
    engine.put_back(source, data)
    for name, content in kept.items():
        (data / name).write_bytes(content)
