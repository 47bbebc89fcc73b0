"""`desk.py load`: a twentieth of the country at one served province on PostgreSQL; an outage, the return, a soak.

166 communes with 332 desks, each with the program's own schedule. Time is virtual and goes `--speed` times as fast as a
clock: at 20 the province is asked as often as all 6,642 desks of the country would ask it.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.load_desks import LightDesk, desks_of, province_on
from bench.load_model import LoadModel, Tally
from bench.measure import CannotMeasure
from bench.taking_in import lasting_cluster
from commune_desk.domain.time.clock import monotonic
from sync.client.transport import Transport
from tests.sync.actors.server_fixtures import World

DESKS, SPEED = 332, 20.0
DAY, OUTAGE, RETURN, MORNING = 3600.0, 7200.0, 3600.0, 60.0
"""Virtual seconds of a usual hour, of the outage, of the hour after it, and of the minute after eight o'clock."""
MOST_PER_NEEDED, MOST_P99_SECONDS = 1.2, 5.0
"""The budget of every phase that has a server (I27)."""
BESIDE = 96
"""Syncs that may run beside each other on the desks' side."""
QUARTERS = 4
_HOUR = 3600.0


class Served:
    """The server's process, begun and killed; always at the port that it had first."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, 0
        self._process: subprocess.Popen[str] | None = None
        self.start()

    def start(self) -> None:
        places = ["--data", str(self._folder / "data"), "--key-file", str(self._folder / "key.json")]
        line = [sys.executable, "-m", "sync.server", "serve", *places, "--host", "127.0.0.1", "--port", str(self._port)]
        self._process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        said = self._process.stdout.readline().split()
        if said[:1] != ["ready"]:
            raise CannotMeasure("the province did not start")
        self.address = said[1]
        self._port = int(self.address.rpartition(":")[2])

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def memory_mib(self) -> float:
        """Resident memory of the process; 0 while there is none, and where the system does not tell."""
        if self._process is None or sys.platform != "linux":
            return 0.0
        told = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii"))
        return int(told[1]) / 1024 if told else 0.0


@dataclass(frozen=True, slots=True)
class Phase:
    """A row: what was played, what it took, and the server's memory at its end."""

    name: str
    tally: Tally
    memory_mib: float
    real_seconds: float
    waiting: int
    is_served: bool = True

    @property
    def over(self) -> list[str]:
        """What of the budget it broke; whoever finds nobody has none to keep."""
        if not self.is_served:
            return []
        asked, slow = self.tally.per_needed, self.tally.percentile(0.99)
        return [
            *([f"{asked:.2f} requests per needed one"] if asked > MOST_PER_NEEDED else []),
            *([f"p99 {slow:.1f} s"] if slow > MOST_P99_SECONDS else []),
        ]

    def as_json(self) -> dict[str, Any]:
        tally = self.tally
        return {
            "syncs": tally.syncs,
            "failed": dict(tally.failed),
            "requests": tally.requests,
            "per_needed": round(tally.per_needed, 3) if tally.needed else None,
            "p50_ms": round(tally.percentile(0.5) * 1000, 1),
            "p99_ms": round(tally.percentile(0.99) * 1000, 1),
            "max_ms": round(tally.percentile(1.0) * 1000, 1),
            "busiest_second": tally.busiest,
            "memory_mib": round(self.memory_mib, 1),
            "real_seconds": round(self.real_seconds, 1),
            "waiting": self.waiting,
        }


_COLUMNS = ("syncs", "requests", "per_needed", "p50_ms", "p99_ms", "max_ms", "busiest_second", "memory_mib", "waiting")


class Run:
    """The desks, the server, and the rows so far."""

    def __init__(self, served: Served, desks: Sequence[LightDesk], speed: float) -> None:
        self._served, self._desks, self._speed = served, desks, speed
        self._model = LoadModel(desks)
        self.phases: list[Phase] = []

    def play(self, soak_hours: float) -> None:
        with ThreadPoolExecutor(BESIDE) as pool:
            self._phase("eight o'clock", MORNING, pool, speed=1.0)
            self._phase("an hour", DAY, pool)
            self._served.kill()
            self._phase("two hours without it", OUTAGE, None)
            self._served.start()
            self._model.switch_on()
            self._phase("back at eight", MORNING, pool, speed=1.0)
            self._phase("the hour after", RETURN, pool)
            for quarter in range(1, QUARTERS + 1) if soak_hours else ():
                self._phase(f"soak {quarter} of {QUARTERS}", soak_hours * _HOUR / QUARTERS, pool)

    def _phase(self, name: str, seconds: float, pool: ThreadPoolExecutor | None, *, speed: float = 0.0) -> None:
        begun = monotonic()
        if pool is None:
            tally = self._model.play(seconds)
        else:
            tally = self._model.play_paced(seconds, pool, speed=speed or self._speed)
        waiting = sum(desk.waiting for desk in self._desks)
        took, memory = monotonic() - begun, self._served.memory_mib()
        self.phases.append(Phase(name, tally, memory, took, waiting, is_served=pool is not None))
        print(_line(name, *(_cell(self.phases[-1].as_json()[column]) for column in _COLUMNS)), flush=True)
        if tally.failed:
            print("  failed: " + ", ".join(f"{count} {why}" for why, count in tally.failed.items()), flush=True)


def _cell(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:,}"


def _line(name: str, *cells: str) -> str:
    return name.ljust(22) + "".join(cell.rjust(15) for cell in cells)


def _enrolled(world: World, count: int, address: str) -> list[LightDesk]:
    made = desks_of(world, count)
    return [LightDesk(own, scope, Transport(address, ca_pem=world.province.ca)) for own, scope in made]


def measure(folder: Path, *, desks: int, speed: float, soak_hours: float) -> list[Phase]:
    """Play all of it; the rows. Raises CannotMeasure."""
    with lasting_cluster() as cluster, province_on(folder, cluster.migrated()) as world:
        served = Served(folder)
        try:
            run = Run(served, _enrolled(world, desks, served.address), speed)
            print(f"{desks} desks are enrolled; the server begins with {served.memory_mib():.1f} MiB.", flush=True)
            print(_line("phase", *_COLUMNS), flush=True)
            run.play(soak_hours)
        finally:
            served.kill()
    return run.phases


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 1 when it could not be measured, or is over budget."""
    given = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="load-") as name:
        try:
            phases = measure(Path(name), desks=given.desks, speed=given.speed, soak_hours=given.soak)
        except CannotMeasure as hindrance:
            print(hindrance)
            return 1
    if given.json:
        rows = {phase.name: phase.as_json() for phase in phases}
        given.json.write_text(json.dumps(rows, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    broken = [f"{phase.name}: {one}" for phase in phases for one in phase.over]
    print("Over budget: " + "; ".join(broken) if broken else "Within the budget.")
    return 1 if broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="desk.py load", description="A twentieth of the country at one province.")
    parser.add_argument("--desks", type=int, default=DESKS, help="how many, two to a commune (332)")
    parser.add_argument("--speed", type=float, default=SPEED, help="virtual seconds in a real one (20)")
    parser.add_argument("--soak", type=float, default=0.0, metavar="HOURS", help="go on for so many virtual hours")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE as well")
    return parser


if __name__ == "__main__":
    sys.exit(main())
