"""The key-file: every secret of the province that must not lie beside its data.

JSON, mode 0600, outside the data folder. Whoever has it and the data has everything; see docs/province.md.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

import msgspec

from commune_desk.domain.words.errors import Fault, Refusal
from commune_desk.domain.words.labels import N_
from sync import seal
from sync.protocol import Malformed, b64, decode, unb64
from sync.server.engine.embedded import is_key
from sync.server.identity.authority import Identity
from sync.server.reasons import reason_of


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    format: int = 1
    escrow: str = ""
    """Absent in the copy that a cautious province lets the server have. Never the last line: that one has no comma."""
    database: str
    authority: str
    province_desk: str
    ca_key: str


class KeyFile:
    """The secrets, read. `repr` shows none of them."""

    def __init__(self, stored: _Stored) -> None:
        self._stored = stored
        self.database_key: str = stored.database
        self.authority = seal.SigningKey.from_bytes(unb64(stored.authority))
        self.province_desk = seal.SigningKey.from_bytes(unb64(stored.province_desk))

    def __repr__(self) -> str:
        return "KeyFile()"

    @property
    def escrow(self) -> seal.BoxKey:
        """The recovery key. Raises Refusal when this copy of the key-file was made without it."""
        if not self._stored.escrow:
            raise Refusal(
                N_(
                    "This key-file was made without the recovery key. "
                    "Use the complete one from the safe; nothing was done."
                )
            )
        return seal.BoxKey.from_bytes(unb64(self._stored.escrow))

    @property
    def courier(self) -> seal.BoxKey:
        """What bundles for the province are sealed to. Made from the authority's key, so that no copy of a key-file in
        a safe lacks it; never the recovery key, which a cautious province keeps away from the server.
        """
        return seal.BoxKey.from_bytes(seal.derive(self.authority.to_bytes(), b"cd-courier-v1"))

    @property
    def tls_password(self) -> str:
        """What the server's TLS key lies under in the data folder."""
        return seal.derive(bytes.fromhex(self.database_key), b"cd-tls-key-v1").hex()

    def ca(self, certificate: bytes) -> Identity:
        """The private authority, given its certificate from the data folder."""
        return Identity(certificate, self._stored.ca_key.encode("ascii"))


def create(path: Path, *, ca_key: bytes) -> KeyFile:
    """Make and write a key-file with fresh secrets. Raises Refusal when it exists, Fault when it cannot be written."""
    stored = _Stored(
        database=secrets.token_hex(32),
        authority=b64(seal.SigningKey.generate().to_bytes()),
        province_desk=b64(seal.SigningKey.generate().to_bytes()),
        ca_key=ca_key.decode("ascii"),
        escrow=b64(seal.BoxKey.generate().to_bytes()),
    )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        _fill(path, handle, msgspec.json.format(msgspec.json.encode(stored), indent=2) + b"\n")
    except FileExistsError:
        raise Refusal(
            N_("The key-file {path} exists already; it was not touched. Name another place."), path=path
        ) from None
    except OSError as error:
        raise Fault(
            N_("The key-file {path} cannot be written: {reason}."), path=path, reason=reason_of(error)
        ) from None
    return KeyFile(stored)


def _fill(path: Path, handle: int, content: bytes) -> None:
    """Write the file just made; what the disk does not take whole is taken away, so that `init` can be tried again."""
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise


def read(path: Path, *, data: Path) -> KeyFile:
    """The key-file of a province. Raises Fault when it is missing or damaged, Refusal when it lies in `data`."""
    refuse_inside(path, data=data)
    try:
        stored = decode(path.read_bytes(), _Stored)
        if is_key(stored.database) and stored.format == 1:
            return KeyFile(stored)
    except OSError as error:
        raise Fault(N_("The key-file {path} cannot be read: {reason}."), path=path, reason=reason_of(error)) from None
    except (Malformed, ValueError):
        pass
    raise Fault(N_("The key-file {path} is damaged. Nothing was changed; use the copy from the safe."), path=path)


def refuse_inside(path: Path, *, data: Path) -> None:
    """Raise Refusal when the key-file would lie in the data folder: who copies one must not have both."""
    if path.resolve().is_relative_to(data.resolve()):
        raise Refusal(
            N_("The key-file must not lie in the data folder: whoever copies the folder would have the key too.")
        )
