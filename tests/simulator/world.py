"""A whole office under one scheduler and one source of chance: the same seed gives the same course of events."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import DeskError
from sync.client.session import SyncOutcome
from sync.server.answers import pull
from tests.helpers.pushes import push_at_once
from tests.helpers.store_engine import engine
from tests.simulator.disk import Disk, PowerCut, own_troubles_unlogged, watched_disks
from tests.simulator.facts import Own, cursors, feed_after, typed_at
from tests.simulator.in_turn import in_turn
from tests.simulator.line import Line
from tests.simulator.office import DESKS, office
from tests.simulator.oracle import Oracle
from tests.simulator.pc import Pc
from tests.simulator.server import Server
from tests.simulator.when import OwnClock, TrueTime, ids_of_the_seed
from tests.sync.actors.convergence_model import RULE_OF

CHANGES_AT_ONCE, EVENTS_AT_ONCE = 4, 7
"""A push and a page as small as this, so that much falls between two."""


class World:
    """The machines, the clock, the chance, and what happened so far."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.true = TrueTime()
        self.trace: list[str] = []
        self.turn: Pc | None = None
        self.may_skew = True
        self.focus = self.chance.sample(sorted(RULE_OF), 2)
        """The fields that officers edit in this course: few, so that edits meet."""
        self.meanwhile: Callable[[World, Pc], None] | None = None
        """What others do while a request of a desk is under way."""
        template, boxes = office()
        engine.copy(template, folder)
        self.oracle = Oracle(boxes)
        self.disks = [Disk(folder / f"desk{number}") for number in range(len(DESKS))]
        self._server_disk = Disk(folder / "province")
        self._folder = folder
        self._places = count()
        self._typed: dict[int, dict[str, Own]] = {}
        self.held: dict[tuple[str, int], tuple[str, bytes]] = {}
        """By desk and number what the province has ever held: id and digest."""
        self.doubled: set[str] = set()
        """The desks that had two lives: of a copy that was put back, or of one that went on beside the first."""

    def disk_of(self, path: Path) -> Disk | None:
        return next((disk for disk in (*self.disks, self._server_disk) if disk.folder == path.parent), None)

    def begin(self) -> None:
        self.server = Server(self._server_disk, self._folder / "key-file", self.true)
        self.pcs = [self._pc(number, disk) for number, disk in enumerate(self.disks)]
        self.tell_oracle()

    def add(self, folder: Path) -> Pc:
        """One more PC, whose disk is `folder`."""
        self.disks.append(Disk(folder))
        self.pcs.append(self._pc(len(self.pcs), self.disks[-1]))
        return self.pcs[-1]

    def place_for(self, name: str) -> Path:
        """Where nothing is yet."""
        return self._folder / f"{name}{next(self._places)}"

    def _pc(self, number: int, disk: Disk) -> Pc:
        return Pc(number, disk, OwnClock(self.true), Line(self.server.serve, lambda: self._yield(number)))

    def _yield(self, number: int) -> None:
        """A request is about to leave: what was typed by now is saved, and others have their turn."""
        pc = self.pcs[number]
        pc.until_written()
        pc.settle()  # last: somebody types between any two statements, also those of the wait
        if pc.disk.is_cut:
            raise PowerCut
        if self.meanwhile is not None:
            self.meanwhile(self, pc)

    def now(self) -> datetime:
        """What the clock shows of the machine whose turn it is."""
        return self.turn.clock.now() if self.turn else self.true.now()

    @contextmanager
    def at(self, pc: Pc) -> Iterator[None]:
        """It is this machine's turn."""
        before, self.turn = self.turn, pc
        try:
            yield
        finally:
            self.turn = before

    def say(self, text: str) -> None:
        self.trace.append(text)

    def sync(self, pc: Pc) -> SyncOutcome | DeskError | PowerCut:
        """One sync and what came of it. A machine whose power went out is on again afterwards."""
        result: SyncOutcome | DeskError | PowerCut
        alone = self.turn is None
        of_server = self.server.disk.watching() if alone else self.server.disk.unseen()
        with self.at(pc), pc.disk.watching(), of_server:
            try:
                result = pc.sync()
            except (DeskError, PowerCut) as trouble:
                result = trouble
            pc.settle()  # what is still being saved counts its statements too, however fast the machine is
        self.settle(pc)
        return result

    def settle(self, pc: Pc) -> None:
        with self.at(pc):
            pc.settle()
            if pc.disk.is_cut:
                pc.power_cut()
        self.tell_oracle()

    def tell_oracle(self) -> None:
        """Let the oracle hear of what was saved and ordered meanwhile, in that order."""
        for pc in self.pcs:
            typed = typed_at(pc.register)
            self._typed[pc.number] = {own.id: own for own in typed}
            for own in typed:
                if own.id not in self.oracle.own(pc.number):
                    self._tell(pc, own)
        with self.server.disk.unseen():
            for fed in feed_after(self.server.province, self.oracle.places):
                self.oracle.ordered(fed)

    def _tell(self, pc: Pc, own: Own) -> None:
        edit = self.oracle.saved(pc.number, own)
        if edit is not None and edit.id in pc.bases:
            assert edit.base == pc.bases[edit.id], f"desk {pc.number} saw another value of {edit.field}"

    def typed(self, pc: Pc) -> dict[str, Own]:
        """By id what was typed at a PC, as its journal had it when the oracle was last told."""
        return self._typed[pc.number]

    def cursor(self, pc: Pc, scope: str = "") -> int:
        return cursors(pc.register).get(scope or pc.scope, 0)

    def close(self) -> None:
        for pc in self.pcs:
            pc.close()
        self.server.close()


@contextmanager
def world_of(seed: int) -> Iterator[World]:
    """A world of its own, cleared away at the end. Warnings that its own troubles cause are kept out of the log."""
    folder = Path(tempfile.mkdtemp(prefix="world-"))
    with ExitStack() as undo, pytest.MonkeyPatch.context() as sizes:
        undo.callback(shutil.rmtree, folder)
        undo.callback(engine.forget, folder)
        push_at_once(sizes, CHANGES_AT_ONCE)
        sizes.setattr(pull, "MAX_PAGE_EVENTS", EVENTS_AT_ONCE)
        undo.enter_context(own_troubles_unlogged())
        undo.enter_context(in_turn())
        world = World(seed, folder)
        undo.enter_context(watched_disks(world.disk_of))
        undo.enter_context(ids_of_the_seed(random.Random(seed + 1), world))
        world.begin()
        undo.callback(world.close)
        yield world
