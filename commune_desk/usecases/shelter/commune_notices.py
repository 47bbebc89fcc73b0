"""What a home commune is told of a stay: that its case is protected, and until when. Never who, never where.

Nor that she is out of the house: whoever looks for her would know when to wait outside.

A desk of the house reads only what it told itself. What is said anew is therefore said twice, first as it stood: a
notice that another desk changed back and forth ends as it should.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from commune_desk.domain.model.ids import commune_scope
from commune_desk.domain.model.record import kind_of
from commune_desk.domain.records.placements import (
    ACTIVE,
    Placement,
    PlacementNotice,
    isolation_ends,
    notice_id,
    stay_ends,
)
from commune_desk.domain.time.clock import local_day
from commune_desk.store.changes import writers
from commune_desk.store.engine.schema import read_many
from commune_desk.store.pages.placements import moved_residents
from commune_desk.store.writing.transaction import Tx


def tell_commune(tx: Tx, before: Placement | None, after: Placement) -> None:
    """Keep the commune's notice in step with a stay that changed from `before`, or is new."""
    told, present = (_notice(before) if before else None), _notice(after)
    if told == present:
        return
    if told is not None and (present is None or told.id != present.id):
        _end(tx, told)
    if present is not None:
        _catch_up(tx, told, present)
        _say(tx, present)


def _catch_up(tx: Tx, told: PlacementNotice | None, present: PlacementNotice) -> None:
    """Say how the notice stood till now, for another desk of the house may have told otherwise meanwhile."""
    if told is not None and told.id == present.id:
        _say(tx, told)
    elif tx.get(PlacementNotice, present.id) is not None:
        _end(tx, present)


def tell_again(tx: Tx, stay: Placement) -> None:
    """Say how a stay that people decided about stands, whatever another desk of the house told meanwhile."""
    present = _notice(stay)
    if present is not None:
        _end(tx, present)
        _say(tx, present)


def keep_told(tx: Tx) -> None:
    """What this desk told follows what its colleagues have written about the stays since.

    It tells a commune also of a stay that it sent once more for a colleague whose PC is gone.
    """
    if tx.actor.role not in kind_of(PlacementNotice).guests:
        return
    here = read_many(tx.connection, Placement, "1=?", 1)
    stays = {notice.id: notice for stay in here if (notice := _notice(stay))}
    for stay in here:
        if stay.status in ACTIVE and (untold := _notice(stay)) and _named_here(tx, stay):
            _say(tx, untold)
    for told in read_many(tx.connection, PlacementNotice, "1=?", 1):
        present = stays.get(told.id)
        if present is not None:
            _say(tx, present)
        elif told.status != "ended":
            _end(tx, told)


def _named_here(tx: Tx, stay: Placement) -> bool:
    """Whether the stay's commune is a word of this desk."""
    (written,) = tx.connection.execute("SELECT writers FROM placement WHERE id=?", (stay.id,)).fetchone()
    own = "SELECT 1 FROM change WHERE id=? AND state<>'received'"
    named = writers.parse(written).get("home_commune", "")
    return tx.connection.execute(own, (named,)).fetchone() is not None


def follow_moves(tx: Tx) -> None:
    """The stay of a child who moved to another commune names that one, which is told; the former one is told no more.

    Each desk of the house does so by itself: both write the same value, and notices of the same id.
    """
    if tx.actor.role not in kind_of(Placement).write:
        return
    for stay_id, commune in moved_residents(tx.connection, tx.actor.scope):
        stay = tx.existing(Placement, stay_id)
        moved = msgspec.structs.replace(stay, home_commune=commune)
        tx.save(moved)
        tell_commune(tx, stay, moved)


def take_back(tx: Tx, stay: Placement, communes: Iterable[str]) -> None:
    """Communes that were told by mistake learn that nothing concerns them any more."""
    for commune in communes:
        told = _notice(msgspec.structs.replace(stay, home_commune=commune))
        if told is not None:
            _end(tx, told)


def _end(tx: Tx, told: PlacementNotice) -> None:
    _say(tx, told)
    _say(tx, msgspec.structs.replace(told, status="ended"))


def _say(tx: Tx, notice: PlacementNotice) -> None:
    if tx.get(PlacementNotice, notice.id) != notice:
        tx.save(notice)


def _notice(stay: Placement) -> PlacementNotice | None:
    """What is to be said of a stay; None while its commune is not known."""
    if not stay.home_commune or not stay.case_code:
        return None
    isolated = stay.isolation_from if not stay.isolation_to else None
    return PlacementNotice(
        id=notice_id(stay.id, stay.home_commune),
        scope=commune_scope(stay.home_commune),
        case_code=stay.case_code,
        status="ended" if stay.status == "ended" else "staying",
        since_on=local_day(stay.admitted_at).isoformat(),
        isolation_until=isolation_ends(isolated) if isolated else None,
        stay_until=stay_ends(stay.admitted_at),
    )
