"""The field above a list: what is typed in it narrows the list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from commune_desk.ui import theme
from commune_desk.ui.icons import paint_icon
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.fields import LineEdit

SEARCH_PAUSE_MS = 150
_ROOM_FOR_KEY = 360
_EDGES = 24
"""What a field keeps free at its two ends, in pixels."""
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}

_ON_PURPOSE = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
    Qt.FocusReason.MouseFocusReason,
)
_ELSEWHERE = (Qt.FocusReason.ShortcutFocusReason, Qt.FocusReason.OtherFocusReason)


class SearchField(LineEdit):
    """A search field with its icon and key; `searched` fires after a short pause in typing, and on Enter,
    `stepped` with the rows to move on the keys that move in a list, `begun` when one comes to it or types anew."""

    begun = Signal()
    searched = Signal(str)
    stepped = Signal(int)
    accepted = Signal()

    def __init__(
        self,
        name: str,
        *,
        placeholder: str = "",
        short: str = "",
        key_hint: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`short` stands in the field's place of `placeholder` where that one does not fit."""
        super().__init__(name, placeholder=placeholder, parent=parent)
        self._key_hint = key_hint
        self._placeholder, self._short = placeholder, short or placeholder
        self.setClearButtonEnabled(False)
        self._pause = QTimer(self, interval=SEARCH_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(lambda: self.searched.emit(self.value()))
        self.edited.connect(lambda _text: self._pause.start())
        self.edited.connect(lambda _text: self.begun.emit())
        self.returnPressed.connect(self._search_now)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        has_room = self._key_hint and self.width() >= _ROOM_FOR_KEY
        self.setTextMargins(24, 0, 52 if has_room else 0, 0)
        room = self.width() - _EDGES - self.textMargins().left() - self.textMargins().right()
        fits = self.fontMetrics().horizontalAdvance(self._placeholder) <= room
        self.setPlaceholderText(self._placeholder if fits else self._short)

    def begin(self) -> None:
        """Take the keyboard; what is typed takes the place of what stands in the field."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        self.begun.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in _ON_PURPOSE:
            self.begun.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Who has left for another page by a key is not brought back by what was typed a moment before."""
        if self._pause.isActive() and event.reason() in _ELSEWHERE:
            self._pause.stop()
        super().focusOutEvent(event)

    def clear_search(self) -> None:
        self.clear()
        self._search_now()

    def _search_now(self) -> None:
        self._pause.stop()
        self.searched.emit(self.value())
        self.accepted.emit()

    def event(self, event: QEvent) -> bool:
        """Escape belongs to the field while something stands in it, whatever it means around it."""
        is_override = event.type() is QEvent.Type.ShortcutOverride
        if isinstance(event, QKeyEvent) and is_override and event.key() == Qt.Key.Key_Escape and self.text():
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self.searched.emit("")
            return
        if step := _STEPS.get(Qt.Key(event.key())):
            if self._pause.isActive():
                self._pause.stop()
                self.searched.emit(self.value())
            self.stepped.emit(step)
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        corner = self.rect().topLeft()
        corner += QPoint(11, (self.height() - 16) // 2)
        paint_icon(painter, corner, "search", 16, "quiet")
        if self._key_hint and not self.text() and self.width() >= _ROOM_FOR_KEY:
            self._paint_key(painter)

    def _paint_key(self, painter: QPainter) -> None:
        painter.setFont(theme.font(Size.SMALL))
        width = painter.fontMetrics().horizontalAdvance(self._key_hint) + 12
        box = self.rect().adjusted(self.width() - width - 9, 6, -9, -6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("line"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(theme.colour("quiet"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._key_hint)
