"""Looks at a file before it is parsed: what it is, and whether it may be opened at all."""

from __future__ import annotations

import codecs
import enum
import zipfile
import zlib
from pathlib import Path

from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_

MAX_FILE_BYTES = 64 << 20
MAX_UNPACKED_BYTES = 600 << 20
"""A list of 250,000 rows and 20 columns unpacks to about half of this."""
MAX_MEMBERS = 2_000
_FOREIGN_PACKING = frozenset({zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})
"""What `zipfile` could unpack besides, no office program writes, and LZMA takes as much memory for as the file says."""

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")

NOT_THERE = N_("{name} is not there any more. Nothing was imported. Choose the file again.")
NO_PERMISSION = N_(
    "{name} cannot be opened: it is open in another program, or you may not read it. Nothing was imported. "
    "Close it in Excel, or copy it to your own folder, and try again."
)
CHANGED = N_("{name} was changed meanwhile. Nothing was imported. Choose the file again.")
READ_FAILED = N_(
    "{name} could not be read to the end. Nothing was imported. "
    "If it is on a USB stick, copy it to this PC and try again."
)
EMPTY = N_("{name} is empty. Nothing was imported. Choose another file.")
TOO_LARGE = N_(
    "{name} is too large to be a list of children ({size} MB once opened). Nothing was imported. "
    "Copy the sheet with the list to a new workbook and import that."
)
TOO_MANY_ROWS = N_(
    "{name} has more than {limit} rows. Nothing was imported. "
    "Divide the list, for example by village, and import each part."
)
PASSWORD = N_(
    "{name} is protected with a password. Nothing was imported. Open it in Excel, remove the password "
    "(File, Info, Protect Workbook), save it and try again."
)
DAMAGED = N_(
    "{name} is damaged and cannot be read. Nothing was imported. Open it in Excel, save it under a new name as .xlsx "
    "and import that, or ask for a fresh copy."
)
NOT_A_LIST = N_("{name} is not an Excel, OpenDocument or CSV list. Nothing was imported. Choose another file.")
RESAVE = N_(
    "{name} has an Excel name but is another kind of file inside. Nothing was imported. "
    "Open it in Excel, save it as .xlsx and import that."
)


class FileKind(enum.Enum):
    """How a list is to be read, judged by its first bytes, never by its name."""

    WORKBOOK = "workbook"
    TEXT = "text"


def inspect(path: Path) -> FileKind:
    """What the file is. Raises Fault with a sentence when it cannot be, or should not be, parsed."""
    name = path.name
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise Fault(NOT_A_LIST, name=name)
        if size == 0:
            raise Fault(EMPTY, name=name)
        if size > MAX_FILE_BYTES:
            raise Fault(TOO_LARGE, name=name, size=size >> 20)
        with path.open("rb") as file:
            start = file.read(4096)
        return _judge(path, start)
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> Fault:
    """The sentence for a file that the system will not give us."""
    if isinstance(error, FileNotFoundError):
        return Fault(NOT_THERE, name=path.name)
    if isinstance(error, PermissionError):
        return Fault(NO_PERMISSION, name=path.name)
    return Fault(READ_FAILED, name=path.name)


def broken(path: Path) -> Fault:
    """Why the parser gave up: the file went away, cannot be read to its end (a stick pulled out), or is damaged."""
    try:
        with path.open("rb") as file:
            while file.read(1 << 20):
                pass
    except OSError as error:
        return unreadable(path, error)
    return Fault(DAMAGED, name=path.name)


def _judge(path: Path, start: bytes) -> FileKind:
    if start.startswith(_OLE):
        return _judge_compound(path)
    if start.startswith(b"PK\x03\x04"):
        return _judge_package(path)
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"mime-version:")):
        raise Fault(RESAVE, name=path.name)
    if text.startswith((b"{\\rtf", b"%pdf-")) or _looks_binary(start):
        raise Fault(NOT_A_LIST, name=path.name)
    return FileKind.TEXT


def bare_utf16(start: bytes) -> str | None:
    """Which UTF-16 a text without a mark at its head is in; None when too few bytes are zero.

    Digits, separators and most letters of a list have one zero byte of two.
    """
    if start.count(0) * 4 < max(1, len(start)):
        return None
    return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"


def _looks_binary(start: bytes) -> bool:
    """Control characters that no list has. UTF-16 has zero bytes, but in every second place only."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = start.decode("utf-16", errors="ignore")
    elif encoding := bare_utf16(start):
        text = start.decode(encoding, errors="ignore")
    else:
        text = start.decode("latin-1")
    controls = sum(char < " " and char not in "\t\n\r\f" for char in text)
    return controls > len(text) // 100


def _judge_compound(path: Path) -> FileKind:
    """An old .xls, or the shell that Office puts around an encrypted new workbook."""
    if _ENCRYPTED_PACKAGE in path.read_bytes():
        raise Fault(PASSWORD, name=path.name)
    return FileKind.WORKBOOK


def _judge_package(path: Path) -> FileKind:
    """A zip with a workbook: its true unpacked size is measured before the parser sees it.

    `testzip` reads each member only as far as the size it declares and compares the checksum, so a
    member that unpacks to more than it says counts as damaged.
    """
    name = path.name
    try:
        with zipfile.ZipFile(path) as package:
            members = package.infolist()
            unpacked = sum(member.file_size for member in members)
            if unpacked > MAX_UNPACKED_BYTES or len(members) > MAX_MEMBERS:
                raise Fault(TOO_LARGE, name=name, size=unpacked >> 20)
            if any(member.compress_type in _FOREIGN_PACKING for member in members):
                raise Fault(DAMAGED, name=name)
            names = {member.filename for member in members}
            if "encrypted-package" in names:
                raise Fault(PASSWORD, name=name)
            if not names & {"xl/workbook.xml", "content.xml"}:
                raise Fault(RESAVE if "xl/workbook.bin" in names else NOT_A_LIST, name=name)
            if package.testzip() is not None:
                raise Fault(DAMAGED, name=name)
    except RuntimeError as error:
        # zipfile's way to say that a member is encrypted (or, as its subclass, packed in a way it does not know).
        raise Fault(PASSWORD, name=name) from error
    except (zipfile.BadZipFile, EOFError, ValueError, zlib.error) as error:
        raise Fault(DAMAGED, name=name) from error
    return FileKind.WORKBOOK
