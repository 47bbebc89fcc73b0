"""Whose turn it is at the one writer: what a person waits for goes before what a sync has handed in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import TypeVar

T = TypeVar("T")


class Turns:
    """One thread. In the order handed in, but that what gives way waits until nothing else does.

    What has begun is not broken off: whoever comes waits for one work at the most that gives way.
    """

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._guard = Lock()
        self._first: deque[Callable[[], None]] = deque()
        self._behind: deque[Callable[[], None]] = deque()

    def submit(self, work: Callable[[], T], *, gives_way: bool = False) -> Future[T]:
        """Raises RuntimeError after `shutdown`."""
        future: Future[T] = Future()
        queue = self._behind if gives_way else self._first
        with self._guard:
            self._thread.submit(self._take_turn)  # a turn for each work, whichever it will be; it waits for the guard
            queue.append(partial(_do, work, future))
        return future

    def shutdown(self) -> None:
        """Wait until all is done that was handed in."""
        self._thread.shutdown(wait=True)

    def _take_turn(self) -> None:
        with self._guard:
            work = (self._first or self._behind).popleft()
        work()


def _do(work: Callable[[], T], future: Future[T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - whoever waits for it is told
        future.set_exception(error)
    else:
        future.set_result(result)
