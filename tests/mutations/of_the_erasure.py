"""Faults in erasure by law: at the province, on the way, and at the desks."""

from __future__ import annotations

from tests.mutations.fault import Fault

_ORDERING, _LIST, _EMPTYING = (
    "sync/server/intake/ordering.py",
    "sync/server/lifecycle/erased_list.py",
    "sync/server/lifecycle/emptying.py",
)
_ERASING = "commune_desk/store/intake/erasing.py"
_FORGOTTEN = "sync/journeys/test_erased_where_it_had_gone.py"
_PARTS = "sync/journeys/test_erased_in_all_its_parts.py"
_THERE, _HERE, _STORE = (
    "sync/erasure/test_server_erasure.py",
    "sync/erasure/test_erased_at_desks.py",
    "store/intake/test_erasing.py",
)
_LOG, _LOG_THERE = "sync/erasure/test_old_log.py", "sync/erasure/test_old_log_of_the_province.py"
_COPIES = "store/engine/test_rows_that_moved.py"

FAULTS = (
    Fault(
        name="the-provinces-log-keeps-the-erased",
        file="sync/server/commands/erase_commands.py",
        old="    if not erased_list.cut_log(province):\n",
        new="    if False:\n",
        tests=(f"{_LOG_THERE}::test_when_the_command_says_so_neither_file_nor_log_has_a_word",),
    ),
    Fault(
        name="a-busy-log-of-the-province-is-hidden",
        file="sync/server/engine/embedded.py",
        old="        return not is_busy\n",
        new="        return True\n",
        tests=(f"{_LOG_THERE}::test_where_somebody_reads_it_says_so_and_is_done_later",),
    ),
    Fault(
        name="the-log-of-a-province-put-back-keeps-the-erased",
        file=_LIST,
        old="    if missing:\n        cut_log(province)\n",
        new="",
        tests=(f"{_LOG_THERE}::test_a_province_that_is_put_back_erases_again_and_cuts_its_log_off",),
    ),
    Fault(
        name="the-log-keeps-whom-a-page-removed",
        file="commune_desk/store/desk/register.py",
        old="        if tx.has_scrubbed:\n",
        new="        if False:\n",
        tests=(f"{_LOG}::test_a_round_that_breaks_off_behind_the_page_has_cut_it_off",),
    ),
    Fault(
        name="a-killed-program-leaves-its-log",
        file="commune_desk/store/desk/register.py",
        old="        if is_left:\n",
        new="        if False:\n",
        tests=(f"{_LOG}::test_a_program_that_was_killed_before_it_cut_does_so_at_its_next_start",),
    ),
    Fault(
        name="the-file-keeps-copies-of-rows-that-moved",
        file="commune_desk/store/engine/old_log.py",
        old='        connection.execute("VACUUM")\n',
        new="",
        tests=(f"{_COPIES}::test_the_next_start_writes_the_file_anew",),
    ),
    Fault(
        name="a-removal-is-told-while-the-log-has-it",
        file="commune_desk/store/intake/departures.py",
        old='if old_log.holds_removed(connection) else ""',
        new='if False else ""',
        tests=(f"{_LOG}::test_who_reads_of_before_stops_nothing_and_the_word_goes_later",),
    ),
    Fault(
        name="a-busy-log-counts-as-cut-off",
        file="commune_desk/store/engine/old_log.py",
        old="    if is_busy:\n",
        new="    if False:\n",
        tests=(f"{_LOG}::test_who_reads_of_before_stops_nothing_and_the_word_goes_later",),
    ),
    Fault(
        name="the-log-keeps-what-a-backup-has-by-now",
        file="commune_desk/store/intake/departures.py",
        old="    if forgotten:\n",
        new="    if False:\n",
        tests=(f"{_LOG}::test_what_was_kept_for_a_backup_goes_from_the_log_too",),
    ),
    Fault(
        name="a-place-forgotten-by-a-restore-is-told-of-no-erasure",
        file=_ORDERING,
        old="            places = erasure_orders.untold(self._connection, changes)\n",
        new="            places: dict[str, set[str]] = {}\n",
        tests=(f"{_FORGOTTEN}::test_who_moves_again_tells_where_and_the_place_hears_of_it",),
    ),
    Fault(
        name="where-somebody-erased-went-to-is-not-asked",
        file="sync/server/intake/erasure_orders.py",
        old="filter(is_scope, (change.scope, change.to))",
        new="filter(is_scope, (change.scope,))",
        tests=(f"{_FORGOTTEN}::test_who_moves_again_tells_where_and_the_place_hears_of_it",),
    ),
    Fault(
        name="what-waited-for-the-erased-is-kept",
        file="sync/server/intake/erasures.py",
        old='    _empty_what_waits(connection, {str(row["record"]) for row in rows})\n',
        new="",
        tests=(f"{_FORGOTTEN}::test_nothing_that_waited_for_the_child_is_kept",),
    ),
    Fault(
        name="the-list-of-the-erased-keeps-its-first-places",
        file=_LIST,
        old="    places = {**listed.scopes, **known.scopes}\n",
        new="    places = {**listed.scopes}\n",
        tests=(f"{_FORGOTTEN}::test_the_list_beside_the_database_has_the_place",),
    ),
    Fault(
        name="a-page-that-was-overtaken-is-applied",
        file="commune_desk/store/exchange/feeds.py",
        old=" if event.seq > here.get(event.scope, 0)]",
        new="]",
        tests=("sync/meeting/test_overtaken.py::test_an_older_page_brings_nothing_back",),
    ),
    Fault(
        name="a-piece-of-an-erased-file-is-kept",
        file="commune_desk/store/files/file_queue.py",
        old="    if not _is_named(db, task.file):\n        return False\n",
        new="",
        tests=("store/files/test_on_its_way.py::test_a_piece_of_an_erased_file_brings_nothing_back",),
    ),
    Fault(
        name="files-of-who-left-outlive-an-erasure",
        file=_ERASING,
        old='    files = file_queue.contents_of(db, record) if kind == "attachment" else ()\n',
        new="    files = ()\n",
        tests=("sync/files/test_left_on_the_way.py::test_an_erasure_takes_what_is_kept_of_a_child_that_left",),
    ),
    Fault(
        name="snapshot-files-of-no-row-stay",
        file="sync/server/answers/snapshots.py",
        old="            sweep(province)\n",
        new="",
        tests=("sync/server/test_snapshots_swept.py::test_what_a_process_left_that_ended_in_between_goes",),
    ),
    Fault(
        name="late-words-about-the-erased-are-taken-in",
        file=_ORDERING,
        old="    refused = [item for item in fresh if item.line and item.line.change.id in gone]",
        new="    refused: list[Incoming] = []",
        tests=(f"{_THERE}::test_a_late_change_is_answered_and_none_of_its_bytes_kept",),
    ),
    Fault(
        name="late-words-about-the-erased-are-kept-aside",
        file=_ORDERING,
        old="is_kept = code != ERASED",
        new="is_kept = True",
        tests=(f"{_THERE}::test_a_late_change_is_answered_and_none_of_its_bytes_kept",),
    ),
    Fault(
        name="what-was-set-aside-keeps-its-words",
        file=_EMPTYING,
        old="        if row.raw and _speaks_of(row.raw, records):",
        new="        if False and row.raw and _speaks_of(row.raw, records):",
        tests=(f"{_THERE}::test_nothing_of_the_child_is_left_but_ids_numbers_and_hashes",),
    ),
    Fault(
        name="the-list-beside-the-database-is-not-read",
        file=_LIST,
        old="missing = [act for act in listed.values() if act.id not in known]",
        new="missing: list[Act] = []",
        tests=(f"{_THERE}::test_a_backup_that_is_put_back_brings_nothing_back",),
    ),
    Fault(
        name="any-desk-orders-an-erasure",
        file=_ERASING,
        old="    if change.desk != protocol.PROVINCE_DESK:\n        raise protocol.Malformed\n",
        new="",
        tests=(f"{_STORE}::test_nobody_but_the_province_orders_it",),
    ),
    Fault(
        name="the-desks-chain-loses-what-was-erased",
        file=_ERASING,
        old="        (seal.sha256(bytes(raw)), ERASED, change),",
        new="        (None, ERASED, change),",
        tests=(f"{_STORE}::test_the_desks_own_chain_still_leads_from_its_first_change_to_its_last",),
    ),
    Fault(
        name="what-was-typed-meanwhile-stays",
        file=_ERASING,
        old="gone = _all_about(tx.connection, ordered)",
        new="gone = dict(ordered)",
        tests=(f"{_HERE}::test_what_was_not_sent_yet_goes_too_and_its_digest_is_sent",),
    ),
    Fault(
        name="a-part-that-names-nobody-is-taken-in",
        file="sync/server/intake/erasures.py",
        old="    gone |= made_about(changes, gone, known).keys()\n",
        new="",
        tests=(f"{_PARTS}::test_a_report_of_a_desk_that_was_away_goes_whole",),
    ),
    Fault(
        name="a-part-that-names-nobody-is-kept-aside",
        file="sync/server/lifecycle/erasing.py",
        old="    named |= set_aside_about(connection, named)\n",
        new="",
        tests=(f"{_PARTS}::test_of_what_a_revoked_desk_sent_no_part_is_kept",),
    ),
    Fault(
        name="what-followed-a-child-is-kept-by-its-author",
        file=_ERASING,
        old=", dict(named), _kept_of_left(db)",
        new=", dict(named), []",
        tests=(f"{_PARTS}::test_what_followed_a_child_goes_from_the_desk_that_wrote_it",),
    ),
    Fault(
        name="the-numbers-of-others-are-not-let-go",
        file="commune_desk/store/desk/versions.py",
        old="    journal.free_numbers(tx.connection, tx.ledger.desk)\n",
        new="",
        tests=("sync/erasure/test_erased_and_put_back.py", "sync/put_back/test_both_put_back.py"),
    ),
    Fault(
        name="who-a-save-is-about-is-said-last",
        file="commune_desk/domain/limits/erasure.py",
        old="key=lambda part: about.isdisjoint(part[1])",
        new="key=lambda part: not about.isdisjoint(part[1])",
        tests=("sync/erasure/test_late_records.py::test_nor_where_each_part_is_a_push_of_its_own",),
    ),
    Fault(
        name="guests-of-the-erased-stay",
        file="sync/server/lifecycle/erasing.py",
        old="    left_behind.lead_out(connection, province, feeds, act.id, ids, needed)\n",
        new="",
        tests=("sync/erasure/test_left_behind.py",),
    ),
)
