"""Faults of the house where two of its PCs, or a commune, work on one stay; of reports and files that meet all else."""

from __future__ import annotations

from tests.mutations.fault import Fault

_PLACEMENTS, _STAYS = "commune_desk/store/pages/placements.py", "commune_desk/usecases/shelter/placements.py"
_STATES, _IN_AND_OUT = "commune_desk/usecases/shelter/states.py", "sync/meeting/test_in_and_out_at_two_desks.py"
_WORDS, _WRONG_CLOCK = (
    "commune_desk/store/changes/last_words.py",
    "sync/meeting/test_in_and_out_by_a_wrong_clock.py",
)
_TASKS, _TWICE = "commune_desk/usecases/shelter/tasks_of_stays.py", "sync/meeting/test_discharged_twice.py"
_OVER = "sync/meeting/test_ended_twice_over.py"
_SAME, _AS_TWO = "commune_desk/usecases/shelter/same_person.py", "sync/meeting/test_admitted_twice_as_two.py"
_BELONGING, _FORMER = "sync/server/lifecycle/belonging.py", "sync/journeys/test_former_residents.py"
_ADMIT = "commune_desk/presenters/shelter/admit_form.py"
_ANSWERS = "presenters/shelter/test_answers_of_an_admission.py"

FAULTS = (
    Fault(
        name="an-age-is-written-over-a-day-of-birth",
        file=_STAYS,
        old='        known.pop("birth_date", None)\n',
        new="        pass\n",
        tests=(_ANSWERS,),
    ),
    Fault(
        name="another-person-is-said-of-who-came-since",
        file=_ADMIT,
        old="        if came and self._values",
        new="        if False and self._values",
        tests=(_ANSWERS,),
    ),
    Fault(
        name="the-commune-of-an-earlier-answer-is-told",
        file=_ADMIT,
        old='        if self._values["home_commune"] in ("", home_of_guest(self._workplace, before)):\n',
        new='        if not self._values["home_commune"]:\n',
        tests=(_ANSWERS,),
    ),
    Fault(
        name="a-stay-that-goes-on-says-when-it-ended",
        file=_PLACEMENTS,
        old="        return None if self.is_active else self.discharged_at\n",
        new="        return self.discharged_at\n",
        tests=("sync/meeting/test_stay_that_goes_on.py",),
    ),
    Fault(
        name="a-bed-added-twice-stays-for-good",
        file=_PLACEMENTS,
        old="    return [row for row in rows if row.is_in_use or _is_first(labels, fold(row.bed.label))]\n",
        new="    return [row for row in rows if labels or _is_first(labels, fold(row.bed.label))]\n",
        tests=("sync/meeting/test_beds_added_twice.py",),
    ),
    Fault(
        name="the-state-that-is-heard-last-stands",
        file=_STATES,
        old="        tx.save(again, group=last.change)\n    elif",
        new="        pass\n    elif",
        tests=(_IN_AND_OUT,),
    ),
    Fault(
        name="a-state-said-again-counts-as-written-then",
        file=_STATES,
        old="        tx.save(again, group=last.change)\n    elif",
        new="        tx.save(again)\n    elif",
        tests=(_IN_AND_OUT,),
    ),
    Fault(
        name="a-wrong-clock-turns-what-people-decided",
        file=_WORDS,
        old="        if self.is_decision and self.seq:\n",
        new="        if False and self.seq:\n",
        tests=(_WRONG_CLOCK,),
    ),
    Fault(
        name="a-wrong-clock-loses-against-what-it-had-heard",
        file=_WORDS,
        old="        return base is not None and base.desk != self.desk and 0 < other.seq <= base.seq\n",
        new="        return False\n",
        tests=(_WRONG_CLOCK,),
    ),
    Fault(
        name="a-wrong-clock-turns-what-was-written-after-it",
        file=_WORDS,
        old="    stood = same.get(word.change)\n",
        new="    stood = None\n",
        tests=(_WRONG_CLOCK,),
    ),
    Fault(
        name="nobody-is-asked-of-who-was-seen-after-the-end",
        file=_STATES,
        old="    elif not words.is_said_again(last):\n",
        new="    elif False and not words.is_said_again(last):\n",
        tests=(_IN_AND_OUT,),
    ),
    Fault(
        name="words-of-before-a-new-beginning-are-forgotten",
        file=_WORDS,
        old="(was_heard or is_under_way)",
        new="(seq or is_under_way)",
        tests=("sync/journeys/test_last_words_begun.py",),
    ),
    Fault(
        name="a-state-that-people-went-by-for-weeks-is-turned",
        file=_STATES,
        old="STATES_LOOKED_AT, int, -1)",
        new="STATES_LOOKED_AT, int, 0)",
        tests=(_IN_AND_OUT,),
    ),
    Fault(
        name="a-discharge-entered-twice-has-six-follow-ups",
        file=_TASKS,
        old="        task_id = follow_up_id(stay.id, number)\n",
        new="        task_id = follow_up_id(RecordId(group or stay.id), number)\n",
        tests=(_TWICE,),
    ),
    Fault(
        name="a-stay-that-goes-on-keeps-the-tasks-of-its-end",
        file=_TASKS,
        old="        _take_up_again(tx, after, end)\n",
        new="        pass\n",
        tests=(_TWICE,),
    ),
    Fault(
        name="of-two-stays-that-both-ended-nobody-is-reminded",
        file=_TASKS,
        old='status="dropped" if is_here else "open"), group=group)',
        new='status="dropped" if is_here else "open"))',
        tests=(_OVER,),
    ),
    Fault(
        name="what-somebody-left-off-is-asked-after-all",
        file=_TASKS,
        old='if end and task.status == "dropped" and _group_of(tx.connection, "task", task.id) == end:',
        new='if task.status == "dropped":',
        tests=(f"{_OVER}::test_what_somebody_left_off_stays_left_off",),
    ),
    Fault(
        name="who-is-here-by-another-stay-is-asked-after",
        file=_TASKS,
        old="if not asked or any(one.is_active or one.discharge_reason",
        new="if not asked or any(one.discharge_reason",
        tests=(f"{_OVER}::test_who_is_still_here_by_the_other_stay_is_not_asked_after",),
    ),
    Fault(
        name="a-stay-that-goes-on-is-asked-after",
        file=_TASKS,
        old="        if task_id not in own and _group_of",
        new="        if _group_of",
        tests=(f"{_OVER}::test_who_goes_on_being_here_by_both_is_not_asked_after",),
    ),
    Fault(
        name="an-end-that-stands-is-asked-about-of-who-is-here",
        file=_TASKS,
        old="    if came_back or _is_here(tx.connection, stay.person):",
        new="    if came_back:",
        tests=(f"{_OVER}::test_nor_who_is_here_by_the_other_where_people_decide_for_the_end",),
    ),
    Fault(
        name="what-was-left-off-before-the-end-is-to-be-done",
        file=_TASKS,
        old='and _group_of(tx.connection, "task", task_id) == end:\n',
        new="and end:\n",
        tests=(_TWICE,),
    ),
    Fault(
        name="the-plan-of-the-second-who-ends-a-stay-waits-for-good",
        file=_STAYS,
        old='    if opened is not None and opened.seen(stay).status in ACTIVE and stay.status == "ended":\n',
        new="    if opened is not None and opened is None:\n",
        tests=(_TWICE,),
    ),
    Fault(
        name="the-second-who-ends-a-stay-writes-over-the-first",
        file=_STAYS,
        old="    tx.edit(opened, shown, msgspec.structs.replace(shown, **added))\n",
        new="    tx.save(msgspec.structs.replace(stay, **added))\n",
        tests=(_TWICE,),
    ),
    Fault(
        name="of-two-stays-of-one-child-each-pc-ends-another",
        file=_SAME,
        old="if ends and (one.admitted_at, one.id) < (ends.admitted_at, ends.id)]\n",
        new="if ends and one.id != ends.id]\n",
        tests=(_AS_TWO,),
    ),
    Fault(
        name="who-was-entered-twice-stays-two-people",
        file=_SAME,
        old="    be_one(tx, former, kept)\n",
        new="    pass\n",
        tests=(_AS_TWO,),
    ),
    Fault(
        name="whom-a-commune-shared-is-taken-for-the-house-s-own",
        file=_SAME,
        old="    kept = shared[0] if shared else stay.person\n",
        new="    kept = stay.person\n",
        tests=(_AS_TWO,),
    ),
    Fault(
        name="the-commune-of-the-stay-taken-back-is-told-no-more",
        file=_SAME,
        old="    moved = _with_home_of(stay, ended)\n",
        new="    moved = stay\n",
        tests=(_AS_TWO,),
    ),
    Fault(
        name="an-erasure-leaves-what-the-house-wrote-before-it-knew",
        file=_BELONGING,
        old="    return _brought(connection, found) | _former_residents(connection, found)\n",
        new="    return _brought(connection, found)\n",
        tests=(_FORMER,),
    ),
    Fault(
        name="the-house-s-own-record-of-a-shared-child-stays",
        file=_SAME,
        old="        tx.save(Person(id=person.id, scope=person.scope, joined_to=person.joined_to))\n",
        new="        pass\n",
        tests=(_FORMER,),
    ),
    Fault(
        name="the-house-is-not-told-what-it-has-to-decide",
        file="commune_desk/presenters/day/today.py",
        old="            side=(*self._decisions(now), sections.tasks(),",
        new="            side=(sections.tasks(),",
        tests=("sync/moves/test_house_and_commune_differ.py",),
    ),
    Fault(
        name="what-was-done-is-deleted-when-its-child-leaves",
        file="commune_desk/store/writing/drafts.py",
        old="'{REPORT}', '{MEASURES}')\"",
        new="'{REPORT}')\"",
        tests=("sync/moves/test_measures_typed_and_not_saved.py",),
    ),
    Fault(
        name="a-locked-desk-rings-for-the-oldest-alone",
        file="commune_desk/store/pages/reports.py",
        old="ORDER BY received_at DESC LIMIT ?",
        new="ORDER BY received_at LIMIT ?",
        tests=("presenters/day/test_many_clocks.py",),
    ),
    Fault(
        name="what-was-taken-back-is-fetched-for-ever",
        file="commune_desk/store/files/file_queue.py",
        old='    " AND NOT EXISTS (SELECT 1 FROM attachment_withdrawal w WHERE w.attachment=a.id))"\n',
        new='    ")"\n',
        tests=("store/files/test_taken_back.py",),
    ),
    Fault(
        name="a-report-that-comes-back-does-not-ring",
        file="commune_desk/presenters/reports/news.py",
        old="            self._known &= self._workplace.read(province_ids)\n",
        new="            pass\n",
        tests=("sync/moves/test_report_comes_back.py",),
    ),
    Fault(
        name="whoever-hands-a-report-down-twice-is-told-nothing",
        file="sync/server/intake/reports_in.py",
        old="    like = _like(connection, report)\n",
        new='    like = ""\n',
        tests=("sync/server/test_reports_handed_down.py",),
    ),
)
