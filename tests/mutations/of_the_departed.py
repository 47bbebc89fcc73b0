"""Faults in what leaves a commune with a child, and in what comes too late: the state machine of moves finds them."""

from __future__ import annotations

from tests.mutations.fault import Fault

_ANY = "sync/moves/test_moved_in_any_course.py"
_TYPED = f"{_ANY}::test_a_number_typed_before_the_move_was_heard_is_asked_about_where_the_child_lives"

FAULTS: tuple[Fault, ...] = (
    Fault(
        name="a-mother-stays-behind",
        file="sync/server/intake/relocating.py",
        old="            _bring(connection, family, kind_name, record.value(reference))\n",
        new="            pass\n",
        tests=(_TYPED,),
    ),
    Fault(
        name="a-late-edit-stands-once-its-child-is-elsewhere",
        file="sync/server/intake/merging.py",
        old="    return route.is_late and is_edit and not route.is_own\n",
        new="    return False\n",
        tests=(_TYPED,),
    ),
)
