"""Locks when nobody has touched keyboard or mouse for a while; a call in progress holds it off. Hears the lock keys
where the window's own shortcuts do not reach: in a dialog and in an open list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QWindow
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from commune_desk.ui.widgets.topbar import LOCK_KEYS

OFFICE_MINUTES = 5
SHELTER_MINUTES = 3
CALL_MINUTES = 60
"""The longest that "on a call" holds the lock off."""

_LOCKING = [QKeySequence(keys) for keys in LOCK_KEYS]
_ACTIVITY = (
    QEvent.Type.KeyPress,
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
    QEvent.Type.InputMethod,
)


_OPENING = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease)
"""What a person opens a menu, a list or a dialog with."""


class IdleLock(QObject):
    """Emits `expired` once after `minutes` without a key, a click or a movement, and `pressed` for a lock key.

    It listens at the windows, where the system hands in what a person does, and where composed text goes. A filter of
    the whole application would be asked about every event of every widget, which a person would wait for.
    """

    expired = Signal()
    pressed = Signal()
    held = Signal(bool)
    """Whether a call holds the lock off from now on; also when the hour of a call is over."""

    def __init__(self, app: QApplication, minutes: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._timer = QTimer(self, singleShot=True, interval=round(minutes * 60_000))
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)  # to the millisecond, not rounded to seconds
        self._timer.timeout.connect(self.expired)
        self._call = QTimer(self, singleShot=True, interval=CALL_MINUTES * 60_000)
        self._call.timeout.connect(lambda: self.hold(False))
        self._windows: list[QWindow] = []
        self._focus: QObject | None = None
        app.focusWindowChanged.connect(self._listen)
        app.focusObjectChanged.connect(self._on_focus)
        self._listen()
        self._on_focus()
        self._timer.start()

    @property
    def is_held(self) -> bool:
        return self._call.isActive()

    @property
    def left_ms(self) -> int:
        """Until it expires, if nobody does anything; -1 while it is held or over."""
        return self._timer.remainingTime()

    def hold(self, is_on_call: bool) -> None:
        """Hold the lock off while somebody speaks on the phone, for an hour at most."""
        if is_on_call:
            self._timer.stop()
            self._call.start()
        else:
            self._call.stop()
            self._timer.start()
        self.held.emit(is_on_call)

    def stop(self) -> None:
        self._app.focusWindowChanged.disconnect(self._listen)
        self._app.focusObjectChanged.disconnect(self._on_focus)
        for window in filter(isValid, self._windows):
            window.removeEventFilter(self)
        self._listen_to_text(None)
        self._timer.stop()
        self._call.stop()

    def _listen(self) -> None:
        """Also at the windows that opened meanwhile. Listening twice at one is listening once."""
        self._windows = self._app.topLevelWindows()  # kept: Qt for Python would make each anew at each event
        for window in self._windows:
            window.installEventFilter(self)

    def _on_focus(self) -> None:
        self._listen_to_text(self._app.focusObject())  # not what the signal says: it is told of None too often

    def _listen_to_text(self, focus: QObject | None) -> None:
        """Composed text goes to what has the focus, without a key at the window."""
        if self._focus is not None and isValid(self._focus):
            self._focus.removeEventFilter(self)
        self._focus = focus
        if focus is not None:
            focus.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _ACTIVITY and not self.is_held and self._timer.isActive():
            self._timer.start()
        if event.type() in _OPENING:
            QTimer.singleShot(0, self, self._listen)
        if isinstance(event, QKeyEvent) and _is_lock_key(event) and _is_window_covered():
            QTimer.singleShot(0, self, self.pressed.emit)  # the dialog is out of its event before it is taken down
            return True
        return False


def _is_lock_key(event: QKeyEvent) -> bool:
    return event.type() is QEvent.Type.KeyPress and QKeySequence(event.keyCombination()) in _LOCKING


def _is_window_covered() -> bool:
    return QApplication.activeModalWidget() is not None or QApplication.activePopupWidget() is not None
