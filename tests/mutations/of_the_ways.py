"""Faults on the other ways: files, a courier's bundle, and what a locked desk sends."""

from __future__ import annotations

from tests.mutations.fault import Fault

_FILES, _COURIER, _LOCKED = (
    "sync/server/answers/files.py",
    "sync/client/courier.py",
    "commune_desk/usecases/locked/push.py",
)
_DOORBELL, _DELIVERED = "commune_desk/usecases/locked/doorbell.py", "usecases/locked/test_taken_up_and_delivered.py"
_MOVED = "commune_desk/usecases/registers/moved_province.py"
_PAUSED = "system/test_pause.py"
_ATTACKED = "usecases/locked/test_push_attacked.py"
_SERVED = "sync/files/test_server.py"

_SNAPSHOTS = "sync/client/test_snapshots.py"
_BEHIND = "sync/journeys/test_withdrawn_behind_a_copy.py"
_SHARES = "sync/journeys/test_shares_put_back.py"
_CONTENT_ALONE = "sync/put_back/test_content_alone_lost.py"

FAULTS = (
    Fault(
        name="a-new-report-is-said-to-be-taken-up",
        file=_DOORBELL,
        old="taken=0) if profile.receipts.exists() else card",
        new="taken=0) if False else card",
        tests=(_DELIVERED,),
    ),
    Fault(
        name="a-locked-desk-rings-by-the-count-alone",
        file=_DOORBELL,
        old=" or waiting.newest > known.newest",
        new="",
        tests=(_DELIVERED,),
    ),
    Fault(
        name="strangers-word-drops-a-snapshot",
        file="sync/client/snapshots.py",
        old="            not_there = offer.token\n",
        new="            replica.drop_snapshot(offer.token)\n",
        tests=(f"{_SNAPSHOTS}::test_what_somebody_on_the_way_says_takes_nothing_back_of_it",),
    ),
    Fault(
        name="anybody-keeps-a-desk-away-for-a-day",
        file="sync/client/reply.py",
        old='response.headers.get("Date", "")), CAP_SECONDS)',
        new='response.headers.get("Date", "")), 99_999_999)',
        tests=("sync/client/test_busy.py::test_nobody_but_the_province_keeps_a_desk_away_for_hours",),
    ),
    Fault(
        name="another-desks-wait-is-ours",
        file="sync/client/channel.py",
        old="told if problem.desk == desk else min(told, CAP_SECONDS)",
        new="told",
        tests=("sync/client/test_busy.py::test_another_desks_refusal_played_back_keeps_nobody_away_for_hours",),
    ),
    Fault(
        name="withdrawn-pc-keeps-its-photo",
        file="sync/server/answers/files.py",
        old="if not sizes and caller.status == REVOKED:",
        new="if False:",
        tests=("sync/files/test_of_withdrawn_desks.py::test_its_content_is_at_the_province_before_the_register_goes",),
    ),
    Fault(
        name="kept-unread-outlives-its-child",
        file="commune_desk/store/intake/departures.py",
        old="codes.get(record)) for kind, record in left]",
        new="codes.get(record)) for kind, record in left if kind in KINDS]",
        tests=("sync/journeys/test_of_kinds_that_only_newer_ones_know.py::test_it_goes_with_its_child",),
    ),
    Fault(
        name="who-is-not-known-is-here-alone",
        file="commune_desk/store/intake/comparing.py",
        old="(record not in aside and _is_told(connection, record))",
        new="record not in aside",
        tests=("sync/journeys/test_guest_of_whom_nothing_is_known.py::test_both_sides_are_the_same",),
    ),
    Fault(
        name="snapshot-cut-short-is-offered",
        file="sync/server/answers/snapshots.py",
        old="path.is_file() and path.stat().st_size == size",
        new="path.is_file()",
        tests=(f"{_SNAPSHOTS}::test_a_file_that_the_disk_cut_short_is_offered_to_nobody",),
    ),
    Fault(
        name="sealed-at-lock-though-paused",
        file=_LOCKED,
        old="    if desk.register.write(lambda tx: is_paused(tx.connection)).result()[0]:\n        return\n",
        new="",
        tests=(f"{_PAUSED}::test_it_stands_after_a_lock_until_somebody_resumes",),
    ),
    Fault(
        name="pause-forgotten-at-unlocking",
        file="commune_desk/working_desk.py",
        old="        self._hold_if_metered()\n        self._heed_pause()\n        self.agent.start()\n",
        new="        self._hold_if_metered()\n        self.agent.start()\n",
        tests=(f"{_PAUSED}::test_it_stands_after_a_lock_until_somebody_resumes",),
    ),
    Fault(
        name="moved-to-whoever-answers",
        file=_MOVED,
        old="            self._greet(there)\n",
        new="            self._connect(there).rest()\n",
        tests=("usecases/registers/test_moved_province.py::test_another_province_is_not_followed",),
    ),
    Fault(
        name="moved-without-the-pinned-certificate",
        file=_MOVED,
        old="Transport(pins.address, ca_pem=pins.ca_pem, limits=",
        new="Transport(pins.address, ca_pem=None, limits=",
        tests=("system/test_moved_province.py::test_over_tls_it_follows_to_another_port_and_to_no_other_province",),
    ),
    Fault(
        name="moved-after-another-enrolment",
        file=_MOVED,
        old="if own.pins is None or own.pins.authority_public != there.authority_public:",
        new="if own.pins is None:",
        tests=(
            "usecases/registers/test_moved_province.py"
            "::test_a_province_that_was_enrolled_with_meanwhile_keeps_its_own_address",
        ),
    ),
    Fault(
        name="file-hash-unchecked",
        file=_FILES,
        old="    if may_end and digest_of(_bytes_from(connection, blob, 0, blob.got)) == blob.sha256:\n",
        new="    if may_end:\n",
        tests=(f"{_SERVED}::test_what_is_not_what_the_change_names_is_thrown_away_and_begins_anew",),
    ),
    Fault(
        name="file-of-another-place-served",
        file=_FILES,
        old="if caller.grants.get(asked.scope) not in roles or not is_digest(asked.file):",
        new="if not is_digest(asked.file):",
        tests=(f"{_SERVED}::test_what_no_change_names_and_what_another_place_names_look_the_same",),
    ),
    Fault(
        name="file-had-by-naming-it-elsewhere",
        file=_FILES,
        old="select(record.c.size).where(record.c.scope == asked.scope, record.c.sha256 == asked.file)",
        new="select(record.c.size).where(record.c.sha256 == asked.file)",
        tests=(f"{_SERVED}::test_what_no_change_names_and_what_another_place_names_look_the_same",),
    ),
    Fault(
        name="file-piece-from-anywhere-appended",
        file=_FILES,
        old="if blob.done_at is not None or header.offset != blob.got:",
        new="if blob.done_at is not None:",
        tests=(f"{_SERVED}::test_a_piece_that_comes_twice_or_from_elsewhere_is_left_aside",),
    ),
    Fault(
        name="bundle-of-the-province-unsigned",
        file=_COURIER,
        old="if header.sender != protocol.PROVINCE_DESK or not arrived.signed_by(identity.authority_public):",
        new="if header.sender != protocol.PROVINCE_DESK:",
        tests=("sync/courier/test_forged.py::test_a_desk_believes_only_the_authority_that_it_pinned",),
    ),
    Fault(
        name="bundle-of-a-desk-unsigned",
        file="sync/server/edge/courier.py",
        old="    if not arrived.signed_by(desk.sign_public):",
        new="    if desk.status == desks.EXPECTED:",
        tests=("sync/courier/test_forged.py::test_only_a_desk_of_the_province_is_believed",),
    ),
    Fault(
        name="of-a-pc-of-before-a-restore-nothing-is-said",
        file="sync/server/edge/courier.py",
        old=""" Where a "
                "backup was put back it can be of a PC that was enrolled after that backup: such a PC needs a new "
                "code, see docs/province.md, section 8.\"""",
        new='"',
        tests=("sync/courier/test_enrolled_after_the_backup.py::test_its_stick_is_refused_with_the_way_on",),
    ),
    Fault(
        name="bundle-for-another-taken",
        file="sync/bundle.py",
        old="    if bundle.header.to != own or bundle.header.key != protocol.b64(key.public):\n",
        new="    if False:\n",
        tests=("sync/courier/test_bundle.py::test_what_was_signed_for_another_is_not_taken_from_whoever_sealed_it_on",),
    ),
    Fault(
        name="bundle-of-another-time-followed-unasked",
        file=_COURIER,
        old="    if not brought.is_answer:\n        raise ReplyOfAnotherTime\n",
        new="",
        tests=("sync/courier/test_another_time.py::test_an_answer_from_before_the_new_epoch_decides_nothing",),
    ),
    Fault(
        name="carried-snapshot-of-before-taken",
        file="sync/client/carried_snapshots.py",
        old="    if not brought.is_answer or held_n < signed_for:\n",
        new="    if not brought.is_answer:\n",
        tests=(
            "sync/courier/test_carried_snapshots.py::"
            "test_an_older_snapshot_does_not_set_back_what_was_signed_for_since",
        ),
    ),
    Fault(
        name="carried-offer-unsigned",
        file="sync/client/carried_snapshots.py",
        old="    if not seal.verify(identity.authority_public, seal.FEED, said, protocol.unb64(part.signature)):\n",
        new="    if False:\n",
        tests=("sync/courier/test_carried_snapshots.py::test_a_changed_piece_is_refused",),
    ),
    Fault(
        name="offered-again-keeps-its-former-place",
        file="commune_desk/store/intake/restating.py",
        old="    connection.execute(_COMES_BACK)\n",
        new="",
        tests=("sync/courier/test_put_back_by_stick.py::test_what_is_offered_again_keeps_showing_until_it_comes_back",),
    ),
    Fault(
        name="removal-with-files-that-wait",
        file="commune_desk/usecases/sync/leaving.py",
        old="        if not files:\n            sign_last_word(tx)\n",
        new="        sign_last_word(tx)\n",
        tests=("sync/courier/test_words_of_removal.py::test_files_that_wait_for_a_line_hold_the_removal_back",),
    ),
    Fault(
        name="locked-receipt-unverified",
        file=_LOCKED,
        old="if not verify(own.pins.authority_public, RECEIPT, one.body, one.signature):",
        new="if False:",
        tests=(f"{_ATTACKED}::test_a_receipt_that_the_province_did_not_sign_counts_for_nothing",),
    ),
    Fault(
        name="locked-receipt-of-another-copy-believed",
        file=_LOCKED,
        old="    up_to = replica.named_up_to(receipt) if receipt.desk == desk else 0\n",
        new="    up_to = receipt.accepted_n\n",
        tests=(f"{_ATTACKED}::test_a_receipt_for_another_copy_of_this_register_says_nothing_here",),
    ),
    Fault(
        name="missing-taken-back-by-what-answers-nothing",
        file="commune_desk/usecases/sync/stick_bundles.py",
        old="        if brought.is_answer:\n            read.missing = brought.missing\n",
        new="        read.missing = brought.missing\n",
        tests=(
            "sync/courier/test_several_answers.py::"
            "test_what_an_answer_says_is_missing_stays_said_beside_a_later_bundle_that_answers_nothing",
        ),
    ),
    Fault(
        name="own-bundle-sought-among-the-first-alone",
        file="commune_desk/usecases/sync/courier.py",
        old="self._looked_through(found, box.public)\n",
        new="self._looked_through(found[: stick.MOST_READ], box.public)\n",
        tests=(
            "usecases/sync/test_crowded_folders.py::"
            "test_its_own_bundle_is_found_behind_many_of_others_and_leaves_the_stick",
        ),
    ),
    Fault(
        name="photos-that-wait-called-nothing",
        file="commune_desk/store/pages/sync_status.py",
        old="        files_to_send=file_queue.count_going_up(connection),\n",
        new="",
        tests=(
            "sync/courier/test_stays_here.py::test_photos_that_wait_for_a_line_are_told_until_they_are_at_the_province",
        ),
    ),
    Fault(
        name="refused-while-locked-said-to-go-by-itself",
        file="commune_desk/ui/opening/unlock.py",
        old="        is_refused = self._delivery is not None and self._delivery.is_refused\n",
        new="        is_refused = False\n",
        tests=("ui/lock/test_carried.py::test_what_the_province_refused_is_said_to_go_once_somebody_unlocks",),
    ),
    Fault(
        name="file-that-is-to-come-noted-twice",
        file="commune_desk/store/files/unfetched.py",
        old="{_MAY_COME} AND NOT EXISTS (SELECT 1 FROM unfetched u WHERE u.id=a.id)",
        new="{_MAY_COME}",
        tests=("store/files/test_fetched_by_itself.py::test_a_file_that_is_to_come_may_be_told_of_again",),
    ),
    Fault(
        name="piece-lies-where-the-child-was",
        file=_FILES,
        old="            named, by = self._follow(connection, province, caller, asked)\n        return named, by\n",
        new="        return named, by\n",
        tests=("sync/postgres/test_files_meet_moves.py::test_a_piece_that_meets_the_move_lies_where_the_child_is",),
    ),
    Fault(
        name="receipt-before-the-disk-has-it",
        file="sync/server/engine/postgres.py",
        old='    "synchronous_commit": "on",\n',
        new="",
        tests=("sync/postgres/test_waits_for_the_disk.py::test_a_commit_waits_for_the_disk",),
    ),
    Fault(
        name="who-fetched-a-file-is-not-asked-for-it",
        file="commune_desk/store/files/confirming.py",
        old="file_queue WHERE state='done' AND at>=?",
        new="file_queue WHERE direction='up' AND state='done' AND at>=?",
        tests=(f"{_CONTENT_ALONE}::test_who_fetched_it_sends_it_too",),
    ),
    Fault(
        name="a-refused-question-takes-a-photo-from-sight",
        file="commune_desk/store/files/file_queue.py",
        old=" AND NOT (direction='down' AND state='done')",
        new="",
        tests=(f"{_CONTENT_ALONE}::test_what_was_fetched_is_here_though_the_province_refuses_to_speak_of_it",),
    ),
    Fault(
        name="behind-a-copy-nobody-hears-of-the-order",
        file="sync/server/intake/push.py",
        old='head=state.head if is_out else b"")',
        new='head=b"")',
        tests=(f"{_BEHIND}::test_by_line_it_is_set_aside_and_the_register_goes",),
    ),
    Fault(
        name="the-stick-does-not-number-behind-a-copy",
        file=_COURIER,
        old="    _number_behind(replica, identity, arrived)\n",
        new="",
        tests=(f"{_BEHIND}::test_by_stick_too",),
    ),
    Fault(
        name="numbers-that-a-province-put-back-never-gets-are-waited-for",
        file="sync/client/pushing.py",
        old="            if not problem.head:\n",
        new="            if True:\n",
        tests=(f"{_BEHIND}::test_put_back_to_before_the_other_numbers_and_withdrawn_again_it_goes",),
    ),
    Fault(
        name="the-move-goes-with-the-words-of-who-left",
        file="commune_desk/store/intake/departures.py",
        old='    words = f"NOT ({_SAYS_WHERE}) AND"\n',
        new='    words = ""\n',
        tests=("sync/journeys/test_moved_and_backed_up.py::test_who_moved_the_child_goes_on_hearing_of_the_mother",),
    ),
    Fault(
        name="tied-to-who-has-left-nobody-sees-whom-it-is-about",
        file="sync/server/intake/whereabouts.py",
        old="        return way is not None and way.left_at > 0 and home == change.scope\n",
        new="        return False\n",
        tests=("sync/journeys/test_tied_late.py::test_its_commune_still_has_it_and_its_hours_run",),
    ),
    Fault(
        name="a-record-that-has-left-comes-back-empty",
        file="commune_desk/store/intake/incoming.py",
        old="                _show(held, field, *behind)\n                self._store(change.record, held)\n",
        new="                _show(held, field, *behind)\n        self._store(change.record, held)\n",
        tests=("store/exchange/test_put_back.py::test_what_has_left_stays_away",),
    ),
    Fault(
        name="what-was-taken-back-is-shared-again",
        file="sync/server/intake/relocating.py",
        old="    if not is_there and not was_there:\n",
        new="    if False:\n",
        tests=(f"{_SHARES}::test_what_was_taken_back_stays_so",),
    ),
    Fault(
        name="a-later-share-ended-by-what-had-waited",
        file="sync/server/intake/relocating.py",
        old="    return any(change.stamp < line.change.stamp for line in share)\n",
        new="    return False\n",
        tests=(f"{_SHARES}::test_a_share_of_after_is_not_ended_by_what_waited",),
    ),
    Fault(
        name="a-share-of-before-the-move-comes-too-late",
        file="sync/server/intake/relocating.py",
        old="and change.stamp < route.left_at",
        new="and False",
        tests=(f"{_SHARES}::test_a_share_of_before_the_move_holds",),
    ),
    Fault(
        name="who-is-the-home-no-more-shares",
        file="sync/server/intake/relocating.py",
        old="and change.stamp < route.left_at",
        new="and route.left_at > 0",
        tests=(f"{_SHARES}::test_a_share_of_after_the_move_is_told_to_who_wrote_it",),
    ),
    Fault(
        name="another-desks-numbers-are-ours",
        file="sync/client/channel.py",
        old="    if problem.code in _DECIDED or problem.head:\n",
        new="    if problem.code in _DECIDED:\n",
        tests=("sync/client/test_session.py::test_where_another_desk_may_go_on_is_nobody_elses",),
    ),
)
