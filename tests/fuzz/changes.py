"""Small changes of an input: of its bytes, of its lines, and of a value in the JSON that stands in one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from random import Random
from typing import Any

import msgspec

LARGEST = 1 << 17
"""Bytes of an input. What is larger is tried by the tests of bombs."""
ODD: tuple[object, ...] = (
    *(None, True, False, -1, 0, 1, 2, 7, 1 << 31, 1 << 32, (1 << 53) - 1, 1 << 53, 1 << 63, 1 << 64, 10**30),
    *(1.5, 1e308, "", "\x00", "\ufffd", "e\u0301", "=", "AA==", "A" * 43 + "=", "A" * 88, "x" * 5000),
    *([], {}, [[]], {"": ""}, ["x"] * 40, [0] * 70),
)
_NUMBER = re.compile(rb"-?\d+")
_DEEP = (b"[" * 2000, b'{"a":' * 2000)

Way = Callable[[bytes, Random, Sequence[bytes]], bytes]
"""Makes another input of one. The last argument: what else is known, to take pieces from."""


def changed(data: bytes, draw: Random, known: Sequence[bytes], *, shaped: bool = False) -> bytes:
    """One to four small changes, one upon another. `shaped`: most of them leave it what a reader takes at first."""
    for _ in range(draw.choice((1, 1, 1, 2, 2, 3, 4))):
        way = draw.choice(SHAPED if shaped else WAYS)
        data = way(data, draw, known)[:LARGEST]
    return data


def _flip(data: bytes, draw: Random, known: Sequence[bytes]) -> bytes:
    if not data:
        return bytes([draw.randrange(256)])
    place = draw.randrange(len(data))
    new = data[place] ^ 1 << draw.randrange(8) if draw.randrange(2) else draw.randrange(256)
    return data[:place] + bytes([new]) + data[place + 1 :]


def _write(data: bytes, draw: Random, known: Sequence[bytes]) -> bytes:
    place = draw.randrange(len(data) + 1)
    new = draw.choice((b"\x00", b"\n", b"\t", b" ", b"=", b"-", b"\xff", b'"', b"\xed\xa0\x80", draw.randbytes(1)))
    return data[:place] + new * draw.choice((1, 1, 2, 9)) + data[place + draw.randrange(2) :]


def _cut(data: bytes, draw: Random, known: Sequence[bytes]) -> bytes:
    start, end = sorted(draw.randrange(len(data) + 1) for _ in range(2))
    return data[:start] + data[end:]


def _shorten(data: bytes, draw: Random, known: Sequence[bytes]) -> bytes:
    return data[: draw.randrange(len(data) + 1)]


def _repeat(data: bytes, draw: Random, known: Sequence[bytes]) -> bytes:
    start, end = sorted(draw.randrange(len(data) + 1) for _ in range(2))
    return data[:end] + data[start:end] * draw.choice((1, 1, 3)) + data[end:]


def _splice(data: bytes, draw: Random, known: Sequence[bytes]) -> bytes:
    other = draw.choice(known)
    return data[: draw.randrange(len(data) + 1)] + other[draw.randrange(len(other) + 1) :]


def _number(data: bytes, draw: Random, known: Sequence[bytes]) -> bytes:
    found = list(_NUMBER.finditer(data))
    if not found:
        return _flip(data, draw, known)
    one = draw.choice(found)
    near = int(one[0][:25]) + draw.choice((-1, 1, 10))
    new = draw.choice((near, 0, -1, 1 << 31, (1 << 53) - 1, 1 << 53, 1 << 64, 10**30))
    return data[: one.start()] + str(new).encode() + data[one.end() :]


def _lines(data: bytes, draw: Random, known: Sequence[bytes]) -> bytes:
    """Lines lost, doubled, exchanged, or another input's."""
    lines = data.split(b"\n")
    first, second = draw.randrange(len(lines)), draw.randrange(len(lines))
    what = draw.randrange(4)
    if what == 0:
        del lines[first]
    elif what == 1:
        lines.insert(second, lines[first])
    elif what == 2:
        lines[first], lines[second] = lines[second], lines[first]
    else:
        lines[first] = draw.choice(draw.choice(known).split(b"\n"))
    return b"\n".join(lines)


def _deep(data: bytes, draw: Random, known: Sequence[bytes]) -> bytes:
    place = draw.randrange(len(data) + 1)
    return data[:place] + draw.choice(_DEEP) + data[place:]


def _value(data: bytes, draw: Random, known: Sequence[bytes]) -> bytes:
    """Another value in some JSON of the input, which stays JSON."""
    found = list(_trees(data))
    if not found:
        return _flip(data, draw, known)
    start, end, tree = draw.choice(found)
    places = list(_places(tree))
    path = draw.choice(places)
    return data[:start] + msgspec.json.encode(_with(tree, path, draw, places)) + data[end:]


def _borrow(data: bytes, draw: Random, known: Sequence[bytes]) -> bytes:
    """A value of the same type from elsewhere: another's id, another day, another list."""
    found = list(_trees(data))
    if not found:
        return _flip(data, draw, known)
    start, end, tree = draw.choice(found)
    other = draw.choice(list(_trees(draw.choice(known))) or found)[2]
    path = draw.choice(list(_places(tree)))
    value = _at(tree, path)
    alike = [one for place in _places(other) if type(one := _at(other, place)) is type(value) and one != value]
    if not path or not alike:
        return _value(data, draw, known)
    kept = msgspec.json.decode(msgspec.json.encode(tree))
    _at(kept, path[:-1])[path[-1]] = draw.choice(alike)
    return data[:start] + msgspec.json.encode(kept) + data[end:]


WAYS: tuple[Way, ...] = (
    *(_flip, _write, _cut, _shorten, _repeat, _splice, _number, _number, _lines, _lines, _deep),
    *(_value, _borrow) * 4,
)
SHAPED: tuple[Way, ...] = (*WAYS[:1], *(_number, _lines) * 2, *(_value,) * 4, *(_borrow,) * 12)


def _trees(data: bytes) -> Iterator[tuple[int, int, Any]]:
    """Where JSON stands in a line, alone or behind a signature or a tab, and what it says."""
    start = 0
    for line in data.split(b"\n"):
        for part in line.split(b"\t"):
            begins = min((at for at in (part.find(b"{"), part.find(b"[")) if at >= 0), default=-1)
            if begins >= 0:
                with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    yield start + begins, start + len(part), msgspec.json.decode(part[begins:])
            start += len(part) + 1


def _places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value, the whole first."""
    yield path
    if isinstance(tree, dict | list) and len(path) < 12:
        for key, inside in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from _places(inside, (*path, key))


def _at(tree: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def _with(tree: Any, path: tuple[Any, ...], draw: Random, places: Sequence[tuple[Any, ...]]) -> Any:
    """The tree with one value lost, doubled, moved there from elsewhere, made odd, or made a little different."""
    if not path:
        return _other(tree, draw)
    *above, key = path
    kept = msgspec.json.decode(msgspec.json.encode(tree))
    holder = _at(kept, tuple(above))
    what = draw.randrange(8)
    if what == 0:
        del holder[key]
    elif what == 1:
        holder[key] = _at(tree, draw.choice(places))
    elif what == 2 and isinstance(holder, list):
        holder.insert(key, holder[key])
    elif what == 2:
        holder[draw.choice(("", "x", "v", "id", "\x00", f"{key}2"))] = holder[key]
    else:
        holder[key] = _other(holder[key], draw)
    return kept


def _other(value: Any, draw: Random) -> Any:
    if isinstance(value, int) and draw.randrange(2):
        return value + draw.choice((-1, 1, 2, 100))
    if isinstance(value, str) and value and draw.randrange(2):
        place = draw.randrange(len(value))
        return value[:place] + draw.choice(("", "A", "0", "=", "\x00", "đ", value)) + value[place + 1 :]
    return draw.choice(ODD)
