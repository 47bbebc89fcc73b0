"""An encrypted backup in one file: the register under its own key, the keyfile that opens it, and a manifest.

Nothing in it is readable without an officer's passphrase (or the province's recovery): the register stays encrypted,
the keyfile holds only wrapped keys, the manifest names counts and digests.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zipfile
from contextlib import suppress
from pathlib import Path
from shutil import copyfileobj

import msgspec

from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from commune_desk.store.desk.register import FILE_NAME, Register
from commune_desk.store.engine.database import (
    Connection,
    DiskFull,
    DiskRefuses,
    RegisterDamaged,
    RegisterReadOnly,
    connect,
    translated,
)
from commune_desk.store.engine.migrate import version
from commune_desk.vault.keyfile import copy_with_key
from commune_desk.vault.keys import RegisterKey
from sync.disk import made_anew, put_in_place

SUFFIX = ".cdbackup"
KEYFILE_NAME = "keyfile.json"
MANIFEST = "manifest.json"
_PIECE = 1 << 20
_NO_ARCHIVE = (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, ValueError, struct.error)
"""What the library says of a file that is no archive or was changed."""
_NAMES_IN_UTF8 = 0x800
LEFTOVERS = (".part", *(".part-db" + beside for beside in ("", "-wal", "-shm", "-journal")))
"""What a backup's name ends in while it is written: files that stay where the process is killed."""


class BackupDamaged(Fault):
    """The file is no backup, or a part of it does not hold."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This file is not a whole backup: it is damaged or was cut short. "
                "Nothing was changed; try another copy."
            )
        )


class BackupNotSaved(Fault):
    """The target could not be written."""

    def __init__(self) -> None:
        super().__init__(
            N_("The backup could not be written there. Nothing was lost; check the disk or USB stick and try again.")
        )


class BackupNotRestored(Fault):
    """The backup could not be read, or what is in it not be written here."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The backup could not be read or put in place. Nothing was changed; "
                "check the USB stick and the room on this disk, then try again."
            )
        )


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds: digests of its parts and counts to check them by."""

    made_at: str
    schema: int
    changes: int
    audit_rows: int
    register_sha256: str
    keyfile_sha256: str


def make_backup(register: Register, key: RegisterKey, keyfile: Path, target: Path) -> Manifest:
    """Write a backup of the open register to `target` and verify it. Takes about a second for 100 MB; runs anywhere.

    The copy is one consistent moment, saves go on meanwhile. Of the two keyfiles that one goes along which opens it.
    Raises BackupNotSaved, RegisterDamaged, KeyfileDamaged, KeyfileMissing.
    """
    opener = copy_with_key(keyfile, key).content
    copy = target.with_name(target.name + ".part-db")
    if not target.parent.is_dir():
        raise BackupNotSaved
    try:
        copy.unlink(missing_ok=True)
        _copy_register(register.path, key, copy)
        manifest = _checked(copy, key, opener, to_iso(register.clock.now()))
        _pack(target, copy, opener, manifest)
    except (OSError, RegisterReadOnly, DiskFull, DiskRefuses):
        # The register was only read, and every page of it could be: what refuses is the place of the copy.
        raise BackupNotSaved from None
    finally:
        for ending in LEFTOVERS:
            with suppress(OSError):  # a disk that refuses the name refuses to look for it too
                target.with_name(target.name + ending).unlink(missing_ok=True)
    return manifest


def _copy_register(path: Path, key: RegisterKey, copy: Path) -> None:
    connection = connect(path, key)
    try:
        with translated():
            connection.execute("VACUUM INTO ?", (str(copy),))
    finally:
        connection.close()


def _checked(copy: Path, key: RegisterKey, opener: bytes, made_at: str) -> Manifest:
    """Of a whole register a copy that does not hold was lost by the disk or stick it lies on. Raises BackupNotSaved."""
    try:
        return _inspect(copy, key, opener, made_at)
    except (RegisterDamaged, BackupDamaged):
        raise BackupNotSaved from None


def _inspect(copy: Path, key: RegisterKey, opener: bytes, made_at: str) -> Manifest:
    """Open the copy as a restore would. Raises RegisterDamaged, NotEncrypted."""
    connection = connect(copy, key)
    try:
        with translated():
            if connection.execute("PRAGMA cipher_integrity_check").fetchall():
                raise BackupDamaged
            changes = _count(connection, "change")
            audit_rows = _count(connection, "audit")
            schema = version(connection)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode=DELETE")
    finally:
        connection.close()
    return Manifest(made_at, schema, changes, audit_rows, _digest(copy), hashlib.sha256(opener).hexdigest())


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own names


def _pack(target: Path, copy: Path, opener: bytes, manifest: Manifest) -> None:
    part = target.with_name(target.name + ".part")
    with made_anew(part) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_undated(MANIFEST), msgspec.json.encode(manifest))
        archive.writestr(_undated(KEYFILE_NAME), opener)
        register = _undated(FILE_NAME)
        register.file_size = copy.stat().st_size
        with copy.open("rb") as inside, archive.open(register, "w") as outside:
            copyfileobj(inside, outside, _PIECE)
    put_in_place(part, target)


def _undated(name: str) -> zipfile.ZipInfo:
    """The first day that an archive knows: a PC whose battery is dead stands before it."""
    return zipfile.ZipInfo(name)


def unpack_backup(source: Path, folder: Path) -> Manifest:
    """Put a backup's register and keyfile into an empty `folder`, checked against its manifest.

    Raises BackupDamaged, BackupNotRestored. The register is then unlocked as any other and marked as restored.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _manifest(archive)
            _extract(archive, FILE_NAME, folder / FILE_NAME, manifest.register_sha256)
            _extract(archive, KEYFILE_NAME, folder / KEYFILE_NAME, manifest.keyfile_sha256)
    except _NO_ARCHIVE:
        raise BackupDamaged from None
    except OSError:
        raise BackupNotRestored from None
    return manifest


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    if _stored(archive, MANIFEST).file_size > _PIECE:
        raise BackupDamaged
    try:
        return msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    except (msgspec.DecodeError, RecursionError):
        raise BackupDamaged from None


def _stored(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """A part as we write it: neither compressed, so that none grows while it is read, nor encrypted."""
    found = archive.getinfo(name)
    is_ours = found.compress_type == zipfile.ZIP_STORED and found.compress_size == found.file_size
    if not is_ours or found.flag_bits & ~_NAMES_IN_UTF8:
        raise BackupDamaged
    return found


def _extract(archive: zipfile.ZipFile, name: str, target: Path, expected: str) -> None:
    part = target.with_name(target.name + ".part")
    with archive.open(_stored(archive, name)) as inside, part.open("wb") as outside:
        for piece in iter(lambda: inside.read(_PIECE), b""):
            outside.write(piece)
        outside.flush()
        os.fsync(outside.fileno())
    if _digest(part) != expected:
        part.unlink()
        raise BackupDamaged
    part.replace(target)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
