"""Choosing one of several codes from a list that opens, with type-ahead that needs no marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6 import QtCore
from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from commune_desk.i18n import _
from commune_desk.ui import theme
from commune_desk.ui.icons import paint_icon
from commune_desk.ui.widgets.text import as_tip

if TYPE_CHECKING:
    from commune_desk.ui.widgets.type_ahead import TypeAheadList

_AROUND_ITEM = 44
"""What a row of the list takes beside its words."""
_AROUND_WORDS = 54
"""What the field takes beside them."""
Option = tuple[str, str]
"""A code and its label in the reader's language."""


class Choice(QComboBox):
    """One of several codes. Typing finds a label without its marks; the wheel changes nothing."""

    chosen = Signal(str)

    def __init__(
        self, name: str = "", options: Sequence[Option] = (), *, placeholder: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFont(theme.font())
        self.setMaxVisibleItems(12)
        self.setMinimumContentsLength(10)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setProperty("focusPolicy", "StrongFocus")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._list: TypeAheadList | None = None
        self._placeholder = placeholder or _("Choose…")
        self._options: list[Option] | None = None
        self.set_options(options)
        self.currentIndexChanged.connect(lambda _index: self.chosen.emit(self.value()))

    def set_options(self, options: Sequence[Option]) -> None:
        """Offer `options`; the value stays when it is still among them, and an open list when they are the same."""
        if list(options) == self._options:
            return
        self._options = list(options)
        kept = self.value() if self.count() else ""
        self.blockSignals(True)
        self.clear()
        self.addItem(self._placeholder, "")
        for code, label in options:
            self.addItem(label, code)
        self.blockSignals(False)
        self.set_value(kept)

    def value(self) -> str:
        """The chosen code, or an empty text."""
        return str(self.currentData() or "")

    def set_value(self, code: str) -> None:
        self.setCurrentIndex(max(self.findData(code), 0))

    def _ready_list(self) -> TypeAheadList:
        """The list that opens, made when somebody first opens it or types: most choices are only looked at."""
        if self._list is None:
            from commune_desk.ui.widgets.type_ahead import TypeAheadList

            self._list = TypeAheadList(self)
            self.setView(self._list)
        return self._list

    def showPopup(self) -> None:
        metrics = self.fontMetrics()
        longest = max(metrics.horizontalAdvance(self.itemText(at)) for at in range(self.count())) + _AROUND_ITEM
        self._ready_list().setMinimumWidth(min(longest, self.screen().availableGeometry().width()))
        super().showPopup()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ready_list = self._ready_list()
        if event.key() == QtCore.Qt.Key.Key_Backspace:
            ready_list.forget_letter()
            return
        if event.key() == QtCore.Qt.Key.Key_Space and ready_list.is_searching:
            ready_list.keyboardSearch(" ")
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self._tell_cut_words()
        corner = QPoint(self.width() - 26, (self.height() - 16) // 2)
        paint_icon(QPainter(self), corner, "chevron-down", 16, "quiet")

    def _tell_cut_words(self) -> None:
        words = self.currentText()
        tip = as_tip(words) if self.fontMetrics().horizontalAdvance(words) > self.width() - _AROUND_WORDS else ""
        if tip != self.toolTip():
            self.setToolTip(tip)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The page scrolls; the pointer may still stand on the field chosen last. A list that is open has its own."""
        event.ignore()
