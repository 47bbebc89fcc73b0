"""Making a register, and opening it with an officer's passphrase."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from os import urandom
from shutil import disk_usage

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import OfficerId, RecordId, Scope, uuid7
from commune_desk.domain.model.record import Record, kind_of
from commune_desk.domain.records.kinds import Desk, Officer
from commune_desk.domain.time.clock import Clock
from commune_desk.domain.words.errors import DeskError, Fault, Invalid, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.desk.register import Register
from commune_desk.store.engine.database import RegisterDamaged
from commune_desk.store.engine.settings import Identity, ScopeKeyPair, is_removed
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.registers.profile import FolderNotWritten, NewOfficer, Profile
from commune_desk.vault import vault
from commune_desk.vault.keyfile import KeyfileDamaged, KeyfileMissing
from commune_desk.vault.keys import RegisterKey
from commune_desk.vault.passphrases import WrongPassphrase
from commune_desk.vault.recovery import has_province, set_recovery
from sync.seal import BoxKey, SigningKey, scope_key_id
from sync.spelling import spell

TRAINING_PREFIX = "TRAIN-"
SMALLEST_ROOM = 2 << 20
"""Bytes that a new register with its log takes while it is made."""


class RegisterMissing(Fault):
    """The keyfile is there, the register is not."""


@dataclass(frozen=True)
class OpenDesk:
    """An unlocked register with the key that opened it and the login at work."""

    profile: Profile
    register: Register
    key: RegisterKey
    login: str


def make_training_register(
    profile: Profile, officer: NewOfficer, *, scope: Scope, role: Role, clock: Clock, after_training: bool = False
) -> OpenDesk:
    """A register for training: it has no province and can never sync. Raises Invalid, Refusal, Fault."""
    box = BoxKey.generate()
    identity = Identity(
        db_id=uuid7(),
        desk=TRAINING_PREFIX + spell(urandom(3)),
        label=N_("Training"),
        scope=scope,
        role=role.value,
        signing=SigningKey.generate().to_bytes(),
        box=box.to_bytes(),
        doorbell=SigningKey.generate().to_bytes(),
        is_training=True,
    )
    pair = ScopeKeyPair(scope, scope_key_id(box.public), box.public, box.to_bytes())
    return make_register(profile, officer, identity, [pair], clock=clock, after_training=after_training)


def require_names(display_name: str, label: str = "") -> None:
    """Raises Invalid unless an officer's name and a PC's label hold; both are written once a register is made."""
    _require(("display_name", Officer, display_name), ("label", Desk, label))


def require_label(label: str) -> None:
    """Raises Invalid unless a PC's label holds."""
    _require(("label", Desk, label))


def _require(*typed: tuple[str, type[Record], str]) -> None:
    faults = {name: kind_of(struct).checks[name](text) for name, struct, text in typed}
    if found := {name: fault for name, fault in faults.items() if fault is not None}:
        raise Invalid(N_("Some fields do not hold."), fields=found)


def require_room(profile: Profile, *, after_training: bool = False) -> None:
    """Raises Refusal where a register is already, FolderNotWritten where none could be made.

    `after_training` a training register does not stand in the way: it will be put aside. Raises KeyfileDamaged then.
    """
    profile.settle()
    if profile.has_remains() and not (after_training and _is_for_training(profile)):
        raise Refusal(N_("There is already a register in this folder. Nothing was changed; unlock that one."))
    room = disk_usage(profile.begin().folder).free
    profile.settle()
    if room < SMALLEST_ROOM:
        raise FolderNotWritten


def _is_for_training(profile: Profile) -> bool:
    return profile.has_register() and not has_province(profile.keyfile)


def make_register(
    profile: Profile,
    officer: NewOfficer,
    identity: Identity,
    scope_keys: list[ScopeKeyPair],
    *,
    clock: Clock,
    after_training: bool = False,
) -> OpenDesk:
    """A new keyfile and register with their first officer, open.

    It is made out of sight and put in place at once, so that neither a failure nor a power cut leaves a half.
    An enrolled one can from the first moment be recovered with the province.
    """
    require_room(profile, after_training=after_training)
    officer_id = OfficerId(uuid7())
    half = profile.begin()
    try:
        key = _make(half, officer, officer_id, identity, scope_keys, clock=clock)
        profile.put_in_place()
    finally:
        profile.settle()
    return OpenDesk(profile, Register(profile.register, key, clock, officer_id), key, officer.login)


def _make(
    half: Profile,
    officer: NewOfficer,
    officer_id: OfficerId,
    identity: Identity,
    scope_keys: list[ScopeKeyPair],
    *,
    clock: Clock,
) -> RegisterKey:
    key = vault.create(
        half.keyfile,
        login=officer.login,
        officer_id=officer_id,
        passphrase=officer.passphrase,
        db_id=identity.db_id,
    )
    if identity.pins is not None:
        set_recovery(half.keyfile, key, escrow_public=identity.pins.escrow_public, desk_id=identity.desk)
    Register.create(half.register, key, identity, scope_keys)
    register = Register(half.register, key, clock, officer_id)
    try:
        register.write(lambda tx: _introduce(tx, identity, officer_id, officer.display_name)).result()
    finally:
        register.close()
    return key


def _introduce(tx: Tx, own: Identity, officer_id: OfficerId, display_name: str) -> None:
    scope = Scope(own.scope)
    tx.save(Officer(id=RecordId(officer_id), scope=scope, display_name=display_name, role=own.role))
    tx.save(Desk(id=RecordId(uuid7()), scope=scope, desk_id=own.desk, label=own.label))


def unlock(profile: Profile, login: str, passphrase: str, *, clock: Clock) -> OpenDesk:
    """The open register of an officer. About 0.2 s: call it off the UI thread.

    Raises WrongPassphrase, TooManyTries, KeyfileDamaged, KeyfileNewer, RegisterDamaged, RegisterNewer, RegisterMissing.
    """
    key = vault.unlock(profile.keyfile, login, passphrase, clock=clock)
    return OpenDesk(profile, open_register(profile, key, login, clock=clock), key, login)


def is_damage(error: DeskError) -> bool:
    """Whether only a backup helps."""
    return isinstance(error, RegisterDamaged | RegisterMissing | KeyfileDamaged | KeyfileMissing)


def open_register(profile: Profile, key: RegisterKey, login: str, *, clock: Clock) -> Register:
    """The register, once its key is known. Raises WrongPassphrase for an officer who was removed.

    Such a one may have put back an older keyfile, in which the slot still is.
    """
    if not profile.register.exists():
        raise RegisterMissing(
            N_("The register file is missing from its folder. Put it back, or restore the last backup.")
        )
    officer = next(slot.officer_id for slot in vault.slots(profile.keyfile) if slot.login == login)
    with ExitStack() as undo:  # one that nobody holds could be neither closed nor, on Windows, put aside
        register = Register(profile.register, key, clock, OfficerId(officer))
        undo.callback(register.close)
        if register.read(lambda connection: is_removed(connection, officer)):
            raise WrongPassphrase
        undo.pop_all()
    return register
