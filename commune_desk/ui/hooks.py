"""The top-level hook of the desktop program: a bug is logged without personal data and told to the person, once."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QThread, QTimer, Signal
from PySide6.QtWidgets import QApplication

from commune_desk import __version__
from commune_desk.domain.words.errors import DeskError, Fault
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _
from commune_desk.logs import scrub_report

log = logging.getLogger(__name__)

_NOT_SAVED = N_(
    "The details could not be written there: the disk is full or the folder is read-only. "
    "Nothing of your work is touched; choose another place."
)


class BugHook(QObject):
    """Takes what nobody caught, on whatever thread, and shows it on the UI thread. `install` once.

    Emits `met` with each DeskError before it is shown.
    """

    met = Signal(object)
    _happened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._is_showing = False
        self._happened.connect(self._come_home)

    def install(self) -> None:
        """From now on no exception goes unseen, in slots and threads alike."""
        sys.excepthook = self._on_exception
        threading.excepthook = lambda args: self._on_exception(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )
        sys.unraisablehook = _on_unraisable

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            QApplication.quit()
            return
        if isinstance(error, DeskError):
            log.warning("an error that no page took up", exc_info=(kind, error, trace))
        else:
            log.error("a bug reached the top", exc_info=(kind, error, trace))
        if QThread.currentThread() is self.thread() and QThread.currentThread().loopLevel() == 0:
            self._show(error, has_begun=False)  # the program never came to run, and no later moment will come
        else:
            self._happened.emit(error)

    def _come_home(self, error: BaseException) -> None:
        QTimer.singleShot(0, self, lambda: self._show(error, has_begun=True))  # after what raised it has returned

    def _show(self, error: BaseException, *, has_begun: bool) -> None:
        if self._is_showing:
            return
        from commune_desk.ui.dialogs.message import report_bug, show_error  # a start without a bug does not load it

        self._is_showing = True
        try:
            window = QApplication.activeWindow()
            if isinstance(error, DeskError):
                self.met.emit(error)
                show_error(window, error)
            else:
                report_bug(window, lambda: self._save(error), has_begun=has_begun)
        finally:
            self._is_showing = False

    def _save(self, error: BaseException) -> None:
        from PySide6.QtWidgets import QFileDialog

        from commune_desk.ui.dialogs.message import show_error

        path, _kind = QFileDialog.getSaveFileName(
            QApplication.activeWindow(), _("Save the details"), "commune-desk-report.txt", _("Text (*.txt)")
        )
        if not path:
            return
        try:
            Path(path).write_text(scrub_report(error, __version__), encoding="utf-8")
        except OSError:  # raised, it would meet a hook that is busy with the bug itself, and nobody would hear of it
            show_error(QApplication.activeWindow(), Fault(_NOT_SAVED))


def _on_unraisable(args: sys.UnraisableHookArgs) -> None:
    """An exception in clearing up: Python's own way prints its message to where a desktop keeps it in a file."""
    error = args.exc_value or args.exc_type()
    log.error("a bug reached nobody", exc_info=(args.exc_type, error, args.exc_traceback))
