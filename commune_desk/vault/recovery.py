"""A forgotten passphrase, recovered with the province by two codes read over a telephone.

The desk keeps a one-time public key and the register key under a secret that this one-time key and the province's
escrow key share. The officer reads out the request, the province reads back the secret. Each recovery makes a new
one-time key, so an answer opens a keyfile only once. An old copy of the keyfile stays open to its old answer.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from commune_desk.domain.words.errors import Fault, Invalid, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.vault.keyfile import Keyfile, KeyfileDamaged, RecoveryBlob, read_copies, read_with_key, save
from commune_desk.vault.keys import RegisterKey
from commune_desk.vault.passphrases import make_slot, require_login, require_passphrase
from commune_desk.vault.throttle import forget_tries
from sync import seal, spelling

ANSWER_BYTES = 16


class WrongAnswer(Fault):
    """The answer is whole, but for another request."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This answer does not belong to the request of this PC. Nothing was changed; "
                "read the request to the province again and ask for a new answer."
            )
        )


def set_recovery(path: Path, key: RegisterKey, *, escrow_public: bytes, desk_id: str) -> None:
    """Let the province help this desk when a passphrase is forgotten. `escrow_public` comes from the enrolment.

    Raises ValueError for a malformed id, SealBroken for a key that is none, KeyfileNotSaved.
    """
    if not seal.is_desk_id(desk_id):
        raise ValueError("a desk id has 6 characters of the spoken alphabet")
    keyfile = read_with_key(path, key)
    generation = keyfile.recovery.generation + 1 if keyfile.recovery else 1
    blob = _new_blob(keyfile.db_id, key, escrow_public=escrow_public, desk_id=desk_id, generation=generation)
    save(path, msgspec.structs.replace(keyfile, recovery=blob, generation=keyfile.generation + 1), key)


def recovery_request(path: Path) -> str:
    """What to read out to the province. Raises Refusal when this register has no province."""
    blob = _blob(read_copies(path)[0].keyfile)
    return seal.recovery_request(blob.desk_id, blob.ephemeral_public)


def has_province(path: Path) -> bool:
    """Whether a province can help here: so with every enrolled register, and with no training register.

    Raises as `read_copies`.
    """
    return any(copy.keyfile.recovery is not None for copy in read_copies(path))


def recover(path: Path, answer: str, *, login: str, officer_id: str, passphrase: str) -> RegisterKey:
    """Open the register with the province's answer, and give `login` a new passphrase.

    Raises Invalid (answer misread, weak passphrase, bad login), WrongAnswer, Refusal when there is no province
    or the login is another officer's, KeyfileNotSaved.
    """
    require_login(login)
    require_passphrase(passphrase, login)
    keyfile, key = _open(path, _read_answer(answer))
    former = keyfile.slot(login)
    if former and former.officer_id != officer_id:
        raise Refusal(N_('The login "{login}" is already used on this PC. Choose another.'), login=login)
    slot = make_slot(key, keyfile.db_id, login=login, officer_id=officer_id, passphrase=passphrase)
    others = tuple(other for other in keyfile.slots if other.login != login)
    old = _blob(keyfile)
    fresh = _new_blob(
        keyfile.db_id, key, escrow_public=old.escrow_public, desk_id=old.desk_id, generation=old.generation + 1
    )
    whole = msgspec.structs.replace(keyfile, slots=(*others, slot), recovery=fresh, generation=keyfile.generation + 1)
    save(path, whole, key)
    forget_tries(path, login)
    return key


def _read_answer(answer: str) -> bytes:
    secret = spelling.read_spelled(answer)
    if len(secret) != ANSWER_BYTES:
        raise Invalid(N_("The province's answer has 28 characters. Compare it group by group."))
    return secret


def _open(path: Path, secret: bytes) -> tuple[Keyfile, RegisterKey]:
    """The first copy that `secret` opens and whose key vouches for it. One from before the province knew this PC has
    no say beside one that has a province."""
    opened, copies = False, read_copies(path)
    for copy in [one for one in copies if one.keyfile.recovery is not None] or copies:
        blob = _blob(copy.keyfile)
        try:
            key = RegisterKey(seal.unwrap(_kek(secret, copy.keyfile.db_id, blob), blob.wrapped, _bound_to(blob)))
        except seal.SealBroken:
            continue
        opened = True
        if copy.belongs_to(key):
            return copy.keyfile, key
    raise KeyfileDamaged if opened else WrongAnswer


def _blob(keyfile: Keyfile) -> RecoveryBlob:
    if keyfile.recovery is None:
        raise Refusal(
            N_(
                "This is a training register without a province, so nobody can recover its passphrase. "
                "Start a new training register."
            )
        )
    return keyfile.recovery


def _new_blob(db_id: str, key: RegisterKey, *, escrow_public: bytes, desk_id: str, generation: int) -> RecoveryBlob:
    once = seal.BoxKey.generate()
    secret = seal.recovery_secret(once, escrow_public, desk_id=desk_id, ephemeral_public=once.public)
    bare = RecoveryBlob(
        desk_id=desk_id,
        generation=generation,
        escrow_public=escrow_public,
        ephemeral_public=once.public,
        wrapped=bytes(60),
    )
    wrapped = seal.wrap(_kek(secret, db_id, bare), key.raw, _bound_to(bare))
    return msgspec.structs.replace(bare, wrapped=wrapped)


def _kek(secret: bytes, db_id: str, blob: RecoveryBlob) -> bytes:
    info = msgspec.json.encode(["cd-recovery-key-v1", db_id, blob.desk_id, blob.generation])
    return seal.derive(secret, info)


def _bound_to(blob: RecoveryBlob) -> bytes:
    return b"cd-recovery-blob-v1" + blob.escrow_public + blob.ephemeral_public
