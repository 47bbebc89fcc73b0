"""Somebody saves visits and types while a commune goes up, while a colleague's comes, and while a desk begins.

Each in the program itself (`bench.typist`), beside the same without a sync in the same process.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.measure import CannotMeasure, Samples
from bench.registers import PASSPHRASE, enter_batch, people_of
from bench.syncing import enrolled_desk, province, sync_once
from bench.wire import fill_commune
from bench.workbench import Workbench, end, read_line
from commune_desk.domain.model.ids import Scope
from commune_desk.store.desk.register import Register
from commune_desk.usecases.registers.opening import OpenDesk

_ROUNDS = 3
_CHILDREN = 20
"""That a desk had before a commune of others comes."""


@dataclass(slots=True)
class _Way:
    """Milliseconds without a sync and beside one, over all rounds."""

    quiet: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)

    def took(self, quiet: list[float], beside: list[float]) -> None:
        self.quiet += quiet
        self.beside += beside

    @property
    def samples(self) -> Samples:
        return Samples(self.beside, self.quiet)


@dataclass(slots=True)
class _Beside:
    """One thing that is done at the program, beside each of three syncs."""

    pushing: _Way = field(default_factory=_Way)
    pulling: _Way = field(default_factory=_Way)
    beginning: _Way = field(default_factory=_Way)

    @property
    def any(self) -> _Way:
        ways = (self.pushing, self.pulling, self.beginning)
        return _Way([one for way in ways for one in way.quiet], [one for way in ways for one in way.beside])


def save_while_pushing(bench: Workbench) -> Samples:
    return _saves(bench).pushing.samples


def save_while_pulling(bench: Workbench) -> Samples:
    return _saves(bench).pulling.samples


def save_while_beginning(bench: Workbench) -> Samples:
    return _saves(bench).beginning.samples


def longest_save_pushing(bench: Workbench) -> Samples:
    return _longest(_saves(bench).pushing)


def longest_save_pulling(bench: Workbench) -> Samples:
    return _longest(_saves(bench).pulling, _saves(bench).beginning)


def keys_while_syncing(bench: Workbench) -> Samples:
    return _keys(bench).any.samples


def longest_key(bench: Workbench) -> Samples:
    return _longest(_keys(bench).any)


def _longest(*ways: _Way) -> Samples:
    """Seconds."""
    return Samples([max(one for way in ways for one in way.beside) / 1000])


def _saves(bench: Workbench) -> _Beside:
    return bench.shared("saves beside a sync", partial(_take, what="saves"))


def _keys(bench: Workbench) -> _Beside:
    return bench.shared("keys beside a sync", partial(_take, what="keys"))


def _take(bench: Workbench, *, what: str) -> _Beside:
    bench.say(f"Communes go up and come down beside {what}; this takes a minute …")
    folder = bench.folder / what
    folder.mkdir()
    beside = _Beside()
    with province(bench, folder) as address:
        for number in range(_ROUNDS):
            desks = {name: enrolled_desk(bench, folder, f"{name}{number}", address) for name in ("near", "far", "new")}
            fill_commune(desks["far"].register)
            sync_once(desks["near"].register)
            for name in ("near", "new"):
                _some_children(desks[name].register)
            profiles = {name: _closed(desk) for name, desk in desks.items()}
            for name, way in (("far", beside.pushing), ("near", beside.pulling), ("new", beside.beginning)):
                found = _at_it(bench, what, profiles[name])
                way.took(found["quiet"], found["pushing" if name == "far" else "pulling"])
    return beside


def _some_children(register: Register) -> None:
    scope = Scope(register.identity.scope)
    batch = [(child, 1) for child in people_of(_CHILDREN)]
    register.write(partial(enter_batch, scope=scope, batch=batch)).result()


def _closed(desk: OpenDesk) -> Path:
    desk.register.close()
    return desk.profile.folder


def _at_it(bench: Workbench, what: str, profile: Path) -> dict[str, list[float]]:
    process = bench.start("-m", "bench.typist", what, profile, PASSPHRASE)
    try:
        said = read_line(process)
    finally:
        end(process)
    if not said.startswith("{"):
        raise CannotMeasure(f"the program was not worked with: {said}")
    found: dict[str, list[float]] = json.loads(said)
    return found
