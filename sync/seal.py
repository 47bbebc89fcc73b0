"""How things are signed, sealed, wrapped and spelled: the only cryptography that desk and province share.

Signatures are Ed25519 over `domain || data`, so that what was signed as one thing never passes as another.
Boxes are HPKE (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM). Nothing here reads a file, a clock or a network.
Digests too come from `cryptography`: `hashlib`, `hmac` and `secrets` load a second OpenSSL beside its own, 4 MiB of it.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, partial
from os import urandom

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from commune_desk.domain.model.ids import DeskId
from commune_desk.domain.words.errors import Fault, Invalid
from commune_desk.domain.words.labels import N_
from sync.spelling import ALPHABET, read_spelled, spell

BUNDLE = b"cd-bundle-v1"
CARRIED = b"cd-carried-v1"
CHANGE = b"cd-change-v1"
HEAD = b"cd-head-v1"
DESK_CERT = b"cd-desk-v1"
ERASED = b"cd-erased-v1"
FEED = b"cd-feed-v1"
FILE = b"cd-file-v1"
HELLO = b"cd-hello-v1"
RECEIPT = b"cd-receipt-v1"
PURGE = b"cd-purge-v1"
ROOT = b"cd-root-v1"
SCHEMA = b"cd-schema-v1"
DOMAINS = (BUNDLE, CARRIED, CHANGE, HEAD, DESK_CERT, ERASED, FEED, FILE, HELLO, RECEIPT, PURGE, ROOT, SCHEMA)

BUCKET = 256
"""Sealed values come in multiples of this many bytes, so that a length tells nothing about a text."""

COURIER_BUCKET = 4096
"""What is sealed to the province as a whole comes in multiples of this many bytes."""

CODE_MEMORY_KIB = 64 * 1024
"""What one guess at an enrolment code fills (docs/protocol.md, section 7)."""
DESK_CHARACTERS = 6
"""Characters of a desk id: 30 random bits, short enough to read out."""

_CERTIFICATE = re.compile(rb"\s*-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*")
_NO_CERTIFICATE = "not one certificate"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_SHA256 = SHA256()
_digest: Callable[[bytes], bytes] = partial(Hash.hash, _SHA256)
_BOX_OVERHEAD = 32 + 16
_NONCE = 12
_DESK_BYTES = 4
_VALUE_MAGIC = b"cd1"
_LOCKED_PUSH = b"cd-locked-push-v1"


class SealBroken(Fault):
    """What was sealed cannot be opened: another key, another place, or damaged on the way."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "A sealed item cannot be opened: it was made for another key or was damaged. "
                "Nothing was changed; ask for it to be sent again."
            )
        )


class SigningKey:
    """An Ed25519 key pair. `repr` shows nothing of it."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public: bytes = private.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> SigningKey:
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, b: bytes) -> SigningKey:
        """The key of its 32 secret bytes. Raises ValueError for another length."""
        return cls(Ed25519PrivateKey.from_private_bytes(b))

    def to_bytes(self) -> bytes:
        return self._private.private_bytes_raw()

    def sign(self, domain: bytes, data: bytes) -> bytes:
        """64 bytes over `domain || data`."""
        return self._private.sign(domain + data)


def verify(public: bytes, domain: bytes, data: bytes, signature: bytes) -> bool:
    """Whether `signature` is of `public` over `domain || data`. False for anything malformed; never raises."""
    try:
        _public_key(public).verify(signature, domain + data)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


@lru_cache(maxsize=1024)
def _public_key(public: bytes) -> Ed25519PublicKey:
    """A pull verifies thousands of changes of a few desks: each key is read once."""
    return Ed25519PublicKey.from_public_bytes(public)


class BoxKey:
    """An X25519 key pair that boxes are sealed to. `repr` shows nothing of it."""

    def __init__(self, private: X25519PrivateKey) -> None:
        self._private = private
        self.public: bytes = private.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> BoxKey:
        return cls(X25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, b: bytes) -> BoxKey:
        """The key of its 32 secret bytes. Raises ValueError for another length."""
        return cls(X25519PrivateKey.from_private_bytes(b))

    def to_bytes(self) -> bytes:
        return self._private.private_bytes_raw()

    def open(self, box: bytes, *, info: bytes) -> bytes:
        """What `seal` put in `box` under the same `info`. Raises SealBroken."""
        try:
            return _SUITE.decrypt(box, self._private, info)
        except (InvalidTag, ValueError) as error:
            raise SealBroken from error

    def agree(self, other_public: bytes, *, info: bytes, length: int = 32) -> bytes:
        """A secret of `length` bytes that only the holders of the two keys can make. Raises SealBroken."""
        try:
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(other_public))
        except ValueError as error:
            raise SealBroken from error
        return derive(shared, info, length)


def seal(recipient_public: bytes, plaintext: bytes, *, info: bytes) -> bytes:
    """An HPKE box of `len(plaintext) + 48` bytes, opened only by the recipient and under the same `info`.

    Raises SealBroken when the recipient's key is no key.
    """
    try:
        return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(recipient_public), info)
    except ValueError as error:
        raise SealBroken from error


def pad(data: bytes, bucket: int = BUCKET) -> bytes:
    """`data`, one byte 0x80 and zeros up to a multiple of `bucket` (ISO/IEC 7816-4)."""
    return data + b"\x80" + bytes(-(len(data) + 1) % bucket)


def unpad(padded: bytes, bucket: int = BUCKET) -> bytes:
    """The data of `pad`. Raises SealBroken when the padding is not whole."""
    data = padded.rstrip(b"\0")
    if not data.endswith(b"\x80") or len(padded) % bucket or len(padded) - len(data) >= bucket:
        raise SealBroken
    return data[:-1]


def _place(scope: str, record: str, field: str) -> bytes:
    """Binds a sealed value to its place: moved to another record or field, it does not open."""
    return msgspec.json.encode(["cd-value-v1", scope, record, field])


def seal_value(recipient_public: bytes, value: object, *, scope: str, record: str, field: str) -> str:
    """A field's value as it travels sealed: base64 of a padded HPKE box, bound to where it belongs."""
    plaintext = pad(msgspec.json.encode(value))
    box = seal(recipient_public, plaintext, info=_place(scope, record, field))
    return base64.b64encode(_VALUE_MAGIC + box).decode()


def open_value(key: BoxKey, sealed: str, *, scope: str, record: str, field: str) -> object:
    """The value `seal_value` was given, as plain JSON types. Raises SealBroken."""
    if not is_sealed(sealed):
        raise SealBroken
    box = base64.b64decode(sealed)[len(_VALUE_MAGIC) :]
    plaintext = unpad(key.open(box, info=_place(scope, record, field)))
    try:
        value: object = msgspec.json.decode(plaintext)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:  # its author may have sealed anything
        raise SealBroken from error
    return value


def seal_for_province(courier_public: bytes, body: bytes) -> bytes:
    """A push that waits on a locked desk: a padded HPKE box to the province's courier key, which no desk can open.

    Raises SealBroken when the key is no key.
    """
    return seal(courier_public, pad(body, COURIER_BUCKET), info=_LOCKED_PUSH)


def open_for_province(courier: BoxKey, box: bytes) -> bytes:
    """What `seal_for_province` was given. Raises SealBroken."""
    return unpad(courier.open(box, info=_LOCKED_PUSH), COURIER_BUCKET)


def is_sealed(text: object) -> bool:
    """Whether `text` has the shape of a sealed value, told without a key: the server refuses clear text by it."""
    if not isinstance(text, str):
        return False
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    body = len(raw) - len(_VALUE_MAGIC) - _BOX_OVERHEAD
    return raw.startswith(_VALUE_MAGIC) and body > 0 and body % BUCKET == 0


def sha256(data: bytes) -> bytes:
    """32 bytes."""
    return _digest(data)


def digest_quickly() -> None:
    """Digests come from `hashlib` from now on, in a third of the time: where TLS brought the second OpenSSL anyway."""
    global _digest
    from hashlib import sha256 as hashed

    def digest(data: bytes) -> bytes:
        return hashed(data).digest()

    _digest = digest


def scope_key_id(public: bytes) -> str:
    """The name of a scope's sealing key: 8 hex digits of its SHA-256."""
    return sha256(public)[:4].hex()


def certificate_der(pem: bytes) -> bytes:
    """The one certificate of a PEM that holds nothing else. Raises ValueError.

    Readers of PEM take all that they find: of two certificates the first would be compared, and both be trusted.
    """
    alone = _CERTIFICATE.fullmatch(pem)
    if alone is None:
        raise ValueError(_NO_CERTIFICATE)
    text = b"".join(alone[1].split())
    try:
        der = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(_NO_CERTIFICATE) from error
    if base64.b64encode(der) != text:  # the decoder forgives padding that is too long, and bits that say nothing
        raise ValueError(_NO_CERTIFICATE)
    return der


def certificate_fingerprint(pem: bytes) -> bytes:
    """SHA-256 of a certificate (PEM): what an enrolment code names the province's authority by. Raises ValueError."""
    return sha256(certificate_der(pem))


def mac(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes."""
    return _hmac(key, data).finalize()


def is_mac(code: bytes, key: bytes, data: bytes) -> bool:
    """Whether `code` is the `mac`, in a time that tells nothing of where it differs."""
    try:
        _hmac(key, data).verify(code)
    except InvalidSignature:
        return False
    return True


def _hmac(key: bytes, data: bytes) -> HMAC:
    made = HMAC(key, _SHA256)
    made.update(data)
    return made


def same(a: bytes, b: bytes) -> bool:
    """Whether two secrets are equal, in a time that tells nothing of where they differ."""
    from hmac import compare_digest

    return compare_digest(a, b)


def derive(key: bytes, info: bytes, length: int = 32) -> bytes:
    """HKDF-SHA256 without salt: one key for one purpose; `info` is the purpose."""
    return HKDF(SHA256(), length, None, info).derive(key)


def stretch_code(secret: str, salt: bytes) -> bytes:
    """32 bytes of a short secret that a person typed: Argon2id, t=3, p=1. `salt` is 8 bytes or more."""
    kdf = Argon2id(salt=salt, length=32, iterations=3, lanes=1, memory_cost=CODE_MEMORY_KIB)
    return kdf.derive(unicodedata.normalize("NFC", secret).encode())


def wrap(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """AES-256-GCM under a fresh random nonce: 12 bytes of nonce, the ciphertext, 16 bytes of tag."""
    nonce = urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, aad)


def unwrap(key: bytes, wrapped: bytes, aad: bytes) -> bytes:
    """What `wrap` was given. Raises SealBroken for another key, another `aad` or a changed byte."""
    try:
        return AESGCM(key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], aad)
    except (InvalidTag, ValueError) as error:
        raise SealBroken from error


def encrypt_piece(key: bytes, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """AES-256-GCM under a nonce that the caller never uses twice with a key: ciphertext and 16 bytes of tag."""
    return AESGCM(key).encrypt(nonce, plaintext, aad)


def decrypt_piece(key: bytes, nonce: bytes, ciphertext: bytes, aad: bytes) -> bytes:
    """What `encrypt_piece` was given. Raises SealBroken for another key, nonce or `aad`, or a changed byte."""
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, aad)
    except (InvalidTag, ValueError) as error:
        raise SealBroken from error


def is_desk_id(text: str) -> bool:
    """Whether `text` has the shape of an enrolled desk's id: 6 characters of the spoken alphabet."""
    return len(text) == DESK_CHARACTERS and set(text) <= set(ALPHABET)


def _desk_bytes(desk_id: str) -> bytes:
    if not is_desk_id(desk_id):
        raise ValueError("a desk id has 6 characters of the spoken alphabet")
    number = 0
    for character in desk_id:
        number = number << 5 | ALPHABET.index(character)
    return number.to_bytes(_DESK_BYTES)


def _desk_id(data: bytes) -> DeskId:
    number = int.from_bytes(data)
    return DeskId("".join(ALPHABET[number >> shift & 31] for shift in range(5 * DESK_CHARACTERS - 5, -1, -5)))


def recovery_request(desk_id: str, ephemeral_public: bytes) -> str:
    """What an officer who forgot a passphrase reads out to the province: desk and one-time key, 60 characters."""
    return spell(_desk_bytes(desk_id) + ephemeral_public)


def recovery_secret(key: BoxKey, other_public: bytes, *, desk_id: str, ephemeral_public: bytes) -> bytes:
    """16 bytes that the desk makes with its one-time key and the province with its escrow key. Raises SealBroken."""
    info = b"cd-recovery-answer-v1" + _desk_bytes(desk_id) + ephemeral_public
    return key.agree(other_public, info=info, length=16)


def answer_recovery(escrow_private: bytes, request: str) -> tuple[DeskId, str]:
    """The province's side: which desk asks, and the answer to read back (28 characters, grouped).

    The caller checks that the desk is enrolled and who is on the phone. Raises Invalid for a request misread.
    """
    asked = read_spelled(request)
    if len(asked) != _DESK_BYTES + 32:
        raise Invalid(
            N_("This is not a recovery request. Ask the officer to read out the long code on the unlock page.")
        )
    desk_id, ephemeral_public = _desk_id(asked[:_DESK_BYTES]), asked[_DESK_BYTES:]
    escrow = BoxKey.from_bytes(escrow_private)
    secret = recovery_secret(escrow, ephemeral_public, desk_id=desk_id, ephemeral_public=ephemeral_public)
    return desk_id, spell(secret)
