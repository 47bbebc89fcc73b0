"""Leaves of a JPEG only what the picture needs: no EXIF with a place and an hour, no thumbnail, no comment, no tail.

Told by the structure of the file alone (ITU-T T.81): whoever made the bytes, what is not picture does not pass.
"""

from __future__ import annotations

from collections.abc import Iterator

from commune_desk.domain.entered.whole_picture import damaged
from commune_desk.domain.words.errors import Invalid

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_RESTARTS = range(0xD0, 0xD8)
_APP14, _COMMENT = 0xEE, 0xFE
_PICTURE = frozenset(range(0xC0, 0xE0)) - {_SOI, _EOI, *_RESTARTS}
"""Tables, frames and scans. APP0 to APP15, JPG0 to JPG13 and comments are not among them."""
MOST_SCANS = 100
"""Cameras and programs write at most some twenty. One of a hundred bytes goes over all points of the picture again."""


def bare_jpeg(data: bytes) -> bytes:
    """The same picture without anything else. Raises Invalid for bytes that are no whole JPEG, or an endless one."""
    refuse_endless(data)
    return b"\xff\xd8" + b"".join(part for marker, part in _parts(data) if _belongs(marker, part)) + b"\xff\xd9"


def refuse_endless(data: bytes) -> None:
    """Raise Invalid for a picture of so many scans that a decoder would be at work on it for minutes, or hours."""
    if _scans(data) > MOST_SCANS:
        raise damaged()


def _scans(data: bytes) -> int:
    """How many scans a decoder finds, which reads over damage; there, at most so many."""
    try:
        return sum(marker == _SOS for marker, _ in _parts(data))
    except Invalid:
        return data.count(bytes((0xFF, _SOS)))


def _belongs(marker: int, part: bytes) -> bool:
    """APP14 says how the colours are coded; a picture that has it looks wrong without."""
    return marker in _PICTURE or (marker == _APP14 and part[4:9] == b"Adobe" and len(part) == 16)


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each segment with its marker, a scan with its picture data, up to the end of the image."""
    if data[:2] != b"\xff\xd8":
        raise damaged()
    at = 2
    while True:
        marker, at = _marker(data, at)
        if marker == _EOI:
            return
        if marker == 0 or marker in (_SOI, 0x01) or marker in _RESTARTS:
            raise damaged()
        end = at + int.from_bytes(data[at : at + 2])
        if end < at + 2 or end > len(data):
            raise damaged()
        if marker == _SOS:
            end = _end_of_scan(data, end)
        yield marker, bytes((0xFF, marker)) + data[at:end]
        at = end


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker at `at`, fill bytes left out, and where its segment begins."""
    if data[at : at + 1] != b"\xff":
        raise damaged()
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data):
        raise damaged()
    return data[at], at + 1


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the picture data that begins at `at` ends: at the first marker that is neither stuffing nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise damaged()
        if data[at + 1] != 0 and data[at + 1] not in _RESTARTS:
            return at
        at += 2
