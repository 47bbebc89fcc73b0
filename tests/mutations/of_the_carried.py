"""Faults where a stick is handed on over another PC's line, and where what is declared is served."""

from __future__ import annotations

from tests.mutations.fault import Fault

_ROUTES, _CARRIED, _LIMITS = "sync/server/edge/app.py", "sync/server/edge/carried.py", "sync/server/edge/limits.py"
_CLIENT, _DESK = "sync/client/handing_on.py", "commune_desk/usecases/sync/handing_on.py"
_OFFERED, _CARD = "commune_desk/usecases/sync/courier.py", "commune_desk/ui/pages/courier_card.py"
_HANDED, _ROUTE = "sync/courier/test_handed_on.py", "sync/server/test_carried_route.py"
_REFUSED = "sync/courier/test_handed_on_refused.py"
_SHOWN = "ui/sync/test_handing_on.py"

FAULTS = (
    Fault(
        name="a-stopped-desk-carries-sticks",
        file=_ROUTES,
        old="        refuse_stopped(caller)\n        self.limits.count(caller.id, ROUTE)\n",
        new="        self.limits.count(caller.id, ROUTE)\n",
        tests=(
            f"{_REFUSED}::test_a_desk_that_is_stopped_hands_nothing_on",
            f"{_ROUTE}::test_a_stopped_desk_brings_nothing_and_a_stopped_sender_is_told_nothing",
        ),
    ),
    Fault(
        name="the-answer-goes-to-who-carries",
        file=_CARRIED,
        old="    answer = Answer(arrived.header.sender)\n",
        new="    answer = Answer(caller.id)\n",
        tests=(f"{_HANDED}::test_who_keeps_a_copy_can_open_neither",),
    ),
    Fault(
        name="a-stick-that-is-carried-weighs-nothing",
        file=_CARRIED,
        old="sum(len(body) for _, body in arrived.parts(PartKind.PUSH))",
        new="0",
        tests=(f"{_REFUSED}::test_what_is_brought_counts_for_who_brings_it",),
    ),
    Fault(
        name="all-large-bodies-at-once",
        file=_LIMITS,
        old="            if is_large and self._is_large_at_work:\n",
        new="            if False:\n",
        tests=(f"{_REFUSED}::test_one_is_taken_in_at_a_time_and_nothing_else_waits_for_it",),
    ),
    Fault(
        name="sticks-are-carried-as-often-as-anybody-likes",
        file=_ROUTES,
        old="        self.limits.count(caller.id, ROUTE)\n",
        new="",
        tests=(f"{_REFUSED}::test_a_desk_may_bring_so_many_a_minute",),
    ),
    Fault(
        name="ten-megabytes-are-the-most-of-any-body",
        file=_ROUTES,
        old="status_code=200, request_max_body_size=None)",
        new="status_code=200)",
        tests=("sync/server/test_any_request.py::test_the_limits_of_a_body_hold_on_every_route",),
    ),
    Fault(
        name="what-is-missing-is-told-to-nobody",
        file=_CARRIED,
        old="        missing=bundle.missing(held_n, parked),\n",
        new="",
        tests=(f"{_HANDED}::test_what_comes_too_early_waits_and_whoever_brought_it_is_told_what_is_missing",),
    ),
    Fault(
        name="any-reply-is-the-one-to-this-stick",
        file=_CLIENT,
        old="    if said.digest != digest_of(data):\n",
        new="    if not said.digest:\n",
        tests=(f"{_REFUSED}::test_a_reply_to_something_else_counts_for_nothing",),
    ),
    Fault(
        name="one-broken-stick-keeps-the-others-back",
        file=_DESK,
        old="            done.faults.append(refused)\n            return\n",
        new="            raise refused\n",
        tests=(f"{_HANDED}::test_a_bundle_that_is_refused_keeps_no_other_back",),
    ),
    Fault(
        name="whoever-is-asked-for-patience-has-none",
        file=_DESK,
        old="        for _ in range(_TRIES - 1):\n",
        new="        for _ in range(0):\n",
        tests=(f"{_HANDED}::test_whoever_is_asked_for_patience_has_some",),
    ),
    Fault(
        name="ones-own-stick-is-offered-to-be-handed-on",
        file=_OFFERED,
        old="province and path.name not in written and ",
        new="province and ",
        tests=(f"{_HANDED}::test_ones_own_and_what_is_for_others_is_not_offered",),
    ),
    Fault(
        name="saves-wait-for-a-stick-on-the-line",
        file=_CARD,
        old="        self._tasks.errand(work, self._handed_on, self._not_handed_on, owner=self)\n",
        new="        self._tasks.query(work, self._handed_on, self._not_handed_on, owner=self)\n",
        tests=(f"{_SHOWN}::test_saves_and_questions_do_not_wait_for_the_line_and_it_can_be_cancelled",),
    ),
    Fault(
        name="what-is-declared-is-signed-as-something-else",
        file=_ROUTES,
        old="self.province.keys.authority.sign(seal.SCHEMA, body)",
        new="self.province.keys.authority.sign(seal.FEED, body)",
        tests=("sync/server/test_schema_route.py::test_the_province_signs_it_as_this_and_as_nothing_else",),
    ),
)
