"""Faults of what a register sends and forgets after a restore, and of readers that meet what nobody would write."""

from __future__ import annotations

from tests.mutations.fault import Fault

_DEPARTURES = "commune_desk/store/intake/departures.py"
_ENROLLED = "sync/journeys/test_enrolled_after_a_restore.py"
_NESTED = "msgspec.DecodeError, RecursionError"

FAULTS: tuple[Fault, ...] = (
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
        name="a-manifest-without-end-is-a-bug",
        file="commune_desk/store/desk/backup.py",
        old=f"({_NESTED})",
        new="msgspec.DecodeError",
        tests=("security/test_hostile_backups.py",),
    ),
    Fault(
        name="a-change-without-end-stops-erasures",
        file="sync/server/lifecycle/emptying.py",
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
)
