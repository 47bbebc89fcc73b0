"""Faults of what a register sends and forgets after a restore, and of readers that meet what nobody would write."""

from __future__ import annotations

from tests.mutations.fault import Fault

_DEPARTURES = "commune_desk/store/intake/departures.py"
_ENROLLED = "sync/journeys/test_enrolled_after_a_restore.py"
_AWAITED, _WAITS = "sync/server/intake/awaited.py", "sync/moves/test_waits_for_its_record.py"
_RESTORED, _SHOWN = "sync/put_back/test_restored_province.py", "sync/server/test_enrolled_with_a_receipt.py"
_SIGNED_FOR = "sync/server/identity/signed_for.py"
_SPOKEN = "sync/journeys/test_spoken_for.py"
_CONTENT_ALONE = "sync/put_back/test_content_alone_lost.py"
_NESTED = "msgspec.DecodeError, RecursionError"

FAULTS: tuple[Fault, ...] = (
    Fault(
        name="what-a-restored-province-lost-of-a-record-is-taken-from-who-has-it",
        file="commune_desk/store/intake/incoming.py",
        old="for field in {*standing, *held.writers} - lost:",
        new="for field in {*standing, *held.writers}:",
        tests=("sync/put_back/test_edited_by_a_colleague.py::test_what_the_province_lost_of_the_child_stays",),
    ),
    Fault(
        name="what-left-and-was-sent-again-stays-in-sight",
        file=_DEPARTURES,
        old="AND ? IN (id, n)",
        new="AND n=?",
        tests=(
            "sync/put_back/test_province_comes_back.py"
            "::test_a_child_registered_and_moved_since_the_backup_comes_back_whole",
        ),
    ),
    Fault(
        name="words-of-a-former-name-kept-for-ever",
        file=_DEPARTURES,
        old="    if durable_n and former:\n",
        new="    if False:\n",
        tests=(
            f"{_ENROLLED}::test_of_a_child_who_moved_no_word_stays_once_a_backup_has_it",
            f"{_ENROLLED}::test_of_one_who_moved_before_it_was_enrolled_anew_neither",
        ),
    ),
    Fault(
        name="a-child-goes-before-the-province-is-known-to-have-its-words",
        file=_DEPARTURES,
        old="({IS_UNSENT} OR {UNDER_WAY})",
        new="{IS_UNSENT}",
        tests=("sync/journeys/test_left_while_all_is_heard.py",),
    ),
    Fault(
        name="what-a-former-name-wrote-is-not-looked-for",
        file="commune_desk/store/exchange/staged.py",
        old="        _hear_all_again(tx, settings.identity(tx.connection))\n    versions",
        new="        pass\n    versions",
        tests=(
            "sync/journeys/test_withdrawn_after_a_silent_restore.py"
            "::test_without_the_receipt_the_feed_of_its_place_tells_what_it_lost",
        ),
    ),
    Fault(
        name="a-register-goes-without-asking-what-the-province-has-of-it",
        file="sync/client/session.py",
        old="            self._offer_last(channel)\n",
        new="",
        tests=("sync/put_back/test_withdrawn_and_put_back.py::test_it_sends_again_what_the_province_lost",),
    ),
    Fault(
        name="a-conflict-that-was-closed-with-another-history-stays-closed",
        file="commune_desk/store/intake/asked.py",
        old="WHERE state='closed' AND closed_by IS NULL\"",
        new='WHERE FALSE"',
        tests=("sync/put_back/test_asked_about_again.py::test_once_the_other_is_back_both_are_asked",),
    ),
    Fault(
        name="what-a-feed-closed-is-asked-again-when-its-edit-comes-twice",
        file="commune_desk/store/intake/asked.py",
        old=' AND closed_by IS NULL"',
        new='"',
        tests=("sync/wire/test_pages_add_up.py::test_what_another_feed_carries_too_is_merged_once",),
    ),
    Fault(
        name="what-the-province-does-not-ask-is-asked-at-who-begins-anew",
        file="commune_desk/store/exchange/beginning.py",
        old="            self._close_what_was_not_told(tx)\n",
        new="",
        tests=(
            "sync/put_back/test_asked_about_no_more.py::test_what_the_new_place_does_not_have_to_decide_is_not_asked",
        ),
    ),
    Fault(
        name="what-was-known-by-a-former-name-stays-set-aside",
        file="commune_desk/store/exchange/staged.py",
        old="    tx.connection.execute(_KNOWN_BY_FORMER_NAME)\n",
        new="",
        tests=("sync/journeys/test_offered_twice_and_put_back.py::test_it_is_sent_once_more",),
    ),
    Fault(
        name="what-was-sent-late-is-let-go-closed",
        file="commune_desk/store/intake/handing_on.py",
        old="for field in change.seal if (field, change.id) not in seen]",
        new="for field in change.seal if False]",
        tests=("sync/journeys/test_sealed_and_sent_late.py::test_the_new_commune_reads_what_it_decides",),
    ),
    Fault(
        name="what-is-only-sealed-again-hides-what-comes",
        file="commune_desk/store/intake/incoming.py",
        old="[one for one in changes if one.verb != Verb.RESEAL]",
        new="changes",
        tests=("sync/journeys/test_sealed_and_sent_late.py::test_what_was_sealed_for_nothing_hides_nothing",),
    ),
    Fault(
        name="what-is-written-once-is-nobodys",
        file="commune_desk/store/intake/incoming.py",
        old="    return behind is None and not stands(event.outcomes, field)\n",
        new="    return False\n",
        tests=("sync/moves/test_sealed_twice.py::test_the_new_commune_goes_on_opening_it",),
    ),
    Fault(
        name="what-waits-is-merged-the-last-first",
        file=_AWAITED,
        old="key=lambda one: (one[0], ",
        new="key=lambda one: (-one[0], ",
        tests=(f"{_WAITS}::test_who_had_heard_whom_is_kept_whoever_comes_first",),
    ),
    Fault(
        name="a-joining-waits-for-one-of-the-two",
        file=_AWAITED,
        old="named = {change.record, str(change.set[JOINED_TO])} if change.verb == _ALIAS else {change.record}",
        new="named = {change.record}",
        tests=(f"{_WAITS}::test_a_joining_waits_for_both",),
    ),
    Fault(
        name="a-move-does-not-wait-for-the-making",
        file="sync/server/intake/ordering.py",
        old="            self._arrived.setdefault(route.home, []).append(change.record)\n",
        new="            pass\n",
        tests=(f"{_WAITS}::test_a_move_waits_for_the_child_to_be_made",),
    ),
    Fault(
        name="what-was-taken-in-stays-set-aside",
        file=_AWAITED,
        old="(tables.awaited, tables.quarantine) if is_merged else (tables.awaited,)",
        new="(tables.awaited,)",
        tests=(f"{_WAITS}::test_it_is_merged_behind_the_move_and_told_with_it",),
    ),
    Fault(
        name="a-manifest-without-end-is-a-bug",
        file="commune_desk/store/desk/backup.py",
        old=f"({_NESTED})",
        new="msgspec.DecodeError",
        tests=("security/test_hostile_backups.py",),
    ),
    Fault(
        name="a-change-without-end-stops-erasures",
        file="sync/server/intake/set_aside.py",
        old=f"{_NESTED}, ",
        new="msgspec.DecodeError, ",
        tests=("sync/erasure/test_server_erasure.py::test_no_desk_stands_in_the_way_of_an_erasure",),
    ),
    Fault(
        name="a-list-without-end-is-a-bug",
        file="sync/server/lifecycle/erased_list.py",
        old="(Malformed, RecursionError, ",
        new="(Malformed, ",
        tests=("sync/erasure/test_server_erasure.py::test_a_list_that_somebody_else_wrote_erases_nothing",),
    ),
    Fault(
        name="a-report-of-the-year-1-is-a-bug",
        file="sync/server/intake/reports_in.py",
        old="(OverflowError, ValueError)",
        new="ValueError",
        tests=("sync/server/test_cli.py::test_reports_come_from_a_file_all_or_with_a_reason",),
    ),
    Fault(
        name="sent-for-others-unasked",
        file="commune_desk/store/exchange/repairing.py",
        old="if self._register.read_slowly(speaking_for.is_asked).result():",
        new="if True:",
        tests=(f"{_SPOKEN}::test_nothing_is_sent_for_others_unless_a_person_asks",),
    ),
    Fault(
        name="what-only-a-colleague-has-is-sent-by-nobody",
        file="commune_desk/store/exchange/repairing.py",
        old="spoken |= write(partial(speaking_for.speak_for, there=dict(some)))",
        new="pass",
        tests=(f"{_SPOKEN}::test_the_colleague_is_told_and_asks_for_it_to_be_sent",),
    ),
    Fault(
        name="asked-for-ever",
        file="commune_desk/store/intake/speaking_for.py",
        old="    settings.put(tx.connection, _ASKED, False)",
        new="    settings.put(tx.connection, _ASKED, True)",
        tests=(f"{_SPOKEN}::test_it_is_asked_for_once",),
    ),
    Fault(
        name="a-file-that-was-unheard-of-never-goes-up",
        file="commune_desk/store/exchange/feeds.py",
        old="    file_queue.offer_named(tx, _files_in(new))\n",
        new="",
        tests=(f"{_SPOKEN}::test_content_that_waited_for_its_record_goes_up_when_who_wrote_it_sends_that",),
    ),
    Fault(
        name="a-lost-edit-sinks-to-what-stood-before",
        file="commune_desk/store/intake/incoming.py",
        old="return stands_there is None or is_later(self._db, writer, stands_there, field)",
        new="return False",
        tests=(f"{_SPOKEN}::test_an_edit_that_it_lost_stays_in_sight_and_is_sent",),
    ),
    Fault(
        name="whatever-stands-here-counts-as-lost-there",
        file="commune_desk/store/intake/incoming.py",
        old="        if row[1] or writer in self._heard:\n            return False\n",
        new="        if stands_there != writer:\n            return True\n",
        tests=("sync/client/test_comparing.py::test_a_lost_update_is_put_right",),
    ),
    Fault(
        name="another-value-counts-as-the-same",
        file="commune_desk/store/intake/incoming.py",
        old="if value is not None and held.values.get(name) == value]",
        new="if value is not None]",
        tests=(f"{_SPOKEN}::test_what_says_something_else_stays_set_aside",),
    ),
    Fault(
        name="what-people-are-asked-about-counts-as-lost",
        file="commune_desk/store/intake/incoming.py",
        old="for field, writer in held.writers.items() if writer not in named}",
        new="for field, writer in held.writers.items() if writer}",
        tests=("sync/journeys/test_begun_while_it_is_asked_about.py::test_where_nothing_stood_nothing_does",),
    ),
    Fault(
        name="ours-counts-as-here-though-it-had-left",
        file="commune_desk/store/intake/incoming.py",
        old="            return row is not None\n",
        new="            return True\n",
        tests=("sync/journeys/test_came_back_to_who_enrols_anew.py::test_what_was_written_of_it_is_here_again",),
    ),
    Fault(
        name="withdrawn-waits-to-hear-what-is-lost",
        file="commune_desk/store/exchange/last_word.py",
        old="        pulled_once(tx)\n",
        new="        pass\n",
        tests=("sync/journeys/test_withdrawn_before_it_heard.py::test_by_line_it_is_set_aside_and_the_register_goes",),
    ),
    Fault(
        name="a-file-is-never-asked-about-again",
        file="commune_desk/store/exchange/replica.py",
        old="            confirming.ask_once_more(tx, comparing.last(tx.connection).at, now)\n",
        new="",
        tests=(f"{_CONTENT_ALONE}::test_it_is_sent_once_more_on_a_later_day",),
    ),
    Fault(
        name="a-file-is-asked-about-for-ever",
        file="commune_desk/store/files/file_queue.py",
        old="at=CASE WHEN ?2='' OR at='' THEN ?2 ELSE at END",
        new="at=?2",
        tests=(f"{_CONTENT_ALONE}::test_what_is_there_is_asked_about_once_a_day_and_for_three_days_alone",),
    ),
    Fault(
        name="what-is-asked-about-again-waits-for-the-next-sync",
        file="sync/client/session.py",
        old="            self._tally.file_fault = self._carry_files(channel, identity)\n\n    def abort",
        new="            pass\n\n    def abort",
        tests=(f"{_CONTENT_ALONE}::test_it_is_sent_once_more_on_a_later_day",),
    ),
    Fault(
        name="the-receipt-of-a-former-name-is-not-shown",
        file="commune_desk/usecases/registers/enrolment.py",
        old="    return replace(keys, receipt=receipt, receipt_signature=signature)\n",
        new="    return keys\n",
        tests=(
            "sync/journeys/test_withdrawn_after_a_silent_restore.py::test_what_it_lost_of_another_feed_is_found_too",
            "usecases/registers/test_enrol_anew.py"
            "::test_a_province_that_has_forgotten_what_it_signed_for_learns_it_by_the_receipt_shown",
        ),
    ),
    Fault(
        name="a-receipt-that-is-remembered-begins-an-epoch",
        file=_SIGNED_FOR,
        old="desk.last_n < receipt.accepted_n",
        new="desk.last_n <= receipt.accepted_n",
        tests=(f"{_SHOWN}::test_what_it_remembers_changes_nothing",),
    ),
    Fault(
        name="followed-into-an-epoch-is-taken-for-proven-there",
        file="commune_desk/store/exchange/staged.py",
        old='epoch not in ("", own.epoch)\n',
        new="epoch in ()\n",
        tests=("sync/put_back/test_followed_and_unproven.py::test_all_of_it_comes_again",),
    ),
    Fault(
        name="behind-a-gap-another-chain-stops-the-push",
        file="sync/client/pushing.py",
        old="_IS_ANOTHER and _IS_ANOTHER not in told:",
        new="_IS_ANOTHER and not told:",
        tests=(
            "sync/put_back/test_followed_and_unproven.py::test_behind_a_gap_it_is_told_at_once_that_it_is_one_of_two",
        ),
    ),
    Fault(
        name="the-last-receipt-is-one-of-a-former-epoch",
        file="commune_desk/store/changes/numbers.py",
        old=" IN ('', ?) ORDER BY",
        new=" <> ? ORDER BY",
        tests=(
            "sync/client/test_register_at_its_port.py::test_of_a_former_epoch_none_is_the_last_however_far_it_went",
        ),
    ),
    Fault(
        name="what-stands-under-the-numbers-is-not-compared",
        file=_SIGNED_FOR,
        old="    if not receipt.head:\n",
        new="    if True:\n",
        tests=(
            f"{_SHOWN}::test_other_changes_under_the_numbers_begin_an_epoch",
            "sync/put_back/test_numbers_taken_by_a_copy.py::test_what_the_province_had_lost_of_it_comes_again",
        ),
    ),
    Fault(
        name="the-chain-under-a-receipt-lacks-what-was-set-aside",
        file=_SIGNED_FOR,
        old="connection.execute(merged.union(aside).order_by",
        new="connection.execute(merged.order_by",
        tests=(f"{_SHOWN}::test_any_receipt_of_what_stands_there_changes_nothing",),
    ),
    Fault(
        name="another-change-under-an-own-number-goes-unnoticed",
        file="commune_desk/store/changes/numbers.py",
        old="    return not any(connection.execute(asked",
        new="    return True or not any(connection.execute(asked",
        tests=("store/changes/test_given_numbers.py",),
    ),
    Fault(
        name="receipt-of-a-former-epoch-believed",
        file=_SIGNED_FOR,
        old="    return said if said is not None and said.epoch == epoch else None\n",
        new="    return said\n",
        tests=(f"{_RESTORED}::test_a_receipt_of_before_the_restore_begins_no_second_epoch",),
    ),
    Fault(
        name="epoch-begun-without-proof",
        file=_SIGNED_FOR,
        old="    is_ours = seal.verify(province.keys.authority.public, seal.RECEIPT, body,",
        new="    is_ours = body or seal.verify(province.keys.authority.public, seal.RECEIPT, body,",
        tests=(f"{_RESTORED}::test_a_forged_receipt_begins_nothing",),
    ),
    Fault(
        name="numbers-of-a-former-name-stay-taken",
        file="commune_desk/store/exchange/staged.py",
        old="    journal.free_numbers(tx.connection, identity.desk)",
        new="    pass",
        tests=("sync/put_back/test_numbers_taken_by_a_copy.py::test_so_it_does_where_no_loss_is_known",),
    ),
    Fault(
        name="the-receipt-of-the-name-before-is-forgotten",
        file="commune_desk/store/exchange/staged.py",
        old="    settings.put(tx.connection, _SHOWN, receipt_to_show(tx.connection))\n",
        new="",
        tests=(
            "sync/journeys/test_withdrawn_after_a_silent_restore.py"
            "::test_also_where_the_name_before_had_nothing_to_send",
        ),
    ),
    Fault(
        name="a-question-about-a-file-waits-for-the-budget",
        file="commune_desk/store/files/file_queue.py",
        old="*([(confirming.NEXT, NO_BOUND)] if may_send else [])",
        new="*([(confirming.NEXT, NO_BOUND)] if may_send and left else [])",
        tests=(f"{_CONTENT_ALONE}::test_a_question_costs_nothing_of_the_days_budget",),
    ),
    Fault(
        name="a-page-of-another-chain-is-taken",
        file="sync/client/exchange.py",
        old="    _refuse_to_be_one_of_two(replica, page.header)\n",
        new="",
        tests=("sync/put_back/test_numbers_taken_by_a_copy.py::test_a_page_says_which_chain_the_province_follows",),
    ),
    Fault(
        name="what-was-set-aside-is-not-offered-again",
        file="commune_desk/store/exchange/staged.py",
        old="    _stage(tx, _SET_ASIDE)\n",
        new="",
        tests=(
            "sync/put_back/test_set_aside_and_lost.py::test_what_waited_for_its_child_is_offered_under_the_new_name",
        ),
    ),
)
