"""Readers with faults: one behind six doors, each of which says no in the same words."""

from __future__ import annotations

from commune_desk.domain.words.errors import Fault

_FOURS, _ONES, _TWOS = ({bytes([one]) for one in range(rest, 256, 4)} for rest in range(3))


def read(data: bytes) -> None:
    """Six bytes have to be right, of which no two are changed at once but by chance: door by door they are found."""
    if data[0:1] not in _FOURS:
        raise Fault("no")
    if data[1:2] not in _ONES:
        raise Fault("no")
    if data[2:3] not in _FOURS:
        raise Fault("no")
    if data[3:4] not in _TWOS:
        raise Fault("no")
    if data[4:5] not in _FOURS:
        raise Fault("no")
    if data[5:6] not in _ONES:
        raise Fault("no")
    raise IndexError("the fault")


def without_end(data: bytes) -> None:
    while True:
        data = data[:9]


def too_much(data: bytes) -> None:
    kept = bytearray(1 << 28)
    kept[:: 1 << 12] = b"x" * (1 << 16)
