"""The port: somebody left the PC, as its system sees it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class SessionWatch(QObject):
    """Emits `left` when the system's screen is locked, the user is switched, or the PC is about to sleep."""

    left = Signal()
