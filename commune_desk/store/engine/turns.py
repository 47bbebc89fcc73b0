"""Whose turn it is at the one writer: what a person waits for goes before what a sync has handed in."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition
from typing import TypeVar

T = TypeVar("T")


class Turns:
    """One thread that writes. In the order handed in, but that what gives way waits until nothing else does.

    A second thread holds back what gives way and hands it on one by one: whoever comes waits for one of it at the
    most. What has begun is not broken off.
    """

    def __init__(self, name: str) -> None:
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._behind = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"{name}-behind")
        self._change = Condition()
        self._first = 0
        """How many works that do not give way are handed in and not over."""

    def submit(self, work: Callable[[], T], *, gives_way: bool = False) -> Future[T]:
        """Raises RuntimeError after `shutdown`."""
        if gives_way:
            return self._behind.submit(self._once_it_is_free, work)
        with self._change:
            future = self._writer.submit(work)
            self._first += 1
        future.add_done_callback(self._over)
        return future

    def shutdown(self) -> None:
        """Wait until all is done that was handed in."""
        self._behind.shutdown()
        self._writer.shutdown()

    def _once_it_is_free(self, work: Callable[[], T]) -> T:
        with self._change:
            self._change.wait_for(lambda: not self._first)
            turn = self._writer.submit(work)
        return turn.result()

    def _over(self, _work: Future[T]) -> None:
        with self._change:
            self._first -= 1
            self._change.notify()
