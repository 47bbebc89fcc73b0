"""PCs that are lost, withdrawn and turn up, at a province that is put back meanwhile and forgets whom it withdrew.

It is put back without a word or with one, from a copy of its disk or from a backup that desks rely on, and never from
one before a later backup. Whoever withdrew a PC does so again once it is seen that this was forgotten. In the place of
a lost PC stands a new one, or one with what its own backup held, under a new id.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from commune_desk.store.exchange.staged import mark_restored
from commune_desk.store.intake import speaking_for
from sync.server.engine import tables
from sync.server.identity import desks
from sync.server.lifecycle import erased_list
from sync.server.lifecycle.restoring import begin
from tests.simulator import busy, communes, lost, together
from tests.simulator.at_rest import held
from tests.simulator.communes import Act, Course
from tests.simulator.lost import Missing, Office, office_of
from tests.simulator.together import Roamer
from tests.sync.actors import kept_provinces
from tests.sync.actors.real_desks import RealDesk

STEPS = 45
_TOLD = 0.4
"""How often it is said that a copy was put back."""
_OLD = 0.6
"""How many of the PCs that are lost had been backed up."""


@dataclass
class Withdrawn(Missing):
    """A PC that is lost; a province that is put back may forget that it signed its last word."""

    was_over: bool = False
    """It had gone before the province was put back the last time: nobody can send again what that has lost."""


def missing(course: Course) -> list[Withdrawn]:
    """The lost PCs that the province knows: of one that was enrolled after its copy was made it can order nothing."""
    known = {row.id for row in held(course, tables.desk)}
    return [one for one in office_of(course).missing if isinstance(one, Withdrawn) and one.name in known]


def types_on(course: Course, desk: RealDesk) -> str:
    """Nothing by which a child goes elsewhere: where that is lost with its PC, colleagues show the child for ever."""
    acts: dict[Act, int] = {communes.visits: 3, communes.telephones: 3, busy.photographs: 4, communes.registers: 1}
    act = together.of_communes(course.chance.choices([*acts], [*acts.values()])[0])
    return f"{act.__name__} {act(course, desk)}"


def is_withdrawn(course: Course, _desk: RealDesk) -> str:
    """The province hears of the loss, maybe once more; or orders the register removed after all."""
    some = [one for one in missing(course) if not (one.is_over or one.removes)]
    return lost._withdrawn(office_of(course), course.chance.choice(some)) if some else "none"


def copies(course: Course, desk: RealDesk) -> str:
    """The province's disk, of which nobody knows."""
    kept_provinces.discard(course.folder / "backup")
    return communes.copies_the_province(course, desk)


def backs_up(course: Course, _desk: RealDesk) -> str:
    """Desks rely on it from now on: no copy from before is put back any more."""
    kept_provinces.discard(course.folder / "copy")
    path = course.folder / "backup"
    kept_provinces.discard(path)
    kept_provinces.back_up(course.real, course.folder / "key-file", path)
    return f"{len(held(course, tables.change))} changes"


def puts_back(course: Course, desk: RealDesk) -> str:
    """What was made last. What nobody can send again who has it need not be there."""
    backup = course.folder / "backup"
    if not backup.exists() and not (course.folder / "copy").exists():
        return "no copy"
    is_told = course.chance.random() < _TOLD
    said = together._losing(course, lambda: _put_back(course, desk, backup, is_told=is_told))
    for gone in missing(course):
        _forget(course, gone)
    return f"{'backup' if backup.exists() else 'copy'}{' and says so' if is_told else ''}: {said}"


def _put_back(course: Course, desk: RealDesk, backup: Path, *, is_told: bool) -> None:
    if backup.exists():
        _restore(course, backup)
        return
    together.puts_the_province_back(course, desk)
    if is_told:
        begin(course.real.province)


def _restore(course: Course, backup: Path) -> None:
    """In an epoch of its own; the list of whom the law erased was kept."""
    kept_provinces.put_back(course.real, course.folder / "key-file", backup)
    erased_list.settle(course.real.province)


def _forget(course: Course, gone: Withdrawn) -> None:
    row = next(row for row in held(course, tables.desk) if row.id == gone.name)
    gone.was_over = gone.is_over
    if gone.is_over:
        return
    gone.removes = row.removal_at is not None
    if row.status != desks.REVOKED:
        gone.held = None


def settle(course: Course) -> None:
    """Who is lost is withdrawn by now, and has sent its last work; people have sent what only their PC still had."""
    office = office_of(course)
    for gone in missing(course):
        if gone.held is None and not gone.is_over:
            lost._withdrawn(office, gone)
        if not gone.is_over:
            lost._sends_its_last(course, gone)
    together.settle(course)
    for _ in range(2):
        for desk in course.desks:
            desk.run(speaking_for.ask)
        together.settle(course)


_AT_A_LOST_ONE: dict[Act, int] = {
    lost.of_who_turned_up(types_on): 6,
    lost.of_who_turned_up(communes.syncs): 4,
    lost.of_who_turned_up(communes.syncs_on_a_bad_line): 4,
    lost.of_who_turned_up(lost.syncs_while_somebody_types): 4,
    lost.of_who_turned_up(together.sends_a_stick): 2,
    lost.of_who_turned_up(together.reads_a_stick): 2,
}
WITH_WITHDRAWN: dict[Act, int] = (
    together.SHARED
    | busy.BUSY
    | _AT_A_LOST_ONE
    | {is_withdrawn: 4, lost.is_trusted_again: 1, copies: 4, backs_up: 3, puts_back: 6}
)


def _works(course: Course, number: int) -> None:
    for _ in range(course.chance.randrange(4)):
        types_on(course, course.desks[number])
        if course.chance.random() < 0.5:
            communes.syncs(course, course.desks[number])


def _is_lost(course: Course, number: int) -> None:
    """After some work, a part of which may lie in a backup of its own; it has turned up already."""
    office, desk = office_of(course), course.desks[number]
    assert isinstance(desk, Roamer)
    _works(course, number)
    backup = course.folder / f"backup{number}.db"
    if course.chance.random() < _OLD:
        desk.keep_copy()
        desk.register.path.with_suffix(".copy").rename(backup)
    _works(course, number)
    gone = Withdrawn(desk, desk.register.identity.desk, desk.register.path.parent, is_burnt=False, is_found=True)
    gone.look()
    office.missing.append(gone)
    course.desks[number] = _restored(office, backup) if backup.exists() else office.enrol(course.scope(desk))
    course.trace.append(f"desk {number} is lost {'and restored' if backup.exists() else ''}")


def _restored(office: Office, backup: Path) -> Roamer:
    path = office.folder / f"pc{office.enrolled}" / "register.db"
    office.enrolled += 1
    path.parent.mkdir()
    shutil.copy(backup, path)
    desk = Roamer(path, office.clock, office.real)
    desk.run(mark_restored)
    desk.enrol_anew()
    return desk


@contextmanager
def course_of(seed: int, folder: Path) -> Iterator[Course]:
    with lost.course_of(seed, folder) as course:
        for number in (0, 2):
            _is_lost(course, number)
        yield course
