"""Work off the UI thread: operations on the single writer, queries on the slow reader, results come home here."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from itertools import count
from threading import Lock
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from shiboken6 import isValid

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.words.errors import DeskError, Mistake

T = TypeVar("T")
REST_MS = 250
"""What is told from elsewhere is told so often at most: each time the window and its page read themselves anew, and a
sync changes something many times in a second."""
_log = logging.getLogger(__name__)


def _nothing(_result: object) -> None:
    return None


def _changes_in(result: object) -> ChangeSet | None:
    """What an operation changed, from what it returned."""
    last = result[-1] if isinstance(result, tuple) and result else result
    return last if isinstance(last, ChangeSet) else None


def _is_there(owner: QObject | None) -> bool:
    return owner is None or isValid(owner)


class Tasks(QObject):
    """Hands plain callables to two executors and brings their results to the UI thread by one queued signal.

    An operation that returns a ChangeSet, alone or beside its result as `Workplace.write` does, emits
    `register_changed` with it before its `on_done`; a change made elsewhere (sync) is told by `announce`.
    A DeskError goes to `on_error`, or to `failed` when there is none; any other exception is a bug and goes
    to `sys.excepthook`, and `on_error` hears a Mistake: no page waits for ever. None is lost.
    """

    register_changed = Signal(object)
    failed = Signal(object)
    _came_home = Signal(object)

    def __init__(self, writer: Executor, slow: Executor, parent: QObject | None = None) -> None:
        """`writer` has one thread and the only writing connection; `slow` serves reports and exports."""
        super().__init__(parent)
        self._writer, self._slow = writer, slow
        self._errands: ThreadPoolExecutor | None = None
        self._numbers = count()
        self._open: dict[int, Callable[[Future[Any]], None]] = {}
        """What each is followed by. It stays on this thread: a page that the other let go last would end there."""
        self._guard = Lock()
        self._told: list[ChangeSet] = []
        self._rest = QTimer(self, interval=REST_MS, singleShot=True)
        self._rest.timeout.connect(self._tell)
        self._came_home.connect(self._on_home, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        operation: Callable[[], T],
        on_done: Callable[[T], object] = _nothing,
        on_error: Callable[[DeskError], object] | None = None,
        *,
        owner: QObject | None = None,
    ) -> Future[T]:
        """Run a mutation on the writer thread. With `owner`, nothing is called once that object is gone."""
        return self._submit(self._writer, operation, on_done, on_error, owner=owner)

    def query(
        self,
        question: Callable[[], T],
        on_done: Callable[[T], object],
        on_error: Callable[[DeskError], object] | None = None,
        *,
        owner: QObject | None = None,
    ) -> Future[T]:
        """Run a read that may take long on the slow-query thread."""
        return self._submit(self._slow, question, on_done, on_error, owner=owner)

    def errand(
        self,
        errand: Callable[[], T],
        on_done: Callable[[T], object],
        on_error: Callable[[DeskError], object] | None = None,
        *,
        owner: QObject | None = None,
    ) -> Future[T]:
        """Run what may wait for the line for minutes, on a thread of its own: no page's save or question waits for it.

        Whoever begins one can break it off.
        """
        if self._errands is None:
            self._errands = ThreadPoolExecutor(max_workers=1, thread_name_prefix="errands")
        return self._submit(self._errands, errand, on_done, on_error, owner=owner)

    def end_errands(self) -> None:
        """Wait for the last of them, which was broken off."""
        if self._errands is not None:
            self._errands.shutdown()

    def announce(self, changes: ChangeSet) -> None:
        """Tell every page what changed; may be called from any thread.

        What comes while the pages rest from the last time is told together, as far as it is of the same topics.
        """
        if not changes:
            return
        with self._guard:
            is_first = not self._told
            if not is_first and self._told[-1].topics == changes.topics:
                changes = self._told.pop().joined(changes)
            self._told.append(changes)
        if is_first:
            self._came_home.emit(self._tell_unless_at_rest)

    def _tell_unless_at_rest(self) -> None:
        if not self._rest.isActive():
            self._tell()

    def _tell(self) -> None:
        with self._guard:
            told, self._told = self._told, []
        for changes in told:
            self.register_changed.emit(changes)
        if told:
            self._rest.start()

    @property
    def is_idle(self) -> bool:
        """Whether everything handed in has come home, and all is told."""
        return not self._open and not self._told

    def _submit(
        self,
        executor: Executor,
        work: Callable[[], T],
        on_done: Callable[[T], object],
        on_error: Callable[[DeskError], object] | None,
        *,
        owner: QObject | None,
    ) -> Future[T]:
        future, number = executor.submit(work), next(self._numbers)
        self._open[number] = partial(self._settle, on_done=on_done, on_error=on_error, owner=owner)
        future.add_done_callback(lambda done: self._came_home.emit(partial(self._bring_home, number, done)))
        return future

    def _bring_home(self, number: int, future: Future[Any]) -> None:
        self._open.pop(number)(future)

    def _settle(
        self,
        future: Future[T],
        *,
        on_done: Callable[[T], object],
        on_error: Callable[[DeskError], object] | None,
        owner: QObject | None,
    ) -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is not None:
            self._fail(error, on_error if _is_there(owner) else None)
            return
        result = future.result()
        changes = _changes_in(result)
        if changes:
            self.register_changed.emit(changes)
        if _is_there(owner):  # what changed may have taken it away
            on_done(result)

    def _fail(self, error: BaseException, on_error: Callable[[DeskError], object] | None) -> None:
        if not isinstance(error, DeskError):
            sys.excepthook(type(error), error, error.__traceback__)
            if on_error is not None:
                on_error(Mistake())
            return
        _log.info("operation refused", exc_info=error)
        if on_error is not None:
            on_error(error)
        else:
            self.failed.emit(error)

    @Slot(object)
    def _on_home(self, arrival: Callable[[], object]) -> None:
        arrival()
