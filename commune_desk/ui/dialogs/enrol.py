"""Enrolling a register under a new desk id: a restored one, or one whose sync stopped."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.words.errors import DeskError, Invalid
from commune_desk.i18n import _, translate_error, translate_fields
from commune_desk.ui.dialogs.typing import TypingDialog
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.buttons import PrimaryButton
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.registers.enrolment import EnrolTries, Invitation, enrol_anew
from commune_desk.usecases.registers.opening import OpenDesk

_PATIENCE_MS = 15_000
"""How long the province is waited for before the officer may break it off."""


class EnrolDialog(TypingDialog):
    """Asks for the address and a new code; accepted once the province has answered.

    `tries` are those of the dialogs before it: a code whose answer was lost works again with their keys alone.
    """

    def __init__(
        self, desk: OpenDesk, tasks: Tasks, parent: QWidget | None = None, *, tries: EnrolTries | None = None
    ) -> None:
        title = _("Enrol anew")
        super().__init__(title, parent, width=460)
        self._desk, self._tasks = desk, tasks
        self._is_busy, self._tries = False, tries or EnrolTries()
        self._try = self._tries
        self.body.addWidget(Text(title, size=Size.HEADING, bold=True))
        self.body.addWidget(
            Text(
                _("Ask the province for a new code. What it lacks is sent after its answer; nothing is lost."),
                wrap=True,
            )
        )
        own = desk.register.identity
        self.address = LineEdit(_("Address of the province's server"))
        self.address.set_value(own.pins.address if own.pins else "")
        self.code = LineEdit(_("Enrolment code"))
        self.label = LineEdit(_("Name of this PC"))
        self.label.set_value(own.label)
        self.form = Form(columns=1)
        self._fields = {"address": self.address, "code": self.code, "label": self.label}
        for name, field in self._fields.items():
            self.form.add(name, FieldRow(field.accessibleName(), field, required=True))
            field.returnPressed.connect(self.submit)
        self.watch(*self._fields.values())
        self.body.addWidget(self.form)
        self.cancel = self.add_cancel()
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(lambda: self.cancel.setEnabled(True))
        self.button = PrimaryButton(_("Enrol"))
        self.add_button(self.button, self.submit)
        (self.code if self.address.value() else self.address).setFocus()

    def submit(self) -> None:
        """Ask the province, off the UI thread; once at a time."""
        if self._is_busy:
            return
        typed = {name: field.value() for name, field in self._fields.items()}
        errors = {name: _("Please fill this in.") for name, value in typed.items() if not value}
        self.form.set_errors(errors, focus=True)
        if errors:
            return
        self._set_busy(True)
        self._try = under_way = self._tries.anew()
        self._tasks.query(
            lambda: enrol_anew(self._desk, Invitation(**typed), under_way),
            self._enrolled,
            self._failed,
            owner=self,
        )

    @property
    def is_typed(self) -> bool:
        """Not while the province is asked: Escape breaks that off, and the dialog stays."""
        return super().is_typed and not self._is_busy

    def reject(self) -> None:
        """Close without enrolling; not while the province is asked, for its answer cannot be taken back.

        After a while the asking is broken off, which is told as soon as it is over: an answer may have come by then.
        """
        if not self._is_busy:
            super().reject()
        elif self.cancel.isEnabled():
            self.cancel.setEnabled(False)
            self._try.abort()

    def _set_busy(self, is_busy: bool) -> None:
        self._is_busy = is_busy
        self.button.setEnabled(not is_busy)
        self.cancel.setEnabled(not is_busy)
        (self._patience.start if is_busy else self._patience.stop)()

    def _enrolled(self, _changes: ChangeSet) -> None:
        self._set_busy(False)
        self.accept()

    def _failed(self, error: DeskError) -> None:
        self._set_busy(False)
        if isinstance(error, Invalid) and set(error.fields) <= set(self._fields) and error.fields:
            self.form.set_errors(translate_fields(error), focus=True)
        else:
            self.form.set_errors({"code": translate_error(error)}, focus=True)
