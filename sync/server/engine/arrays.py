"""PostgreSQL's arrays in binary form: many values as one parameter, whatever they hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from struct import Struct, pack
from typing import TypeVar, cast

from sync.server.engine.binary import NUL, length, of_bytes, of_numbers, of_texts

T = TypeVar("T")
_HEADER = Struct("!iiIii").pack
"""Dimensions, whether nulls may come, the elements' type, how many, and the number of the first."""
_NONE_AT_ALL = Struct("!iiI").pack


class TextArray(bytes):
    """`text[]`."""

    element, array = 25, 1009

    @classmethod
    def of(cls, values: Sequence[str | None]) -> TextArray:
        return cls(
            _repeated(cls.element, values, of_texts)
            or _alike(cls.element, values)
            or _whole(cls.element, of_texts(values))
        )


class BytesArray(bytes):
    """`bytea[]`."""

    element, array = 17, 1001

    @classmethod
    def of(cls, values: Sequence[bytes | None]) -> BytesArray:
        return cls(_repeated(cls.element, values, of_bytes) or _whole(cls.element, of_bytes(values)))


class NumberArray(bytes):
    """`int8[]`."""

    element, array = 20, 1016

    @classmethod
    def of(cls, values: Sequence[int | None]) -> NumberArray:
        if not values or None in values:
            return cls(_whole(cls.element, of_numbers(values)))
        parts = [8] * (2 * len(values))
        parts[1::2] = cast(Sequence[int], values)
        return cls(_HEADER(1, 1, cls.element, len(values), 1) + pack("!" + "iq" * len(values), *parts))


ARRAYS = (TextArray, BytesArray, NumberArray)


def _repeated(element: int, values: Sequence[T], written: Callable[[Sequence[T]], list[bytes]]) -> bytes:
    """An array whose values are all the same, as whole columns often are; empty for another one."""
    if not values or values.count(values[0]) < len(values):
        return b""
    return _whole(element, written(values[:1]) * len(values))


def _alike(element: int, values: Sequence[str | None]) -> bytes:
    """An array of plain texts of one length, as ids are; empty for another one."""
    if not values or None in values:
        return b""
    texts = cast(Sequence[str], values)
    if len(set(map(len, texts))) > 1:
        return b""
    size = length(len(texts[0])).decode("latin-1")
    each = size + size.join(texts)
    if not each.isascii() or each.count(NUL) > len(texts) * size.count(NUL):
        return b""
    return _HEADER(1, 1, element, len(texts), 1) + each.encode()


def _whole(element: int, parts: Sequence[bytes]) -> bytes:
    if not parts:
        return _NONE_AT_ALL(0, 0, element)
    return _HEADER(1, 1, element, len(parts), 1) + b"".join(parts)
