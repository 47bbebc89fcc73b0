"""Texts on the screen, drawn with the room that Vietnamese marks need: Qt's own labels cut the tops off Ẫ and Ể."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from PySide6 import QtCore, QtGui
from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from commune_desk.ui import theme
from commune_desk.ui.theme import Scheme, Size

BOLD = QFont.Weight.DemiBold
NORMAL = QFont.Weight.Normal
TALLEST = "ẪẶỂỖỢỰ"
_PREFERRED_WIDTH = 520
_NARROWEST = 56
_PALETTE_INKS = {
    "": QPalette.ColorRole.WindowText,
    "ink": QPalette.ColorRole.WindowText,
    "accent": QPalette.ColorRole.Accent,
    "quiet": QPalette.ColorRole.PlaceholderText,
}
"""Inks that the palette knows too: a painter comes with them. Python's `setPen` first makes every name of `Qt`, which
takes longer than painting the unlock page."""


class LineBox(NamedTuple):
    """In pixels: the height of one line with nothing above it, its baseline, and the pitch of further lines."""

    height: int
    baseline: int
    pitch: int


@lru_cache(maxsize=32)
def _box(points: float) -> LineBox:
    """Measured on the bold face, so that bold and plain words side by side share a baseline."""
    font = theme.font(weight=BOLD)
    font.setPointSizeF(points)
    metrics = QFontMetricsF(font)
    ink = metrics.tightBoundingRect(TALLEST)
    baseline = ceil(-ink.top())
    centred = round(2 * baseline - metrics.capHeight())
    return LineBox(max(centred, baseline + ceil(ink.bottom())), baseline, round(metrics.ascent() * theme.LINE_EM))


def line_box(font: QFont) -> LineBox:
    """The room that a line in `font` takes, so that no mark is ever cut; capitals stand in its middle."""
    return _box(font.pointSizeF())


def line_height(font: QFont) -> int:
    """The pitch in pixels of lines in `font`, at least 1.35 em."""
    return line_box(font).pitch


def as_tip(text: str) -> str:
    """A tool tip that shows `text` as it stands: Qt would take what looks like HTML for HTML, and load its pictures."""
    if "<" not in text and "&" not in text:
        return text
    from html import escape  # the start has no use for its table of entities

    return f"<p style='white-space:pre-wrap'>{escape(text)}</p>"


@dataclass(frozen=True)
class Run:
    """A stretch of text inside a line; `ink` is a token."""

    text: str
    bold: bool = False
    ink: str = ""
    small: bool = False


class RichLine(QLabel):
    """Runs of bold, quiet and plain text that wrap when they must. Plain text always, never HTML."""

    def __init__(self, runs: Sequence[Run] = (), *, size: Size = Size.BODY, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("textFormat", "PlainText")
        self.setWordWrap(True)
        self.setFont(theme.font(size, BOLD if any(run.bold for run in runs) else NORMAL))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._runs: tuple[Run, ...] = ()
        self._aligned: QtCore.Qt.AlignmentFlag | None = None  # left, and in the middle of spare height
        self._layout: QtGui.QTextLayout | None = None
        self._inked_for: Scheme | None = None
        self._line_counts: dict[int, int] = {}
        self._natural: int | None = None
        self.set_runs(runs)

    @property
    def plain(self) -> str:
        return "".join(run.text for run in self._runs)

    def set_runs(self, runs: Sequence[Run]) -> None:
        self._runs = tuple(runs)
        if len(runs) == 1 and runs[0].ink in _PALETTE_INKS:
            self.setForegroundRole(_PALETTE_INKS[runs[0].ink])
        self._layout = None
        self._line_counts.clear()
        self._natural = None
        self.setText(self.plain)
        self.setAccessibleName(self.plain)
        self.updateGeometry()
        self.update()

    def setAlignment(self, alignment: QtCore.Qt.AlignmentFlag) -> None:
        super().setAlignment(alignment)
        self._aligned = alignment
        self._layout = None

    def natural_width(self) -> int:
        """How wide the text is on one line."""
        if self._natural is None:
            widths = (QFontMetricsF(self._font_of(run)).horizontalAdvance(run.text) for run in self._runs)
            self._natural = sum(map(ceil, widths)) + 1
        return self._natural

    def sizeHint(self) -> QSize:
        width = self.natural_width()
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.natural_width(), _NARROWEST), line_box(self.font()).height)

    def heightForWidth(self, width: int) -> int:
        """For the least width when `width` is less: layouts try such on the way, and no text is ever shown so."""
        box = line_box(self.font())
        return box.height + (self._line_count(max(width, self.minimumSizeHint().width())) - 1) * box.pitch

    def _line_count(self, width: int) -> int:
        """Kept for each width: layouts ask for many, and breaking lines is what costs most on a page of text."""
        if width not in self._line_counts:
            self._line_counts[width] = 1 if self._fits(width) else max(self._broken_at(width).lineCount(), 1)
        return self._line_counts[width]

    def _fits(self, width: int) -> bool:
        """Whether all of it stands in one line."""
        return width >= self.natural_width() and "\n" not in self.plain

    def paintEvent(self, event: QPaintEvent) -> None:
        spare = max(self.height() - self.heightForWidth(self.width()), 0)
        top = spare // 2 if self._is_centred() else 0
        if self._aligned is None and len(self._runs) == 1 and self._fits(self.width()):
            self._paint_run(self._runs[0], top)
        else:
            layout = self._broken_at(self.width())
            layout.draw(QPainter(self), QPointF(0, top), _unseen(layout))

    def _paint_run(self, run: Run, top: int) -> None:
        painter = QPainter(self)
        painter.setFont(self._font_of(run))
        if run.ink not in _PALETTE_INKS or not self.isEnabled():
            painter.setPen(theme.colour(run.ink or "ink"))
        painter.drawText(QPointF(0, top + line_box(self.font()).baseline), run.text)

    def _is_centred(self) -> bool:
        return self._aligned is None or bool(self._aligned & QtCore.Qt.AlignmentFlag.AlignVCenter)

    def _font_of(self, run: Run) -> QFont:
        font = QFont(self.font())
        font.setWeight(BOLD if run.bold else NORMAL)
        if run.small:
            font.setPointSizeF(Size.SMALL.points)
        return font

    def _broken_at(self, width: int) -> QtGui.QTextLayout:
        """The text in lines of `width`; its letters are shaped once and only broken anew for another width."""
        if self._layout is None or self._inked_for is not theme.scheme():
            self._layout, self._inked_for = self._shaped(), theme.scheme()
        from commune_desk.ui.widgets.line_breaks import before_code

        box = line_box(self.font())
        layout = self._layout
        if (bound := self._bound(width)) != layout.text():
            layout.setText(bound)
        layout.beginLayout()
        baseline = box.baseline
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            end = line.textStart() + line.textLength()
            if (kept := before_code(layout.text(), line.textStart(), end)) < end:
                line.setNumColumns(kept - line.textStart(), width)
            line.setPosition(QPointF(0, baseline - line.ascent()))
            baseline += box.pitch
        layout.endLayout()
        return layout

    def _bound(self, width: int) -> str:
        """The text with the spaces bound at which no line of `width` may break."""
        from commune_desk.ui.widgets.line_breaks import unbroken  # with the first text of several lines

        metrics = QFontMetricsF(self.font())
        text = unbroken(self.plain, lambda part: metrics.horizontalAdvance(part) <= width)
        return text.replace("\n", "\u2028")

    def _shaped(self) -> QtGui.QTextLayout:
        layout = QtGui.QTextLayout("", self.font())
        option = QtGui.QTextOption(self.alignment() & QtCore.Qt.AlignmentFlag.AlignHorizontal_Mask)
        option.setWrapMode(QtGui.QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats(self._formats())
        return layout

    def _formats(self) -> list[QtGui.QTextLayout.FormatRange]:
        ranges, start = [], 0
        for run in self._runs:
            described = QtGui.QTextCharFormat()
            described.setFont(self._font_of(run))
            described.setForeground(theme.colour(run.ink or "ink"))
            piece = QtGui.QTextLayout.FormatRange()
            piece.start, piece.length, piece.format = start, _utf16_length(run.text), described
            ranges.append(piece)
            start += piece.length
        return ranges


def _unseen(layout: QtGui.QTextLayout) -> list[QtGui.QTextLayout.FormatRange]:
    """The dots between two parts at which a line was broken: they are not painted."""
    from commune_desk.ui.widgets.line_breaks import dangling_dot

    ranges: list[QtGui.QTextLayout.FormatRange] = []
    if not layout.text() or max(layout.text()) > "\uffff":  # Qt counts such a letter twice
        return ranges
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        dot = dangling_dot(layout.text(), line.textStart(), line.textStart() + line.textLength())
        if dot is not None:
            piece = QtGui.QTextLayout.FormatRange()
            clear = QtGui.QTextCharFormat()
            clear.setForeground(QtCore.Qt.GlobalColor.transparent)
            piece.start, piece.length, piece.format = dot, 1, clear
            ranges.append(piece)
    return ranges


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class Text(RichLine):
    """Text of one kind. With `wrap` it goes on in further lines, otherwise it ends in an ellipsis."""

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
        super().__init__(size=size, parent=parent)
        self._ink, self._bold, self._wraps = ink, bold, wrap
        self._is_cut = False
        self.setFont(theme.font(size, BOLD if bold else NORMAL))
        self.setWordWrap(wrap)
        if not wrap:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        if self._is_cut:
            self._is_cut = False
            self.setToolTip("")
        self.set_runs([Run(text, self._bold, self._ink)])

    def sizeHint(self) -> QSize:
        if not self._wraps:
            return QSize(self.natural_width(), line_box(self.font()).height)
        width = min(self.natural_width(), _PREFERRED_WIDTH)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return hint if self._wraps else QSize(min(hint.width(), 40), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._wraps or self.natural_width() <= self.width() + 1:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(theme.colour(self._ink))
        painter.setFont(self.font())
        shown = self.fontMetrics().elidedText(self.plain, QtCore.Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(QPointF(0, line_box(self.font()).baseline), shown)
        self._is_cut = True
        self.setToolTip(as_tip(self.plain))
