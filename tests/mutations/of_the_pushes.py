"""Faults in how a desk sends what waits: batch after batch, as much at once as the line takes."""

from __future__ import annotations

from tests.mutations.fault import Fault

_PUSHING = "sync/client/pushing.py"
_IN_BATCHES = "sync/client/test_pushing.py"
_SESSIONS = ("sync/client/test_session.py",)

FAULTS = (
    Fault(
        name="anothers-receipt-believed",
        file=_PUSHING,
        old="if receipt.desk != identity.desk or receipt.accepted_n < ready.batch[0].n:",
        new="if receipt.accepted_n < ready.batch[0].n:",
        tests=_SESSIONS,
    ),
    Fault(
        name="old-receipt-believed",
        file=_PUSHING,
        old="if receipt.desk != identity.desk or receipt.accepted_n < ready.batch[0].n:",
        new="if receipt.desk != identity.desk:",
        tests=("sync/wire/test_played_back.py::test_an_old_receipt_moves_nothing",),
    ),
    Fault(
        name="acknowledged-beyond-what-was-sent",
        file=_PUSHING,
        old="up_to = min(receipt.accepted_n, last_n)",
        new="up_to = receipt.accepted_n",
        tests=("sync/client/test_register_under_attack.py::test_a_receipt_proves_nothing_about_what_was_never_sent",),
    ),
    Fault(
        name="batch-too-large-is-dropped",
        file=_PUSHING,
        old="            self._most = min(len(batch) // 2, self._most_ever)\n            return batch[0].n - 1",
        new="            self._most = min(len(batch) // 2, self._most_ever)\n            return batch[-1].n",
        tests=_SESSIONS,
    ),
    Fault(
        name="gap-is-not-filled",
        file=_PUSHING,
        old="        self._replica.resend_from(n)\n",
        new="",
        tests=("sync/client/test_session.py::test_a_gap_is_filled_from_where_the_province_says",),
    ),
    Fault(
        name="only-the-first-batch-is-sent",
        file=_PUSHING,
        old="            ready = behind.result() if behind is not None and up_to == last_n",
        new="            ready = None if behind is not None and up_to == last_n",
        tests=(_IN_BATCHES,),
    ),
    Fault(
        name="ends-before-the-last-receipt-is-kept",
        file=_PUSHING,
        old="            finally:\n                self._wait_until_kept()\n",
        new="            finally:\n                pass\n",
        tests=(_IN_BATCHES,),
    ),
    Fault(
        name="read-ahead-of-what-was-taken",
        file=_PUSHING,
        old="behind.result() if behind is not None and up_to == last_n else",
        new="behind.result() if behind is not None else",
        tests=(f"{_IN_BATCHES}::test_what_was_read_ahead_is_left_where_the_province_took_less",),
    ),
    Fault(
        name="asks-too-much-each-time",
        file=_PUSHING,
        old="                self._most_ever = protocol.USUAL_CHANGES\n            self._most = min(",
        new="                pass\n            self._most = min(",
        tests=(f"{_IN_BATCHES}::test_a_province_that_takes_the_usual_alone_is_asked_for_more_once",),
    ),
    Fault(
        name="long-pushes-on-a-slow-line",
        file=_PUSHING,
        old=" and monotonic() - begun < _QUICK_SECONDS",
        new="",
        tests=(f"{_IN_BATCHES}::test_a_slow_line_is_not",),
    ),
    Fault(
        name="long-pushes-on-the-next-line",
        file=_PUSHING,
        old="        self._most = min(self._most, protocol.USUAL_CHANGES)",
        new="        pass",
        tests=(f"{_IN_BATCHES}::test_each_sync_begins_with_the_usual_ones",),
    ),
    Fault(
        name="long-pushes-on-a-line-that-breaks-them",
        file=_PUSHING,
        old="            if len(ready.batch) > protocol.USUAL_CHANGES:\n                self._most_ever",
        new="            if False:\n                self._most_ever",
        tests=(f"{_IN_BATCHES}::test_a_line_that_breaks_a_long_push_is_given_no_second_one",),
    ),
    Fault(
        name="long-pushes-of-what-is-set-aside",
        file=_PUSHING,
        old="self._most_ever if is_quick and is_brief else",
        new="self._most_ever if is_quick else",
        tests=(f"{_IN_BATCHES}::test_who_has_most_set_aside_keeps_to_the_usual",),
    ),
    Fault(
        name="a-slow-line-is-given-what-was-read-for-a-quick-one",
        file=_PUSHING,
        old="if ready is not None and len(ready.batch) > self._most:",
        new="if ready is None:",
        tests=(f"{_IN_BATCHES}::test_a_slow_line_is_not",),
    ),
    Fault(
        name="rows-out-of-reach-are-passed-over-without-a-word",
        file="sync/server/engine/appending.py",
        old="    if cursor.rowcount != rows:\n",
        new="    if cursor.rowcount > rows:\n",
        tests=("sync/postgres/test_rows.py::test_no_row_out_of_reach_is_amended_without_a_word",),
    ),
)
