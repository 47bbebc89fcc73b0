"""From nothing to the unlock page, from the passphrase to the Today page, and what the program then holds."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from bench.measure import CannotMeasure, Samples
from bench.registers import PASSPHRASE
from bench.syncing import enrolled_desk, make_changes, province
from bench.workbench import Workbench, end, read_line

_STARTS = 15
_OPENINGS = 7
_CHANGES = 2_000
_BARE = ("-m", "bench.child", "bare")


def start_to_unlock(bench: Workbench) -> Samples:
    """Processes: until each says that its window was painted."""
    profile = bench.empty("start").profile.folder
    program = ("-m", "commune_desk", "--profile", profile, "--announce")
    for warm_up in (_BARE, program):
        _until_shown(bench, *warm_up)
    values, floors = [], []
    for _ in range(_STARTS):
        floors.append(_until_shown(bench, *_BARE))
        values.append(_until_shown(bench, *program))
    return Samples(values, floors)


def _until_shown(bench: Workbench, *arguments: str | Path) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    process = bench.start(*arguments)
    try:
        said = read_line(process)
        passed = (time.perf_counter() - begun) * 1000
    finally:
        end(process)
    if said != "shown":
        raise CannotMeasure(f"instead of its first window the process said: {said}")
    return passed


@dataclass(frozen=True, slots=True)
class _Opening:
    """One round: the program and the floor beside it; milliseconds and MiB."""

    today_ms: float
    memory: float
    floor_ms: float
    floor_memory: float


def unlock_to_today(bench: Workbench) -> Samples:
    rounds = bench.shared("openings", _openings)
    return Samples([r.today_ms for r in rounds], [r.floor_ms for r in rounds])


def idle_memory(bench: Workbench) -> Samples:
    rounds = bench.shared("openings", _openings)
    return Samples([r.memory for r in rounds], [r.floor_memory for r in rounds])


def _openings(bench: Workbench) -> list[_Opening]:
    profile = bench.office().profile.folder
    return [_opening(bench, profile) for _ in range(_OPENINGS + 1)][1:]  # the first fills the caches of the system


def _opening(bench: Workbench, profile: Path) -> _Opening:
    begun = time.perf_counter()
    bare = bench.start(*_BARE)
    read_line(bare)
    window = (time.perf_counter() - begun) * 1000
    bare_memory = float(read_line(bare))
    end(bare)
    found = _program(bench, "today", profile)
    return _Opening(found["ms"], found["memory"], window + _argon2_ms(), bare_memory)


def synced_memory(bench: Workbench) -> Samples:
    """Of an enrolled desk after a sync, which brings HTTP, TLS and the watch of the line."""
    folder = bench.folder / "synced"
    folder.mkdir()
    values, floors = [], []
    with province(bench, folder) as address:
        desk = enrolled_desk(bench, folder, "desk", address)
        make_changes(desk.register, _CHANGES)
        desk.register.close()
        for _ in range(_OPENINGS):
            floors.append(_bare_memory(bench))
            values.append(_program(bench, "synced", desk.profile.folder)["memory"])
    return Samples(values, floors)


def _bare_memory(bench: Workbench) -> float:
    bare = bench.start(*_BARE)
    read_line(bare)
    try:
        return float(read_line(bare))
    finally:
        end(bare)


def _program(bench: Workbench, way: str, profile: Path) -> dict[str, float]:
    """What `bench.child` says of the program."""
    process = bench.start("-m", "bench.child", way, profile, PASSPHRASE)
    try:
        said = read_line(process)
    finally:
        end(process)
    if not said.startswith("{"):
        raise CannotMeasure(f"the Today page was not reached: {said}")
    found: dict[str, float] = json.loads(said)
    return found


def _argon2_ms() -> float:
    """The derivation that any unlock with these parameters must wait for."""
    begun = time.perf_counter()
    Argon2id(salt=bytes(16), length=32, iterations=3, lanes=1, memory_cost=64 * 1024).derive(b"a passphrase")
    return (time.perf_counter() - begun) * 1000
