"""Faults in what is met seldom: tasks that are done, decisions without a difference, drafts."""

from __future__ import annotations

from tests.mutations.fault import Fault

_SAME = "ui/sync/test_card_where_all_say_the_same.py"
_OWNER = "sync/server/test_conflicts_find_an_owner.py"
_LEFT = "ui/pages/test_left_drafts.py"

FAULTS = (
    Fault(
        name="a-task-done-stands-in-every-stay-of-a-resident",
        file="commune_desk/presenters/shelter/resident_page.py",
        old="            if stay.id == record.row.id:\n",
        new="            if stay.id:\n",
        tests=(
            "presenters/shelter/test_pages.py::test_what_was_done_for_a_resident_stands_in_the_stay_in_which_it_was_done",
        ),
    ),
    Fault(
        name="a-task-about-nobody-is-gone-once-it-is-done",
        file="commune_desk/presenters/day/today.py",
        old="        if not count:\n            return ()\n        done =",
        new="        if count:\n            return ()\n        done =",
        tests=("presenters/day/test_today.py::test_a_task_about_nobody_that_is_done_is_found_with_who_did_it",),
    ),
    Fault(
        name="equal-values-are-to-be-chosen-between",
        file="commune_desk/presenters/sync/conflict_page.py",
        old="    says_same = not is_behind and _all_say_the_same(conflict, rule)\n",
        new="    says_same = False\n",
        tests=(f"{_SAME}::test_nothing_is_chosen_and_one_button_ends_it_at_both",),
    ),
    Fault(
        name="what-is-closed-is-said-to-be-the-same",
        file="commune_desk/presenters/sync/conflict_page.py",
        old="    return all(side.is_readable for side in conflict.sides) and all(value",
        new="    return all(value",
        tests=(f"{_SAME}::test_what_the_lease_hides_is_not_told_to_be_the_same",),
    ),
    Fault(
        name="a-draft-keeps-what-the-lease-has-closed",
        file="commune_desk/presenters/frame/entry_form.py",
        old="        if AS_OPENED in payload and self._workplace.register.is_closed:\n",
        new="        if AS_OPENED in ():\n",
        tests=("presenters/reports/test_closed_measures.py::test_what_stood_in_a_draft_is_closed_with_the_rest",),
    ),
    Fault(
        name="an-officers-own-words-are-closed-too",
        file="commune_desk/presenters/frame/entry_form.py",
        old="    stood = {name for name, value in sealed.items() if payload.get(name) == value}\n",
        new="    stood = set(sealed)\n",
        tests=(
            "presenters/reports/test_closed_measures.py::test_an_officers_own_words_come_back_and_build_on_nothing",
        ),
    ),
    Fault(
        name="a-province-put-back-has-the-desks-count-anew-too",
        file="commune_desk/store/intake/conflicts.py",
        old="        if one in late or one in waits\n",
        new="        if one in late\n",
        tests=(f"{_OWNER}::test_a_desk_goes_on_saying_how_long_it_waits_where_the_province_counts_anew",),
    ),
    Fault(
        name="a-province-that-counts-anew-is-said-to-be-told",
        file="commune_desk/store/intake/conflicts.py",
        old="            is_told = known.is_told or conflict in late\n",
        new="            is_told = True\n",
        tests=(f"{_OWNER}::test_a_desk_goes_on_saying_how_long_it_waits_where_the_province_counts_anew",),
    ),
    Fault(
        name="a-backup-that-is-cut-off-has-no-row",
        file="commune_desk/usecases/registers/backups.py",
        old='tx.audit(AuditAction.BACKUP, detail={"step": "begins"})',
        new="None",
        tests=("usecases/registers/test_backups.py::test_a_backup_that_was_cut_off_stands_in_the_log",),
    ),
    Fault(
        name="a-full-disk-keeps-a-backup-from-a-stick",
        file="commune_desk/usecases/registers/backups.py",
        old="    with suppress(DiskFull):\n",
        new="    with suppress(KeyError):\n",
        tests=("usecases/registers/test_backups.py::test_a_register_that_cannot_be_written_has_a_backup_all_the_same",),
    ),
    Fault(
        name="a-way-that-is-passed-loses-the-passphrase",
        file="commune_desk/ui/opening/first_run.py",
        old="        secrets = {**self._set_by, **self._secrets()}\n",
        new="        secrets = self._secrets()\n",
        tests=("ui/lock/test_first_run.py::test_a_way_that_is_passed_with_the_arrow_keys_loses_no_passphrase",),
    ),
    Fault(
        name="the-request-is-copied-without-its-words",
        file="commune_desk/ui/opening/recovery.py",
        old="        QApplication.clipboard().setText(self.request.plain)\n",
        new='        QApplication.clipboard().setText("")\n',
        tests=("ui/lock/test_restore_forgotten.py::test_the_request_is_copied_with_the_keyboard_alone",),
    ),
    Fault(
        name="a-crash-is-in-no-log",
        file="commune_desk/crashes.py",
        old="            if places:\n",
        new="            if not places:\n",
        tests=("system/test_crash.py",),
    ),
    Fault(
        name="whoever-ended-well-counts-as-crashed",
        file="commune_desk/crashes.py",
        old="            self._empty(self._file)\n        os.close",
        new="            pass\n        os.close",
        tests=("system/test_crash.py",),
    ),
    Fault(
        name="a-crash-tells-the-name-of-the-account",
        file="commune_desk/crashes.py",
        old="for part in parts[begins:] if",
        new="for part in parts if",
        tests=("system/test_crash.py",),
    ),
    Fault(
        name="a-lost-line-is-told-twice",
        file="sync/server/engine/postgres.py",
        old='logging.getLogger("psycopg").addFilter(_is_no_echo)\n',
        new="",
        tests=("sync/postgres/test_lines_that_die.py::test_one_that_dies_amid_a_copy_is_told_once",),
    ),
    Fault(
        name="whatever-the-driver-ignores-is-hushed-up",
        file="sync/server/engine/postgres.py",
        old="    return not (is_lost and str(record.msg)",
        new="    return not (is_lost or str(record.msg)",
        tests=("sync/postgres/test_lines_that_die.py::test_what_the_driver_ignores_for_another_reason_is_said",),
    ),
    Fault(
        name="a-draft-that-is-taken-over-writes-over-ones-own",
        file="commune_desk/usecases/records/drafts.py",
        old="    if load_draft(tx.connection, form, tx.actor.officer, record) is not None:\n",
        new="    if remove_draft(tx.connection, form, tx.actor.officer, record) is None:\n",
        tests=(f"{_LEFT}::test_what_one_has_typed_oneself_is_not_written_over",),
    ),
    Fault(
        name="anybodys-draft-is-taken-over",
        file="commune_desk/usecases/records/drafts.py",
        old="    if not settings.is_removed(tx.connection, officer) or not hand_over(",
        new="    if not hand_over(",
        tests=(f"{_LEFT}::test_nobody_takes_over_what_a_colleague_is_typing",),
    ),
)
