"""What must hold at rest where PCs were withdrawn and the province was put back: what any of them has is somewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from commune_desk.usecases.registers.profile import LANGUAGE, LOCK_FILE, REMOVED
from sync import protocol, purge_wire, seal
from sync.server.engine import tables
from sync.server.identity.desks import REVOKED
from tests.helpers.attached import ask_for, content_at
from tests.simulator import lost, together
from tests.simulator.at_rest import Check, held
from tests.simulator.communes import Course
from tests.simulator.lost import office_of
from tests.simulator.lost_at_rest import (
    _photos_of,
    _speaks_of,
    _was_for_another_place,
    erased_of,
    people_can_decide_all,
)
from tests.simulator.whole_at_rest import ALL_AT_REST
from tests.simulator.withdrawn import Withdrawn, missing


def _journal(gone: Withdrawn) -> dict[str, dict[str, Any]]:
    return {one: msgspec.json.decode(raw) for one, raw in gone.journal.items()}


def take_out_what_is_lost(course: Course) -> None:
    """What was set aside of a withdrawn PC stands nowhere: from now on the model does not ask for it."""
    office, erased = office_of(course), erased_of(course)
    said = [one for gone in office.missing if isinstance(gone, Withdrawn) for one in _journal(gone).values()]
    known, numbers = together.known(course, without=REVOKED), _numbers(course)
    made = office.visits | office.logged | {one: photo.child for one, photo in office.photos.items()}
    gone = {one for one, child in made.items() if one not in known and child not in erased} - office.gone
    assert gone <= {one["r"] for one in said}, "it is gone and was at no lost PC"
    office.gone |= gone
    lost_ones = [one for one in office.typed if (one.child, one.phone) not in numbers and one.child not in erased]
    typed_there = {(one["r"], one.get("set", {}).get("phone")) for one in said}
    assert {(one.child, one.phone) for one in lost_ones} <= typed_there, "it is gone and was typed at no lost PC"
    office.typed = [one for one in office.typed if one not in lost_ones]


def _numbers(course: Course) -> set[tuple[str, str]]:
    """Children and the telephone numbers that somebody has of them: of two children it may be the same."""
    asked = "SELECT raw FROM change WHERE state<>'received'"
    here = [raw for desk in course.desks for (raw,) in desk.ask(asked)]
    said = [msgspec.json.decode(raw) for raw in (*together._at_the_province(course, REVOKED), *here) if raw]
    return {(one["r"], one.get("set", {}).get("phone", "")) for one in said}


def what_a_lost_pc_had_is_somewhere(course: Course) -> None:
    """With the province, or in a register that stays, unless the law erased it."""
    there = {row.id for table in (tables.change, tables.quarantine) for row in held(course, table)}
    erased = erased_of(course)
    for gone in missing(course):
        said = _journal(gone)
        gone_too = {one["r"] for one in said.values() if _speaks_of(one, erased)}
        lacks = {one for one, change in said.items() if one not in there and change["r"] not in gone_too}
        if not gone.is_over:
            lacks -= {one for (one,) in gone.desk.ask("SELECT id FROM change WHERE length(raw)>0")}
        assert gone.was_over or not lacks, f"{gone.name} never sent {lacks}"


def a_removed_pc_keeps_nothing_and_has_signed(course: Course) -> None:
    """A province that was put back since may not remember it."""
    public = {row.id: row.sign_public for row in held(course, tables.desk)}
    signed = {row.desk: row for row in held(course, tables.purge) if row.change == purge_wire.REMOVED}
    for gone in missing(course):
        assert gone.is_over == gone.removes, gone.name
        if gone.left is not None and not gone.was_over:
            row = signed[gone.name]
            assert gone.left <= {REMOVED, LOCK_FILE, LANGUAGE}, gone.name
            assert seal.verify(public[gone.name], seal.PURGE, row.body, row.signature)
            assert protocol.decode(row.body, purge_wire.PurgeStatement).desk == gone.name


def every_photo_is_there_unless_it_went_with_its_pc(course: Course) -> None:
    """Of whom a removed PC had taken a photo the province has the content, merged or set aside."""
    office, erased = office_of(course), erased_of(course)
    done = {row.sha256 for row in held(course, tables.blob) if row.done_at is not None}
    named = {photo: (sha256, gone) for gone in missing(course) for photo, sha256 in _photos_of(gone).items()}
    for photo, (sha256, gone) in named.items():
        lives = photo in office.photos and office.photos[photo].child not in erased
        assert not gone.is_over or gone.was_over or sha256 in done or not lives, f"{gone.name} took a photo along"
    there = {row.id: row.scope for row in held(course, tables.RECORDS["attachment"])}
    lives_on = {one for one, photo in office.photos.items() if photo.child not in erased}
    assert there.keys() == {one for one in lives_on if one not in office.gone or one in there}
    whole = {one for one in there if one not in named or named[one][0] in done}
    for number, desk in enumerate(course.desks):
        here = [one for one in sorted(whole) if there[one] == course.scope(desk)]
        for one in here:
            ask_for(desk.register, one)
        together.settle(course)
        for one in here:
            if not (one in named and _was_for_another_place(named[one][1], one, there[one])):
                assert content_at(desk.register, one) == office.photos[one].content, (number, one)


def what_a_withdrawn_pc_keeps_goes_once_it_is_to_be_removed(course: Course) -> None:
    """Also what the province has lost since it was set aside."""
    for gone in missing(course):
        if not gone.is_over:
            lost._withdrawn(office_of(course), gone)
            lost._sends_its_last(course, gone)
            assert gone.is_over, gone.name
    what_a_lost_pc_had_is_somewhere(course)
    a_removed_pc_keeps_nothing_and_has_signed(course)


WITHDRAWN_AT_REST: Sequence[Check] = (
    take_out_what_is_lost,
    what_a_lost_pc_had_is_somewhere,
    a_removed_pc_keeps_nothing_and_has_signed,
    every_photo_is_there_unless_it_went_with_its_pc,
    people_can_decide_all,
    *ALL_AT_REST,
    what_a_withdrawn_pc_keeps_goes_once_it_is_to_be_removed,
)
