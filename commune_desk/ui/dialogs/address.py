"""The province has a new address: asks for it, and keeps it once the province has answered there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import _, translate_error
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui.dialogs.typing import TypingDialog
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.buttons import PrimaryButton
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.registers.moved_province import Inquiry
from commune_desk.usecases.registers.opening import OpenDesk


class AddressDialog(TypingDialog):
    """Accepted once the address is kept. Closed before, nothing has changed: an answer that comes later counts for
    nothing."""

    def __init__(self, desk: OpenDesk, tasks: Tasks, parent: QWidget | None = None) -> None:
        title = _("The province's new address")
        super().__init__(title, parent, width=460)
        self._desk, self._tasks = desk, tasks
        self._inquiry: Inquiry | None = None
        self.body.addWidget(Text(title, size=Size.HEADING, bold=True))
        what = _("Only when the province itself answers there, by the keys that this PC knows it by, is it kept.")
        self.body.addWidget(Text(what, wrap=True))
        self.address = LineEdit(_("Address of the province's server"))
        own = desk.register.identity
        self.address.set_value(own.pins.address if own.pins else "")
        self.address.returnPressed.connect(self.submit)
        self.watch(self.address)
        self.form = Form(columns=1)
        self.form.add("address", FieldRow(self.address.accessibleName(), self.address, required=True))
        self.body.addWidget(self.form)
        self.cancel = self.add_cancel()
        self.button = PrimaryButton(_("Try and keep"))
        self.add_button(self.button, self.submit)
        self.address.setFocus()
        self.address.selectAll()

    @property
    def is_typed(self) -> bool:
        """Not once it is tried: an answer would come to a question of its own."""
        return super().is_typed and self._inquiry is None

    def submit(self) -> None:
        """Ask there, off the UI thread; once at a time."""
        if self._inquiry is not None:
            return
        typed = self.address.value()
        self.form.set_errors({} if typed else {"address": _("Please fill this in.")}, focus=True)
        if typed:
            self.button.setEnabled(False)
            self._inquiry = Inquiry(self._desk, typed)
            self._tasks.query(self._inquiry.ask, self._answered, self._failed, owner=self)

    def hideEvent(self, event: QHideEvent) -> None:
        """However it was closed, also by a lock: nothing waits for the answer any more."""
        if self._inquiry is not None and not event.spontaneous():
            self._inquiry.abort()
        super().hideEvent(event)

    def _answered(self, keep: Callable[[Tx], None]) -> None:
        if not self.isVisible():
            return
        self.cancel.setEnabled(False)
        register = self._desk.register
        self._tasks.run(lambda: register.write(keep).result(), lambda _kept: self.accept(), self._failed, owner=self)

    def _failed(self, error: DeskError) -> None:
        self._inquiry = None
        self.cancel.setEnabled(True)
        self.button.setEnabled(True)
        self.form.set_errors({"address": translate_error(error)}, focus=True)
