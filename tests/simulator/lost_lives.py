"""PCs that are lost, and of whose disk somebody puts back the copy that was made before: their numbers are taken."""

from __future__ import annotations

from tests.simulator import lost
from tests.simulator.communes import Act, Course
from tests.simulator.lost import Missing, office_of
from tests.simulator.lost_at_rest import photos_in
from tests.sync.actors.real_desks import RealDesk


def is_lost(course: Course, desk: RealDesk) -> str:
    """With the backup that somebody made of its disk."""
    lost.roamer(desk).keep_copy()
    return lost.is_lost(course, desk)


def is_set_back(course: Course, desk: RealDesk) -> str:
    """What was typed since and had not reached the province is gone with the disk, words and photos."""
    gone = next(one for one in office_of(course).missing if one.desk is desk)
    gone.look()
    gone.desk.set_back()
    here = {one for (one,) in gone.desk.ask("SELECT id FROM change")}
    _sink(gone, gone.journal.keys() - here, there={*lost.held(office_of(course), gone.name)})
    return f"{len(gone.sunk)} gone"


def _sink(gone: Missing, lacks: set[str], there: set[str]) -> None:
    """`lacks`: what the disk does not have any more. `there`: what the province has."""
    gone.sunk_photos |= {*photos_in(gone.journal[one] for one in lacks).values()}
    for one in lacks - there:
        gone.sunk[one] = gone.journal.pop(one)


WITH_LOST_LIVES: dict[Act, int] = {act: weight for act, weight in lost.WITH_LOST.items() if act is not lost.is_lost} | {
    is_lost: 6,
    lost.of_who_turned_up(is_set_back): 6,
}
