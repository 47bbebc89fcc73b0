"""What the program tells its user in place: notices that stay until dismissed, empty states, progress."""

from __future__ import annotations

from PySide6 import QtCore
from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.ui import theme
from commune_desk.ui.theme import Size, Tone, tone_colours
from commune_desk.ui.widgets.buttons import IconButton, LinkButton, SecondaryButton
from commune_desk.ui.widgets.card import ROW_MARGINS, IconLabel
from commune_desk.ui.widgets.forms import announce
from commune_desk.ui.widgets.tab_order import rest_focus
from commune_desk.ui.widgets.text import Text

_ICONS = {
    Tone.DANGER: "alert-circle",
    Tone.WARNING: "alert-triangle",
    Tone.GOOD: "check-circle",
    Tone.NOTE: "info",
    Tone.QUIET: "info",
    Tone.OUTLINE: "info",
}


class NoticeBar(QWidget):
    """A sentence with a tone, perhaps an action; it stays until dismissed. Emits `acted` and `dismissed`."""

    acted = Signal()
    dismissed = Signal()

    def __init__(
        self,
        sentence: str,
        tone: Tone = Tone.NOTE,
        *,
        action: str = "",
        dismissable: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.tone = tone
        self.setAccessibleName(sentence)
        ink = tone_colours(tone).ink
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 4, 8, 4)
        line.setSpacing(10)
        self._icon = IconLabel(_ICONS[tone], ink=ink)
        line.addWidget(self._icon)
        self.sentence = Text(sentence, wrap=True)
        line.addWidget(self.sentence, 1)
        if action:
            button = LinkButton(action)
            button.clicked.connect(self.acted)
            line.addWidget(button)
        if dismissable:
            close = IconButton("x", _("Dismiss this notice"))
            close.clicked.connect(self._dismiss)
            line.addWidget(close)

    def set_tone(self, tone: Tone) -> None:
        """Say what stands here with another weight; the icon follows."""
        self.tone = tone
        self._icon.set(_ICONS[tone], tone_colours(tone).ink)
        self.update()

    def speak(self) -> None:
        """Have a screen reader say the notice at once."""
        announce(self, self.accessibleName())

    def _dismiss(self) -> None:
        rest_focus(self)
        self.hide()
        self.dismissed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tone_colours(self.tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour(colours.line), 1))
        painter.setBrush(theme.colour(colours.ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)


class EmptyState(QWidget):
    """What to do where nothing is yet: an icon, a sentence, an action. Emits `acted`."""

    acted = Signal()

    def __init__(
        self, icon: str, sentence: str, *, detail: str = "", action: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(sentence)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 28, 24, 32)
        column.setSpacing(6)
        centre = QtCore.Qt.AlignmentFlag.AlignHCenter
        column.addWidget(IconLabel(icon, size=32, ink="quiet"), 0, centre)
        column.addSpacing(4)
        column.addWidget(self._centred(Text(sentence, bold=True, wrap=True)))
        if detail:
            column.addWidget(self._centred(Text(detail, size=Size.SMALL, ink="quiet", wrap=True)))
        if action:
            button = SecondaryButton(action)
            button.clicked.connect(self.acted)
            column.addSpacing(6)
            column.addWidget(button, 0, centre)

    def _centred(self, text: Text) -> Text:
        text.setAlignment(QtCore.Qt.AlignmentFlag.AlignHCenter)
        return text


class ProgressRow(QWidget):
    """Long work: what is done, how far it is, and a button that cancels it. Emits `cancelled` once."""

    cancelled = Signal()

    def __init__(self, text: str, *, detail: str = "", cancellable: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(text)
        line = QHBoxLayout(self)
        line.setContentsMargins(ROW_MARGINS)
        line.setSpacing(12)
        self.text = Text(text, bold=True)
        self.detail = Text(detail, ink="quiet")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.bar.setMinimumWidth(160)
        self.bar.setAccessibleName(text)
        line.addWidget(self.text)
        line.addWidget(self.detail, 1)
        line.addWidget(self.bar, 1)
        self.cancel = SecondaryButton(_("Cancel"))
        if not cancellable:
            self.cancel.hide()
        self.cancel.clicked.connect(self._on_cancel)
        line.addWidget(self.cancel)

    def set_progress(self, done: int, total: int, detail: str = "") -> None:
        """Show `done` of `total`; a total of 0 means that nobody knows how long it takes."""
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        if detail:
            self.detail.set_text(detail)

    def _on_cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.detail.set_text(_("Stopping…"))
        self.cancelled.emit()
