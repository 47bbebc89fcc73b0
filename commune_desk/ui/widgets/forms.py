"""Forms: a label above each field, a mark on what is required, hint and error below it, spoken when they appear."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6 import QtCore
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.card import IconLabel
from commune_desk.ui.widgets.text import RichLine, Run, Text

ONE_COLUMN_BELOW = 500


def announce(widget: QWidget, sentence: str) -> None:
    """Have a screen reader say `sentence` at once."""
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent  # its many names are costly at the start

    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, sentence))


def _describe(widget: QWidget, said: str) -> None:
    """Only what changed: forms are shown anew with each letter, and a screen reader is told of each time."""
    if widget.accessibleDescription() != said:
        widget.setAccessibleDescription(said)


class FieldRow(QWidget):
    """A field with its label above, a hint and an error below."""

    def __init__(
        self, label: str, editor: QWidget, *, required: bool = False, hint: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.editor = editor
        self._label, self._error_text = label, ""
        self._is_required = required
        self._own = editor.accessibleDescription()
        """What the field says of itself, such as its keys."""
        editor.setAccessibleName(_("{label}, required").format(label=label) if required else label)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        runs = [Run(label, bold=True)]
        if required:
            runs.append(Run(" *", bold=True, ink="danger"))
        self.label = RichLine(runs)
        self.label.setBuddy(editor)
        column.addWidget(self.label)
        column.addWidget(editor)
        self.hint = Text("", size=Size.SMALL, ink="quiet", wrap=True)
        column.addWidget(self.hint)
        self._column = column
        self._error: _ErrorLine | None = None
        self.set_hint(hint)

    @property
    def error(self) -> str:
        return self._error_text

    def set_hint(self, hint: str) -> None:
        """Show what helps with the field, or with an empty text nothing; a screen reader says it with the field."""
        if hint != self.hint.plain:
            self.hint.set_text(hint)
        self.hint.setVisible(bool(hint))
        self._describe()

    def _describe(self) -> None:
        """What a screen reader says with the field; of buttons in a row it reads only the one that has the keyboard."""
        said = self._error_text or self.hint.plain or self._own
        _describe(self.editor, said)
        if self.editor.focusProxy() is not None:
            for button in self.editor.findChildren(QAbstractButton):
                _describe(button, said or (self.editor.accessibleName() if self._is_required else ""))

    def set_error(self, sentence: str) -> None:
        """Show what is wrong with the field, or with an empty text take it away."""
        if sentence == self._error_text:
            return
        self._error_text = sentence
        if self._error is None:
            self._error = _ErrorLine()
            self._column.addWidget(self._error)
        self._error.sentence.set_text(sentence)
        self._error.setVisible(bool(sentence))
        self.editor.setProperty("invalid", bool(sentence))
        self.editor.style().unpolish(self.editor)
        self.editor.style().polish(self.editor)
        self._describe()
        if sentence:
            announce(self.editor, f"{self._label}: {sentence}")


class _ErrorLine(QWidget):
    """A mark, and what is wrong beside it. Most fields never need one."""

    def __init__(self) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 1, 0, 0)
        line.setSpacing(5)
        mark = IconLabel("alert-circle", size=14, ink="danger")
        mark.setFixedHeight(22)
        line.addWidget(mark, 0, QtCore.Qt.AlignmentFlag.AlignTop)
        self.sentence = Text("", size=Size.SMALL, ink="danger", wrap=True)
        line.addWidget(self.sentence, 1)


class Form(QWidget):
    """Named fields in one or two columns; one column when it gets narrow. Tab follows the order of `add`."""

    def __init__(self, columns: int = 2, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most = columns
        self._columns = 0
        self._rows: dict[str, FieldRow] = {}
        self._cells: list[tuple[QWidget, bool]] = []
        self._hidden: set[QWidget] = set()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(12)

    def add(self, name: str, row: FieldRow, *, wide: bool = False) -> FieldRow:
        """Append the field `name`; `wide` gives it the whole width."""
        self._rows[name] = row
        self._append(row, wide)
        return row

    def add_heading(self, text: str) -> None:
        """Begin a group of fields."""
        heading = Text(text, size=Size.HEADING, bold=True, ink="accent")
        heading.setContentsMargins(0, 6, 0, 0)
        self._append(heading, True)

    def row(self, name: str) -> FieldRow:
        return self._rows[name]

    def show_row(self, name: str, is_shown: bool) -> None:
        """Show or hide a field; the one beside a hidden field takes the whole line."""
        row = self._rows[name]
        row.setVisible(is_shown)
        if is_shown is (row in self._hidden):
            self._hidden ^= {row}
            self._columns = 0
            self._lay_out()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._rows)

    def set_errors(self, errors: Mapping[str, str], *, focus: bool = False) -> None:
        """Show the sentence of each field named, clear the others; `focus` goes to the first that is wrong."""
        for name, row in self._rows.items():
            row.set_error(errors.get(name, ""))
        wrong = [row for name, row in self._rows.items() if name in errors]
        if focus and wrong:
            wrong[0].editor.setFocus(QtCore.Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _append(self, widget: QWidget, wide: bool) -> None:
        self._cells.append((widget, wide))
        self._columns = 0
        self._lay_out()

    def _lay_out(self) -> None:
        columns = 1 if self.width() < ONE_COLUMN_BELOW else self._most
        if columns == self._columns:
            return
        self._columns = columns
        for column in range(self._most):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        for line, cells in enumerate(self._lines(columns)):
            shown = [widget for widget in cells if widget not in self._hidden]
            for place, widget in enumerate(cells):
                is_alone = shown == [widget]
                span = columns if self._is_wide(widget) or (is_alone and len(cells) > 1) else 1
                self._grid.addWidget(widget, line, 0 if is_alone else place, 1, span, QtCore.Qt.AlignmentFlag.AlignTop)

    def _lines(self, columns: int) -> list[list[QWidget]]:
        """The fields that stand side by side, hidden ones too."""
        lines: list[list[QWidget]] = []
        has_room = False
        for widget, wide in self._cells:
            if wide or not has_room:
                lines.append([])
            lines[-1].append(widget)
            has_room = not wide and len(lines[-1]) < columns
        return lines

    def _is_wide(self, widget: QWidget) -> bool:
        return any(wide for one, wide in self._cells if one is widget)
