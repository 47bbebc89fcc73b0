"""Keeping a copy of the register outside this PC, and coming back from it."""

from __future__ import annotations

import re
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from commune_desk.domain.time.clock import VIETNAM, Clock
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.desk.backup import LEFTOVERS, SUFFIX, Manifest, make_backup, unpack_backup
from commune_desk.store.engine.database import DiskFull
from commune_desk.store.exchange.staged import mark_restored
from commune_desk.usecases.registers.officers import RecoveryAnswer, recover_laid_out
from commune_desk.usecases.registers.opening import OpenDesk, open_register, unlock
from commune_desk.usecases.registers.profile import FolderNotWritten, Profile
from sync.disk import clear_left


def backup_name(desk: OpenDesk) -> str:
    """A file name that names nobody: desk and minute."""
    minute = desk.register.clock.now().astimezone(VIETNAM).strftime("%Y%m%d-%H%M")
    return f"{desk.register.identity.desk or 'desk'}-{minute}{SUFFIX}"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was written; `audit_fault` is the number of the first audit row that was touched, None for none."""

    manifest: Manifest
    audit_fault: int | None


def back_up(desk: OpenDesk, target: Path) -> BackedUp:
    """Write a verified, encrypted backup, and check the audit chain that went into it.

    The log says that it begins before anything is written, unless the disk has no room left for that: then the copy
    is needed most. Saves go on meanwhile. What a killed backup of this desk left in that folder goes first: it may
    take the room that this one needs. Raises BackupNotSaved, RegisterDamaged.
    """
    if own := desk.register.identity.desk:
        clear_left(target.parent, _left_of(own), desk.register.clock.now().timestamp())
    with suppress(DiskFull):
        desk.register.write(lambda tx: tx.audit(AuditAction.BACKUP, detail={"step": "begins"})).result()
    manifest = make_backup(desk.register, desk.key, desk.profile.keyfile, target)
    desk.register.write(lambda tx: tx.audit(AuditAction.BACKUP, detail={"changes": manifest.changes})).result()
    return BackedUp(manifest, desk.register.audit_fault())


def _left_of(own: str) -> re.Pattern[str]:
    """Names of `backup_name` for this desk, as a backup that was killed leaves them."""
    endings = "|".join(map(re.escape, LEFTOVERS))
    return re.compile(rf"{re.escape(own)}-\d{{8}}-\d{{4}}{re.escape(SUFFIX)}(?:{endings})", re.ASCII)


def restore(
    profile: Profile, source: Path, login: str, passphrase: str, *, clock: Clock, instead: bool = False
) -> OpenDesk:
    """Open a backup in an empty profile, as a desk that must be enrolled anew.

    `instead` of a register that cannot be opened any more, which is put aside with its keyfile.

    A training register goes on as it was. It is put in place only once it is marked: one that was not would pass for
    the desk it was copied from. Raises BackupDamaged, BackupNotRestored, FolderNotWritten, WrongPassphrase,
    Refusal.
    """
    half = lay_out(profile, source, instead=instead)
    try:
        return _put_in_place(profile, unlock(half, login, passphrase, clock=clock))
    finally:
        profile.settle()


def lay_out(profile: Profile, source: Path, *, instead: bool = False) -> Profile:
    """Unpack a backup beside what stands in the profile, out of sight; `profile.settle` gives it up.

    Raises BackupDamaged, BackupNotRestored, FolderNotWritten, Refusal.
    """
    profile.settle()
    if profile.has_register() and not instead:
        raise Refusal(N_("There is already a register in this folder. Nothing was changed; unlock that one."))
    half = profile.begin()
    with ExitStack() as undo:
        undo.callback(profile.settle)
        unpack_backup(source, half.folder)
        undo.pop_all()
    return half


def restore_recovered(profile: Profile, half: Profile, answer: RecoveryAnswer, *, clock: Clock) -> OpenDesk:
    """Open a backup that was laid out in `half` with the province's answer, where its passphrase is forgotten.

    What does not hold can be typed again. Raises as `recover_laid_out`, FolderNotWritten.
    """
    return _put_in_place(profile, recover_laid_out(half, answer, clock=clock))


def _put_in_place(profile: Profile, desk: OpenDesk) -> OpenDesk:
    """Mark an opened register that was laid out, and take it into the profile; it is open again there."""
    half, clock = desk.profile, desk.register.clock
    try:
        if not desk.register.identity.is_training:
            desk.register.write(mark_restored).result()
    finally:
        desk.register.close()
    if not half.spare.exists():
        raise FolderNotWritten  # the spare of a register that is put aside would stay beside the new keyfile
    profile.put_in_place()
    return OpenDesk(profile, open_register(profile, desk.key, desk.login, clock=clock), desk.key, desk.login)
