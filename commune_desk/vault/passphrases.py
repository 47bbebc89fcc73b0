"""What makes a passphrase good enough, and how one opens a slot."""

from __future__ import annotations

import re
import unicodedata
from os import urandom

import msgspec
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from commune_desk.domain.words.errors import Fault, Invalid
from commune_desk.domain.words.labels import N_
from commune_desk.vault.keyfile import LOGIN, VERSION, KeySlot
from commune_desk.vault.keys import RegisterKey
from sync.seal import SealBroken, derive, unwrap, wrap

ROUNDS, MEMORY_KIB, LANES = 3, 64 * 1024, 1
FEWEST_CHARACTERS, FEWEST_WORDS = 12, 4

_COMMONEST = """
    passwordpassword password1234 password12345 password123456 passw0rd1234 matkhaumatkhau matkhau12345 matkhau123456
    qwertyuiop12 qwertyuiop123 qwerty123456 1q2w3e4r5t6y 1qaz2wsx3edc abcdefghijkl abcdef123456 abcd12345678
    admin1234567 administrator iloveyou1234 anhyeuem1234 emyeuanh1234 toiyeuvietnam vietnam12345 vietnamvodich
    quangninh123 quangninh1234 quangninh2025 quangninh2026 halong123456 binhlieu1234 ubndquangninh
    motnamchinmuoi motbabonnam mothaibabon correcthorsebatterystaple
"""
COMMONEST = frozenset(_COMMONEST.split())
"""Folded: lower case, no marks, no spaces."""


class WrongPassphrase(Fault):
    """Judged by the AES-GCM tag alone; the same for a wrong passphrase and for a login that is not here."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "That login and passphrase do not open this register. Nothing was changed; "
                "check Caps Lock and the Vietnamese typing mode, then try again."
            )
        )


class NotEnoughMemory(Fault):
    """The stretching of a passphrase wants more memory than the PC has free."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This PC has too little free memory to open the register. Nothing was changed; "
                "close other programs and try again."
            )
        )


def check_passphrase(text: str, login: str = "") -> Invalid | None:
    """What is wrong with a new passphrase, or None: at least 12 characters or 4 words, and not one easily guessed."""
    text = unicodedata.normalize("NFC", text)
    folded = _folded(text)
    words = {word for word in text.lower().split() if len(word) > 1}
    if len(text.strip()) < FEWEST_CHARACTERS and len(words) < FEWEST_WORDS:
        return _weak(N_("Use at least 12 characters, or at least 4 different words."))
    if folded.isdigit():
        return _weak(N_("Digits alone, such as an ID card or phone number, are guessed too easily. Add words."))
    if folded in COMMONEST or len(set(folded)) < 5:
        return _weak(
            N_("This passphrase is among the first that are guessed. Choose words only you would put together.")
        )
    if login and folded.replace(_folded(login), "").strip("0123456789.!@#_-") == "":
        return _weak(N_("The passphrase must not be your login."))
    return None


def require_passphrase(text: str, login: str) -> None:
    """Raises the Invalid that `check_passphrase` finds."""
    if (problem := check_passphrase(text, login)) is not None:
        raise problem


def require_login(login: str) -> None:
    """Raises Invalid unless `login` is 2 to 20 lower-case ASCII letters, digits, dots or dashes."""
    if not re.fullmatch(LOGIN, login):
        text = N_("A login has 2 to 20 characters: a to z first, then also digits, dots and dashes, without marks.")
        raise Invalid(text, fields={"login": text})


def make_slot(key: RegisterKey, db_id: str, *, login: str, officer_id: str, passphrase: str) -> KeySlot:
    """A new slot with a new salt. Raises Invalid for a bad login or a weak passphrase. Takes about 0.15 s."""
    require_login(login)
    require_passphrase(passphrase, login)
    bare = KeySlot(
        login=login,
        officer_id=officer_id,
        salt=urandom(16),
        rounds=ROUNDS,
        memory_kib=MEMORY_KIB,
        lanes=LANES,
        wrapped=bytes(60),
    )
    wrapped = wrap(_slot_key(bare, passphrase), key.raw, _bound_to(bare, db_id))
    return msgspec.structs.replace(bare, wrapped=wrapped)


def open_slot(slot: KeySlot, db_id: str, passphrase: str) -> RegisterKey:
    """The register key. Raises WrongPassphrase, also for a slot carried over from another register or login."""
    kek = _slot_key(slot, passphrase)
    try:
        return RegisterKey(unwrap(kek, slot.wrapped, _bound_to(slot, db_id)))
    except SealBroken as error:
        raise WrongPassphrase from error


def refuse_like(slot: KeySlot, db_id: str, passphrase: str) -> None:
    """Raises WrongPassphrase after the time `open_slot` would take: an unknown login must not show by its haste."""
    stranger = msgspec.structs.replace(slot, salt=urandom(16), wrapped=urandom(60))
    open_slot(stranger, db_id, passphrase)


def _slot_key(slot: KeySlot, passphrase: str) -> bytes:
    """NFC first: the same words typed with composed or with combining marks are the same passphrase.

    Raises NotEnoughMemory.
    """
    kdf = Argon2id(salt=slot.salt, length=32, iterations=slot.rounds, lanes=slot.lanes, memory_cost=slot.memory_kib)
    try:
        stretched = kdf.derive(unicodedata.normalize("NFC", passphrase).encode())
    except MemoryError:
        raise NotEnoughMemory from None
    return derive(stretched, b"cd-slot-key-v1")


def _bound_to(slot: KeySlot, db_id: str) -> bytes:
    """What a wrapped key is bound to: nothing of it can be changed or moved without the tag failing."""
    place = ["cd-slot-v1", VERSION, db_id, slot.login, slot.officer_id]
    return msgspec.json.encode([*place, slot.rounds, slot.memory_kib, slot.lanes])


def _weak(text: str) -> Invalid:
    return Invalid(text, fields={"passphrase": text})


def _folded(text: str) -> str:
    bare = "".join(mark for mark in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(mark))
    return "".join(bare.replace("đ", "d").split())
