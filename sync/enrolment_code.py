"""The code that the province reads out to enrol a PC, and the keys that both sides take from it.

18 characters: 2 bytes that find the code at the province, 5 secret ones, and the first 3 of the SHA-256 fingerprint of
the province's authority. The secret itself is never sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from os import urandom

from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_
from sync import seal, spelling

LOCATOR_BYTES, SECRET_BYTES, PRINT_BYTES = 2, 5, 3


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """A code in its parts; `repr` does not show the secret."""

    locator: bytes
    secret: bytes = field(repr=False)
    fingerprint_start: bytes

    @classmethod
    def fresh(cls, locator: bytes, fingerprint: bytes) -> EnrolmentCode:
        """A code with a new secret for the authority with this fingerprint (32 bytes)."""
        return cls(locator, urandom(SECRET_BYTES), fingerprint[:PRINT_BYTES])

    @classmethod
    def read(cls, text: str) -> EnrolmentCode:
        """The code as it was typed. Raises Invalid."""
        data = spelling.read_spelled(text)
        secret_end = LOCATOR_BYTES + SECRET_BYTES
        if len(data) != secret_end + PRINT_BYTES:
            raise Invalid(N_("This is another kind of code. An enrolment code has 18 characters."))
        return cls(data[:LOCATOR_BYTES], data[LOCATOR_BYTES:secret_end], data[secret_end:])

    def spelled(self) -> str:
        return spelling.spell(self.locator + self.secret + self.fingerprint_start)

    def names(self, fingerprint: bytes) -> bool:
        """Whether the code is of the authority with this fingerprint, as far as the code tells."""
        return fingerprint.startswith(self.fingerprint_start)

    def keys(self, fingerprint: bytes) -> CodeKeys:
        """The keys of the code, stretched: some tenths of a second.

        The salt is the whole fingerprint, so that a server with another authority learns nothing it could use.
        """
        stretched = seal.stretch_code(self.secret.hex(), fingerprint + self.locator)
        return CodeKeys(*(seal.mac(stretched, purpose) for purpose in (b"request", b"reply", b"locker")))


@dataclass(frozen=True, slots=True)
class CodeKeys:
    """Prove the request, prove the reply, open the locker; `repr` shows none of them."""

    request: bytes = field(repr=False)
    reply: bytes = field(repr=False)
    locker: bytes = field(repr=False)
