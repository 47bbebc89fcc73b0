"""Settings: the officers of this PC, one's passphrase, the language, backups, and what this desk is."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from commune_desk import __version__
from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import Language, _, language, translate_error
from commune_desk.presenters.window.settings_page import OfficerForm, PassphraseForm, about_lines, can_follow
from commune_desk.presenters.wording.labels import joined
from commune_desk.ui.dialogs.frame import show_modal
from commune_desk.ui.dialogs.message import Message, confirm
from commune_desk.ui.dialogs.save_as import ask_where_to
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.fields import LineEdit, PasswordField
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.options import RadioRow
from commune_desk.ui.widgets.page import Page, TwoColumns
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.tab_order import follow, stops
from commune_desk.usecases.registers.backups import BackedUp, back_up, backup_name
from commune_desk.usecases.registers.officers import colleagues, remove_officer
from commune_desk.usecases.registers.opening import OpenDesk

_LABEL_WIDTH = 122


class SettingsPage(Page):
    """Emits `language_chosen` with `vi` or `en`."""

    language_chosen = Signal(str)

    def __init__(self, desk: OpenDesk, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Settings"),
            _("What belongs to this PC alone; of it only the officers' names go to the province."),
            parent=parent,
        )
        self._desk, self._tasks = desk, tasks
        self.officers = Card(_("Officers on this PC"), "users")
        columns = TwoColumns()
        for card in (self.officers, self._new_officer(), self._passphrase()):
            columns.main.addWidget(card)
        for card in (self._language(), self._backup(), self._about()):
            columns.side.addWidget(card)
        self.side = columns.side
        self.add(columns)
        self.show_officers()

    def add_first(self, card: QWidget) -> None:
        """Put a card at the top of the right column, also for Tab."""
        self.side.insertWidget(0, card)
        follow(self.change_button, *stops(card))

    def show_officers(self) -> None:
        """List who may unlock here."""
        self.officers.clear()
        for login, name in colleagues(self._desk):
            own, who = login == self._desk.login, f"{name} ({login})" if name else login
            remove = None if own else SecondaryButton(_("Remove"), name=_("Remove {who}").format(who=who))
            row = ListRow(name or login, joined(login, _("you") if own else ""), trailing=remove)
            if remove is not None:
                remove.clicked.connect(partial(self._remove, login, who))
            self.officers.add(row)

    def _remove(self, login: str, who: str) -> None:
        question = Message(
            _("Remove {who}?").format(who=who),
            _("They can no longer unlock this register. What they wrote stays."),
            Tone.WARNING,
        )
        if confirm(self, question, _("Remove"), is_dangerous=True):
            self._take_away(login, who)

    def _take_away(self, login: str, who: str) -> None:
        done = _("{who} can no longer unlock here.").format(who=who)
        self._tasks.run(
            lambda: remove_officer(self._desk, login), lambda _r: self._done(done), self._failed, owner=self
        )

    def _new_officer(self) -> Card:
        card = Card(_("Add a colleague"), "user-plus")
        form = OfficerForm(self._desk)
        fields = Form(columns=2)
        for name, label, hint in form.labels():
            editor = PasswordField(label) if name in ("passphrase", "again") else LineEdit(label)
            editor.edited.connect(lambda _text, n=name, e=editor: form.edit(n, e.value()))
            fields.add(name, FieldRow(label, editor, required=True, hint=hint))
        self.add_button = PrimaryButton(_("Add"))
        self._submit_with(self.add_button, form, fields, _("The colleague can unlock now."))
        self.officer_fields = fields
        card.add_padded(_with_button(fields, self.add_button))
        return card

    def _passphrase(self) -> Card:
        card = Card(_("My passphrase"), "key")
        form = PassphraseForm(self._desk)
        fields = Form(columns=1)
        for name, label in form.labels():
            editor = PasswordField(label)
            editor.edited.connect(lambda _text, n=name, e=editor: form.edit(n, e.value()))
            fields.add(name, FieldRow(label, editor, required=True))
        self.change_button = PrimaryButton(_("Change"))
        self._submit_with(self.change_button, form, fields, _("The passphrase was changed."))
        self.passphrase_fields = fields
        card.add_padded(_with_button(fields, self.change_button))
        return card

    def _submit_with(self, button: PrimaryButton, form: OfficerForm | PassphraseForm, fields: Form, done: str) -> None:
        """Let the button and Enter in each field submit a form, once at a time."""

        def submit() -> None:
            if not button.isEnabled():
                return
            errors = form.errors()
            fields.set_errors(errors, focus=True)
            if not errors:
                button.setEnabled(False)
                self._tasks.run(form.submit(), lambda _r: finished(), failed, owner=self)

        def finished() -> None:
            button.setEnabled(True)
            self._finished(form, fields, done)

        def failed(error: DeskError) -> None:
            button.setEnabled(True)
            self._failed(error)

        button.clicked.connect(submit)
        for name in fields.names:
            editor = fields.row(name).editor
            if isinstance(editor, LineEdit):
                editor.returnPressed.connect(submit)

    def _finished(self, form: OfficerForm | PassphraseForm, fields: Form, done: str) -> None:
        form.values.clear()
        for name in fields.names:
            editor = fields.row(name).editor
            if isinstance(editor, LineEdit):
                editor.set_value("")
        self._done(done)

    def _language(self) -> Card:
        card = Card(_("Language"), "message")
        self.languages = RadioRow(_("Language"), [("vi", "Tiếng Việt"), ("en", "English")])
        self.languages.set_value(language())
        self.languages.chosen.connect(self._on_language)
        card.add_padded(self.languages)
        return card

    def _on_language(self, code: Language) -> None:
        self.language_chosen.emit(code)

    def _backup(self) -> Card:
        card = Card(_("Backup"), "save")
        card.add(
            ListRow(_("One encrypted file"), _("Only an officer's passphrase opens it. Keep it away from this PC."))
        )
        self.backup_button = SecondaryButton(_("Back up to a file…"), "download")
        self.backup_button.clicked.connect(self._choose_backup)
        card.add_padded(_with_button(QWidget(), self.backup_button))
        return card

    def _choose_backup(self) -> None:
        path = ask_where_to(self, _("Back up to"), backup_name(self._desk), _("Backups (*.cdbackup)"))
        if path is not None:
            self.back_up(path)

    def back_up(self, target: Path) -> None:
        """Write a backup to `target`, off the UI thread."""
        self.backup_button.setEnabled(False)
        self._tasks.query(lambda: back_up(self._desk, target), self._backed_up, self._backup_failed, owner=self)

    def _backed_up(self, backup: BackedUp) -> None:
        self.backup_button.setEnabled(True)
        if backup.audit_fault is None:
            self._done(_("The backup was written and checked."))
            return
        said = _(
            "The backup was written. But the list of who did what was touched from outside, from entry {number} on. "
            "Nothing was lost; tell the province."
        )
        self.tell(said.format(number=backup.audit_fault), Tone.DANGER)

    def _backup_failed(self, error: DeskError) -> None:
        self.backup_button.setEnabled(True)
        self._failed(error)

    def _about(self) -> Card:
        self.about = Card(_("This desk"), "info")
        self.show_about()
        return self.about

    def show_about(self) -> None:
        """What this desk is; below its province's address the way to change that, for which a row has no room."""
        self.about.clear()
        for label, value in about_lines(self._desk, __version__):
            self.about.add(ListRow("", value).lead(label, ink="quiet", width=_LABEL_WIDTH))
        self.change_address: LinkButton | None = None
        if can_follow(self._desk):
            self.change_address = LinkButton(_("Change the server's address…"))
            self.change_address.clicked.connect(self._follow)
            self.about.add_padded(self.change_address)

    def _follow(self) -> None:
        from commune_desk.ui.dialogs.address import AddressDialog

        if show_modal(AddressDialog(self._desk, self._tasks, self)):
            self.show_about()
            if self.change_address is not None:
                self.change_address.setFocus(Qt.FocusReason.OtherFocusReason)
            self._done(_("The province answered at its new address. This PC syncs with it there from now on."))

    def _done(self, sentence: str) -> None:
        self.tell(sentence, Tone.GOOD)
        self.show_officers()

    def _failed(self, error: DeskError) -> None:
        self.tell(translate_error(error), Tone.DANGER)


def _column() -> QVBoxLayout:
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(12)
    return column


def _with_button(body: QWidget, button: QWidget) -> QWidget:
    holder = QWidget()
    column = _column()
    holder.setLayout(column)
    column.addWidget(body)
    line = QHBoxLayout()
    line.addStretch(1)
    line.addWidget(button)
    column.addLayout(line)
    return holder
