"""PostgreSQL's arrays in binary form: many values as one parameter, whatever they hold.

psycopg would write them too, value by value in Python, at ten times the cost. Decision 0011 has the measurements.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct

_NUL, _UNKNOWN = "\x00", "\ufffd"
_HEADER = Struct("!iiIii").pack
"""Dimensions, whether nulls may come, the elements' type, how many, and the number of the first."""
_NONE_AT_ALL = Struct("!iiI").pack
_LENGTH = Struct("!i").pack
_NUMBER = Struct("!iq").pack
_LENGTHS = tuple(map(_LENGTH, range(4096)))
_NULL = _LENGTH(-1)


class TextArray(bytes):
    """`text[]`. PostgreSQL has no NUL in a text: what should hold one shows it."""

    element, array = 25, 1009

    @classmethod
    def of(cls, values: Sequence[str | None]) -> TextArray:
        return cls(_repeated(cls.element, values) or _joined(cls.element, list(map(_utf8, values))))


class BytesArray(bytes):
    """`bytea[]`."""

    element, array = 17, 1001

    @classmethod
    def of(cls, values: Sequence[bytes | None]) -> BytesArray:
        return cls(_joined(cls.element, values))


class NumberArray(bytes):
    """`int8[]`."""

    element, array = 20, 1016

    @classmethod
    def of(cls, values: Sequence[int | None]) -> NumberArray:
        return cls(_whole(cls.element, [_NULL if value is None else _NUMBER(8, value) for value in values]))


ARRAYS = (TextArray, BytesArray, NumberArray)


def _repeated(element: int, values: Sequence[str | None]) -> bytes:
    """An array whose values are all the same text, as whole columns often are; empty for another one."""
    if not values or values.count(values[0]) < len(values):
        return b""
    return _whole(element, [_with_length(_utf8(values[0]))] * len(values))


def _utf8(value: str | None) -> bytes | None:
    if value is None:
        return None
    return value.replace(_NUL, _UNKNOWN).encode() if _NUL in value else value.encode()


def _joined(element: int, values: Sequence[bytes | None]) -> bytes:
    return _whole(element, list(map(_with_length, values)))


def _with_length(value: bytes | None) -> bytes:
    if value is None:
        return _NULL
    size = len(value)
    return (_LENGTHS[size] if size < len(_LENGTHS) else _LENGTH(size)) + value


def _whole(element: int, parts: Sequence[bytes]) -> bytes:
    if not parts:
        return _NONE_AT_ALL(0, 0, element)
    return _HEADER(1, 1, element, len(parts), 1) + b"".join(parts)
