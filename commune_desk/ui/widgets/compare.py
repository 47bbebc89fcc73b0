"""Two or more values of one field side by side, with what stood before, for a person to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.card import Hairline
from commune_desk.ui.widgets.pressing import is_click
from commune_desk.ui.widgets.text import Text, line_box
from commune_desk.ui.widgets.toggles import Dot

_UNBROKEN = 16
_SIDE_BY_SIDE = 2
"""More values stand below each other: in narrow columns the ends of phone numbers would be cut."""


@dataclass(frozen=True)
class Version:
    """One hand's value of a field; `key` names it in the decision. What nobody can choose only stands there."""

    key: str
    text: str
    can_be_chosen: bool = True


@dataclass(frozen=True)
class CompareRow:
    """A field with its value before, where the table tells it, and the version of each author."""

    field: str
    label: str
    base: str
    versions: tuple[Version, ...]


class CompareTable(QWidget):
    """Fields down, authors across; more than two authors below each other.

    `decided` fires whenever a choice changes; `decision` holds the choices.
    """

    decided = Signal()

    def __init__(
        self,
        authors: Sequence[str],
        rows: Sequence[CompareRow],
        *,
        tells_before: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._heads = (_("Field"), _("Before")) if tells_before else (_("Field"),)
        self._rows = tuple(rows)
        self._authors = tuple(authors)
        self._buttons: dict[str, dict[str, Dot]] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(14, 6, 14, 10)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        if len(authors) > _SIDE_BY_SIDE:
            self._grid.setColumnStretch(0, 2)
            self._grid.setColumnStretch(1, 3)
            for row in rows:
                self._add_below(row)
            return
        for column, head in enumerate((*self._heads, *authors)):
            self._grid.addWidget(_head(head), 0, column)
            self._grid.setColumnStretch(column, 4 if column >= len(self._heads) else 3)
        for position, row in enumerate(rows):
            self._add(row, 2 * position + 1)

    def decision(self) -> Mapping[str, str]:
        """The key of the version chosen, by field; fields not decided yet are absent."""
        return {field: key for field, buttons in self._buttons.items() for key, b in buttons.items() if b.isChecked()}

    def choose(self, field: str, key: str) -> None:
        """Choose a version. Raises KeyError when there is none."""
        self._buttons[field][key].setChecked(True)

    def leave_open(self, field: str) -> None:
        """Choose no version of a field."""
        for button in self._buttons.get(field, {}).values():
            group = button.group()
            group.setExclusive(False)
            button.setChecked(False)
            group.setExclusive(True)

    def _add(self, row: CompareRow, line: int) -> None:
        first = len(self._heads)
        self._grid.addWidget(Hairline(), line, 0, 1, len(self._authors) + first)
        self._grid.addWidget(_BesideDot(Text(row.label, bold=True, wrap=True)), line + 1, 0)
        if first > 1:
            before = Text(row.base or _("(empty)"), ink="quiet", wrap=True)
            self._grid.addWidget(_BesideDot(before), line + 1, 1)
        group = QButtonGroup(self)
        for column, (author, version) in enumerate(zip(self._authors, row.versions, strict=True), start=first):
            self._grid.addWidget(self._choice(row, author, version, group), line + 1, column)

    def _add_below(self, row: CompareRow) -> None:
        """A field with its values below each other, each beside its author."""
        top, line = Qt.AlignmentFlag.AlignTop, self._grid.rowCount()
        if line > 1:
            self._grid.addWidget(Hairline(), line, 0, 1, 2)
        self._grid.addWidget(Text(row.label, bold=True, wrap=True), line + 1, 0, 1, 2)
        self._grid.addWidget(_head(_("Before")), line + 2, 0, top)
        self._grid.addWidget(Text(row.base or _("(empty)"), ink="quiet", wrap=True), line + 2, 1, top)
        group = QButtonGroup(self)
        for place, (author, version) in enumerate(zip(self._authors, row.versions, strict=True), start=line + 3):
            self._grid.addWidget(_BesideDot(_head(author)), place, 0)
            self._grid.addWidget(self._choice(row, author, version, group), place, 1, top)

    def _choice(self, row: CompareRow, author: str, version: Version, group: QButtonGroup) -> QWidget:
        """A radio button whose text wraps: the words stand beside it and check it when clicked."""
        words = version.text or _("(empty)")
        if not version.can_be_chosen:
            return _BesideDot(Text(words, ink="quiet", wrap=True))
        holder = _ChoiceCell(words)
        holder.button.setAccessibleName(f"{row.label}: {words}, {author}")
        group.addButton(holder.button)
        holder.button.toggled.connect(lambda is_on: self.decided.emit() if is_on else None)
        self._buttons.setdefault(row.field, {})[version.key] = holder.button
        return holder


def _head(text: str) -> Text:
    return Text(text, size=Size.SMALL, ink="quiet", bold=True, wrap=True)


class _BesideDot(QWidget):
    """Words on the line of a value that is chosen: as far down as a radio button is taller than they are."""

    def __init__(self, text: Text) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        spare = Dot().sizeHint().height() - line_box(text.font()).height
        column.setContentsMargins(0, max(spare, 0) // 2, 0, 0)
        column.addWidget(text)
        column.addStretch(1)


class _ChoiceCell(QWidget):
    """A value to choose; a short number, as that of a phone, stays on one line."""

    def __init__(self, text: str) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        self.button = Dot()
        is_number = len(text) <= _UNBROKEN and not any(map(str.isalpha, text))
        label = Text(text.replace(" ", "\u00a0") if is_number else text, wrap=True)
        label.setBuddy(self.button)
        grid.addWidget(self.button, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label, 0, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(1, 1)  # not by an alignment in the table: Qt then cuts texts that wrap

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if is_click(self, event):
            self.button.setChecked(True)
            self.button.setFocus()
