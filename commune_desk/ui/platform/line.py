"""Word from the system that the line came, went or changed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtNetwork import QNetworkInformation


def watch_line(changed: Callable[[object], object]) -> None:
    """Call `changed` with each news, as long as the program runs; where nothing can be heard, never."""
    if QNetworkInformation.loadDefaultBackend() and (line := QNetworkInformation.instance()) is not None:
        line.reachabilityChanged.connect(changed)
