"""Whether a picture or PDF that somebody chose is all there; of a picture also whether it is one of one page.

A decoder paints grey or black what it does not find, and says nothing. So the structure of the file is asked, of those
kinds that a decoder would not refuse by itself. What lies behind the end is nobody's concern here.
"""

from __future__ import annotations

import re
from typing import Literal

from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_

_SOI, _EOI = 0xD8, 0xD9
_MARKER = re.compile(rb"\xff([\xc0-\xcf\xd8-\xfe])")
"""Neither stuffing nor a restart, nor one that is reserved: those are damage, which a decoder reads over."""
_OLD_HEADER, _RUN_LENGTHS = 12, (1, 2)
_SUBFILE, _NO_PAGE = 254, 0b101
"""The first tag of a TIFF's directory, which says what it holds, and its bits for a thumbnail and a mask."""
_PDF_END, _PDF_TAIL = b"%%EOF", 4096
MOST_PAGES = 10_000
"""As far as pages are counted."""


def damaged() -> Invalid:
    """What is told of a picture that cannot be read to its end."""
    return Invalid(
        N_(
            "The picture is damaged or was cut short. Nothing was added; copy it again from the phone or camera, "
            "or take or scan it again."
        )
    )


def check_whole(data: bytes, form: str) -> None:
    """Raise Invalid for a picture whose end is missing, or which has several pages."""
    if form == "jpeg":
        _check_jpeg(data)
    elif form == "bmp":
        _check_bmp(data)
    elif form == "tiff":
        _check_tiff(data)


def check_whole_pdf(data: bytes) -> None:
    """Raise Invalid for a PDF whose end is missing: nobody would find out before somebody needs it.

    Readers look for the mark in the last KiB; some scanners fill up what follows.
    """
    if _PDF_END not in data.rstrip(b"\0 \t\r\n")[-_PDF_TAIL:]:
        raise Invalid(
            N_("The PDF was cut short: its end is missing. Nothing was added; copy it again, or save or scan it anew.")
        )


def _check_jpeg(data: bytes) -> None:
    """From segment to segment and through each scan, to the end of the image (ITU-T T.81).

    A thumbnail's end lies within a segment, and a second picture's behind another beginning: neither is this one's.
    """
    at = 2
    while found := _MARKER.search(data, at):
        at = found.end()
        if data[at - 1] == _EOI:
            return
        if data[at - 1] == _SOI:
            break
        at += max(2, int.from_bytes(data[at : at + 2]))
    raise damaged()


def _check_bmp(data: bytes) -> None:
    """The header says where the points begin and how many there are; what it says of the whole file is often wrong."""

    def number(at: int, size: int = 4, *, signed: bool = False) -> int:
        return int.from_bytes(data[at : at + size], "little", signed=signed)

    header = number(14)
    if header == _OLD_HEADER:
        width, height, bits = number(18, 2), number(20, 2), number(24, 2)
    else:
        width, height, bits = number(18, signed=True), number(22, signed=True), number(28, 2)
    needed = (width * bits + 31) // 32 * 4 * abs(height)
    if header != _OLD_HEADER and number(30) in _RUN_LENGTHS:
        needed = number(34)
    if len(data) < max(number(10), 14 + header) + needed:
        raise damaged()


def _check_tiff(data: bytes) -> None:
    """Each page has a directory that says where the next one lies; thumbnails and masks have one too."""
    order: Literal["little", "big"] = "little" if data[:1] == b"I" else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(data[at : at + size], order)

    at, pages, seen = number(4, 4), 0, set[int]()
    while at and at not in seen and len(seen) < MOST_PAGES:
        seen.add(at)
        end = at + 2 + 12 * number(at, 2)
        if end + 4 > len(data):
            raise damaged()
        pages += number(at + 2, 2) != _SUBFILE or not number(at + 10, 4) & _NO_PAGE
        at = number(end, 4)
    if pages > 1:
        raise Invalid(
            N_(
                "The file has {count} pages, and only the first could be kept. Nothing was added; "
                "scan them as a PDF, or one page at a time."
            ),
            count=pages,
        )
