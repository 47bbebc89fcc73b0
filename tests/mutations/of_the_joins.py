"""Faults where two records are one child: at the province, on the way, and at the desks."""

from __future__ import annotations

from tests.mutations.fault import Fault

_MERGING, _JOINING, _JOINED = (
    "sync/server/intake/merging.py",
    "sync/server/intake/joining.py",
    "commune_desk/store/writing/joined.py",
)
_THERE, _HERE = "sync/moves/test_server_joins.py", "sync/moves/test_joined_at_desks.py"

_SEALED = "sync/moves/test_sealed_again.py"
_THIRD = "sync/moves/test_third_commune.py"

FAULTS = (
    Fault(
        name="the-second-to-seal-again-asks-a-person",
        file=_MERGING,
        old="            self._note(change, name, Outcome.NOOP, former, merged)\n\n    def _resolve(",
        new="            self._merge_field(record, change, name, _NEWER, latest, merged)\n\n    def _resolve(",
        tests=(f"{_SEALED}::test_of_two_that_seal_it_again_the_first_stands_and_nobody_is_asked",),
    ),
    Fault(
        name="what-does-not-open-there-is-told-to-nobody",
        file="sync/server/answers/unopened.py",
        old="        if _LEAVES not in event:",
        new="        if True:",
        tests=(f"{_SEALED}::test_a_desk_that_had_not_heard_of_the_joining_moves_the_child_and_everything_opens_there",),
    ),
    Fault(
        name="a-desk-seals-whatever-the-province-names",
        file="commune_desk/store/intake/handing_on.py",
        old="_is_of(tx, record, move.record) and reseal",
        new="reseal",
        tests=(f"{_SEALED}::test_no_province_has_a_desk_seal_what_no_signed_change_joins_to_the_child",),
    ),
    Fault(
        name="a-joining-is-told-no-more-once-its-record-has-left",
        file="sync/server/answers/pull.py",
        old="_NAMING_IDS = WITHOUT_FIELDS | {Verb.ALIAS}",
        new="_NAMING_IDS = WITHOUT_FIELDS",
        tests=(f"{_SEALED}::test_it_opens_though_the_desk_that_joined_them_never_comes_back",),
    ),
    Fault(
        name="what-is-written-once-is-sealed-again-upon-nothing",
        file="commune_desk/store/writing/relocating.py",
        old="            found |= {name: change for name in line.seal if name not in told}",
        new="            pass",
        tests=(f"{_SEALED}::test_a_photo_opens_there",),
    ),
    Fault(
        name="what-followed-whoever-left-is-anybodys",
        file="sync/server/intake/whereabouts.py",
        old='                if born.partition("/")[0] in names[desks[record]].every:\n',
        new="                if born:\n",
        tests=(f"{_SEALED}::test_what_followed_is_its_authors_own_with_all_its_parts_and_nobody_elses",),
    ),
    Fault(
        name="what-followed-is-a-conflict-with-itself",
        file=_MERGING,
        old="return route.is_late and is_edit and not route.is_own",
        new="return route.is_late and is_edit",
        tests=(f"{_SEALED}::test_what_followed_is_its_authors_own_with_all_its_parts_and_nobody_elses",),
    ),
    Fault(
        name="what-was-set-aside-is-sealed-for-ever",
        file="commune_desk/store/intake/handing_on.py",
        old="if not _was_sealed_for(tx.connection, one[1], to)]",
        new="if one]",
        tests=(f"{_SEALED}::test_what_the_province_does_not_take_is_sealed_once_and_keeps_nobody_here",),
    ),
    Fault(
        name="what-was-taken-with-a-refused-joining-is-not-known",
        file="commune_desk/usecases/records/joining.py",
        old="**taken), group=group)",
        new="**taken))",
        tests=("sync/moves/test_not_joined.py::test_what_was_taken_with_it_is_named_with_what_stood_before",),
    ),
    Fault(
        name="what-a-colleague-wrote-since-is-put-back-too",
        file="commune_desk/store/pages/not_joined.py",
        old="            if standing.get(field) == change.id and ",
        new="            if ",
        tests=("sync/moves/test_not_joined.py::test_what_somebody_wrote_there_since_is_nobody_elses_to_put_back",),
    ),
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
        old="            nobody = (None, None) if change.verb == Verb.ALIAS or ",
        new="            nobody = (None, None) if ",
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
    Fault(
        name="what-is-late-comes-by-a-move-that-its-home-never-heard-of",
        file="sync/server/intake/whereabouts.py",
        old="way = _Way(last) if last else",
        new="way = _Way(self._left[scope, record]) if last else",
        tests=(f"{_THIRD}::test_a_visit_of_the_first_commune_follows_to_the_third",),
    ),
    Fault(
        name="what-is-late-comes-to-a-guest-by-the-move",
        file="sync/server/intake/whereabouts.py",
        old="return self.scopes[scope] or self.entered or",
        new="return self.entered or self.scopes[scope] or",
        tests=(f"{_THIRD}::test_what_is_late_comes_to_a_guest_by_the_share_that_it_knows",),
    ),
    Fault(
        name="who-moved-on-is-looked-for-where-the-move-led",
        file="sync/server/answers/unopened.py",
        old="    found = _closed_in(connection, scope, place or move.to, named)",
        new="    found = _closed_in(connection, scope, move.to, named)",
        tests=(f"{_THIRD}::test_what_was_joined_opens_in_the_third",),
    ),
    Fault(
        name="a-page-has-a-desk-seal-for-whatever-place-it-names",
        file="commune_desk/store/intake/handing_on.py",
        old="if is_commune_scope(scope) and scope != tx.actor.scope else None",
        new="if scope else None",
        tests=(f"{_THIRD}::test_a_page_that_names_anything_but_another_commune_has_nothing_sealed",),
    ),
    Fault(
        name="what-waits-for-a-person-stays-closed",
        file="sync/server/answers/unopened.py",
        old="        found[record].append(theirs)",
        new="        pass",
        tests=("sync/moves/test_sealed_late_edit.py::test_asked_by_the_province_alone_its_author_seals_it_again_too",),
    ),
    Fault(
        name="what-was-only-sealed-again-counts-as-an-entry",
        file="commune_desk/store/exchange/set_aside.py",
        old='    return _counted(connection, f"NOT {_SEALS_AGAIN}")',
        new='    return _counted(connection, "1")',
        tests=("sync/moves/test_sealings_set_aside.py::test_it_asks_nobody_and_stays_in_the_log",),
    ),
    Fault(
        name="a-name-is-changed-in-one-of-two-entries",
        file="commune_desk/usecases/records/entries.py",
        old="    return name in IDENTITY or value == shown or",
        new="    return value == shown and name not in IDENTITY if True else",
        tests=(
            "presenters/child/test_joined_forms.py::test_a_phone_is_changed_in_the_record_that_says_it_and_a_name_in_both",
        ),
    ),
    Fault(
        name="what-names-the-other-stays-when-one-leaves",
        file="commune_desk/store/intake/departures.py",
        old=", *joined.parted_records(db, name, kind.belongs_to, person)]",
        new="]",
        tests=(
            "sync/moves/test_not_joined.py"
            "::test_what_was_noted_of_a_child_who_left_goes_though_it_was_joined_here_meanwhile",
        ),
    ),
)
