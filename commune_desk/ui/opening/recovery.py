"""A forgotten passphrase: a request to read out to the province, its answer, and a new passphrase."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from commune_desk.domain.words.errors import DeskError, Invalid
from commune_desk.i18n import _, translate_error, translate_fields
from commune_desk.presenters.window.opening import spoken_groups
from commune_desk.ui.opening.frame import OpeningCard, Work
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.buttons import LinkButton, PrimaryButton
from commune_desk.ui.widgets.fields import LineEdit, PasswordField
from commune_desk.ui.widgets.forms import FieldRow, Form, announce
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.registers.profile import Profile

if TYPE_CHECKING:
    from commune_desk.usecases.registers.officers import RecoveryAnswer


class RecoveryPage(OpeningCard):
    """Emits `opened` with the OpenDesk, `left` to go back to the unlock page."""

    opened = Signal(object)
    left = Signal()

    def __init__(
        self, profile: Profile, login: str, recover: Callable[[RecoveryAnswer], object], parent: QWidget | None = None
    ) -> None:
        """`recover` opens the register of `profile` with the answer, off the UI thread; its result is emitted."""
        super().__init__(
            _("Forgot the passphrase"),
            _("Call the province and read out this request. Nothing in it tells anything about the register."),
            parent=parent,
        )
        self._profile, self._recover = profile, recover
        self._work = Work(self)
        self._work.ended.connect(lambda: self._set_busy(False))
        self._work.done.connect(self.opened)
        self._work.refused.connect(self._on_refused)
        self.request = Text("", wrap=True)
        spoken = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        spoken.setPointSizeF(Size.TITLE.points)  # sixty characters are read out over the phone
        self.request.setFont(spoken)
        self.request.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(self.request)
        self.form = Form(columns=1)
        self.login = LineEdit(_("Login"))
        self.login.set_value(login)
        self.answer = LineEdit(_("The province's answer"))
        self.passphrase, self.again = PasswordField(), PasswordField(_("Passphrase once more"))
        self.form.add("login", FieldRow(_("Login"), self.login, required=True))
        self.form.add("answer", FieldRow(_("The province's answer"), self.answer, required=True))
        self.form.add("passphrase", FieldRow(_("New passphrase"), self.passphrase, required=True))
        self.form.add("again", FieldRow(_("Passphrase once more"), self.again, required=True))
        self.body.addWidget(self.form)
        for field in (self.login, self.answer, self.passphrase, self.again):
            field.returnPressed.connect(self.submit)
        self.body.addLayout(self._actions())
        self.first_painted.connect(self._load_request)

    def _actions(self) -> QHBoxLayout:
        line = QHBoxLayout()
        self.back = LinkButton(_("Back"))
        self.back.clicked.connect(self.left)
        line.addWidget(self.back)
        self.copy = LinkButton(_("Copy the request"), "copy")
        self.copy.clicked.connect(self._copy)
        self.copy.hide()
        line.addWidget(self.copy)
        line.addStretch(1)
        self.button = PrimaryButton(_("Open with the answer"), "key")
        self.button.clicked.connect(self.submit)
        line.addWidget(self.button)
        return line

    def _load_request(self) -> None:
        from commune_desk.usecases.registers.officers import recovery_request

        try:
            self.request.set_text(spoken_groups(recovery_request(self._profile)))
        except DeskError as error:
            self.request.set_text(translate_error(error))
            self.button.setEnabled(False)
            return
        self.copy.show()
        (self.answer if self.login.value() else self.login).setFocus()

    def _copy(self) -> None:
        """For who writes to the province in place of reading out; the request is no secret."""
        QApplication.clipboard().setText(self.request.plain)
        self.copy.rename(_("Copied"))
        announce(self.copy, _("Copied"))

    def submit(self) -> None:
        """Open the register with the answer and set the new passphrase; not while the button does not let one."""
        if not self.button.isEnabled():
            return
        login, answer, passphrase = self.login.value(), self.answer.value(), self.passphrase.value()
        errors = {
            name: _("Please fill this in.")
            for name, value in (("login", login), ("answer", answer), ("passphrase", passphrase))
            if not value
        }
        if not errors and passphrase != self.again.value():
            errors["again"] = _("The two passphrases differ.")
        self.form.set_errors(errors, focus=True)
        if errors or self._work.is_busy:
            return
        from commune_desk.usecases.registers.officers import RecoveryAnswer

        self._set_busy(True)
        self._work.start(partial(self._recover, RecoveryAnswer(answer, login, passphrase)))

    def _set_busy(self, is_busy: bool) -> None:
        """Nobody leaves while the register is being opened: it would stand open, and what was laid out be gone."""
        self.button.setEnabled(not is_busy)
        self.back.setEnabled(not is_busy)

    def _on_refused(self, error: DeskError) -> None:
        fields = translate_fields(error) if isinstance(error, Invalid) else {}
        self.form.set_errors(fields or {"answer": translate_error(error)}, focus=True)
