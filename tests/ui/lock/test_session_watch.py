"""The system locks or sleeps, and so does the register: a real bus, our logind, messages as Windows lays them."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from ctypes import wintypes
from typing import TypeVar

import pytest
from PySide6.QtCore import ClassInfo, Property, QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusObjectPath, QDBusUnixFileDescriptor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.ui.platform import logind, windows
from commune_desk.ui.platform.logind import LogindWatch
from commune_desk.ui.platform.windows import WindowsWatch

T = TypeVar("T")


def _exported_as(interface: str) -> Callable[[type[T]], type[T]]:
    decorate: Callable[[type[T]], type[T]] = ClassInfo(**{"D-Bus Interface": interface})  # type: ignore[assignment, arg-type]
    return decorate


OURS, OTHER = logind.PATH + "/session/_31", logind.PATH + "/session/_32"


@_exported_as(logind.MANAGER)
class Seat(QObject):
    """Logind as far as a desk asks it."""

    def __init__(self) -> None:
        super().__init__()
        self.inhibited: list[tuple[str, str]] = []
        self.asked_for: list[str] = []
        self.reading = -1

    @Slot(str, result=QDBusObjectPath)
    def GetSession(self, name: str) -> QDBusObjectPath:
        self.asked_for.append(name)
        return QDBusObjectPath(OURS)

    @Slot(str, str, str, str, result=QDBusUnixFileDescriptor)
    def Inhibit(self, what: str, _who: str, _why: str, mode: str) -> QDBusUnixFileDescriptor:
        self.inhibited.append((what, mode))
        self.reading, writing = os.pipe()
        given = QDBusUnixFileDescriptor(writing)
        os.close(writing)
        return given


@_exported_as(logind.SESSION)
class Session(QObject):
    is_locked = False

    def _hint(self) -> bool:
        return self.is_locked

    LockedHint = Property(bool, _hint)


class Logind:
    """The service on a bus of its own, and a watch that listens there."""

    def __init__(self, address: str) -> None:
        self.bus = QDBusConnection.connectToBus(address, "logind")
        self.manager, self.session = Seat(), Session()
        everything = QDBusConnection.RegisterOption.ExportAllContents
        assert self.bus.registerService(logind.SERVICE)
        assert self.bus.registerObject(logind.PATH, self.manager, everything)
        assert self.bus.registerObject(OURS, self.session, everything)
        self.watch = LogindWatch(QDBusConnection.connectToBus(address, "desk"))
        self.told = 0
        self.watch.left.connect(self._count)

    def _count(self) -> None:
        self.told += 1

    def emit(self, path: str, interface: str, name: str, *values: object) -> None:
        message = QDBusMessage.createSignal(path, interface, name)
        message.setArguments(list(values))
        assert self.bus.send(message)

    def hint(self, is_locked: bool) -> None:
        self.session.is_locked = is_locked
        self.emit(OURS, logind.PROPERTIES, "PropertiesChanged", logind.SESSION, {"LockedHint": is_locked}, [])


@pytest.fixture
def system(qtbot: QtBot) -> Iterator[Logind]:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("there is no bus here")
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as bus:
        assert bus.stdout is not None
        try:
            made = Logind(bus.stdout.readline().strip())
            qtbot.waitUntil(lambda: bool(made.manager.inhibited and made.manager.asked_for))
            qtbot.wait(50)
            yield made
        finally:
            for name in ("logind", "desk"):
                QDBusConnection.disconnectFromBus(name)
            bus.terminate()


def test_sleep_locks_and_waits_for_the_lock(qtbot: QtBot, system: Logind) -> None:
    assert system.manager.inhibited == [("sleep", "delay")]
    with qtbot.waitSignal(system.watch.left):
        system.emit(logind.PATH, logind.MANAGER, "PrepareForSleep", True)
    os.set_blocking(system.manager.reading, False)
    with pytest.raises(BlockingIOError):
        os.read(system.manager.reading, 1)  # somebody still holds the other end
    os.close(system.manager.reading)


def test_the_lock_of_this_session_locks(qtbot: QtBot, system: Logind) -> None:
    with qtbot.waitSignal(system.watch.left):
        system.emit(OURS, logind.SESSION, "Lock")
    with qtbot.waitSignal(system.watch.left):
        system.hint(True)


def test_waking_up_unlocking_and_the_session_of_another_do_not(qtbot: QtBot, system: Logind) -> None:
    system.emit(logind.PATH, logind.MANAGER, "PrepareForSleep", False)
    system.emit(OTHER, logind.SESSION, "Lock")
    system.hint(False)
    qtbot.wait(200)
    assert system.told == 0


@pytest.mark.parametrize(
    ("message", "carries", "is_told"),
    [
        (windows.WM_WTSSESSION_CHANGE, windows.WTS_SESSION_LOCK, True),
        (windows.WM_WTSSESSION_CHANGE, windows.WTS_CONSOLE_DISCONNECT, True),
        (windows.WM_POWERBROADCAST, windows.PBT_APMSUSPEND, True),
        (windows.WM_WTSSESSION_CHANGE, 0x8, False),  # unlocked
        (windows.WM_POWERBROADCAST, 0x7, False),  # awake again
        (0x0100, windows.WTS_SESSION_LOCK, False),  # a key
    ],
)
def test_what_windows_says_is_told_apart(qapp: QApplication, message: int, carries: int, is_told: bool) -> None:
    watch, told = WindowsWatch(), []
    watch.left.connect(lambda: told.append(True))
    sent = wintypes.MSG(message=message, wParam=carries)
    assert watch.ear.nativeEventFilter(b"windows_generic_MSG", ctypes.addressof(sent)) is False
    assert bool(told) == is_told
    qapp.removeNativeEventFilter(watch.ear)
