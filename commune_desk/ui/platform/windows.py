"""Windows: messages of the session and of the power, heard by a window that is never shown."""

from __future__ import annotations

import ctypes
import logging
import sys
from ctypes import wintypes
from typing import Any

from PySide6.QtCore import QAbstractNativeEventFilter, QCoreApplication, QObject
from PySide6.QtGui import QWindow

from commune_desk.ui.platform.session import SessionWatch

log = logging.getLogger(__name__)

WM_POWERBROADCAST, PBT_APMSUSPEND = 0x0218, 0x0004
WM_WTSSESSION_CHANGE = 0x02B1
WTS_CONSOLE_DISCONNECT, WTS_REMOTE_DISCONNECT, WTS_SESSION_LOCK = 0x2, 0x4, 0x7
THIS_SESSION = 0

LEFT = {
    (WM_POWERBROADCAST, PBT_APMSUSPEND),
    (WM_WTSSESSION_CHANGE, WTS_CONSOLE_DISCONNECT),
    (WM_WTSSESSION_CHANGE, WTS_REMOTE_DISCONNECT),
    (WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK),
}
"""The messages that say so, with what they carry."""


class WindowsWatch(SessionWatch):
    """Every top-level window hears of the power; of the session only one that asked for it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ear = _Ear(self)
        self._window = QWindow()
        self._window.create()
        application = QCoreApplication.instance()
        if application is not None:
            application.installNativeEventFilter(self.ear)
        if sys.platform == "win32":
            asked = ctypes.windll.wtsapi32.WTSRegisterSessionNotification(
                wintypes.HWND(int(self._window.winId())), THIS_SESSION
            )
            if not asked:
                log.warning("Windows does not tell of its lock: error %s", ctypes.GetLastError())


class _Ear(QAbstractNativeEventFilter):
    def __init__(self, watch: WindowsWatch) -> None:
        super().__init__()
        self._watch = watch

    def nativeEventFilter(self, kind: Any, message: int) -> object:
        """Pass everything on; tell what says that somebody left."""
        if bytes(kind) == b"windows_generic_MSG":
            heard = wintypes.MSG.from_address(int(message))
            if (heard.message, heard.wParam) in LEFT:
                self._watch.left.emit()
        return False
