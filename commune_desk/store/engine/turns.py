"""Whose turn it is at the one writer: what a person waits for goes before what a sync has handed in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class Turns:
    """One thread. In the order handed in, but that what gives way waits until nothing else does.

    What has begun is not broken off: whoever comes waits for one work at the most that gives way.
    """

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._guard = Lock()
        self._first: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._behind: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._served: Future[Any] = Future()
        """Of whom the turn is."""

    def submit(self, work: Callable[[], T], *, gives_way: bool = False) -> Future[T]:
        """Raises RuntimeError after `shutdown`."""
        future: Future[T] = Future()
        queue = self._behind if gives_way else self._first
        with self._guard:  # a turn for each work, whichever it will be; it waits for the guard
            self._thread.submit(self._take_turn).add_done_callback(self._tell)
            queue.append((work, future))
        return future

    def shutdown(self) -> None:
        """Wait until all is done that was handed in."""
        self._thread.shutdown(wait=True)

    def _take_turn(self) -> Any:
        with self._guard:
            work, self._served = (self._first or self._behind).popleft()
        return work() if self._served.set_running_or_notify_cancel() else None

    def _tell(self, turn: Future[Any]) -> None:
        """Whoever waits for it, what came of the turn that has just been taken; on the same thread."""
        if self._served.cancelled():
            return
        error = turn.exception()
        if error is None:
            self._served.set_result(turn.result())
        else:
            self._served.set_exception(error)
