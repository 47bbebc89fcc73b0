"""The card of the sync page that speaks of files: what waits, what may go over the line a day, and what goes now."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.i18n import _
from commune_desk.presenters.sync.file_budget import budget_options, files_state, send_files_now, set_budget
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.buttons import SecondaryButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.forms import FieldRow
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.desk.workplace import Workplace


class FilesCard(Card):
    """Text always goes first; files follow within a day's budget."""

    def __init__(self, workplace: Workplace, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(_("Photos and scans"), "paperclip", parent=parent)
        self._workplace, self._tasks = workplace, tasks
        self.waiting, self.today = Text("", bold=True, wrap=True), Text("", ink="quiet", wrap=True)
        self.budget = Choice(_("Files over the line"), budget_options())
        self.budget.removeItem(0)
        self.now = SecondaryButton(_("Send files now"), "send")
        self.now.clicked.connect(self._send_now)
        self.add_padded(self._body())
        self.refresh()
        self.budget.chosen.connect(self._choose)
        tasks.register_changed.connect(self._on_changed)

    def _body(self) -> QWidget:
        body = QWidget()
        line = QHBoxLayout(body)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(16)
        told = QVBoxLayout()
        told.setSpacing(6)
        told.addWidget(self.waiting)
        told.addWidget(self.today)
        told.addWidget(self.now, alignment=Qt.AlignmentFlag.AlignLeft)
        told.addStretch(1)
        line.addLayout(told, 1)
        hint = _("Up and down together. Text goes first and is never held back.")
        line.addWidget(FieldRow(_("Files over the line"), self.budget, hint=hint), 1)
        return body

    def refresh(self) -> None:
        """Read the register's own numbers again."""
        state = files_state(self._workplace)
        self.waiting.set_text(state.waiting)
        self.today.set_text(state.today)
        if self.now is self.window().focusWidget() and not state.can_send_now:
            self.budget.setFocus(Qt.FocusReason.OtherFocusReason)  # a button that is off hands the keyboard to anybody
        self.now.setEnabled(state.can_send_now)
        self.budget.blockSignals(True)
        self.budget.set_value(state.budget)
        self.budget.blockSignals(False)

    def _choose(self, code: str) -> None:
        operation = set_budget(code)
        self._tasks.run(lambda: self._workplace.write(operation), owner=self)

    def _send_now(self) -> None:
        self._tasks.run(lambda: self._workplace.write(send_files_now()), owner=self)

    def _on_changed(self, changes: ChangeSet) -> None:
        if changes.touches("files", "sync", "attachment"):
            self.refresh()
