"""What must hold at rest after all that may happen to children at once."""

from __future__ import annotations

from collections.abc import Sequence

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.desk.versions import begin_all_anew
from commune_desk.store.exchange.set_aside import Codes, entries_set_aside
from sync.server.engine import tables
from tests.simulator.at_rest import (
    Check,
    desks_hold_their_commune_and_nothing_else,
    held,
    numbers_are_kept,
    the_province_keeps_every_number_that_it_took,
)
from tests.simulator.communes import Course, rows
from tests.simulator.together import ROLES, Roamer, settle, whole_of
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import SHELTER
from tests.sync.actors.travelled_office import Traveller

_TOLD = {"moved", "joined", "scope"}
"""What a person may meet who did not know of another's act: a second move, a joining, a share that ended."""
_SET_ASIDE = _TOLD | {"erased", "id", "revoked"}
"""And what is told to nobody as set aside: of whom the law erased, and what was, or is, sent again under a new name."""


def _erased(course: Course) -> set[str]:
    """All that was erased, as the province remembers it; the model knows of whom it was ordered."""
    erased = {row.record for row in held(course, tables.erasure)}
    assert whole_of(course).erased <= erased
    return erased


def every_visit_and_line_is_there(course: Course) -> None:
    """But what a disk took along, and of whom the law erased nothing."""
    whole, erased = whole_of(course), _erased(course)
    home = {row.id: row.scope for row in held(course, tables.RECORDS["person"])}
    for kind, made in (("home_visit", whole.visits), ("care_log_entry", whole.logged)):
        there = {row.id: row.scope for row in held(course, tables.RECORDS[kind])}
        must = {one for one, child in made.items() if child not in erased and one not in whole.gone}
        assert must - there.keys() == set(), kind
        assert there.keys() - {one for one, child in made.items() if child not in erased} == set(), kind
        for one in there:
            assert there[one] == (SHELTER if kind == "care_log_entry" else home[made[RecordId(one)]])


def every_number_stands_was_seen_or_is_asked_about(course: Course) -> None:
    erased = _erased(course)
    numbers_are_kept(course, [one for one in course.typed if one.child not in erased])


def nobody_keeps_a_word_of_whom_the_law_erased(course: Course) -> None:
    erased = _erased(course)
    for number, desk in enumerate(course.desks):
        assert isinstance(desk, Traveller)
        words = desk.words()
        for place, child in enumerate(course.children):
            assert child not in erased or f"Chìu Văn {place}" not in words, f"desk {number}: child {place}"


def nothing_waits_and_what_was_set_aside_is_told(course: Course) -> None:
    aside = [row for row in held(course, tables.quarantine) if row.code not in _SET_ASIDE]
    assert aside == []
    heads = {row.id: row.head for row in held(course, tables.scope)}
    for number, desk in enumerate(course.desks):
        scope = course.scope(desk)
        assert rows(desk, "SELECT id, raw FROM change WHERE state IN ('waiting', 'staged')") == set(), number
        assert {code for code, _count in _told(desk)} <= _TOLD, number
        assert rows(desk, "SELECT record FROM departure WHERE is_gone=0") == set(), number
        assert rows(desk, "SELECT change FROM purge_receipt WHERE is_sent=0") == set(), number
        assert rows(desk, "SELECT record, field FROM shadow") == set(), number
        assert rows(desk, "SELECT seq FROM cursor WHERE scope=?", scope) == {(heads[scope],)}, number
        assert sums_here(desk, scope) == sums_there(course.real, scope), number


def whoever_begins_anew_has_the_same(course: Course) -> None:
    """With a snapshot, and a new PC of each place that reads the feed from its beginning."""
    for desk in course.desks:
        desk.run(begin_all_anew)
    settle(course)
    for desk in course.desks:
        scope = course.scope(desk)
        path = course.folder / f"new-{desk.register.identity.desk}.db"
        make_register(path, course.real.enrol({scope: ROLES[scope]}))
        new = Roamer(path, SystemClock(), course.real)
        new.go()
        try:
            assert sums_here(new, scope) == sums_here(desk, scope) == sums_there(course.real, scope), scope
        finally:
            new.register.close()
    desks_hold_their_commune_and_nothing_else(course)
    nothing_waits_and_what_was_set_aside_is_told(course)


def _told(desk: RealDesk) -> Codes:
    told: Codes = desk.register.write(lambda tx: entries_set_aside(tx.connection)).result()[0]
    return told


ALL_AT_REST: Sequence[Check] = (
    every_visit_and_line_is_there,
    every_number_stands_was_seen_or_is_asked_about,
    desks_hold_their_commune_and_nothing_else,
    nobody_keeps_a_word_of_whom_the_law_erased,
    nothing_waits_and_what_was_set_aside_is_told,
    the_province_keeps_every_number_that_it_took,
    whoever_begins_anew_has_the_same,
)
