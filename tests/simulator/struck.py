"""Disks that are full or busy and power that goes out at any statement, at a desk or at the province, amid courses.

While a leave, a removal, an erasure, a joining or a snapshot is applied, as well as while somebody types, on the disks
of `disk.py`. A machine whose power went is on again at once, with what its files held by then; what was committed there
counts as saved, though nobody could be told.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import requests

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import DeskError
from commune_desk.store.desk.register import FILE_NAME
from sync.change import Change
from sync.server.edge.app import Service
from sync.server.identity.province import open_province
from sync.server.lifecycle import erased_list
from tests.helpers.attached import content_at
from tests.simulator import busy, communes, together
from tests.simulator.communes import Act, Course, Typed
from tests.simulator.disk import Disk, PowerCut, Trouble, own_troubles_unlogged, watched_disks
from tests.simulator.together import Photo, Whole
from tests.simulator.when import ids_of_the_seed
from tests.sync.actors.in_process import InProcess
from tests.sync.actors.one_by_one import app_of
from tests.sync.actors.real_desks import RealDesk

_NEAR, _FAR = 12, 400
"""About as many statements as a save has, and a sync that brings much."""
PROVINCE = "province"


class StruckLine(InProcess):
    """To a province that may lose its power at a request: no reply, and the next request finds it running again."""

    def __init__(self, course: Course) -> None:
        super().__init__(app_of(Service(course.real.province)))
        self._course = course

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        try:
            return super().send(request, *args, **kwargs)
        except PowerCut:
            the_province_is_on_again(self._course)
            raise requests.ConnectionError(ConnectionResetError()) from None


def the_province_is_on_again(course: Course) -> None:
    """As its server starts: a PostgreSQL elsewhere has no disk here, and nothing befell it."""
    disk = course.disks[-1]
    if disk.is_cut:
        disk.power_on()
        clock = course.real.province.clock
        course.real.province = open_province(disk.folder, course.folder / "key-file", clock=clock)
        erased_list.settle(course.real.province)
        course.real.restart()


def struck(act: Act) -> Act:
    """The same, and one statement of it meets trouble, of a desk or of the province; often there are not so many."""

    def run(course: Course, desk: RealDesk) -> str:
        armed = course.disks[-1:] if course.chance.random() < 0.3 else course.disks[:-1]
        place, trouble = _drawn_place(course.chance), course.chance.choice(list(Trouble))
        with ExitStack() as watching:
            for disk in course.disks:
                watching.enter_context(disk.watching())
            for disk in armed:
                disk.arm(place, trouble)
            said = _told(course, desk, act)
            _until_written(course)
        met = [said for disk in course.disks for said in disk.log]
        for disk in course.disks:
            disk.log.clear()
        _all_are_on_again(course)
        _what_stands_was_saved(course)
        return f"{'province' if len(armed) == 1 else 'desk'} {met}: {said}"

    run.__name__ = f"struck_{act.__name__}"
    return run


def _drawn_place(chance: random.Random) -> int:
    """Near ones as often as far ones: acts are of very different length."""
    return 1 + int(_NEAR * math.pow(_FAR / _NEAR, chance.random()) * chance.random())


def _told(course: Course, desk: RealDesk, act: Act) -> str:
    try:
        return act(course, desk)
    except (DeskError, PowerCut) as trouble:
        return type(trouble).__name__


def _until_written(course: Course) -> None:
    """What nobody waited for counts its statements too, however fast the machine is."""
    for desk, disk in zip(course.desks, course.disks, strict=False):
        if disk.seen:
            with suppress(DeskError, PowerCut):
                desk.register.write(lambda _tx: None, gives_way=True).result()


def _all_are_on_again(course: Course) -> None:
    the_province_is_on_again(course)
    for desk, disk in zip(course.desks, course.disks, strict=False):
        if disk.is_cut:
            disk.power_on()
            desk.on_again(disk.folder / FILE_NAME)


def _what_stands_was_saved(course: Course) -> None:
    """Whoever looks again sees it; what was erased says nothing."""
    asked = "SELECT raw FROM change WHERE state IN ('waiting', 'staged') AND length(raw)>0"
    for desk in course.desks:
        for (raw,) in desk.ask(asked):
            _note(course, desk, msgspec.json.decode(raw, type=Change))


def _note(course: Course, desk: RealDesk, said: Change) -> None:
    record, told = RecordId(said.record), said.set
    if said.kind == "person":
        _note_child(course, record, told)
    elif said.kind == "home_visit" and "person" in told:
        course.visits.setdefault(record, RecordId(str(told["person"])))
    elif isinstance(course, Whole):
        _note_more(course, desk, said)


def _note_child(course: Course, record: RecordId, told: dict[str, Any]) -> None:
    if "full_name" in told and record not in course.children:
        course.children.append(record)
    phone = str(told.get("phone") or "")
    if phone and phone not in {one.phone for one in course.typed}:
        course.typed.append(Typed(record, phone))


def _note_more(course: Whole, desk: RealDesk, said: Change) -> None:
    record = RecordId(said.record)
    if said.kind == "care_log_entry" and "placement" in said.set and record not in course.logged:
        ((child,),) = desk.ask("SELECT person FROM placement WHERE id=?", said.set["placement"])
        course.logged[record] = RecordId(child)
    if said.kind == "attachment" and "sha256" in said.set and record not in course.photos:
        course.photos[record] = Photo(RecordId(str(said.set["person"])), content_at(desk.register, record))


@contextmanager
def with_children(seed: int, folder: Path) -> Iterator[Course]:
    """A course in which each desk has registered a child before anything happens."""
    with communes.course_of(seed, folder) as course:
        for desk in course.desks:
            communes.registers(course, desk)
        communes.settle(course)
        yield course


CourseOf = Callable[[int, Path], AbstractContextManager[Course]]


def on_disks(course_of: CourseOf) -> CourseOf:
    """Such courses with each machine on a disk of its own, that may be struck."""

    @contextmanager
    def of(seed: int, folder: Path) -> Iterator[Course]:
        disks: dict[str, Disk] = {}

        def disk_of(path: Path) -> Disk | None:
            name = path.parent.name.partition(".")[0]
            is_one = path.parent.parent == folder and (name.startswith("desk") or name == PROVINCE)
            return disks.setdefault(name, Disk(path.parent)) if is_one else None

        ids = ids_of_the_seed(random.Random(seed + 1), SystemClock())  # the same rows come in the same order
        with ids, own_troubles_unlogged(), watched_disks(disk_of), course_of(seed, folder) as course:
            course.disks = [disks[f"desk{number}"] for number in range(len(course.desks))]
            course.disks.append(disks.get(PROVINCE, Disk(folder / PROVINCE)))
            course.real.line.shut()
            course.real.line = StruckLine(course)
            yield course

    return of


def with_strikes(actions: dict[Act, int], struck_ones: Sequence[tuple[Act, int]]) -> dict[Act, int]:
    return actions | {struck(act): often for act, often in struck_ones}


_SYNCS = ((communes.syncs, 14), (communes.syncs_on_a_bad_line, 2))
_IN_COMMUNES = ((communes.registers, 1), (communes.visits, 2), (communes.telephones, 2), (communes.moves, 2))
_AT_ONCE = (
    *((together.of_communes(act), often) for act, often in _IN_COMMUNES),
    (together.of_communes(together.shares), 2),
    (together.admits_there, 1),
    (together.cares_there, 1),
    (together.lets_go_there, 1),
    (together.erases, 1),
    (together.sends_a_stick, 1),
    (together.a_stick_arrives, 2),
    (together.reads_a_stick, 2),
    (together.enrols_anew, 1),
)
_OFFICERS = ((together.of_communes(busy.photographs), 1), (busy.decides, 2), (busy.begins_anew, 1))

_MOVING: dict[Act, int] = communes.WITH_JOINS | {communes.moves: 6, communes.joins: 2, communes.syncs: 8}
MOVES: dict[Act, int] = with_strikes(_MOVING, (*_SYNCS, *_IN_COMMUNES, (communes.joins, 2)))
TOGETHER: dict[Act, int] = with_strikes(together.WITH_RESTORES, (*_SYNCS, *_AT_ONCE))
BUSY: dict[Act, int] = with_strikes(busy.WITH_BUSY_BOTH, (*_SYNCS, *_AT_ONCE, *_OFFICERS))
