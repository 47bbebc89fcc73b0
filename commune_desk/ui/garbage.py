"""Garbage of the program's process is looked for on the window's thread alone, as it takes objects of Qt with it."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

ROUND_MS = 1000


def collect_due() -> None:
    """Look for garbage once, in as old objects as Python itself would by now."""
    counts, limits = gc.get_count(), gc.get_threshold()
    due = [age for age, (count, limit) in enumerate(zip(counts, limits, strict=True)) if count > limit]
    if due:
        gc.collect(due[-1])


class GarbageRounds(QObject):
    """From now on no thread looks for garbage while it reckons, and this one does so once a second.

    Python looks on whichever thread has just made something. A widget found by a sync's or a save's would end there,
    with its timers and pictures, while the window draws: the process dies of it, now and then.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=ROUND_MS)
        self._timer.timeout.connect(collect_due)
        self._timer.start()
