"""Faults of a province that was put back and hears in another order, and of desks that ask what it has heard."""

from __future__ import annotations

from tests.mutations.fault import Fault

_HEARD = "sync/journeys/test_heard_and_not_standing.py"

FAULTS: tuple[Fault, ...] = (
    Fault(
        name="what-was-overtaken-before-the-restore-stands-over-what-overtook-it",
        file="sync/server/intake/merging.py",
        old='if self._upon.get((former or "", name)) == change.id:',
        new="if False:",
        tests=(f"{_HEARD}::test_a_decision_against_an_end_that_is_heard_later_stands",),
    ),
    Fault(
        name="an-equal-value-upon-what-is-lost-never-stands",
        file="sync/server/intake/merging.py",
        old="if base in self._unheard and rule.merge is not Merge.LWW and",
        new="if False and",
        tests=(f"{_HEARD}::test_what_was_corrected_back_stays_so",),
    ),
    Fault(
        name="a-decision-upon-what-is-lost-never-stands",
        file="sync/server/intake/merging.py",
        old=" or (same and seen in self._unheard)",
        new="",
        tests=(f"{_HEARD}::test_a_decision_against_an_end_that_is_heard_later_stands",),
    ),
    Fault(
        name="what-the-province-has-heard-again-is-kept-as-lost",
        file="commune_desk/store/intake/incoming.py",
        old="        if row[1] or writer in self._heard:\n",
        new="        if row[1]:\n",
        tests=(f"{_HEARD}::test_of_a_list_every_pc_holds_what_the_province_holds",),
    ),
    Fault(
        name="what-the-feed-told-again-is-kept-as-lost",
        file="commune_desk/store/intake/incoming.py",
        old="        if row[1] or writer in self._heard:\n",
        new="        if writer in self._heard:\n",
        tests=(f"{_HEARD}::test_what_comes_again_and_says_what_stands_is_not_lost",),
    ),
    Fault(
        name="what-came-again-and-does-not-stand-stays-in-sight",
        file="commune_desk/store/intake/incoming.py",
        old="                comparing.ask(self._tx)\n",
        new="                pass\n",
        tests=(f"{_HEARD}::test_a_decision_that_meets_what_stands_is_shown_as_a_question_by_all",),
    ),
    Fault(
        name="changes-of-another-place-are-told-as-heard",
        file="sync/server/answers/sums.py",
        old="feed.c.scope == scope, among(feed.c.change, changes)",
        new="among(feed.c.change, changes)",
        tests=(f"{_HEARD}::test_nobody_is_told_what_was_heard_in_another_place",),
    ),
    Fault(
        name="what-changes-nothing-counts-as-lost",
        file="commune_desk/store/intake/incoming.py",
        old="        if row[1] or writer in self._heard:\n",
        new="        if stands_there is not None and (row[1] or writer in self._heard):\n",
        tests=("simulator/test_busy.py::test_nor_where_desks_are_revoked_by_mistake",),
    ),
    Fault(
        name="what-waits-for-a-name-goes-by-its-id",
        file="commune_desk/store/exchange/staged.py",
        old="ORDER BY c.stamp, c.id LIMIT",
        new="ORDER BY c.id LIMIT",
        tests=("sync/put_back/test_older_copy.py::test_enrolled_anew_it_sends_in_the_order_in_which_it_was_typed",),
    ),
)
