"""Words that a window shows only in part, so that no picture has to be searched for them by eye alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QScrollArea, QWidget

from commune_desk.ui.opening.frame import OpeningCard
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.forms import FieldRow
from commune_desk.ui.widgets.table import PagedTable, RowDelegate
from commune_desk.ui.widgets.text import RichLine, Text

_FIELD_EDGES = 24
_ARROW = 26
_CASE_CODE = re.compile(r"[A-Z]+(?:-[0-9A-Z]+){2,}")
_MAY_END_A_LINE = " \u00a0\u2028-–/"


def cut_texts(window: QWidget) -> list[str]:
    """What is cut off in the window as it stands, also further down where it scrolls: texts, chips, buttons, choices,
    placeholders, cells of tables; words torn over two lines; and an opening page that does not fit into it, unless it
    grew by telling of mistakes."""
    shown = [widget for widget in (window, *window.findChildren(QWidget)) if widget.isVisible() and not _is_out(widget)]
    found = [text for widget in shown for text in _cut(widget)]
    return list(dict.fromkeys(found))


def _is_out(widget: QWidget) -> bool:
    """Whether nobody can come to see it: what is scrolled away lies in something that is seen."""
    if not widget.visibleRegion().isEmpty():
        return False
    content = _scrolling_with(widget)
    return content is None or not content.rect().intersects(QRect(widget.mapTo(content, QPoint(0, 0)), widget.size()))


def _scrolling_with(widget: QWidget) -> QWidget | None:
    """All that scrolls with it; None where nothing does."""
    above = widget.parentWidget()
    while above is not None:
        content = above.widget() if isinstance(above, QScrollArea) else None
        if content is not None and content.isAncestorOf(widget):
            return content
        above = above.parentWidget()
    return None


def _cut(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, PagedTable):
        yield from _cut_cells(widget)
        return
    if isinstance(widget, OpeningCard) and widget.scrolling.verticalScrollBar().maximum() and not _tells(widget):
        yield f"{widget.title.plain} (does not fit)"
    if isinstance(widget, RichLine) and widget.wordWrap():
        yield from _torn(widget)
    text, needed = _words(widget)
    if needed > widget.width():
        yield text


def _tells(page: OpeningCard) -> bool:
    return any(row.error for row in page.findChildren(FieldRow))


def _torn(text: RichLine) -> Iterator[str]:
    """Words that are broken where no word ends: they had no room."""
    layout = text._broken_at(text.width())
    words = layout.text()
    for at in range(1, layout.lineCount()):
        start = layout.lineAt(at).textStart()
        is_torn = not words[start].isspace() and words[start - 1] not in _MAY_END_A_LINE
        if is_torn or any(code.start() < start < code.end() for code in _CASE_CODE.finditer(words)):
            yield f"{words} (torn at {words[start - 1 : start + 1]})"


def _words(widget: QWidget) -> tuple[str, int]:
    """The words that stand in one line of a widget, and how wide it must be to show them."""
    metrics = widget.fontMetrics()
    if isinstance(widget, Text) and not widget.wordWrap():
        return widget.plain, widget.natural_width() - 1
    if isinstance(widget, Chip):
        return widget.text, widget.sizeHint().width()
    if isinstance(widget, QPushButton):
        return widget.text(), widget.sizeHint().width()
    if isinstance(widget, QComboBox):
        return widget.currentText(), metrics.horizontalAdvance(widget.currentText()) + _FIELD_EDGES + _ARROW
    if isinstance(widget, QLineEdit) and not widget.text():
        margins = widget.textMargins().left() + widget.textMargins().right()
        return widget.placeholderText(), metrics.horizontalAdvance(widget.placeholderText()) + _FIELD_EDGES + margins
    return "", 0


def _cut_cells(table: PagedTable) -> Iterator[str]:
    delegate, model, box = table.itemDelegate(), table.model(), table.viewport().rect()
    if not isinstance(delegate, RowDelegate):
        return
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            rect = table.visualRect(model.index(row, column))
            if rect.width() and box.contains(rect.center()) and (text := delegate.cut_text(row, column, rect)):
                yield text
