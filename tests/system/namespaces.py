"""A network namespace with a line that the kernel itself makes slow, late and lossy; only root on Linux may."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

NEAR, FAR = "10.203.77.1", "10.203.77.2"
_SPACE, _NEAR_END, _FAR_END = "cd-province", "cd-desk0", "cd-prov0"
POOR = ("delay", "150ms", "loss", "5%", "rate", "256kbit")
"""For each direction; there and back 300 ms."""


class Unavailable(Exception):
    """Why this machine cannot do it, in the words of its own tools."""


def _do(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(words[:4])}: {(done.stderr or done.stdout).strip()}")


@contextmanager
def far_side(shape: Sequence[str] = POOR) -> Iterator[list[str]]:
    """A namespace at `FAR` behind a line of that shape, seen from `NEAR`; yields what runs a command inside.

    Raises Unavailable. Nothing stays behind.
    """
    if shutil.which("ip") is None or shutil.which("tc") is None or os.geteuid() != 0:
        raise Unavailable("it needs ip, tc and root")
    inside = ["ip", "netns", "exec", _SPACE]
    with ExitStack() as undo:
        _do("ip", "netns", "add", _SPACE)
        undo.callback(_do, "ip", "netns", "del", _SPACE)
        _do("ip", "link", "add", _NEAR_END, "type", "veth", "peer", "name", _FAR_END, "netns", _SPACE)
        _do("ip", "addr", "add", f"{NEAR}/30", "dev", _NEAR_END)
        _do("ip", "link", "set", _NEAR_END, "up")
        for words in (["addr", "add", f"{FAR}/30", "dev", _FAR_END], ["link", "set", _FAR_END, "up"]):
            _do(*inside, "ip", *words)
        if shape:
            _do("tc", "qdisc", "add", "dev", _NEAR_END, "root", "netem", *shape)
            _do(*inside, "tc", "qdisc", "add", "dev", _FAR_END, "root", "netem", *shape)
        yield inside
