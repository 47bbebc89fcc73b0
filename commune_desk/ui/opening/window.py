"""The opening window: which page it shows before a register is open. Each page is loaded when it is shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from commune_desk.domain.time.clock import Clock
from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import _
from commune_desk.ui import theme
from commune_desk.ui.opening.frame import Work
from commune_desk.usecases.registers.profile import Profile

if TYPE_CHECKING:
    from commune_desk.presenters.window.opening import FirstRun


class OpeningWindow(QMainWindow):
    """Emits `opened` with the OpenDesk. Its title is the product's name and nothing else."""

    opened = Signal(object)

    def __init__(self, profile: Profile, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Sunshine Register"))
        self.setMinimumSize(theme.SMALLEST_WINDOW)
        self.resize(theme.USUAL_WINDOW)
        self._profile, self._clock = profile, clock
        self.stack = QStackedWidget()
        self.setCentralWidget(self.stack)
        self.show_first()

    def show_first(self) -> None:
        """The unlock page where there is a register, otherwise the first start."""
        if self._profile.has_remains():
            from commune_desk.ui.opening.unlock import UnlockPage

            page = UnlockPage(self._profile, self._clock)
            page.forgot.connect(self.show_recovery)
            page.restore_asked.connect(self.show_restore)
            page.anew_asked.connect(self.show_anew)
            page.opened.connect(self.opened)
            self._show(page)
            return
        if self._profile.is_removed:
            self._show_removed()
            return
        from commune_desk.presenters.window.opening import FirstRun

        self._show_form(FirstRun(self._profile, self._clock))

    def _show_removed(self) -> None:
        from commune_desk.ui.opening.removed import RemovedPage

        page = RemovedPage(self._profile)
        page.left.connect(self._set_up_anew)
        self._show(page)

    def _set_up_anew(self) -> None:
        from commune_desk.presenters.window.opening import FirstRun

        self._show_form(FirstRun(self._profile, self._clock))

    def show_restore(self) -> None:
        """Restore a backup in place of a register that cannot be opened."""
        from commune_desk.presenters.window.opening import RESTORE, FirstRun

        self._show_form(FirstRun(self._profile, self._clock, way=RESTORE, instead=True))

    def show_anew(self) -> None:
        """Set this PC up for work, or train once more, in place of a training register."""
        from commune_desk.presenters.window.opening import FirstRun

        self._show_form(FirstRun(self._profile, self._clock, after_training=True))

    def _show_form(self, form: FirstRun) -> None:
        from commune_desk.ui.opening.first_run import FirstRunPage

        first = FirstRunPage(form)
        first.left.connect(self.show_first)
        first.recovery_asked.connect(lambda laid_out: self._show_recovery_of(form, laid_out))
        first.opened.connect(self.opened)
        self._show(first)

    def show_recovery(self, login: str) -> None:
        from commune_desk.ui.opening.recovery import RecoveryPage
        from commune_desk.usecases.registers.officers import recover

        page = RecoveryPage(self._profile, login, partial(recover, self._profile, clock=self._clock))
        page.left.connect(self.show_first)
        page.opened.connect(self.opened)
        self._show(page)

    def _show_recovery_of(self, form: FirstRun, laid_out: Profile) -> None:
        """A backup is to be restored whose passphrase is forgotten."""
        from commune_desk.ui.opening.recovery import RecoveryPage

        page = RecoveryPage(laid_out, form.values.get("login", ""), partial(form.restore_recovered, laid_out))
        page.left.connect(form.give_up)
        page.left.connect(lambda: self._show_form(form))
        page.opened.connect(self.opened)
        self._show(page)

    def see_out(self) -> None:
        """Wait for what is under way although the window is gone."""
        for work in self.findChildren(Work):
            work.see_out()

    def tell(self, error: DeskError) -> None:
        """The register was unlocked and could not be worked with: the unlock page says why, and what helps."""
        from commune_desk.ui.opening.unlock import UnlockPage

        self.show_first()
        if isinstance(self.page, UnlockPage):
            self.page.tell(error)

    def tell_crash(self) -> None:
        """The last process of this register died: the unlock page says what became of the work."""
        from commune_desk.ui.opening.unlock import UnlockPage

        if isinstance(self.page, UnlockPage):
            self.page.note_crash()

    @property
    def page(self) -> QWidget:
        shown = self.stack.currentWidget()
        assert shown is not None  # noqa: S101 - one is always shown
        return shown

    def _show(self, page: QWidget) -> None:
        former = self.stack.currentWidget()
        self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)
        if former is not None:
            self.stack.removeWidget(former)
            former.deleteLater()
