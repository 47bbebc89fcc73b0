"""PostgreSQL's arrays in binary form: many values as one parameter, whatever they hold.

psycopg would write them too, value by value in Python, at ten times the cost. Decision 0011 has the measurements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from struct import Struct, pack
from typing import TypeVar, cast

T = TypeVar("T")
_NUL, _UNKNOWN = "\x00", "\ufffd"
_HEADER = Struct("!iiIii").pack
"""Dimensions, whether nulls may come, the elements' type, how many, and the number of the first."""
_NONE_AT_ALL = Struct("!iiI").pack
_LENGTH = Struct("!i").pack
_NUMBER = Struct("!iq").pack
_NULL = _LENGTH(-1)


class _Lengths(dict[int, bytes]):
    def __missing__(self, size: int) -> bytes:
        return _LENGTH(size)


_LENGTHS = _Lengths({size: _LENGTH(size) for size in range(4096)})


class TextArray(bytes):
    """`text[]`. PostgreSQL has no NUL in a text: what should hold one shows it."""

    element, array = 25, 1009

    @classmethod
    def of(cls, values: Sequence[str | None]) -> TextArray:
        return cls(
            _repeated(cls.element, values, _utf8)
            or _alike(cls.element, values)
            or _whole(cls.element, _with_lengths(_utf8(values)))
        )


class BytesArray(bytes):
    """`bytea[]`."""

    element, array = 17, 1001

    @classmethod
    def of(cls, values: Sequence[bytes | None]) -> BytesArray:
        return cls(_repeated(cls.element, values, list) or _whole(cls.element, _with_lengths(values)))


class NumberArray(bytes):
    """`int8[]`."""

    element, array = 20, 1016

    @classmethod
    def of(cls, values: Sequence[int | None]) -> NumberArray:
        if not values or None in values:
            return cls(_whole(cls.element, [_NULL if value is None else _NUMBER(8, value) for value in values]))
        parts = [8] * (2 * len(values))
        parts[1::2] = cast(Sequence[int], values)
        return cls(_HEADER(1, 1, cls.element, len(values), 1) + pack("!" + "iq" * len(values), *parts))


ARRAYS = (TextArray, BytesArray, NumberArray)


def _repeated(element: int, values: Sequence[T], written: Callable[[Sequence[T]], list[bytes | None]]) -> bytes:
    """An array whose values are all the same, as whole columns often are; empty for another one."""
    if not values or values.count(values[0]) < len(values):
        return b""
    return _whole(element, _with_lengths(written(values[:1])) * len(values))


def _alike(element: int, values: Sequence[str | None]) -> bytes:
    """An array of plain texts of one length, as ids are; empty for another one."""
    if not values or None in values:
        return b""
    texts = cast(Sequence[str], values)
    if len(set(map(len, texts))) > 1:
        return b""
    length = _LENGTH(len(texts[0])).decode("latin-1")
    each = length + length.join(texts)
    if not each.isascii() or each.count(_NUL) > len(texts) * length.count(_NUL):
        return b""
    return _HEADER(1, 1, element, len(texts), 1) + each.encode()


def _utf8(values: Sequence[str | None]) -> list[bytes | None]:
    if _NUL in "".join(filter(None, values)):
        values = [value and value.replace(_NUL, _UNKNOWN) for value in values]
    return [None if value is None else value.encode() for value in values]


def _with_lengths(values: Sequence[bytes | None]) -> list[bytes]:
    return [_NULL if value is None else _LENGTHS[len(value)] + value for value in values]


def _whole(element: int, parts: Sequence[bytes]) -> bytes:
    if not parts:
        return _NONE_AT_ALL(0, 0, element)
    return _HEADER(1, 1, element, len(parts), 1) + b"".join(parts)
