"""Faults where two officers use one PC, where it is locked amid work, and where rights end while a page stands open."""

from __future__ import annotations

from tests.mutations.fault import Fault

_WORKING = "commune_desk/working_desk.py"
_WINDOW = "commune_desk/ui/desk_window.py"
_FILES = "commune_desk/ui/pages/child_files.py"
_DONE = "presenters/child/test_page.py::test_a_task_that_is_done_stands_in_the_timeline_by_who_did_it"

FAULTS = (
    Fault(
        name="an-older-draft-comes-after-the-lock",
        file=_WORKING,
        old="partial(self._write_in_turn, operation)",
        new="partial(self.workplace.write, operation)",
        tests=("system/test_lock.py",),
    ),
    Fault(
        name="a-form-that-was-saved-stands-there-again",
        file=_WINDOW,
        old="if not _is_done(widget)",
        new="if widget",
        tests=("system/test_lock_amid_a_save.py",),
    ),
    Fault(
        name="a-colleagues-list-is-gone-back-from",
        file="commune_desk/presenters/lists/page.py",
        old=" and one.officer == own]",
        new="]",
        tests=("presenters/lists/test_page.py",),
    ),
    Fault(
        name="a-value-being-written-goes-with-the-lock",
        file="commune_desk/ui/pages/decision_card.py",
        old="            self.keeper.restored(draft)\n",
        new='            self.other.set_value("")\n',
        tests=("ui/sync/test_written_and_locked.py",),
    ),
    Fault(
        name="another-role-keeps-the-former-ones-window",
        file=_WINDOW,
        old="            self.role_changed.emit()\n",
        new="            pass\n",
        tests=("ui/sync/test_another_role.py",),
    ),
    Fault(
        name="a-window-made-anew-knows-nothing-of-the-sync",
        file=_WORKING,
        old="            self.window.show_status(self.agent.status)  # what it said last it does not say again\n",
        new="            pass\n",
        tests=("system/test_language_switch.py",),
    ),
    Fault(
        name="a-report-stays-closed-once-the-province-was-heard",
        file="commune_desk/ui/pages/reports.py",
        old='"settings", "lease", "departures")',
        new='"settings", "departures")',
        tests=("ui/pages/test_report_of_a_closed_desk.py",),
    ),
    Fault(
        name="little-images-outlive-the-lease",
        file=_FILES,
        old="            self._put_away()\n",
        new="            pass\n",
        tests=("ui/child/test_files_close.py",),
    ),
    Fault(
        name="a-picture-outlives-its-child",
        file=_FILES,
        old="            self._looked_at[1].reject()\n",
        new="            pass\n",
        tests=("ui/child/test_files_gone_meanwhile.py",),
    ),
    Fault(
        name="rows-nobody-took-over-count-as-sent",
        file="commune_desk/store/desk/removal.py",
        old="    return int(held - connection.execute(_NEVER_SENT).fetchone()[0])\n",
        new="    return int(held)\n",
        tests=("usecases/registers/test_removed_amid_a_list.py",),
    ),
    Fault(
        name="a-chair-is-asked-to-decide",
        file="commune_desk/presenters/sync/conflict_page.py",
        old="        return translate_error(refused)\n",
        new='        return ""\n',
        tests=("ui/sync/test_decided_elsewhere.py",),
    ),
    Fault(
        name="half-a-pdf-is-kept",
        file="commune_desk/usecases/records/attachments.py",
        old="        check_whole_pdf(data)\n",
        new="",
        tests=("usecases/records/test_attachments.py",),
    ),
    Fault(
        name="a-task-that-is-done-is-on-no-page",
        file="commune_desk/presenters/child/timeline.py",
        old="        found += [*self._tasks(), *self._moves(),",
        new="        found += [*self._moves(),",
        tests=(_DONE,),
    ),
    Fault(
        name="a-task-taken-up-again-counts-as-done",
        file="commune_desk/store/pages/history.py",
        old="            done.pop(entry.record, None)\n",
        new="",
        tests=(_DONE,),
    ),
)
