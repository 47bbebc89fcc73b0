"""A network namespace behind a line that is slow, late and lossy; for root on Linux with TUN devices."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.system.poor_line import DROPPED, READY

NEAR, FAR = "10.203.77.1", "10.203.77.2"
_SPACE, _NEAR_END, _FAR_END = "cd-province", "cd-desk0", "cd-prov0"
_TUN = Path("/dev/net/tun")
_PATIENCE = 10.0


class Unavailable(Exception):
    """Why this machine cannot do it, in the words of its own tools."""


def _do(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(words[:4])}: {(done.stderr or done.stdout).strip()}")


class FarSide:
    """`inside` runs a command there. `lost` counts the packets that the line dropped, once it has ended."""

    inside = ("ip", "netns", "exec", _SPACE)

    def __init__(self) -> None:
        self.lost = 0
        words = [sys.executable, "-m", "tests.system.poor_line", _NEAR_END, _FAR_END]
        self._line = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self._line.stdout is not None
        assert self._line.stderr is not None
        if self._line.stdout.readline() != READY:
            raise Unavailable(self._line.stderr.read())

    def end(self) -> None:
        if self._line.returncode is not None:
            return
        self._line.kill()
        said, _ = self._line.communicate(timeout=_PATIENCE)
        self.lost = said.count(DROPPED)


@contextmanager
def far_side() -> Iterator[FarSide]:
    """A namespace at `FAR` behind a line of `poor_line`, seen from `NEAR`.

    Raises Unavailable. Nothing stays behind.
    """
    if shutil.which("ip") is None or os.geteuid() != 0 or not _TUN.exists():
        raise Unavailable("it needs ip, root and TUN devices")
    with ExitStack() as undo:
        _do("ip", "netns", "add", _SPACE)
        undo.callback(_do, "ip", "netns", "del", _SPACE)
        far = FarSide()
        undo.callback(far.end)
        _do("ip", "link", "set", _FAR_END, "netns", _SPACE)
        for words, own, other, device in (((), NEAR, FAR, _NEAR_END), (far.inside, FAR, NEAR, _FAR_END)):
            _do(*words, "ip", "addr", "add", own, "peer", other, "dev", device)
            _do(*words, "ip", "link", "set", device, "up")
        yield far
