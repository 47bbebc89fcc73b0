"""The officers of this PC: a slot each, their passphrases, and help when one is forgotten."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field

from commune_desk.domain.model.ids import OfficerId, RecordId, Scope, uuid7
from commune_desk.domain.records.kinds import Officer
from commune_desk.domain.time.clock import Clock
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import DeskError, Fault, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.engine import settings
from commune_desk.store.pages.subjects import name_of
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.registers.opening import OpenDesk, open_register, require_names
from commune_desk.usecases.registers.profile import NewOfficer, Profile
from commune_desk.vault import recovery, vault
from commune_desk.vault.keys import RegisterKey
from commune_desk.vault.passphrases import require_login, require_passphrase


def add_officer(desk: OpenDesk, officer: NewOfficer) -> OfficerId:
    """Give a colleague a record and a slot on this PC.

    The record comes first: cut off in between, the colleague opens nothing and is added once more. The other way round
    somebody without a name would work here. Raises Invalid, Refusal for a taken login, a Fault.
    """
    require_login(officer.login)
    require_passphrase(officer.passphrase, officer.login)
    require_names(officer.display_name)
    officer_id = OfficerId(uuid7())
    keyfile = desk.profile.keyfile
    vault.require_free(keyfile, desk.key, officer.login)
    desk.register.write(lambda tx: _introduce(tx, officer_id, officer.display_name)).result()
    try:
        vault.add_officer(keyfile, desk.key, login=officer.login, officer_id=officer_id, passphrase=officer.passphrase)
    except DeskError:
        desk.register.write(lambda tx: _note_removed(tx, officer_id)).result()
        raise
    return officer_id


def _introduce(tx: Tx, officer_id: OfficerId, display_name: str) -> None:
    actor = tx.actor
    scope = Scope(actor.scope)
    tx.save(Officer(id=RecordId(officer_id), scope=scope, display_name=display_name, role=actor.role.value))
    tx.audit(AuditAction.OFFICER_ADD, "officer", officer_id)


def remove_officer(desk: OpenDesk, login: str) -> None:
    """Take a colleague's slot away. It is no revocation: who copied both files before can still open the copies.

    The register knows it first: cut off in between, the officer still stands there, opens nothing, and is removed once
    more. The other way round an older keyfile would open it to somebody who is not shown any more.
    """
    if login == desk.login:
        raise Refusal(N_("You cannot remove yourself while you work. Ask a colleague to do it."))
    officer_id = next((slot.officer_id for slot in vault.slots(desk.profile.keyfile) if slot.login == login), None)
    if officer_id is not None:
        desk.register.write(lambda tx: _note_removed(tx, officer_id)).result()
    try:
        vault.remove_officer(desk.profile.keyfile, desk.key, login=login)
    except DeskError:
        if officer_id is not None:
            desk.register.write(lambda tx: _note_kept(tx, officer_id)).result()
        raise


def _note_removed(tx: Tx, officer_id: str) -> None:
    settings.note_removed(tx.connection, officer_id)
    tx.audit(AuditAction.OFFICER_REMOVE, "officer", officer_id)
    tx.topic("settings")


def _note_kept(tx: Tx, officer_id: str) -> None:
    settings.forget_removed(tx.connection, officer_id)
    tx.audit(AuditAction.OFFICER_ADD, "officer", officer_id)


class ChangeNotNoted(Fault):
    """The keyfile has the new passphrase, and the register refused to be written."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The new passphrase is in force from now on. Only the note of it in the register could not be written: "
                "check the room on this disk."
            )
        )


class NotOpenedYet(Fault):
    """The keyfile has the new passphrase, and the register does not open; its cause says why."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The new passphrase is in force, but the register could not be opened with it yet. "
                "Go back and unlock it: you are told there what is wrong."
            )
        )


def change_passphrase(desk: OpenDesk, old: str, new: str, *, clock: Clock) -> None:
    """Replace one's own passphrase. Raises WrongPassphrase, TooManyTries, Invalid (too weak), ChangeNotNoted."""
    vault.change_passphrase(desk.profile.keyfile, desk.login, old, new, clock=clock)
    try:
        desk.register.write(lambda tx: tx.audit(AuditAction.PASSPHRASE_CHANGE, "officer", tx.actor.officer)).result()
    except Fault as fault:
        raise ChangeNotNoted from fault


def recovery_request(profile: Profile) -> str:
    """What to read out to the province. Raises Refusal for a register without a province."""
    return recovery.recovery_request(profile.keyfile)


@dataclass(frozen=True, slots=True)
class RecoveryAnswer:
    """What the province answered, whose passphrase was forgotten, and the new one."""

    answer: str = field(repr=False)
    login: str
    passphrase: str = field(repr=False)


def recover(profile: Profile, typed: RecoveryAnswer, *, clock: Clock) -> OpenDesk:
    """Open the register with the province's answer and give the login a new passphrase; the answer works once.

    Raises Invalid for a misread answer or a weak passphrase, WrongAnswer, Refusal for an unknown login, NotOpenedYet.
    """
    key = _spend(profile, typed)
    try:
        return _open_recovered(profile, key, typed.login, clock)
    except Fault as fault:
        raise NotOpenedYet from fault


def recover_laid_out(half: Profile, typed: RecoveryAnswer, *, clock: Clock) -> OpenDesk:
    """`recover` for a backup that is not in place: laid out once more it asks the same, and is opened by the same."""
    return _open_recovered(half, _spend(half, typed), typed.login, clock)


def _spend(profile: Profile, typed: RecoveryAnswer) -> RegisterKey:
    slot = next((one for one in vault.slots(profile.keyfile) if one.login == typed.login), None)
    if slot is None:
        raise Refusal(N_("There is no such login on this PC. Choose one of those shown."))
    return recovery.recover(
        profile.keyfile, typed.answer, login=typed.login, officer_id=slot.officer_id, passphrase=typed.passphrase
    )


def _open_recovered(profile: Profile, key: RegisterKey, login: str, clock: Clock) -> OpenDesk:
    with ExitStack() as undo:
        register = open_register(profile, key, login, clock=clock)
        undo.callback(register.close)
        register.write(lambda tx: tx.audit(AuditAction.PASSPHRASE_RECOVER, "officer", tx.actor.officer)).result()
        undo.pop_all()
    return OpenDesk(profile, register, key, login)


def colleagues(desk: OpenDesk) -> list[tuple[str, str]]:
    """(login, name) of everybody who may unlock here, in the order they were added."""
    slots = vault.slots(desk.profile.keyfile)
    return desk.register.read(lambda connection: [(slot.login, name_of(connection, slot.officer_id)) for slot in slots])
