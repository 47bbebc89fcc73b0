"""Choosing a child by typing a name: the matches stand below the field, Down and Enter choose one.

Whose names a search showed is written down, as on the list of children.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.child.picker import find_options
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.rows import ButtonRow
from commune_desk.ui.widgets.search_field import SearchField
from commune_desk.ui.widgets.tab_order import follow
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records import searches


class ChildPicker(QWidget):
    """A search field with the children found below it; `chosen` carries the person's id."""

    chosen = Signal(str)

    def __init__(self, workplace: Workplace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workplace = workplace
        self.field = SearchField(_("Find the child"), placeholder=_("Type the child's name…"))
        self.field.searched.connect(self.search)
        self.field.accepted.connect(self._take_only)
        self.rows: list[ButtonRow] = []
        self._ids: list[str] = []
        self._typed = ""
        self._audit = QTimer(self, interval=searches.PAUSE_MS, singleShot=True)
        self._audit.timeout.connect(self._note)
        self._hint = Text("", size=Size.SMALL, ink="quiet", wrap=True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self.field)
        self._column.addWidget(self._hint)
        self._hint.hide()
        self.setFocusProxy(self.field)

    def search(self, typed: str) -> None:
        """Show who is meant."""
        for row in self.rows:
            row.hide()
            row.deleteLater()
        found = find_options(self._workplace, typed)
        self._typed = typed
        self._audit.start()
        self._ids = [option.id for option in found]
        self.rows = [ButtonRow(option.name, option.detail) for option in found]
        for row, person in zip(self.rows, self._ids, strict=True):
            row.activated.connect(lambda one=person: self._choose(one))
            self._column.addWidget(row)
        follow(self.field, *self.rows)
        self._hint.set_text(_("Nobody in the register is called so.") if typed and not found else "")
        self._hint.setVisible(bool(self._hint.plain))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self.rows:
            super().keyPressEvent(event)
            return
        here = next((place for place, row in enumerate(self.rows) if row.hasFocus()), -1)
        target = here + step
        widget: QWidget = self.field if target < 0 else self.rows[min(target, len(self.rows) - 1)]
        widget.setFocus(Qt.FocusReason.TabFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """Whoever leaves before the pause is over has searched all the same."""
        if self._audit.isActive():
            self._note()
        super().hideEvent(event)

    def _note(self) -> None:
        self._audit.stop()
        searches.note_search(self._workplace, self._typed, len(self._ids))

    def _choose(self, person: str) -> None:
        if self._audit.isActive():
            self._note()
        self.chosen.emit(person)

    def _take_only(self) -> None:
        if len(self._ids) == 1:
            self._choose(self._ids[0])
        elif self.rows:
            self.rows[0].setFocus(Qt.FocusReason.TabFocusReason)
