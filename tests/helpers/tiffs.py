"""TIFF of several pages, as a scanner writes them; Qt writes one page only."""

from __future__ import annotations

import struct
from collections.abc import Sequence

REDUCED = 1
"""What a thumbnail says of itself in NewSubfileType."""


def tiff(pages: Sequence[tuple[int, int, int]], *, kinds: Sequence[int] = (), order: str = "<") -> bytes:
    """Pages of 64 by 48 points, each of one colour; `kinds` is the NewSubfileType of each."""
    out = bytearray(b"II*\0" if order == "<" else b"MM\0*") + bytes(4)
    link = 4
    for colour, kind in zip(pages, kinds or [0] * len(pages), strict=True):
        points = len(out)
        out += bytes(colour) * 64 * 48
        depths = len(out)
        out += struct.pack(f"{order}3H", 8, 8, 8)
        out[link : link + 4] = struct.pack(f"{order}I", len(out))
        short = {256: 64, 257: 48, 259: 1, 262: 2, 277: 3, 278: 48, 284: 1}
        long = {254: kind, 273: points, 279: depths - points}
        entries = [(tag, struct.pack(f"{order}HHIHH", tag, 3, 1, value, 0)) for tag, value in short.items()]
        entries += [(tag, struct.pack(f"{order}HHII", tag, 4, 1, value)) for tag, value in long.items()]
        entries.append((258, struct.pack(f"{order}HHII", 258, 3, 3, depths)))
        out += struct.pack(f"{order}H", len(entries)) + b"".join(entry for _tag, entry in sorted(entries))
        link = len(out)
        out += bytes(4)
    return bytes(out)
