"""What the system tells the program: that its screen was locked, the user switched, the PC put to sleep."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject

from commune_desk.ui.platform.session import SessionWatch


def watch_session(parent: QObject) -> SessionWatch:
    """The watch of the system we run on; where nothing can be heard, one that never tells anything."""
    if sys.platform == "win32":
        from commune_desk.ui.platform.windows import WindowsWatch

        return WindowsWatch(parent)
    from commune_desk.ui.platform.logind import LogindWatch, system_bus

    bus = system_bus()
    return SessionWatch(parent) if bus is None else LogindWatch(bus, parent)
