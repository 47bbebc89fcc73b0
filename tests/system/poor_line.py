"""Two TUN devices and what carries packets between them: slow, late and lossy.

`python -m tests.system.poor_line NEAR FAR` is a process of its own, so that no thread of a test slows the line.
It says "ready" once both devices are there, and "lost" for each packet that it drops; the devices go with it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import select
import struct
import sys
import time
from collections import deque

WIDTH, LATE, LOSS = 32_000, 0.15, 0.05
"""Each way: bytes a second (256 kbit/s), seconds (there and back 300 ms), and one packet of twenty never arrives."""
READY, DROPPED = "ready\n", "lost\n"
_WAITING = 200
"""Packets on their way; what comes beyond them is dropped, as by a router."""
_SET_DEVICE, _TUN, _PLAIN = 0x400454CA, 0x0001, 0x1000
_PACKET = 65_536


class Way:
    """One direction."""

    def __init__(self, source: int, sink: int, chance: random.Random) -> None:
        self.source, self._sink, self._chance = source, sink, chance
        self._free_at = 0.0
        self._due: deque[tuple[float, bytes]] = deque()

    def take(self, now: float) -> None:
        packet = os.read(self.source, _PACKET)
        if len(self._due) == _WAITING or self._chance.random() < LOSS:
            _say(DROPPED)
            return
        self._free_at = max(self._free_at, now) + len(packet) / WIDTH
        self._due.append((self._free_at + LATE, packet))

    def give(self, now: float) -> float:
        """Deliver what is due; seconds until the next is, at most one."""
        while self._due and self._due[0][0] <= now:
            with contextlib.suppress(OSError):  # a device that is not up drops what comes
                os.write(self._sink, self._due.popleft()[1])
        return min(1.0, self._due[0][0] - now) if self._due else 1.0


def _device(name: str) -> int:
    handle = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(handle, _SET_DEVICE, struct.pack("16sH22x", name.encode("ascii"), _TUN | _PLAIN))
    return handle


def _say(what: str) -> None:
    sys.stdout.write(what)
    sys.stdout.flush()


def main(near_name: str, far_name: str) -> None:
    near, far = _device(near_name), _device(far_name)
    ways = (Way(near, far, random.Random(1)), Way(far, near, random.Random(2)))
    _say(READY)
    while True:
        wait = min(way.give(time.monotonic()) for way in ways)
        ready, _, _ = select.select([way.source for way in ways], [], [], max(0.0, wait))
        for way in ways:
            if way.source in ready:
                way.take(time.monotonic())


if __name__ == "__main__":
    main(*sys.argv[1:])
