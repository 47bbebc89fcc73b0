"""Faults in the province's numbering, in what it keeps and in what it hands out."""

from __future__ import annotations

from tests.mutations.fault import Fault

_PUSH, _ORDER, _PULL = "sync/server/intake/push.py", "sync/server/intake/ordering.py", "sync/server/answers/pull.py"
_RUNS = "sync/server/intake/runs.py"
_KEEP = """            if row := _row(header.desk, run, start, marks[item.n]):
                rows.append(row)
            run, start = [], head
"""
_CHAIN = (
    "            _check(header.desk, item.n, head, marks[item.n], public)\n"
    + _KEEP
    + "    if fresh and head != said:\n"
)
_PUSHES = ("sync/server/test_push.py",)
_NOT_A_FORK = "    if any(item.n not in held or held[item.n][0] != item.digest for item in again):\n"
_COPYING, _COPIED = "sync/server/engine/copying.py", "sync/postgres/test_copied.py"

TAKING_IN = (
    Fault(
        name="push-in-anothers-name",
        file=_PUSH,
        old='    if header.desk != caller.id:\n        raise Refused(404, "not_found")\n',
        new="",
        tests=("sync/server/test_gate.py::test_a_desk_cannot_push_in_another_desks_name",),
    ),
    Fault(
        name="push-of-a-former-epoch",
        file=_PUSH,
        old='    if header.epoch != epoch:\n        raise Refused(409, "epoch")\n',
        new="",
        tests=("sync/server/test_epoch_of_a_push.py",),
    ),
    Fault(
        name="gap-in-numbers-accepted",
        file=_PUSH,
        old="    if header.first_n > state.last_n + 1:\n",
        new="    if False:\n",
        tests=("sync/server/test_push.py::test_a_gap_is_refused_with_the_number_that_is_missing",),
    ),
    Fault(
        name="missing-dedupe",
        file=_PUSH,
        old="    fresh = [item for item in incoming if item.n > state.last_n]\n",
        new="    fresh = list(incoming)\n",
        tests=("sync/server/test_push.py::test_the_same_push_again_changes_nothing",),
    ),
    Fault(
        name="other-history-taken-for-a-repeat",
        file=_PUSH,
        old=_NOT_A_FORK,
        new="    if any(item.n not in held for item in again):\n",
        tests=("sync/server/test_push.py::test_a_history_that_exists_twice_stops_the_desk_and_loses_nothing",),
    ),
    Fault(
        name="fork-does-not-freeze",
        file=_PUSH,
        old='        if refusal.code == "fork" and caller.status == desks.ACTIVE:\n',
        new="        if False:\n",
        tests=("sync/server/test_push.py::test_a_history_that_exists_twice_stops_the_desk_and_loses_nothing",),
    ),
    Fault(
        name="frozen-desk-writes-on",
        file=_PUSH,
        old="    if state is None or state.status == desks.FROZEN:\n",
        new="    if state is None:\n",
        tests=("sync/server/test_push.py::test_a_history_that_exists_twice_stops_the_desk_and_loses_nothing",),
    ),
    Fault(
        name="head-signature-unchecked",
        file=_RUNS,
        old="    if not seal.verify(public, seal.HEAD, head_statement(desk, n, head), signature):\n",
        new="    if False:\n",
        tests=("sync/wire/test_signed_heads.py::test_a_head_that_the_desk_did_not_sign_lets_nothing_in",),
    ),
    Fault(
        name="desk-chain-unchecked",
        file=_RUNS,
        old=_CHAIN,
        new=_KEEP + "    if False:\n",
        tests=("sync/server/test_whose_change.py",),
    ),
    Fault(
        name="revoked-while-it-pushes",
        file=_PUSH,
        old="    if (state.status, state.grants) != (caller.status, caller.grants):\n",
        new="    if False:\n",
        tests=("sync/server/test_push.py::test_a_desk_revoked_while_it_pushes_writes_nothing_more",),
    ),
    Fault(
        name="revoked-desk-still-merged",
        file=_PUSH,
        old='    if caller.status == desks.REVOKED:\n        return "revoked"\n',
        new="",
        tests=("sync/server/test_push.py::test_a_revoked_desk_loses_nothing_it_still_sends",),
    ),
    Fault(
        name="what-was-set-aside-is-called-merged",
        file=_PUSH,
        old='    held |= {row.n: (row.digest, "quarantined", row.code) for row in kept}\n',
        new='    held |= {row.n: (row.digest, "dup", "") for row in kept}\n',
        tests=("sync/client/test_set_aside.py::test_a_desk_whose_receipt_was_lost_still_learns_what_was_set_aside",),
    ),
    Fault(
        name="quarantine-drops",
        file=_ORDER,
        old="        self._quarantined.append(_quarantine_row(self._desk, item, code, self._now))\n",
        new="",
        tests=("sync/server/test_push.py::test_a_change_that_does_not_hold_is_set_aside_whole",),
    ),
    Fault(
        name="id-used-twice",
        file=_ORDER,
        old='        if change.id in used:\n            item.code = "id"\n        elif',
        new="        if",
        tests=("sync/server/test_push.py::test_a_record_does_not_move_and_an_id_is_used_once",),
    ),
    Fault(
        name="sealed-to-an-unknown-key",
        file=_ORDER,
        old="        elif change.seal and (sealed_for(change), change.key) not in keys:\n",
        new="        elif False:\n",
        tests=("sync/server/test_push.py::test_sealed_values_pass_only_under_a_key_of_their_place",),
    ),
    Fault(
        name="record-moves-by-itself",
        file="sync/server/intake/whereabouts.py",
        old="        if way is None:\n            return None\n",
        new="        if way is None:\n            return Route(home, scopes)\n",
        tests=("sync/server/test_push.py::test_a_record_does_not_move_and_an_id_is_used_once",),
    ),
    Fault(
        name="written-once-is-written-again",
        file=_ORDER,
        old='return "append_only" if again else None',
        new="return None",
        tests=("sync/server/test_push.py::test_what_is_written_once_is_never_written_again",),
    ),
    Fault(
        name="one-id-of-two-kinds",
        file=_ORDER,
        old='    if batch.records.kind_of(change.record) not in (None, change.kind):\n        return "id"\n',
        new="",
        tests=("sync/server/test_one_id_two_kinds.py",),
    ),
    Fault(
        name="an-earlier-lock-is-waited-for",
        file="sync/server/intake/feeds.py",
        old="elif wanted - self._lock(wanted, waits=False):",
        new="elif wanted - self._lock(wanted):",
        tests=("sync/moves/test_moves_meet.py::test_whoever_finds_an_earlier_lock_held_gives_way_and_begins_again",),
    ),
    Fault(
        name="a-busy-commune-turns-late-visits-away",
        file="sync/server/engine/database.py",
        old="                met.update(crossed.scopes)\n",
        new="",
        tests=("sync/moves/test_moves_meet.py::test_a_late_visit_waits_its_turn_in_a_busy_commune",),
    ),
    Fault(
        name="replies-wait-for-an-acknowledgement",
        file="sync/server/edge/serving.py",
        old="        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)\n",
        new="",
        tests=("sync/server/test_serving.py::test_a_reply_waits_for_no_acknowledgement",),
    ),
    Fault(
        name="scope-row-not-locked",
        file="sync/server/intake/feeds.py",
        old="self._connection.execute(rows.with_for_update(skip_locked=not waits))",
        new="self._connection.execute(rows)",
        tests=_PUSHES,
        equivalent="the embedded engine has one writer at a time and no row locks; on PostgreSQL it is a fault",
    ),
    Fault(
        name="copied-a-second-time",
        file=_COPYING,
        old='make_room=f"{make};{empty}"',
        new="make_room=make",
        tests=(f"{_COPIED}::test_two_long_parts_of_one_push_are_each_written_once",),
    ),
    Fault(
        name="first-half-copied-twice",
        file=_COPYING,
        old="            self._driver.execute(self._said.empty)\n",
        new="",
        tests=(f"{_COPIED}::test_both_ways_leave_the_same_rows",),
    ),
    Fault(
        name="second-half-not-copied",
        file=_COPYING,
        old='            self._write(b"".join(self._second))\n',
        new="",
        tests=(f"{_COPIED}::test_both_ways_leave_the_same_rows",),
    ),
    Fault(
        name="what-was-copied-stays-beside",
        file=_COPYING,
        old=" ON COMMIT DELETE ROWS",
        new="",
        tests=(f"{_COPIED}::test_nothing_stays_beside_the_table",),
    ),
    Fault(
        name="copied-past-the-policies",
        file="sync/server/engine/row_security.py",
        old=" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        new=" DISABLE ROW LEVEL SECURITY",
        tests=(f"{_COPIED}::test_what_is_copied_is_held_to_the_reach",),
    ),
)
HANDING_OUT = (
    Fault(
        name="feed-of-a-scope-not-granted",
        file="sync/server/answers/page_header.py",
        old=".where(table.c.id.in_(desk.grants))",
        new="",
        tests=("sync/server/test_gate.py::test_no_desk_sees_or_writes_another_place",),
    ),
    Fault(
        name="cursor-beyond-the-head-accepted",
        file=_PULL,
        old="if any(cursor < 0 or cursor > heads[scope].seq for scope, cursor in cursors.items()):",
        new="if False:",
        tests=("sync/server/test_pull.py::test_a_cursor_that_the_province_never_gave_is_refused",),
    ),
    Fault(
        name="page-skips-what-did-not-fit",
        file=_PULL,
        old="        content.cursors[scope] = FeedHead(seq=row.seq, chain=b64(row.chain))\n",
        new="        content.cursors[scope] = FeedHead(seq=row.seq + 1, chain=b64(row.chain))\n",
        tests=("sync/server/test_pull.py::test_pages_of_any_size_add_up_to_the_same_feed",),
    ),
    Fault(
        name="page-begins-one-too-late",
        file=_PULL,
        old="feed.c.seq > cursor)",
        new="feed.c.seq > cursor + 1)",
        tests=("sync/server/test_pull.py::test_pages_of_any_size_add_up_to_the_same_feed",),
    ),
    Fault(
        name="full-page-says-there-is-no-more",
        file=_PULL,
        old="            self.full = True\n",
        new="            self.full = False\n",
        tests=("sync/server/test_pull.py::test_pages_of_any_size_add_up_to_the_same_feed",),
    ),
    Fault(
        name="own-under-the-present-name-alone",
        file="sync/server/identity/desks.py",
        old="    return {desk: Names.of(desk, known) for desk in desks}\n",
        new="    return {desk: Names.of(desk, {}) for desk in desks}\n",
        tests=("sync/journeys/test_own_under_a_former_name.py::test_what_was_unticked_stays_so",),
    ),
    Fault(
        name="a-former-name-that-speaks-on-has-been-seen",
        file="sync/server/identity/desks.py",
        old=" and before not in silent and _fell_silent(known, before, name):\n",
        new=" and before not in silent:\n",
        tests=(
            "sync/journeys/test_own_under_a_former_name.py"
            "::test_what_the_other_of_two_pcs_of_one_disk_ticked_anew_stays",
        ),
    ),
    Fault(
        name="names-are-looked-up-backwards-alone",
        file="sync/server/identity/desks.py",
        old=" | among(table.c.former, asked)\n",
        new="\n",
        tests=(
            "sync/journeys/test_own_under_a_former_name.py"
            "::test_a_stick_of_the_former_name_follows_what_the_present_one_made",
        ),
    ),
    Fault(
        name="former-name-not-remembered",
        file="sync/server/edge/enrolment.py",
        old="    return former.id if former is not None and former.id != actor else None\n",
        new="    return None\n",
        tests=("sync/journeys/test_own_under_a_former_name.py::test_a_photo_whose_first_words_alone_came_opens",),
    ),
    Fault(
        name="receipt-of-a-former-epoch-believed-at-the-enrolment",
        file="sync/server/edge/enrolment.py",
        old="    if receipt.epoch == epoch and signed_for",
        new="    if signed_for",
        tests=("sync/server/test_enrolled_with_a_receipt.py::test_a_receipt_of_another_epoch_says_nothing",),
    ),
    Fault(
        name="part-of-any-group",
        file="sync/server/intake/records.py",
        old="    return desk in names and group == (change.group or change.id)\n",
        new="    return desk in names\n",
        tests=("sync/server/test_push.py", "sync/server/test_merge.py"),
    ),
    Fault(
        name="page-within-the-grants-of-before",
        file="sync/server/answers/page_header.py",
        old="    if desk.grants != caller.grants:\n",
        new="    if desk.id != caller.id:\n",
        tests=("sync/server/test_at_the_same_moment.py::test_a_page_goes_by_the_grants_that_hold_by_then",),
    ),
    Fault(
        name="pull-of-a-former-epoch",
        file=_PULL,
        old='    if request.epoch != now.epoch:\n        raise Refused(409, "epoch")\n',
        new="",
        tests=("sync/server/test_epoch_of_a_push.py",),
    ),
    Fault(
        name="revoked-desk-pulls-on",
        file=_PULL,
        old=(
            "    if caller.status == desks.REVOKED:\n"
            '        raise Refused(410, "revoked", removes=caller.removal_at is not None)\n'
        ),
        new="",
        tests=("sync/client/test_enrol.py::test_a_revoked_desk_still_hands_in_its_work_and_then_stops",),
    ),
    Fault(
        name="frozen-desk-pulls-on",
        file=_PULL,
        old='    if caller.status == desks.FROZEN:\n        raise Refused(409, "fork")\n',
        new="",
        tests=(
            "sync/client/test_enrol.py::test_a_copied_desk_is_found_and_both_copies_stop",
            "sync/server/test_push.py::test_a_history_that_exists_twice_stops_the_desk_and_loses_nothing",
        ),
    ),
    Fault(
        name="newcomers-certificate-withheld",
        file="sync/server/answers/page_header.py",
        old="certs=found if version != certs else None,",
        new='certs=found if certs == "" else None,',
        tests=("sync/server/test_pull.py::test_pages_are_signed_as_pages_and_certificates_come_when_they_changed",),
    ),
    Fault(
        name="a-second-epoch-in-one-sync-stops-the-desk",
        file="sync/client/session.py",
        old="channel: Channel, *, again: int = 2)",
        new="channel: Channel, *, again: int = 1)",
        tests=("sync/put_back/test_put_back_twice.py",),
    ),
    Fault(
        name="a-report-in-loose-letters-is-refused",
        file="sync/server/commands/report_commands.py",
        old="visible(value) if isinstance(value, str) else value)",
        new="value)",
        tests=("sync/server/test_told_in_loose_letters.py",),
    ),
)
FAULTS = (*TAKING_IN, *HANDING_OUT)
