"""Children who move between two communes while people write, lines break and the province is put back: drawn by a seed.

Two desks of one commune and one of another, with real registers and the real province. What is kept in `Course` is all
that its people ever saved; at rest everything of it must be somewhere, and nothing where it does not belong.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import Clock, SystemClock
from commune_desk.domain.words.errors import DeskError
from commune_desk.store.desk.register import FILE_NAME
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.children import ChildEntry, register_child
from commune_desk.usecases.records.moves import move_child
from sync.client.session import SyncOutcome
from sync.server.answers import pull
from sync.server.identity.province import open_province
from sync.server.identity.scopes import ensure_communes
from tests.helpers.builders import make_file, make_person, make_visit, save_all
from tests.helpers.joined import join
from tests.helpers.store_engine import engine
from tests.simulator.disk import Disk
from tests.simulator.in_turn import in_turn
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE, RealProvince, real_province

PLACES = (COMMUNE, COMMUNE, OTHER_COMMUNE)
"""By desk."""
STEPS, MOST_CHILDREN, WORTH = 40, 4, 30
_ROUNDS = 8


@dataclass(frozen=True)
class Typed:
    """A telephone number that somebody saved for a child; no two are the same."""

    child: RecordId
    phone: str


@dataclass
class Course:
    """The office and what its people saved."""

    folder: Path
    real: RealProvince
    chance: random.Random
    desks: list[RealDesk] = field(default_factory=list)
    children: list[RecordId] = field(default_factory=list)
    visits: dict[RecordId, RecordId] = field(default_factory=dict)
    """By visit its child."""
    typed: list[Typed] = field(default_factory=list)
    joined: list[tuple[RecordId, RecordId]] = field(default_factory=list)
    """Whom somebody said to be one, the record that is joined first."""
    trace: list[str] = field(default_factory=list)
    disks: list[Disk] = field(default_factory=list)
    """The desks' and, last, the province's, where trouble is drawn for them (`struck`)."""

    def shown(self, desk: RealDesk) -> list[RecordId]:
        """The children that the desk has, in the order in which they were registered."""
        here = {row[0] for row in desk.ask("SELECT person FROM child_file")}
        return [child for child in self.children if child in here]

    def scope(self, desk: RealDesk) -> Scope:
        return Scope(desk.register.identity.scope)


def registers(course: Course, desk: RealDesk) -> str:
    if len(course.children) >= MOST_CHILDREN:
        return "enough"
    scope, name = course.scope(desk), f"Chìu Văn {len(course.children)}"
    entry = ChildEntry(person=make_person(name, scope=scope), file=make_file(RecordId(""), scope=scope), kin=())
    course.children.append(desk.register.write(lambda tx: register_child(tx, entry)).result()[0])
    return name


def visits(course: Course, desk: RealDesk) -> str:
    shown = course.shown(desk)
    if not shown:
        return "nobody"
    child = course.chance.choice(shown)
    made = make_visit(child, scope=course.scope(desk))
    desk.register.write(save_all(made)).result()
    course.visits[made.id] = child
    return f"child {course.children.index(child)}"


def telephones(course: Course, desk: RealDesk) -> str:
    """Edit a child; while it is on its way the program refuses."""
    shown = course.shown(desk)
    if not shown:
        return "nobody"
    typed = Typed(course.chance.choice(shown), f"09{len(course.typed):08}")

    def run(tx: Tx) -> None:
        tx.save(msgspec.structs.replace(tx.existing(Person, typed.child), phone=typed.phone))

    return tried(desk, run, lambda: course.typed.append(typed))


def moves(course: Course, desk: RealDesk) -> str:
    shown = course.shown(desk)
    if not shown:
        return "nobody"
    child = course.chance.choice(shown)
    to = Scope(OTHER_COMMUNE if course.scope(desk) == COMMUNE else COMMUNE)

    def run(tx: Tx) -> None:
        move_child(tx, child, to)

    return f"child {course.children.index(child)} " + tried(desk, run)


def joins(course: Course, desk: RealDesk) -> str:
    """Say that two children whom the desk shows are one."""
    listed = {row[0] for row in desk.ask("SELECT person FROM child_index WHERE shown=1")}
    shown = [child for child in course.shown(desk) if child in listed]
    if len(shown) < 2:
        return "nobody"
    old, kept = course.chance.sample(shown, 2)
    said = tried(desk, lambda tx: _join(tx, old, kept), lambda: course.joined.append((old, kept)))
    return f"{course.children.index(old)} to {course.children.index(kept)}: {said}"


def _join(tx: Tx, old: RecordId, kept: RecordId) -> None:
    join(tx, old, kept, {"person": ["phone"]} if tx.actor.scope == COMMUNE else {})


def tried(desk: RealDesk, run: Callable[[Tx], None], done: Callable[[], None] = lambda: None) -> str:
    """Have the register do it: `saved`, and `done` is called; or the name of the refusal."""
    try:
        desk.register.write(run).result()
    except DeskError as refused:
        return type(refused).__name__
    done()
    return "saved"


def syncs(course: Course, desk: RealDesk) -> str:
    try:
        outcome = desk.sync()
    except DeskError as trouble:
        return type(trouble).__name__
    return f"pushed {outcome.pushed} pulled {outcome.pulled}"


def syncs_on_a_bad_line(course: Course, desk: RealDesk) -> str:
    """The line goes before a request of one kind, or after it, so that its reply is lost."""
    line, path = course.real.line, course.chance.choice(["/v1/push", "/v1/pull", "/v1/report", "/v1/snapshot"])
    way = course.chance.choice(["down_at", "lose_reply_of"])
    setattr(line, way, path)
    try:
        return f"{way} {path}: {syncs(course, desk)}"
    finally:
        setattr(line, way, "")


def restarts(course: Course, desk: RealDesk) -> str:
    desk.restart()
    return ""


def copies_the_province(course: Course, desk: RealDesk) -> str:
    def copy(data: Path) -> None:
        engine.forget(course.folder / "copy")
        shutil.rmtree(course.folder / "copy", ignore_errors=True)
        engine.copy(data, course.folder / "copy")

    _reopened(course, copy)
    return ""


def puts_the_province_back(course: Course, desk: RealDesk) -> str:
    """Without a word to anybody: neither the province nor a desk is told."""
    if not (course.folder / "copy").exists():
        return "no copy"

    _reopened(course, lambda data: engine.put_back(course.folder / "copy", data))
    return ""


def _reopened(course: Course, meanwhile: Callable[[Path], None]) -> None:
    data, clock = course.real.province.data, course.real.province.clock
    course.real.province.close()
    meanwhile(data)
    course.real.province = open_province(data, course.folder / "key-file", clock=clock)
    course.real.restart()


Act = Callable[[Course, RealDesk], str]
ACTIONS: dict[Act, int] = {
    registers: 3,
    visits: 5,
    telephones: 5,
    moves: 4,
    syncs: 12,
    syncs_on_a_bad_line: 5,
    restarts: 1,
}
RESTORES: dict[Act, int] = {copies_the_province: 1, puts_the_province_back: 1}
WITH_RESTORES: dict[Act, int] = ACTIONS | RESTORES
WITH_JOINS: dict[Act, int] = ACTIONS | {joins: 4}
CROWDED: dict[Act, int] = {registers: 4, joins: 8, visits: 3, telephones: 2, moves: 1, syncs: 5}
"""Two desks that join the same children without having heard of each other."""


@contextmanager
def course_of(seed: int, folder: Path, clock_of: Callable[[], Clock] = SystemClock) -> Iterator[Course]:
    """`clock_of` makes the province's clock, then each desk's."""
    with in_turn(), real_province(folder, clock=clock_of()) as real, pytest.MonkeyPatch.context() as sizes:
        sizes.setattr(pull, "WORTH", WORTH)
        escrow = real.province.escrow_public
        real.write(lambda connection: ensure_communes(connection, escrow_public=escrow))
        course = Course(folder, real, random.Random(seed))
        for number, scope in enumerate(PLACES):
            path = place_of(folder, number)
            make_register(path, real.enrol({scope: Role.COMMUNE_OFFICER}))
            course.desks.append(RealDesk(path, clock_of(), real.transport))
            course.desks[-1].sync()
        yield course
        for desk in course.desks:
            desk.register.close()


def place_of(folder: Path, number: int) -> Path:
    """Where a desk's register lies: alone on its disk."""
    path = folder / f"desk{number}" / FILE_NAME
    path.parent.mkdir()
    return path


def play(course: Course, actions: dict[Act, int], settle: Callable[[Course], None], steps: int = STEPS) -> None:
    """Draw what happens, then bring all to rest."""
    for _ in range(steps):
        act, number = (
            course.chance.choices([*actions], [*actions.values()])[0],
            course.chance.randrange(len(course.desks)),
        )
        said = act(course, course.desks[number])
        course.trace.append(f"desk {number} {act.__name__} {said}")
    settle(course)


def settle(course: Course) -> None:
    for _ in range(_ROUNDS):
        outcomes: list[SyncOutcome] = [desk.sync() for desk in course.desks]
        if not any(outcome.pushed or outcome.pulled for outcome in outcomes):
            return
    raise AssertionError("the desks do not come to rest")


def rows(desk: RealDesk, sql: str, *values: Any) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in desk.ask(sql, *values)}
