"""The frame of a page: title, subtitle, actions at the right, a body that scrolls, two columns that stack."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import cast

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSlider,
    QApplication,
    QBoxLayout,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from commune_desk.ui import theme
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.flow import Stack
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.text import Text

_SCROLLING = {
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
}
_ARROWS = {
    Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_End: QAbstractSlider.SliderAction.SliderToMaximum,
    Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
}
_MARGIN = 24
"""Left above and below what the keyboard goes to, in logical pixels."""
STACK_BELOW = 760
"""Under this width in logical pixels the side column goes below the main one."""


def keep_at_top(holder: QWidget, column: QVBoxLayout) -> QVBoxLayout:
    """Put `column` into `holder` with the room left below it; returns the layout around it.

    Not by an alignment of the layout: Qt then gives wrapping texts the height of their hint, and cuts them.
    """
    outer = QVBoxLayout(holder)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.setSpacing(0)
    outer.addLayout(column)
    outer.addStretch(1)
    return outer


class TwoColumns(QWidget):
    """A main and a side column, 2 to 1, that stack when there is no room for both.

    Give the two widgets, or fill the layouts `main` and `side`.
    """

    def __init__(self, main: QWidget | None = None, side: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(16)
        self.main, self.side = QVBoxLayout(), QVBoxLayout()
        for column, share in ((self.main, 2), (self.side, 1)):
            column.setSpacing(12)
            holder = QWidget()
            keep_at_top(holder, column)
            holder.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self._box.addWidget(holder, share)
        if main is not None:
            self.main.addWidget(main)
        if side is not None:
            self.side.addWidget(side)

    @property
    def is_stacked(self) -> bool:
        return self._box.direction() is QBoxLayout.Direction.TopToBottom

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < STACK_BELOW
        self._box.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        for index, share in enumerate((2, 1)):
            self._box.setStretch(index, 0 if narrow else share)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, super().minimumSizeHint().height())


class TabBar(QTabBar):
    """Underlined tabs; `chosen` carries the key of the tab. Left and Right move between them."""

    chosen = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.currentChanged.connect(lambda index: self.chosen.emit(self.tabData(index)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.colour("line"))
        painter.end()
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colour("accent"), 2))
            box = QRectF(self.tabRect(self.currentIndex())).adjusted(1, 1, -2, -5)
            painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The page scrolls: a wheel that passes over the tabs turns none of them."""
        event.ignore()

    def add(self, key: str, text: str) -> None:
        with_key = self.count()
        self.blockSignals(True)
        self.addTab(text.replace("&", "&&"))
        self.setTabData(with_key, key)
        self.blockSignals(False)

    def choose(self, key: str) -> None:
        """Make the tab `key` the current one. Raises ValueError when there is none."""
        self.setCurrentIndex([self.tabData(i) for i in range(self.count())].index(key))


class Page(QWidget):
    """A page: fill it with `add`, put buttons at the upper right with `add_action`."""

    def __init__(self, title: str = "", subtitle: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.title = Text(title, size=Size.TITLE, bold=True, wrap=True)
        self.subtitle = Text(subtitle, ink="quiet", wrap=True)
        if not subtitle:
            self.subtitle.hide()
        self._heading = QVBoxLayout()
        self._heading.setSpacing(0)
        self._titles = Stack(self.title, self.subtitle, overlap=6)
        self._heading.addWidget(self._titles)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addLayout(self._heading, 1)
        head.addLayout(self._actions)
        head.setAlignment(self._actions, Qt.AlignmentFlag.AlignTop)
        self._head = head
        self._frame = QVBoxLayout(self)
        self._frame.setContentsMargins(20, 10, 8, 0)
        self._frame.setSpacing(12)
        self._frame.addLayout(head)
        head.setContentsMargins(0, 0, 12, 0)
        self._frame.addWidget(self._scrolling(), 1)
        self._follows = True
        self.notice: NoticeBar | None = None
        """What was told last, until it is dismissed."""
        cast(QApplication, QApplication.instance()).focusChanged.connect(self._follow_focus)

    def _scrolling(self) -> QScrollArea:
        self.content = QWidget()
        """All that scrolls."""
        self.body = QVBoxLayout()
        self.body.setSpacing(12)
        self._outer = keep_at_top(self.content, self.body)
        self._outer.setContentsMargins(0, 0, 12, 16)
        self.scroll_area = QScrollArea()
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setWidget(self.content)
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setAccessibleName(self.accessibleName())
        return self.scroll_area

    @contextmanager
    def keeping_its_place(self) -> Iterator[None]:
        """While what is shown is made anew the keyboard may pass over anything: nobody follows it there."""
        self._follows = False
        try:
            yield
        finally:
            self._follows = True

    def _follow_focus(self, before: QWidget | None, now: QWidget | None) -> None:
        """Bring into view where the keyboard goes, whatever brought it there: Qt does so for a Tab within alone.

        Not under a button of the mouse: what it is pressed on must not move away from below it. Nor where the window
        came back, or a list that lay over it closed: nothing went anywhere.
        """
        went = self._follows and before is not None and QApplication.mouseButtons() == Qt.MouseButton.NoButton
        if now is not None and went and self.isVisible() and self.content.isAncestorOf(now):
            QTimer.singleShot(0, now, partial(self._show_whole, now))  # a page that has just come has no places yet

    def tell(self, sentence: str, tone: Tone) -> None:
        """Say a sentence above all else on the page, in place of the one before."""
        self._forget_notice()
        self.notice = NoticeBar(sentence, tone)
        self.notice.dismissed.connect(self._forget_notice)
        self.body.insertWidget(0, self.notice)
        self.notice.speak()
        self.show_top()

    def _forget_notice(self) -> None:
        if self.notice is not None:
            self.body.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
            self.notice = None

    def show_top(self) -> None:
        """Bring into view what has just been said above all else: what was pressed for it may stand far below, and the
        keyboard comes back to that, which is followed before."""
        QTimer.singleShot(0, self.content, partial(self.scroll_area.ensureVisible, 0, 0))

    def _show_whole(self, widget: QWidget) -> None:
        """Bring into view what is not seen whole; where they have room together, with the heading of its card.

        Not what the keyboard only passed: as a page comes Qt gives it to the first that takes it.
        """
        if not widget.hasFocus():
            return
        area = self._scrolls(widget)
        seen, content = area.viewport(), cast(QWidget, area.widget())
        if not seen.isAncestorOf(widget) or seen.rect().contains(QRect(widget.mapTo(seen, QPoint()), widget.size())):
            return
        card = widget.parentWidget()
        while card is not None and card is not content and not isinstance(card, Card):
            card = card.parentWidget()
        if isinstance(card, Card) and card.height() <= seen.height():
            area.ensureVisible(0, card.mapTo(content, QPoint()).y(), 0, 0)
        area.ensureWidgetVisible(widget, 0, _MARGIN)

    def _scrolls(self, widget: QWidget) -> QScrollArea:
        """The page, or a panel of it that scrolls by itself."""
        around = widget.parentWidget()
        while around is not None and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        return around or self.scroll_area

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys that turn pages scroll, as do the arrows where nothing on the page takes the keyboard."""
        act = _SCROLLING.get(Qt.Key(event.key())) or (_ARROWS.get(Qt.Key(event.key())) if self.hasFocus() else None)
        if act is None:
            super().keyPressEvent(event)
        else:
            self.scroll_area.verticalScrollBar().triggerAction(act)

    def first_focus(self) -> QWidget | None:
        """Where the keyboard begins; None for the first thing that takes it."""
        return None

    def set_title(self, title: str, subtitle: str = "") -> None:
        self.title.set_text(title)
        self.subtitle.set_text(subtitle)
        self.subtitle.setVisible(bool(subtitle))
        self.setAccessibleName(title)

    def set_header(self, header: QWidget) -> None:
        """Show `header` in place of title and subtitle, e.g. a child's name, groups and clocks."""
        self._titles.hide()
        self._heading.addWidget(header)

    def add_action(self, button: QWidget) -> QWidget:
        self._actions.addWidget(button)
        return button

    def add(self, widget: QWidget, stretch: int = 0) -> QWidget:
        """Append to the body; `stretch` 1 lets a table take the room that is left."""
        if stretch:
            self._outer.setStretch(0, 1)
            self._outer.setStretch(1, 0)
        self.body.addWidget(widget, stretch)
        return widget

    def add_above(self, widget: QWidget) -> QWidget:
        """Append between the header and the part that scrolls, e.g. tabs or filters."""
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 12, 0)
        line.addWidget(widget)
        self._frame.insertLayout(self._frame.count() - 1, line)
        return widget
