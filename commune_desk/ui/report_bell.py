"""Rings when a sync brings a report of the province, whatever page is open."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.i18n import _
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.reports.news import NewReports, ReportNews
from commune_desk.ui.main_window import Shell
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.usecases.desk.workplace import Workplace


class ReportBell(QObject):
    """A notice that leads to the report, and stays until it is dismissed or the report taken up. Emits `rang`."""

    rang = Signal()

    def __init__(
        self, workplace: Workplace, shell: Shell, navigate: Callable[[Route], object], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._shell, self._navigate = shell, navigate
        self._news = ReportNews(workplace)
        self._shown: list[tuple[NewReports, NoticeBar]] = []

    def hear(self, changes: ChangeSet) -> None:
        """What changed in the register."""
        if not changes.touches("report"):
            return
        for new, notice in self._shown:
            if not self._news.waits(new):
                self._shell.drop_notice(notice)
        self._shown = [one for one in self._shown if one[1] in self._shell.notices]
        came = self._news.heard(changes)
        if came is not None:
            self._ring(came)

    def _ring(self, new: NewReports) -> None:
        notice = self._shell.show_notice(new.sentence, Tone.DANGER, action=_("Open the report"))
        notice.acted.connect(lambda: self._open(new, notice))
        self._shown.append((new, notice))
        self.rang.emit()
        QApplication.beep()

    def _open(self, new: NewReports, notice: NoticeBar) -> None:
        self._navigate(new.route)
        self._shell.drop_notice(notice)
