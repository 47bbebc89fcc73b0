"""All that may happen to children at once: moves, joinings, shares with the house and stays there, erasures by law.

Meanwhile desks travel by stick and are enrolled anew, and the province is put back, or a PC's disk is. What is known to
nobody any more because the disk that alone had it was set back is taken out of what must be there.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope, new_record_id
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.placements import CareLogEntry, Placement
from commune_desk.domain.time.clock import SystemClock, to_iso
from commune_desk.domain.words.errors import DeskError
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.shares import hand_back, share_child, take_back
from commune_desk.usecases.shelter.placements import Admission, Leaving, admit_to_shelter, discharge, log_care
from sync.client.errors import NotRecognised
from sync.client.session import SyncOutcome
from sync.server.answers import pull
from sync.server.engine import tables
from sync.server.identity.scopes import ensure_communes
from sync.server.lifecycle import erased_list
from sync.server.lifecycle.erasing import Ordered, erase
from tests.simulator import communes
from tests.simulator.communes import WORTH, Act, Course
from tests.sync.actors.couriers import bring
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE, SHELTER, real_province
from tests.sync.actors.travelled_office import Traveller

ROLES = {COMMUNE: Role.COMMUNE_OFFICER, OTHER_COMMUNE: Role.COMMUNE_OFFICER, SHELTER: Role.SHELTER_WORKER}
DESKS = (COMMUNE, COMMUNE, OTHER_COMMUNE, SHELTER)
"""By desk its place."""
_MOST_STICKS = 4
_ROUNDS = 12


class Roamer(Traveller):
    """Goes whole rounds, and enrols anew when it is told to."""

    def sync(self, replica: object = None) -> SyncOutcome:
        return self.go()

    @property
    def is_stopped(self) -> bool:
        return bool(self.register.identity.frozen)


@dataclass(frozen=True)
class Photo:
    """What somebody added to a child's file."""

    child: RecordId
    content: bytes


@dataclass
class Whole(Course):
    """The office, and what else its people saved."""

    logged: dict[RecordId, RecordId] = field(default_factory=dict)
    """By line of the house's log the child whom it is of."""
    erased: set[RecordId] = field(default_factory=set)
    """The children of whom the law ordered that nothing stays."""
    out: list[list[bytes]] = field(default_factory=list)
    """Sticks on their way to the province."""
    back: list[list[bytes]] = field(default_factory=list)
    """Sticks on their way to a desk."""
    gone: set[str] = field(default_factory=set)
    """Of the visits and the lines those that a disk took along; a stick of before may bring them all the same."""
    copied: set[int] = field(default_factory=set)
    """The desks of whose disk there is a copy."""
    photos: dict[RecordId, Photo] = field(default_factory=dict)

    def shown(self, desk: RealDesk) -> list[RecordId]:
        """In the house those whose identity is shared with it."""
        if self.scope(desk) != SHELTER:
            return super().shown(desk)
        here = {row[0] for row in desk.ask("SELECT id FROM person")}
        return [child for child in self.children if child in here]

    def stays(self, desk: RealDesk) -> list[tuple[RecordId, RecordId]]:
        """The stays that have not ended, each with its child."""
        return [tuple(row) for row in desk.ask("SELECT id, person FROM placement WHERE status='staying' ORDER BY id")]


def whole_of(course: Course) -> Whole:
    """The course as one of this kind."""
    assert isinstance(course, Whole)
    return course


def of_communes(act: Act) -> Act:
    """What nobody does in the house."""

    def run(course: Course, desk: RealDesk) -> str:
        return "in the house" if course.scope(desk) == SHELTER else act(course, desk)

    run.__name__ = act.__name__
    return run


def _of_the_house(act: Act) -> Act:
    """What nobody does elsewhere: drawn for any desk, done by the house's."""

    def run(course: Course, _desk: RealDesk) -> str:
        return act(course, course.desks[DESKS.index(SHELTER)])

    run.__name__ = act.__name__
    return run


def shares(course: Course, desk: RealDesk) -> str:
    shown = course.shown(desk)
    if not shown:
        return "nobody"
    child = course.chance.choice(shown)
    act = course.chance.choice([_shared, _shared, _taken_back])
    return f"child {course.children.index(child)} {act.__name__} " + communes.tried(desk, lambda tx: act(tx, child))


def _shared(tx: Tx, child: RecordId) -> None:
    share_child(tx, child, Scope(SHELTER), "protection")


def _taken_back(tx: Tx, child: RecordId) -> None:
    take_back(tx, child, Scope(SHELTER))


def admits(course: Course, desk: RealDesk) -> str:
    if not (guests := course.shown(desk)):
        return "nobody"
    child = course.chance.choice(guests)

    def run(tx: Tx) -> None:
        at = to_iso(tx.ledger.now())
        stay = Placement(id=new_record_id(), scope=Scope(SHELTER), alias="Hoa Sen", admitted_at=at, reason="isolation")
        admit_to_shelter(tx, Admission(person=tx.existing(Person, child), placement=stay))

    return f"child {course.children.index(child)} " + communes.tried(desk, run)


def cares(course: Course, desk: RealDesk) -> str:
    whole = whole_of(course)
    if not (stays := whole.stays(desk)):
        return "nobody"
    stay, child = course.chance.choice(stays)
    line = new_record_id()

    def run(tx: Tx) -> None:
        at = to_iso(tx.ledger.now())
        log_care(tx, CareLogEntry(id=line, scope=Scope(SHELTER), placement=stay, logged_at=at, note="Ngủ ngon."))

    def done() -> None:
        whole.logged[line] = child

    return communes.tried(desk, run, done)


def lets_go(course: Course, desk: RealDesk) -> str:
    """A stay ends; maybe the child's record is handed back."""
    whole = whole_of(course)
    if not (stays := whole.stays(desk)):
        return "nobody"
    stay, child = course.chance.choice(stays)
    said = communes.tried(desk, lambda tx: discharge(tx, Leaving(stay=stay, at=to_iso(tx.ledger.now()), reason="left")))
    if course.chance.random() < 0.5:
        said += " " + communes.tried(desk, lambda tx: hand_back(tx, child))
    return said


def erases(course: Course, desk: RealDesk) -> str:
    """The province, by order of the law; of a child whom it knows."""
    whole, province = whole_of(course), course.real.province
    known = set(course.real.scalars(select(tables.RECORDS["person"].c.id)))
    there = [child for child in course.children if child in known]
    if not there or len(whole.erased) > 1:
        return "nobody"
    child = course.chance.choice(there)
    order = Ordered("Sở Y tế", "QĐ 12/2026")
    course.real.write(lambda connection: erase(connection, province, "person", child, order)[0])
    erased_list.settle(province)
    whole.erased.add(child)
    return f"child {course.children.index(child)}"


def sends_a_stick(course: Course, desk: RealDesk) -> str:
    whole = whole_of(course)
    try:
        whole.out = [*whole.out, _roamer(desk).stick_out()][-_MOST_STICKS:]
    except DeskError as refused:
        return type(refused).__name__
    return f"{len(whole.out)} under way"


def _roamer(desk: RealDesk) -> Roamer:
    assert isinstance(desk, Roamer)
    return desk


def a_stick_arrives(course: Course, desk: RealDesk) -> str:
    """At the province, maybe a second time; its answer goes back to whoever takes it along."""
    whole = whole_of(course)
    if not whole.out:
        return "none"
    try:
        answer = bring(course.real.province, *course.chance.choice(whole.out))
    except DeskError as refused:
        return type(refused).__name__
    whole.back = [*whole.back, answer][-_MOST_STICKS:]
    return f"{len(answer)} files"


def reads_a_stick(course: Course, desk: RealDesk) -> str:
    whole = whole_of(course)
    if not whole.back:
        return "none"
    files = course.chance.choice(whole.back)
    try:
        _roamer(desk).stick_in(files)
    except DeskError as refused:
        return type(refused).__name__
    return f"{len(files)} files"


def enrols_anew(course: Course, desk: RealDesk) -> str:
    _roamer(desk).enrol_anew()
    return _roamer(desk).register.identity.desk


def is_copied(course: Course, desk: RealDesk) -> str:
    _roamer(desk).keep_copy()
    whole_of(course).copied.add(course.desks.index(desk))
    return ""


def is_set_back(course: Course, desk: RealDesk) -> str:
    """What it alone had is gone with the disk."""
    if course.desks.index(desk) not in whole_of(course).copied:
        return "no copy"
    return _losing(course, _roamer(desk).set_back)


def _losing(course: Course, act: Callable[[], object]) -> str:
    """What nobody has any more who could send it need not be there."""
    whole, before = whole_of(course), known(course)
    act()
    gone = before - known(course)
    whole.gone |= gone & {*whole.visits, *whole.logged, *whole.photos}
    whole.typed = [one for one in whole.typed if one.phone not in gone]
    whole.joined = [one for one in whole.joined if f"{one[0]} {one[1]}" not in gone]
    return f"{len(gone)} gone"


def known(course: Course, without: str = "") -> set[str]:
    """Records, numbers and joinings in the changes that the province or a desk's own journal has.

    `without`: what was set aside for that reason does not count.
    """
    asked = "SELECT raw FROM change WHERE state<>'received'"
    found: set[str] = set()
    for raw in [*_at_the_province(course, without), *(raw for desk in course.desks for (raw,) in desk.ask(asked))]:
        if not raw:
            continue
        said = msgspec.json.decode(raw)
        found |= {
            said["r"],
            said.get("set", {}).get("phone", ""),
            f"{said['r']} {said.get('set', {}).get('joined_to')}",
        }
    return found


def _at_the_province(course: Course, without: str) -> list[bytes]:
    aside = tables.quarantine
    asked = (select(tables.change.c.raw), select(aside.c.raw).where(aside.c.code != without))
    return [raw for statement in asked for raw in course.real.scalars(statement)]


def puts_the_province_back(course: Course, desk: RealDesk) -> str:
    """Without a word to anybody. The list of whom the law erased was kept, and is read when it is served again."""
    path = course.real.province.data / erased_list.FILE
    kept = path.read_bytes() if path.exists() else b""
    said = communes.puts_the_province_back(course, desk)
    if kept:
        path.write_bytes(kept)
    erased_list.settle(course.real.province)
    return said


def puts_back_what_a_desk_forgot(course: Course, desk: RealDesk) -> str:
    """The province alone had it of a desk whose disk was put back before; colleagues heard it and cannot send it."""
    return _losing(course, lambda: puts_the_province_back(course, desk))


def settle(course: Course) -> None:
    """Whoever is told that the register was put back or exists twice enrols anew."""
    for _ in range(_ROUNDS):
        if not any([_goes_on(_roamer(desk)) for desk in course.desks]):
            return
    raise AssertionError("the desks do not come to rest")


def _goes_on(desk: Roamer) -> bool:
    """One round; whether there may be another."""
    try:
        outcome = desk.go()
    except DeskError as told:
        if not (desk.is_stopped or isinstance(told, NotRecognised)):
            raise
        desk.enrol_anew()
        return True
    return bool(outcome.pushed or outcome.pulled or outcome.file_bytes)


admits_there, cares_there, lets_go_there = map(_of_the_house, (admits, cares, lets_go))
SHARED: dict[Act, int] = {
    of_communes(communes.registers): 3,
    of_communes(communes.visits): 4,
    communes.telephones: 4,
    of_communes(communes.moves): 4,
    of_communes(communes.joins): 1,
    of_communes(shares): 4,
    admits_there: 2,
    cares_there: 3,
    lets_go_there: 2,
    erases: 1,
    communes.syncs: 14,
    communes.syncs_on_a_bad_line: 5,
    communes.restarts: 1,
    sends_a_stick: 2,
    a_stick_arrives: 2,
    reads_a_stick: 2,
    enrols_anew: 1,
}
WITH_RESTORES: dict[Act, int] = SHARED | {communes.copies_the_province: 1, puts_the_province_back: 1}
WITH_LIVES: dict[Act, int] = SHARED | {is_copied: 2, is_set_back: 2}
WITH_BOTH: dict[Act, int] = SHARED | {
    is_copied: 3,
    is_set_back: 3,
    communes.copies_the_province: 3,
    puts_back_what_a_desk_forgot: 3,
}


def begin(course: Course) -> None:
    """Three children whom everybody of their place knows, one of them the house too."""
    for number in (0, 1, 2):
        communes.registers(course, course.desks[number])
    course.desks[0].sync()
    communes.tried(course.desks[0], lambda tx: _shared(tx, course.children[0]))
    settle(course)


@contextmanager
def course_of(seed: int, folder: Path) -> Iterator[Course]:
    with real_province(folder) as real, pytest.MonkeyPatch.context() as sizes:
        sizes.setattr(pull, "WORTH", WORTH)
        escrow = real.province.escrow_public
        real.write(lambda connection: ensure_communes(connection, escrow_public=escrow))
        course = Whole(folder, real, random.Random(seed))
        for number, place in enumerate(DESKS):
            path = communes.place_of(folder, number)
            make_register(path, real.enrol({place: ROLES[place]}))
            course.desks.append(Roamer(path, SystemClock(), real))
        settle(course)
        begin(course)
        yield course
        for desk in course.desks:
            desk.register.close()
