"""The keyfile: who may open the register, on disk. Two copies, each replaced whole or not at all.

The outside is `{magic, version, sum, mac, body}`. `sum` tells damage from a wrong passphrase before any key is known;
`mac`, under a key made from the register key, tells tampering once it is.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from commune_desk.vault.keys import RegisterKey
from sync.disk import made_anew, replace_file, settle_names
from sync.seal import DESK_CHARACTERS, derive, is_mac, mac, sha256
from sync.spelling import ALPHABET

MAGIC = "commune-desk-keyfile"
VERSION = 1
LARGEST = 256 * 1024
LOGIN = r"^[a-z][a-z0-9._-]{1,19}\Z"

Rounds = Annotated[int, msgspec.Meta(ge=3, le=10)]
Memory = Annotated[int, msgspec.Meta(ge=64 * 1024, le=1024 * 1024)]
Lanes = Annotated[int, msgspec.Meta(ge=1, le=4)]
Count = Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
Bytes16 = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
Bytes32 = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Wrapped = Annotated[bytes, msgspec.Meta(min_length=60, max_length=60)]
"""A register key under AES-256-GCM: nonce 12, key 32, tag 16."""


class KeyfileDamaged(Fault):
    """Neither copy can be used."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The keyfile of this register is damaged. The register itself was not touched; "
                "put the keyfile back from a backup, or ask the province how to set this desk up again."
            )
        )


class KeyfileMissing(Fault):
    """There is no keyfile at all."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The keyfile of this register is missing. The register itself was not touched; "
                "put the keyfile back from a backup, or ask the province how to set this desk up again."
            )
        )


class KeyfileNewer(Fault):
    """A newer program wrote it; guessing at it could only lose slots."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This register belongs to a newer version of the program. Nothing was changed; "
                "install the update first."
            )
        )


class KeyfileNotSaved(Fault):
    """The disk refused; what was there is still there."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The keyfile could not be saved. The old one is still in force; "
                "check that the disk is not full or write-protected, then try again."
            )
        )


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the keyfile: nothing may stand in it that the program does not know."""


class KeySlot(Strict, frozen=True):
    """One officer's way in: the register key, wrapped under a key stretched from the officer's passphrase.

    The limits on `rounds`, `memory_kib` and `lanes` are checked on reading, before anything is computed: a planted
    file can neither exhaust the PC nor weaken the stretching.
    """

    login: Annotated[str, msgspec.Meta(pattern=LOGIN)]
    officer_id: Annotated[str, msgspec.Meta(max_length=64)]
    salt: Bytes16
    rounds: Rounds
    memory_kib: Memory
    lanes: Lanes
    wrapped: Wrapped


class RecoveryBlob(Strict, frozen=True):
    """The register key, wrapped under a secret that only the province's escrow key can make again."""

    desk_id: Annotated[str, msgspec.Meta(pattern=rf"^[{ALPHABET}]{{{DESK_CHARACTERS}}}\Z")]
    generation: Count
    escrow_public: Bytes32
    ephemeral_public: Bytes32
    wrapped: Wrapped


class Keyfile(Strict, frozen=True):
    """The body. `generation` grows with each save; `db_id` binds it to one register."""

    db_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    generation: Count
    slots: Annotated[tuple[KeySlot, ...], msgspec.Meta(min_length=1, max_length=64)]
    recovery: RecoveryBlob | None = None

    def slot(self, login: str) -> KeySlot | None:
        return next((slot for slot in self.slots if slot.login == login), None)


class _Outside(Strict, frozen=True):
    magic: str
    version: int
    sum: bytes
    mac: bytes
    body: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Copy:
    """One readable copy: its content, its exact bytes, and the means to judge it once the key is known."""

    keyfile: Keyfile
    content: bytes
    _authentic: bytes
    _mac: bytes

    def belongs_to(self, key: RegisterKey) -> bool:
        """Whether whoever wrote this copy held the register key."""
        return is_mac(self._mac, _mac_key(key), self._authentic)


def spare_of(path: Path) -> Path:
    """Where the second copy lies."""
    return path.with_name(path.name + ".spare")


def read_copies(path: Path) -> list[Copy]:
    """Every undamaged copy, the latest first. Raises KeyfileMissing, KeyfileDamaged, KeyfileNewer."""
    contents = [content for place in (path, spare_of(path)) if (content := _content(place)) is not None]
    if not contents:
        raise KeyfileMissing
    copies = [copy for content in contents if (copy := _decode(content)) is not None]
    if not copies:
        raise KeyfileDamaged
    return sorted(copies, key=lambda copy: -copy.keyfile.generation)


def copy_with_key(path: Path, key: RegisterKey) -> Copy:
    """The latest copy that `key` vouches for. Raises as `read_copies`."""
    for copy in read_copies(path):
        if copy.belongs_to(key):
            return copy
    raise KeyfileDamaged


def read_with_key(path: Path, key: RegisterKey) -> Keyfile:
    """What the latest copy says that `key` vouches for. Raises as `read_copies`."""
    return copy_with_key(path, key).keyfile


def save(path: Path, keyfile: Keyfile, key: RegisterKey) -> None:
    """Replace both copies; a power cut at any moment leaves each of them whole, old or new.

    Both get the new content: an officer who was removed must not find a way in through a stale copy.
    Raises KeyfileNotSaved with the old content in force, ValueError for content that could not be read back.
    """
    content = _encode(keyfile, key)
    if _decode(content) is None:
        raise ValueError("this keyfile could not be read back")
    spare = spare_of(path)
    try:
        _stage(path, content)
        _stage(spare, content)
        os.replace(_staged(path), path)
    except OSError as error:
        with suppress(OSError):
            _staged(path).unlink(missing_ok=True)
            _staged(spare).unlink(missing_ok=True)
        raise KeyfileNotSaved from error
    with suppress(OSError):  # the new content is in force; `mend` brings the spare up at the next unlocking
        os.replace(_staged(spare), spare)
        settle_names(path.parent)


def mend(path: Path, copy: Copy) -> None:
    """Bring a damaged, missing or older copy up to `copy`, which its key has vouched for."""
    with suppress(OSError):  # a full or read-only disk must not keep an officer out
        for place in (path, spare_of(path)):
            if _content(place) != copy.content:
                replace_file(place, copy.content, part=_staged(place))


def _encode(keyfile: Keyfile, key: RegisterKey) -> bytes:
    body = msgspec.json.encode(keyfile)
    authentic = _authentic(VERSION, body)
    code = mac(_mac_key(key), authentic)
    outside = _Outside(magic=MAGIC, version=VERSION, sum=sha256(authentic + code), mac=code, body=msgspec.Raw(body))
    return msgspec.json.encode(outside)


def _decode(content: bytes) -> Copy | None:
    """The copy, or None when damaged. Raises KeyfileNewer when whole, but of a later version."""
    try:
        outside = msgspec.json.decode(content, type=_Outside)
        body = bytes(outside.body)
        authentic = _authentic(outside.version, body)
        whole = outside.magic == MAGIC and outside.sum == sha256(authentic + outside.mac)
        if not whole or msgspec.json.encode(outside) != content:
            return None
        if outside.version > VERSION:
            raise KeyfileNewer
        keyfile = msgspec.json.decode(body, type=Keyfile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    logins = {slot.login for slot in keyfile.slots}
    if outside.version < VERSION or len(logins) != len(keyfile.slots):
        return None
    return Copy(keyfile, content, authentic, outside.mac)


def _authentic(version: int, body: bytes) -> bytes:
    return f"{MAGIC} {version} ".encode() + body


def _mac_key(key: RegisterKey) -> bytes:
    return derive(key.raw, b"cd-keyfile-mac-v1")


def _content(place: Path) -> bytes | None:
    """The bytes there; None when there is no file; empty (so: damaged) when it cannot be read or is far too large."""
    try:
        with place.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError:
        return b""
    return content if len(content) <= LARGEST else b""


def _staged(place: Path) -> Path:
    return place.with_name(place.name + ".new")


def _stage(place: Path, content: bytes) -> None:
    """Write `content` beside `place`, readable by this account only, and down to the disk."""
    with made_anew(_staged(place)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
