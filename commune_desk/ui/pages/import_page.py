"""Bringing in a list, in one page: file, columns, rows, result. Long work runs in steps and can be stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import _, format_number
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.lists.columns import Looked
from commune_desk.presenters.lists.page import ImportPage as State
from commune_desk.presenters.lists.page import Stage
from commune_desk.presenters.lists.views import CheckView, ResultView, back_question, rejects_saved
from commune_desk.store.lists.import_rows import View
from commune_desk.ui.dialogs.message import Message, confirm, show_error
from commune_desk.ui.dialogs.save_as import ask_where_to
from commune_desk.ui.pages.import_check import CheckPart
from commune_desk.ui.pages.import_parts import ChoosePart, ColumnsPart, ResultPart
from commune_desk.ui.stepwise import Run, Stepper, Work
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.notice import ProgressRow
from commune_desk.ui.widgets.page import Page
from commune_desk.ui.widgets.tab_order import rest_within
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import CHANGED, ListSaving
from commune_desk.usecases.lists.import_reading import ListReading, Progress

_STEPS = {Stage.CHOOSE: 1, Stage.COLUMNS: 2, Stage.CHECK: 3, Stage.DONE: 4}


class ImportPage(Page):
    """The page of imports. `open_path` does what choosing or dropping a file does."""

    def __init__(self, workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object]) -> None:
        super().__init__(_("Bring in a list"))
        self.state, self._workplace, self._tasks, self._navigate = State(workplace), workplace, tasks, navigate
        self.work = Stepper(self._on_progress, self._failed, self)
        self._is_clearing, self._decided = False, 0
        self.choose, self.result = ChoosePart(), ResultPart()
        self.columns = ColumnsPart(self.state.target_options())
        self.check = CheckPart(self.state.rows, self.state.row)
        self._add_actions()
        self._add_parts()
        self._connect()
        self.setAcceptDrops(True)
        self._resume_where_one_was()

    def _add_actions(self) -> None:
        self.back = SecondaryButton(_("Back"))
        self.back.clicked.connect(self._go_back)
        self.read = PrimaryButton(_("Read the rows"), shortcut="Ctrl+Return")
        self.read.clicked.connect(self.read_rows)
        self.save = PrimaryButton(_("Import a list"), shortcut="Ctrl+Return")
        self.save.clicked.connect(self.import_rows)
        for button in (self.back, self.read, self.save):
            self.add_action(button)

    def _add_parts(self) -> None:
        self.progress = ProgressRow("")
        self.progress.cancelled.connect(self._cancel)
        self.add(self.progress)
        for part in (self.choose, self.columns, self.result):
            self.add(part)
        self.add(self.check, 1)
        self.body.addStretch(0)

    def _connect(self) -> None:
        self.choose.asked.connect(self._ask_for_file)
        self.choose.resumed.connect(lambda one: self._save(self.state.resume(one)))
        self.choose.discarded.connect(
            lambda one: self._take_back(one, _("Discarding…"), _("Nothing of the list is in the register."))
        )
        self.choose.undone.connect(self._ask_to_undo)
        self.columns.sheet_chosen.connect(lambda name: self._look(self.state.look_again(name)))
        self.columns.header_chosen.connect(lambda code: self._look(self.state.with_header(code)))
        self.columns.target_chosen.connect(self._on_target)
        self.check.view_chosen.connect(self._on_view)
        self.check.decided.connect(self._on_decided)
        self.check.rest_decided.connect(self._on_rest_decided)
        self.result.opened.connect(lambda person: self._navigate(Route("child", person)))
        self.result.open_register.clicked.connect(lambda: self._navigate(Route("register")))
        self.result.rejects.clicked.connect(self._ask_where_to)
        self.result.undo.clicked.connect(lambda: self._ask_to_undo(self.state.import_id))
        self.result.another.clicked.connect(self._start_over)

    def _resume_where_one_was(self) -> None:
        """After a lock or a crash: the rows one was looking at, or what was broken off."""
        checking, unsettled = self.state.was_checking(), self.state.unsettled()
        self._clear_left_behind()
        if unsettled and not self._is_clearing:
            self._save(self.state.resume(unsettled))
            self.progress.cancel.hide()
        elif checking:
            self._wait(_("Reading the rows"))
            self._was_read(checking)

    def _clear_left_behind(self) -> None:
        left = self.state.left_behind()
        self._is_clearing = bool(left)
        if left:
            self._start(self.state.undoing(left[0]), self._tasks.run, self._clear_left_behind, _("Clearing away…"))
            self.progress.cancel.hide()
        else:
            self.refresh()

    # Showing

    def refresh(self) -> None:
        """Show the stage that the list has reached."""
        stage, is_busy = self.state.stage, self.work.work is not None
        self.progress.setVisible(is_busy)
        parts: dict[Stage, QWidget] = {
            Stage.CHOOSE: self.choose,
            Stage.COLUMNS: self.columns,
            Stage.CHECK: self.check,
            Stage.DONE: self.result,
        }
        for one, part in parts.items():
            part.setVisible(one is stage)
            part.setEnabled(not is_busy)
        self.back.setEnabled(True)
        self.back.setVisible(stage in (Stage.COLUMNS, Stage.CHECK) and not is_busy)
        self.read.setVisible(stage is Stage.COLUMNS and not is_busy)
        self.save.setVisible(stage is Stage.CHECK and not is_busy)
        self.body.setStretch(self.body.count() - 1, 0 if stage is Stage.CHECK else 1)
        shows: dict[Stage, Callable[[], None]] = {
            Stage.CHOOSE: self._show_choose,
            Stage.COLUMNS: self._show_columns,
            Stage.CHECK: self._show_check,
            Stage.DONE: self._show_result,
        }
        shows[stage]()

    def _show_result(self) -> None:
        self._name(_("done"))
        self._tasks.query(self.state.result_view, self._result_came, owner=self)

    def _result_came(self, view: ResultView) -> None:
        if self.state.stage is Stage.DONE:
            self.result.show_view(view)

    def _name(self, words: str, subject: str = "") -> None:
        work, number = self.work.work, _STEPS[self.state.stage]
        if isinstance(work, ListSaving):
            number, words, subject = _STEPS[Stage.DONE], _saving_words(work), ""
        step = _("Step {number} of 4: {what}").format(number=number, what=words)
        self.set_title(_("Bring in a list"), " · ".join(filter(None, (step, subject))))

    def _show_choose(self) -> None:
        self._name(_("choose the file"))
        refusal = self.state.refusal()
        self.choose.card.setEnabled(not refusal)
        if refusal:
            self.tell(refusal, Tone.WARNING)
        self.choose.show_view(self.state.broken_off(), self.state.earlier())

    def _show_columns(self) -> None:
        view = self.state.columns_view()
        self._name(_("say what each column holds"), view.subtitle)
        self.columns.show_view(view)
        self.read.setEnabled(not view.problem)

    def _show_check(self) -> None:
        self._name(_("look at the rows"))
        chosen = self.state.view
        self._tasks.query(self.state.looking_at(), lambda view: self._rows_came(chosen, view), owner=self)

    def _rows_came(self, chosen: View, view: CheckView) -> None:
        if self.state.stage is Stage.CHECK and self.state.view is chosen:
            self.check.show_view(view, chosen.value)
            self._name_import(view)

    def _name_import(self, view: CheckView) -> None:
        self._decided = view.decided
        self.save.rename(view.import_text)
        self.save.setEnabled(view.to_decide == 0)

    # Long work

    def _start(self, work: Work, run: Run, then: Callable[[], object], words: str) -> None:
        rest_within(self)  # what was pressed goes, and a second Enter would stop what the first began
        self.progress.text.set_text(words)
        self.progress.detail.set_text("")
        self.progress.bar.setRange(0, 0)
        self.progress.cancel.setEnabled(True)
        self.progress.cancel.show()
        self.work.start(work, run, then)
        self.refresh()

    def _on_progress(self, now: Progress) -> None:
        work = self.work.work
        if isinstance(work, ListReading) and work.is_comparing:
            self.progress.text.set_text(_("Looking for children who stand twice"))
        said = _children_text(now) if isinstance(work, ListSaving) else _rows_text(now)
        self.progress.set_progress(now.done, now.total, said)
        if isinstance(work, ListSaving) and work.is_shown:
            self.progress.cancel.setEnabled(False)
            self._name("")

    def _failed(self, error: DeskError) -> None:
        if self._is_clearing:
            self.refresh()
        else:
            self._clear_left_behind()
        show_error(self, error)

    def _cancel(self) -> None:
        """What was done so far is taken back, once the step under way is done."""
        self.work.stop(
            lambda: self._take_back(self.state.import_id, _("Stopping…"), _("Stopped. Nothing was imported."))
        )

    # Steps

    def _ask_for_file(self) -> None:
        kinds = _("Lists (*.xlsx *.xlsm *.xls *.ods *.csv *.txt)") + ";;" + _("All files (*)")
        chosen, _kind = QFileDialog.getOpenFileName(self, _("Choose the list"), "", kinds)
        if chosen:
            self.open_path(Path(chosen))

    def open_path(self, path: Path) -> None:
        """Look into a file and show its columns."""
        self._look(self.state.look(path))

    def _look(self, look: Callable[[], Looked]) -> None:
        self._wait(_("Opening the file…"))
        self._tasks.query(look, self._looked, self._failed, owner=self)

    def _wait(self, words: str) -> None:
        """For something that cannot be cancelled."""
        rest_within(self)
        self.progress.text.set_text(words)
        self.progress.detail.set_text("")
        self.progress.cancel.hide()
        self.progress.show()
        for one in (self.choose, self.columns, self.back, self.read):  # or the sheet before would be read
            one.setEnabled(False)

    def _looked(self, sheet: Looked) -> None:
        self.progress.cancel.show()
        self.state.found(sheet)
        self.refresh()
        self.columns.header.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_target(self, column: int, target: str) -> None:
        self.state.set_target(column, target)
        view = self.state.columns_view()
        self.columns.show_notices(view)
        self.read.setEnabled(not view.problem)

    def read_rows(self) -> None:
        """Read every row; nothing enters the register yet."""
        reading = self.state.reading()
        self.state.import_id = reading.import_id
        self._start(reading, self._tasks.query, lambda: self._was_read(reading.import_id), _("Reading the rows"))

    def _was_read(self, import_id: str) -> None:
        """Find out which rows are to be looked at first; the page stays as it is until that is known."""
        self.progress.cancel.setEnabled(False)
        self._tasks.query(
            lambda: self.state.first_look(import_id),
            lambda looked: self._show_read(import_id, *looked),
            self._failed,
            owner=self,
        )

    def _show_read(self, import_id: str, view: View, rows: CheckView) -> None:
        self.progress.cancel.show()
        self.state.was_read(import_id, view)
        self._rows_came(view, rows)
        self.refresh()
        self.check.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_view(self, view: str) -> None:
        self.state.view = View(view)
        self._show_check()

    def _on_decided(self, row: int, decision: str) -> None:
        operation = self.state.decision(row, decision)
        self._tasks.run(lambda: self._workplace.write(operation), lambda _done: self._row_decided(row), owner=self)

    def _row_decided(self, row: int) -> None:
        self.check.refresh_row(row)
        self._tasks.query(self.state.recounted, self._recounted, owner=self)

    def _recounted(self, view: CheckView) -> None:
        if self.state.stage is Stage.CHECK:
            self.check.show_counts(view)
            self._name_import(view)

    def _on_rest_decided(self, decision: str) -> None:
        operation = self.state.decide_rest(decision)
        self._tasks.run(lambda: self._workplace.write(operation), lambda _done: self._show_check(), owner=self)

    def import_rows(self) -> None:
        """Bring the rows into the register."""
        self._save(self.state.saving())

    def _save(self, saving: ListSaving) -> None:
        self._start(saving, self._tasks.run, self._was_saved, _("Importing"))

    def _was_saved(self) -> None:
        self._tasks.announce(CHANGED)
        self.state.was_saved()
        self.refresh()
        self.result.open_register.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_to_undo(self, import_id: str) -> None:
        message = Message(
            _("Take this list back as a whole?"),
            _("Every file that it brought leaves the register. Files that somebody has worked on since stop this."),
            Tone.WARNING,
        )
        if confirm(self, message, _("Take back"), is_dangerous=True):
            self._take_back(import_id, _("Taking back…"), _("Nothing of the list is in the register."))

    def _take_back(self, import_id: str, words: str, then_say: str = "") -> None:
        self._start(self.state.undoing(import_id), self._tasks.run, lambda: self._was_taken_back(then_say), words)
        self.progress.cancel.hide()

    def _was_taken_back(self, sentence: str) -> None:
        self._tasks.announce(CHANGED)
        if self.state.stage is Stage.DONE:
            self.state.start_over()
        else:
            self.state.step_back()
        if sentence:
            self.tell(sentence, Tone.GOOD)
        self.refresh()

    def _go_back(self) -> None:
        if self.state.stage is not Stage.CHECK:
            self._start_over()
        elif not self._decided or confirm(self, Message(*back_question(), Tone.WARNING), _("Back"), is_dangerous=True):
            self._take_back(self.state.import_id, _("Going back…"))

    def _start_over(self) -> None:
        self.state.start_over()
        self.refresh()

    def _ask_where_to(self) -> None:
        name = _("Rows with errors") + ".xlsx"
        path = ask_where_to(self, _("Save the rows with errors"), name, "Excel (*.xlsx)")
        if path is not None:
            self.save_rejects(path)

    def save_rejects(self, path: Path) -> None:
        """Write the rows that stayed out, with the reasons, to a new workbook."""
        export = self.state.export_rejects(path)
        self._tasks.query(export, lambda count: self.tell(rejects_saved(count), Tone.GOOD), self._failed, owner=self)

    # Dropping a file

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and self.state.stage is Stage.CHOOSE and self.choose.isEnabled():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            self.open_path(Path(files[0]))


def _saving_words(work: ListSaving) -> str:
    if work.is_shown:
        return _("the children are in the register; the rest is being filled in")
    return _("saving; nothing is in the register yet")


def _children_text(now: Progress) -> str:
    """Rows that repeat one another are one child, so there are fewer of them than of rows."""
    return _("{done} of {total} children").format(done=format_number(now.done), total=format_number(now.total))


def _rows_text(now: Progress) -> str:
    if now.total:
        return _("{done} of {total} rows").format(done=format_number(now.done), total=format_number(now.total))
    return _("{done} rows").format(done=format_number(now.done)) if now.done else ""
