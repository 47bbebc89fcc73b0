"""A PC that is lost for good, amid all that may happen at once: stolen, burnt or drowned with what it had not sent.

The province withdraws it, sooner or later, maybe with the order to remove its register; a new PC of its place is
enrolled under another id. Some lost PCs turn up weeks later: somebody types on, has a line or a stick, and all that the
province had not got before it withdrew the PC is set aside. One that was only withdrawn may be trusted again, under a
new code.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.files.file_queue import count_going_up
from commune_desk.usecases.registers.profile import Profile
from commune_desk.usecases.registers.removal import finish_removal, removed
from sync.server.answers import pull
from sync.server.engine import tables
from sync.server.identity import desks
from sync.server.identity.scopes import ensure_communes
from tests.simulator import busy, communes, together
from tests.simulator.communes import WORTH, Act, Course
from tests.simulator.together import DESKS, ROLES, Roamer, Whole
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import RealProvince, real_province

_MOST_LOST, _MOST_CHILDREN, _MOST_PHOTOS = 3, 6, 8
_BURNT = 0.3
"""How many of those that are lost never come back."""
_SOON = 0.3
"""How often one that is lost turns up where something would happen at it."""
_ROUNDS = 8
STEPS = 70


class Weeks(SystemClock):
    """The hour of everybody, which may go on by weeks."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@dataclass
class Missing:
    """A PC that is lost, and what the observer knows of it; nobody else does."""

    desk: Roamer
    name: str
    folder: Path
    is_burnt: bool
    is_found: bool = False
    journal: dict[str, bytes] = field(default_factory=dict)
    """All that was ever typed there under its name, by id of the change; without a number not yet its last bytes."""
    held: frozenset[str] | None = None
    """The changes that the province had of it when it withdrew it."""
    removes: bool = False
    sunk: dict[str, bytes] = field(default_factory=dict)
    """What was typed there and went with its disk, which was set back, before the province had it."""
    sunk_photos: set[str] = field(default_factory=set)
    """Of photos by their content: those that went with it, with words that the province may have."""
    left: frozenset[str] | None = None
    """The names of the files that are in its folder once its register is removed."""

    @property
    def is_over(self) -> bool:
        return self.left is not None

    @property
    def aside(self) -> dict[str, bytes]:
        """What the province had not got in time."""
        return {one: raw for one, raw in self.journal.items() if self.held is not None and one not in self.held}

    def look(self) -> None:
        """Note what is in its journal by now."""
        own = "desk=? OR state IN ('waiting', 'staged')"
        asked = f"SELECT id, raw FROM change WHERE state<>'received' AND ({own})"
        self.journal |= {one: bytes(raw) for one, raw in self.desk.ask(asked, self.name) if raw}

    def end(self) -> None:
        """Close a register that is to be removed, as the program does, and let the next start remove it."""
        if removed(Profile(self.folder)) is not None:
            self.look()
            self.desk.register.close()
            assert finish_removal(Profile(self.folder)) is not None
            self.left = frozenset(one.name for one in self.folder.iterdir())


@dataclass
class Office(Whole):
    """The office, and the PCs that it lost."""

    clock: Weeks = field(default_factory=Weeks)
    missing: list[Missing] = field(default_factory=list)
    sunk: dict[str, bytes] = field(default_factory=dict)
    """What went with the disks of PCs that were found and are trusted again, by id of the change."""
    enrolled: int = 0

    def enrol(self, place: str) -> Roamer:
        """A new PC of the place, in a folder of its own."""
        path = self.folder / f"pc{self.enrolled}" / "register.db"
        self.enrolled += 1
        path.parent.mkdir()
        make_register(path, self.real.enrol({place: ROLES[place]}))
        return Roamer(path, self.clock, self.real)


def office_of(course: Course) -> Office:
    """The course as one of this kind."""
    assert isinstance(course, Office)
    return course


def roamer(desk: RealDesk) -> Roamer:
    """The desk as one of this kind of course."""
    assert isinstance(desk, Roamer)
    return desk


def is_lost(course: Course, desk: RealDesk) -> str:
    """With whatever it had not sent; a new PC stands in its place at once, or the same as the next one that works."""
    office = office_of(course)
    if len(office.missing) >= _MOST_LOST:
        return "enough"
    folder, name = desk.register.path.parent, desk.register.identity.desk
    gone = Missing(roamer(desk), name, folder, is_burnt=course.chance.random() < _BURNT)
    gone.look()
    office.missing.append(gone)
    said = "burnt" if gone.is_burnt else "somewhere"
    if course.chance.random() < 0.4:
        said += " " + _withdrawn(office, gone)
    office.desks[office.desks.index(desk)] = office.enrol(course.scope(desk))
    return f"{said}; pc{office.enrolled - 1} in its place"


def is_withdrawn(course: Course, _desk: RealDesk) -> str:
    """The province hears of the loss; or orders the register removed after all."""
    office = office_of(course)
    some = [one for one in office.missing if not (one.is_over or one.removes)]
    return _withdrawn(office, course.chance.choice(some)) if some else "none"


def _withdrawn(office: Office, gone: Missing) -> str:
    removes = gone.held is not None or office.chance.random() < 0.5
    province = office.real.province
    office.real.write(lambda connection: desks.revoke(connection, province, gone.name, removes=removes))
    gone.removes = removes
    if gone.held is None:
        gone.held = frozenset(held(office, gone.name))
    return f"{office.missing.index(gone)} withdrawn{' to be removed' if removes else ''}"


def held(office: Office, name: str) -> list[str]:
    """What the province has by now: set aside of that PC, or merged, be it under a former name of it."""
    aside = tables.quarantine
    return [
        *office.real.scalars(select(tables.change.c.id)),
        *office.real.scalars(select(aside.c.id).where(aside.c.desk == name)),
    ]


def turns_up(course: Course, _desk: RealDesk) -> str:
    """Weeks later, with a finder or in a repair shop."""
    office = office_of(course)
    some = [one for one in office.missing if not (one.is_burnt or one.is_found)]
    if not some:
        return "none"
    found = course.chance.choice(some)
    found.is_found = True
    office.clock.ahead += timedelta(days=course.chance.choice([2, 20, 45]))
    return f"{office.missing.index(found)}"


def of_who_turned_up(act: Act) -> Act:
    """What is done at a PC that was lost and turned up, whoever has it now."""

    def run(course: Course, _desk: RealDesk) -> str:
        office = office_of(course)
        some = [one for one in office.missing if one.is_found and not one.is_over]
        if not some:
            return turns_up(course, _desk) if course.chance.random() < _SOON else "none"
        found = course.chance.choice(some)
        said = act(course, found.desk)
        if found in office.missing:
            found.look()
            found.end()
        return f"{office.missing.index(found) if found in office.missing else 'trusted'}: {said}"

    run.__name__ = f"at_a_lost_one_{act.__name__}"
    return run


def types_on(course: Course, desk: RealDesk) -> str:
    """Its officer, who has it back and does not know."""
    acts: dict[Act, int] = {
        communes.visits: 3,
        communes.telephones: 3,
        busy.photographs: 4,
        communes.moves: 2,
        communes.registers: 1,
    }
    act = together.of_communes(course.chance.choices([*acts], [*acts.values()])[0])
    return f"{act.__name__} {act(course, desk)}"


def syncs_while_somebody_types(course: Course, desk: RealDesk) -> str:
    """Between two requests of the round: a visit, that must leave too before anything goes."""
    typed: list[str] = []
    path = course.chance.choice(["/v1/pull", "/v1/report", "/v1/hello"])
    with _meanwhile(course.real, path, lambda: typed.append(together.of_communes(communes.visits)(course, desk))):
        said = communes.syncs(course, desk)
    return f"typed at {path} {typed}: {said}"


@contextmanager
def _meanwhile(real: RealProvince, path: str, act: Callable[[], object]) -> Iterator[None]:
    """Something is done once, just before the province answers a request of this path."""
    inner, waits = real.line.app, [act]

    async def app(scope: dict[str, Any], *ends: Callable[..., Awaitable[Any]]) -> None:
        if scope.get("path") == path and waits:
            waits.pop()()
        await inner(scope, *ends)

    real.line.app = app
    yield
    real.line.app = inner


def is_trusted_again(course: Course, _desk: RealDesk) -> str:
    """The officer brings it to the province, which gives a new code: under its new id it sends what was set aside."""
    office = office_of(course)
    some = [one for one in office.missing if one.is_found and not (one.is_over or one.removes)]
    some = [one for one in some if one.held is not None]
    if not some:
        return "none"
    back = course.chance.choice(some)
    office.missing.remove(back)
    office.sunk |= back.sunk
    back.desk.enrol_anew()
    office.desks.append(back.desk)
    return f"{back.name} as {back.desk.register.identity.desk}"


def settle(course: Course) -> None:
    """Who is lost is withdrawn by now; what turned up has sent its last work; all others come to rest."""
    office = office_of(course)
    for gone in office.missing:
        if gone.held is None:
            _withdrawn(office, gone)
        if gone.is_found and not gone.is_over:
            _sends_its_last(course, gone)
    together.settle(course)


def _sends_its_last(course: Course, found: Missing) -> None:
    for _ in range(_ROUNDS):
        said = communes.syncs(course, found.desk)
        found.look()
        found.end()
        if found.is_over or (said == "DeskRevoked" and not found.removes):
            return
    raise AssertionError(f"a PC that turned up does not come to its end: {said}, {_waiting(found)}")


def _waiting(found: Missing) -> tuple[int, int]:
    """Changes and files that are still to leave."""
    ((changes,),) = found.desk.ask("SELECT count(*) FROM change WHERE state IN ('waiting', 'staged')")
    return int(changes), found.desk.register.write(lambda tx: count_going_up(tx.connection)).result()[0]


WITH_LOST: dict[Act, int] = (
    together.SHARED
    | busy.BUSY
    | {
        is_lost: 6,
        is_withdrawn: 3,
        turns_up: 2,
        of_who_turned_up(types_on): 6,
        of_who_turned_up(communes.syncs): 3,
        of_who_turned_up(communes.syncs_on_a_bad_line): 4,
        of_who_turned_up(syncs_while_somebody_types): 4,
        of_who_turned_up(communes.restarts): 1,
        of_who_turned_up(together.sends_a_stick): 3,
        of_who_turned_up(together.reads_a_stick): 3,
        is_trusted_again: 1,
    }
)


@contextmanager
def course_of(seed: int, folder: Path) -> Iterator[Course]:
    clock = Weeks()
    with real_province(folder, clock=clock) as real, pytest.MonkeyPatch.context() as sizes:
        sizes.setattr(pull, "WORTH", WORTH)
        sizes.setattr(communes, "MOST_CHILDREN", _MOST_CHILDREN)
        sizes.setattr(busy, "MOST_PHOTOS", _MOST_PHOTOS)
        escrow = real.province.escrow_public
        real.write(lambda connection: ensure_communes(connection, escrow_public=escrow))
        office = Office(folder, real, random.Random(seed), clock=clock)
        office.desks.extend(office.enrol(place) for place in DESKS)
        together.settle(office)
        together.begin(office)
        yield office
        for desk in [*office.desks, *(one.desk for one in office.missing if not one.is_over)]:
            desk.register.close()
