"""Faults in who wins: values overwritten unseen, conflicts that nobody hears of, clocks that decide."""

from __future__ import annotations

from tests.mutations.fault import Fault

_MERGE, _MERGING, _BOOK = "sync/merge.py", "sync/server/merging.py", "sync/server/conflicts.py"
_RULES = ("sync/test_server_merge.py",)
_SETS = ("sync/test_set_fields.py", "sync/test_server_merge.py")
_SIMULATED = ("simulator/test_simulator.py::test_a_kept_seed_holds",)
_GRAVER = "        return Decision(Outcome.APPLIED_CONFLICT, incoming)\n"

FAULTS = (
    Fault(
        name="blind-overwrite",
        file=_MERGE,
        old="    if base == standing.writer:\n        return Decision(Outcome.APPLIED, incoming)\n",
        new="    if rule.merge is not Merge.LWW:\n        return Decision(Outcome.APPLIED, incoming)\n",
        tests=_RULES,
    ),
    Fault(
        name="last-arrival-wins",
        file=_MERGE,
        old=_GRAVER + "    return Decision(Outcome.CONFLICT, standing.value)",
        new=_GRAVER + "    return Decision(Outcome.APPLIED, incoming)",
        tests=_RULES,
    ),
    Fault(
        name="equal-value-is-a-conflict",
        file=_MERGE,
        old="if incoming == standing.value and standing.writer is not None and base != standing.writer:",
        new="if False:",
        tests=_RULES,
    ),
    Fault(
        name="graver-risk-overrules-silently",
        file=_MERGE,
        old="        return Decision(Outcome.APPLIED_CONFLICT, incoming)",
        new="        return Decision(Outcome.APPLIED, incoming)",
        tests=_RULES,
    ),
    Fault(
        name="graver-risk-does-not-stand",
        file=_MERGE,
        old="_severity(rule, incoming) > _severity(rule, standing.value)",
        new="_severity(rule, incoming) < _severity(rule, standing.value)",
        tests=_RULES,
    ),
    Fault(
        name="state-takes-any-step",
        file=_MERGE,
        old="if base == standing.writer or incoming in rule.steps.get(str(standing.value), ()):",
        new="if True:",
        tests=_RULES,
    ),
    Fault(
        name="state-takes-no-step-unseen",
        file=_MERGE,
        old="if base == standing.writer or incoming in rule.steps.get(str(standing.value), ()):",
        new="if base == standing.writer:",
        tests=(*_RULES, "sync/test_three_desks.py"),
    ),
    Fault(
        name="later-trivia-loses",
        file=_MERGE,
        old='if (stamp, change_id) >= (standing.stamp, standing.writer or ""):',
        new='if (stamp, change_id) <= (standing.stamp, standing.writer or ""):',
        tests=_RULES,
    ),
    Fault(
        name="trivia-tie-by-arrival",
        file=_MERGE,
        old='if (stamp, change_id) >= (standing.stamp, standing.writer or ""):',
        new="if stamp >= standing.stamp:",
        tests=("sync/test_any_order.py",),
    ),
    Fault(
        name="sealed-overwritten-unseen",
        file=_MERGE,
        old="return Outcome.APPLIED if base == standing_writer else Outcome.CONFLICT",
        new="return Outcome.APPLIED",
        tests=_RULES,
    ),
    Fault(
        name="removal-takes-what-it-had-not-seen",
        file=_MERGE,
        old="if place > seen and who != desk}",
        new="if place > seen + 9 and who != desk}",
        tests=_SETS,
    ),
    Fault(
        name="removal-leaves-ones-own",
        file=_MERGE,
        old="if place > seen and who != desk}",
        new="if place > seen}",
        tests=_SETS,
    ),
    Fault(
        name="addition-under-another-desk-forgotten",
        file=_MERGE,
        old="        kept.setdefault(code, {})[desk] = order\n",
        new="        kept[code] = {desk: order}\n",
        tests=(*_SETS, "sync/test_three_desks.py"),
    ),
    Fault(
        name="clock-ahead-wins-for-ever",
        file=_MERGING,
        old="stamp = min(change.stamp, latest)",
        new="stamp = change.stamp",
        tests=_RULES,
    ),
    Fault(
        name="agreement-is-forgotten",
        file=_MERGING,
        old="            base = self._stands_for[base, name]\n",
        new="            return base\n",
        tests=(*_RULES, "sync/test_three_desks.py"),
    ),
    Fault(
        name="agreement-of-an-earlier-push-is-forgotten",
        file=_MERGING,
        old="            self._stands_for[row.change, row.field] = row.stands_for\n",
        new="            pass\n",
        tests=("sync/test_three_desks.py", *_RULES, *_SIMULATED),
    ),
    Fault(
        name="place-of-an-earlier-push-is-forgotten",
        file=_MERGING,
        old="            self._places[row.scope, row.change] = row.seq\n",
        new="            pass\n",
        tests=_SETS,
    ),
    Fault(
        name="author-who-moved-on-is-two-conflicts",
        file=_MERGING,
        old="            if base is not None and conflict.theirs == base:",
        new="            if False:",
        tests=_RULES,
    ),
    Fault(
        name="whom-the-graver-overruled-is-not-asked",
        file=_MERGING,
        old="        elif succeeded and overruled and decision.outcome is Outcome.APPLIED:",
        new="        elif False:",
        tests=_RULES,
    ),
    Fault(
        name="decision-without-having-seen-all",
        file=_MERGING,
        old="if saw_all and self._seen(change.base.get(name), name) == standing:",
        new="if saw_all:",
        tests=(*_RULES, "sync/test_three_desks.py"),
    ),
    Fault(
        name="late-decision-wins",
        file=_MERGING,
        old="if saw_all and self._seen(change.base.get(name), name) == standing:",
        new="if self._seen(change.base.get(name), name) == standing:",
        tests=("sync/test_late_decisions.py",),
    ),
    Fault(
        name="decided-conflict-stays-open",
        file=_MERGING,
        old="        merged.closed += [self._conflicts.close(conflict, change.id) for conflict in named]\n",
        new="",
        tests=_RULES,
    ),
    Fault(
        name="late-decision-is-dropped",
        file=_MERGING,
        old="            merged.opened.append(self._conflicts.open(change, name, base=base, ours=standing))\n",
        new="",
        tests=_RULES,
    ),
    Fault(
        name="conflict-does-not-follow",
        file=_MERGING,
        old="        self._conflicts.follow(change.record, name, former=former, writer=change.id)\n",
        new="",
        tests=_RULES,
    ),
    Fault(
        name="conflict-row-dropped",
        file=_BOOK,
        old="        self._new[conflict.id] = conflict\n",
        new="",
        tests=_RULES,
    ),
    Fault(
        name="conflict-unknown-to-the-next-push",
        file=_BOOK,
        old="            self._open.setdefault((row.record, row.field), []).append(found)\n",
        new="",
        tests=_RULES,
    ),
    Fault(
        name="closing-is-not-written",
        file=_BOOK,
        old="        self._changed[conflict.id] = conflict\n        return conflict.id",
        new="        return conflict.id",
        tests=_RULES,
    ),
)
