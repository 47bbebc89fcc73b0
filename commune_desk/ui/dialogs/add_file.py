"""What an officer says of a file that is about to be added: what it is, what is on it, when it was taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.errors import Invalid
from commune_desk.i18n import _, translate_error
from commune_desk.presenters.wording.labels import Option
from commune_desk.ui.dialogs.typing import TypingDialog
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.buttons import PrimaryButton
from commune_desk.ui.widgets.card import IconLabel
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.dates import DateField
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.records.attachments import FileFacts

_PREVIEW = 180


class AddFileDialog(TypingDialog):
    """Accepted with `facts` that hold; `faults` tells what does not."""

    def __init__(
        self,
        documents: Sequence[Option],
        occasions: Sequence[Option],
        faults: Callable[[FileFacts], Mapping[str, str]],
        today: Callable[[], date],
        kept: tuple[QImage | None, str],
        parent: QWidget | None = None,
    ) -> None:
        """`kept` is the picture as it will be kept (None for a PDF) and how large it is."""
        title = _("Add a photo or scan")
        super().__init__(title, parent, width=560)
        self._faults = faults
        preview, size = kept
        self.facts = FileFacts("")
        self.document = Choice(_("What it is"), documents)
        self.caption = LineEdit(_("Caption"))
        self.taken_on = DateField(_("Taken on"), today=today)
        self.watch(self.caption, self.taken_on)
        self.form = Form(columns=1)
        self.form.add("document", FieldRow(_("What it is"), self.document, required=True))
        hint = _("Sealed: the province cannot read it.")
        self.form.add("caption", FieldRow(_("Caption"), self.caption, hint=hint))
        self.occasion = Choice(_("Belongs to"), occasions, placeholder=_("The child's file alone"))
        self.form.add("occasion", FieldRow(_("Belongs to"), self.occasion))
        self.form.add("taken_on", FieldRow(_("Taken on"), self.taken_on))
        self.body.addWidget(Text(title, size=Size.HEADING, bold=True))
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(_shown(preview), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.form, 1)
        self.body.addLayout(line)
        self.body.addWidget(Text(self._said(preview is not None, size), size=Size.SMALL, ink="quiet", wrap=True))
        self.add_cancel()
        self.button = PrimaryButton(_("Add"))
        self.add_button(self.button, self.submit, default=True)
        self.document.setFocus()

    def _said(self, is_picture: bool, size: str) -> str:
        if is_picture:
            text = _("{size} after shrinking. Place, hour and camera that the photo named were taken out.")
        else:
            text = _("{size}. A PDF is kept as it is, with what its program wrote into it.")
        return text.format(size=size)

    def submit(self) -> None:
        """Take what was entered, or say what is wrong with it."""
        errors: dict[str, str] = {}
        try:
            taken = self.taken_on.stored()
        except Invalid as error:
            errors, taken = {"taken_on": translate_error(error)}, ""
        kind, _colon, record = self.occasion.value().partition(":")
        self.facts = FileFacts(
            self.document.value(),
            self.caption.value(),
            taken or None,
            visit=RecordId(record) if kind == "visit" else None,
            report=RecordId(record) if kind == "report" else None,
        )
        errors = {**self._faults(self.facts), **errors}
        self.form.set_errors(errors, focus=True)
        if not errors:
            self.accept()


def _shown(preview: QImage | None) -> QWidget:
    if preview is None:
        return IconLabel("file-text", size=64, ink="quiet")
    label = QLabel()
    label.setAccessibleName(_("The picture as it will be kept"))
    kept = preview.scaled(
        _PREVIEW, _PREVIEW, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    label.setPixmap(QPixmap.fromImage(kept))
    return label
