"""The register's key and the keys made from it, one for each purpose."""

from __future__ import annotations

from os import urandom
from typing import NoReturn

from sync.seal import derive, same, unwrap, wrap

KEY_BYTES = 32


class RegisterKey:
    """The 32 random bytes that the register is encrypted with. No repr, log line or error ever shows them."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_BYTES:
            raise ValueError("a register key has 32 bytes")
        self._raw = bytes(raw)

    @classmethod
    def generate(cls) -> RegisterKey:
        return cls(urandom(KEY_BYTES))

    @property
    def raw(self) -> bytes:
        return self._raw

    @property
    def hex(self) -> str:
        """64 hex digits, as SQLCipher wants them: any other text would be taken for a passphrase and stretched."""
        text = self._raw.hex()
        assert len(text) == 2 * KEY_BYTES  # noqa: S101 - the guard of design section 6
        return text

    def __repr__(self) -> str:
        return "RegisterKey(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RegisterKey) and same(self._raw, other._raw)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a register key is not to be pickled")


def subkey(key: RegisterKey, purpose: bytes) -> bytes:
    """32 bytes for one purpose (`b"audit"`); none tells anything of another or of the register key."""
    return derive(key.raw, b"cd-sub-v1\0" + purpose)


def seal_at_rest(key: RegisterKey, purpose: bytes, data: bytes) -> bytes:
    """`data` encrypted for a small file beside the register; 28 bytes longer."""
    return wrap(derive(key.raw, b"cd-rest-v1\0" + purpose), data, purpose)


def open_at_rest(key: RegisterKey, purpose: bytes, sealed: bytes) -> bytes:
    """What `seal_at_rest` was given for the same purpose. Raises SealBroken."""
    return unwrap(derive(key.raw, b"cd-rest-v1\0" + purpose), sealed, purpose)
