"""Linux: logind tells of its lock and of sleep, and holds the sleep back until this process has ended."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import SLOT, QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

from commune_desk.ui.platform.session import SessionWatch

log = logging.getLogger(__name__)

SERVICE = "org.freedesktop.login1"
PATH = "/org/freedesktop/login1"
MANAGER = SERVICE + ".Manager"
SESSION = SERVICE + ".Session"
PROPERTIES = "org.freedesktop.DBus.Properties"


def system_bus() -> QDBusConnection | None:
    bus = QDBusConnection.systemBus()
    return bus if bus.isConnected() else None


class LogindWatch(SessionWatch):
    """Hears `PrepareForSleep`, and of this session `Lock` and the hint that its screen is locked."""

    def __init__(self, bus: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus = bus
        self._session = ""
        self._held: object = None
        """Logind's descriptor: the sleep waits, some seconds at most, until it is closed by the end of the process."""
        self._hear(PATH, MANAGER, "PrepareForSleep", "on_sleep(bool)")
        self._ask(PATH, MANAGER, "Inhibit", ["sleep", "commune-desk", "locks the register", "delay"], self._hold)
        self._ask(PATH, MANAGER, "GetSession", ["auto"], lambda path: self._listen(path.path()))

    @Slot(bool)
    def on_sleep(self, is_going: bool) -> None:
        if is_going:
            self.left.emit()

    @Slot()
    def on_lock(self) -> None:
        self.left.emit()

    @Slot(QDBusMessage)
    def on_properties(self, _message: QDBusMessage) -> None:
        self._ask(self._session, PROPERTIES, "Get", [SESSION, "LockedHint"], self._on_hint)

    def _hold(self, descriptor: object) -> None:
        self._held = descriptor

    def _listen(self, session: str) -> None:
        self._session = session
        self._hear(session, SESSION, "Lock", "on_lock()")
        self._hear(session, PROPERTIES, "PropertiesChanged", "on_properties(QDBusMessage)")

    def _hear(self, path: str, interface: str, name: str, slot: str) -> None:
        self._bus.connect(SERVICE, path, interface, name, self, SLOT(slot))  # type: ignore[call-overload]  # a str it is

    def _on_hint(self, is_locked: Any) -> None:
        if is_locked.variant() is True:
            self.left.emit()

    def _ask(
        self, path: str, interface: str, method: str, arguments: list[str], answered: Callable[[Any], object]
    ) -> None:
        call = QDBusMessage.createMethodCall(SERVICE, path, interface, method)
        call.setArguments(arguments)
        watcher = QDBusPendingCallWatcher(self._bus.asyncCall(call), self)

        def come_home(_watcher: QDBusPendingCallWatcher) -> None:
            reply = watcher.reply()
            if reply.type() is QDBusMessage.MessageType.ReplyMessage:
                answered(reply.arguments()[0])
            else:
                log.info("logind did not answer %s: %s", method, reply.errorName())
            watcher.deleteLater()

        watcher.finished.connect(come_home)
