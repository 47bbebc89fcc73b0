"""Locks when nobody has touched keyboard or mouse for a while; a call in progress holds it off. Hears the lock keys
where the window's own shortcuts do not reach: in a dialog and in an open list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication

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


class IdleLock(QObject):
    """Emits `expired` once after `minutes` without a key, a click or a movement, and `pressed` for a lock key."""

    expired = Signal()
    pressed = Signal()

    def __init__(self, app: QApplication, minutes: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._timer = QTimer(self, singleShot=True, interval=round(minutes * 60_000))
        self._timer.timeout.connect(self.expired)
        self._call = QTimer(self, singleShot=True, interval=CALL_MINUTES * 60_000)
        self._call.timeout.connect(lambda: self.hold(False))
        app.installEventFilter(self)
        self._timer.start()

    @property
    def is_held(self) -> bool:
        return self._call.isActive()

    def hold(self, is_on_call: bool) -> None:
        """Hold the lock off while somebody speaks on the phone, for an hour at most."""
        if is_on_call:
            self._timer.stop()
            self._call.start()
        else:
            self._call.stop()
            self._timer.start()

    def stop(self) -> None:
        self._app.removeEventFilter(self)
        self._timer.stop()
        self._call.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _ACTIVITY and not self.is_held and self._timer.isActive():
            self._timer.start()
        if isinstance(event, QKeyEvent) and _is_lock_key(event) and _is_window_covered():
            QTimer.singleShot(0, self, self.pressed.emit)  # the dialog is out of its event before it is taken down
            return True
        return False


def _is_lock_key(event: QKeyEvent) -> bool:
    return event.type() is QEvent.Type.KeyPress and QKeySequence(event.keyCombination()) in _LOCKING


def _is_window_covered() -> bool:
    return QApplication.activeModalWidget() is not None or QApplication.activePopupWidget() is not None
