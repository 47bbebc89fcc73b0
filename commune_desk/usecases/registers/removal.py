"""Removing a register that the province withdrew: first all leaves, then the keys go, then the rest.

In this order, so that a power cut at any moment leaves either a register that still sends, or one that nobody can open
and that the next start takes away.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from commune_desk.paths import CRASH_FILE, LOG_FILE
from commune_desk.usecases.registers.profile import LANGUAGE, LOCK_FILE, REMOVED, Profile
from sync.disk import replace_file, settle_names

if TYPE_CHECKING:
    # The opening window asks for a mark before anything of a register is loaded.
    from commune_desk.store.desk.register import Register
    from commune_desk.store.writing.transaction import Tx

_KEPT = frozenset({REMOVED, LOCK_FILE, LANGUAGE, LOG_FILE, CRASH_FILE})
"""Nothing that names anybody. Log, lock and the watch for crashes are held open meanwhile, by this process and by
the one that locked: Windows takes no such file away."""
_ZEROS = bytes(4096)


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, without a word about anybody. `drafts` and `files` were never sent, and are gone."""

    db_id: str
    desk: str
    province: str
    at: str
    records: int
    drafts: int
    files: int


class NotRemoved(Fault):
    """The folder refuses."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The province ordered this register removed, but its folder cannot be written. "
                "Start the program again; if it is said again, hand the PC to the province's IT officer."
            )
        )


def decide_removal(register: Register) -> bool:
    """Put the mark, if all is sent and the province keeps this desk's word; whether it stands.

    From then on the register takes in nothing: it is removed once it is closed. Raises NotRemoved.
    """
    return register.write(lambda tx: _decide(tx, register.path.parent)).result()[0]


def _decide(tx: Tx, folder: Path) -> bool:
    from commune_desk.store.desk import removal
    from commune_desk.store.engine import settings
    from commune_desk.store.files.file_queue import count_unsent

    db = tx.connection
    if not (removal.is_all_sent(db) and removal.is_told(db)):
        return False
    own = settings.identity(db)
    said = Removed(
        db_id=own.db_id,
        desk=own.desk,
        province=own.pins.name if own.pins else "",
        at=to_iso(tx.ledger.now()),
        records=removal.count_records(db),
        drafts=db.execute("SELECT count(*) FROM draft").fetchone()[0],
        files=count_unsent(db),
    )
    try:
        _write_mark(folder, said)
    except OSError:
        raise NotRemoved from None
    tx.ledger.end()
    return True


def removed(profile: Profile) -> Removed | None:
    """What is said of a register that was removed here, or is to be; None where none was, or somebody changed it."""
    try:
        return msgspec.json.decode((profile.folder / REMOVED).read_bytes(), type=Removed)
    except (OSError, ValueError, RecursionError):  # msgspec's own is a ValueError
        return None


def finish_removal(profile: Profile) -> Removed | None:
    """Take away what a mark names, as far as it is still there; what is said of it.

    To be called before anything is read, with the register closed. Another register than the mark's is left alone.
    Raises NotRemoved.
    """
    said = removed(profile)
    if said is None or _is_another(profile, said):
        return None
    try:
        destroy(profile.folder)
    except OSError:
        raise NotRemoved from None
    return said


def destroy(folder: Path) -> None:
    """Keys first, overwritten and gone before anything else: without them the register is noise. Raises OSError."""
    there = sorted(one for one in folder.iterdir() if one.is_file() and one.name not in _KEPT)
    keys = [one for one in there if "keyfile" in one.name]
    for key in keys:
        _overwrite(key)
    for key in keys:
        key.unlink(missing_ok=True)
    settle_names(folder)
    for one in (one for one in there if one not in keys):
        one.unlink(missing_ok=True)
    settle_names(folder)


def _is_another(profile: Profile, said: Removed) -> bool:
    """Whether a register that was set up or put back since stands here."""
    from commune_desk.vault.keyfile import KeyfileDamaged, KeyfileMissing, KeyfileNewer, read_copies

    try:
        return any(copy.keyfile.db_id != said.db_id for copy in read_copies(profile.keyfile))
    except KeyfileNewer:
        return True
    except (KeyfileMissing, KeyfileDamaged):
        return False


def _write_mark(folder: Path, said: Removed) -> None:
    replace_file(folder / REMOVED, msgspec.json.encode(said))


def _overwrite(key: Path) -> None:
    with key.open("rb+") as file:
        size = key.stat().st_size
        while file.tell() < size:
            file.write(_ZEROS[: size - file.tell()])
        file.flush()
        os.fsync(file.fileno())
