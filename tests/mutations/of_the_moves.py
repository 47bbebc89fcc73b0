"""Faults in moves, in what leaves and follows, in snapshots and in a province that was put back."""

from __future__ import annotations

from tests.mutations.fault import Fault

_RELOCATING, _WHERE, _MERGING = (
    "sync/server/intake/relocating.py",
    "sync/server/intake/whereabouts.py",
    "sync/server/intake/merging.py",
)
_ORDER, _PULL = "sync/server/intake/ordering.py", "sync/server/answers/pull.py"
_DEPARTURES = "commune_desk/store/intake/departures.py"
_REPLICA, _FEEDS = "commune_desk/store/exchange/replica.py", "commune_desk/store/exchange/feeds.py"
_INCOMING, _SESSION = "commune_desk/store/intake/incoming.py", "sync/client/session.py"
_SNAPSHOTS = "sync/client/snapshots.py"
_GUEST = "sync/journeys/test_written_as_a_guest.py"
_FORMER = "sync/moves/test_receipts_of_a_former_name.py"
_RESTORED = "sync/put_back/test_restored_province.py"
_MOVES, _CHILDREN = "sync/moves/test_server_moves.py", "sync/moves/test_children_move.py"
_BEGUN = "            self._write(beginning.end)\n"
_PORTIONS = "            self._restate_all(beginning, events)\n"

MOVES = (
    Fault(
        name="a-child-by-two-records-is-told-twice",
        file=_DEPARTURES,
        old="codes.setdefault(kept if stands_for_it else person, [])",
        new="codes.setdefault(person, [])",
        tests=("sync/moves/test_one_child_left.py",),
    ),
    Fault(
        name="a-sealing-for-where-the-child-was-stands-at-home",
        file=_RELOCATING,
        old="    let_stand_what_opens(connection, family.moved, target)\n",
        new="",
        tests=("sync/journeys/test_back_before_it_was_heard.py::test_at_home_all_of_it_opens",),
    ),
    Fault(
        name="what-a-push-made-is-forgotten-behind-a-refused-move",
        file=_WHERE,
        old="            self.kinds[change.record] = change.kind\n",
        new="",
        tests=("sync/server/test_after_a_refusal.py::test_a_record_made_before_a_refused_move_is_known_behind_it",),
    ),
    Fault(
        name="words-of-removal-stay-in-the-former-name",
        file="commune_desk/store/exchange/staged.py",
        old="    departures.tell_again(tx)\n",
        new="",
        tests=(f"{_FORMER}::test_what_was_not_told_yet_is_told_in_the_new_name",),
    ),
    Fault(
        name="a-file-does-not-follow-its-record",
        file="sync/server/answers/files.py",
        old="        return str(home or asked.scope)\n",
        new="        return asked.scope\n",
        tests=(
            "sync/files/test_left_before_it_was_sent.py::test_it_goes_on_from_where_it_was_and_lies_with_its_record",
        ),
    ),
    Fault(
        name="a-child-goes-before-its-files-are-sent",
        file=_DEPARTURES,
        old="if any(_is_unsent(db, record) or file_queue.goes_up(db, record) for _, record in leaving):",
        new="if any(_is_unsent(db, record) for _, record in leaving):",
        tests=("sync/files/test_left_on_the_way.py::test_a_line_that_breaks_in_the_middle_of_it_loses_nothing",),
    ),
    Fault(
        name="departure-not-noted-at-the-province",
        file="sync/server/intake/feeds.py",
        old="        append(self._connection, table, rows)\n",
        new="",
        tests=(f"{_MOVES}::test_a_late_visit_follows_the_child_and_applies",),
    ),
    Fault(
        name="departure-not-noted-at-the-desk",
        file=_DEPARTURES,
        old='    tx.connection.executemany("INSERT OR REPLACE INTO departure VALUES (?,?,?,?,?,?,0)", rows)\n',
        new="",
        tests=(f"{_CHILDREN}::test_the_new_commune_has_everything_and_the_old_one_no_word",),
    ),
    Fault(
        name="late-edit-applied",
        file=_MERGING,
        old="elif _is_late(change, route):",
        new="elif False:",
        tests=(f"{_MOVES}::test_a_late_edit_is_a_conflict_of_the_new_commune_and_never_applied_in_silence",),
    ),
    Fault(
        name="late-edit-set-aside",
        file=_WHERE,
        old="        return late if _is_believed(late) else None\n",
        new="        return None\n",
        tests=(f"{_MOVES}::test_a_late_edit_is_a_conflict_of_the_new_commune_and_never_applied_in_silence",),
    ),
    Fault(
        name="late-visit-set-aside",
        file=_ORDER,
        old="if item.line is None or route is None or code is not None:\n            self",
        new="if item.line is None or route is None or route.is_late or code is not None:\n            self",
        tests=(f"{_MOVES}::test_a_late_visit_follows_the_child_and_applies",),
    ),
    Fault(
        name="late-visit-stays-where-nobody-looks",
        file=_WHERE,
        old='        return Route(home, {home: ""}, is_late=True, entered=way.entered, again=way.again)',
        new='        return Route(change.scope, {change.scope: ""})',
        tests=(f"{_MOVES}::test_a_late_visit_follows_the_child_and_applies",),
    ),
    Fault(
        name="what-a-guest-writes-comes-by-a-share-that-its-home-never-heard-of",
        file=_WHERE,
        old="        made._load_ways_of_guests(connection, changes)\n",
        new="",
        tests=(f"{_GUEST}::test_what_the_house_corrects_after_the_child_has_moved_comes_to_the_new_commune",),
    ),
    Fault(
        name="what-a-house-notes-late-goes-to-the-commune",
        file=_WHERE,
        old="if way is None or not way.left_at or home is None",
        new="if way is None or home is None",
        tests=(f"{_GUEST}::test_what_a_house_sets_itself_to_do_stays_there_when_the_record_is_handed_back",),
    ),
    Fault(
        name="an-ended-share-is-told-alone",
        file="sync/server/answers/snapshots.py",
        old="    moves += lines_of(connection, _ends_of(connection, [line.change for line in moves]))\n",
        new="",
        tests=(f"{_GUEST}::test_a_desk_that_begins_then_is_not_told_that_the_house_holds_it_still",),
    ),
    Fault(
        name="conflict-stays-with-the-old-commune",
        file=_RELOCATING,
        old="        connection.execute(update(conflict).where(*open_ones).values(scope=target))\n",
        new="        pass\n",
        tests=(f"{_MOVES}::test_an_open_conflict_moves_and_is_the_new_communes",),
    ),
    Fault(
        name="what-left-is-still-told",
        file=_PULL,
        old="(row.seq < departed.get(step.record, 0) and not step.says_where)",
        new="False",
        tests=(f"{_MOVES}::test_what_left_is_told_no_more_to_who_begins_anew",),
    ),
    Fault(
        name="second-move-accepted",
        file=_RELOCATING,
        old="if route is None or (route.is_late and not _is_of_before(change, route)):",
        new="if route is None:",
        tests=(f"{_MOVES}::test_of_two_moves_the_second_is_set_aside_and_told",),
    ),
    Fault(
        name="move-set-aside-last-not-kept",
        file=_ORDER,
        old="            self._write(Batch())  # it may be the last of its push\n",
        new="",
        tests=(f"{_MOVES}::test_what_was_set_aside_last_is_kept_and_known_again",),
    ),
    Fault(
        name="resealed-with-the-wrong-key",
        file=_ORDER,
        old="elif change.seal and (sealed_for(change), change.key) not in keys:",
        new="elif change.seal and not change.to and (sealed_for(change), change.key) not in keys:",
        tests=(f"{_MOVES}::test_sealed_values_are_sealed_again_for_the_new_commune_and_replace_the_old",),
    ),
    Fault(
        name="purged-before-it-was-sent",
        file=_DEPARTURES,
        old="if any(_is_unsent(db, record) or file_queue.goes_up(db, record) for _, record in leaving):",
        new="if any(file_queue.goes_up(db, record) for _, record in leaving):",
        tests=(f"{_CHILDREN}::test_a_visit_that_is_not_sent_keeps_the_child_here_until_it_is",),
    ),
    Fault(
        name="purged-though-nobody-named-it",
        file=_DEPARTURES,
        old="for record in theirs if not _is_told_here(db, record)]",
        new="for (record,) in db.execute(f'SELECT id FROM {name}').fetchall()]",
        tests=(f"{_CHILDREN}::test_a_child_who_stays_keeps_everything",),
    ),
    Fault(
        name="stub-kept-against-the-policy",
        file=_DEPARTURES,
        old='            db.execute("UPDATE departure SET case_number=NULL WHERE change=?", (change,))\n',
        new="            pass\n",
        tests=(f"{_CHILDREN}::test_where_the_policy_drops_stubs_the_case_code_goes_too",),
    ),
    Fault(
        name="brought-by-nothing",
        file=_INCOMING,
        old="        if brought is None or brought.verb not in RELOCATING or",
        new="        if brought is not None and",
        tests=(f"{_CHILDREN}::test_a_change_that_no_move_brought_does_not_enter",),
    ),
)
BEGINNINGS = (
    Fault(
        name="snapshot-digest-unchecked",
        file=_SNAPSHOTS,
        old="    if seal.sha256(ciphertext) != protocol.unb64(offer.sha256):\n",
        new="    if False:\n",
        tests=("sync/client/test_snapshots.py::test_a_flipped_byte_anywhere_lets_nothing_in",),
    ),
    Fault(
        name="stale-snapshot-for-a-register-at-work",
        file="sync/server/answers/snapshots.py",
        old='    lag = 0 if request.fresh else max(WORTH, row["seq"] // _FRESH_SHARE)\n',
        new='    lag = max(WORTH, row["seq"] // _FRESH_SHARE)\n',
        tests=("sync/client/test_snapshots.py::test_a_register_at_work_is_begun_anew_from_a_snapshot_of_now",),
    ),
    Fault(
        name="snapshot-that-tells-of-who-left",
        file="sync/server/answers/snapshots.py",
        old='    tells_too_much = _left_at(connection, scope) > row["seq"]\n',
        new="    tells_too_much = False\n",
        tests=("sync/server/test_snapshots_ahead.py::test_one_that_tells_of_a_child_who_left_goes_to_nobody",),
    ),
    Fault(
        name="older-snapshot-for-a-desk-that-wrote",
        file="commune_desk/store/intake/snapshot_parts.py",
        old="    return connection.execute(others, _OF_ITSELF).fetchone() is not None\n",
        new="    return False\n",
        tests=("sync/server/test_snapshots_ahead.py::test_a_desk_that_wrote_something_is_given_one_of_now",),
    ),
    Fault(
        name="same-because-its-writers-are",
        file="commune_desk/store/intake/same_rows.py",
        old="        return [scope, values] == [here[1], list(here[3:])] and",
        new="        return bool(scope or values) and",
        tests=("sync/client/test_same_rows.py::test_a_value_that_is_not_what_its_author_wrote_is_put_back",),
    ),
    Fault(
        name="same-though-a-conflict-is-open",
        file="commune_desk/store/intake/same_rows.py",
        old="if one.record not in busy and self",
        new="if self",
        tests=(
            "sync/client/test_same_rows.py::test_a_conflict_that_the_province_no_longer_holds_is_closed_though_the_row_is_the_same",
        ),
    ),
    Fault(
        name="cursor-before-the-last-portion",
        file=_REPLICA,
        old=_PORTIONS + _BEGUN,
        new=_BEGUN + _PORTIONS,
        tests=("sync/client/test_snapshots.py::test_a_desk_that_dies_between_two_portions_begins_again",),
    ),
    Fault(
        name="absence-deletes",
        file=_FEEDS,
        old="    Incoming(tx, {}).apply((), {scope: position})\n",
        new="    Incoming(tx, {}).apply((), {scope: position})\n"
        '    tx.connection.execute("DELETE FROM home_visit WHERE id NOT IN'
        ' (SELECT record FROM change WHERE seq>0)")\n',
        tests=("sync/client/test_snapshots.py::test_what_waits_on_the_desk_survives_its_beginning_anew",),
    ),
    Fault(
        name="epoch-not-followed",
        file="sync/client/exchange.py",
        old="    replica.follow(epoch)\n",
        new="",
        tests=(f"{_RESTORED}::test_what_it_had_signed_for_comes_back_though_nothing_new_was_typed",),
    ),
    Fault(
        name="held-for-a-newer-province-is-sent",
        file="commune_desk/store/writing/transaction.py",
        old="        return needed_schema(change) > self.ledger.province_schema\n",
        new="        return False\n",
        tests=("sync/wire/test_other_versions.py::test_a_newer_desk_holds_only_what_an_older_province_cannot_take",),
    ),
    Fault(
        name="held-back-when-it-is-withdrawn",
        file="commune_desk/store/desk/removal.py",
        old='    staged = f"SELECT 1 {journal.TAKEN_OVER} LIMIT 1"\n',
        new='    staged = f"SELECT 1 {journal.MAY_GO} LIMIT 1"\n',
        tests=(
            "sync/journeys/test_held_for_an_older_province.py::test_a_desk_that_is_withdrawn_leaves_it_with_the_province",
        ),
    ),
    Fault(
        name="photo-before-its-words-after-a-restore",
        file="commune_desk/store/files/file_queue.py",
        old="left, may_send = budget(db, day).left, not _awaits_pull(db)\n",
        new="left, may_send = budget(db, day).left, True\n",
        tests=(
            "sync/journeys/test_enrolled_after_a_restore.py::test_until_its_words_are_there_the_province_is_not_asked_about_a_photo",
        ),
    ),
    Fault(
        name="each-late-word-is-asked-about",
        file="sync/server/intake/merging.py",
        old="            succeeded = self._succeed(change, name, merged)\n            if",
        new="            succeeded = None\n            if",
        tests=("sync/moves/test_server_moves.py::test_who_types_on_about_a_child_who_had_left_leaves_one_question",),
    ),
    Fault(
        name="taken-back-without-a-word",
        file="sync/server/intake/relocating.py",
        old='    return "" if change.scope == change.to else change.id\n',
        new='    return ""\n',
        tests=(
            "sync/moves/test_server_moves.py::test_a_holder_that_takes_a_person_back_from_another_says_what_brings_its_word_there",
            "traces/test_replayed.py::test_todays_province_answers_every_recorded_request_as_it_was_answered_then",
        ),
    ),
)
PROOFS = (
    Fault(
        name="head-of-a-run-unchecked",
        file="sync/client/page.py",
        old="if public is None or not seal.verify(public, seal.HEAD, statement, protocol.unb64(run.signature)):",
        new="if public is None:",
        tests=("sync/wire/test_signed_heads.py::test_whatever_is_changed_in_a_proof_proves_nothing",),
    ),
    Fault(
        name="run-too-long-taken-in",
        file="sync/server/intake/runs.py",
        old="    if len(run) > MAX_RUN:\n        raise Malformed\n",
        new="",
        tests=("sync/wire/test_signed_heads.py::test_heads_too_far_apart_prove_nothing",),
    ),
    Fault(
        name="run-too-long-believed",
        file="sync/client/page.py",
        old="        if not 0 < len(numbers) <= MAX_RUN:\n",
        new="        if not 0 < len(numbers):\n",
        tests=("sync/wire/test_signed_heads.py::test_a_run_that_is_too_long_is_not_believed",),
    ),
    Fault(
        name="digest-of-another-desk-proven",
        file="sync/client/page.py",
        old="        proven |= set(present.values())\n",
        new="        proven |= {line.digest for line in lines if line.change.n in numbers}\n",
        tests=("sync/wire/test_signed_heads.py::test_another_desks_chain_proves_nothing",),
    ),
)
_LOAD = "test_load_model.py"
PROMISES = (
    Fault(
        name="domain-of-receipts-changed",
        file="sync/seal.py",
        old='RECEIPT = b"cd-receipt-v1"\n',
        new='RECEIPT = b"cd-receipt-v2"\n',
        tests=("traces/test_replayed.py::test_todays_desk_believes_the_receipts_of_then",),
    ),
    Fault(
        name="no-jitter-after-failures",
        file="sync/client/backoff.py",
        old=" + random() * ceiling\n",
        new=" + ceiling\n",
        tests=(f"{_LOAD}::test_after_two_hours_everybody_is_back_within_the_longest_wait_and_asks_once",),
    ),
    Fault(
        name="no-jitter-in-the-morning",
        file="commune_desk/usecases/sync/schedule.py",
        old="        self.due = now + random() * pace.start_jitter\n",
        new="        self.due = now + pace.start_jitter\n",
        tests=(f"{_LOAD}::test_a_morning_at_eight_is_spread_over_the_first_seconds",),
    ),
    Fault(
        name="a-late-edit-told-so-that-nobody-believes-it",
        file=_WHERE,
        old="        return late if _is_believed(late) else None\n",
        new="        return late\n",
        tests=("sync/moves/test_late_edits_told.py::test_where_no_move_is_found_it_is_set_aside_and_stops_no_feed",),
    ),
    Fault(
        name="a-guests-word-told-by-a-share-of-strangers",
        file=_WHERE,
        old=" if way is None or way.entered else None",
        new="",
        tests=("sync/moves/test_ways_of_guests.py::test_where_no_move_is_found_the_guests_word_is_set_aside",),
    ),
    Fault(
        name="a-guest-where-she-lived-came-by-no-move",
        file=_WHERE,
        old="by | set(_brought(connection, home, record))",
        new="by",
        tests=(
            "sync/moves/test_late_edits_told.py"
            "::test_a_late_edit_of_somebody_who_is_a_guest_where_she_lived_stops_no_feed",
        ),
    ),
    Fault(
        name="a-base-that-never-came-in-the-snapshot",
        file="sync/server/answers/snapshots.py",
        old="if _is_of(one.line.change, scope) or one.line.change.id in by]",
        new="]",
        tests=("sync/moves/test_late_edits_told.py::test_while_a_late_edit_waits_the_new_commune_can_begin_anew",),
    ),
)
FAULTS = (*MOVES, *BEGINNINGS, *PROOFS, *PROMISES)
