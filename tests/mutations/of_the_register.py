"""Faults in the desk's replica: what it shows, what it keeps, and what it counts as done."""

from __future__ import annotations

from tests.mutations.fault import Fault

_PENDING = "commune_desk/store/changes/pending.py"
_REPLICA, _RECEIPTS, _INCOMING, _PAGE = (
    "commune_desk/store/exchange/replica.py",
    "commune_desk/store/exchange/receipts.py",
    "commune_desk/store/intake/incoming.py",
    "sync/client/page.py",
)
_TRANSACTION, _REGISTER = "commune_desk/store/writing/transaction.py", "commune_desk/store/desk/register.py"
_LEDGER, _CLOCKS = "commune_desk/store/changes/ledger.py", "sync/journeys/test_clocks_apart.py"
_SIMULATED = ("simulator/test_simulator.py::test_a_kept_seed_holds",)
_ATTACKED = ("sync/client/test_register_under_attack.py",)
_MEETING = (
    *_SIMULATED,
    "sync/meeting/test_three_desks.py::test_what_one_adds_another_cannot_remove_unseen",
    "sync/meeting/test_three_desks.py::test_three_concurrent_edits_are_two_conflicts_that_one_decision_closes",
)
_APPLY = "        self._write(lambda tx: feeds.apply(tx, events, positions))\n"
_CURSOR_FIRST = """        for scope, position in positions.items():
            self._write(lambda tx: feeds.Incoming(tx, {})._move_cursor(scope, position))
"""

_CURSOR_APART = """        self._write(lambda tx: feeds.apply(tx, events, {}))
        self._write(lambda tx: feeds.apply(tx, (), positions))
"""

_TYPED = "sync/moves/test_typed_and_not_saved.py"
_YEARS = "store/exchange/test_years_of_work.py"
_OPENED, _UNSEEN = "commune_desk/store/writing/opened.py", "sync/moves/test_sealed_and_unseen.py"
FAULTS = (
    Fault(
        name="what-is-typed-goes-with-the-child-at-once",
        file="commune_desk/store/intake/departures.py",
        old="if not is_back and unsaved.holds(tx, change, [record for _, record in leaving]):",
        new="if change == 'of nobody':",
        tests=(_TYPED,),
    ),
    Fault(
        name="what-is-typed-keeps-the-child-for-ever",
        file="commune_desk/store/intake/unsaved.py",
        old="    return from_iso(now) < from_iso(first) + STAYS",
        new="    return True",
        tests=(_TYPED,),
    ),
    Fault(
        name="a-form-names-as-seen-what-is-hidden",
        file=_OPENED,
        old="if name not in hidden}\n",
        new="}\n",
        tests=("presenters/reports/test_closed_measures.py",),
    ),
    Fault(
        name="a-save-names-as-seen-what-is-hidden",
        file=_TRANSACTION,
        old="if name not in hidden} | dict(seen or {})\n",
        new="} | dict(seen or {})\n",
        tests=(f"{_UNSEEN}::test_both_are_read_and_people_are_asked",),
    ),
    Fault(
        name="emptied-by-hand-taken-for-hidden",
        file=_OPENED,
        old="    return bool(value) or not is_readable\n",
        new="    return True\n",
        tests=(f"{_UNSEEN}::test_what_was_emptied_by_hand_was_seen_empty",),
    ),
    Fault(
        name="what-was-sealed-for-nobody-hides-what-stands",
        file="commune_desk/store/intake/incoming.py",
        old="return [one for one in changes if one.verb != Verb.RESEAL]",
        new="return changes",
        tests=("sync/journeys/test_sealed_for_nobody.py::test_nothing_is_hidden",),
    ),
    Fault(
        name="a-decided-conflict-stays-where-a-place-is-begun-anew",
        file="commune_desk/store/intake/asked.py",
        old="""record=? AND state<>'closed'", (record,)""",
        new="""record=? AND state='open'", (record,)""",
        tests=(
            "sync/meeting/test_begun_after_a_decision.py::test_nothing_is_asked_any_more_and_all_is_as_at_the_province",
        ),
    ),
    Fault(
        name="a-forgetful-province-is-believed-while-its-feed-holds",
        file="sync/client/session.py",
        old="accepted_n < signed_for and not",
        new="accepted_n < 0 and not",
        tests=(
            "sync/put_back/test_nothing_new_in_its_feed.py::test_its_next_round_sends_again_what_the_province_had_signed_for",
        ),
    ),
    Fault(
        name="what-waits-sought-from-the-first-change-on",
        file=_PENDING,
        old="after_n + 1 if after_n else _first(connection, desk)",
        new="after_n + 1",
        tests=(f"{_YEARS}::test_a_push_costs_the_same_after_years",),
    ),
    Fault(
        name="estimates-of-the-first-day",
        file=_REGISTER,
        old='                self._writer.execute("PRAGMA optimize")\n        except',
        new="                pass\n        except",
        tests=(f"{_YEARS}::test_the_engine_knows_how_large_its_tables_have_become",),
    ),
    Fault(
        name="cursor-before-its-rows",
        file=_REPLICA,
        old=_APPLY,
        new=_CURSOR_FIRST + _APPLY,
        tests=("sync/client/test_register_under_attack.py::test_rows_and_cursor_of_a_page_are_one",),
    ),
    Fault(
        name="cursor-apart-from-its-rows",
        file=_REPLICA,
        old=_APPLY,
        new=_CURSOR_APART,
        tests=(
            "system/test_killed_while_it_pulls.py"
            "::test_wherever_it_dies_cursor_and_rows_agree_and_at_the_end_nothing_differs",
        ),
    ),
    Fault(
        name="cursor-jumps-to-the-head",
        file=_PAGE,
        old="{event.scope: position for (event, _), position in zip(piece, reached[start:], strict=False)}",
        new="{one: FeedPosition(head.seq, protocol.unb64(head.chain)) for one, head in page.trailer.heads.items()}",
        tests=_MEETING,
    ),
    Fault(
        name="waiting-field-overwritten-by-a-pull",
        file=_INCOMING,
        old="                later = [one for one in waiting if field in one.fields]\n                behind",
        new="                later: list[Change] = []\n                behind",
        tests=_MEETING,
    ),
    Fault(
        name="what-a-waiting-edit-hides-is-forgotten",
        file=_TRANSACTION,
        old="shadow.begin(self.connection, before.id, name, getattr(before, name), writer)",
        new="pass",
        tests=_MEETING,
    ),
    Fault(
        name="what-comes-behind-a-waiting-edit-is-forgotten",
        file=_INCOMING,
        old="        shadow.put(self._db, record, field, value, writer)\n",
        new="",
        tests=_MEETING,
    ),
    Fault(
        name="own-members-not-replayed",
        file=_INCOMING,
        old="            held.values[field] = _replayed(value, later, field)\n",
        new="            held.values[field] = value\n",
        tests=(
            "sync/meeting/test_three_desks.py"
            "::test_what_one_adds_while_a_page_is_on_its_way_is_shown_beside_what_it_brings",
        ),
    ),
    Fault(
        name="refused-value-shown-as-standing",
        file=_INCOMING,
        old="if stands(event.outcomes, field):",
        new="if True:",
        tests=_MEETING,
    ),
    Fault(
        name="open-conflict-dropped-at-the-desk",
        file="commune_desk/store/intake/asked.py",
        old="    for opened in event.opened:\n",
        new="    for opened in event.opened[:0]:\n",
        tests=_MEETING,
    ),
    Fault(
        name="closed-conflict-stays-open-at-the-desk",
        file="commune_desk/store/intake/asked.py",
        old="[(change.id, one) for one in event.closed]",
        new="[]",
        tests=_MEETING,
    ),
    Fault(
        name="number-used-twice-accepted",
        file="commune_desk/store/changes/journal.py",
        old='_INSERT = f"INSERT INTO',
        new='_INSERT = f"INSERT OR REPLACE INTO',
        tests=(
            "sync/client/test_register_under_attack.py::test_a_desks_number_used_twice_is_refused_with_its_page",
            "sync/client/test_register_under_attack.py::test_a_desks_number_used_twice_is_refused_with_its_snapshot",
        ),
    ),
    Fault(
        name="known-event-applied-again",
        file=_INCOMING,
        old='            return "known"\n',
        new='            return "new"\n',
        tests=("sync/wire/test_pages_add_up.py::test_what_another_feed_carries_too_is_merged_once",),
    ),
    Fault(
        name="value-that-does-not-hold-stored",
        file=_INCOMING,
        old="return value if kind.checks[field](value) is None else None",
        new="return value",
        tests=(
            "sync/client/test_register_under_attack.py::test_values_that_do_not_hold_are_shown_as_unknown",
            "sync/client/test_register_under_attack.py::test_a_sealed_value_of_the_wrong_kind_stops_no_feed",
        ),
    ),
    Fault(
        name="set-aside-taken-for-accepted",
        file=_RECEIPTS,
        old='aside = [result for result in receipt.results if result.status == "quarantined"]',
        new='aside = [result for result in receipt.results if result.status == "never"]',
        tests=("sync/client/test_set_aside.py",),
    ),
    Fault(
        name="set-aside-still-hides-what-stands",
        file=_RECEIPTS,
        old="    Incoming(tx, {}).put_back(change)\n",
        new="",
        tests=("usecases/sync/test_decision_set_aside.py",),
    ),
    Fault(
        name="decision-set-aside-decides",
        file=_RECEIPTS,
        old="        open_again(tx, change_id)\n",
        new="        pass\n",
        tests=("usecases/sync/test_decision_set_aside.py",),
    ),
    Fault(
        name="receipt-sets-aside-what-it-does-not-answer",
        file=_RECEIPTS,
        old="WHERE id=? AND desk=? AND n<=? AND (seq IS NULL OR state='waiting')",
        new="WHERE id=? AND ?<>'' AND ?>0",
        tests=("sync/client/test_register_under_attack.py::test_a_receipt_sets_nothing_aside_but_what_it_answers",),
    ),
    Fault(
        name="receipt-acknowledges-all-that-waits",
        file=_RECEIPTS,
        old="""f" WHERE {OPEN} AND desk=? AND n<=? AND state='waiting'\"""",
        new="""f" WHERE {OPEN} AND desk=? AND n<=?+99 AND state='waiting'\"""",
        tests=(
            "sync/client/test_register_under_attack.py::test_a_receipt_proves_nothing_about_what_was_never_sent",
            "simulator/test_simulator.py::test_a_kept_seed_holds",
        ),
    ),
    Fault(
        name="batch-with-a-hole",
        file=_PENDING,
        old="if found and (size > max_bytes or waiting.n != found[-1].n + 1):",
        new="if found and size > max_bytes:",
        tests=("sync/client/test_register_at_its_port.py",),
    ),
    Fault(
        name="batch-without-measure",
        file=_PENDING,
        old="if found and (size > max_bytes or waiting.n != found[-1].n + 1):",
        new="if found and waiting.n != found[-1].n + 1:",
        tests=("sync/client/test_register_at_its_port.py",),
    ),
    Fault(
        name="receipt-of-another-time-signs",
        file=_RECEIPTS,
        old="    if _is_of_another_time(db, receipt):\n        return False\n",
        new="",
        tests=("sync/courier/test_followed_meanwhile.py",),
    ),
    Fault(
        name="accepted-is-not-sent-again",
        file=_RECEIPTS,
        old="AND n>=? AND state IN ('accepted', 'quarantined', 'erased')",
        new="AND n>=? AND state IN ('quarantined', 'erased')",
        tests=("sync/put_back/test_restored_province.py",),
    ),
    Fault(
        name="exchange-under-a-former-name-counts",
        file="commune_desk/store/exchange/one_desk.py",
        old="            if tx.ledger.desk != self._desk:\n                raise EnrolledAnew\n",
        new="",
        tests=("usecases/registers/test_enrol_anew.py",),
    ),
    Fault(
        name="number-lost-with-a-save-that-failed",
        file=_REGISTER,
        old="            undo.callback(ledger.restore, mark)\n",
        new="",
        tests=(
            "simulator/test_simulator.py::test_a_kept_seed_holds",
            "store/desk/test_register.py",
        ),
    ),
    Fault(
        name="sealed-to-a-key-the-province-named",
        file=_REGISTER,
        old="FROM scope_key WHERE private IS NOT NULL ORDER BY key",
        new="FROM scope_key ORDER BY key",
        tests=(
            "sync/client/test_register_under_attack.py::test_a_province_cannot_have_things_sealed_to_a_key_of_its_own",
        ),
    ),
    Fault(
        name="form-forgets-what-it-saw",
        file=_TRANSACTION,
        old="if name not in hidden} | dict(seen or {})\n",
        new="if name not in hidden}\n",
        tests=("sync/meeting/test_edits_meet.py",),
    ),
    Fault(
        name="decision-names-no-conflict",
        file=_TRANSACTION,
        old="change = msgspec.structs.replace(change, verb=Verb.RESOLVE.value, resolves={field: ids})",
        new="change = msgspec.structs.replace(change, verb=Verb.RESOLVE.value, resolves={field: []})",
        tests=_MEETING,
    ),
    Fault(
        name="stamp-of-2255-taken-over",
        file="commune_desk/domain/time/clock.py",
        old="(stamp for stamp in stamps if not lies_ahead(stamp, now))",
        new="stamps",
        tests=("domain/time/test_stamps.py",),
    ),
    Fault(
        name="stamps-of-2099-for-ever",
        file=_LEDGER,
        old="            return 0\n        (staged,)",
        new="            return numbered\n        (staged,)",
        tests=(f"{_CLOCKS}::test_a_pc_that_once_stood_in_2099_writes_hours_of_today_again",),
    ),
    Fault(
        name="stamps-run-back-before-what-waits",
        file=_LEDGER,
        old="if is_right and not is_under_way and not waits and lies_ahead",
        new="if is_right and lies_ahead",
        tests=(f"{_CLOCKS}::test_a_pc_that_once_stood_in_2099_writes_hours_of_today_again",),
    ),
    Fault(
        name="late-numbers-let-stamps-run-back",
        file=_LEDGER,
        old="        return max(numbered, staged or 0, self._stamp_before_late_numbers(connection))",
        new="        return max(numbered, staged or 0)",
        tests=(f"{_CLOCKS}::test_nor_is_a_visit_of_2099_overtaken_where_numbers_were_given_late",),
    ),
    Fault(
        name="stamps-follow-a-clock-that-fell-behind",
        file=_LEDGER,
        old='is_right = told != "" and now > from_iso(told) - MOST_OFF',
        new="is_right = True",
        tests=(f"{_CLOCKS}::test_a_clock_that_fell_behind_takes_no_hour_back",),
    ),
    Fault(
        name="a-value-that-was-decided-for-told-as-lost",
        file="commune_desk/store/pages/history.py",
        old="if not _won_later(change, field, decided)}",
        new="}",
        tests=("sync/meeting/test_stays_meet.py::test_a_value_that_somebody_decided_for_is_no_lost_one",),
    ),
    Fault(
        name="waiting-counts-only-this-record-once",
        file="commune_desk/store/pages/sync_status.py",
        old="SELECT kind, count(DISTINCT record), count(*), sum(length(raw) + 89) FROM change",
        new="SELECT kind, count(DISTINCT record), count(DISTINCT record), sum(length(raw) + 89) FROM change",
        tests=("presenters/sync/test_page.py", *_SIMULATED),
    ),
)
