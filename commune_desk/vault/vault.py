"""Opening the register: officers, their passphrases and their slots on this PC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from commune_desk.domain.time.clock import Clock, monotonic
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.vault.keyfile import (
    Copy,
    Keyfile,
    KeyfileDamaged,
    KeySlot,
    mend,
    read_copies,
    read_with_key,
    save,
    spare_of,
)
from commune_desk.vault.keys import RegisterKey
from commune_desk.vault.passphrases import (
    NotEnoughMemory,
    WrongPassphrase,
    make_slot,
    open_slot,
    refuse_like,
    require_passphrase,
)
from commune_desk.vault.throttle import begin_try, forget_tries, take_back_try

UNKNOWN_LOGIN = ""
"""Tries with logins that are not here are counted together."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Who may unlock here. No display name: the keyfile is readable without a key."""

    login: str
    officer_id: str


def create(path: Path, *, login: str, officer_id: str, passphrase: str, db_id: str) -> RegisterKey:
    """A new register key with one officer's slot, saved at `path`.

    Raises Invalid (login, passphrase), Refusal when a keyfile is there already, KeyfileNotSaved.
    """
    if path.exists() or spare_of(path).exists():
        raise Refusal(N_("There is already a register in this folder. Nothing was changed; unlock that one."))
    key = RegisterKey.generate()
    slot = make_slot(key, db_id, login=login, officer_id=officer_id, passphrase=passphrase)
    save(path, Keyfile(db_id=db_id, generation=1, slots=(slot,)), key)
    return key


def slots(path: Path) -> list[Slot]:
    """The officers of this PC, in the order they were added. Raises KeyfileMissing, KeyfileDamaged, KeyfileNewer."""
    return [Slot(slot.login, slot.officer_id) for slot in read_copies(path)[0].keyfile.slots]


def unlock(
    path: Path, login: str, passphrase: str, *, clock: Clock, uptime: Callable[[], float] = monotonic
) -> RegisterKey:
    """The register key. Takes about 0.15 s whatever the outcome: call it off the UI thread.

    Raises WrongPassphrase, TooManyTries, NotEnoughMemory, KeyfileMissing, KeyfileDamaged, KeyfileNewer.
    """
    copies = read_copies(path)
    counted_as = login if copies[0].keyfile.slot(login) else UNKNOWN_LOGIN
    before = begin_try(path, counted_as, uptime=uptime(), wall=clock.now().timestamp())
    try:
        key, copy = _open(copies, login, passphrase)
    except NotEnoughMemory:
        take_back_try(path, counted_as, before)
        raise
    forget_tries(path, counted_as)
    mend(path, copy)
    return key


def add_officer(path: Path, key: RegisterKey, *, login: str, officer_id: str, passphrase: str) -> None:
    """A slot for another officer. Raises Refusal when the login is taken, Invalid, KeyfileNotSaved."""
    require_free(path, key, login)
    keyfile = read_with_key(path, key)
    slot = make_slot(key, keyfile.db_id, login=login, officer_id=officer_id, passphrase=passphrase)
    save(path, _with_slots(keyfile, (*keyfile.slots, slot)), key)


def require_free(path: Path, key: RegisterKey, login: str) -> None:
    """Raises Refusal when the login is taken."""
    if read_with_key(path, key).slot(login):
        raise Refusal(N_('The login "{login}" is already used on this PC. Choose another.'), login=login)


def remove_officer(path: Path, key: RegisterKey, *, login: str) -> None:
    """Take an officer's slot away, from both copies. Raises Refusal for an unknown or the last login.

    This is not revocation: who kept a copy of the old keyfile can still open a copy of the register.
    """
    keyfile = read_with_key(path, key)
    remaining = tuple(slot for slot in keyfile.slots if slot.login != login)
    if len(remaining) == len(keyfile.slots):
        raise Refusal(N_('There is no login "{login}" on this PC. Nothing was changed.'), login=login)
    if not remaining:
        raise Refusal(N_("The last officer of a register cannot be removed: nobody could open it any more."))
    save(path, _with_slots(keyfile, remaining), key)
    forget_tries(path, login)


def change_passphrase(
    path: Path, login: str, old: str, new: str, *, clock: Clock, uptime: Callable[[], float] = monotonic
) -> None:
    """Replace an officer's passphrase. The register is not encrypted anew.

    Raises Invalid when `new` is weak, and what `unlock` raises when `old` is wrong.
    """
    require_passphrase(new, login)
    key = unlock(path, login, old, clock=clock, uptime=uptime)
    keyfile = read_with_key(path, key)
    slot = keyfile.slot(login)
    if slot is None:
        raise KeyfileDamaged
    fresh = make_slot(key, keyfile.db_id, login=login, officer_id=slot.officer_id, passphrase=new)
    save(path, _with_slots(keyfile, tuple(fresh if other is slot else other for other in keyfile.slots)), key)


def _with_slots(keyfile: Keyfile, remaining: tuple[KeySlot, ...]) -> Keyfile:
    return msgspec.structs.replace(keyfile, slots=remaining, generation=keyfile.generation + 1)


def _open(copies: list[Copy], login: str, passphrase: str) -> tuple[RegisterKey, Copy]:
    """The key, and the copy that it vouches for. Only a copy that was tampered with sends us to the next."""
    for copy in copies:
        keyfile = copy.keyfile
        slot = keyfile.slot(login)
        if slot is None:
            refuse_like(keyfile.slots[0], keyfile.db_id, passphrase)
            raise WrongPassphrase
        key = open_slot(slot, keyfile.db_id, passphrase)
        if copy.belongs_to(key):
            return key, copy
    raise KeyfileDamaged
