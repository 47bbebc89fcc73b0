"""Faults in who wins: values overwritten unseen, conflicts that nobody hears of, clocks that decide."""

from __future__ import annotations

from tests.mutations.fault import Fault

_MERGE, _MERGING, _BOOK = "sync/merge.py", "sync/server/intake/merging.py", "sync/server/intake/conflicts.py"
_RULES = ("sync/server/test_merge.py",)
_SETS = ("sync/meeting/test_set_fields.py", "sync/server/test_merge.py")
_SIMULATED = ("simulator/test_simulator.py::test_a_kept_seed_holds",)
_CLOSE = "        merged.closed += [self._conflicts.close(conflict, change.id) for conflict in named]\n"
_ENDS, _GO_ON = "commune_desk/store/intake/unheard_ends.py", "commune_desk/usecases/records/unheard_ends.py"
_BESIDE = "sync/meeting/test_ended_beside_an_edit.py::"
_VISITED = (_BESIDE + "test_a_child_who_was_visited_meanwhile_stays_followed_and_people_are_asked",)
_GRAVER = "        return Decision(Outcome.APPLIED_CONFLICT, incoming)\n"

FAULTS = (
    Fault(
        name="blind-overwrite",
        file=_MERGE,
        old="    if base == standing.writer:\n        return Decision(Outcome.APPLIED, incoming)\n",
        new="    if rule.merge is not Merge.LWW:\n        return Decision(Outcome.APPLIED, incoming)\n",
        tests=("sync/server/test_merge.py::test_three_concurrent_edits_keep_all_three_values",),
    ),
    Fault(
        name="last-arrival-wins",
        file=_MERGE,
        old=_GRAVER + "    return Decision(Outcome.CONFLICT, standing.value)",
        new=_GRAVER + "    return Decision(Outcome.APPLIED, incoming)",
        tests=("sync/server/test_merge.py::test_three_concurrent_edits_keep_all_three_values",),
    ),
    Fault(
        name="equal-value-is-a-conflict",
        file=_MERGE,
        old="if incoming == standing.value and standing.writer not in (None, base) and not is_later:",
        new="if False:",
        tests=("sync/server/test_merge.py::test_the_same_value_twice_is_no_conflict",),
    ),
    Fault(
        name="graver-risk-overrules-silently",
        file=_MERGE,
        old="        return Decision(Outcome.APPLIED_CONFLICT, incoming)",
        new="        return Decision(Outcome.APPLIED, incoming)",
        tests=("sync/server/test_merge.py::test_the_more_severe_risk_stands_and_a_person_is_asked",),
    ),
    Fault(
        name="graver-risk-does-not-stand",
        file=_MERGE,
        old="_severity(rule, incoming) > _severity(rule, standing.value)",
        new="_severity(rule, incoming) < _severity(rule, standing.value)",
        tests=("sync/server/test_merge.py::test_the_more_severe_risk_stands_and_a_person_is_asked",),
    ),
    Fault(
        name="state-takes-any-step",
        file=_MERGE,
        old="if base == standing.writer or incoming in rule.steps.get(str(standing.value), ()):",
        new="if True:",
        tests=("sync/server/test_merge.py::test_a_state_takes_only_steps_that_exist",),
    ),
    Fault(
        name="state-takes-no-step-unseen",
        file=_MERGE,
        old="if base == standing.writer or incoming in rule.steps.get(str(standing.value), ()):",
        new="if base == standing.writer:",
        tests=("sync/server/test_merge.py::test_a_state_takes_only_steps_that_exist",),
    ),
    Fault(
        name="later-trivia-loses",
        file=_MERGE,
        old='return (stamp, change_id) >= (standing.stamp, standing.writer or "")',
        new='return (stamp, change_id) <= (standing.stamp, standing.writer or "")',
        tests=("sync/server/test_merge.py::test_the_later_wins_for_trivia_and_no_clock_wins_by_running_ahead",),
    ),
    Fault(
        name="trivia-tie-by-arrival",
        file=_MERGE,
        old='return (stamp, change_id) >= (standing.stamp, standing.writer or "")',
        new="return stamp >= standing.stamp",
        tests=("sync/meeting/test_any_order.py::test_a_tie_of_hours_is_decided_by_the_change_itself",),
    ),
    Fault(
        name="same-trivia-keeps-the-earlier-hour",
        file=_MERGE,
        old=" and not is_later:",
        new=":",
        tests=("sync/meeting/test_any_order.py::test_one_edit_of_each_desk_may_come_in_any_order",),
    ),
    Fault(
        name="sealed-overwritten-unseen",
        file=_MERGE,
        old="return Outcome.APPLIED if base == standing_writer else Outcome.CONFLICT",
        new="return Outcome.APPLIED",
        tests=("sync/server/test_merge.py::test_sealed_values_that_compete_go_to_people",),
    ),
    Fault(
        name="removal-takes-what-it-had-not-seen",
        file=_MERGE,
        old="if place > seen and who not in mine}",
        new="if place > seen + 9 and who not in mine}",
        tests=(
            "sync/meeting/test_set_fields.py",
            "sync/server/test_merge.py::test_an_addition_wins_over_a_removal_that_had_not_seen_it",
        ),
    ),
    Fault(
        name="removal-leaves-ones-own",
        file=_MERGE,
        old="if place > seen and who not in mine}",
        new="if place > seen}",
        tests=("sync/meeting/test_set_fields.py",),
    ),
    Fault(
        name="addition-under-another-desk-forgotten",
        file=_MERGE,
        old="        kept.setdefault(code, {})[desk] = order\n",
        new="        kept[code] = {desk: order}\n",
        tests=(
            "sync/meeting/test_set_fields.py",
            "sync/meeting/test_three_desks.py::test_what_one_adds_another_cannot_remove_unseen",
        ),
    ),
    Fault(
        name="clock-ahead-wins-for-ever",
        file=_MERGING,
        old="stamp = min(change.stamp, latest)",
        new="stamp = change.stamp",
        tests=("sync/server/test_merge.py::test_the_later_wins_for_trivia_and_no_clock_wins_by_running_ahead",),
    ),
    Fault(
        name="agreement-is-forgotten",
        file=_MERGING,
        old="            base = self._stands_for[base, name]\n",
        new="            return base\n",
        tests=(
            "sync/server/test_merge.py::test_the_same_value_twice_is_no_conflict",
            "sync/meeting/test_three_desks.py::test_two_who_write_the_same_agree_and_the_next_edit_builds_on_it",
        ),
    ),
    Fault(
        name="agreement-of-an-earlier-push-is-forgotten",
        file=_MERGING,
        old="            self._stands_for[row.change, row.field] = row.stands_for\n",
        new="            pass\n",
        tests=(
            "sync/server/test_merge.py::test_the_same_value_twice_is_no_conflict",
            "simulator/test_simulator.py::test_a_kept_seed_holds",
        ),
    ),
    Fault(
        name="place-of-an-earlier-push-is-forgotten",
        file=_MERGING,
        old="            self._places[scope, change] = seq\n",
        new="            pass\n",
        tests=(
            "sync/meeting/test_set_fields.py",
            "sync/server/test_merge.py::test_an_addition_wins_over_a_removal_that_had_not_seen_it",
        ),
    ),
    Fault(
        name="first-value-forgets-when-it-was-written",
        file=_MERGING,
        old="not in (Merge.SET, Merge.LWW))",
        new="is not Merge.SET)",
        tests=("sync/server/test_merge.py::test_what_a_record_began_with_outlives_what_is_older",),
    ),
    Fault(
        name="open-conflicts-of-an-earlier-push-are-forgotten",
        file=_MERGING,
        old="for change in changes if change.record in kinds})",
        new="for change in changes if change.record not in kinds})",
        tests=("sync/server/test_merge.py",),
    ),
    Fault(
        name="author-who-moved-on-is-two-conflicts",
        file=_MERGING,
        old="            if base is not None and conflict.theirs == base:",
        new="            if False:",
        tests=("sync/server/test_merge.py::test_a_losing_desk_that_types_on_keeps_one_conflict",),
    ),
    Fault(
        name="whom-the-graver-overruled-is-not-asked",
        file=_MERGING,
        old="        elif succeeded and overruled and decision.outcome is Outcome.APPLIED:",
        new="        elif False:",
        tests=("sync/server/test_merge.py::test_whom_a_graver_value_overruled_is_asked_after_the_next_value_too",),
    ),
    Fault(
        name="decision-without-having-seen-all",
        file=_MERGING,
        old="(saw_all and seen == standing)",
        new="saw_all",
        tests=("sync/server/test_merge.py::test_a_decision_over_a_value_nobody_had_seen_becomes_a_conflict",),
    ),
    Fault(
        name="late-decision-wins",
        file=_MERGING,
        old="(saw_all and seen == standing)",
        new="(seen == standing)",
        tests=("sync/meeting/test_late_decisions.py",),
    ),
    Fault(
        name="decided-conflict-stays-open",
        file=_MERGING,
        old=_CLOSE,
        new="",
        tests=("sync/server/test_merge.py::test_a_person_decides_and_the_conflict_is_closed",),
    ),
    Fault(
        name="late-decision-is-dropped",
        file=_MERGING,
        old="            merged.opened.append("
        "self._conflicts.open(change, name, scope=record.scope, base=base, ours=standing))\n",
        new="",
        tests=("sync/server/test_merge.py::test_two_concurrent_decisions_open_one_conflict_and_no_loop",),
    ),
    Fault(
        name="conflict-does-not-follow",
        file=_MERGING,
        old="        self._conflicts.follow(change.record, name, former=former, writer=change.id)\n",
        new="",
        tests=("sync/server/test_merge.py::test_a_conflict_follows_the_value_that_stands_against_it",),
    ),
    Fault(
        name="conflict-row-dropped",
        file=_BOOK,
        old="        self._new[conflict.id] = conflict\n",
        new="",
        tests=("sync/server/test_merge.py::test_three_concurrent_edits_keep_all_three_values",),
    ),
    Fault(
        name="conflict-unknown-to-the-next-push",
        file=_BOOK,
        old="            self._open.setdefault((row.record, row.field), []).append(found)\n",
        new="",
        tests=("sync/server/test_merge.py::test_a_person_decides_and_the_conflict_is_closed",),
    ),
    Fault(
        name="closing-is-not-written",
        file=_BOOK,
        old="        self._changed[conflict.id] = conflict\n        return conflict.id",
        new="        return conflict.id",
        tests=("sync/server/test_merge.py::test_a_person_decides_and_the_conflict_is_closed",),
    ),
    Fault(
        name="an-end-is-taken-back-without-a-question",
        file=_MERGE,
        old="Outcome.APPLIED_CONFLICT if goes_on else",
        new="Outcome.APPLIED_CONFLICT if False else",
        tests=_VISITED,
    ),
    Fault(
        name="an-end-that-was-heard-is-asked-about",
        file=_ENDS,
        old="((state='accepted' AND seq>?) OR {UNDER_WAY})",
        new="((state='accepted' AND seq>?-9) OR {UNDER_WAY})",
        tests=(_BESIDE + "test_who_knew_of_the_visit_ends_the_file_for_good",),
    ),
    Fault(
        name="who-visited-does-not-see-the-end-that-came",
        file=_ENDS,
        old="    if ended_by in heard:\n",
        new="    if ended_by in heard and not heard:\n",
        tests=_VISITED,
    ),
    Fault(
        name="who-ended-does-not-see-the-visit-that-came",
        file=_ENDS,
        old="if is_under_way or seq < (place or 0)]",
        new="if seq > (place or 0) > 0]",
        tests=_VISITED,
    ),
    Fault(
        name="a-visit-that-is-heard-once-more-is-taken-for-a-new-one",
        file="commune_desk/store/intake/incoming.py",
        old="unheard_ends.note(self._tx, self._first)",
        new="unheard_ends.note(self._tx, events)",
        tests=(_BESIDE + "test_who_hears_all_of_it_once_more_does_not_hear_it_for_the_first_time",),
    ),
    Fault(
        name="who-begins-anew-does-not-see-the-visit-that-came",
        file="commune_desk/store/intake/restating.py",
        old="unheard_ends.note(self._tx, unknown)",
        new="unheard_ends.note(self._tx, [])",
        tests=("sync/journeys/test_ended_and_begun_anew.py::test_the_child_stays_followed_and_people_are_asked",),
    ),
    Fault(
        name="a-visit-under-a-joined-record-is-of-somebody-else",
        file=_ENDS,
        old="    tx.settle()  # a row that came names who is kept by now\n",
        new="",
        tests=(_BESIDE + "test_so_does_one_who_was_visited_by_another_record_that_is_one_with_it_meanwhile",),
    ),
    Fault(
        name="two-ends-are-taken-for-an-edit",
        file=_ENDS,
        old="set(change.fields) != {_STATUS}",
        new="bool(change.fields)",
        tests=(_BESIDE + "test_two_who_end_it_alike_are_not_asked",),
    ),
    Fault(
        name="an-end-that-was-decided-meanwhile-is-taken-back",
        file=_GO_ON,
        old="[_STATUS] == end.ended_by:",
        new="[_STATUS] != _STATUS:",
        tests=(_BESIDE + "test_an_end_that_was_decided_meanwhile_stays",),
    ),
    Fault(
        name="an-edit-goes-on-past-what-waits-in-its-record",
        file=_MERGING,
        old=" or change.seal or self._conflicts.wait_in(record.id):",
        new=" or change.seal:",
        tests=_RULES,
    ),
    Fault(
        name="an-edit-goes-on-from-what-its-author-never-saw",
        file=_MERGING,
        old="            name in writers and writers[name] == base.get(name) for name",
        new="            name in writers for name",
        tests=_RULES,
    ),
    Fault(
        name="nothing-is-asked-about-what-an-author-saw",
        file=_MERGING,
        old="        apart = [change for change in changes if not self._saw_what_stands(change)]\n",
        new="        apart: list[Change] = []\n",
        tests=_RULES,
    ),
    Fault(
        name="the-place-of-a-member-is-not-written-beside-its-list",
        file="sync/server/intake/records.py",
        old='    books = (("tags", record.tags), ("stamps", record.stamps))\n',
        new='    books = (("stamps", record.stamps),)\n',
        tests=_SETS,
    ),
)
