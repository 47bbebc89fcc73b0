"""PostgreSQL's binary form of values, a column at a time: what arrays and COPY are made of.

psycopg would write them too, value by value in Python, at ten times the cost. Decision 0011 has the measurements.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct

NUL, UNKNOWN = "\x00", "\ufffd"
"""PostgreSQL has no NUL in a text: what should hold one shows the other."""
length = Struct("!i").pack
_NULL = length(-1)
_number = Struct("!iq").pack


class _Lengths(dict[int, bytes]):
    def __missing__(self, size: int) -> bytes:
        return length(size)


_LENGTHS = _Lengths({size: length(size) for size in range(4096)})


def of_texts(values: Sequence[str | None]) -> list[bytes]:
    """Each text in UTF-8 behind its length in bytes; a NULL for None."""
    if NUL in "".join(filter(None, values)):
        values = [value and value.replace(NUL, UNKNOWN) for value in values]
    return of_bytes([None if value is None else value.encode() for value in values])


def of_bytes(values: Sequence[bytes | None]) -> list[bytes]:
    """Each value behind its length; a NULL for None."""
    return [_NULL if value is None else _LENGTHS[len(value)] + value for value in values]


def of_numbers(values: Sequence[int | None]) -> list[bytes]:
    """Each number in eight bytes behind their length; a NULL for None."""
    return [_NULL if value is None else _number(8, value) for value in values]
