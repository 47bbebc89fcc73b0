"""The first start on a PC: enrol with the province's code, train, or come back from a backup."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from commune_desk.domain.words.errors import DeskError, Invalid
from commune_desk.i18n import _, translate_error, translate_fields
from commune_desk.presenters.window.opening import ENROL, RESTORE, SECRETS, TRAINING, FirstRun
from commune_desk.ui.opening.frame import WIDE, OpeningCard, Work
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.fields import LineEdit, PasswordField
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.options import RadioRow
from commune_desk.ui.widgets.tab_order import follow, stops

_WIDE = {ENROL: "login", TRAINING: "login", RESTORE: "backup"}
"""The field that takes a whole line, so that passphrases stand side by side."""


class FirstRunPage(OpeningCard):
    """Emits `opened` with the OpenDesk, `left` to go back to the unlock page of the register that would be put aside.

    `recovery_asked` comes with the profile of a backup that is ready to be opened with the province's answer.
    """

    opened = Signal(object)
    left = Signal()
    recovery_asked = Signal(object)

    def __init__(self, form: FirstRun, parent: QWidget | None = None) -> None:
        super().__init__(*_words(form), width=WIDE, parent=parent)
        self.form = form
        self._work = Work(self)
        self._work.ended.connect(lambda: self._set_busy(False))
        self._work.done.connect(self._on_opened)
        self._work.refused.connect(self._on_refused)
        self._laying_out = Work(self)
        self._laying_out.ended.connect(lambda: self._set_busy(False))
        self._laying_out.done.connect(self.recovery_asked)
        self._laying_out.refused.connect(self._on_refused)
        self.ways = RadioRow(
            _("How to begin"),
            [(ENROL, _("Enrol with a code")), (TRAINING, _("Training")), (RESTORE, _("Restore a backup"))],
        )
        self.ways.set_value(form.way)
        self.ways.chosen.connect(self.choose)
        self.body.addWidget(self.ways)
        self.ways.setVisible(not form.instead)
        self.trouble: NoticeBar | None = None
        self.fields: Form | None = None
        self._set_by: dict[str, str] = {}
        self.button = PrimaryButton(_("Begin"), "arrow-right")
        self.button.clicked.connect(self.submit)
        self.body.addLayout(self._actions())
        self.back.setVisible(form.takes_a_place)
        self.choose(form.way)

    def _actions(self) -> QHBoxLayout:
        line = QHBoxLayout()
        self.back = LinkButton(_("Back"))
        self.back.clicked.connect(self.left)
        line.addWidget(self.back)
        self.forgotten = LinkButton(_("Forgot the passphrase?"))
        self.forgotten.clicked.connect(self.recover)
        line.addWidget(self.forgotten)
        line.addStretch(1)
        line.addWidget(self.button)
        return line

    def choose(self, way: str) -> None:
        """Show the fields of one way to begin; what was typed comes back in each that has a field for it.

        The arrow keys pass one way to come to another.
        """
        secrets = {**self._set_by, **self._secrets()}
        self.form.way = way
        self._set_trouble("")
        if self.fields is not None:
            self.body.removeWidget(self.fields)
            self.fields.hide()
            self.fields.deleteLater()
        self.fields = Form(columns=2)
        for name in self.form.fields:
            self.fields.add(name, self._row(name), wide=name == _WIDE[way])
        for name, field in self._secret_fields():
            field.set_value(secrets.pop(name, ""))
        self._set_by = secrets
        self.body.insertWidget(self.body.count() - 1, self.fields)
        self.forgotten.setVisible(way == RESTORE)
        self.button.rename(self._begin())
        follow(stops(self.fields)[-1], self.back, self.forgotten, self.button)

    def _row(self, name: str) -> FieldRow:
        label, hint = _labels()[name]
        if self.form.way == RESTORE:
            hint = _("Of an officer who could unlock the register then.") if name == "login" else ""
        elif self.form.way == TRAINING and name == "display_name":
            hint = ""  # nobody else ever sees it
        return FieldRow(label, self._editor(name, label), required=True, hint=hint)

    def _editor(self, name: str, label: str) -> QWidget:
        if name == "place":
            places = RadioRow(label, [("commune", _("A commune")), ("shelter", _("The Sunshine House"))])
            places.set_value(self.form.values.get(name, ""))
            places.chosen.connect(lambda code: self.form.edit(name, code))
            return places
        if name == "backup":
            picker = BackupPicker(label, self.form.values.get(name, ""), lambda path: self.form.edit(name, path), self)
            picker.path.returnPressed.connect(self.submit)
            return picker
        editor = PasswordField(label) if name in SECRETS else LineEdit(label)
        editor.returnPressed.connect(self.submit)
        if name not in SECRETS:
            editor.set_value(self.form.values.get(name, ""))
            editor.edited.connect(lambda _text: self.form.edit(name, editor.value()))
            editor.left.connect(lambda _text: self.form.edit(name, editor.value()))
        return editor

    def _secret_fields(self) -> Iterator[tuple[str, PasswordField]]:
        if self.fields is not None:
            for name in self.fields.names:
                editor = self.fields.row(name).editor
                if isinstance(editor, PasswordField):
                    yield name, editor

    def _secrets(self) -> dict[str, str]:
        """What stands in the fields of passphrases: they alone keep it between two tries."""
        return {name: field.value() for name, field in self._secret_fields()}

    def _on_opened(self, desk: object) -> None:
        self._set_by = {}
        for _name, field in self._secret_fields():
            field.clear()
        self.opened.emit(desk)

    def submit(self) -> None:
        """Check what was typed, then do it off the UI thread."""
        if self._is_busy or self.fields is None:
            return
        secrets = self._secrets()
        errors = self.form.errors(secrets)
        self.fields.set_errors(errors, focus=True)
        if errors:
            return
        self._set_trouble("")
        self._set_busy(True)
        self._work.start(self.form.submit(secrets), self.form.break_off)

    def recover(self) -> None:
        """Make the chosen backup ready for the province's answer."""
        if self._is_busy or self.fields is None:
            return
        missing = {} if self.form.values.get("backup") else {"backup": _("Please fill this in.")}
        self.fields.set_errors(missing, focus=True)
        if missing:
            return
        self._set_trouble("")
        self._set_busy(True)
        self._laying_out.start(self.form.lay_out())

    @property
    def _is_busy(self) -> bool:
        return self._work.is_busy or self._laying_out.is_busy

    def _set_busy(self, is_busy: bool) -> None:
        for one in (self.forgotten, self.back, self.ways):  # what is under way cannot be taken back
            one.setEnabled(not is_busy)
        self.button.setEnabled(not is_busy)
        self.button.rename(_("Please wait…") if is_busy else self._begin())

    def _begin(self) -> str:
        """What the button does."""
        return {ENROL: _("Enrol"), TRAINING: _("Begin"), RESTORE: _("Restore")}[self.form.way]

    def _on_refused(self, error: DeskError) -> None:
        if isinstance(error, Invalid) and error.fields and self.fields is not None:
            self.fields.set_errors(translate_fields(error), focus=True)
        else:
            self._set_trouble(translate_error(error))

    def _set_trouble(self, sentence: str) -> None:
        if self.trouble is not None:
            self.body.removeWidget(self.trouble)
            self.trouble.deleteLater()
            self.trouble = None
        if sentence:
            self.trouble = NoticeBar(sentence, Tone.DANGER, dismissable=False)
            self.body.insertWidget(self.body.count() - 1, self.trouble)
            self.trouble.speak()


def _words(form: FirstRun) -> tuple[str, str]:
    if form.after_training:
        return (
            _("Set up this PC"),
            _("The training register is put aside in its folder; nothing of it is deleted."),
        )
    if form.instead:
        return (
            _("Restore a backup"),
            _("The register that cannot be opened is put aside in its folder; nothing of it is deleted."),
        )
    return (
        _("Set up this PC"),
        _("The register lies encrypted on this PC. It works without a network and sends when there is a line."),
    )


class BackupPicker(QWidget):
    """The path of a backup file, typed or chosen."""

    def __init__(self, label: str, path: str, chosen: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(parent)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        self.path = LineEdit(label)
        self.path.set_value(path)
        self.path.edited.connect(chosen)
        line.addWidget(self.path, 1)
        choose = SecondaryButton(_("Choose…"), "folder-open")
        choose.clicked.connect(self._choose)
        line.addWidget(choose)
        self.setFocusProxy(self.path)

    def _choose(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self, _("Choose a backup"), "", _("Backups (*.cdbackup)"))
        if path:
            self.path.set_value(path)
            self.path.edited.emit(path)


def _labels() -> dict[str, tuple[str, str]]:
    return {
        "address": (_("Address of the province's server"), _("From the province's IT officer.")),
        "code": (_("Enrolment code"), _("18 characters, read out or on paper; used once.")),
        "label": (_("Name of this PC"), _("For instance: reception desk 1. No person's name.")),
        "display_name": (_("Your full name"), _("Your colleagues and the province see it.")),
        "login": (
            _("Login"),
            _("2 to 20 letters, digits, dots or dashes, a letter first. Shown before unlocking: no full name."),
        ),
        "passphrase": (_("Passphrase"), _("At least 12 characters or 4 words; for each unlock.")),
        "again": (_("Passphrase once more"), ""),
        "place": (_("Train as"), _("A training register is never sent anywhere.")),
        "backup": (_("Backup file"), ""),
    }
