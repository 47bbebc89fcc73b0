"""Faults in what is met seldom: tasks that are done."""

from __future__ import annotations

from tests.mutations.fault import Fault

FAULTS = (
    Fault(
        name="a-task-done-stands-in-every-stay-of-a-resident",
        file="commune_desk/presenters/shelter/resident_page.py",
        old="            if stay.id == record.row.id:\n",
        new="            if stay.id:\n",
        tests=(
            "presenters/shelter/test_pages.py::test_what_was_done_for_a_resident_stands_in_the_stay_in_which_it_was_done",
        ),
    ),
    Fault(
        name="a-task-about-nobody-is-gone-once-it-is-done",
        file="commune_desk/presenters/day/today.py",
        old="        if not count:\n            return ()\n        done =",
        new="        if count:\n            return ()\n        done =",
        tests=("presenters/day/test_today.py::test_a_task_about_nobody_that_is_done_is_found_with_who_did_it",),
    ),
)
