"""The bar at the top: the product's name, search, the state of sync, who works here, and the lock."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from commune_desk.i18n import _
from commune_desk.ui import theme
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.buttons import IconButton, SecondaryButton
from commune_desk.ui.widgets.card import IconLabel
from commune_desk.ui.widgets.chip import chip_font, chip_width, paint_chip
from commune_desk.ui.widgets.flow import Stack
from commune_desk.ui.widgets.nav import RAIL_WIDTH
from commune_desk.ui.widgets.pressing import Pressable
from commune_desk.ui.widgets.search_field import SearchField
from commune_desk.ui.widgets.text import Text, as_tip

BAR_HEIGHT = 52
SEARCH_KEYS = ("Ctrl+K", "Ctrl+F")
LOCK_KEYS = ("Ctrl+L", "F12")
_CHIP_HEIGHT, _CHIP_LEAST = 26, 56
_SYNC_ICONS = {Tone.GOOD: "check", Tone.WARNING: "refresh", Tone.DANGER: "alert-triangle"}


class _SyncChip(Pressable):
    """The state of sync as a button to the Sync page, drawn as a chip."""

    def __init__(self) -> None:
        super().__init__()
        self._state, self.tone = "", Tone.QUIET
        self.setFont(chip_font(bold=True))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set(self, state: str, tone: Tone) -> None:
        self._state, self.tone = state, tone
        self.setAccessibleName(_("Sync: {state}").format(state=state))
        self.setToolTip("")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(chip_width(self.fontMetrics(), self._state, self.mark), _CHIP_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), _CHIP_LEAST), _CHIP_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_chip(painter, self.rect(), self._state, self.tone, icon=self.mark)
        if self.width() < self.sizeHint().width():
            self.setToolTip(as_tip(self._state))
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 12, 12)

    @property
    def mark(self) -> str:
        """The icon: it says by its form what the tone says by its colour."""
        return _SYNC_ICONS.get(self.tone, "refresh")


class TopBar(QWidget):
    """Emits `search_changed` while one types, `search_accepted` on Enter, `lock_requested`, `sync_requested`, and
    `call_toggled` when a call begins or ends."""

    search_changed = Signal(str)
    search_accepted = Signal()
    lock_requested = Signal()
    sync_requested = Signal()
    call_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(BAR_HEIGHT)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 16, 1)
        line.setSpacing(8)
        line.addWidget(self._brand())
        self.search = SearchField(
            _("Search the register"),
            placeholder=_("Find a child, parent, village, ID…"),
            short=_("Find a child, parent, village…"),
            key_hint=SEARCH_KEYS[0].replace("+", " "),
        )
        self.search.setMaximumWidth(520)
        self.search.setMinimumWidth(200)
        self.search.searched.connect(self.search_changed)
        self.search.accepted.connect(self.search_accepted)
        line.addWidget(self.search, 10)
        line.addStretch(1)
        self.sync = _SyncChip()
        self.sync.activated.connect(self.sync_requested)
        self.sync.hide()
        line.addWidget(self.sync)
        line.addWidget(self._officer(), 0, Qt.AlignmentFlag.AlignVCenter)
        self.call = IconButton("phone", _("On a call: do not lock by itself"))
        self.call.setCheckable(True)
        self.call.toggled.connect(self.call_toggled)
        line.addWidget(self.call)
        self.lock = SecondaryButton(_("Lock"), "lock", name=_("Lock the register now"))
        self.lock.setToolTip(_("Lock the register now ({keys})").format(keys=", ".join(LOCK_KEYS)))
        self.lock.clicked.connect(self.lock_requested)
        line.addWidget(self.lock)

    def _brand(self) -> QWidget:
        holder = QWidget()
        holder.setFixedWidth(RAIL_WIDTH)
        line = QHBoxLayout(holder)
        line.setContentsMargins(16, 0, 4, 0)
        line.setSpacing(8)
        line.addWidget(IconLabel("sun", size=22, ink="sun"))
        name = Text(_("Sunshine Register"), bold=True, ink="accent")
        line.addWidget(name, 1)
        return holder

    def _officer(self) -> Stack:
        self._name = Text("", size=Size.SMALL, ink="ink")
        self._role = Text("", size=Size.SMALL, ink="quiet")
        for text in (self._name, self._role):
            text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return Stack(self._name, self._role)

    def set_sync(self, text: str, tone: Tone) -> None:
        """Say how sync stands; an empty text hides the chip."""
        self.sync.set(text, tone)
        self.sync.setVisible(bool(text))

    def set_officer(self, name: str, role: str) -> None:
        self._name.set_text(name)
        self._role.set_text(role)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("surface"))
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), theme.colour("line"))
