"""Texts on the screen: one label for every size and colour, with the line height that Vietnamese marks need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from commune_desk.ui import theme
from commune_desk.ui.theme import Size

BOLD = QFont.Weight.DemiBold
NORMAL = QFont.Weight.Normal


def line_height(font: QFont) -> int:
    """The height in pixels that one line of `font` is given, at least 1.35 em."""
    return -(-QFontMetrics(font).height() * theme.LINE_PERCENT // 100)


class Text(QLabel):
    """Plain text. It is never read as HTML; `wrap` breaks it over lines, otherwise it ends in an ellipsis."""

    def __init__(
        self,
        text: str = "",
        *,
        size: Size = Size.BODY,
        ink: str = "ink",
        bold: bool = False,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("ink", ink)
        self.setFont(theme.font(size, BOLD if bold else NORMAL))
        self.setTextFormat(Qt.TextFormat.RichText if wrap else Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self._plain = ""
        self._wraps = wrap
        if not wrap:
            self.setMinimumHeight(line_height(self.font()))
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    @property
    def plain(self) -> str:
        return self._plain

    def set_text(self, text: str) -> None:
        self._plain = text
        self.setAccessibleName(text)
        if self._wraps:
            self.setText(paragraph([Run(text)]))
        else:
            self.setText(text)
            self.setMinimumWidth(min(self.fontMetrics().horizontalAdvance(text) + 2, 48))
        self.updateGeometry()

    def set_ink(self, token: str) -> None:
        self.setProperty("ink", token)
        self.style().unpolish(self)
        self.style().polish(self)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return hint if self._wraps else QSize(hint.width() + 1, max(hint.height(), line_height(self.font())))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._wraps or self.fontMetrics().horizontalAdvance(self._plain) <= self.contentsRect().width():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        shown = self.fontMetrics().elidedText(self._plain, Qt.TextElideMode.ElideRight, self.contentsRect().width())
        painter.drawText(self.contentsRect(), self.alignment(), shown)
        self.setToolTip(self._plain)


@dataclass(frozen=True)
class Run:
    """A stretch of text inside a line; `ink` is a token."""

    text: str
    bold: bool = False
    ink: str = ""
    small: bool = False


def paragraph(runs: Sequence[Run]) -> str:
    """HTML of the runs, escaped, with the program's line height."""
    return f'<p style="margin:0; line-height:{theme.LINE_PERCENT}%">{"".join(map(_span, runs))}</p>'


def _span(run: Run) -> str:
    styles = [
        f"font-weight:{BOLD.value}" if run.bold else "",
        f"color:{theme.colour(run.ink).name()}" if run.ink else "",
        f"font-size:{Size.SMALL.points}pt" if run.small else "",
    ]
    return f'<span style="{";".join(s for s in styles if s)}">{escape(run.text).replace(chr(10), "<br>")}</span>'


class RichLine(QLabel):
    """Runs of bold, quiet and plain text in one paragraph that wraps."""

    def __init__(self, runs: Sequence[Run] = (), *, size: Size = Size.BODY, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(theme.font(size))
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self._runs: tuple[Run, ...] = ()
        self.set_runs(runs)

    @property
    def plain(self) -> str:
        return "".join(run.text for run in self._runs)

    def set_runs(self, runs: Sequence[Run]) -> None:
        self._runs = tuple(runs)
        self.setText(paragraph(self._runs))
        self.setAccessibleName(self.plain)

    def sizeHint(self) -> QSize:
        """One line as long as the words are: a layout that has less room asks for the height of several."""
        return QSize(sum(self._width_of(run) for run in self._runs) + 2, line_height(self.font()))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), 96), line_height(self.font()))

    def _width_of(self, run: Run) -> int:
        font = QFont(self.font())
        font.setWeight(BOLD if run.bold else NORMAL)
        if run.small:
            font.setPointSizeF(Size.SMALL.points)
        return QFontMetrics(font).horizontalAdvance(run.text) + 1

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self.setText(paragraph(self._runs))
