"""What officers do besides, amid all that may happen at once: photos, decisions, and a desk that begins anew."""

from __future__ import annotations

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.errors import DeskError
from commune_desk.store.desk.versions import begin_all_anew
from commune_desk.store.intake.conflicts import OpenConflict, open_conflicts
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.sync.conflicts import decide_conflict
from sync.client.errors import SyncFault
from sync.server.engine import tables
from sync.server.identity import desks
from tests.helpers.attached import add_file, ask_for, content_at, scan
from tests.simulator import communes, together
from tests.simulator.at_rest import held
from tests.simulator.communes import Act, Course, Typed
from tests.simulator.together import Photo, whole_of
from tests.simulator.whole_at_rest import ALL_AT_REST
from tests.sync.actors.poor_lines import push_first
from tests.sync.actors.real_desks import RealDesk

MOST_PHOTOS = 4
_LARGEST = 600_000
"""Bytes: up to three pieces."""


def photographs(course: Course, desk: RealDesk) -> str:
    shown, whole = course.shown(desk), whole_of(course)
    if not shown or len(whole.photos) >= MOST_PHOTOS:
        return "nobody"
    child, size = course.chance.choice(shown), course.chance.randrange(100, _LARGEST)
    content = scan(size, len(whole.photos))
    try:
        photo = add_file(desk.register, child, content)
    except DeskError as refused:
        return type(refused).__name__
    whole.photos[photo.id] = Photo(photo.person or child, content)  # of who is kept, where joined
    return f"child {course.children.index(child)} {size}"


def decides(course: Course, desk: RealDesk) -> str:
    """Let one of the values stand about which a person is asked, or write another."""
    asked = [one for one in desk.register.write(_open_conflicts).result()[0] if one.field == "phone"]
    if not asked:
        return "nothing"
    one, new = course.chance.choice(asked), f"09{len(course.typed):08}"
    child = RecordId(one.record)
    value = course.chance.choice([*(side.value for side in one.sides if side.is_readable), new])

    def done() -> None:
        if value == new:
            course.typed.append(Typed(child, new))

    return f"child {course.children.index(child)} {value} " + communes.tried(
        desk,
        lambda tx: decide_conflict(tx, kind=one.kind, record=one.record, field=one.field, ids=one.ids, value=value),
        done,
    )


def _open_conflicts(tx: Tx) -> list[OpenConflict]:
    return open_conflicts(tx.connection)


def begins_anew(_course: Course, desk: RealDesk) -> str:
    """An officer has the desk hold all of its place anew, with its next round."""
    desk.run(begin_all_anew)
    return ""


def is_revoked(course: Course, desk: RealDesk) -> str:
    """The province takes the desk out of service, by mistake: it gets a new code once it is noticed."""
    name, province = desk.register.identity.desk, course.real.province
    try:
        course.real.write(lambda connection: desks.revoke(connection, province, name))
    except DeskError as refused:
        return type(refused).__name__
    return name


def sends_the_first_alone(_course: Course, desk: RealDesk) -> str:
    """A record in two classes travels as two changes: the second stays behind."""
    try:
        return str(push_first(desk))
    except (DeskError, SyncFault) as refused:
        return type(refused).__name__


BUSY: dict[Act, int] = {together.of_communes(photographs): 2, decides: 4, begins_anew: 2}
WITH_BUSY: dict[Act, int] = together.WITH_RESTORES | BUSY
WITH_BUSY_BOTH: dict[Act, int] = together.WITH_BOTH | BUSY
WITH_REVOKED: dict[Act, int] = WITH_BUSY_BOTH | {is_revoked: 1}
WITH_POOR_LINES: dict[Act, int] = WITH_REVOKED | {sends_the_first_alone: 6}


def every_photo_is_there(course: Course) -> None:
    """With its child, and whoever is there can look at it."""
    whole = whole_of(course)
    erased = {row.record for row in held(course, tables.erasure)}
    home = {row.id: row.scope for row in held(course, tables.RECORDS["person"])}
    there = {row.id: row.scope for row in held(course, tables.RECORDS["attachment"])}
    must = {one: photo for one, photo in whole.photos.items() if photo.child not in erased}
    assert {one: home[photo.child] for one, photo in must.items() if one not in whole.gone or one in there} == there
    for number, desk in enumerate(course.desks):
        here = [one for one, place in there.items() if place == course.scope(desk)]
        for one in here:
            ask_for(desk.register, one)
        together.settle(course)
        for one in here:
            assert content_at(desk.register, one) == must[one].content, (number, one)


BUSY_AT_REST = (*ALL_AT_REST, every_photo_is_there)
