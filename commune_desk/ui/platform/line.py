"""What the system says of the line: that it came, went or changed, and whether it is paid by volume."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation


class LineWatch(QObject):
    """Emits `changed` with each news of the line, `metered` when it begins or ceases to be paid by volume.

    This one hears nothing: it stands where the system does not say, and a line counts as free there.
    """

    changed = Signal()
    metered = Signal()

    @property
    def is_metered(self) -> bool:
        return False


class SystemLine(LineWatch):
    """The line as Qt hears of it from the system."""

    def __init__(self, line: QNetworkInformation, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._line = line
        self._tells_metered = line.supports(QNetworkInformation.Feature.Metered)
        line.reachabilityChanged.connect(self._on_reach)
        line.isMeteredChanged.connect(self._on_metered)

    @property
    def is_metered(self) -> bool:
        return self._tells_metered and self._line.isMetered()

    def _on_reach(self, _reach: object) -> None:
        self.changed.emit()

    def _on_metered(self, _is_metered: bool) -> None:
        self.metered.emit()


def watch_line(parent: QObject | None = None) -> LineWatch:
    """The watch of the system we run on."""
    if QNetworkInformation.loadDefaultBackend() and (line := QNetworkInformation.instance()) is not None:
        return SystemLine(line, parent)
    return LineWatch(parent)
