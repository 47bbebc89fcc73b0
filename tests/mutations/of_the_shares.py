"""Faults in sharing a record with a house, in taking it back and in who is told of it."""

from __future__ import annotations

from tests.mutations.fault import Fault

_SHARES = "commune_desk/usecases/records/shares.py"
_TIED = "sync/journeys/test_tied_and_handed_over.py"
_MOVED, _JOINED = "sync/journeys/test_protected_and_moved.py", "sync/moves/test_stay_of_a_joined_record.py"
_REAL, _PAGE = "sync/moves/test_children_shared.py", "presenters/child/test_shares.py"
_TWO, _ANSWERS = (
    "presenters/shelter/test_guests_of_two_records.py",
    "presenters/shelter/test_answers_of_an_admission.py",
)
FAULTS = (
    Fault(
        name="a-guest-takes-from-another-guest",
        file="sync/server/intake/relocating.py",
        old="    return route.is_late or change.scope in (route.home, change.to)\n",
        new="    return True\n",
        tests=(f"{_REAL}::test_who_holds_a_record_beside_its_home_takes_it_from_nobody_else",),
    ),
    Fault(
        name="a-resident-s-name-taken-from-the-house",
        file="sync/server/intake/ordering.py",
        old="        if not item.is_replayed and relocating.is_protected(self._connection, change):\n",
        new="        if False:\n",
        tests=(f"{_MOVED}::test_before_it_has_heard_of_the_stay_no_commune_takes_the_name",),
    ),
    Fault(
        name="a-house-asked-of-its-own-resident",
        file="sync/server/intake/relocating.py",
        old="    if change.verb != Verb.UNSHARE or change.scope == change.to:\n",
        new="    if change.verb != Verb.UNSHARE:\n",
        tests=(f"{_MOVED}::test_the_house_itself_may_let_go_of_whom_it_has",),
    ),
    Fault(
        name="the-name-of-who-stays-untold-kept-by-the-province",
        file="sync/server/intake/relocating.py",
        old="is_theirs, *is_told)",
        new="is_theirs)",
        tests=(f"{_MOVED}::test_of_a_stay_that_no_commune_is_told_of_the_province_says_nothing",),
    ),
    Fault(
        name="a-log-of-before-asked-anew",
        file="sync/server/lifecycle/replaying.py",
        old="Incoming(n, raw, line, is_replayed=True, told_along=_told_along(connection, line))",
        new="Incoming(n, raw, line)",
        tests=(
            "sync/postgres/test_moved_with_late_words.py::test_what_an_earlier_program_took_from_a_house_was_taken",
        ),
    ),
    Fault(
        name="a-stay-that-does-not-follow-its-child",
        file="commune_desk/usecases/sync/around_sync.py",
        old="            self._note(self._write(follow_moves).result()[1])\n",
        new="",
        tests=(f"{_MOVED}::test_the_new_commune_is_told_once_and_the_former_one_hears_the_end",),
    ),
    Fault(
        name="a-move-told-to-who-holds-the-record-it-names",
        file="sync/server/intake/relocating.py",
        old="    _tell_holders(connection, feeds, line, family.people, told_along)\n",
        new="    _tell_holders(connection, feeds, line, [person.id], told_along)\n",
        tests=(f"{_JOINED}::test_the_new_commune_is_told_and_the_former_one_no_more",),
    ),
    Fault(
        name="who-moved-along-forgotten",
        file="commune_desk/store/intake/incoming.py",
        old="            moved_along.note(self._db, change.id, event.along)\n",
        new="            pass\n",
        tests=(f"{_JOINED}::test_through_records_that_the_house_knows_nothing_of",),
    ),
    Fault(
        name="handed-back-and-here-again-by-its-move",
        file="commune_desk/store/intake/incoming.py",
        old="        if event.entered and not (event.left or goes_elsewhere):\n",
        new="        if event.entered and not event.left:\n",
        tests=(f"{_JOINED}::test_what_the_house_handed_back_before_goes_though_it_is_told_of_its_move",),
    ),
    Fault(
        name="an-earlier-log-told-to-more",
        file="sync/server/lifecycle/replaying.py",
        old="    if line.change.verb != Verb.MOVE:\n        return None\n",
        new="    if line.change:\n        return None\n",
        tests=("sync/postgres/test_moved_with_late_words.py::test_a_move_that_an_earlier_program_told_to_fewer_moves",),
    ),
    Fault(
        name="a-chosen-commune-follows-too",
        file="commune_desk/store/pages/placements.py",
        old=" and share.home != told and told in sharing.homes:",
        new=" and share.home != told:",
        tests=(f"{_MOVED}::test_a_commune_that_an_officer_chose_though_the_child_never_lived_there_stays",),
    ),
    Fault(
        name="who-begins-later-hears-of-no-share",
        file="sync/server/intake/standing.py",
        old="    wanted |= _shares(connection, by_id)\n",
        new="",
        tests=(
            f"{_REAL}::test_a_desk_that_begins_later_knows_who_holds_the_record",
            f"{_REAL}::test_the_commune_that_takes_the_child_over_knows_of_the_house_and_may_take_back",
        ),
    ),
    Fault(
        name="houses-left-out-of-the-list",
        file="sync/server/identity/scopes.py",
        old='table.c.scope.like("C:%") | table.c.scope.like("S:%")',
        new='table.c.scope.like("C:%")',
        tests=(f"{_REAL}::test_every_desk_hears_which_houses_there_are_and_nobody_moves_to_one",),
    ),
    Fault(
        name="a-child-moves-into-a-house",
        file="commune_desk/usecases/records/moves.py",
        old=" or not is_commune_scope(to):",
        new=":",
        tests=(f"{_REAL}::test_every_desk_hears_which_houses_there_are_and_nobody_moves_to_one",),
    ),
    Fault(
        name="shared-whatever-the-role",
        file=_SHARES,
        old="    require(tx.actor, kind_of(ChildFile).write)\n    person = tx.existing(Person, person_id)\n"
        "    _require_staying(tx.connection, person_id)\n    lease",
        new="    person = tx.existing(Person, person_id)\n    _require_staying(tx.connection, person_id)\n    lease",
        tests=(f"{_PAGE}::test_a_chair_reads_who_holds_it_and_changes_nothing",),
    ),
    Fault(
        name="shared-after-the-lease",
        file=_SHARES,
        old="    if lease is not None and lease.is_over(tx.ledger.now()):\n        raise Refusal(CLOSED)\n",
        new="",
        tests=(f"{_PAGE}::test_after_the_lease_nothing_is_shared_and_all_can_be_taken_back",),
    ),
    Fault(
        name="taken-back-while-it-protects",
        file=_SHARES,
        old="    if is_protected(tx.connection, person_id):\n        raise Refusal(IN_PROTECTION)\n",
        new="",
        tests=(f"{_PAGE}::test_under_protection_the_house_keeps_the_name_of_whom_it_protects",),
    ),
    Fault(
        name="shared-without-a-ground-in-the-log",
        file="commune_desk/store/writing/relocating.py",
        old=' | ({"ground": ground} if ground else {})',
        new="",
        tests=(f"{_PAGE}::test_shared_it_is_one_change_and_its_ground_stands_in_the_audit_log",),
    ),
    Fault(
        name="edited-while-it-is-handed-back",
        file="commune_desk/store/writing/leaving.py",
        old="        raise Refusal(GOES_BACK)\n",
        new="        return\n",
        tests=(f"{_REAL}::test_the_house_keeps_its_own_log_when_it_hands_back",),
    ),
    Fault(
        name="the-end-of-a-share-told-without-what-goes-by-it",
        file="sync/server/answers/snapshots.py",
        old="moves = [own.pop(one.line.change.id, one) for",
        new="moves = [(own.pop(one.line.change.id, None), one)[1] for",
        tests=("sync/moves/test_children_shared.py::test_a_house_that_begins_anew_hears_that_a_share_ended",),
    ),
    Fault(
        name="one-of-two-records-is-taken-back-under-protection",
        file="sync/server/intake/relocating.py",
        old="one_with(connection, [change.record])",
        new="[change.record]",
        tests=("sync/moves/test_protected_by_either_record.py::test_the_house_goes_on_hearing_of_the_child",),
    ),
    Fault(
        name="a-resident-is-handed-back-by-the-joined-record",
        file=_SHARES,
        old="    if any(stay.person == kept for",
        new="    if any(stay.person == person_id for",
        tests=(f"{_TWO}::test_neither_is_handed_back_while_the_child_is_in_the_house",),
    ),
    Fault(
        name="a-guest-by-two-records-stands-there-twice",
        file="commune_desk/store/pages/shares.py",
        old=" WHERE a.record NOT IN (SELECT person FROM joined)",
        new="",
        tests=(f"{_TWO}::test_it_stands_once_among_those_held_together",),
    ),
    Fault(
        name="who-is-shared-meanwhile-is-not-asked-about",
        file="commune_desk/presenters/shelter/admit_form.py",
        old="        self._residents = None\n        came",
        new="        came",
        tests=(f"{_ANSWERS}::test_who_is_shared_while_the_form_is_open_is_asked_about",),
    ),
    Fault(
        name="a-guess-at-night-is-written-over-a-day-of-birth",
        file="commune_desk/usecases/shelter/placements.py",
        old="    if says_less(person.birth_date, stored.birth_date):\n",
        new="    if False:\n",
        tests=(f"{_ANSWERS}::test_what_is_known_at_night_takes_nothing_from_what_the_commune_knows",),
    ),
    Fault(
        name="whoever-was-unknown-is-named-at-one-desk-alone",
        file="commune_desk/usecases/shelter/placements.py",
        old="not was_told_of(tx.connection, after.id)",
        new="False",
        tests=("sync/meeting/test_named_at_the_other_desk.py::test_she_has_her_name_at_both",),
    ),
    Fault(
        name="a-tie-of-what-left-is-told-no-more",
        file="sync/server/answers/pull.py",
        old=" or only_ties(change)",
        new="",
        tests=(f"{_TIED}::test_the_words_open_where_the_child_is",),
    ),
    Fault(
        name="a-tie-makes-an-empty-report",
        file="commune_desk/store/intake/incoming.py",
        old=" or self._is_here(kind, change.record):",
        new=" or change.record:",
        tests=(f"{_TIED}::test_a_pc_that_never_had_the_report_shows_none_between_the_tie_and_the_move",),
    ),
)
