"""Faults where two records are one child: at the province, on the way, and at the desks."""

from __future__ import annotations

from tests.mutations.fault import Fault

_MERGING, _JOINING, _JOINED = (
    "sync/server/intake/merging.py",
    "sync/server/intake/joining.py",
    "commune_desk/store/writing/joined.py",
)
_THERE, _HERE = "sync/moves/test_server_joins.py", "sync/moves/test_joined_at_desks.py"

FAULTS = (
    Fault(
        name="a-late-edit-stands-behind-the-record-kept",
        file=_MERGING,
        old="return record.id in self._joined_files or (",
        new="return (",
        tests=(f"{_THERE}::test_a_late_edit_waits_for_a_person_whatever_it_saw",),
    ),
    Fault(
        name="two-joinings-close-a-ring",
        file=_JOINING,
        old="is_ring = _end_of(connection, two[wanted]) == change.record",
        new="is_ring = wanted == change.record",
        tests=(f"{_THERE}::test_of_two_desks_that_join_it_otherwise_the_first_stands",),
    ),
    Fault(
        name="an-erasure-follows-the-joining-one-way",
        file=_JOINING,
        old="        fresh = {*connection.scalars(kept), *connection.scalars(joined)} - found",
        new="        fresh = {*connection.scalars(joined)} - found",
        tests=(f"{_THERE}::test_what_is_erased_of_either_is_erased_of_both",),
    ),
    Fault(
        name="rows-that-come-later-name-who-was-joined",
        file=_JOINED,
        old="    for kind in _NAMING if before != after else _NAMING.keys() & changed.keys():",
        new="    for kind in _NAMING if before != after else ():",
        tests=(f"{_HERE}::test_rows_name_who_is_kept_however_they_came",),
    ),
    Fault(
        name="a-joining-that-was-set-aside-stays",
        file="commune_desk/store/intake/incoming.py",
        old="            nobody = (None, None) if change.verb == Verb.ALIAS.value else None",
        new="            nobody = None",
        tests=(f"{_HERE}::test_of_two_desks_that_join_them_the_two_ways_the_first_stands_everywhere",),
    ),
    Fault(
        name="whose-joining-nobody-knows-is-erased-as-well",
        file="commune_desk/store/intake/erasing.py",
        old="        if (person in ordered) != (kept in ordered):",
        new="        if False and (person in ordered) != (kept in ordered):",
        tests=(f"{_HERE}::test_who_was_joined_here_alone_with_somebody_erased_stays_as_at_the_province",),
    ),
    Fault(
        name="a-decision-is-written-where-nobody-looks",
        file="commune_desk/usecases/sync/conflicts.py",
        old="        if getattr(shown, field) != value:",
        new="        if False and getattr(shown, field) != value:",
        tests=(f"{_HERE}::test_what_another_desk_still_writes_of_the_other_record_comes_to_the_child",),
    ),
)
