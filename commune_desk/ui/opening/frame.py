"""The card in the middle of the opening window, and work done behind it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING
from weakref import ReferenceType, ref

from PySide6 import QtCore
from PySide6.QtCore import QObject, QSize, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import _
from commune_desk.ui.plain_import import load_msgspec
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.card import IconLabel, Surface
from commune_desk.ui.widgets.text import Text

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

WIDTH = 520
WIDE = 760
PATIENCE_SECONDS = 15.0
"""For which an answer is waited for after the window was closed: it may be to a code that works once."""


def _nothing() -> None:
    """There is nothing to break off."""


class _Home(QObject):
    """Where work comes home to, from any thread: it is there as long as the program, while a page may go just then."""

    _arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._arrived.connect(self._on_arrival, QtCore.Qt.ConnectionType.QueuedConnection)

    def bring(self, owner: ReferenceType[Work], future: Future[object]) -> None:
        self._arrived.emit((owner, future))

    @QtCore.Slot(object)
    def _on_arrival(self, arrived: tuple[ReferenceType[Work], Future[object]]) -> None:
        work = arrived[0]()
        if work is not None and isValid(work):  # otherwise nobody waits any more
            work.settle(arrived[1])


@cache
def _home() -> _Home:
    """Made on the UI thread, by the first work."""
    return _Home()


class Work(QObject):
    """Work off the UI thread while no register is open yet, one piece at a time; its result comes home by an event.

    A DeskError goes to `refused`; any other exception is a bug and goes to `sys.excepthook`. Whatever became of it,
    `ended` comes first.
    """

    ended = Signal()
    done = Signal(object)
    refused = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_busy = False
        self._thread: ThreadPoolExecutor | None = None
        self._abort: Callable[[], object] | None = None

    def start(self, work: Callable[[], object], abort: Callable[[], object] | None = None) -> None:
        """Begin; a second piece while one runs is not begun. `abort`, from any thread, breaks off what it waits for."""
        if self.is_busy:
            return
        self.is_busy, self._abort = True, abort
        if self._thread is None:
            from concurrent.futures import ThreadPoolExecutor

            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="opening")
        self._thread.submit(work).add_done_callback(partial(_home().bring, ref(self)))

    def see_out(self) -> None:
        """Wait for what is under way, of which nobody is told any more; not for ever for what can be broken off."""
        if self._thread is None:
            return
        from threading import Timer

        patience = Timer(PATIENCE_SECONDS, self._abort or _nothing)
        patience.start()
        self._thread.shutdown()
        patience.cancel()

    def settle(self, future: Future[object]) -> None:
        """Tell of what came home."""
        self.is_busy = False
        self.ended.emit()
        error = future.exception()
        if error is None:
            self.done.emit(future.result())
        elif isinstance(error, DeskError):
            self.refused.emit(error)
        else:
            sys.excepthook(type(error), error, error.__traceback__)


class _Face(Surface):
    """The card itself. Emits `painted` once."""

    painted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._is_painted = False

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self, self.painted.emit)  # when the whole window is on the screen


class _Holder(QWidget):
    """As high as its wrapping texts are at its width, and not as they would be at the narrowest."""

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)


class OpeningCard(QWidget):
    """The product's name, a title, and what is put into `body`, centred in the window and scrolling when it is low.

    `first_painted` comes once, when the card stands on the screen: what is not part of its first picture is for then.
    """

    first_painted = Signal()

    def __init__(self, title: str, subtitle: str = "", *, width: int = WIDTH, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        card = _Face()
        card.painted.connect(self.first_painted)
        self.first_painted.connect(load_msgspec)
        self.first_painted.connect(_let_qt_speak)
        card.setFixedWidth(width)
        self.body = card.column
        self.body.setContentsMargins(28, 18, 28, 18)
        self.body.setSpacing(12)
        self.body.addLayout(self._brand())
        self.title = Text(title, size=Size.TITLE, bold=True, wrap=True)
        self.body.addWidget(self.title)
        if subtitle:
            self.body.addWidget(Text(subtitle, ink="quiet", wrap=True))
        holder = _Holder()
        middle = QVBoxLayout(holder)
        middle.setContentsMargins(0, 8, 0, 8)
        across = QHBoxLayout()  # not an alignment: that would ignore how high wrapped text becomes
        across.addStretch(1)
        across.addWidget(card)
        across.addStretch(1)
        middle.addStretch(1)
        middle.addLayout(across)
        middle.addStretch(1)
        self.scrolling = QScrollArea()
        self.scrolling.setWidgetResizable(True)
        self.scrolling.setWidget(holder)
        self.scrolling.setProperty("focusPolicy", "NoFocus")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.scrolling)

    def _brand(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(IconLabel("sun", size=22, ink="sun"))
        line.addWidget(Text(_("Sunshine Register"), bold=True, ink="accent"), 1)
        return line


def _let_qt_speak() -> None:
    from commune_desk.ui.qt_words import speak_qt  # no word of Qt's own is on the first picture

    speak_qt()
