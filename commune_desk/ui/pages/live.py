"""A page that shows records: a moment after one of them changed it reads again, or when it is next shown; and once the
clock has made untrue what it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.words.errors import DeskError
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.page import Page
from commune_desk.usecases.desk.workplace import Workplace

_READ_AGAIN_MS = 200
_MINUTE_MS = 60_000


class LivePage(Page):
    """`kinds` names the kinds of records and the topics that it shows; `read` asks the register for them."""

    kinds: tuple[str, ...] = ()

    def __init__(self, title: str, workplace: Workplace, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(title, parent=parent)
        self._workplace, self._tasks = workplace, tasks
        self._is_stale = True
        self._pressed: set[str] = set()
        self._written: set[str] = set()
        self._again = QTimer(self, interval=_READ_AGAIN_MS, singleShot=True)
        self._again.timeout.connect(self.read_again)
        self._read_at = self._moment()
        self._minutes = QTimer(self, interval=_MINUTE_MS)
        self._minutes.timeout.connect(self.look_at_the_clock)
        tasks.register_changed.connect(self._on_changed)

    def read(self) -> bool | None:
        """Read from the register and show; True where the keyboard was put back to the row that it was on, whatever
        that says by now."""
        raise NotImplementedError

    def look_at_the_clock(self) -> None:
        """Each minute that the page is shown: days and hours that it tells are not those of before."""
        if self.is_overtaken():
            self.read_again()

    def is_overtaken(self) -> bool:
        """Whether time alone has made untrue what is shown: "today" is yesterday, what is sealed is closed."""
        return self._read_at != self._moment()

    def _moment(self) -> tuple[date, bool]:
        return self._workplace.today(), self._workplace.register.is_closed

    def read_again(self) -> None:
        """Show what the register holds now."""
        self._is_stale = False
        self._read_at = self._moment()
        self._again.stop()
        self._pressed -= self._written
        self._written.clear()
        held = self.window().focusWidget()
        if held is None or not self.isAncestorOf(held):
            self.read()
            return
        kind, name = type(held), held.accessibleName()
        with self.keeping_its_place():
            is_held = self.read()
        if not is_held and (not isValid(held) or not held.isVisibleTo(self)):
            QTimer.singleShot(0, self, lambda: self._hold_again(kind, name))  # what was made anew is shown by then

    def _hold_again(self, kind: type[QWidget], name: str) -> None:
        """What had the keyboard was made anew: it goes to the one of the same name, or to no button at all."""
        alike = (one for one in self.findChildren(kind) if one.accessibleName() == name and one.isVisibleTo(self))
        with self.keeping_its_place():
            next(alike, self.resting_place()).setFocus(Qt.FocusReason.OtherFocusReason)

    def resting_place(self) -> QWidget:
        """Where the keyboard waits when what had it is gone: where no key does anything by itself."""
        return self

    def write(self, operation: Callable[[Tx], object], done: Callable[[object], object] = lambda _result: None) -> None:
        """Run an operation of this page; `done` hears its result."""
        self._tasks.run(partial(self._workplace.write, operation), done, owner=self)

    def write_once(
        self, operation: Callable[[Tx], object], press: str, then: Callable[[], object] | None = None
    ) -> None:
        """Run what a button does, by a name that tells it from others: a second press of it does nothing until the page
        shows what came of the first, or that one is refused. `then` is called once it is written."""
        if press in self._pressed:
            return
        self._pressed.add(press)
        self._tasks.run(
            partial(self._workplace.write, operation),
            lambda _result: self._was_written(press, then),
            partial(self._was_refused, press),
            owner=self,
        )

    def _was_written(self, press: str, then: Callable[[], object] | None = None) -> None:
        if self._is_stale:
            self._written.add(press)  # until the page is read again, soon or when it is next shown
        else:
            self._pressed.discard(press)
        if then is not None:
            then()

    def _was_refused(self, press: str, error: DeskError) -> None:
        self._pressed.discard(press)
        self._tasks.failed.emit(error)

    def _on_changed(self, changes: ChangeSet) -> None:
        if changes.touches(*self.kinds):
            self._is_stale = True
            if self.isVisible():
                self._again.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._minutes.start()
        if self._is_stale or self.is_overtaken():
            self.read_again()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._again.stop()
        self._minutes.stop()
